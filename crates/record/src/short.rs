//! Short words as numbers, to find them in a table in one step: names of fields, names of types.

/// A word of up to sixteen bytes: its first eight and its last eight, which overlap, or all of one that is shorter; and its length. Two words
/// have the same key only if they are the same.
pub(crate) type Key = [u64; 3];

/// The key of a word; nothing for a longer one.
#[inline]
pub(crate) fn key(word: &[u8]) -> Option<Key> {
    let len = word.len() as u64;
    match (word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last)) if len <= 16 => Some([u64::from_be_bytes(*first), u64::from_be_bytes(*last), len]),
        (None, None) => Some([word.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0, len]),
        _ => None,
    }
}

/// A place for it among `2^bits`.
#[inline]
pub(crate) const fn place(key: Key, bits: u32) -> usize {
    let mixed = (key[0] ^ key[1].rotate_left(23) ^ key[2]).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn only_the_same_word_has_the_same_key() {
        let words =
            ["", "\0", "a", "a\0", "\0a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghabcdefgh", "abcdefghibcdefgh"];
        assert_eq!(words.iter().map(|word| key(word.as_bytes())).collect::<HashSet<_>>().len(), words.len());
        assert_eq!(key(b"a word of more than sixteen"), None);
        assert!(words.iter().all(|word| key(word.as_bytes()).is_some_and(|key| place(key, 9) < 512)));
    }
}
