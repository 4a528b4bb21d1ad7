//! The words of a line, eight bytes at a time: most names and values are not longer.

use raudit_record::near;

/// The first eight bytes of a name as a number; equal ones belong to equal names, unless they are longer.
pub(super) type Tag = u64;

/// The tag of a name.
pub(super) const fn tag(name: &[u8]) -> Tag {
    let (mut number, mut at, mut rest) = (0, 0, name);
    while let [byte, after @ ..] = rest {
        if at == 8 {
            break;
        }
        number |= (*byte as u64) << (at * 8);
        (at, rest) = (at + 1, after);
    }
    number
}

/// A word, split at its first `=`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Word<'e> {
    /// The tag of the name,
    pub(super) tag: Tag,
    /// which is the whole word if there is no `=`.
    pub(super) name: &'e [u8],
    /// What stands behind the `=`.
    pub(super) value: Option<&'e [u8]>,
}

impl<'e> Word<'e> {
    /// The next word of a line, between blanks.
    #[inline(always)]
    pub(super) fn next(rest: &mut &'e [u8]) -> Option<Self> {
        let text = after_blanks(rest)?;
        let (tag, at) = match eight(text) {
            Some(bytes) => match first_of(bytes, b' ', b'=') {
                Some(at) => (bytes & ((1 << (at * 8)) - 1), at),
                None => (bytes, 8 + text.get(8..)?.iter().position(is_end_of_name).unwrap_or(text.len() - 8)),
            },
            None => {
                let at = text.iter().position(is_end_of_name).unwrap_or(text.len());
                (tag(text.get(..at)?), at)
            }
        };
        let (name, after) = text.split_at_checked(at)?;
        let (value, after) = match after {
            [b'=', after @ ..] => {
                let (value, after) = after.split_at_checked(near::find(b' ', after).unwrap_or(after.len()))?;
                (Some(value), after)
            }
            _ => (None, after),
        };
        *rest = after;
        Some(Self { tag, name, value })
    }
}

fn is_end_of_name(byte: &u8) -> bool {
    matches!(byte, b' ' | b'=')
}

fn after_blanks(text: &[u8]) -> Option<&[u8]> {
    let mut text = text;
    while let [b' ', after @ ..] = text {
        text = after;
    }
    (!text.is_empty()).then_some(text)
}

fn eight(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Which of eight bytes is the first that is one of these two.
fn first_of(bytes: u64, one: u8, other: u8) -> Option<usize> {
    let found = zeros(bytes ^ every(one)) | zeros(bytes ^ every(other));
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// The byte eight times.
const fn every(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of bytes that are 0, and perhaps of some behind the first of them.
fn zeros(bytes: u64) -> u64 {
    bytes.wrapping_sub(every(1)) & !bytes & every(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_all_lengths() {
        let mut rest = &b"  a=1 longer_than_eight=2=3  bare exactly8=4 n= exactly8 seven77=5 x"[..];
        let words: Vec<_> = std::iter::from_fn(|| Word::next(&mut rest)).collect();
        let expected: [(&[u8], Option<&[u8]>); 8] = [
            (b"a", Some(b"1")),
            (b"longer_than_eight", Some(b"2=3")),
            (b"bare", None),
            (b"exactly8", Some(b"4")),
            (b"n", Some(b"")),
            (b"exactly8", None),
            (b"seven77", Some(b"5")),
            (b"x", None),
        ];
        assert_eq!(words.iter().map(|word| (word.name, word.value)).collect::<Vec<_>>(), expected);
        assert!(words.iter().all(|word| word.tag == tag(word.name)));
    }

    proptest! {
        #[test]
        fn words_are_what_splitting_gives(text in "[ =a-c]{0,60}") {
            let mut rest = text.as_bytes();
            let words: Vec<_> = std::iter::from_fn(|| Word::next(&mut rest)).collect();
            let expected: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(words.len(), expected.len());
            for (word, expected) in words.iter().zip(expected) {
                let (name, value) = expected.split_once('=').map_or((expected, None), |(name, value)| (name, Some(value)));
                prop_assert_eq!((word.name, word.value), (name.as_bytes(), value.map(str::as_bytes)));
                prop_assert_eq!(word.tag, tag(word.name));
            }
        }
    }
}
