//! Finding a byte that is mostly a few bytes away: eight at a time, because preparing a search with vectors would cost more than the
//! search.

const ONES: u64 = 0x0101_0101_0101_0101;

/// Where `byte` stands first.
#[inline(always)]
pub fn find(byte: u8, text: &[u8]) -> Option<usize> {
    let (mut at, mut rest) = (0, text);
    while let Some((bytes, behind)) = rest.split_first_chunk() {
        if let Some(found) = first_zero(u64::from_le_bytes(*bytes) ^ each(byte), u64::MAX) {
            return Some(at + found);
        }
        (at, rest) = (at + 8, behind);
    }
    rest.iter().position(|&other| other == byte).map(|found| at + found)
}

/// Where either of two bytes stands first.
#[inline(always)]
pub fn find2(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    let (mut at, mut rest) = (0, text);
    while let Some((bytes, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*bytes);
        if let Some(found) = first_zero(word ^ each(one), word ^ each(other)) {
            return Some(at + found);
        }
        (at, rest) = (at + 8, behind);
    }
    rest.iter().position(|&byte| byte == one || byte == other).map(|found| at + found)
}

/// Whether there is a control character. To the end in any case: that many bytes can be looked at at once.
pub fn has_control(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    // what is less than a blank borrows from its high bit, and so does only what is above it then
    let found = words
        .iter()
        .map(|bytes| u64::from_le_bytes(*bytes))
        .fold(0, |found, word| found | (word.wrapping_sub(each(b' ')) & !word & each(0x80)));
    found != 0 || rest.iter().any(|&byte| byte < b' ')
}

/// The byte eight times.
#[inline]
const fn each(byte: u8) -> u64 {
    byte as u64 * ONES
}

/// The first byte that is zero in either of two words.
#[inline]
const fn first_zero(one: u64, other: u64) -> Option<usize> {
    let found = zeros(one) | zeros(other);
    if found == 0 { None } else { Some(found.trailing_zeros() as usize / 8) }
}

/// The high bit of each byte that is zero; above the first one others may have it, too.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_simple_search_finds(text in proptest::collection::vec(prop_oneof![Just(b' '), Just(b'!'), Just(b'='), any::<u8>()], 0..100), far: bool) {
            let text = if far { [vec![b'x'; 70], text].concat() } else { text };
            prop_assert_eq!(find(b'=', &text), text.iter().position(|&byte| byte == b'='));
            prop_assert_eq!(has_control(&text), text.iter().any(|&byte| byte < b' '));
            prop_assert_eq!(find2(b' ', b'=', &text), text.iter().position(|&byte| byte == b' ' || byte == b'='));
        }
    }
}
