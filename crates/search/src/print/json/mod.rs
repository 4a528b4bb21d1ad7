//! `--format json`: an event as one object on one line. docs/json.md describes it.
//!
//! * here: the event and its records
//! * [`members`]: the fields of a record by name; [`layout`]: the names that records of a type have

mod layout;
mod members;
#[cfg(test)]
mod tests;

use super::clock::Clock;
use super::writer::Writer;
use crate::event::{Event, Record};
use crate::stamp::UNKNOWN;
use members::Members;
use raudit_record::interpret::Meaning;
use raudit_record::text::untrusted;
use raudit_record::{Context, Interpreter, Kind, Line};
use std::ops::Range;

/// Writes events as JSON. Keeps its memory from one to the next.
#[derive(Debug)]
pub(super) struct Json {
    interpreter: Interpreter,
    clock: Clock,
    members: Members,
    /// What the values of a record mean, one behind the other.
    meanings: Vec<u8>,
}

/// What is said of records that the daemon made no difference between: their translations. No record has this type.
const TRANSLATIONS: Kind = Kind(u32::MAX - 1);

impl Json {
    /// Interprets values in this way.
    pub(super) fn new(interpreter: Interpreter) -> Self {
        Self { interpreter, clock: Clock::default(), members: Members::default(), meanings: Vec::new() }
    }

    /// Appends an event.
    pub(super) fn event(&mut self, event: &Event, out: &mut Writer) {
        out.open();
        out.name("time");
        match self.clock.rfc3339(event.id) {
            Some(time) => out.text(time),
            None => out.null(),
        }
        out.name("epoch");
        out.seconds(event.id.sec, event.id.milli);
        out.number_member("serial", event.id.serial);
        if !event.node.is_empty() {
            out.name("node");
            out.text(&event.node);
        }
        out.array("records", |out| {
            for record in event.records() {
                out.open();
                self.record(&record, out);
                out.close();
            }
        });
        out.close();
        out.end_line();
    }

    fn record(&mut self, record: &Record<'_>, out: &mut Writer) {
        let line = Line::parse(record.line).ok();
        out.name("type");
        match (record.kind.name(), &line) {
            (Some(name), _) => out.text(name.as_bytes()),
            (None, Some(line)) => out.text(line.kind_text),
            (None, None) => out.null(),
        }
        out.name("number");
        if record.kind == UNKNOWN {
            out.null()
        } else {
            out.number(u64::from(record.kind.0))
        }
        let Some(mut line) = line else {
            out.name("line");
            return out.text(record.line);
        };
        if record.kind != UNKNOWN {
            line.kind = record.kind;
        }
        self.read(&line);
        let body = line.body;
        out.object("raw", |out| self.members.write(body, out, |field, out| out.text(part(body, &field.value))));
        out.object("interpreted", |out| {
            self.members.write(body, out, |field, out| match &field.meaning {
                None if part(body, &field.name) == b"key" => keys(part(body, &field.value), out),
                None => out.text(part(body, &field.value)),
                Some(meaning) => out.text(part(&self.meanings, meaning)),
            });
        });
        self.members.write_words("words", body, out);
        if let Some(enriched) = line.enriched {
            self.members.split(TRANSLATIONS, enriched, |_, _, _| None);
            out.object_if_any("enriched", |out| {
                self.members.write(enriched, out, |field, out| out.text(part(enriched, &field.value)));
            });
            self.members.write_words("enriched_words", enriched, out);
        }
    }

    /// Takes the fields of a record, and what they mean where that is not how they stand.
    fn read(&mut self, line: &Line<'_>) {
        self.meanings.clear();
        let mut context = Context::of(line);
        let (interpreter, meanings) = (&mut self.interpreter, &mut self.meanings);
        self.members.split(line.kind, line.body, |meaning, name, value| match meaning {
            Meaning::Plain | Meaning::Label | Meaning::Address | Meaning::Key => None,
            _ => {
                let from = meanings.len();
                interpreter.field(meaning, &mut context, line, name, value, meanings);
                Some(from..meanings.len())
            }
        });
    }
}

fn part<'a>(text: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    text.get(range.clone()).unwrap_or_default()
}

/// The keys of a rule: one is a string, several are a list.
fn keys(value: &[u8], out: &mut Writer) {
    let keys = untrusted(value);
    if !keys.contains(&1) {
        return out.text(&keys);
    }
    out.values(|out| keys.split(|&byte| byte == 1).filter(|key| !key.is_empty()).for_each(|key| out.text(key)));
}
