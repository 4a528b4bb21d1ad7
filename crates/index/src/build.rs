//! From the lines of a log to entries.

use crate::entry::Entry;
use crate::words::Words;
use memchr::{memchr, memrchr};
use raudit_log::read::lines_of;
use raudit_record::stamp::{StampReader, Unstamped};

/// A block has so many bytes at most, or one line that has more.
pub const BLOCK: usize = 64 << 10;

/// Makes entries.
#[derive(Debug, Default)]
pub struct Builder {
    stamps: StampReader,
    words: Words,
}

impl Builder {
    /// The length of the first block in `text`, of which more may come; nothing if the block is not whole yet.
    pub fn next(text: &[u8]) -> Option<usize> {
        match text.get(..BLOCK) {
            Some(block) => memrchr(b'\n', block).or_else(|| memchr(b'\n', text)).map(|at| at + 1),
            None => None,
        }
    }

    /// The entry of a block.
    pub fn entry(&mut self, block: &[u8]) -> Entry {
        let mut entry = Entry { len: u32::try_from(block.len()).unwrap_or(u32::MAX), ..Entry::empty() };
        self.words.begin();
        // as the lines are read: cut at a NUL, and where they are too long
        for line in lines_of(block, 0) {
            match self.stamps.read(line.bytes) {
                Ok(stamp) => {
                    let id = stamp.id;
                    entry.seconds = (entry.seconds.0.min(id.sec), entry.seconds.1.max(id.sec));
                    entry.serials = (entry.serials.0.min(id.serial), entry.serials.1.max(id.serial));
                    entry.filter.add_kind(stamp.kind.0);
                    self.words.add(line.bytes, &mut entry.filter);
                }
                Err(Unstamped::BadStamp(_) | Unstamped::NotARecord) => {}
            }
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Term;

    #[test]
    fn a_block_ends_with_a_line_and_knows_its_times_and_types() {
        let line = "type=CWD msg=audit(1700000000.000:7): cwd=\"/somewhere\"\n";
        let text = line.repeat(3000);
        let len = Builder::next(text.as_bytes()).unwrap();
        assert!(len <= BLOCK && len + line.len() > BLOCK && len.is_multiple_of(line.len()));
        assert_eq!(Builder::next(line.as_bytes()), None);
        assert_eq!(Builder::next(&b"x".repeat(BLOCK)), None);
        assert_eq!(Builder::next(&[b"x".repeat(BLOCK + 5), b"\ny".to_vec()].concat()), Some(BLOCK + 6));
        let entry = Builder::default().entry(&text.as_bytes()[..len]);
        assert_eq!((entry.seconds, entry.serials), ((1_700_000_000, 1_700_000_000), (7, 7)));
        assert!(entry.may_have(&Term::Kind(1307)) && entry.may_have(&Term::Text(b"/somewh".to_vec())));
        assert!(!entry.may_have(&Term::Kind(1300)) && !entry.may_have(&Term::Serial(8)));
    }
}
