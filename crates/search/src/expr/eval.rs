//! Whether an expression holds.

use super::{Expression, Name, Node, fields};
use crate::event::{Event, Record};
use raudit_record::names::Names;
use raudit_record::stamp::UNKNOWN;
use raudit_record::{Context, EventId, Interpreter, Line};
use std::ffi::CString;

/// Tests expressions on events.
#[derive(Debug)]
pub struct Tester {
    interpreter: Interpreter,
    meaning: Vec<u8>,
}

impl Tester {
    /// With the names of this host where records were not enriched.
    pub fn new() -> Self {
        Self { interpreter: Interpreter::new(Names::new()), meaning: Vec::new() }
    }

    /// Whether each of these expressions holds of one of an event's records.
    pub fn all_hold(&mut self, expressions: &[Expression], event: &Event) -> bool {
        expressions.iter().all(|expression| self.holds(expression, event))
    }

    /// Whether one of these expressions holds of one of an event's records.
    pub fn any_holds(&mut self, expressions: &[Expression], event: &Event) -> bool {
        expressions.iter().any(|expression| self.holds(expression, event))
    }

    fn holds(&mut self, expression: &Expression, event: &Event) -> bool {
        event.records().any(|record| self.node(&expression.0, event.id, &record))
    }

    fn node(&mut self, node: &Node, id: EventId, record: &Record<'_>) -> bool {
        let find = |name: &[u8]| fields::find(fields::text(record.line), record.kind, name);
        match node {
            Node::Not(inner) => !self.node(inner, id, record),
            Node::And(left, right) => self.node(left, id, record) && self.node(right, id, record),
            Node::Or(left, right) => self.node(left, id, record) || self.node(right, id, record),
            Node::Raw(Name::Virtual, ..) | Node::Interpreted(Name::Virtual, ..) => false,
            Node::Raw(Name::Field(name), equal, wanted) => {
                find(name).is_some_and(|field| (*field.value == **wanted) == *equal)
            }
            Node::Interpreted(Name::Field(name), equal, wanted) => find(name).is_some_and(|field| {
                self.interpret(record, name, &field.value);
                (self.meaning == *wanted) == *equal
            }),
            Node::Id(name, comparison, wanted) => {
                find(name).is_some_and(|field| comparison.holds(leading(&field.value).cmp(wanted)))
            }
            Node::Timestamp(comparison, wanted) => comparison.holds((signed(id.sec), u64::from(id.milli)).cmp(wanted)),
            Node::TimestampSerial(comparison, wanted) => {
                comparison.holds((signed(id.sec), u64::from(id.milli), id.serial).cmp(wanted))
            }
            Node::RecordType(comparison, wanted) => {
                let number = if record.kind == UNKNOWN { -1 } else { i64::from(record.kind.0) };
                comparison.holds(number.cmp(wanted))
            }
            Node::Matches(regex) => CString::new(fields::text(record.line)).is_ok_and(|text| regex.is_in(&text)),
        }
    }

    /// What a field means; of one in a line that cannot be read, what it says.
    fn interpret(&mut self, record: &Record<'_>, name: &[u8], value: &[u8]) {
        self.meaning.clear();
        match Line::parse(record.line) {
            Ok(mut line) => {
                if record.kind != UNKNOWN {
                    line.kind = record.kind;
                }
                self.interpreter.value(&Context::of(&line), name, value, &mut self.meaning);
            }
            Err(_) => self.meaning.extend_from_slice(value),
        }
    }
}

impl Default for Tester {
    fn default() -> Self {
        Self::new()
    }
}

fn signed(sec: u64) -> i64 {
    i64::try_from(sec).unwrap_or(i64::MAX)
}

/// The number a value starts with, 0 for none, as `strtoul` gives it and 32 bits hold it: -1 is the largest.
fn leading(value: &[u8]) -> u32 {
    let value = value.trim_ascii_start();
    let (negative, digits) = match value {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let add = |number: Option<u64>, digit: &u8| number?.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
    let number = digits.iter().take_while(|digit| digit.is_ascii_digit()).fold(Some(0_u64), add);
    // too large a number is the largest, with any sign
    let number = number.map_or(u64::MAX, |number| if negative { number.wrapping_neg() } else { number });
    (number & u64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::Kind;

    fn event() -> Event {
        let mut event = Event::default();
        event.id = EventId { sec: 1_700_000_000, milli: 7, serial: 42 };
        let head = "msg=audit(1700000000.007:42):";
        let call = format!(
            "type=SYSCALL {head} arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=1 a2=0 auid=1000 uid=0 comm=\"cat\" key=610162\u{1d}AUID=\"anna\" UID=\"root\""
        );
        event.push(Kind::SYSCALL, call.as_bytes());
        event.push(Kind::CWD, format!("type=CWD {head} cwd=\"/tmp\"").as_bytes());
        event
    }

    #[test]
    fn of_several_one_or_all() {
        let both = ["comm i= cat", "comm i= dog"].map(|text| Expression::parse(text.as_bytes()).unwrap());
        let mut tester = Tester::new();
        assert!(tester.any_holds(&both, &event()) && !tester.all_hold(&both, &event()));
        assert!(!tester.any_holds(&[], &event()) && tester.all_hold(&[], &event()));
    }

    fn holds(text: &str) -> bool {
        Tester::new().all_hold(&[Expression::parse(text.as_bytes()).unwrap()], &event())
    }

    #[test]
    fn fields_as_they_stand_and_as_they_are_meant() {
        for text in [
            r#"comm r= "\"cat\"""#,
            "comm i= cat",
            "auid i= anna",
            "auid r= 1000",
            "exit r!= \"0\"",
            "syscall i= openat && exit i!= 5",
            "type r= SYSCALL",
            "cwd i= \"/tmp\"",
            "key i= a",
            r#"(nosuch r= "") || !(nosuch r!= "")"#,
        ] {
            assert!(holds(text), "{text}");
        }
        for text in ["comm r= cat", "nosuch r!= x", "nosuch i!= x", "\\timestamp r!= x", "key i= b"] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn a_record_at_a_time() {
        assert!(!holds("comm i= cat && cwd i= \"/tmp\""), "they are fields of two records");
        assert!(holds("!(comm i= cat)"), "of the other record it holds");
        assert!(holds("\\record_type == CWD") && holds("\\record_type == 1300") && !holds("\\record_type > 1307"));
    }

    #[test]
    fn numbers_and_times() {
        for text in [
            "auid == 1000",
            "auid !== 0",
            "auid >= 1000 && uid < 1",
            "\\timestamp == ts:1700000000.007",
            "\\timestamp > ts:1700000000.6",
            "\\timestamp < ts:1700000001.000",
            "\\timestamp_ex == ts:1700000000.7:42",
            "\\timestamp_ex < ts:1700000000.007:43",
            "\\regexp /^type=CWD .*tmp/ && \\record_type == cwd",
        ] {
            assert!(holds(text), "{text}");
        }
        assert!(!holds("euid == 0") && !holds("\\regexp AUID"), "what was recorded is not the record");
        assert_eq!([leading(b"-1"), leading(b"12x"), leading(b"\"5\""), leading(b"4294967296")], [u32::MAX, 12, 0, 0]);
        assert_eq!(leading(b"99999999999999999999"), u32::MAX);
    }
}
