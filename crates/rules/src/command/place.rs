//! Where on a command line something stands, for who shows it.

use crate::FieldId;
use std::ops::Range;

/// A part of a word of the command line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Index of the word; the program's name does not count.
    pub word: usize,
    /// Bytes of the word.
    pub bytes: Range<usize>,
}

/// Where the parts of a rule stand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Places {
    /// The argument of `-a`, `-A`, `-d`, `-w` or `-W`.
    pub list: Option<Place>,
    /// The arguments of `-S`.
    pub syscalls: Vec<Place>,
    /// What made each field of the rule, in the order of [`Rule::fields`](crate::Rule::fields).
    pub fields: Vec<Place>,
    /// The arguments of `-k` and `-F key=`.
    pub keys: Vec<Place>,
}

impl Places {
    /// Notes what the option at `place` has added to the rule, whose fields are now these.
    pub(super) fn note(&mut self, letter: u8, argument: &[u8], place: &Place, fields: &[FieldId]) {
        match letter {
            b'a' | b'A' | b'd' | b'w' | b'W' => self.list = Some(place.clone()),
            b'S' => self.syscalls.push(place.clone()),
            b'k' => self.keys.push(place.clone()),
            b'F' if argument.starts_with(b"key=") => self.keys.push(place.clone()),
            b'p' => {
                let perms = self.fields.iter_mut().zip(fields).filter(|(_, id)| **id == FieldId::PERM);
                perms.for_each(|(known, _)| *known = place.clone());
            }
            _ => {}
        }
        self.fields.resize(fields.len(), place.clone());
    }

    /// Notes the field all keys have become.
    pub(super) fn note_key(&mut self, fields: usize) {
        if let Some(first) = self.first_key() {
            self.fields.resize(fields, first);
        }
    }

    pub(super) fn first_key(&self) -> Option<Place> {
        self.keys.first().cloned()
    }
}
