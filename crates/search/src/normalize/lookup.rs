//! One record's fields for other readers than the normaliser, looked for as auparse does: each from where the last one was found.

use super::cursor::Cursor;
use super::ends_an_event;
use super::value::{Values, number};
use crate::event::{Event, Record};
use raudit_record::Kind;
use raudit_record::interpret::Escape;

/// The records that are an event of their own, for auparse: those of users and daemons, and LOGIN, to which newer
/// kernels add a SYSCALL and more.
pub(crate) fn alone(event: &Event) -> impl Iterator<Item = Record<'_>> {
    let mut has_begun = false;
    event.records().filter(move |record| {
        let ends = ends_an_event(record.kind) || record.kind == Kind::LOGIN;
        let is_first = !std::mem::replace(&mut has_begun, !ends);
        is_first && ends && record.kind != Kind::EOE
    })
}

/// A place among the fields of a record.
#[derive(Debug)]
pub(crate) struct Lookup<'e> {
    cursor: Cursor<'e>,
}

impl<'e> Lookup<'e> {
    /// At the record's first field.
    pub(crate) fn of(record: Record<'e>) -> Self {
        let mut cursor = Cursor::default();
        cursor.push(record);
        Self { cursor }
    }

    /// Back to the first field.
    pub(crate) fn restart(&mut self) {
        self.cursor.first_record();
    }

    /// To the next field, if there is one.
    pub(crate) fn skip(&mut self) {
        self.cursor.next_field();
    }

    /// What stands behind the `=` of the first field of this name from here on. Behind the last field, only [`restart`](Self::restart) leads back.
    pub(crate) fn find(&mut self, name: &[u8]) -> Option<&'e [u8]> {
        if !self.cursor.find(name) {
            return None;
        }
        self.cursor.here().map(|(_, field)| field.value)
    }

    /// The same as a number of 32 bits; `None` also for -1, which is how an unset id reads.
    pub(crate) fn find_number(&mut self, name: &[u8]) -> Option<i32> {
        number(self.find(name)?).filter(|&number| number != -1)
    }
}

/// Makes text of values. Remembers names.
#[derive(Debug)]
pub(crate) struct Meanings(Values);

impl Meanings {
    /// Control characters are escaped.
    pub(crate) fn new() -> Self {
        Self(Values::new(Escape::Tty))
    }

    /// What the field that was found last means.
    pub(crate) fn of(&mut self, at: &Lookup<'_>) -> Vec<u8> {
        let mut text = Vec::new();
        if let Some((record, field)) = at.cursor.here() {
            self.0.push(&at.cursor, record, field, &mut text);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stands_alone_unless_it_goes_on_from_others() {
        let mut event = Event::default();
        for kind in [Kind::EOE, Kind::LOGIN, Kind::SYSCALL, Kind::LOGIN, Kind::LOGIN, Kind::SYSCALL, Kind::PROCTITLE] {
            event.push(kind, format!("type={}", kind.0).as_bytes());
        }
        event.push(Kind(1112), b"type=1112");
        let kinds: Vec<Kind> = alone(&event).map(|record| record.kind).collect();
        assert_eq!(kinds, [Kind::LOGIN, Kind::LOGIN, Kind(1112)]);
    }

    #[test]
    fn fields_are_found_from_the_last_one_on() {
        let line = b"type=LOGIN msg=audit(1.000:2): pid=7 uid=0 old-auid=4294967295 auid=5 ses=99999999999999999999 x=4294967295";
        let mut at = Lookup::of(Record { kind: Kind::LOGIN, line });
        assert_eq!(at.find_number(b"old-auid"), None);
        assert_eq!(at.find(b"auid"), Some(&b"5"[..]));
        assert_eq!(at.find_number(b"ses"), None);
        assert_eq!(at.find(b"pid"), None);
        assert_eq!(at.find(b"x"), None, "it is behind the last field");
        at.restart();
        assert_eq!(at.find_number(b"pid"), Some(7));
        at.skip();
        assert_eq!(Meanings::new().of(&at), b"root");
    }
}
