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
use raudit_record::{EventId, Kind, Records, text};

/// What the kernel knows of a file and the event does not carry.
pub trait Lookup {
    /// The capabilities of the file the task knows by this name, or `None` when they cannot be known.
    fn capabilities(&mut self, event: &Event<'_>, item: &Item<'_>, name: &[u8]) -> Option<FileCaps>;
    /// The name of the ELF interpreter that the program `item` asks for.
    fn interpreter(&mut self, event: &Event<'_>, item: &Item<'_>) -> Option<Vec<u8>>;
    /// Appends the text of an SELinux label; false when it cannot be known.
    fn label(&mut self, event: &Event<'_>, sid: u32, out: &mut Vec<u8>) -> bool;
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
}

/// Renders events, one after the other. It keeps its buffers: once it is warm, an event that is not of a rare kind takes no memory
/// but in what it is written to.
#[derive(Debug, Default)]
pub struct Renderer {
    /// Whether SYSCALL shows the fifth and sixth argument as well.
    pub all_arguments: bool,
    stamp: Vec<u8>,
    exe: Vec<u8>,
    subject: Vec<u8>,
    cwd: Vec<u8>,
    object: Vec<u8>,
}

impl Renderer {
    /// Appends the event's records to `out`.
    pub fn event(
        &mut self,
        event: &Event<'_>,
        id: EventId,
        besides: Besides<'_>,
        lookup: &mut dyn Lookup,
        out: &mut Records,
    ) {
        let Self { all_arguments, stamp, exe, subject, cwd, object } = self;
        let mut push = records_of(stamp, id, out);
        let exe = path_of(event, section::EXE, exe);
        let subject = label::subject(event, lookup, subject);
        if let Some((kind, operation)) = event.section(section::DENIED).and_then(|s| syscall::denied(&s)) {
            push(kind, &|t| syscall::push_denied(t, event, operation, exe, subject));
        }
        let key = besides.key;
        push(Kind::SYSCALL, &|t| syscall::push(t, event, exe, subject, key, *all_arguments));
        if event.flags & EVENT_F_EXEC != 0 {
            if let Some(body) = fcaps::body(event, exe, lookup) {
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
        for body in target::bodies(&targets, |sid, text| label::object(event, sid, lookup, text)) {
            push(Kind::OBJ_PID, &|t| t.extend_from_slice(&body));
        }
        paths(event, [cwd, object], lookup, &mut push);
        push(Kind::PROCTITLE, &|t| syscall::push_title(t, event));
        push(Kind::EOE, &|_| {});
    }

    /// Appends the records of an operation of io_uring: URINGOP, and when it is an event of its own the others (`audit_log_uring`,
    /// `audit_log_exit`).
    pub fn operation(
        &mut self,
        event: &Event<'_>,
        id: EventId,
        key: Option<&[u8]>,
        lookup: &mut dyn Lookup,
        out: &mut Records,
    ) {
        let mut push = records_of(&mut self.stamp, id, out);
        let subject = label::subject(event, lookup, &mut self.subject);
        push(Kind::URINGOP, &|t| syscall::push_operation(t, event, subject, key));
        if event.flags & EVENT_F_ALONE == 0 {
            return;
        }
        address(event, &mut push);
        paths(event, [&mut self.cwd, &mut self.object], lookup, &mut push);
        push(Kind::EOE, &|_| {});
    }
}

type Body<'a> = &'a dyn Fn(&mut Vec<u8>);

/// Appends records of one event.
fn records_of(stamp: &mut Vec<u8>, id: EventId, out: &mut Records) -> impl FnMut(Kind, Body<'_>) {
    stamp.clear();
    id.push(stamp);
    stamp.extend_from_slice(b": ");
    |kind, body| {
        out.write(kind, |text| {
            text.extend_from_slice(stamp);
            body(text);
        });
    }
}

/// The path in a section, put together in this buffer.
fn path_of<'b>(event: &Event<'_>, kind: u16, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
    buffer.clear();
    event.section(kind).map(|s| {
        path::assemble_into(&s, buffer);
        buffer.as_slice()
    })
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
fn paths(
    event: &Event<'_>,
    [cwd, object]: [&mut Vec<u8>; 2],
    lookup: &mut dyn Lookup,
    push: &mut impl FnMut(Kind, Body<'_>),
) {
    let cwd = path_of(event, section::CWD, cwd);
    if let Some(cwd) = cwd {
        push(Kind::CWD, &|t| {
            t.extend_from_slice(b"cwd=");
            text::push_untrusted(t, cwd);
        });
    }
    let mut before = None;
    let mut number = 0;
    for item in event.items() {
        let program = before.replace(item);
        if item.flags & item::F_HIDDEN != 0 {
            continue;
        }
        let interpreter = path::interpreter(event, &item, program.as_ref(), lookup);
        let caps = path::capabilities(event, &item, interpreter.as_deref().unwrap_or(item.name), lookup);
        object.clear();
        label::object(event, item.sid, lookup, object);
        push(Kind::PATH, &|t| path::push(t, number, &item, interpreter.as_deref(), cwd, object, caps));
        number += 1;
    }
}

#[cfg(test)]
mod tests;
