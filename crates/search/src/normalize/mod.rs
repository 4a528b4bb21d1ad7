//! Who did what to what, and how: an event in the words of ausearch's normaliser (`auparse_normalize` of audit 4.2).
//!
//! * [`cursor`]: the event's records and fields, and the place that searches for fields move; [`field`] splits a line, [`word`]
//!   finds its words
//! * [`value`]: what a field's value means; [`mod@text`], [`path`]
//! * [`compound`]: events with a SYSCALL record, of which [`call`] and [`mod@file`] tell action and object by
//!   [`class`] of call
//! * [`lookup`]: fields for the programs that look for a few of them
//! * [`simple`]: events of one record; [`special`] those with a shape of their own
//! * [`normal`] gives what was found out
//! * [`subject`] and [`object`] look for fields; [`kind`] and [`action`] have the words
//!
//! Which field is taken often depends on where the one before was found, so the order of searches is ausearch's.
mod action;
mod call;
mod class;
mod compound;
mod cursor;
mod field;
mod file;
mod kind;
mod lookup;
mod normal;
mod object;
mod path;
mod simple;
mod special;
mod subject;
mod text;
mod value;
mod word;

use crate::event::Event;
use class::{Class, Classes};
use cursor::{Cursor, Place};
pub(crate) use kind::ObjectKind;
use kind::SubjectKind;
pub(crate) use lookup::{Lookup, Meanings, alone};
pub(crate) use normal::{Normal, Part};
use raudit_record::Kind;
use raudit_record::interpret::Escape;
use raudit_record::stamp::UNKNOWN;
use std::io;
use value::Values;

/// What was done, or how.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Words {
    #[default]
    None,
    /// In the normaliser's words.
    Known(&'static str),
    /// In the record's, which stand beside.
    Said,
}

/// What the normaliser found in an event.
#[derive(Clone, Debug, Default)]
struct Findings {
    event_kind: Option<&'static str>,
    session: Option<Place>,
    subject: Option<Place>,
    second_subject: Option<Place>,
    subject_kind: Option<SubjectKind>,
    subject_attributes: Vec<Place>,
    action: Words,
    result: Option<Place>,
    object: Option<Place>,
    second_object: Option<Place>,
    other_object: Option<Place>,
    object_kind: ObjectKind,
    object_attributes: Vec<Place>,
    how: Words,
    key: Option<Place>,
    /// The texts of `action` and `how`, where they are said.
    said_action: Vec<u8>,
    said_how: Vec<u8>,
}

impl Findings {
    /// Forgets all; the memory stays.
    fn clear(&mut self) {
        self.subject_attributes.clear();
        self.object_attributes.clear();
        (self.event_kind, self.subject_kind, self.object_kind) = (None, None, ObjectKind::default());
        (self.session, self.subject, self.second_subject) = (None, None, None);
        (self.object, self.second_object, self.other_object) = (None, None, None);
        (self.result, self.key) = (None, None);
        (self.action, self.how) = (Words::None, Words::None);
    }
}

/// Normalises events. Remembers names, and memory.
#[derive(Debug)]
pub(crate) struct Normalizer {
    values: Values,
    findings: Findings,
    cursor: Cursor<'static>,
    /// The name of the system call at hand.
    call: Vec<u8>,
    classes: Classes,
    labels: bool,
}

impl Normalizer {
    /// Text is escaped in this way. Labels and other attributes are collected if asked for.
    pub(crate) fn new(escape: Escape, labels: bool) -> Self {
        Self {
            values: Values::new(escape),
            findings: Findings::default(),
            cursor: Cursor::default(),
            call: Vec::new(),
            classes: Classes::default(),
            labels,
        }
    }

    /// Hands on the event normalised. Where a record stands behind one that ends an event, what follows is an event of its own.
    ///
    /// # Errors
    /// What `show` gives; the rest is not normalised then.
    pub(crate) fn each(
        &mut self,
        event: &Event,
        mut show: impl FnMut(Normal<'_, '_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut cursor = std::mem::take(&mut self.cursor).emptied();
        for record in event.records() {
            if cursor.len() == 0 && record.kind == Kind::EOE {
                continue;
            }
            cursor.push(record);
            if ends_an_event(record.kind) {
                self.one(&mut cursor, &mut show)?;
            }
        }
        if cursor.len() > 0 {
            self.one(&mut cursor, &mut show)?;
        }
        self.cursor = cursor.emptied();
        Ok(())
    }

    fn one(
        &mut self,
        cursor: &mut Cursor<'_>,
        show: &mut impl FnMut(Normal<'_, '_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.findings.clear();
        let mut work = Work {
            cursor,
            values: &mut self.values,
            found: &mut self.findings,
            call: &mut self.call,
            class: None,
            classes: &mut self.classes,
            labels: self.labels,
            succeeded: None,
        };
        let is_whole = if work.cursor.len() > 1 { work.compound() } else { work.simple() };
        // what is shown from here on: the head, and the directory that completes names
        cursor.first_record();
        cursor.fields_of(0);
        cursor.read_working_directory();
        show(Normal { values: &mut self.values, findings: &self.findings, cursor, is_whole })?;
        cursor.clear();
        Ok(())
    }
}

/// A record behind which there is none of the same event.
fn ends_an_event(kind: Kind) -> bool {
    matches!(kind, Kind::PROCTITLE | Kind::EOE | Kind::USER | Kind::KERNEL)
        || (kind.0 > Kind::LOGIN.0 && kind.0 < Kind::SYSCALL.0)
        || (kind.0 >= Kind::ANOM_LOGIN_FAILURES.0 && kind != UNKNOWN)
        || (Kind::MAC_UNLBL_ALLOW.0..=Kind::MAC_CALIPSO_DEL.0).contains(&kind.0)
}

/// Normalising one event.
struct Work<'w, 'e> {
    cursor: &'w mut Cursor<'e>,
    values: &'w mut Values,
    found: &'w mut Findings,
    call: &'w mut Vec<u8>,
    class: Option<Class>,
    classes: &'w mut Classes,
    labels: bool,
    /// Of the system call, if its record says so.
    succeeded: Option<bool>,
}

impl Work<'_, '_> {
    /// Where the current field stands.
    fn here(&self) -> Place {
        Place { record: self.cursor.record(), field: self.cursor.field() }
    }

    /// Where the field of this name stands, looked for from here on.
    fn found(&mut self, name: &[u8]) -> Option<Place> {
        self.cursor.find(name).then(|| self.here())
    }

    /// The same, if that is in the current record. ausearch takes the field of this number here, whatever it is.
    fn found_in_record(&mut self, name: &[u8]) -> Option<Place> {
        let record = self.cursor.record();
        self.found(name).filter(|place| place.record == record)
    }

    /// The same; back to the record's begin if it is not there.
    fn found_or_back(&mut self, name: &[u8]) -> Option<Place> {
        let record = self.cursor.record();
        let place = self.found_in_record(name);
        if place.is_none() {
            self.cursor.go_to(record);
        }
        place
    }

    /// The type of the current record.
    fn kind(&self) -> Kind {
        self.cursor.kind().unwrap_or(Kind::UNNAMED)
    }

    /// Appends what the current field means.
    fn say(cursor: &Cursor<'_>, values: &mut Values, out: &mut Vec<u8>) {
        out.clear();
        if let Some((record, field)) = cursor.here() {
            values.push(cursor, record, field, out);
        }
    }

    fn say_action(&mut self) {
        Self::say(self.cursor, self.values, &mut self.found.said_action);
        self.found.action = Words::Said;
    }

    fn say_how(&mut self) {
        Self::say(self.cursor, self.values, &mut self.found.said_how);
        self.found.how = Words::Said;
    }

    fn act(&mut self, words: &'static str) {
        self.found.action = Words::Known(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 12] = [
        Kind::SYSCALL,
        Kind::PATH,
        Kind::CWD,
        Kind::AVC,
        Kind::USER_AVC,
        Kind::SOCKADDR,
        Kind::OBJ_PID,
        Kind::CONFIG_CHANGE,
        Kind::LOGIN,
        Kind::MAC_UNLBL_ALLOW,
        Kind::ANOM_LINK,
        UNKNOWN,
    ];

    proptest! {
        /// Whatever stands in the records and in which order they are: there is an answer.
        #[test]
        fn any_event_is_normalised(records in prop::collection::vec((0..KINDS.len(), "( |=|[a-z]{1,4}|a[0-3]=[0-9a-f]*|syscall=[0-9]{1,3}|name=|\"|'|nametype=(PARENT|X)|\u{1d}UID=|key=61016){0,12}"), 0..7)) {
            let mut event = Event::default();
            event.id.sec = 1;
            for (kind, body) in &records {
                event.push(KINDS[*kind], body.as_bytes());
            }
            let mut normalizer = Normalizer::new(Escape::Tty, true);
            let mut shown = 0;
            normalizer.each(&event, |mut normal| {
                shown += 1;
                let mut out = Vec::new();
                for part in [Part::Session, Part::Subject, Part::SecondSubject, Part::SecondObject, Part::Key] {
                    normal.push(part, &mut out);
                }
                normal.push_object(Part::Object, &mut out);
                normal.push_subject_label(&mut out);
                normal.push_object_label(&mut out);
                normal.succeeded(&mut out);
                Ok(())
            }).unwrap();
            prop_assert!(shown <= records.len());
            prop_assert_eq!(shown == 0, records.is_empty());
        }
    }
}
