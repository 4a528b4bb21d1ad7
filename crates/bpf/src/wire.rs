//! Ring bytes to events (`bpf/event.h`). Borrowed: nothing is copied until it is rendered.

use crate::fact;
use crate::skel::{CHUNK_LEN, EVENT_LEN, ITEM_LEN, SECTION_LEN};
use thiserror::Error;

pub mod records;
pub mod sample;

/// A ring record that is not what the programs write: the two sides do not belong together.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum WireError {
    /// Shorter than its header or its own size.
    #[error("ring record of {0} bytes is too short")]
    Short(usize),
    /// Neither an event nor a piece of one.
    #[error("ring record of unknown type {0}")]
    Type(u16),
}

/// One record of the ring.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack, and nearly always the large one")]
pub enum Record<'a> {
    /// A system call that a rule matched.
    Syscall(Event<'a>),
    /// An operation of io_uring that a rule matched: its number is the event's, its items' number the event's `argv_len`.
    Operation(Event<'a>),
    /// Part of the argument vector of the event with the same token that follows.
    Argv(Chunk<'a>),
    /// Tasks that the event with the same token, which follows, signalled first.
    Targets(records::Targets<'a>),
}

/// `struct event` and its sections.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// `EVENT_F_*`.
    pub flags: u16,
    /// Ties [`Chunk`]s to it.
    pub token: u64,
    /// `CLOCK_MONOTONIC` at entry, nanoseconds.
    pub time: u64,
    /// The call's result.
    pub ret: i64,
    /// The arguments at entry.
    pub args: [u64; 6],
    /// `AUDIT_ARCH_*`.
    pub arch: u32,
    /// System call number.
    pub nr: u32,
    /// The rule that matched, in the exit list of [`generation`](Self::generation).
    pub rule: u32,
    /// Which rule set judged.
    pub generation: u32,
    /// Bytes of the argument area, when it is an execve that succeeded.
    pub argv_len: u32,
    /// What is known of the task, by [`fact`] index.
    pub facts: [u32; fact::COUNT],
    /// `comm`, up to the first NUL.
    pub comm: &'a [u8],
    /// Name of the controlling terminal, empty if none.
    pub tty: &'a [u8],
    sections: &'a [u8],
}

/// `struct argv_chunk` and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The event it belongs to.
    pub token: u64,
    /// Where in the argument area it lies.
    pub offset: u32,
    /// The bytes.
    pub data: &'a [u8],
}

/// `enum section_kind`.
#[allow(missing_docs, reason = "explained in bpf/event.h")]
pub mod section {
    pub const EXE: u16 = 1;
    pub const CWD: u16 = 2;
    pub const ITEM: u16 = 3;
    pub const SADDR: u16 = 4;
    pub const TITLE: u16 = 5;
    pub const TITLE_ENV: u16 = 6;
    pub const ARGV: u16 = 7;
    pub const LABEL: u16 = 8;
    pub const CAPS: u16 = 9;
    pub const SPECIAL: u16 = 10;
    pub const FDS: u16 = 11;
    pub const TARGETS: u16 = 12;
    pub const DENIED: u16 = 20;
    pub const F_DELETED: u16 = 1;
    /// The path is deeper or longer than the programs walk.
    pub const F_CUT: u16 = 2;
    pub const F_SID: u16 = 4;
}

/// `EVENT_F_EXEC`: an execve that succeeded.
pub const EVENT_F_EXEC: u16 = 1;
/// `EVENT_F_ARGV_CUT`, `EVENT_F_ITEMS_CUT`: something of it is missing.
pub const EVENT_F_CUT: u16 = 2 | 4;

/// `EVENT_F_ALONE`: an operation that is an event of its own.
pub const EVENT_F_ALONE: u16 = 16;

/// `EVENT_F_ENDED`: the call ended its task, and has no result.
pub const EVENT_F_ENDED: u16 = 8;

/// A tagged part of an event.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// [`section`] kind.
    pub kind: u16,
    /// `SECTION_F_*`.
    pub flags: u16,
    /// Its bytes.
    pub data: &'a [u8],
}

/// `struct item`: one PATH record, with its name.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the inode's own fields")]
pub struct Item<'a> {
    pub ino: u64,
    pub ctime: (i64, u32),
    pub dev: u32,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u32,
    pub kind: u16,
    pub flags: u16,
    pub sid: u32,
    pub name: &'a [u8],
}

/// `struct caps`: a task's capability sets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[allow(missing_docs, reason = "the sets' own names")]
pub struct Caps {
    pub permitted: u64,
    pub inheritable: u64,
    pub effective: u64,
    pub ambient: u64,
}

/// `struct exec_caps`: what an execve made of them.
#[derive(Clone, Copy, Debug)]
pub struct ExecCaps<'a> {
    /// At entry.
    pub before: Caps,
    /// At exit.
    pub after: Caps,
    /// The real user id at entry.
    pub uid_before: u32,
    /// `SECBIT_*`.
    pub securebits: u32,
    /// The executable's inode; its name is the EXE section.
    pub exe: Item<'a>,
}

/// `enum item_kind` and `enum item_flag`.
#[allow(missing_docs, reason = "explained in bpf/event.h")]
pub mod item {
    pub const UNKNOWN: u16 = 0;
    pub const NORMAL: u16 = 1;
    pub const PARENT: u16 = 2;
    pub const DELETE: u16 = 3;
    pub const CREATE: u16 = 4;
    pub const F_INODE: u16 = 1;
    pub const F_INTERP: u16 = 2;
    pub const F_UNNAMED: u16 = 8;
    pub const F_NOEVAL: u16 = 16;
    pub const F_HIDDEN: u16 = 32;
}

impl<'a> Record<'a> {
    /// Decodes one ring record.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, WireError> {
        let short = WireError::Short(bytes.len());
        match u16_at(bytes, 4).ok_or(short)? {
            1 => Event::decode(bytes).map(Self::Syscall).ok_or(short),
            2 => Chunk::decode(bytes).map(Self::Argv).ok_or(short),
            4 => Event::decode(bytes).map(Self::Operation).ok_or(short),
            3 => records::Targets::decode(bytes).map(Self::Targets).ok_or(short),
            other => Err(WireError::Type(other)),
        }
    }
}

impl<'a> Event<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        let size = u32_at(bytes, 0)? as usize;
        let mut args = [0; 6];
        for (at, arg) in args.iter_mut().enumerate() {
            *arg = u64_at(bytes, 32 + at * 8)?;
        }
        let mut facts = [0; fact::COUNT];
        for (at, fact) in facts.iter_mut().enumerate() {
            *fact = u32_at(bytes, 104 + at * 4)?;
        }
        Some(Self {
            flags: u16_at(bytes, 6)?,
            token: u64_at(bytes, 8)?,
            time: u64_at(bytes, 16)?,
            ret: u64_at(bytes, 24)? as i64,
            args,
            arch: u32_at(bytes, 80)?,
            nr: u32_at(bytes, 84)?,
            rule: u32_at(bytes, 88)?,
            generation: u32_at(bytes, 92)?,
            argv_len: u32_at(bytes, 96)?,
            facts,
            comm: until_nul(bytes.get(232..248)?),
            tty: until_nul(bytes.get(248..312)?),
            sections: bytes.get(EVENT_LEN..size)?,
        })
    }

    /// The value of a fact.
    pub fn fact(&self, fact: fact::Fact) -> u32 {
        self.facts.get(fact as usize).copied().unwrap_or_default()
    }

    /// The sections, in the order written.
    pub fn sections(&self) -> Sections<'a> {
        Sections { rest: self.sections }
    }

    /// The sequence number of SELinux's policy at the event; 0 without SELinux, and before a policy is loaded.
    pub fn policy_sequence(&self) -> u32 {
        let label = self.section(section::LABEL).filter(|s| s.flags & section::F_SID != 0);
        label.and_then(|s| u32_at(s.data, 4)).unwrap_or_default()
    }

    /// SELinux's number of the task's label (SID).
    pub fn sid(&self) -> Option<u32> {
        let label = self.section(section::LABEL).filter(|s| s.flags & section::F_SID != 0)?;
        u32_at(label.data, 0)
    }

    /// The first section of a kind.
    pub fn section(&self, kind: u16) -> Option<Section<'a>> {
        self.sections().find(|s| s.kind == kind)
    }

    /// The path items, in order.
    pub fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        self.sections().filter(|s| s.kind == section::ITEM).filter_map(|s| Item::decode(s.data))
    }
}

impl<'a> ExecCaps<'a> {
    /// Decodes a CAPS section.
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let caps = |at| {
            Some(Caps {
                permitted: u64_at(bytes, at)?,
                inheritable: u64_at(bytes, at + 8)?,
                effective: u64_at(bytes, at + 16)?,
                ambient: u64_at(bytes, at + 24)?,
            })
        };
        Some(Self {
            before: caps(0)?,
            after: caps(32)?,
            uid_before: u32_at(bytes, 64)?,
            securebits: u32_at(bytes, 68)?,
            exe: Item::decode(bytes.get(72..)?)?,
        })
    }
}

impl<'a> Chunk<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        let len = u32_at(bytes, 20)? as usize;
        Some(Self { token: u64_at(bytes, 8)?, offset: u32_at(bytes, 16)?, data: bytes.get(CHUNK_LEN..)?.get(..len)? })
    }
}

impl<'a> Item<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        Some(Self {
            ino: u64_at(bytes, 0)?,
            ctime: (u64_at(bytes, 8)? as i64, u32_at(bytes, 16)?),
            dev: u32_at(bytes, 20)?,
            mode: u32_at(bytes, 24)?,
            uid: u32_at(bytes, 28)?,
            gid: u32_at(bytes, 32)?,
            rdev: u32_at(bytes, 36)?,
            kind: u16_at(bytes, 40)?,
            flags: u16_at(bytes, 42)?,
            sid: u32_at(bytes, 52)?,
            name: bytes.get(ITEM_LEN..)?,
        })
    }
}

/// Iterator over an event's sections; ends early at one that is cut short.
#[derive(Clone, Copy, Debug)]
pub struct Sections<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Sections<'a> {
    type Item = Section<'a>;

    fn next(&mut self) -> Option<Section<'a>> {
        let len = u32_at(self.rest, 4)? as usize;
        let data = self.rest.get(SECTION_LEN..)?.get(..len)?;
        let section = Section { kind: u16_at(self.rest, 0)?, flags: u16_at(self.rest, 2)?, data };
        self.rest = self.rest.get(SECTION_LEN + len..)?;
        Some(section)
    }
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == 0).next().unwrap_or_default()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_ne_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_ne_bytes(*b))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|b| u64::from_ne_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..1200), kind in 0u16..4) {
            if let Some(b) = bytes.get_mut(4..6) {
                b.copy_from_slice(&kind.to_ne_bytes());
            }
            if let Ok(Record::Syscall(event)) = Record::decode(&bytes) {
                prop_assert!(event.items().count() <= event.sections().count());
            }
        }
    }

    #[test]
    fn a_record_shorter_than_it_says_is_refused() {
        let mut bytes = vec![0; EVENT_LEN];
        bytes[0..4].copy_from_slice(&(EVENT_LEN as u32 + 1).to_ne_bytes());
        bytes[4..6].copy_from_slice(&1u16.to_ne_bytes());
        assert!(matches!(Record::decode(&bytes), Err(WireError::Short(_))));
        bytes[0..4].copy_from_slice(&(EVENT_LEN as u32).to_ne_bytes());
        assert!(matches!(Record::decode(&bytes), Ok(Record::Syscall(_))));
    }
}
