//! The beginning of a queue file (`audisp/plugins/remote/queue.c` of audit-userspace).
//!
//! ```text
//!   0                 14        15       16        20         24        28         32
//!   | "\0audisp-remote" | version | 0      | entries | entry's  | first   | how many |
//!   |                   | 0       |        |         | size     | in use  | in use   |
//! ```
//!
//! All numbers are big endian. The header has an entry's room; entry `i` begins at `(i + 1) * size`, and holds a text that ends
//! with NUL. The entries in use are a ring.

/// The length of a header.
pub const HEADER: usize = 32;
/// Where the part begins that changes.
pub const STATE_AT: u64 = 24;
/// The size of an entry.
pub const ENTRY: u64 = 3 * 4096;

const MAGIC: [u8; 14] = *b"\0audisp-remote";

/// What a header says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// How many entries there are.
    pub entries: u32,
    /// The first one in use.
    pub head: u32,
    /// How many are in use.
    pub length: u32,
}

impl Header {
    /// As bytes.
    pub fn encode(self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend([0, 0]);
        out.extend(self.entries.to_be_bytes());
        out.extend((ENTRY as u32).to_be_bytes());
        out.extend(self.state());
        out
    }

    /// The part that changes.
    pub fn state(self) -> [u8; 8] {
        let mut state = [0; 8];
        let (head, length) = state.split_at_mut(4);
        head.copy_from_slice(&self.head.to_be_bytes());
        length.copy_from_slice(&self.length.to_be_bytes());
        state
    }

    /// What is wrong with a header, or what it says.
    ///
    /// # Errors
    /// A few words.
    pub fn decode(bytes: &[u8; HEADER]) -> Result<Self, &'static str> {
        let Some((magic, [version, reserved, numbers @ ..])) = bytes.split_first_chunk::<14>() else {
            return Err("it is too short");
        };
        if *magic != MAGIC {
            return Err("it is no queue of audisp-remote");
        }
        if (*version, *reserved) != (0, 0) {
            return Err("it is of a newer version");
        }
        let mut numbers = numbers.chunks_exact(4).map(|four| four.try_into().map_or(0, u32::from_be_bytes));
        let mut number = || numbers.next().unwrap_or(0);
        let (entries, size, head, length) = (number(), number(), number(), number());
        if u64::from(size) != ENTRY {
            return Err("its entries have another size");
        }
        if head >= entries || length > entries {
            return Err("its header contradicts itself");
        }
        Ok(Self { entries, head, length })
    }

    /// How long its file is.
    pub fn file_size(self) -> u64 {
        (u64::from(self.entries) + 1) * ENTRY
    }

    /// Where the entry begins that is `n` behind the first.
    pub fn offset(self, n: u32) -> u64 {
        let index = (u64::from(self.head) + u64::from(n)) % u64::from(self.entries.max(1));
        (index + 1) * ENTRY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_as_it_was_written() {
        let header = Header { entries: 10, head: 9, length: 3 };
        let bytes: [u8; HEADER] = header.encode().try_into().unwrap();
        assert_eq!(&bytes[..16], b"\0audisp-remote\0\0");
        assert_eq!(bytes[16..], [0, 0, 0, 10, 0, 0, 0x30, 0, 0, 0, 0, 9, 0, 0, 0, 3]);
        assert_eq!(Header::decode(&bytes), Ok(header));
        assert_eq!((header.offset(0), header.offset(1), header.file_size()), (10 * ENTRY, ENTRY, 11 * ENTRY));
        for at in 0..HEADER {
            let mut wrong = bytes;
            wrong[at] ^= 0x80;
            // a number of entries that is larger is wrong by the file's size only
            assert_eq!(Header::decode(&wrong).is_err(), !(16..20).contains(&at), "byte {at}");
        }
    }
}
