//! What of a log need not be read line by line, because it cannot hold what is asked for.
//!
//! A file is taken in pieces of some lines. As long as no piece has the text that must stand in what is asked for, pieces are
//! passed over. One that has it is read, with enough before it that every event in it is put together as if all had been read, and enough
//! behind it until those events are whole.
//!
//! Enough before: an event without a new record is whole when one begins that is `end_of_event_timeout` younger. So what was under way
//! where the reading begins must be older by that than where the text was found.

use crate::marks::Mark;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

/// How large a piece is, in bytes, up to the last line in it.
pub(crate) const PIECE: usize = 16 << 10;
/// How many pieces it goes back at most. More is asked for only where the clock was set back.
const MOST: usize = 512;
/// Seconds by which records of different processors may come in the wrong order.
const JITTER: u64 = 1;

/// Where a piece is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: Rc<File>,
    pub(crate) offset: u64,
    pub(crate) len: usize,
}

impl Place {
    /// Its text, less what was cut off since.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn read(&self, text: &mut Vec<u8>) -> io::Result<()> {
        text.resize(self.len, 0);
        let mut read = 0;
        while let Some(rest) = text.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, self.offset + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        text.truncate(read);
        Ok(())
    }
}

#[derive(Debug)]
struct Piece {
    place: Place,
    number: u64,
    /// The youngest second seen at the beginning of any piece up to this one.
    high: u64,
}

/// What to do with a piece.
#[derive(Debug)]
pub(crate) enum Way {
    /// Nothing.
    Pass,
    /// Read it.
    Read,
    /// Read it, but first these before it; `anew`: as if nothing had been read.
    ReadFrom { before: Vec<Place>, anew: bool },
}

/// Decides which pieces are read.
#[derive(Debug)]
pub(crate) struct Skim {
    mark: Mark,
    timeout: u64,
    passed: VecDeque<Piece>,
    /// Of the next piece.
    number: u64,
    /// The first piece that was not read.
    unread: u64,
    high: u64,
    /// Reading goes on until the events are whole that had begun by then: a count of events.
    until: Option<u64>,
}

impl Skim {
    pub(crate) fn new(mark: Mark, timeout: u64) -> Self {
        Self { mark, timeout, passed: VecDeque::new(), number: 0, unread: 0, high: 0, until: None }
    }

    /// Takes a piece, whose first record is of that second. Gives whether it has the text, and what to do with it.
    pub(crate) fn take(&mut self, text: &[u8], place: Place, second: Option<u64>) -> (bool, Way) {
        let has = self.mark.may_be_in(text);
        let way = match (has, self.until) {
            (false, None) => Way::Pass,
            (true, None) => self.back(second.unwrap_or(0)),
            (_, Some(_)) => Way::Read,
        };
        self.high = self.high.max(second.unwrap_or(0));
        self.keep(place);
        if !matches!(way, Way::Pass) {
            self.unread = self.number;
        }
        (has, way)
    }

    /// Whether the next piece is read in any case.
    pub(crate) fn reads_on(&self) -> bool {
        self.until.is_some()
    }

    /// Passes over a piece that is known not to have the text, with records up to that second.
    pub(crate) fn pass(&mut self, place: Place, high: u64) {
        self.high = self.high.max(high);
        self.keep(place);
    }

    fn keep(&mut self, place: Place) {
        if self.passed.len() == MOST {
            self.passed.pop_front();
        }
        self.passed.push_back(Piece { place, number: self.number, high: self.high });
        self.number += 1;
    }

    /// Where to begin, for a piece of that second: a piece before it at least.
    fn back(&self, second: u64) -> Way {
        let old = |piece: &&Piece| piece.high + self.timeout + JITTER <= second;
        let from = self.passed.iter().rev().skip(1).find(old).or(self.passed.front()).map_or(0, |piece| piece.number);
        let anew = from > self.unread;
        let from = from.max(self.unread);
        let before = self.passed.iter().filter(|piece| piece.number >= from).map(|piece| piece.place.clone()).collect();
        Way::ReadFrom { before, anew }
    }

    /// A piece was read: it has the text or not, so many events have begun, and `open` tells whether any of so many is not done with.
    pub(crate) fn was_read(&mut self, has: bool, begun: u64, open: impl FnOnce(u64) -> bool) {
        match self.until {
            _ if has => self.until = Some(begun),
            Some(until) if !open(until) => self.until = None,
            _ => {}
        }
    }
}
