//! Security labels: subj= of the task (`audit_log_task_context`) and obj= of what it used (`audit_log_name`).

use super::Lookup;
use crate::wire::{Event, section};
use raudit_record::text::push_decimal;

/// The task's label. AppArmor's comes with the event; of SELinux's the number does. A label that the kernel cannot write is left out.
pub fn subject<'b>(event: &Event<'_>, lookup: &mut dyn Lookup, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
    buffer.clear();
    match event.sid() {
        Some(0) => false,
        Some(sid) => lookup.label(event, sid, buffer),
        None => {
            buffer.extend_from_slice(event.section(section::LABEL).map_or(&[][..], |s| s.data));
            !buffer.is_empty()
        }
    }
    .then_some(buffer)
}

/// Appends the field of an object's label, with the blank before it; nothing when it has none.
pub fn object(event: &Event<'_>, sid: u32, lookup: &mut dyn Lookup, out: &mut Vec<u8>) {
    if sid == 0 {
        return;
    }
    let start = out.len();
    out.extend_from_slice(b" obj=");
    if !lookup.label(event, sid, out) {
        // as the kernel when it has no text for a number
        out.truncate(start);
        out.extend_from_slice(b" osid=");
        push_decimal(out, sid.into());
    }
}
