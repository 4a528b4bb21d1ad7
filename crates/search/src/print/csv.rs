//! `--format csv`: a row for each event, in the normaliser's words.

use super::clock::Clock;
use crate::event::Event;
use crate::locale::DateForm;
use crate::normalize::{Normal, Normalizer, Part};
use raudit_record::interpret::Escape;
use raudit_record::text::push_decimal;
use raudit_record::{EventId, Kind};
use std::io::{self, Write};

/// Which columns there are beyond the usual ones, and how they are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Columns {
    /// The rule's key.
    pub keys: bool,
    /// The labels of subject and object.
    pub labels: bool,
    /// What else is acted on.
    pub obj2: bool,
    /// The parts of the time.
    pub time: bool,
    /// Commas, quotes and line ends in values are quoted, as RFC 4180 has it; ausearch leaves them as they are.
    pub quoted: bool,
}

/// Writes rows.
#[derive(Debug)]
pub(super) struct Csv {
    columns: Columns,
    clock: Clock,
    normalizer: Normalizer,
    pub(super) has_header: bool,
    /// Events of which nothing was found.
    pub(super) empty: u64,
    row: Vec<u8>,
    scratch: Vec<u8>,
    type_name: (Kind, &'static str),
}

impl Csv {
    /// These columns, dates in the locale's form, text escaped in this way.
    pub(super) fn new(columns: Columns, date: &DateForm, escape: Escape) -> Self {
        Self {
            columns,
            clock: Clock::new(date),
            normalizer: Normalizer::new(escape, columns.labels),
            has_header: false,
            empty: 0,
            row: Vec::new(),
            scratch: Vec::new(),
            type_name: (Kind::UNNAMED, ""),
        }
    }

    /// Writes the rows of an event: one, or more if it has records behind one that ends an event.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn write(&mut self, event: &Event, to: &mut impl Write) -> io::Result<()> {
        let Self { columns, clock, normalizer, has_header, empty, row: out, scratch, type_name } = self;
        clock.set(event.id.sec);
        normalizer.each(event, |normal| {
            out.clear();
            // an event of nothing but its end has no row, and so no header
            if !std::mem::replace(has_header, true) {
                header(*columns, out);
            }
            let mut row = Row { out, columns: *columns, normal, scratch, type_name };
            row.push_head(clock, event.id, !event.node.is_empty());
            if row.normal.is_whole {
                row.push_findings();
            } else {
                *empty += 1;
                row.push_nothing();
            }
            row.out.push(b'\n');
            to.write_all(out)
        })
    }
}

/// Appends the names of the columns.
pub(super) fn header(columns: Columns, out: &mut Vec<u8>) {
    let if_asked = |asked: bool, names: &'static str| if asked { names } else { "" };
    for names in [
        "NODE,EVENT,DATE,TIME,",
        if_asked(columns.time, "YEAR,MONTH,DAY,WEEKDAY,HOUR,MILLI,GMT_OFFSET,"),
        "SERIAL_NUM,EVENT_KIND,SESSION,SUBJ_PRIME,SUBJ_SEC,SUBJ_KIND,",
        if_asked(columns.labels, "SUBJ_LABEL,"),
        "ACTION,RESULT,OBJ_PRIME,OBJ_SEC,",
        if_asked(columns.obj2, "OBJ2,"),
        if_asked(columns.labels, "OBJ_LABEL,"),
        "OBJ_KIND,HOW",
        if_asked(columns.keys, ",KEY"),
        "\n",
    ] {
        out.extend_from_slice(names.as_bytes());
    }
}

/// A row that is being written.
struct Row<'r, 'n, 'e> {
    out: &'r mut Vec<u8>,
    columns: Columns,
    normal: Normal<'n, 'e>,
    scratch: &'r mut Vec<u8>,
    /// The last type and its name.
    type_name: &'r mut (Kind, &'static str),
}

impl<'n, 'e> Row<'_, 'n, 'e> {
    /// The columns up to the serial number, each with its comma.
    fn push_head(&mut self, clock: &Clock, id: EventId, has_node: bool) {
        self.column(|normal, out| {
            if has_node {
                normal.push_first(out);
            }
        });
        let kind = self.normal.kind();
        if self.type_name.0 != kind {
            *self.type_name = (kind, kind.name().unwrap_or_default());
        }
        self.out.extend_from_slice(self.type_name.1.as_bytes());
        self.out.push(b',');
        self.column(|_, out| out.extend_from_slice(clock.date.as_bytes()));
        self.out.extend_from_slice(&clock.time);
        self.out.push(b',');
        if self.columns.time {
            self.out.extend_from_slice(clock.parts.as_bytes());
            // writing to memory does not fail
            drop(clock.hour.map(|hour| write!(self.out, "{hour:2}")));
            self.out.push(b',');
            push_decimal(self.out, id.milli.into());
            self.out.push(b',');
            self.push_offset(clock.offset);
            self.out.push(b',');
        }
        push_decimal(self.out, id.serial);
        self.out.push(b',');
    }

    /// `+05:30`. ausearch has no minutes but those that are seconds: `+05:00`.
    fn push_offset(&mut self, seconds: i32) {
        let total = seconds.unsigned_abs();
        let minutes = if self.columns.quoted { total % 3600 / 60 } else { total % 3600 % 60 };
        let sign = if seconds < 0 { '-' } else { '+' };
        // writing to memory does not fail
        drop(write!(self.out, "{sign}{:02}:{minutes:02}", total / 3600));
    }

    /// The columns from the kind of event on.
    fn push_findings(&mut self) {
        let columns = self.columns;
        self.word(self.normal.event_kind());
        self.part(Part::Session);
        self.column(|normal, out| {
            let start = out.len();
            if normal.push(Part::Subject, out) && out.get(start..) == Some(b"unset") {
                out.truncate(start);
                out.extend_from_slice(b"system");
            }
        });
        self.part(Part::SecondSubject);
        self.word(self.normal.subject_kind().map_or("", |kind| kind.name()));
        if columns.labels {
            self.column(Normal::push_subject_label);
        }
        self.column(|normal, out| out.extend_from_slice(normal.action().unwrap_or(b"did-unknown")));
        let result = self.normal.succeeded(self.scratch);
        self.word(result.map_or("", |succeeded| if succeeded { "success" } else { "failed" }));
        self.column(|normal, out| {
            normal.push_object(Part::Object, out);
        });
        self.part(Part::SecondObject);
        if columns.obj2 {
            self.column(|normal, out| {
                normal.push_object(Part::OtherObject, out);
            });
        }
        if columns.labels {
            self.column(Normal::push_object_label);
        }
        self.word(self.normal.object_kind().name());
        self.last(|normal, out| out.extend_from_slice(normal.how().unwrap_or_default()));
        if columns.keys {
            self.out.push(b',');
            self.last(|normal, out| {
                normal.push(Part::Key, out);
            });
        }
    }

    /// The same columns without anything in them. ausearch leaves one of them out, and the second object's.
    fn push_nothing(&mut self) {
        let columns = self.columns;
        let mut commas = if columns.quoted { 10 + usize::from(columns.obj2) } else { 9 };
        commas += usize::from(columns.labels) * 2 + usize::from(columns.keys);
        self.out.extend(std::iter::repeat_n(b',', commas));
    }

    fn part(&mut self, part: Part) {
        self.column(|normal, out| {
            normal.push(part, out);
        });
    }

    /// A column of a word that needs no quotes.
    fn word(&mut self, word: &str) {
        self.out.extend_from_slice(word.as_bytes());
        self.out.push(b',');
    }

    fn column(&mut self, push: impl FnOnce(&mut Normal<'n, 'e>, &mut Vec<u8>)) {
        self.last(push);
        self.out.push(b',');
    }

    /// A column without a comma behind it.
    fn last(&mut self, push: impl FnOnce(&mut Normal<'n, 'e>, &mut Vec<u8>)) {
        let start = self.out.len();
        push(&mut self.normal, self.out);
        if self.columns.quoted {
            quote(start, self.out);
        }
    }
}

/// Quotes what stands from `start` on, if it must be (RFC 4180, 2.6 and 2.7).
pub(crate) fn quote(start: usize, out: &mut Vec<u8>) {
    let value = out.get(start..).unwrap_or_default();
    if !value.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        return;
    }
    let value = value.to_vec();
    out.truncate(start);
    out.push(b'"');
    for byte in value {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests;
