//! Security labels: subj= of the task (`audit_log_task_context`) and obj= of what it used (`audit_log_name`).

use super::Lookup;
use crate::wire::{Event, section};
use raudit_record::text::push_decimal;

/// The task's label. AppArmor's comes with the event; of SELinux's the number does. A label that the kernel cannot write is left out.
pub fn subject(event: &Event<'_>, lookup: &mut dyn Lookup) -> Option<Vec<u8>> {
    match event.sid() {
        Some(0) => None,
        Some(sid) => lookup.label(event, sid),
        None => event.section(section::LABEL).map(|s| s.data.to_vec()).filter(|l| !l.is_empty()),
    }
}

/// The field of an object's label, with the blank before it; nothing when it has none.
pub fn object(event: &Event<'_>, sid: u32, lookup: &mut dyn Lookup) -> Vec<u8> {
    let mut field = Vec::new();
    if sid == 0 {
        return field;
    }
    match lookup.label(event, sid) {
        Some(label) => {
            field.extend_from_slice(b" obj=");
            field.extend_from_slice(&label);
        }
        // as the kernel when it has no text for a number
        None => {
            field.extend_from_slice(b" osid=");
            push_decimal(&mut field, sid.into());
        }
    }
    field
}
