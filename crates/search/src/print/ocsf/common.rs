//! What all events have.

use super::class::{Activity, is_under_way};
use crate::print::facts::{Facts, Reading};
use crate::print::writer::Writer;
use raudit_record::EventId;
use raudit_tables::errno;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The version of the schema.
const VERSION: &[u8] = b"1.8.0";

/// The class, and what happened.
pub(super) fn classification(activity: Activity, out: &mut Writer) {
    let class = activity.class.number();
    out.number_member("category_uid", class / 1000);
    out.number_member("class_uid", class);
    out.text_member("class_name", activity.class.name().as_bytes());
    out.number_member("activity_id", activity.number);
    out.text_member("activity_name", activity.name.as_bytes());
    out.number_member("type_uid", class * 100 + activity.number);
    // audit knows no degrees: informational
    out.number_member("severity_id", 1);
}

/// When, and with which result.
pub(super) fn occurrence(facts: &Facts<'_>, out: &mut Writer) {
    let id = facts.event.id;
    let milliseconds = id.sec.saturating_mul(1000).saturating_add(u64::from(id.milli));
    // a number that readers of JSON take for a 64-bit integer with sign
    out.number_member("time", milliseconds.min(i64::MAX.unsigned_abs()));
    let Some(main) = facts.main() else { return };
    let exit = main.text("exit");
    let under_way = exit.as_deref().is_some_and(is_under_way);
    let status = main.result().filter(|_| !under_way).map_or(0, |good| if good { 1 } else { 2 });
    out.number_member("status_id", status);
    let error = || u32::try_from(str::from_utf8(exit.as_ref()?).ok()?.parse::<i32>().ok()?.checked_neg()?).ok();
    if let Some(name) = error().and_then(errno::name) {
        out.text_member("status_code", name.as_bytes());
    }
}

/// What an event is called: its time and serial, as they stand in the log.
pub(super) fn event_name(id: EventId) -> String {
    format!("{}.{:03}:{}", id.sec, id.milli, id.serial)
}

/// Where the event was recorded.
pub(super) fn metadata(facts: &Facts<'_>, out: &mut Writer) {
    let id = facts.event.id;
    out.object("metadata", |out| {
        out.text_member("version", VERSION);
        out.array("profiles", |out| out.text(b"host"));
        out.object("product", |out| {
            out.text_member("name", b"rauditd");
            out.text_member("vendor_name", b"rauditd");
            out.text_member("version", env!("CARGO_PKG_VERSION").as_bytes());
        });
        out.text_member("log_name", b"audit");
        out.text_member("uid", event_name(id).as_bytes());
        out.number_member("sequence", id.serial.min(i64::MAX.unsigned_abs()));
        if let Some(first) = facts.records.first() {
            out.text_member("event_code", first.line.kind_text);
        }
        let keys = facts.main().map(Reading::keys).unwrap_or_default();
        out.array_if_any("labels", |out| keys.iter().for_each(|key| out.lossy(key)));
        if facts.left_out > 0 {
            out.name("is_truncated");
            out.boolean(true);
        }
    });
}

/// The machine that the event is of.
pub(super) fn device(facts: &Facts<'_>, out: &mut Writer) {
    out.object("device", |out| {
        out.number_member("type_id", 0);
        if !facts.event.node.is_empty() {
            out.text_member("hostname", &facts.event.node);
        }
        out.object("os", |out| {
            out.text_member("name", b"Linux");
            out.number_member("type_id", 200);
        });
    });
}

/// All fields of all records, decoded; also of those that are left out of the facts.
///
/// # Errors
/// What writing gives.
pub(super) fn unmapped(facts: &Facts<'_>, out: &mut Writer, to: &mut impl Write) -> io::Result<()> {
    out.begin_object("unmapped");
    out.begin_array("records");
    if facts.left_out == 0 {
        facts.records.iter().for_each(|record| unmapped_record(record, out));
    } else {
        for record in Reading::all(facts.event) {
            unmapped_record(&record, out);
            out.spill(to)?;
        }
    }
    out.end_array();
    out.close();
    Ok(())
}

fn unmapped_record(record: &Reading<'_>, out: &mut Writer) {
    out.open();
    out.text_member("type", record.line.kind_text);
    let said = record.fields.iter().rev().filter_map(|field| Some((field.name, record.said(field)?)));
    // of fields of the same name the first counts
    let said: BTreeMap<_, _> = said.collect();
    out.object("fields", |out| {
        for (name, text) in &said {
            out.any_name(name);
            out.lossy(text);
        }
    });
    out.close();
}
