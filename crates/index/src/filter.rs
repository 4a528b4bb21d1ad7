//! What stands in a block of a log, as a few thousand bits (a Bloom filter).
//!
//! A term that is there has all its bits set. One that is not may have, too, by what others have set: then a block is read for nothing.
//! Texts get in as their trigrams, since they are searched for by parts: a text may be there only if all trigrams of it are.

use crate::hash::mix;

/// Bytes of a filter: with [`crate::build::BLOCK`] a hundredth of the log at most.
pub const SIZE: usize = 600;
/// Bits of a number or a type. A trigram has one: most texts have several.
const BITS: u64 = 3;

/// What a block must hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Term {
    /// This text as a part of a value, or a name in it. Of less than three bytes nothing is known.
    Text(Vec<u8>),
    /// A field whose name ends so, with this number.
    Number(Suffix, u64),
    /// A record of this type.
    Kind(u32),
    /// A record with this serial. Of that only the lowest and highest one are known.
    Serial(u64),
    /// One of these.
    Any(Vec<Self>),
}

/// The ends of fields' names whose numbers are searched for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "they are the names")]
pub enum Suffix {
    Uid,
    Gid,
    Pid,
    Ses,
    Syscall,
}

/// The bits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Filter(pub [u8; SIZE]);

impl Default for Filter {
    fn default() -> Self {
        Self([0; SIZE])
    }
}

const KIND: u64 = 0x100;

fn places(what: u64, number: u64) -> impl Iterator<Item = usize> {
    let mut hash = mix(what, number);
    (0..BITS).map(move |_| {
        hash = mix(hash, BITS);
        place(hash)
    })
}

/// A hash's bit, by its high half.
fn place(hash: u64) -> usize {
    (((hash >> 32) * (8 * SIZE as u64)) >> 32) as usize
}

fn of_trigram(trigram: &[u8]) -> usize {
    let number = trigram.iter().fold(0, |all, &byte| all << 8 | u64::from(byte));
    place((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

impl Filter {
    fn set(&mut self, bit: usize) {
        if let Some(byte) = self.0.get_mut(bit / 8) {
            *byte |= 1 << (bit % 8);
        }
    }

    fn has(&self, bit: usize) -> bool {
        self.0.get(bit / 8).is_some_and(|byte| byte & 1 << (bit % 8) != 0)
    }

    /// A text gets in.
    pub fn add_text(&mut self, text: &[u8]) {
        text.windows(3).for_each(|trigram| self.set(of_trigram(trigram)));
    }

    /// A number of such a field does.
    pub fn add_number(&mut self, suffix: Suffix, number: u64) {
        places(suffix as u64, number).for_each(|bit| self.set(bit));
    }

    /// A type of record does.
    pub fn add_kind(&mut self, kind: u32) {
        places(KIND, kind.into()).for_each(|bit| self.set(bit));
    }

    /// Whether the term may be there.
    pub fn may_have(&self, term: &Term) -> bool {
        match term {
            Term::Text(text) => text.windows(3).all(|trigram| self.has(of_trigram(trigram))),
            Term::Number(suffix, number) => places(*suffix as u64, *number).all(|bit| self.has(bit)),
            Term::Kind(kind) => places(KIND, (*kind).into()).all(|bit| self.has(bit)),
            Term::Serial(_) => true,
            Term::Any(terms) => terms.iter().any(|term| self.may_have(term)),
        }
    }

    /// The share of bits that are set.
    pub fn fill(&self) -> f64 {
        f64::from(self.0.iter().map(|byte| byte.count_ones()).sum::<u32>()) / (8 * SIZE) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_got_in_is_there_and_most_else_is_not() {
        let mut filter = Filter::default();
        for number in 0..300 {
            filter.add_number(Suffix::Pid, number);
        }
        filter.add_text(b"/usr/bin/curl");
        filter.add_kind(1300);
        let has = |term| filter.may_have(&term);
        assert!((0..300).all(|number| has(Term::Number(Suffix::Pid, number))));
        assert!(has(Term::Text(b"/bin/cu".to_vec())) && has(Term::Kind(1300)) && has(Term::Text(b"ab".to_vec())));
        assert!(has(Term::Any(vec![Term::Text(b"nothing".to_vec()), Term::Kind(1300)])) && !has(Term::Any(Vec::new())));
        let wrong = (1000..2000).filter(|&number| has(Term::Number(Suffix::Pid, number))).count();
        assert!(wrong < 50 && !has(Term::Text(b"/usr/bin/wget".to_vec())), "{wrong}");
        assert!(filter.fill() > 0.1 && filter.fill() < 0.3, "{}", filter.fill());
    }
}
