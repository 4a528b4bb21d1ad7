//! What is known of a block.

use crate::filter::{Filter, SIZE, Term};
use crate::hash;

/// Bytes of an entry in the file: length (4) and check sum (4), first second, last second, first serial, last serial (8 each), the filter; little endian.
pub const ENTRY: usize = 40 + SIZE;

/// The most bytes a block has.
pub const LONGEST: u32 = 1 << 20;

/// A block of whole lines.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Entry {
    /// Its length in bytes.
    pub len: u32,
    /// The lowest and highest second of the stamps in it; (`u64::MAX`, 0) without one.
    pub seconds: (u64, u64),
    /// The lowest and highest serial.
    pub serials: (u64, u64),
    /// What stands in it.
    pub filter: Filter,
}

impl Entry {
    /// Of a block without a line.
    pub fn empty() -> Self {
        Self { seconds: (u64::MAX, 0), serials: (u64::MAX, 0), ..Self::default() }
    }

    /// Whether the block may hold a record of these seconds.
    pub fn may_be_of(&self, seconds: (u64, u64)) -> bool {
        self.seconds.0 <= seconds.1 && self.seconds.1 >= seconds.0
    }

    /// Whether it may hold this.
    pub fn may_have(&self, term: &Term) -> bool {
        match term {
            Term::Serial(serial) => (self.serials.0..=self.serials.1).contains(serial),
            term => self.filter.may_have(term),
        }
    }

    /// Its bytes in the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ENTRY);
        bytes.extend_from_slice(&self.len.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        for number in [self.seconds.0, self.seconds.1, self.serials.0, self.serials.1] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.filter.0);
        let sum = hash::of(&bytes) as u32;
        if let Some(place) = bytes.get_mut(4..8) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
        bytes
    }

    /// The entry in these bytes; nothing if they are not one.
    pub fn from_bytes(bytes: &[u8; ENTRY]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let mut plain = *bytes;
        plain.get_mut(4..8)?.fill(0);
        let sum = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?);
        let entry = Self {
            len: u32::from_le_bytes(*bytes.first_chunk()?),
            seconds: (number(8)?, number(16)?),
            serials: (number(24)?, number(32)?),
            filter: Filter(*bytes.last_chunk()?),
        };
        (hash::of(&plain) as u32 == sum && (1..=LONGEST).contains(&entry.len)).then_some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_back_and_every_damage_is_noticed() {
        let mut entry = Entry { len: 65_000, seconds: (10, 20), serials: (1, 9), filter: Filter::default() };
        entry.filter.add_text(b"something");
        let bytes: [u8; ENTRY] = entry.to_bytes().try_into().unwrap();
        assert_eq!(Entry::from_bytes(&bytes), Some(entry.clone()));
        for at in 0..ENTRY {
            let mut damaged = bytes;
            damaged[at] ^= 1 << (at % 8);
            assert_eq!(Entry::from_bytes(&damaged), None, "{at}");
        }
        assert_eq!(Entry::from_bytes(&[0; ENTRY]), None);
        assert!(entry.may_be_of((20, 30)) && entry.may_be_of((0, 10)) && !entry.may_be_of((21, 30)));
        assert!(entry.may_have(&Term::Serial(9)) && !entry.may_have(&Term::Serial(10)));
    }
}
