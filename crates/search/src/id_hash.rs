//! A fast hash for event identities, which are a few numbers.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Seeded once a process, so that a forged log cannot aim at one place of the table.
#[derive(Clone, Debug)]
pub(crate) struct IdHash(u64);

impl Default for IdHash {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0) | 1)
    }
}

impl BuildHasher for IdHash {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded { state: self.0, seed: self.0 }
    }
}

/// Multiplies to 128 bits and folds, a number at a time.
#[derive(Debug)]
pub(crate) struct Folded {
    state: u64,
    seed: u64,
}

/// Odd, with evenly spread bits: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.state
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.state ^ number) * u128::from(self.seed.wrapping_mul(SPREAD) | 1);
        self.state = (product as u64) ^ ((product >> 64) as u64) ^ self.seed.rotate_left(32);
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::EventId;
    use std::collections::HashSet;

    #[test]
    fn neighbours_fall_far_apart() {
        let hash = IdHash::default();
        let mut places = HashSet::new();
        for serial in 0..1000 {
            for milli in 0..10 {
                places.insert(hash.hash_one(EventId { sec: 1_700_000_000, milli, serial }) % (1 << 20));
            }
        }
        // 10,000 into a million places: some hundred meetings by chance.
        assert!(places.len() > 9_800, "{}", places.len());
    }
}
