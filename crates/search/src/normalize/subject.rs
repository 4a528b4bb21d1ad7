//! Who acts: looking for the fields that tell.

use super::Work;
use super::cursor::Place;
use super::kind::SubjectKind;
use super::text::text_of;
use super::value::{Values, number};
use raudit_record::interpret::Meaning;
use std::borrow::Cow;

impl Work<'_, '_> {
    /// The account of a login, or who else is first to name; false if it is not found.
    pub(super) fn find_subject(&mut self, name: &[u8]) -> bool {
        let place = self.found_in_record(name);
        self.found.subject = place.or(self.found.subject);
        place.is_some()
    }

    /// The account acted as, and with it the subject's kind.
    pub(super) fn find_second_subject(&mut self, name: &[u8]) -> bool {
        let Some(place) = self.found_in_record(name) else { return false };
        self.found.second_subject = Some(place);
        self.set_subject_kind();
        true
    }

    /// The subject's kind by the current field: a uid, or the name of an account.
    pub(super) fn set_subject_kind(&mut self) {
        let Some((record, field)) = self.cursor.here() else {
            self.found.subject_kind = Some(SubjectKind::Unknown);
            return;
        };
        let kind = if Values::meaning(record.kind, field) == Meaning::User {
            SubjectKind::of(number(field.value).unwrap_or(-1))
        } else if field.name == b"acct" {
            let name = if Values::meaning(record.kind, field) == Meaning::Plain {
                Cow::Borrowed(field.value)
            } else {
                text_of(field.value)
            };
            let uid = self.values.user_called(&name);
            uid.map_or(SubjectKind::Unknown, |uid| SubjectKind::of(uid.cast_signed()))
        } else {
            SubjectKind::Unknown
        };
        self.found.subject_kind = Some(kind);
    }

    /// The login session; back to the first record if it is not found.
    pub(super) fn find_session(&mut self) {
        match self.found_in_record(b"ses") {
            Some(place) => self.found.session = Some(place),
            None => self.cursor.first_record(),
        }
    }

    /// Attributes of the subject, in the order in which they stand; back to the record's begin for each that is not found.
    pub(super) fn collect_subject(&mut self, names: &[&[u8]], record: usize) {
        for name in names {
            match self.found_in_record(name) {
                Some(place) => self.found.subject_attributes.push(place),
                None => {
                    self.cursor.go_to(record);
                }
            }
        }
    }

    /// An attribute of the object, likewise.
    pub(super) fn collect_object(&mut self, name: &[u8], record: usize) -> bool {
        let place: Option<Place> = self.found_in_record(name);
        match place {
            Some(place) => self.found.object_attributes.push(place),
            None => {
                self.cursor.go_to(record);
            }
        }
        place.is_some()
    }

    /// The attributes of the subject of a simple event.
    pub(super) fn collect_simple_subject(&mut self) {
        if self.labels {
            self.cursor.first_record();
            self.collect_subject(&[b"pid", b"subj"], 0);
        }
    }

    /// Whether it succeeded.
    pub(super) fn find_result(&mut self) {
        self.found.result = self.found_in_record(b"res").or(self.found.result);
    }

    /// The program at work; where that is an interpreter, the program it runs.
    pub(super) fn find_how_by_program(&mut self) -> bool {
        if !self.cursor.find(b"exe") {
            return false;
        }
        self.say_how();
        if is_interpreter(&self.found.said_how) {
            self.back_before_program();
            if self.cursor.find(b"comm") {
                self.say_how();
            }
        }
        true
    }

    /// From `exe` to where `comm` should be.
    pub(super) fn back_before_program(&mut self) {
        match self.cursor.field().checked_sub(1) {
            Some(before) => {
                self.cursor.go_to_field(before);
            }
            None => self.cursor.first_record(),
        }
    }
}

/// Programs that run others' text, and all whose name begins as theirs.
pub(super) fn is_interpreter(program: &[u8]) -> bool {
    let names: [&[u8]; 4] = [b"/usr/bin/python", b"/usr/bin/sh", b"/usr/bin/bash", b"/usr/bin/perl"];
    names.iter().any(|name| program.starts_with(name))
}
