//! A place in an event that searches move: fields are looked for from where the last one was found.
//!
//! That order is part of what ausearch's normaliser says: of several fields with one name, and where one is missing, it decides
//! which is taken. So the moves are the same here.

use super::field::{Field, split};
use super::word::tag;
use crate::event::Record;
use memchr::memchr;
use raudit_record::Kind;
use raudit_record::line::ENRICHMENT;
use std::ops::Range;

/// What is kept of records and of fields. An event that has more was forged: what was read of it for nothing is read again rather than kept.
const KEPT: usize = 16 << 10;

/// Where a field stands: both counted from 0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    pub(super) record: usize,
    pub(super) field: usize,
}

/// A record; its fields are read when they are first needed.
#[derive(Clone, Debug)]
pub(super) struct Source<'e> {
    pub(super) kind: Kind,
    /// The line without what the writing daemon added,
    line: &'e [u8],
    /// and that.
    pub(super) enriched: Option<&'e [u8]>,
    fields: Option<Range<usize>>,
    /// They were read, and are no longer there.
    is_forgotten: bool,
    /// The current field.
    at: usize,
}

/// The records of an event, and the current one: none behind the last.
#[derive(Clone, Debug, Default)]
pub(super) struct Cursor<'e> {
    records: Vec<Source<'e>>,
    fields: Vec<Field<'e>>,
    current: Option<usize>,
}

impl<'e> Cursor<'e> {
    /// Adds a record. The first one is then the current one.
    pub(super) fn push(&mut self, record: Record<'e>) {
        let (line, enriched) = match memchr(ENRICHMENT, record.line) {
            Some(at) => (record.line.get(..at).unwrap_or_default(), record.line.get(at + 1..)),
            None => (record.line, None),
        };
        self.records.push(Source { kind: record.kind, line, enriched, fields: None, is_forgotten: false, at: 0 });
        self.current = Some(0);
    }

    /// Forgets all records.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.fields.clear();
        self.current = None;
    }

    /// Forgets all records, and borrows from another event; some memory stays.
    pub(super) fn emptied<'a>(mut self) -> Cursor<'a> {
        self.clear();
        self.records.shrink_to(KEPT);
        self.fields.shrink_to(KEPT);
        Cursor {
            records: self.records.into_iter().map_while(|_| None).collect(),
            fields: self.fields.into_iter().map_while(|_| None).collect(),
            current: None,
        }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The type of the current record; `None` behind the last.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.records.get(self.current?).map(|record| record.kind)
    }

    /// The number of the current record, 0 behind the last.
    pub(super) fn record(&self) -> usize {
        self.current.unwrap_or(0)
    }

    /// To the first field of the first record.
    pub(super) fn first_record(&mut self) {
        self.go_to(0);
    }

    /// To the next record, whose current field stays; false behind the last.
    pub(super) fn next_record(&mut self) -> bool {
        self.current = self.current.map(|at| at + 1).filter(|&at| at < self.records.len());
        self.current.is_some()
    }

    /// To the first field of this record. Nothing moves if there is none.
    pub(super) fn go_to(&mut self, record: usize) -> bool {
        let is_there = record < self.records.len();
        if is_there {
            self.current = Some(record);
            self.first_field();
        }
        is_there
    }

    /// To the first field of the current record.
    pub(super) fn first_field(&mut self) {
        if let Some(record) = self.current.and_then(|at| self.records.get_mut(at)) {
            record.at = 0;
        }
    }

    /// To this field of the current record.
    pub(super) fn go_to_field(&mut self, field: usize) -> bool {
        let Some(current) = self.current else { return false };
        let is_there = field < self.fields_of(current).len();
        if let Some(record) = self.records.get_mut(current).filter(|_| is_there) {
            record.at = field;
        }
        is_there
    }

    /// To the next field of the current record, if there is one.
    pub(super) fn next_field(&mut self) -> bool {
        self.go_to_field(self.field() + 1)
    }

    /// The number of the current field.
    pub(super) fn field(&self) -> usize {
        self.current.and_then(|at| self.records.get(at)).map_or(0, |record| record.at)
    }

    /// To the first field of this name from the current one on, also in later records; behind the last record if there is none.
    /// At a record's last field nothing is looked for.
    pub(super) fn find(&mut self, name: &[u8]) -> bool {
        let Some(current) = self.current else { return false };
        let tag = tag(name);
        let is_it = |field: &Field<'_>| field.tag == tag && (name.len() < 8 || field.name == name);
        let at = self.field();
        let fields = self.fields_of(current);
        if fields.get(at).is_some_and(is_it) {
            return true;
        }
        let mut from = at + 1;
        if from >= fields.len() {
            return false;
        }
        for number in current..self.records.len() {
            let before = self.fields.len();
            let found = self.fields_of(number).get(from..).and_then(|fields| fields.iter().position(is_it));
            let Some(record) = self.records.get_mut(number) else { break };
            record.at = from + found.unwrap_or(0);
            self.current = Some(number);
            if found.is_some() {
                return true;
            }
            self.forget(number, before);
            from = 0;
        }
        self.current = None;
        false
    }

    /// Reads the last working directory that the event names.
    pub(super) fn read_working_directory(&mut self) {
        for number in (0..self.records.len()).rev() {
            if self.records.get(number).is_some_and(|record| record.kind == Kind::CWD) {
                let before = self.fields.len();
                if self.fields_of(number).iter().any(|field| field.name == b"cwd") {
                    return;
                }
                self.forget(number, before);
            }
        }
    }

    /// Where the field of this name stands in a record, whose fields need not be kept otherwise.
    pub(super) fn position_of(&mut self, name: &[u8], record: usize, is_kept: bool) -> Option<usize> {
        let before = self.fields.len();
        let position = self.fields_of(record).iter().position(|field| field.name == name);
        if !is_kept {
            self.forget(record, before);
        }
        position
    }

    /// Forgets what was just read of a record, if there are many fields; `before` it there were so many.
    fn forget(&mut self, record: usize, before: usize) {
        if before >= KEPT
            && before < self.fields.len()
            && let Some(record) = self.records.get_mut(record)
        {
            self.fields.truncate(before);
            (record.fields, record.is_forgotten) = (None, true);
        }
    }

    /// What stands behind the `=` of the current field.
    pub(super) fn value(&self) -> &[u8] {
        let place = Place { record: self.record(), field: self.field() };
        self.current.and_then(|_| self.get(place)).map_or(b"", |(_, field)| field.value)
    }

    /// The current field and its record.
    pub(super) fn here(&self) -> Option<(&Source<'e>, &Field<'e>)> {
        self.get(Place { record: self.current?, field: self.field() })
    }

    /// A field and its record. A record that was not read yet has none.
    pub(super) fn get(&self, place: Place) -> Option<(&Source<'e>, &Field<'e>)> {
        let record = self.records.get(place.record)?;
        let range = record.fields.clone()?;
        Some((record, self.fields.get(range)?.get(place.field)?))
    }

    /// Whether this place was there, and its record is to be read again.
    pub(super) fn is_forgotten(&self, place: Place) -> bool {
        self.records.get(place.record).is_some_and(|record| record.is_forgotten && record.fields.is_none())
    }

    /// Reads the fields of a record if that was not done yet.
    pub(super) fn fields_of(&mut self, record: usize) -> &[Field<'e>] {
        let Some(record) = self.records.get_mut(record) else { return &[] };
        let range = record.fields.get_or_insert_with(|| {
            let begin = self.fields.len();
            split(record.kind, record.line, &mut self.fields);
            begin..self.fields.len()
        });
        self.fields.get(range.clone()).unwrap_or_default()
    }

    /// The fields of a record that was read.
    pub(super) fn read_fields(&self, record: &Source<'e>) -> &[Field<'e>] {
        record.fields.clone().and_then(|range| self.fields.get(range)).unwrap_or_default()
    }

    /// The records.
    pub(super) fn records(&self) -> &[Source<'e>] {
        &self.records
    }
}
