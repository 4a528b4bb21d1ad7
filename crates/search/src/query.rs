//! Which events are asked for.

use crate::event::{Event, Record};
use crate::malformed::{carries_key, is_malformed};
use crate::text::{after, unhex, word};
use memchr::memchr;
use memchr::memmem::Finder;
use raudit_record::Kind;
use std::sync::LazyLock;

/// The kernel's separator between several keys of one rule.
const KEY_SEPARATOR: u8 = 1;

/// A range of time. Applied to records, before they are put together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Window {
    /// From this second on; 0 for no limit.
    pub start: i64,
    /// Up to the end of this second; 0 for no limit.
    pub end: i64,
}

impl Window {
    /// Whether a second belongs to it.
    pub fn covers(&self, sec: u64) -> bool {
        let sec = i64::try_from(sec).unwrap_or(i64::MAX);
        (self.start == 0 || sec >= self.start) && (self.end == 0 || sec <= self.end)
    }

    /// Whether a record of this second shows how far back the logs go: any, or one from before the start.
    pub fn may_start_at(&self, sec: u64) -> bool {
        self.start == 0 || i64::try_from(sec).is_ok_and(|sec| sec < self.start)
    }
}

/// Conditions that must all hold. The default asks for every event.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The event's serial number.
    pub serial: Option<u64>,
    /// Part of one of the event's keys. The empty text asks for events that have a key.
    pub key: Option<Finder<'static>>,
    /// One record at least is of one of these types; empty for no condition.
    pub kinds: Vec<Kind>,
}

/// What a query says to an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// All conditions hold.
    Match,
    /// Some condition does not hold.
    Other,
    /// A record that might have matched cannot be read: neither.
    Malformed,
}

impl Query {
    /// Judges an event.
    pub fn judge(&self, event: &Event) -> Verdict {
        if self.key.as_ref().is_some_and(|key| !may_have_key(event, key)) {
            return Verdict::Other;
        }
        if is_malformed(event, self.key.is_some()) {
            return Verdict::Malformed;
        }
        let matches = self.serial.is_none_or(|serial| serial == event.id.serial)
            && (self.kinds.is_empty() || event.records().any(|record| self.kinds.contains(&record.kind)))
            && self.key.as_ref().is_none_or(|key| has_key(event, key));
        if matches { Verdict::Match } else { Verdict::Other }
    }
}

/// False for most events without such a key, by two quick looks at the whole text: for the key itself, and for keys in
/// hexadecimal.
fn may_have_key(event: &Event, part: &Finder<'_>) -> bool {
    let text = event.text();
    let in_hexadecimal = |at: usize| !matches!(text.get(at + NAME.len()), Some(b'"' | b'(') | None);
    part.find(text).is_some() || finder().find_iter(text).any(in_hexadecimal)
}

const NAME: &[u8] = b"key=";

fn finder() -> &'static Finder<'static> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(NAME));
    &FINDER
}

fn has_key(event: &Event, part: &Finder<'_>) -> bool {
    event.records().filter(|record| carries_key(record.kind)).any(|record| {
        let mut found = false;
        keys(&record, |key| found |= part.find(key).is_some());
        found
    })
}

/// Gives each key of a record to `each`: the quoted text, or the parts of a hexadecimal one.
pub fn keys(record: &Record<'_>, mut each: impl FnMut(&[u8])) {
    let text = if record.kind == Kind::SYSCALL { after(record.text(), b"a1=") } else { Some(record.text()) };
    let Some(value) = text.and_then(|text| after(text, b"key=")) else { return };
    if let Some(quoted) = value.strip_prefix(b"\"") {
        if let Some(key) = memchr(b'"', quoted).and_then(|end| quoted.get(..end)) {
            each(key);
        }
        return;
    }
    let value = word(value);
    if value.first() == Some(&b'(') {
        return each(value);
    }
    let decoded = unhex(value);
    decoded.split(|&b| b == KEY_SEPARATOR).filter(|key| !key.is_empty()).for_each(each);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(key: &str) -> Event {
        let mut event = Event::default();
        event.id.serial = 7;
        event.push(Kind::SYSCALL, format!("arch=c000003e syscall=257 a0=1 a1=2 {key}").as_bytes());
        event.push(Kind::CWD, b"cwd=\"/\"");
        event
    }

    fn judge(key: &str, event: &Event) -> Verdict {
        Query { key: Some(Finder::new(key).into_owned()), ..Query::default() }.judge(event)
    }

    #[test]
    fn keys_match_by_part_in_quotes_in_hexadecimal_and_among_several() {
        for text in ["key=\"abc\"", "key=\"xabcx\" a=b", "key=616263", "key=64656601616263"] {
            assert_eq!(judge("abc", &event(text)), Verdict::Match, "{text}");
        }
        for text in ["", "key=\"ABC\"", "key=(null)", "key=abc", "key=\"d\" key=\"abc\"", "subj=key"] {
            assert_eq!(judge("abc", &event(text)), Verdict::Other, "{text}");
        }
        assert_eq!(judge("", &event("key=(null)")), Verdict::Match);
        assert_eq!(judge("", &event("items=1")), Verdict::Other);
        assert_eq!(judge("abc", &event("key=\"abc")), Verdict::Malformed);
    }

    #[test]
    fn any_records_type_and_the_serial_decide() {
        let of = |kinds: &[Kind]| Query { kinds: kinds.to_vec(), ..Query::default() }.judge(&event(""));
        assert_eq!(of(&[Kind::PATH, Kind::CWD]), Verdict::Match);
        assert_eq!(of(&[Kind::PATH]), Verdict::Other);
        assert_eq!(Query { serial: Some(7), ..Query::default() }.judge(&event("")), Verdict::Match);
        assert_eq!(Query { serial: Some(8), ..Query::default() }.judge(&event("")), Verdict::Other);
    }

    #[test]
    fn both_ends_of_the_window_belong_to_it() {
        let window = Window { start: 10, end: 20 };
        assert_eq!([9, 10, 20, 21].map(|sec| window.covers(sec)), [false, true, true, false]);
        assert!(Window::default().covers(u64::MAX));
    }
}
