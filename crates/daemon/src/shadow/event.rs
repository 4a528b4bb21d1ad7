//! Events as the comparison sees them: records of either side that have one stamp.

use raudit_record::field::Fields;
use raudit_record::{EventId, Kind, Line, Records};
use std::collections::HashMap;

/// What identifies a system call, on both sides: the fields of its SYSCALL record that no capture has to work out.
const IDENTITY: [&[u8]; 8] = [b"arch", b"syscall", b"exit", b"a0", b"a1", b"a2", b"a3", b"pid"];

/// Events that have begun and not ended, at most; more would be a flood of records without an end.
const OPEN_MAX: usize = 65_536;
/// How long the end of an event is waited for, in milliseconds.
const PATIENCE: u64 = 5000;

/// The records of one event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Its stamp.
    pub id: EventId,
    /// Types and fields, without the stamp.
    pub records: Vec<(Kind, Vec<u8>)>,
}

impl Event {
    /// When it was, in milliseconds since 1970.
    pub fn at(&self) -> u64 {
        milliseconds(self.id)
    }

    /// The SYSCALL record.
    pub fn call(&self) -> Option<&[u8]> {
        self.records.iter().find(|(kind, _)| *kind == Kind::SYSCALL).map(|(_, body)| body.as_slice())
    }

    /// The value of a field of the SYSCALL record, as it stands there.
    pub fn value(&self, name: &[u8]) -> Option<&[u8]> {
        Some(Fields::find(self.call()?, name)?.value)
    }

    /// What the same system call has on the other side, too. `None`: it is none.
    pub fn identity(&self) -> Option<Vec<u8>> {
        let call = self.call()?;
        let mut identity = Vec::with_capacity(96);
        for field in Fields::new(call).filter(|field| IDENTITY.contains(&field.name)) {
            identity.extend_from_slice(field.name);
            identity.push(b'=');
            identity.extend_from_slice(field.value);
            identity.push(b' ');
        }
        Some(identity)
    }

    /// The process that made the call.
    pub fn process(&self) -> Option<u32> {
        str::from_utf8(self.value(b"pid")?).ok()?.parse().ok()
    }
}

/// Milliseconds since 1970 of a stamp.
fn milliseconds(id: EventId) -> u64 {
    id.sec.saturating_mul(1000).saturating_add(id.milli.into())
}

/// Brings together what is one event.
#[derive(Debug, Default)]
pub struct Gatherer {
    open: HashMap<EventId, Event>,
    line: Vec<u8>,
    /// Events that were given up because there were too many, or that had no end.
    pub unended: u64,
}

impl Gatherer {
    /// Takes records in the order in which they came; hands out events that have ended.
    pub fn add(&mut self, records: &Records, mut each: impl FnMut(Event)) {
        for (kind, text) in records.iter() {
            self.line.clear();
            self.line.extend_from_slice(b"type=X msg=");
            self.line.extend_from_slice(text);
            let Ok(line) = Line::parse(&self.line) else { continue };
            if kind == Kind::EOE {
                self.open.remove(&line.id).into_iter().for_each(&mut each);
                continue;
            }
            if self.open.len() >= OPEN_MAX && !self.open.contains_key(&line.id) {
                self.unended += 1;
                continue;
            }
            let event = self.open.entry(line.id).or_insert_with(|| Event { id: line.id, records: Vec::new() });
            event.records.push((kind, line.body.to_vec()));
        }
    }

    /// Forgets what is waited for in vain, at `now`. Records that are events of their own, those of programs for example, have no end.
    pub fn forget(&mut self, now: u64) {
        let unended = &mut self.unended;
        self.open.retain(|id, event| {
            let waits = milliseconds(*id).saturating_add(PATIENCE) > now;
            *unended += u64::from(!waits && event.call().is_some());
            waits
        });
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An event from lines `TYPE fields`.
    pub fn event(milli: u16, serial: u64, lines: &[&str]) -> Event {
        let record = |line: &&str| {
            let (kind, body) = line.split_once(' ').unwrap();
            (Kind::from_log(kind.as_bytes()), body.as_bytes().to_vec())
        };
        Event { id: EventId { sec: 1_700_000_000, milli, serial }, records: lines.iter().map(record).collect() }
    }

    fn records(lines: &[(Kind, &str)]) -> Records {
        let mut records = Records::default();
        lines.iter().for_each(|(kind, text)| records.push(*kind, text.as_bytes()));
        records
    }

    #[test]
    fn records_of_one_stamp_are_an_event_and_others_come_between() {
        let mut gatherer = Gatherer::default();
        let mut found = Vec::new();
        let lines = [
            (Kind::SYSCALL, "audit(1700000000.123:7): arch=c000003e syscall=2 pid=12"),
            (Kind::SYSCALL, "audit(1700000000.123:8): arch=c000003e syscall=3 pid=13"),
            (Kind::USER, "audit(1700000000.124:9): pid=1 msg='x'"),
            (Kind::SYSCALL, "no stamp"),
            (Kind::CWD, "audit(1700000000.123:7): cwd=\"/\""),
            (Kind::EOE, "audit(1700000000.123:8): "),
        ];
        gatherer.add(&records(&lines), |event| found.push(event));
        gatherer.add(&records(&[(Kind::EOE, "audit(1700000000.123:7): ")]), |event| found.push(event));
        let expected = event(123, 7, &["SYSCALL arch=c000003e syscall=2 pid=12", "CWD cwd=\"/\""]);
        assert_eq!(found, [event(123, 8, &["SYSCALL arch=c000003e syscall=3 pid=13"]), expected]);
        assert_eq!((found[1].process(), found[1].at()), (Some(12), 1_700_000_000_123));
        gatherer.add(&records(&lines[..1]), |_| panic!("it has no end"));
        gatherer.forget(1_700_000_000_123 + PATIENCE);
        assert!(gatherer.open.len() == 1 && gatherer.unended == 1, "a message is not missed, a call is");
    }

    #[test]
    fn the_same_call_has_the_same_identity() {
        let of = |line: &str| event(0, 1, &[line]).identity();
        let call =
            "SYSCALL arch=c000003e syscall=2 success=yes exit=3 a0=7f a1=0 a2=0 a3=0 items=1 ppid=1 pid=12 key=\"a\"";
        assert_eq!(of(call), of(&call.replace("items=1", "items=2")));
        assert_ne!(of(call), of(&call.replace("pid=12", "pid=13")));
        assert_ne!(of(call), of(&call.replace("exit=3", "exit=4")));
        assert_eq!(of("CWD cwd=\"/\""), None);
    }
}
