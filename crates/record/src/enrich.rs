//! Translations that the daemon adds to a record: names of users, groups, system calls and architectures, and addresses.
//!
//! They are made when the record is written, since later, or elsewhere, the ids may mean something else.

use crate::Kind;
use crate::field::{Field, Fields};
use crate::line::ENRICHMENT;
use crate::names::{Names, parse_id};
use crate::sockaddr::push_saddr;
use crate::text::{needs_hex, push_decimal, push_hex_bytes};
use raudit_tables::flag::{IPC_CALL, SOCKET_CALL};
use raudit_tables::{arch, syscall};

/// What a field holds, as far as enriching is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Identity {
    /// A user id.
    User,
    /// A group id.
    Group,
    /// A system call number; its meaning depends on the architecture.
    Syscall,
    /// An `AUDIT_ARCH_*` number in hex.
    Arch,
    /// A socket address in hex.
    SockAddr,
}

impl Identity {
    /// What field `name` of a record of type `kind` holds.
    pub fn of(kind: Kind, name: &[u8]) -> Option<Self> {
        // What kernel and PAM call by these names are users and groups in every record ...
        if let Some(whose) = name.strip_suffix(b"uid") {
            let known = matches!(whose, b"" | b"a" | b"e" | b"s" | b"fs" | b"o" | b"oa" | b"old-a" | b"i" | b"sa");
            return (known || matches!(whose, b"inode_" | b"obj_")).then_some(Self::User);
        }
        if let Some(whose) = name.strip_suffix(b"gid") {
            let known = matches!(whose, b"" | b"e" | b"s" | b"fs" | b"o" | b"i" | b"inode_" | b"obj_" | b"new_");
            return known.then_some(Self::Group);
        }
        Some(match name {
            // ... while `id` is whatever the record is about.
            b"id" if kind.is_about_groups() => Self::Group,
            b"id" => Self::User,
            b"syscall" => Self::Syscall,
            b"arch" if kind != Kind::EXECVE => Self::Arch,
            // Network labels write addresses as text.
            b"saddr" if !matches!(kind, Kind::AVC | Kind::NETFILTER_PKT) => Self::SockAddr,
            _ => return None,
        })
    }
}

/// Appends translations to lines.
#[derive(Clone, Debug, Default)]
pub struct Enricher {
    names: Names,
    /// The translations of one record, while its line is still being read.
    buffer: Vec<u8>,
}

impl Enricher {
    /// With the names given.
    pub fn new(names: Names) -> Self {
        Self { names, buffer: Vec::new() }
    }

    /// Appends 0x1D and the translations of the record whose text starts at `text_start` of `out`.
    ///
    /// A translation that would reach `limit` is left out whole; where nothing is to be translated nothing is appended.
    pub fn append(&mut self, kind: Kind, text_start: usize, limit: usize, out: &mut Vec<u8>) {
        if kind.changes_accounts() {
            self.names.flush();
        }
        self.buffer.clear();
        let room = limit.saturating_sub(out.len());
        let text = out.get(text_start..).unwrap_or_default();
        let mut machine = 0;
        for (identity, field) in identities(kind, body(text)) {
            let start = self.buffer.len();
            self.buffer.push(if start == 0 { ENRICHMENT } else { b' ' });
            self.buffer.extend_from_slice(field.name);
            self.buffer.push(b'=');
            self.buffer.get_mut(start..).unwrap_or_default().make_ascii_uppercase();
            let known = self.translate(identity, field.unquoted(), &mut machine, text);
            if !known || self.buffer.len() >= room {
                self.buffer.truncate(start);
            }
        }
        out.extend_from_slice(&self.buffer);
        if kind.changes_accounts() {
            self.names.flush();
        }
    }

    /// Appends the meaning of a value to the buffer; false if it has none.
    fn translate(&mut self, identity: Identity, value: &[u8], machine: &mut u32, text: &[u8]) -> bool {
        match identity {
            Identity::User | Identity::Group => {
                let Some(id) = parse_id(value) else { return false };
                let start = self.buffer.len();
                match identity {
                    Identity::Group => self.names.push_group(id, &mut self.buffer),
                    _ => self.names.push_user(id, &mut self.buffer),
                }
                quote(&mut self.buffer, start);
            }
            Identity::Arch => *machine = push_arch(&mut self.buffer, value),
            Identity::Syscall => push_syscall(&mut self.buffer, *machine, value, || first_argument(text)),
            Identity::SockAddr => push_saddr(&mut self.buffer, value),
        }
        true
    }
}

/// The fields of a body that have a translation.
fn identities(kind: Kind, body: &[u8]) -> impl Iterator<Item = (Identity, Field<'_>)> {
    // of the kernel's records about system calls most are made, and their values have no blanks: what needs one is hex
    let plain = (FIRST_OF_KERNEL..=LAST_OF_KERNEL).contains(&kind.0);
    let (plain, other) = if plain { (body, &[][..]) } else { (&[][..], body) };
    let other = Fields::new(other).filter_map(move |field| Some((Identity::of(kind, field.name)?, field)));
    Plain { kind, body: plain, at: 0 }.chain(other)
}

/// `AUDIT_FIRST_EVENT`, `AUDIT_LAST_EVENT` (linux/audit.h).
const FIRST_OF_KERNEL: u32 = 1300;
const LAST_OF_KERNEL: u32 = 1399;

/// The fields with a translation in a body where blanks stand between fields only. Goes from one `=` to the next, and looks at what is
/// around it only where it may be such a field.
struct Plain<'a> {
    kind: Kind,
    body: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Plain<'a> {
    type Item = (Identity, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        /// Longer than any name.
        const NAME_MAX: usize = 12;
        loop {
            let equals = self.at + memchr::memchr(b'=', self.body.get(self.at..)?)?;
            self.at = equals + 1;
            let before = self.body.get(equals.saturating_sub(NAME_MAX)..equals)?;
            if !before.last().is_some_and(|&last| may_end_name(last)) {
                continue;
            }
            let name = before.rsplit(|&byte| byte == b' ').next()?;
            let Some(identity) = Identity::of(self.kind, name) else { continue };
            let after = self.body.get(self.at..)?;
            let value = after.get(..memchr::memchr(b' ', after).unwrap_or(after.len()))?;
            return Some((identity, Field { name, value }));
        }
    }
}

/// Whether a name that is translated ends so; most others do not.
fn may_end_name(last: u8) -> bool {
    matches!(last, b'd' | b'l' | b'h' | b'r')
}

/// `a0=`, in hex.
fn first_argument(text: &[u8]) -> Option<u64> {
    let field = Fields::find(body(text), b"a0")?;
    u64::from_str_radix(str::from_utf8(field.value).ok()?, 16).ok()
}

/// What follows the stamp.
fn body(text: &[u8]) -> &[u8] {
    const END: &[u8] = b"): ";
    // in what the kernel says the first parenthesis that closes is the stamp's
    let first = memchr::memchr(b')', text).and_then(|at| text.get(at..)?.strip_prefix(END));
    first.or_else(|| memchr::memmem::find(text, END).and_then(|at| text.get(at + END.len()..))).unwrap_or(text)
}

/// Quotes what stands from `start` on, or writes it as hex where that is needed.
fn quote(buffer: &mut Vec<u8>, start: usize) {
    let name = buffer.get(start..).unwrap_or_default();
    if needs_hex(name) {
        let name = name.to_vec();
        buffer.truncate(start);
        push_hex_bytes(buffer, &name);
    } else {
        buffer.insert(start, b'"');
        buffer.push(b'"');
    }
}

/// Appends the machine of an `arch=` value and returns its number, 0 if it is unknown.
pub fn push_arch(out: &mut Vec<u8>, value: &[u8]) -> u32 {
    let number = str::from_utf8(value).ok().and_then(|v| u32::from_str_radix(v, 16).ok()).unwrap_or(0);
    match arch::name(number) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => {
            out.extend_from_slice(b"unknown-elf-type(");
            out.extend_from_slice(value);
            out.push(b')');
        }
    }
    number
}

/// Appends the name of a system call of a machine. Where one call stands for many, the first argument says which:
/// `socketcall(connect)`.
pub fn push_syscall(out: &mut Vec<u8>, machine: u32, value: &[u8], first_argument: impl FnOnce() -> Option<u64>) {
    let number = str::from_utf8(value).ok().and_then(|v| v.parse::<u32>().ok());
    match number.and_then(|number| syscall::name(machine, number)) {
        Some(name) => {
            out.extend_from_slice(name.as_bytes());
            let table = match name {
                "socketcall" => &SOCKET_CALL,
                "ipc" => &IPC_CALL,
                _ => return,
            };
            let which = first_argument().and_then(|number| u32::try_from(number).ok());
            if let Some(inner) = which.and_then(|number| table.name(number)) {
                out.push(b'(');
                out.extend_from_slice(inner.as_bytes());
                out.push(b')');
            }
        }
        None => {
            out.extend_from_slice(b"unknown-syscall(");
            match number {
                Some(number) => push_decimal(out, u64::from(number)),
                None => out.extend_from_slice(value),
            }
            out.push(b')');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::push_untrusted;
    use proptest::prelude::*;

    fn field() -> impl Strategy<Value = Vec<u8>> {
        const NAMES: [&str; 14] = [
            "auid",
            "uid",
            "ouid",
            "obj_uid",
            "gid",
            "inode_gid",
            "id",
            "old-auid",
            "pid",
            "exe",
            "name",
            "saddr",
            "arch",
            "syscall",
        ];
        let value = prop_oneof![
            any::<u32>().prop_map(|n| n.to_string().into_bytes()),
            Just(b"(null)".to_vec()),
            "[a-z=\"]{0,9}|uid=0|a b".prop_map(|text: String| {
                let mut value = Vec::new();
                push_untrusted(&mut value, text.as_bytes());
                value
            }),
        ];
        (proptest::sample::select(&NAMES[..]), value).prop_map(|(name, value)| [name.as_bytes(), b"=", &value].concat())
    }

    proptest! {
        #[test]
        fn records_of_the_kernel_are_read_as_any_others(
            fields in proptest::collection::vec(field(), 0..12),
            kind in FIRST_OF_KERNEL..=LAST_OF_KERNEL,
        ) {
            let (body, kind) = (fields.join(&b' '), Kind(kind));
            let slow = Fields::new(&body).filter_map(|f| Some((Identity::of(kind, f.name)?, f.name, f.value)));
            let fast = identities(kind, &body).map(|(identity, f)| (identity, f.name, f.value));
            prop_assert_eq!(fast.collect::<Vec<_>>(), slow.collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_have_identities_or_none(body: Vec<u8>, kind in 1000_u32..1500) {
            let _count = identities(Kind(kind), &body).count();
        }
    }
}
