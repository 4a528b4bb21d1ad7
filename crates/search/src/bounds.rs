//! Where in a log a window of time begins and ends, found without reading all of it.
//!
//! Records stand in the order in which they were written, and that is nearly the order of time: a call that slept is logged when it ends, with the time when it
//! began. Only a clock that was set back makes another order; where that shows, all is read.

use memchr::{memchr, memrchr};
use raudit_record::stamp::StampReader;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// What is looked at to know of which time a place is.
const LOOK: usize = 16 << 10;
/// A distance for which it is not worth to look closer.
const NEAR: u64 = 128 << 10;
/// Seconds by which records may come too early.
const JITTER: u64 = 2;
/// Seconds after its end for which records of the window are looked for: of calls that slept so long.
const LATE: i64 = 3600;
/// Places in a row that must be later, so that one odd stamp ends nothing.
const ENOUGH: u32 = 4;

/// Finds where a window begins.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    stamps: StampReader,
    text: Vec<u8>,
}

impl Bounds {
    /// The youngest second of the records behind `offset`, and the offset of the first line that begins there.
    fn look(&mut self, file: &File, offset: u64) -> io::Result<Option<(u64, u64)>> {
        self.text.resize(LOOK, 0);
        let mut filled = 0;
        while let Some(rest) = self.text.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        let text = self.text.get(..filled).unwrap_or_default();
        let skipped = if offset == 0 { Some(0) } else { memchr(b'\n', text).map(|at| at + 1) };
        let Some(lines) = skipped.and_then(|skipped| text.get(skipped..)) else { return Ok(None) };
        let whole = lines.get(..memrchr(b'\n', lines).unwrap_or(lines.len())).unwrap_or_default();
        let stamps = whole.split(|&byte| byte == b'\n').filter_map(|line| Some(self.stamps.read(line).ok()?.id.sec));
        Ok(stamps.max().map(|youngest| (youngest, offset + (text.len() - lines.len()) as u64)))
    }

    /// Whether the file begins before that second: then what was written before it does, too.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn begins_before(&mut self, file: &File, second: u64) -> io::Result<bool> {
        Ok(self.look(file, 0)?.is_some_and(|(youngest, _)| youngest + JITTER < second))
    }

    /// The offset of a line before which nothing is of that second or younger.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn start(&mut self, file: &File, second: u64) -> io::Result<u64> {
        let (mut low, mut high) = ((0, 0), (file.metadata()?.len(), u64::MAX));
        let mut line = 0;
        while high.0.saturating_sub(low.0) > NEAR {
            let middle = low.0 + (high.0 - low.0) / 2;
            match self.look(file, middle)? {
                // neither can be where time goes one way
                Some((youngest, _))
                    if youngest + JITTER < low.1 || youngest > high.1.saturating_add(LATE.unsigned_abs()) =>
                {
                    return Ok(0);
                }
                Some((youngest, at)) if youngest + JITTER < second => (low, line) = ((middle, youngest), at),
                Some((youngest, _)) => high = (middle, youngest),
                None => high.0 = middle,
            }
        }
        Ok(line)
    }
}

/// Notices when a window is over.
#[derive(Debug)]
pub(crate) struct Over {
    /// The window's last second; 0 for none.
    end: i64,
    later: u32,
}

impl Over {
    pub(crate) fn new(end: i64) -> Self {
        Self { end, later: 0 }
    }

    /// Takes the second of the next place in the log.
    pub(crate) fn at(&mut self, second: Option<u64>) {
        let Some(second) = second.filter(|_| self.end != 0) else { return };
        let later = i64::try_from(second).unwrap_or(i64::MAX) > self.end.saturating_add(LATE);
        self.later = if later { self.later + 1 } else { 0 };
    }

    /// Whether nothing of the window comes any more.
    pub(crate) fn is_over(&self) -> bool {
        self.later >= ENOUGH
    }
}
