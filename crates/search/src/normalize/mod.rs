//! Who did what to what, and how: an event in the words of ausearch's normaliser (`auparse_normalize` of audit 4.2).
//!
//! * [`cursor`]: the event's records and fields, and the place that searches for fields move; [`field`] splits a line, [`word`]
//!   finds its words
//! * [`value`]: what a field's value means; [`mod@text`], [`path`]
//! * [`compound`]: events with a SYSCALL record, of which [`call`] tells action and object by [`class`] of call
//! * [`simple`]: events of one record; [`special`] those with a shape of their own
//! * [`subject`] and [`object`] look for fields; [`kind`] and [`action`] have the words
//!
//! Which field is taken often depends on where the one before was found, so the order of searches is ausearch's.
mod action;
mod call;
mod class;
mod compound;
mod cursor;
mod field;
mod kind;
mod object;
mod path;
mod simple;
mod special;
mod subject;
mod text;
mod value;
mod word;

use crate::event::Event;
use crate::stamp::UNKNOWN;
use class::{Class, Classes};
use cursor::{Cursor, Place};
pub(crate) use kind::{ObjectKind, SubjectKind};
use raudit_record::Kind;
use raudit_record::interpret::{Escape, Meaning};
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

/// A normalised event, to be read field by field.
#[derive(Debug)]
pub(crate) struct Normal<'n, 'e> {
    values: &'n mut Values,
    findings: &'n Findings,
    cursor: &'n Cursor<'e>,
    /// False where the event is of several records and none of them is of a system call: then nothing was found.
    pub(crate) is_whole: bool,
}

/// A column of what was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Session,
    Subject,
    SecondSubject,
    Object,
    SecondObject,
    OtherObject,
    Key,
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
    pub(crate) fn each(&mut self, event: &Event, mut show: impl FnMut(Normal<'_, '_>)) {
        let mut cursor = std::mem::take(&mut self.cursor).emptied();
        for record in event.records() {
            if cursor.len() == 0 && record.kind == Kind::EOE {
                continue;
            }
            cursor.push(record);
            if ends_an_event(record.kind) {
                cursor = self.one(cursor, &mut show);
            }
        }
        if cursor.len() > 0 {
            cursor = self.one(cursor, &mut show);
        }
        self.cursor = cursor.emptied();
    }

    fn one<'e>(&mut self, mut cursor: Cursor<'e>, show: &mut impl FnMut(Normal<'_, '_>)) -> Cursor<'e> {
        self.findings.clear();
        let mut work = Work {
            cursor: &mut cursor,
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
        for number in 0..cursor.len() {
            if number == 0 || cursor.records().get(number).is_some_and(|record| record.kind == Kind::CWD) {
                cursor.fields_of(number);
            }
        }
        show(Normal { values: &mut self.values, findings: &self.findings, cursor: &cursor, is_whole });
        cursor.emptied()
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

impl Normal<'_, '_> {
    /// The kind of event.
    pub(crate) fn event_kind(&self) -> &'static str {
        self.findings.event_kind.unwrap_or("unknown")
    }

    /// The type of the record the event begins with.
    pub(crate) fn kind(&self) -> Kind {
        self.cursor.kind().unwrap_or(Kind::UNNAMED)
    }

    /// Appends the first field of the event, which is the machine's name where there is one.
    pub(crate) fn push_first(&mut self, out: &mut Vec<u8>) {
        self.push_place(Some(Place { record: 0, field: 0 }), out);
    }

    /// Appends a part that is a field; false, and nothing, if it was not found.
    pub(crate) fn push(&mut self, part: Part, out: &mut Vec<u8>) -> bool {
        self.push_place(self.place(part), out)
    }

    fn push_place(&mut self, place: Option<Place>, out: &mut Vec<u8>) -> bool {
        let Some((record, field)) = place.and_then(|place| self.cursor.get(place)) else { return false };
        self.values.push(self.cursor, record, field, out);
        true
    }

    /// Appends an object: the name of a file is completed, and of a setting that was changed it is its name that counts.
    pub(crate) fn push_object(&mut self, part: Part, out: &mut Vec<u8>) -> bool {
        let Some((record, field)) = self.place(part).and_then(|place| self.cursor.get(place)) else { return false };
        let is_setting = part == Part::Object && record.kind == Kind::CONFIG_CHANGE;
        if is_setting && matches!(self.action(), Some(b"set" | b"seccomp-logging")) {
            self.values.push_text(field.name, out);
        } else {
            self.values.push_file(self.cursor, record, field, out);
        }
        true
    }

    /// Whether the object is the address of a socket.
    pub(crate) fn object_is_address(&self) -> bool {
        let place = self.place(Part::Object).and_then(|place| self.cursor.get(place));
        place.is_some_and(|(record, field)| Values::meaning(record.kind, field) == Meaning::SockAddr)
    }

    /// A part as a number, -1 for one of more than 64 bits; `None` if it was not found.
    pub(crate) fn number(&self, part: Part) -> Option<i32> {
        let (_, field) = self.cursor.get(self.place(part)?)?;
        Some(value::number(&field.value).unwrap_or(-1))
    }

    fn place(&self, part: Part) -> Option<Place> {
        match part {
            Part::Session => self.findings.session,
            Part::Subject => self.findings.subject,
            Part::SecondSubject => self.findings.second_subject,
            Part::Object => self.findings.object,
            Part::SecondObject => self.findings.second_object,
            Part::OtherObject => self.findings.other_object,
            Part::Key => self.findings.key,
        }
    }

    /// What kind of account acts.
    pub(crate) fn subject_kind(&self) -> Option<SubjectKind> {
        self.findings.subject_kind
    }

    /// What kind of thing is acted on.
    pub(crate) fn object_kind(&self) -> ObjectKind {
        self.findings.object_kind
    }

    /// What is done.
    pub(crate) fn action(&self) -> Option<&[u8]> {
        said(self.findings.action, &self.findings.said_action)
    }

    /// By what.
    pub(crate) fn how(&self) -> Option<&[u8]> {
        said(self.findings.how, &self.findings.said_how)
    }

    /// Whether it succeeded, if the event says so. `scratch` is overwritten.
    pub(crate) fn succeeded(&mut self, scratch: &mut Vec<u8>) -> Option<bool> {
        let place = self.findings.result?;
        scratch.clear();
        if !self.push_place(Some(place), scratch) {
            return None;
        }
        let (record, field) = self.cursor.get(place)?;
        let allowed = || scratch == b"allow" && Values::meaning(record.kind, field) == Meaning::Seccomp;
        Some(scratch == b"yes" || scratch.starts_with(b"suc") || allowed())
    }

    /// Appends the subject's label.
    pub(crate) fn push_subject_label(&mut self, out: &mut Vec<u8>) {
        let place = self.attribute(&self.findings.subject_attributes, b"subj");
        self.push_place(place, out);
    }

    /// Appends the object's label.
    pub(crate) fn push_object_label(&mut self, out: &mut Vec<u8>) {
        let place = self.attribute(&self.findings.object_attributes, b"obj");
        self.push_place(place, out);
    }

    /// How many attributes the object has.
    pub(crate) fn object_attributes(&self) -> usize {
        self.findings.object_attributes.len()
    }

    /// Appends this attribute if it is the number of a process.
    pub(crate) fn push_process(&mut self, attribute: usize, out: &mut Vec<u8>) -> bool {
        let place = self.findings.object_attributes.get(attribute).copied();
        let is_process = place.and_then(|place| self.cursor.get(place)).is_some_and(|(_, field)| field.name == b"opid");
        is_process && self.push_place(place, out)
    }

    /// The first attribute of this name. One that is not where it should be ends the search.
    fn attribute(&self, places: &[Place], name: &[u8]) -> Option<Place> {
        let mut names = places.iter().map_while(|place| Some((*place, self.cursor.get(*place)?.1.name)));
        names.find(|(_, found)| *found == name).map(|(place, _)| place)
    }
}

fn said(words: Words, text: &[u8]) -> Option<&[u8]> {
    match words {
        Words::None => None,
        Words::Known(words) => Some(words.as_bytes()),
        Words::Said => Some(text),
    }
}
