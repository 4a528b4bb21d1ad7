//! What few events carry: a special record, a pair of descriptors, tasks that were signalled (bpf/records.h).

use super::{section, u32_at, u64_at, until_nul};
use crate::skel::{TARGET_LEN, TARGETS_LEN};
use crate::wire::Event;

/// `enum special_kind`.
#[allow(missing_docs, reason = "explained in bpf/event.h")]
pub mod special {
    pub const MODULE: u32 = 1;
    pub const INJOFFSET: u32 = 2;
    pub const ADJNTPVAL: u32 = 3;
    pub const MMAP: u32 = 4;
    pub const CAPSET: u32 = 5;
    pub const OPENAT2: u32 = 6;
    pub const IPC: u32 = 7;
    pub const MQ_OPEN: u32 = 8;
    pub const MQ_SENDRECV: u32 = 9;
    pub const MQ_NOTIFY: u32 = 10;
    pub const MQ_GETSETATTR: u32 = 11;
    pub const SOCKETCALL: u32 = 12;
    pub const F_SET_PERM: u32 = 1;
}

/// `struct special`: the record of an event's special type; what the values mean depends on the kind.
#[derive(Clone, Copy, Debug)]
pub struct Special<'a> {
    /// [`special`] kind.
    pub kind: u32,
    /// `SPECIAL_F_*`.
    pub flags: u32,
    values: &'a [u8],
    /// A module's name.
    pub text: &'a [u8],
}

/// Bytes of `struct special` before its values, and of these.
const VALUES: std::ops::Range<usize> = 8..8 + 14 * 8;

impl<'a> Special<'a> {
    /// Decodes a SPECIAL section.
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        Some(Self {
            kind: u32_at(bytes, 0)?,
            flags: u32_at(bytes, 4)?,
            values: bytes.get(VALUES)?,
            text: until_nul(bytes.get(VALUES.end..)?),
        })
    }

    /// A value; 0 beyond the last.
    pub fn value(&self, at: usize) -> u64 {
        u64_at(self.values, at * 8).unwrap_or_default()
    }
}

/// `struct target`: a task that was signalled or traced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the task's own fields")]
pub struct Target<'a> {
    pub pid: u32,
    pub auid: u32,
    pub uid: u32,
    pub session: u32,
    pub sid: u32,
    pub comm: &'a [u8],
    pub label: &'a [u8],
}

impl<'a> Target<'a> {
    fn decode(bytes: &'a [u8]) -> Option<Self> {
        Some(Self {
            pid: u32_at(bytes, 0)?,
            auid: u32_at(bytes, 4)?,
            uid: u32_at(bytes, 8)?,
            session: u32_at(bytes, 12)?,
            sid: u32_at(bytes, 16)?,
            comm: until_nul(bytes.get(20..36)?),
            label: until_nul(bytes.get(36..TARGET_LEN)?),
        })
    }

    /// The targets in these bytes.
    pub fn all(bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        bytes.chunks_exact(TARGET_LEN).filter_map(Self::decode)
    }
}

impl<'a> Event<'a> {
    /// Its special record.
    pub fn special(&self) -> Option<Special<'a>> {
        Special::decode(self.section(section::SPECIAL)?.data)
    }

    /// The descriptors it reserved.
    pub fn fds(&self) -> Option<[i32; 2]> {
        let data = self.section(section::FDS)?.data;
        Some([u32_at(data, 0)? as i32, u32_at(data, 4)? as i32])
    }
}

/// `struct target_chunk`: tasks of the event with the same token, which follows.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a> {
    /// The event they belong to.
    pub token: u64,
    /// For [`Target::all`].
    pub data: &'a [u8],
}

impl<'a> Targets<'a> {
    /// Decodes a ring record of this type.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let len = (u32_at(bytes, 16)? as usize).checked_mul(TARGET_LEN)?;
        Some(Self { token: u64_at(bytes, 8)?, data: bytes.get(TARGETS_LEN..)?.get(..len)? })
    }
}
