//! The set of system calls (or io_uring operations) a rule names.

/// Number of 32-bit words in the kernel's mask (`AUDIT_BITMASK_SIZE`, linux/audit.h).
pub const WORDS: usize = 64;

/// A bit for each system call number, as `struct audit_rule_data.mask` has it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SyscallMask(pub [u32; WORDS]);

impl SyscallMask {
    /// No call at all.
    pub const EMPTY: Self = Self([0; WORDS]);
    /// Every call: what `-S all`, and a rule without `-S`, means.
    pub const ALL: Self = Self([u32::MAX; WORDS]);
    /// Numbers from here on cannot be named (the last 32 bits are class bits in old kernels).
    pub const LIMIT: u32 = (WORDS as u32) * 32;

    /// Adds a call; false when the number does not fit the mask.
    pub fn insert(&mut self, number: u32) -> bool {
        match self.0.get_mut((number / 32) as usize) {
            Some(word) => {
                *word |= 1 << (number % 32);
                true
            }
            None => false,
        }
    }

    /// Whether the call is named.
    pub fn contains(&self, number: u32) -> bool {
        self.0.get((number / 32) as usize).is_some_and(|word| word & (1 << (number % 32)) != 0)
    }

    /// Whether every call is named. auditctl looks at words 0 to 62 only, and so do we.
    pub fn is_all(&self) -> bool {
        self.0.iter().take(WORDS - 1).all(|&word| word == u32::MAX)
    }

    /// Whether no call is named.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// As the kernel keeps and lists it: the last sixteen bits of a rule sent stand for classes of calls, and are
    /// cleared (`audit_to_entry_common`, auditfilter.c). No program is known to send them but in [`ALL`](Self::ALL).
    pub fn normalised(mut self) -> Self {
        if let Some(last) = self.0.last_mut() {
            *last &= 0x0000_ffff;
        }
        self
    }

    /// The numbers named, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let set = self.0.iter().zip(0..).filter(|(word, _)| **word != 0);
        set.flat_map(|(word, at)| (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 32 + bit))
    }
}

impl Default for SyscallMask {
    fn default() -> Self {
        Self::EMPTY
    }
}

#[cfg(test)]
mod tests {
    use super::SyscallMask;

    #[test]
    fn holds_what_was_put_in() {
        let mut mask = SyscallMask::EMPTY;
        assert!(mask.insert(0) && mask.insert(257) && mask.insert(2047));
        assert!(!mask.insert(2048));
        assert_eq!(mask.iter().collect::<Vec<_>>(), [0, 257, 2047]);
        assert!(!mask.is_all() && !mask.is_empty());
        assert!(SyscallMask::ALL.is_all() && SyscallMask::EMPTY.is_empty());
        let kept = SyscallMask::ALL.normalised();
        assert!(kept.is_all() && kept.contains(2031) && !kept.contains(2032));
    }
}
