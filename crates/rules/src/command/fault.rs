//! What is wrong with an option, before it is known where the option stands.

use super::error::FieldError;
use super::{CommandError, Place};
use std::ops::Range;

/// What kind of thing is wrong with a command line: what a hint can be found by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// A condition of `-F` or `-C`.
    Condition(FieldError),
    /// A system call that the architecture does not have, or an io_uring operation.
    Call,
    /// System calls on a list that has none.
    CallsOnList,
    /// The list or the action of `-a`, `-A` or `-d`.
    Keyword,
    /// `-F` before `-a`, or the like.
    Order,
    /// Neither `-a` nor `-w`, but other parts of a rule.
    NoList,
    /// A word that belongs to no option.
    Stray,
    /// No such option, or its argument is missing.
    Option,
    /// A path that does not start with `/`.
    Path,
    /// Letters of `-p`.
    Letters,
    /// A key that is too long or not allowed.
    Key,
    /// Anything else.
    Other,
}

/// An option refused.
#[derive(Debug)]
pub(super) struct Fault {
    lines: Vec<String>,
    /// The part of the option's argument; `None`: all of it.
    part: Option<Range<usize>>,
    reason: Reason,
}

impl Fault {
    pub(super) fn new(reason: Reason, line: impl Into<String>) -> Self {
        Self { lines: vec![line.into()], part: None, reason }
    }

    /// A condition refused, and the part of it that is wrong.
    pub(super) fn condition(error: FieldError, quoted: &str, part: Range<usize>) -> Self {
        Self { lines: vec![error.message(quoted)], part: Some(part), reason: Reason::Condition(error) }
    }

    /// Says that `part`, a slice of `argument`, is what is wrong.
    pub(super) fn at(mut self, argument: &[u8], part: &[u8]) -> Self {
        let start = (part.as_ptr() as usize).checked_sub(argument.as_ptr() as usize);
        self.part = start.map(|start| start..start + part.len()).filter(|part| part.end <= argument.len());
        self
    }

    /// As an error of the command line as a whole.
    pub(super) fn on_line(self) -> CommandError {
        CommandError { lines: self.lines, place: None, reason: self.reason }
    }

    /// As an error of the command line; the option's argument stands at `place`.
    pub(super) fn at_place(self, place: &Place) -> CommandError {
        let bytes = match self.part {
            Some(part) => place.bytes.start + part.start..place.bytes.start + part.end,
            None => place.bytes.clone(),
        };
        CommandError { lines: self.lines, place: Some(Place { word: place.word, bytes }), reason: self.reason }
    }
}

impl From<String> for Fault {
    fn from(line: String) -> Self {
        Self::new(Reason::Other, line)
    }
}

impl From<&str> for Fault {
    fn from(line: &str) -> Self {
        Self::new(Reason::Other, line)
    }
}
