//! Reading logs: which files, in which order, and their lines.
//!
//! A search reads [`files`] oldest first, so that an event whose records were split by a rotation comes together
//! again. [`Lines`] hands out lines borrowed from one large buffer: no allocation per line, and memory stays bounded
//! whatever is in the file.
//!
//! ```no_run
//! # fn main() -> std::io::Result<()> {
//! use raudit_log::read::{Lines, files};
//! for file in files(std::path::Path::new("/var/log/audit/audit.log"))? {
//!     let mut lines = Lines::new(file.open()?);
//!     while let Some(line) = lines.next_line()? {
//!         println!("{} bytes at {}", line.bytes.len(), line.offset);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

pub use crate::files::{LogFile, files};
use std::io::{self, Read};

/// How much is read at once: what is read stays in the processor's second cache until it is looked at.
pub const BUFFER: usize = 128 << 10;

/// The longest line handed out, in bytes without its newline.
///
/// A record has at most 8970 bytes (`MAX_AUDIT_MESSAGE_LENGTH` in libaudit.h); ausearch reads lines into a buffer of
/// that size, of which one byte is the terminator.
pub const LONGEST_LINE: usize = 8969;

/// What ended a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// A newline: the line is whole.
    Newline,
    /// The end of the input: the last line of a file being written, or one torn by a crash.
    Input,
    /// It is longer than [`LONGEST_LINE`]; the rest of it is skipped.
    TooLong,
    /// A NUL byte; the rest of it is skipped, as ausearch does.
    Nul,
}

/// One line of a log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogLine<'a> {
    /// Its bytes without the newline. Never longer than [`LONGEST_LINE`], never with a NUL.
    pub bytes: &'a [u8],
    /// Where it starts, in bytes from where reading began.
    pub offset: u64,
    /// What ended it.
    pub end: End,
}

/// The lines of a file, a pipe, or anything that can be read.
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// `buffer[start..filled]` is read but not handed out yet.
    start: usize,
    filled: usize,
    /// Offset in the input of `buffer[0]`.
    base: u64,
    ended: bool,
    /// The tail of an over-long line is being skipped.
    skipping: bool,
}

impl<R: Read> Lines<R> {
    /// Reads lines from `source`.
    pub fn new(source: R) -> Self {
        Self { source, buffer: vec![0; BUFFER], start: 0, filled: 0, base: 0, ended: false, skipping: false }
    }

    /// The next line, or `None` at the end of the input.
    ///
    /// # Errors
    /// What reading the source gives, except `EINTR`, which is tried again.
    pub fn next_line(&mut self) -> io::Result<Option<LogLine<'_>>> {
        loop {
            let Some((from, to, end)) = self.next_span()? else { return Ok(None) };
            if std::mem::take(&mut self.skipping) {
                self.skipping = end == End::TooLong;
                continue;
            }
            self.skipping = end == End::TooLong;
            return Ok(Some(line(self.buffer.get(from..to).unwrap_or_default(), self.base + from as u64, end)));
        }
    }

    /// As many whole lines as are buffered, with their newlines: for a search that looks for a literal first.
    ///
    /// The block ends with a newline, except at the end of the input. A line longer than the buffer comes in pieces
    /// without newline; other lines come as they are, also over-long ones: split a block with [`lines_of`]. Returns the
    /// block and its offset. Do not mix with [`Lines::next_line`] in the middle of an over-long line.
    ///
    /// # Errors
    /// What reading the source gives.
    pub fn next_block(&mut self) -> io::Result<Option<(&[u8], u64)>> {
        loop {
            let unread = self.buffer.get(self.start..self.filled).unwrap_or_default();
            let end = match memchr::memrchr(b'\n', unread) {
                Some(at) => self.start + at + 1,
                None if !unread.is_empty() && (self.ended || self.is_full()) => self.filled,
                None if self.ended => return Ok(None),
                None => {
                    self.fill()?;
                    continue;
                }
            };
            let from = std::mem::replace(&mut self.start, end);
            return Ok(Some((self.buffer.get(from..end).unwrap_or_default(), self.base + from as u64)));
        }
    }

    /// The bounds in the buffer of the next line (without newline), and what ended it; moves past it.
    fn next_span(&mut self) -> io::Result<Option<(usize, usize, End)>> {
        let mut searched = 0;
        loop {
            let unread = self.buffer.get(self.start..self.filled).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unread.get(searched..).unwrap_or_default()) {
                let from = self.start;
                let to = from + searched + at;
                self.start = to + 1;
                return Ok(Some((from, to, End::Newline)));
            }
            searched = unread.len();
            if self.ended || (searched > LONGEST_LINE && self.is_full()) {
                let from = std::mem::replace(&mut self.start, self.filled);
                let end = if self.ended { End::Input } else { End::TooLong };
                return Ok((searched > 0).then_some((from, self.filled, end)));
            }
            self.fill()?;
        }
    }

    /// Whether nothing more fits in without handing out what is there.
    fn is_full(&self) -> bool {
        self.start == 0 && self.filled == self.buffer.len()
    }

    /// Reads more, moving what is unread to the front of the buffer.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.base += self.start as u64;
            self.filled -= self.start;
            self.start = 0;
        }
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        loop {
            match self.source.read(room) {
                Ok(0) => self.ended = true,
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            }
            return Ok(());
        }
    }
}

/// The lines of a block from [`Lines::next_block`], which started at `offset` of the input.
pub fn lines_of(block: &[u8], offset: u64) -> impl Iterator<Item = LogLine<'_>> {
    let mut rest = block;
    let mut offset = offset;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (bytes, end, next) = match memchr::memchr(b'\n', rest) {
            Some(at) => (rest.get(..at)?, End::Newline, rest.get(at + 1..)?),
            None => (rest, End::Input, Default::default()),
        };
        let found = line(bytes, offset, end);
        offset += (rest.len() - next.len()) as u64;
        rest = next;
        Some(found)
    })
}

/// Applies the two cuts, length and NUL, to a line found between newlines.
fn line(bytes: &[u8], offset: u64, end: End) -> LogLine<'_> {
    let (bytes, end) = match bytes.get(..LONGEST_LINE) {
        Some(head) if bytes.len() > LONGEST_LINE => (head, End::TooLong),
        _ => (bytes, end),
    };
    match memchr::memchr(0, bytes).and_then(|at| bytes.get(..at)) {
        Some(head) => LogLine { bytes: head, offset, end: End::Nul },
        None => LogLine { bytes, offset, end },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads at most `step` bytes at a time, as a pipe does, with an `EINTR` now and then.
    struct Slow<'a>(&'a [u8], usize, bool);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let n = self.1.min(to.len()).min(self.0.len());
            to[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(input: &[u8], step: usize) -> Vec<(Vec<u8>, u64, End)> {
        let mut lines = Lines::new(Slow(input, step, false));
        let mut found = Vec::new();
        while let Some(l) = lines.next_line().unwrap() {
            found.push((l.bytes.to_vec(), l.offset, l.end));
        }
        found
    }

    #[test]
    fn lines_have_offsets_and_the_last_may_lack_its_newline() {
        for step in [1, 2, 3, 7, 1000] {
            assert_eq!(
                all(b"one\n\ntwo\r\nthree", step),
                [
                    (b"one".to_vec(), 0, End::Newline),
                    (b"".to_vec(), 4, End::Newline),
                    (b"two\r".to_vec(), 5, End::Newline),
                    (b"three".to_vec(), 10, End::Input),
                ]
            );
        }
        assert_eq!(all(b"", 10), []);
    }

    #[test]
    fn nul_ends_a_record_but_not_the_file() {
        assert_eq!(all(b"a\0b\nc\n", 100), [(b"a".to_vec(), 0, End::Nul), (b"c".to_vec(), 4, End::Newline)]);
    }

    #[test]
    fn a_line_of_the_longest_length_is_whole_and_one_byte_more_is_cut() {
        let mut input = vec![b'x'; LONGEST_LINE];
        input.push(b'\n');
        input.extend_from_slice(&vec![b'y'; LONGEST_LINE + 1]);
        input.extend_from_slice(b"\nz\n");
        let found = all(&input, 4096);
        assert_eq!(found[0].0.len(), LONGEST_LINE);
        assert_eq!(found[0].2, End::Newline);
        assert_eq!(found[1].0, vec![b'y'; LONGEST_LINE]);
        assert_eq!(found[1].2, End::TooLong);
        assert_eq!(found[2], (b"z".to_vec(), 2 * LONGEST_LINE as u64 + 3, End::Newline));
    }

    #[test]
    fn lines_larger_than_the_buffer_cost_no_memory_and_hide_no_later_line() {
        for long in [BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER, 3 * BUFFER + 77] {
            for tail in [&b"\nlast\n"[..], b""] {
                let mut input = b"first\n".to_vec();
                input.extend(std::iter::repeat_n(b'x', long));
                input.extend_from_slice(tail);
                let mut lines = Lines::new(&input[..]);
                assert_eq!(lines.next_line().unwrap().unwrap().bytes, b"first");
                let cut = lines.next_line().unwrap().unwrap();
                assert_eq!((cut.bytes.len(), cut.end), (LONGEST_LINE, End::TooLong), "{long}");
                if !tail.is_empty() {
                    let last = lines.next_line().unwrap().unwrap();
                    assert_eq!((last.bytes, last.offset), (&b"last"[..], (6 + long + 1) as u64), "{long}");
                }
                assert_eq!(lines.next_line().unwrap(), None, "{long}");
                assert_eq!(lines.buffer.len(), BUFFER);
            }
        }
    }

    #[test]
    fn blocks_hold_whole_lines_and_split_into_the_same_lines() {
        let mut input = Vec::new();
        for i in 0..60_000 {
            input.extend_from_slice(format!("type=X msg=audit(1.000:{i}): {}\n", "v".repeat(i % 90)).as_bytes());
        }
        input.extend_from_slice(b"torn");
        let mut blocks = Lines::new(Slow(&input, 300_000, false));
        let mut from_blocks = Vec::new();
        while let Some((block, offset)) = blocks.next_block().unwrap() {
            from_blocks.extend(lines_of(block, offset).map(|l| (l.bytes.to_vec(), l.offset, l.end)));
        }
        assert_eq!(from_blocks.len(), 60_001);
        assert_eq!(from_blocks, all(&input, 300_000));
    }
}
