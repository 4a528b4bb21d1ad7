//! `--format json`: an event as one object on one line. docs/json.md describes it.

use super::clock::Clock;
use super::writer::Writer;
use crate::event::{Event, Record};
use crate::stamp::UNKNOWN;
use raudit_record::field::Part;
use raudit_record::text::untrusted;
use raudit_record::{Context, Fields, Interpreter, Line};
use std::ops::Range;

/// Writes events as JSON. Keeps its memory from one to the next.
#[derive(Debug)]
pub(super) struct Json {
    interpreter: Interpreter,
    clock: Clock,
    fields: Members,
    /// What the values of a record mean, one behind the other.
    meanings: Vec<u8>,
    words: Vec<Range<usize>>,
}

/// One field of a record.
#[derive(Debug)]
struct Member {
    /// In the record's body.
    name: Range<usize>,
    /// In the record's body.
    value: Range<usize>,
    /// In the meanings.
    meaning: Range<usize>,
    /// The next field of this name.
    next: Option<usize>,
    /// It is not the first of its name.
    is_later: bool,
}

impl Json {
    /// With the names to use where records were not enriched.
    pub(super) fn new(interpreter: Interpreter) -> Self {
        Self {
            interpreter,
            clock: Clock::default(),
            fields: Members::default(),
            meanings: Vec::new(),
            words: Vec::new(),
        }
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
        let part = |range: &Range<usize>| body.get(range.clone()).unwrap_or_default();
        out.object("raw", |out| {
            self.fields.write(body, out, |field, out| out.text(part(&field.value)));
        });
        out.object("interpreted", |out| {
            self.fields.write(body, out, |field, out| {
                if part(&field.name) == b"key" {
                    keys(part(&field.value), out);
                } else {
                    out.text(self.meanings.get(field.meaning.clone()).unwrap_or_default());
                }
            });
        });
        out.array_if_any("words", |out| self.words.iter().for_each(|words| out.text(part(words))));
        if let Some(enriched) = line.enriched {
            self.recorded(enriched);
            let part = |range: &Range<usize>| enriched.get(range.clone()).unwrap_or_default();
            out.object_if_any("enriched", |out| {
                self.fields.write(enriched, out, |field, out| out.text(part(&field.value)));
            });
            out.array_if_any("enriched_words", |out| self.words.iter().for_each(|words| out.text(part(words))));
        }
    }

    /// Takes the fields of a record, and what they mean.
    fn read(&mut self, line: &Line<'_>) {
        self.meanings.clear();
        let mut context = Context::of(line);
        let (interpreter, meanings) = (&mut self.interpreter, &mut self.meanings);
        split(line.body, &mut self.fields, &mut self.words, |name, value| {
            let from = meanings.len();
            interpreter.field(&mut context, line, name, value, meanings);
            from..meanings.len()
        });
    }

    /// Takes what the daemon recorded.
    fn recorded(&mut self, enriched: &[u8]) {
        split(enriched, &mut self.fields, &mut self.words, |_, _| 0..0);
    }
}

/// Splits a body into fields and words. A field whose name is not UTF-8 cannot be a member: it is taken for a word.
fn split(
    body: &[u8],
    fields: &mut Members,
    words: &mut Vec<Range<usize>>,
    mut meaning: impl FnMut(&[u8], &[u8]) -> Range<usize>,
) {
    fields.clear();
    words.clear();
    let range = |part: &[u8]| {
        let from = part.as_ptr().addr() - body.as_ptr().addr();
        from..from + part.len()
    };
    let mut parts = Fields::new(body);
    while let Some(part) = parts.next_part() {
        match part {
            Part::Words(text) => words.push(range(text)),
            Part::Field(field) if str::from_utf8(field.name).is_err() => {
                words.push(range(field.name).start..range(field.value).end);
            }
            Part::Field(field) => {
                let meaning = meaning(field.name, field.value);
                fields.push(body, range(field.name), range(field.value), meaning);
            }
        }
    }
    fields.link(body);
}

/// The keys of a rule: one is a string, several are a list.
fn keys(value: &[u8], out: &mut Writer) {
    let keys = untrusted(value);
    if !keys.contains(&1) {
        return out.text(&keys);
    }
    out.values(|out| keys.split(|&byte| byte == 1).filter(|key| !key.is_empty()).for_each(|key| out.text(key)));
}

/// The fields of a record by name.
#[derive(Debug, Default)]
struct Members {
    fields: Vec<Member>,
    /// A bit for each hash of a name that was met.
    met: Met,
    /// Names stand twice, or may: there are too many to compare each with all.
    order: Vec<usize>,
}

#[derive(Debug)]
struct Met([u64; 64]);

impl Default for Met {
    fn default() -> Self {
        Self([0; 64])
    }
}

/// Up to so many fields a name is compared with those before it.
const FEW: usize = 64;

impl Members {
    fn clear(&mut self) {
        self.fields.clear();
        self.met = Met::default();
    }

    fn push(&mut self, body: &[u8], name: Range<usize>, value: Range<usize>, meaning: Range<usize>) {
        let text = body.get(name.clone()).unwrap_or_default();
        let mut is_later = false;
        if self.met.insert(text) && self.fields.len() < FEW {
            let here = self.fields.len();
            let is_same = |field: &&mut Member| body.get(field.name.clone()) == Some(text);
            if let Some(before) = self.fields.iter_mut().rev().find(is_same) {
                (before.next, is_later) = (Some(here), true);
            }
        }
        self.fields.push(Member { name, value, meaning, next: None, is_later });
    }

    /// Finds fields of the same name where there are so many of them that their names were not compared.
    fn link(&mut self, body: &[u8]) {
        if self.fields.len() <= FEW {
            return;
        }
        let name = |fields: &[Member], at: usize| fields.get(at).and_then(|field| body.get(field.name.clone()));
        self.order.clear();
        self.order.extend(0..self.fields.len());
        self.order.sort_by_key(|&at| (name(&self.fields, at), at));
        for pair in self.order.windows(2) {
            let &[before, after] = pair else { continue };
            if name(&self.fields, before) == name(&self.fields, after) {
                self.fields.get_mut(before).into_iter().for_each(|field| field.next = Some(after));
                self.fields.get_mut(after).into_iter().for_each(|field| field.is_later = true);
            }
        }
    }

    /// Writes each as a member; several of one name as one, whose value is a list.
    fn write(&self, body: &[u8], out: &mut Writer, mut value: impl FnMut(&Member, &mut Writer)) {
        for field in self.fields.iter().filter(|field| !field.is_later) {
            out.any_name(body.get(field.name.clone()).unwrap_or_default());
            let Some(next) = field.next else {
                value(field, out);
                continue;
            };
            out.values(|out| {
                value(field, out);
                let mut next = Some(next);
                while let Some(field) = next.and_then(|at| self.fields.get(at)) {
                    value(field, out);
                    next = field.next;
                }
            });
        }
    }
}

impl Met {
    /// Whether this name, or one with the same hash, was there before.
    fn insert(&mut self, name: &[u8]) -> bool {
        let hash =
            name.iter().fold(name.len() as u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x9e37_79b1));
        let hash = hash >> 20;
        let Some(word) = self.0.get_mut(hash as usize / 64) else { return true };
        let bit = 1 << (hash % 64);
        let was = *word & bit != 0;
        *word |= bit;
        was
    }
}
