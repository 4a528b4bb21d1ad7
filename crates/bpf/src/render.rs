//! Events to the text the kernel would have written, record by record and in its order (`audit_log_exit`, auditsc.c).
//!
//! A pure function of the event, its arguments and what [`Lookup`] knows about files: testable without a kernel.

mod execve;
mod fcaps;
mod label;
mod path;
pub use path::assemble;
mod special;
mod syscall;
mod target;

use crate::wire::records::Target;
use crate::wire::{EVENT_F_ALONE, EVENT_F_EXEC, Event, Item, item, section};
use raudit_record::{EventId, Kind, Message, text};

/// What the kernel knows of a file and the event does not carry.
pub trait Lookup {
    /// The capabilities of the file the task knows by this name, or `None` when they cannot be known.
    fn capabilities(&mut self, event: &Event<'_>, item: &Item<'_>, name: &[u8]) -> Option<FileCaps>;
    /// The name of the ELF interpreter that the program `item` asks for.
    fn interpreter(&mut self, event: &Event<'_>, item: &Item<'_>) -> Option<Vec<u8>>;
    /// The text of an SELinux label.
    fn label(&mut self, event: &Event<'_>, sid: u32) -> Option<Vec<u8>>;
}

/// File capabilities as a PATH record shows them (`cap_fp` ... `cap_frootid`); all zero for a file without.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[allow(missing_docs, reason = "the record's own field names")]
pub struct FileCaps {
    pub permitted: u64,
    pub inheritable: u64,
    pub effective: bool,
    pub version: u32,
    pub rootid: u32,
}

/// What belongs to an event and is not in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Besides<'a> {
    /// The argument area of a successful execve.
    pub argv: &'a [u8],
    /// Tasks that were signalled before those in the event (`struct target`).
    pub targets: &'a [u8],
    /// The matched rule's key.
    pub key: Option<&'a [u8]>,
    /// Whether SYSCALL is to show the fifth and sixth argument as well.
    pub all_arguments: bool,
}

/// Appends the event's records to `out`.
pub fn render(event: &Event<'_>, id: EventId, besides: Besides<'_>, lookup: &mut dyn Lookup, out: &mut Vec<Message>) {
    let mut push = records_of(id, out);
    let items: Vec<_> = event.items().collect();
    let exe = event.section(section::EXE).map(|s| assemble(&s));
    let subject = label::subject(event, lookup);
    if let Some((kind, operation)) = event.section(section::DENIED).and_then(|s| syscall::denied(&s)) {
        push(kind, &|t| syscall::push_denied(t, event, operation, exe.as_deref(), subject.as_deref()));
    }
    push(Kind::SYSCALL, &|t| syscall::push(t, event, items.len(), exe.as_deref(), subject.as_deref(), besides));
    if event.flags & EVENT_F_EXEC != 0 {
        if let Some(body) = fcaps::body(event, exe.as_deref(), lookup) {
            push(Kind::BPRM_FCAPS, &|t| t.extend_from_slice(&body));
        }
        for body in execve::bodies(besides.argv) {
            push(Kind::EXECVE, &|t| t.extend_from_slice(&body));
        }
    }
    for (kind, body) in special::records(event) {
        push(kind, &|t| t.extend_from_slice(&body));
    }
    if let Some(body) = special::fd_pair(event) {
        push(Kind::FD_PAIR, &|t| t.extend_from_slice(&body));
    }
    address(event, &mut push);
    let own = event.section(section::TARGETS).map_or(&[][..], |s| s.data);
    let targets: Vec<_> = Target::all(besides.targets).chain(Target::all(own)).collect();
    for body in target::bodies(&targets, |sid| label::object(event, sid, lookup)) {
        push(Kind::OBJ_PID, &|t| t.extend_from_slice(&body));
    }
    paths(event, &items, lookup, &mut push);
    push(Kind::PROCTITLE, &|t| syscall::push_title(t, event));
    push(Kind::EOE, &|_| {});
}

type Body<'a> = &'a dyn Fn(&mut Vec<u8>);

/// Appends records of one event.
fn records_of(id: EventId, out: &mut Vec<Message>) -> impl FnMut(Kind, Body<'_>) {
    let stamp = format!("{id}: ");
    move |kind, body| {
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(stamp.as_bytes());
        body(&mut text);
        out.push(Message { kind, text });
    }
}

/// SOCKADDR.
fn address(event: &Event<'_>, push: &mut impl FnMut(Kind, Body<'_>)) {
    if let Some(saddr) = event.section(section::SADDR) {
        push(Kind::SOCKADDR, &|t| {
            t.extend_from_slice(b"saddr=");
            text::push_hex_bytes(t, saddr.data);
        });
    }
}

/// CWD, and a PATH for each item.
fn paths(event: &Event<'_>, items: &[Item<'_>], lookup: &mut dyn Lookup, push: &mut impl FnMut(Kind, Body<'_>)) {
    let cwd = event.section(section::CWD).map(|s| assemble(&s));
    if let Some(cwd) = cwd.as_deref() {
        push(Kind::CWD, &|t| {
            t.extend_from_slice(b"cwd=");
            text::push_untrusted(t, cwd);
        });
    }
    let shown = items.iter().enumerate().filter(|(_, item)| item.flags & item::F_HIDDEN == 0);
    for (number, (at, item)) in shown.enumerate() {
        let interpreter = path::interpreter(event, items, at, lookup);
        let caps = path::capabilities(event, item, interpreter.as_deref().unwrap_or(item.name), lookup);
        let object = label::object(event, item.sid, lookup);
        push(Kind::PATH, &|t| path::push(t, number, item, interpreter.as_deref(), cwd.as_deref(), &object, caps));
    }
}

/// Appends the records of an operation of io_uring: URINGOP, and when it is an event of its own the others (`audit_log_uring`,
/// `audit_log_exit`).
pub fn operation(event: &Event<'_>, id: EventId, key: Option<&[u8]>, lookup: &mut dyn Lookup, out: &mut Vec<Message>) {
    let mut push = records_of(id, out);
    let subject = label::subject(event, lookup);
    push(Kind::URINGOP, &|t| syscall::push_operation(t, event, subject.as_deref(), key));
    if event.flags & EVENT_F_ALONE == 0 {
        return;
    }
    address(event, &mut push);
    paths(event, &event.items().collect::<Vec<_>>(), lookup, &mut push);
    push(Kind::EOE, &|_| {});
}

#[cfg(test)]
mod tests;
