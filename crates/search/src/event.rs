//! An event as it stands in the log: its records' lines, in the order of the log.

use memchr::memchr;
use raudit_record::line::ENRICHMENT;
use raudit_record::{EventId, Kind};
use std::ops::Range;

/// An event's records. The text of all of them is one allocation, which [`Grouper`](crate::group::Grouper) reuses.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// Time and serial, which the records share.
    pub id: EventId,
    /// The host in `node=`, empty without one.
    pub node: Vec<u8>,
    /// In which of the files that were read it begins: 0 for the first.
    pub file: usize,
    /// Which of them was being read when it was whole.
    pub read: usize,
    text: Vec<u8>,
    lines: Vec<(Kind, Range<usize>)>,
}

/// One record of an [`Event`].
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its type.
    pub kind: Kind,
    /// The whole line.
    pub line: &'a [u8],
}

impl<'a> Record<'a> {
    /// The line without translations.
    pub fn text(&self) -> &'a [u8] {
        self.line.get(..memchr(ENRICHMENT, self.line).unwrap_or(self.line.len())).unwrap_or(self.line)
    }
}

impl Event {
    /// Empties it and gives it a new identity.
    pub fn begin(&mut self, id: EventId, node: &[u8], file: usize) {
        (self.id, self.file) = (id, file);
        self.node.clear();
        self.node.extend_from_slice(node);
        self.text.clear();
        self.lines.clear();
    }

    /// Adds a record, given by its line.
    pub fn push(&mut self, kind: Kind, line: &[u8]) {
        let from = self.text.len();
        self.text.reserve(line.len() + 1);
        self.text.extend_from_slice(line);
        self.lines.push((kind, from..self.text.len()));
        self.text.push(b'\n');
    }

    /// Its records, first to last; last to first with `.rev()`.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = Record<'_>> {
        let line = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        self.lines.iter().map(move |(kind, range)| Record { kind: *kind, line: line(range) })
    }

    /// The lines of all records, as they stand in the log: to look for a literal at once.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether any record carries translations.
    pub fn is_enriched(&self) -> bool {
        memchr(ENRICHMENT, &self.text).is_some()
    }

    /// How many bytes of text it holds.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// How many records it has.
    pub(crate) fn count(&self) -> usize {
        self.lines.len()
    }

    /// How many bytes of memory it has allocated.
    pub(crate) fn memory(&self) -> usize {
        self.text.capacity() + self.lines.capacity() * size_of::<(Kind, Range<usize>)>()
    }

    /// Whether it has no record.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}
