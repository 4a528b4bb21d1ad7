//! SYSCALL (`audit_log_exit`, `audit_log_task_info`) and PROCTITLE (`audit_log_proctitle`).

use crate::fact;
use crate::wire::{EVENT_F_ENDED, Event, Section, section};
use raudit_record::Kind;
use raudit_record::text::{push_decimal, push_hex, push_signed, push_untrusted};

/// The kernel's `AUDITSC_SUCCESS`.
const SUCCESS: u32 = 1;

/// `MAX_PROCTITLE_AUDIT_LEN`.
const TITLE_MAX: usize = 128;
/// What the kernel writes without a title: quoted, other than the null values of SYSCALL.
const NO_TITLE: &[u8] = b"\"(null)\"";

pub fn push(
    out: &mut Vec<u8>,
    event: &Event<'_>,
    exe: Option<&[u8]>,
    subject: Option<&[u8]>,
    key: Option<&[u8]>,
    all_arguments: bool,
) {
    out.extend_from_slice(b"arch=");
    push_hex(out, event.arch.into());
    out.extend_from_slice(b" syscall=");
    push_decimal(out, event.nr.into());
    if event.fact(fact::PERS) != 0 {
        out.extend_from_slice(b" per=");
        push_hex(out, event.fact(fact::PERS).into());
    }
    if event.flags & EVENT_F_ENDED == 0 {
        let success = event.fact(fact::SUCCESS) == SUCCESS;
        out.extend_from_slice(if success { b" success=yes exit=" } else { b" success=no exit=" });
        push_signed(out, event.ret);
    }
    for (name, value) in [" a0=", " a1=", " a2=", " a3="].into_iter().zip(event.args) {
        out.extend_from_slice(name.as_bytes());
        push_hex(out, value);
    }
    out.extend_from_slice(b" items=");
    push_decimal(out, event.items().count() as u64);
    push_task(out, event, exe, subject);
    out.extend_from_slice(b" key=");
    push_or_null(out, key);
    if all_arguments {
        for (name, value) in [" a4=", " a5="].into_iter().zip(event.args.into_iter().skip(4)) {
            out.extend_from_slice(name.as_bytes());
            push_hex(out, value);
        }
    }
}

/// The record of a link that was not followed or made, or a file not created (`audit_log_path_denied`): its type, and what was denied.
pub fn denied<'a>(section: &Section<'a>) -> Option<(Kind, &'a [u8])> {
    let (kind, operation) = section.data.split_first_chunk()?;
    Some((Kind(u32::from_ne_bytes(*kind)), operation.split(|&b| b == 0).next()?))
}

pub fn push_denied(out: &mut Vec<u8>, event: &Event<'_>, operation: &[u8], exe: Option<&[u8]>, subject: Option<&[u8]>) {
    out.extend_from_slice(b"op=");
    out.extend_from_slice(operation);
    push_task(out, event, exe, subject);
    out.extend_from_slice(b" res=0");
}

fn push_task(out: &mut Vec<u8>, event: &Event<'_>, exe: Option<&[u8]>, subject: Option<&[u8]>) {
    push_facts(out, event, &[(" ppid=", fact::PPID), (" pid=", fact::PID), (" auid=", fact::AUID)]);
    push_facts(out, event, &CREDENTIALS);
    out.extend_from_slice(b" tty=");
    out.extend_from_slice(if event.tty.is_empty() { b"(none)" } else { event.tty });
    out.extend_from_slice(b" ses=");
    push_decimal(out, event.fact(fact::SESSION).into());
    out.extend_from_slice(b" comm=");
    push_untrusted(out, event.comm);
    out.extend_from_slice(b" exe=");
    push_or_null(out, exe);
    push_subject(out, subject);
}

const CREDENTIALS: [(&str, fact::Fact); 8] = [
    (" uid=", fact::UID),
    (" gid=", fact::GID),
    (" euid=", fact::EUID),
    (" suid=", fact::SUID),
    (" fsuid=", fact::FSUID),
    (" egid=", fact::EGID),
    (" sgid=", fact::SGID),
    (" fsgid=", fact::FSGID),
];

fn push_facts(out: &mut Vec<u8>, event: &Event<'_>, facts: &[(&str, fact::Fact)]) {
    for &(name, fact) in facts {
        out.extend_from_slice(name.as_bytes());
        push_decimal(out, event.fact(fact).into());
    }
}

fn push_subject(out: &mut Vec<u8>, subject: Option<&[u8]>) {
    if let Some(label) = subject {
        out.extend_from_slice(b" subj=");
        out.extend_from_slice(label);
    }
}

/// URINGOP (`audit_log_uring`).
pub fn push_operation(out: &mut Vec<u8>, event: &Event<'_>, subject: Option<&[u8]>, key: Option<&[u8]>) {
    out.extend_from_slice(b"uring_op=");
    push_decimal(out, event.nr.into());
    let success = event.fact(fact::SUCCESS) == SUCCESS;
    out.extend_from_slice(if success { b" success=yes exit=" } else { b" success=no exit=" });
    push_signed(out, event.ret);
    out.extend_from_slice(b" items=");
    push_decimal(out, event.argv_len.into());
    push_facts(out, event, &[(" ppid=", fact::PPID), (" pid=", fact::PID)]);
    push_facts(out, event, &CREDENTIALS);
    push_subject(out, subject);
    out.extend_from_slice(b" key=");
    push_or_null(out, key);
}

fn push_or_null(out: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        Some(value) => push_untrusted(out, value),
        None => out.extend_from_slice(b"(null)"),
    }
}

/// The title: the argument area's first bytes; where the program wrote over its last NUL, up to the first NUL, which may lie
/// in the environment behind it (`get_cmdline`, mm/util.c). What is not printable at the end is left off.
pub fn push_title(out: &mut Vec<u8>, event: &Event<'_>) {
    out.extend_from_slice(b"proctitle=");
    let Some(args) = event.section(section::TITLE).map(|s| s.data).filter(|d| !d.is_empty()) else {
        return out.extend_from_slice(NO_TITLE);
    };
    let mut joined = Vec::new();
    let mut title = args;
    if args.len() < TITLE_MAX && args.last() != Some(&0) {
        joined.extend_from_slice(args);
        joined.extend_from_slice(event.section(section::TITLE_ENV).map_or(&[][..], |s| s.data));
        title = joined.split(|&b| b == 0).next().unwrap_or_default();
    }
    while let [rest @ .., last] = title
        && !is_print(*last)
    {
        title = rest;
    }
    if title.is_empty() {
        return out.extend_from_slice(NO_TITLE);
    }
    push_untrusted(out, title);
}

/// The kernel's `isprint`, whose table is Latin-1 (lib/ctype.c).
fn is_print(byte: u8) -> bool {
    (0x20..=0x7e).contains(&byte) || byte >= 0xa0
}
