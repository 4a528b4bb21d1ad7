//! What the normaliser found, to be shown.

use super::cursor::{Cursor, Place};
use super::kind::{ObjectKind, SubjectKind};
use super::value::{Values, number};
use super::{Findings, Words};
use raudit_record::Kind;
use raudit_record::interpret::Meaning;

/// A normalised event, to be read field by field.
#[derive(Debug)]
pub(crate) struct Normal<'n, 'e> {
    pub(super) values: &'n mut Values,
    pub(super) findings: &'n Findings,
    pub(super) cursor: &'n Cursor<'e>,
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
        Some(number(field.value).unwrap_or(-1))
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
        // of processes, which have no label
        let places = places.iter().filter(|place| !self.cursor.is_forgotten(**place));
        let mut names = places.map_while(|place| Some((*place, self.cursor.get(*place)?.1.name)));
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
