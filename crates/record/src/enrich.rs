//! Translations that the daemon adds to a record: names of users, groups, system calls and architectures, and addresses.
//!
//! They are made when the record is written, since later, or elsewhere, the ids may mean something else.

mod plain;
mod runs;

use crate::Kind;
use crate::field::{Field, Fields};
use crate::line::ENRICHMENT;
use crate::names::{Names, parse_id};
use crate::sockaddr::push_saddr;
use crate::text::{needs_hex, push_decimal, push_hex_bytes};
use plain::{Plain, is_plain};
use raudit_tables::flag::{IPC_CALL, SOCKET_CALL};
use raudit_tables::{arch, syscall};
use runs::Runs;

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
    runs: Runs,
    /// The translations of one record, while its line is still being read.
    buffer: Vec<u8>,
}

impl Enricher {
    /// With the names given.
    pub fn new(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// Appends 0x1D and the translations of the record whose text starts at `text_start` of `out`.
    ///
    /// A translation that would reach `limit` is left out whole; where nothing is to be translated nothing is appended.
    pub fn append(&mut self, kind: Kind, text_start: usize, limit: usize, out: &mut Vec<u8>) {
        if kind.changes_accounts() {
            self.forget();
        }
        self.buffer.clear();
        let room = limit.saturating_sub(out.len());
        let text = out.get(text_start..).unwrap_or_default();
        let body = body(text);
        if is_plain(kind) {
            self.plain(kind, body, text, room);
        } else {
            let mut machine = 0;
            for field in Fields::new(body) {
                if let Some(identity) = Identity::of(kind, field.name) {
                    self.push(identity, field, &mut machine, text, room);
                }
            }
        }
        out.extend_from_slice(&self.buffer);
        if kind.changes_accounts() {
            self.forget();
        }
    }

    /// The same for a record of the kernel's: what stands together in one is much the same in the next.
    fn plain(&mut self, kind: Kind, body: &[u8], text: &[u8], room: usize) {
        let mut machine = 0;
        let mut fields = Plain::new(kind, body);
        while let Some(first) = fields.next() {
            let place = self.buffer.len();
            let before = machine;
            let rest = body.get(first.at..).unwrap_or_default();
            if let Some(known) = self.runs.find(kind, first.identity, before, rest)
                && place + 1 + known.meaning.len() < room
            {
                machine = known.machine;
                if !known.meaning.is_empty() {
                    self.buffer.push(if place == 0 { ENRICHMENT } else { b' ' });
                    self.buffer.extend_from_slice(&known.meaning);
                }
                fields.skip_to(first.at + known.text.len());
                continue;
            }
            let mut last = first;
            let mut whole = self.push(first.identity, first.field, &mut machine, text, room);
            while let Some(next) = fields.next_of_run(&last) {
                whole &= self.push(next.identity, next.field, &mut machine, text, room);
                last = next;
            }
            if whole {
                let run = body.get(first.at..last.end()).unwrap_or_default();
                let meaning = self.buffer.get(place + 1..).unwrap_or_default();
                self.runs.remember(kind, first.identity, before, run, machine, meaning);
            }
        }
    }

    /// Accounts may have changed.
    fn forget(&mut self) {
        self.names.flush();
        self.runs = Runs::default();
    }

    /// Appends `NAME=meaning` to the buffer, where it has a meaning and there is room. False if that says nothing of the same field
    /// elsewhere: for want of room, or as more than the field was looked at.
    fn push(&mut self, identity: Identity, field: Field<'_>, machine: &mut u32, text: &[u8], room: usize) -> bool {
        let start = self.buffer.len();
        self.buffer.push(if start == 0 { ENRICHMENT } else { b' ' });
        self.buffer.extend(field.name.iter().map(u8::to_ascii_uppercase));
        self.buffer.push(b'=');
        let value = field.unquoted();
        let known = self.translate(identity, value, machine, text);
        let fits = self.buffer.len() < room;
        let alone = identity != Identity::Syscall || self.buffer.last() != Some(&b')');
        if !known || !fits {
            self.buffer.truncate(start);
        }
        fits && alone
    }

    /// Appends the meaning of a value to the buffer; false if it has none.
    fn translate(&mut self, identity: Identity, value: &[u8], machine: &mut u32, text: &[u8]) -> bool {
        match identity {
            Identity::User | Identity::Group => {
                let Some(id) = parse_id(value) else { return false };
                let start = self.buffer.len();
                self.buffer.push(b'"');
                match identity {
                    Identity::Group => self.names.push_group(id, &mut self.buffer),
                    _ => self.names.push_user(id, &mut self.buffer),
                }
                end_quote(&mut self.buffer, start);
            }
            Identity::Arch => *machine = push_arch(&mut self.buffer, value),
            Identity::Syscall => push_syscall(&mut self.buffer, *machine, value, || first_argument(text)),
            Identity::SockAddr => push_saddr(&mut self.buffer, value),
        }
        true
    }
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

/// Ends what a quote at `start` begins, or writes it as hex where that is needed.
fn end_quote(buffer: &mut Vec<u8>, start: usize) {
    if needs_hex(buffer.get(start + 1..).unwrap_or_default()) {
        let name = buffer.split_off(start);
        push_hex_bytes(buffer, name.get(1..).unwrap_or_default());
    } else {
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
mod tests;
