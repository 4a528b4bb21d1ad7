//! Events that ausearch does not show because a record of theirs lacks what its type must have.
//!
//! It drops them without a word, from every output. The same events are skipped here, but counted. One kind is shown all
//! the same: AppArmor writes AVC records without SELinux's `tclass=`, and ausearch so hides every denial on Debian and Ubuntu.

use crate::event::{Event, Record};
use crate::text::{after, overflows, up_to_blank};
use memchr::{memchr, memmem};
use raudit_record::Kind;

const USER_AVC: Kind = Kind(1107);

/// Whether a record of the event cannot be read.
///
/// With `keys`, also the keys must be readable; ausearch looks at them only when they are searched for.
pub fn is_malformed(event: &Event, keys: bool) -> bool {
    event.records().any(|record| {
        readable(&record).is_none() || (keys && carries_key(record.kind) && !key_is_closed(record.text()))
    })
}

/// Record types whose `key=` is searched.
///
/// SYSCALL and URINGOP; CONFIG_CHANGE, and MAC_POLICY_LOAD to MAC_UNLBL_STCDEL, which have its form.
pub fn carries_key(kind: Kind) -> bool {
    matches!(kind.0, 1300 | 1305 | 1336 | 1403..=1417)
}

pub(crate) fn key_is_closed(text: &[u8]) -> bool {
    match after(text, b"key=").and_then(|value| value.strip_prefix(b"\"")) {
        Some(rest) => memchr(b'"', rest).is_some(),
        None => true,
    }
}

pub(crate) fn readable(record: &Record<'_>) -> Option<()> {
    match record.kind {
        Kind::SYSCALL => syscall(record.text()),
        Kind::AVC | USER_AVC => avc(record.kind, record.text()),
        Kind::SECCOMP => seccomp(record.text()),
        Kind(1800..=1805) => integrity(record.text()),
        _ => Some(()),
    }
}

/// `syscall=`, `a0=` and `a1=` in this order, each followed by a blank.
fn syscall(text: &[u8]) -> Option<()> {
    let (_, rest) = up_to_blank(after(text, b"syscall=")?)?;
    let (a0, rest) = up_to_blank(after(rest, b"a0=")?)?;
    let (a1, _) = up_to_blank(after(rest, b"a1=")?)?;
    (!overflows(a0, 16) && !overflows(a1, 16)).then_some(())
}

/// `avc: ` may be followed by permissions in braces; the kernel's records have a class behind them.
fn avc(kind: Kind, text: &[u8]) -> Option<()> {
    let mut rest = text;
    if let Some(decision) = after(text, b"avc: ") {
        rest = decision;
        if let Some(open) = memchr(b'{', decision) {
            rest = decision.get(open..)?;
            rest = rest.get(memchr(b'}', rest)?..)?;
        }
    }
    if kind == Kind::AVC && memmem::find(rest, b"tclass=").is_none() {
        memmem::find(text, b"apparmor=\"")?;
    }
    Some(())
}

/// Where there is an architecture, a system call must follow.
fn seccomp(text: &[u8]) -> Option<()> {
    let Some(rest) = after(text, b"arch=") else { return Some(()) };
    let (arch, rest) = up_to_blank(rest)?;
    up_to_blank(after(rest, b"syscall=")?)?;
    (!overflows(arch, 16)).then_some(())
}

/// A process id must be followed by a blank.
fn integrity(text: &[u8]) -> Option<()> {
    let Some(rest) = after(text, b"pid=") else { return Some(()) };
    let (pid, _) = up_to_blank(rest)?;
    (!overflows(pid, 10)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn malformed(kind: Kind, text: &str) -> bool {
        let mut event = Event::default();
        event.push(kind, text.as_bytes());
        is_malformed(&event, true)
    }

    #[test]
    fn system_calls_need_number_and_two_arguments() {
        assert!(!malformed(Kind::SYSCALL, "arch=c000003e syscall=257 a0=1 a1=2 a2=3"));
        for text in [
            "arch=c000003e a0=1 a1=2 ",
            "syscall=1 a1=2 a0=1 ",
            "syscall=1 a0=1 a1=2",
            "syscall=1 a0=11112222333344445 a1=2 ",
        ] {
            assert!(malformed(Kind::SYSCALL, text), "{text}");
        }
        assert!(malformed(Kind::SYSCALL, "syscall=257 a0=1 a1=2 key=\"torn"));
        assert!(!malformed(Kind::SYSCALL, "syscall=257 a0=1 a1=2 key=(null)"));
    }

    #[test]
    fn selinux_denials_need_a_class_but_apparmor_denials_do_not() {
        assert!(!malformed(Kind::AVC, "avc:  denied  { read } for pid=1 tclass=file"));
        assert!(malformed(Kind::AVC, "avc:  denied  { read } for pid=1"));
        assert!(malformed(Kind::AVC, "avc:  denied  { read tclass=file"));
        assert!(!malformed(Kind::AVC, "apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/bin/x\""));
        assert!(!malformed(USER_AVC, "avc:  received setenforce notice (enforcing=1)"));
        assert!(malformed(USER_AVC, "avc:  denied  { send"));
    }

    #[test]
    fn seccomp_and_integrity() {
        assert!(!malformed(Kind::SECCOMP, "sig=31 arch=c000003e syscall=1 compat=0"));
        assert!(malformed(Kind::SECCOMP, "sig=31 arch=c000003e "));
        assert!(!malformed(Kind::SECCOMP, "sig=31"));
        assert!(!malformed(Kind(1800), "file=\"x\" pid=1 res=1"));
        assert!(malformed(Kind(1805), "pid=1"));
    }
}
