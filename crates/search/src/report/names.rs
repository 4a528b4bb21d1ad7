//! How a report calls users, calls and types: by number, or by name.

use crate::event::{Event, Record};
use crate::items::Items;
use raudit_record::enrich::push_syscall;
use raudit_record::names::{Names, UNSET};
use raudit_record::text::{push_decimal, push_signed, untrusted};
use raudit_record::{Fields, Kind};

/// What stands for an auid of which a record says nothing.
pub(crate) const NOBODY: u32 = u32::MAX - 1;

/// Names things.
#[derive(Debug, Default)]
pub(crate) struct Namer {
    /// `-i`: by name.
    pub(crate) interprets: bool,
    names: Names,
}

impl Namer {
    /// By number, or by the names of this host where the log has none.
    pub(crate) fn new(interprets: bool) -> Self {
        Self { interprets, names: Names::new() }
    }

    /// Appends a user. What the log calls the event's login user is used for every one, as aureport does.
    pub(crate) fn push_user(&mut self, event: &Event, uid: u32, out: &mut Vec<u8>) {
        if !self.interprets {
            return push_signed(out, uid.cast_signed().into());
        }
        match recorded(event, b"AUID").filter(|_| uid != UNSET) {
            Some(name) => out.extend_from_slice(&untrusted(name)),
            None => self.names.push_user(uid, out),
        }
    }

    /// Appends the user as whom the event's program runs, as the log calls him or else this host.
    pub(crate) fn push_uid(&mut self, event: &Event, uid: u32, out: &mut Vec<u8>) {
        match recorded(event, b"UID").filter(|_| uid != UNSET) {
            Some(name) => out.extend_from_slice(&untrusted(name)),
            None => self.names.push_user(uid, out),
        }
    }

    /// Appends a user of whom no event tells more.
    pub(crate) fn push_known_user(&mut self, uid: u32, out: &mut Vec<u8>) {
        if self.interprets {
            self.names.push_user(uid, out);
        } else {
            push_signed(out, uid.cast_signed().into());
        }
    }

    /// Appends the system call, with what it is about if it is one for many.
    pub(crate) fn push_call(&self, event: &Event, items: &Items<'_>, out: &mut Vec<u8>) {
        if !self.interprets {
            return push_signed(out, items.syscall.cast_signed().into());
        }
        if let Some(name) = recorded(event, b"SYSCALL") {
            return out.extend_from_slice(&untrusted(name));
        }
        if raudit_tables::arch::name(items.arch).is_none() {
            return out.push(b'?');
        }
        let mut number = Vec::new();
        push_decimal(&mut number, items.syscall.into());
        match raudit_tables::syscall::name(items.arch, items.syscall) {
            Some(_) => push_syscall(out, items.arch, &number, || first_argument(event)),
            None => out.extend_from_slice(&number),
        }
    }
}

/// Appends a type's name. One without is called what `printf` makes of it in aureport.
pub(crate) fn push_type(kind: Kind, out: &mut Vec<u8>) {
    out.extend_from_slice(kind.name().unwrap_or("(null)").as_bytes());
}

/// Whether it worked, if that is known.
pub(crate) fn success(items: &Items<'_>) -> Option<&'static [u8]> {
    items.success.map(|success| if success == 0 { &b"no"[..] } else { b"yes" })
}

/// What the writing daemon recorded in the record of the call, or in the first if there is none.
fn recorded<'e>(event: &'e Event, name: &[u8]) -> Option<&'e [u8]> {
    let record = call(event).or_else(|| event.records().next())?;
    let enriched = record.line.get(record.text().len() + 1..)?;
    Fields::find(enriched, name).map(|field| field.value)
}

fn call(event: &Event) -> Option<Record<'_>> {
    event.records().find(|record| record.kind == Kind::SYSCALL)
}

fn first_argument(event: &Event) -> Option<u64> {
    let value = Fields::find(call(event)?.text(), b"a0")?.value;
    u64::from_str_radix(str::from_utf8(value).ok()?, 16).ok()
}
