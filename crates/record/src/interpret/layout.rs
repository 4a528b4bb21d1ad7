//! The names that the records of a type have, in order: nearly always those of the record before it. So names need not be looked for, nor
//! what they mean.

use super::Meaning;
use crate::Kind;

/// So many that the types of a log rarely share a place.
const PLACES: usize = 64;
/// More fields of a record are not remembered: a forged one must not cost memory.
const MOST: usize = 64;
/// Longer names are not remembered; the `=` counts.
const LONGEST: usize = 16;

/// The names of the last record of each type, each type in the place that its number gives it; no places before the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Layouts(Vec<Layout>);

/// The names of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    kind: Kind,
    names: Vec<Known>,
}

/// A name with its `=`, and what it means.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Padded with zeros.
    word: u128,
    len: usize,
    meaning: Meaning,
}

impl Layouts {
    /// The layout of a type, emptied if another type had the place.
    pub(super) fn of(&mut self, kind: Kind) -> Option<&mut Layout> {
        if self.0.is_empty() {
            self.0.resize(PLACES, Layout::default());
        }
        let layout = self.0.get_mut(kind.0 as usize % PLACES)?;
        if layout.kind != kind {
            *layout = Layout { kind, ..Layout::default() };
        }
        Some(layout)
    }
}

impl Layout {
    /// If the field at this place has the name it had in the last record: how long that is with its `=`, and what it means.
    #[inline]
    pub(super) fn expected(&self, place: usize, text: &[u8]) -> Option<(usize, Meaning)> {
        let known = self.names.get(place)?;
        let word = u128::from_le_bytes(*text.first_chunk()?);
        (word & mask(known.len) == known.word).then_some((known.len, known.meaning))
    }

    /// Remembers the field at this place; `text` begins with its name.
    pub(super) fn learn(&mut self, place: usize, text: &[u8], len: usize, meaning: Meaning) {
        let Some(first) = text.first_chunk().filter(|_| len <= LONGEST && place < MOST) else { return };
        let known = Known { word: u128::from_le_bytes(*first) & mask(len), len, meaning };
        // where it is further, one before it has a name that cannot be remembered
        if place == self.names.len() {
            self.names.push(known);
        } else if let Some(other) = self.names.get_mut(place) {
            *other = known;
        }
    }
}

/// So many bytes, 1 to 16.
#[inline]
fn mask(len: usize) -> u128 {
    u128::MAX >> (128 - 8 * len.clamp(1, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_expected_where_it_stood_and_nowhere_else() {
        let mut layouts = Layouts::default();
        let layout = layouts.of(Kind::PATH).unwrap();
        let text = b"item=0 name=\"/etc/passwd\" inode=1";
        layout.learn(0, text, 5, Meaning::Plain);
        layout.learn(1, &text[7..], 5, Meaning::Untrusted);
        layout.learn(7, text, 5, Meaning::Mode);
        assert_eq!(layout.expected(0, text), Some((5, Meaning::Plain)));
        assert_eq!(layout.expected(1, &text[7..]), Some((5, Meaning::Untrusted)));
        assert_eq!(layout.expected(1, b"nametype=NORMAL cap_fp=0"), None);
        assert_eq!(layout.expected(0, &text[7..]), None);
        assert_eq!(layout.expected(7, text), None);
        assert_eq!(layout.expected(0, b"item=0"), None, "too near the end");
        assert_eq!(layouts.of(Kind(Kind::PATH.0 + PLACES as u32)).unwrap().expected(0, text), None);
    }
}
