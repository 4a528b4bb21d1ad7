//! `--format json`: an event as one object on one line. docs/json.md describes it.
//!
//! * here: the event and its records
//! * [`layout`]: what records of a type have in common, and [`members`]: the fields of one that is unlike those before

mod layout;
mod members;
#[cfg(test)]
mod tests;

use super::utc::Clock;
use super::writer::{Writer, push_text};
use crate::event::{Event, Record};
use layout::Layouts;
use members::{Members, place};
use raudit_record::field::Part;
use raudit_record::interpret::Meaning;
use raudit_record::stamp::UNKNOWN;
use raudit_record::text::untrusted;
use raudit_record::{Context, Fields, Interpreter, Kind, Line};
use std::io::{self, Write};
use std::ops::Range;

/// Writes events as JSON. Keeps its memory from one to the next.
#[derive(Debug)]
pub(super) struct Json {
    reader: Reader,
    clock: Clock,
    /// The layouts of records, and of what was recorded beside them.
    layouts: [Layouts; 2],
    members: Members,
    words: Vec<Range<usize>>,
    /// What the values of a record mean: as members of an object, or one behind the other.
    meanings: Vec<u8>,
}

/// Says what values mean.
#[derive(Debug)]
struct Reader {
    interpreter: Interpreter,
    /// A value's meaning.
    meaning: Vec<u8>,
}

impl Json {
    /// Interprets values in this way.
    pub(super) fn new(interpreter: Interpreter) -> Self {
        Self {
            reader: Reader { interpreter, meaning: Vec::new() },
            clock: Clock::default(),
            layouts: Default::default(),
            members: Members::default(),
            words: Vec::new(),
            meanings: Vec::new(),
        }
    }

    /// Appends an event; of a large one the first part goes there.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn event(&mut self, event: &Event, out: &mut Writer, to: &mut impl Write) -> io::Result<()> {
        out.open();
        out.text_or_null("time", self.clock.rfc3339(event.id));
        out.name("epoch");
        out.seconds(event.id.sec, event.id.milli);
        out.number_member("serial", event.id.serial);
        if !event.node.is_empty() {
            out.name("node");
            out.text(&event.node);
        }
        out.begin_array("records");
        for record in event.records() {
            out.open();
            self.record(&record, out);
            out.close();
            out.spill(to)?;
        }
        out.end_array();
        out.close();
        out.end_line();
        Ok(())
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
        let start = out.len();
        if !self.like_before(&line, out) {
            out.truncate(start);
            self.unlike_before(&line, out);
        }
        write_words("words", line.body, &self.words, out);
        if let Some(enriched) = line.enriched {
            self.recorded(line.kind, enriched, out);
        }
    }

    /// Writes the fields of a record that has the same ones as that before it. False, after a part, if it has not.
    fn like_before(&mut self, line: &Line<'_>, out: &mut Writer) -> bool {
        let [layouts, _] = &mut self.layouts;
        let Some(layout) = layouts.of(line.kind) else { return false };
        let mut context = Context::of(line);
        self.words.clear();
        self.meanings.clear();
        out.begin_object("raw");
        let mut at = 0;
        let mut parts = Fields::new(line.body);
        loop {
            let Some(known) = layout.at(at) else {
                match parts.next_part() {
                    None => break,
                    Some(Part::Words(text)) => self.words.push(place(line.body, text)),
                    Some(Part::Field(_)) => return false,
                }
                continue;
            };
            let is_next = parts.is_next(&known.met);
            let mut recorded = None;
            if is_next && known.meaning.is_enriched() {
                recorded = context.next_recorded(line, known.name());
            }
            if is_next && known.means_the_same(recorded) {
                parts.pass(&known.met);
            } else {
                let before = parts.clone();
                let field = match parts.next_part() {
                    None => break,
                    Some(Part::Words(text)) => {
                        self.words.push(place(line.body, text));
                        continue;
                    }
                    Some(Part::Field(field)) => field,
                };
                if !is_next && known.meaning.is_enriched() && field.name == known.name() {
                    recorded = context.next_recorded(line, field.name);
                }
                let meaning = known.meaning;
                let push = |out: &mut Vec<u8>| self.reader.push(meaning, &context, recorded, field.value, out);
                if field.name != known.name() || !known.set(field.value, recorded, push) {
                    return false;
                }
                parts.note(&before, &field, &mut known.met);
            }
            // the first has no comma before it
            let from = usize::from(at == 0);
            out.extend(known.raw.get(from..).unwrap_or_default());
            self.meanings.extend_from_slice(known.meant.get(from..).unwrap_or_default());
            at += 1;
        }
        out.close();
        out.begin_object("interpreted");
        out.extend(&self.meanings);
        out.close();
        true
    }

    /// Writes the fields of any record.
    fn unlike_before(&mut self, line: &Line<'_>, out: &mut Writer) {
        let body = line.body;
        self.meanings.clear();
        let mut context = Context::of(line);
        let is_distinct = self.members.split(body, &mut self.words, |name, value| {
            let meaning = Meaning::of(line.kind, name);
            let recorded = if meaning.is_enriched() { context.next_recorded(line, name) } else { None };
            let from = self.meanings.len();
            self.reader.push(meaning, &context, recorded, value, &mut self.meanings);
            from..self.meanings.len()
        });
        out.object("raw", |out| self.members.write(body, out, |field, out| out.text(part(body, &field.value))));
        out.object("interpreted", |out| {
            self.members.write(body, out, |field, out| out.value(part(&self.meanings, &field.meaning)));
        });
        let [layouts, _] = &mut self.layouts;
        if is_distinct {
            layouts.learn(line.kind, self.members.names(body));
        }
    }

    /// Writes what the daemon recorded.
    fn recorded(&mut self, kind: Kind, enriched: &[u8], out: &mut Writer) {
        let start = out.len();
        let [_, layouts] = &mut self.layouts;
        let Some(layout) = layouts.of(kind) else { return };
        out.begin_object("enriched");
        let (mut at, mut is_like_before) = (0, true);
        let mut parts = Fields::new(enriched);
        while let Some(known) = layout.at(at) {
            if parts.is_next(&known.met) {
                parts.pass(&known.met);
            } else {
                let before = parts.clone();
                match parts.next_part() {
                    Some(Part::Field(field)) if field.name == known.name() && known.set(field.value, None, |_| {}) => {
                        parts.note(&before, &field, &mut known.met);
                    }
                    None => break,
                    Some(_) => {
                        is_like_before = false;
                        break;
                    }
                }
            }
            out.extend(known.raw.get(usize::from(at == 0)..).unwrap_or_default());
            at += 1;
        }
        is_like_before &= parts.next_part().is_none();
        out.close();
        if is_like_before && at > 0 {
            return;
        }
        out.truncate(start);
        let is_distinct = self.members.split(enriched, &mut self.words, |_, _| 0..0);
        out.object_if_any("enriched", |out| {
            self.members.write(enriched, out, |field, out| out.text(part(enriched, &field.value)));
        });
        if is_distinct {
            layouts.learn(kind, self.members.names(enriched));
        }
        write_words("enriched_words", enriched, &self.words, out);
    }
}

impl Reader {
    /// Appends what a value means, as JSON.
    fn push(
        &mut self,
        meaning: Meaning,
        context: &Context<'_>,
        recorded: Option<&[u8]>,
        value: &[u8],
        out: &mut Vec<u8>,
    ) {
        match meaning {
            Meaning::Plain | Meaning::Label | Meaning::Address => push_text(value, out),
            Meaning::Key => push_keys(value, out),
            _ => {
                self.meaning.clear();
                self.interpreter.as_meaning(meaning, context, recorded, value, &mut self.meaning);
                push_text(&self.meaning, out);
            }
        }
    }
}

fn part<'a>(text: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    text.get(range.clone()).unwrap_or_default()
}

/// Writes the words of a record, if there are any.
fn write_words(name: &str, body: &[u8], words: &[Range<usize>], out: &mut Writer) {
    if !words.is_empty() {
        out.array(name, |out| words.iter().for_each(|words| out.text(part(body, words))));
    }
}

/// The keys of a rule: one is a string, several are a list.
fn push_keys(value: &[u8], out: &mut Vec<u8>) {
    let keys = untrusted(value);
    if !keys.contains(&1) {
        return push_text(&keys, out);
    }
    out.push(b'[');
    for (at, key) in keys.split(|&byte| byte == 1).filter(|key| !key.is_empty()).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_text(key, out);
    }
    out.push(b']');
}
