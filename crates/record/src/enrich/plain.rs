//! The fields with a translation of records whose values have no blanks.

use super::Identity;
use crate::Kind;
use crate::field::Field;
use memchr::memchr;

/// `AUDIT_FIRST_EVENT`, `AUDIT_LAST_EVENT` (linux/audit.h).
const FIRST_OF_KERNEL: u32 = 1300;
const LAST_OF_KERNEL: u32 = 1399;

/// Whether blanks stand between fields only: in the kernel's records about system calls what has one is written as hex.
pub fn is_plain(kind: Kind) -> bool {
    (FIRST_OF_KERNEL..=LAST_OF_KERNEL).contains(&kind.0)
}

/// The fields with a translation. Goes from one `=` to the next, and looks at what is around it only where it may be such a field.
pub struct Plain<'a> {
    kind: Kind,
    body: &'a [u8],
    at: usize,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What its value is.
    pub identity: Identity,
    /// Name and value.
    pub field: Field<'a>,
    /// Where its name begins.
    pub at: usize,
}

impl Found<'_> {
    /// Where its value ends.
    pub fn end(&self) -> usize {
        self.at + self.field.name.len() + 1 + self.field.value.len()
    }
}

impl<'a> Plain<'a> {
    /// Those of this body.
    pub fn new(kind: Kind, body: &'a [u8]) -> Self {
        Self { kind, body, at: 0 }
    }

    /// Goes on from here.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The field that follows this one, if it has a translation too.
    pub fn next_of_run(&mut self, last: &Found<'_>) -> Option<Found<'a>> {
        let at = last.end() + 1;
        let equals = at + memchr(b'=', self.body.get(at..)?)?;
        let next = self.at_equals(equals).filter(|next| next.at == at)?;
        self.at = equals + 1;
        Some(next)
    }

    /// The field whose name and value an `=` parts, if it has a translation.
    fn at_equals(&self, equals: usize) -> Option<Found<'a>> {
        /// Longer than any name.
        const NAME_MAX: usize = 12;
        let before = self.body.get(equals.saturating_sub(NAME_MAX)..equals)?;
        if !before.last().is_some_and(|&last| may_end_name(last)) {
            return None;
        }
        let name = before.rsplit(|&byte| byte == b' ').next()?;
        let identity = Identity::of(self.kind, name)?;
        let after = self.body.get(equals + 1..)?;
        let value = after.get(..memchr(b' ', after).unwrap_or(after.len()))?;
        Some(Found { identity, field: Field { name, value }, at: equals - name.len() })
    }
}

impl<'a> Iterator for Plain<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        loop {
            let equals = self.at + memchr(b'=', self.body.get(self.at..)?)?;
            self.at = equals + 1;
            if let Some(found) = self.at_equals(equals) {
                return Some(found);
            }
        }
    }
}

/// Whether a name that is translated ends so; most others do not.
fn may_end_name(last: u8) -> bool {
    matches!(last, b'd' | b'l' | b'h' | b'r')
}
