//! Which calls the programs look at, in memory shared with them (`named` in bpf/maps.h): a bit for each, so that all others are over in
//! a few instructions. While the policy changes it is the calls of both.

use super::shared::Shared;
use crate::classify::operations::WANT_RING;
use crate::classify::{NR_MAX, Policy};
use crate::plan::Attach;

/// `ARCH_COUNT` rows of `NR_MAX` bits.
const WORDS: usize = 2 * NR_MAX / 64;

/// A bit for each system call of each architecture (`struct named`).
#[derive(Clone, Debug)]
pub(super) struct Calls([u64; WORDS]);

impl Calls {
    /// Those that a policy is about.
    pub(super) fn of(policy: &Policy, attach: &Attach) -> Self {
        let mut words = [0; WORDS];
        for arch in 0..2 {
            let rows = policy.syscalls.get(arch).into_iter().flatten().filter(|(_, row)| **row != 0).map(|(nr, _)| *nr);
            let wants = attach.wants.get(arch).into_iter().chain(policy.wants.get(arch)).flatten();
            let rings = wants.filter(|(_, want)| **want & WANT_RING != 0).map(|(nr, _)| *nr);
            for nr in rows.chain(rings).map(|nr| nr as usize).filter(|nr| *nr < NR_MAX) {
                if let Some(word) = words.get_mut((arch * NR_MAX + nr) / 64) {
                    *word |= 1 << (nr % 64);
                }
            }
        }
        Self(words)
    }
}

#[derive(Debug)]
pub(super) struct Named {
    memory: Shared,
    calls: Calls,
}

impl Named {
    pub(super) fn of(memory: Shared) -> Self {
        Self { memory, calls: Calls([0; WORDS]) }
    }

    /// From now on these as well.
    pub(super) fn add(&mut self, calls: &Calls) {
        for (now, more) in self.calls.0.iter_mut().zip(calls.0) {
            *now |= more;
        }
        self.write();
    }

    /// From now on these only.
    pub(super) fn set(&mut self, calls: Calls) {
        self.calls = calls;
        self.write();
    }

    fn write(&mut self) {
        for (at, word) in self.calls.0.iter().enumerate() {
            self.memory.store64(at * 8, *word);
        }
    }
}
