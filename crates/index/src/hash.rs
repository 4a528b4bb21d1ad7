//! Hashes that are the same on every machine, unlike those of the standard library.

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes a number into a hash: a product of 128 bits, folded.
pub(crate) fn mix(hash: u64, number: u64) -> u64 {
    let product = u128::from(hash ^ number) * u128::from(SPREAD);
    (product as u64) ^ ((product >> 64) as u64) ^ hash.rotate_left(29)
}

/// Of bytes, and how many they are.
pub(crate) fn of(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(SPREAD, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    mix(rest.iter().fold(hash, |hash, &byte| mix(hash, u64::from(byte))), bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_and_the_length_count() {
        assert_ne!(of(b""), of(b"\0"));
        assert_ne!(of(b"12345678"), of(b"123456780"));
        assert_ne!(of(b"12345678abc"), of(b"12345678abd"));
        assert_eq!(of(b"rauditd"), of(b"rauditd"));
    }
}
