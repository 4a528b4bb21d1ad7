//! Ring records made by hand, for tests and measurements: the programs' side of what [`wire`](super) decodes.
#![allow(clippy::indexing_slicing, reason = "it writes to places that are there, or the test that wants them fails")]

use super::section;
use crate::fact::Fact;
use crate::skel::{EVENT_LEN, ITEM_LEN};

/// A `struct event` and its sections, being put together.
#[derive(Clone, Debug)]
pub struct Sample(Vec<u8>);

impl Sample {
    /// A system call of `arch` with number `nr` that gave `ret`, by a task called `cat`.
    pub fn call(arch: u32, nr: u32, ret: i64) -> Self {
        let mut sample = Self(vec![0; EVENT_LEN]);
        sample.put(4, &1u16.to_ne_bytes());
        sample.put(24, &ret.to_ne_bytes());
        sample.put(80, &arch.to_ne_bytes());
        sample.put(84, &nr.to_ne_bytes());
        sample.put(232, b"cat");
        sample.put(248, b"pts0");
        sample.fact(crate::fact::SUCCESS, if ret < 0 { 2 } else { 1 })
    }

    fn put(&mut self, at: usize, value: &[u8]) {
        self.0[at..at + value.len()].copy_from_slice(value);
    }

    /// With `EVENT_F_*`.
    #[must_use]
    pub fn flags(mut self, flags: u16) -> Self {
        self.put(6, &flags.to_ne_bytes());
        self
    }

    /// With its `at`th argument.
    #[must_use]
    pub fn argument(mut self, at: usize, value: u64) -> Self {
        self.put(32 + at * 8, &value.to_ne_bytes());
        self
    }

    /// With what is known of the task.
    #[must_use]
    pub fn fact(mut self, fact: Fact, value: u32) -> Self {
        self.put(104 + fact as usize * 4, &value.to_ne_bytes());
        self
    }

    /// With a section more.
    #[must_use]
    pub fn section(mut self, kind: u16, flags: u16, data: &[u8]) -> Self {
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(flags.to_ne_bytes());
        self.0.extend((data.len() as u32).to_ne_bytes());
        self.0.extend(data);
        self
    }

    /// With a path item more: of [`item`](super::item)'s kinds and flags, the file's mode, SELinux's number of its label, and a name.
    #[must_use]
    pub fn item(self, kind: u16, flags: u16, mode: u32, sid: u32, name: &[u8]) -> Self {
        let mut item = vec![0; ITEM_LEN];
        let mut put = |at: usize, value: &[u8]| item[at..at + value.len()].copy_from_slice(value);
        put(0, &1234u64.to_ne_bytes());
        put(20, &(0xfe << 20 | 1u32).to_ne_bytes());
        put(24, &mode.to_ne_bytes());
        put(40, &kind.to_ne_bytes());
        put(42, &flags.to_ne_bytes());
        put(52, &sid.to_ne_bytes());
        item.extend(name);
        self.section(section::ITEM, 0, &item)
    }

    /// The ring record.
    pub fn bytes(mut self) -> Vec<u8> {
        let len = self.0.len() as u32;
        self.put(0, &len.to_ne_bytes());
        self.0
    }
}
