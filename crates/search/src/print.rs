//! Events as text: `--format raw`, `default` and `interpret` here; in the normaliser's words, [`csv`] and `text`; as JSON in `objects`.

pub(crate) mod clock;
pub mod colour;
pub mod csv;
mod ecs;
mod facts;
mod json;
mod objects;
mod ocsf;
mod text;
pub(crate) mod utc;
pub(crate) mod writer;

use crate::event::{Event, Record};
use crate::locale::DateForm;
use chrono::{DateTime, Local, TimeZone};
use csv::{Columns, Csv};
use objects::Objects;
use raudit_record::interpret::Escape;
use raudit_record::line::ENRICHMENT;
use raudit_record::names::Names;
use raudit_record::stamp::UNKNOWN;
use raudit_record::text::{push_decimal, push_padded_decimal};
use raudit_record::{Interpreter, Line};
use std::io::{self, Write};
use text::Text;

/// How events are shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// The lines of the log, in its order.
    Raw,
    /// A heading with the time, then the records, last to first, without translations.
    #[default]
    Default,
    /// As `Default` without the heading's time, with names for numbers.
    Interpret,
    /// Who did what, in columns.
    Csv(Columns),
    /// Who did what, in sentences.
    Text,
    /// Objects of a form of our own, one for an event and line.
    Json,
    /// Objects of the Elastic Common Schema, as auditbeat's.
    Ecs,
    /// Objects of the Open Cybersecurity Schema Framework.
    Ocsf,
}

impl Format {
    /// Whether records are shown as such: there colours help.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Raw | Self::Default | Self::Interpret)
    }
}

/// Writes events.
#[derive(Debug)]
pub struct Printer {
    format: Format,
    /// How `-i` writes a time.
    date: String,
    /// The last heading's second and text: many events share a second.
    heading: (u64, String),
    interpreter: Interpreter,
    escape: Escape,
    body: Vec<u8>,
    csv: Csv,
    text: Text,
    objects: Objects,
}

impl Printer {
    /// Writes in this format, dates in the locale's form, names of this host, and text escaped in this way.
    pub fn new(format: Format, date: &DateForm, escape: Escape) -> Self {
        Self {
            format,
            date: format!("{} %T", date.format()),
            heading: (u64::MAX, String::new()),
            interpreter: Interpreter::new(Names::new()).escaping(escape),
            escape,
            body: Vec::new(),
            csv: Csv::new(if let Format::Csv(columns) = format { columns } else { Columns::default() }, date, escape),
            text: Text::new(date, escape),
            objects: Objects::new(),
        }
    }

    /// How many of the events since the last call have a row in csv with nothing in it: none of their records is of a system call.
    pub fn take_empty(&mut self) -> u64 {
        std::mem::take(&mut self.csv.empty)
    }

    /// Somebody else writes [`Printer::header`].
    pub fn without_header(&mut self) {
        self.csv.has_header = true;
    }

    /// What stands before the first event, if there is one.
    pub fn header(format: Format) -> Vec<u8> {
        let mut header = Vec::new();
        if let Format::Csv(columns) = format {
            csv::header(columns, &mut header);
        }
        header
    }

    /// Writes one event.
    ///
    /// # Errors
    /// What writing gives.
    pub fn print(&mut self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            Format::Raw => raw(event, out),
            Format::Default => self.default(event, out),
            Format::Interpret => self.interpret(event, out),
            Format::Csv(_) => self.csv.write(event, out),
            Format::Text => self.text.write(event, out),
            format => self.objects.write(format, event, out),
        }
    }

    fn default(&mut self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        if self.heading.0 != event.id.sec {
            self.heading = (event.id.sec, heading(event.id.sec));
        }
        out.write_all(self.heading.1.as_bytes())?;
        for record in shown(event) {
            // the daemon's own records ausearch does not escape at all
            let escape = if is_daemons(&record) { self.escape.at_most_control() } else { self.escape };
            out.write_all(&escape.show(record.text()))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn interpret(&mut self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        if self.heading.0 != event.id.sec {
            let time = local(event.id.sec).map(|time| time.format(&self.date).to_string());
            self.heading = (event.id.sec, time.unwrap_or_else(|| event.id.sec.to_string()));
        }
        out.write_all(b"----\n")?;
        for record in shown(event) {
            let Ok(mut line) = Line::parse(record.line) else {
                // A stamp that only the search can read: better as it is than not at all.
                out.write_all(&self.escape.show(record.text()))?;
                out.write_all(b"\n")?;
                continue;
            };
            if record.kind != UNKNOWN {
                line.kind = record.kind;
            }
            self.interpret_record(&line, out)?;
        }
        Ok(())
    }

    fn interpret_record(&mut self, line: &Line<'_>, out: &mut impl Write) -> io::Result<()> {
        let (text, id) = (&mut self.body, line.id);
        text.clear();
        if let Some(node) = line.node {
            text.extend_from_slice(b"node=");
            text.extend_from_slice(&self.escape.show(node));
            text.push(b' ');
        }
        text.extend_from_slice(b"type=");
        match line.kind.name() {
            Some(name) => text.extend_from_slice(name.as_bytes()),
            None => text.extend_from_slice(&self.escape.at_most_control().show(line.kind_text)),
        }
        text.extend_from_slice(b" msg=audit(");
        text.extend_from_slice(self.heading.1.as_bytes());
        text.push(b'.');
        push_padded_decimal(text, id.milli.into(), 3);
        text.push(b':');
        push_decimal(text, id.serial);
        text.extend_from_slice(b") ");
        if memchr::memchr(b'=', line.body).is_none() {
            bare(line, self.escape, text);
        } else {
            text.extend_from_slice(b": ");
            self.interpreter.body(line, text);
            text.push(b'\n');
        }
        out.write_all(text)
    }
}

/// A record without a field stands as it is, with the end of its line; a torn one may lack what follows the stamp.
fn bare(line: &Line<'_>, escape: Escape, out: &mut Vec<u8>) {
    let enrichment = line.enriched.map_or(0, |enriched| enriched.len() + 1);
    let text = line.text.get(..line.text.len() - enrichment).unwrap_or(line.text);
    if text.ends_with(b")") && line.body.is_empty() {
        return out.push(b'\n');
    }
    out.push(b':');
    if !text.ends_with(b":") {
        out.extend_from_slice(&escape.show(b" "));
    }
    out.extend_from_slice(&escape.show(line.body));
    out.extend_from_slice(b"\n\n");
}

/// Records last to first; of an event that ends in one of the daemon's own records, only that one.
fn shown(event: &Event) -> impl Iterator<Item = Record<'_>> {
    let alone = event.records().next_back().is_some_and(|last| is_daemons(&last));
    event.records().rev().take(if alone { 1 } else { usize::MAX })
}

fn is_daemons(record: &Record<'_>) -> bool {
    (1200..1300).contains(&record.kind.0)
}

/// As the log has it; but in an event with translations, ausearch puts the separator behind every record.
fn raw(event: &Event, out: &mut impl Write) -> io::Result<()> {
    if !event.is_enriched() {
        return out.write_all(event.text());
    }
    for record in event.records() {
        out.write_all(record.line)?;
        let separated = memchr::memchr(ENRICHMENT, record.line).is_some();
        out.write_all(if separated { b"\n" } else { &[ENRICHMENT, b'\n'] })?;
    }
    Ok(())
}

/// `----`, then the local time in the form of `ctime`.
fn heading(sec: u64) -> String {
    match local(sec) {
        Some(time) => time.format("----\ntime->%a %b %e %T %Y\n").to_string(),
        None => format!("----\ntime->{sec}\n"),
    }
}

/// Local time; `None` for what is no date.
pub(crate) fn local(sec: u64) -> Option<DateTime<Local>> {
    Local.timestamp_opt(i64::try_from(sec).ok()?, 0).earliest()
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::Kind;

    fn event(lines: &[(Kind, &str)]) -> Event {
        let mut event = Event::default();
        event.id.sec = 1_700_000_000;
        for (kind, line) in lines {
            event.push(*kind, line.as_bytes());
        }
        event
    }

    fn printed(format: Format, event: &Event) -> String {
        let mut out = Vec::new();
        Printer::new(format, &DateForm::default(), Escape::default()).print(event, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn default_is_last_to_first_without_translations_and_control_characters() {
        let text = printed(Format::Default, &event(&[(Kind::SYSCALL, "a\u{1d}A=x"), (Kind::CWD, "b\u{1b}[1m")]));
        let (heading, records) =
            text.split_at(text.find("\n").map(|at| text[at + 1..].find('\n').unwrap() + at + 2).unwrap());
        assert!(heading.starts_with("----\ntime->") && heading.ends_with(" 2023\n"), "{heading}");
        assert_eq!(records, "b\\033[1m\na\n");
    }

    #[test]
    fn raw_has_a_separator_behind_every_record_of_an_enriched_event() {
        let lines = [(Kind::SYSCALL, "a\u{1d}A=x"), (Kind::CWD, "b")];
        assert_eq!(printed(Format::Raw, &event(&lines)), "a\u{1d}A=x\nb\u{1d}\n");
        assert_eq!(printed(Format::Raw, &event(&[(Kind::CWD, "b")])), "b\n");
    }

    #[test]
    fn of_a_daemon_event_only_the_last_record_is_shown() {
        let text = printed(Format::Default, &event(&[(Kind::CWD, "first"), (Kind::DAEMON_START, "last")]));
        assert!(text.ends_with(" 2023\nlast\n"), "{text}");
    }

    #[test]
    fn interpreted_records_have_the_time_in_their_stamp_and_a_blank_behind_each_field() {
        let line = "node=n type=CWD msg=audit(1700000000.007:4): cwd=\"/a\"";
        let text = printed(Format::Interpret, &event(&[(Kind::CWD, line)]));
        let time = local(1_700_000_000).unwrap().format("%m/%d/%y %T");
        assert_eq!(text, format!("----\nnode=n type=CWD msg=audit({time}.007:4) : cwd=/a \n"));
        let bare =
            printed(Format::Interpret, &event(&[(Kind(2000), "type=KERNEL msg=audit(1700000000.007:4): initialized")]));
        assert_eq!(bare, format!("----\ntype=KERNEL msg=audit({time}.007:4) : initialized\n\n"));
    }

    #[test]
    fn a_type_without_a_name_is_not_escaped_for_a_shell() {
        let line = "type=UNKNOWN[1199] msg=audit(1700000000.007:4): pid=1";
        let mut printer = Printer::new(Format::Interpret, &DateForm::default(), Escape::ShellQuote);
        let mut out = Vec::new();
        printer.print(&event(&[(Kind(1199), line)]), &mut out).unwrap();
        assert!(out.starts_with(b"----\ntype=UNKNOWN[1199] msg="), "{}", String::from_utf8_lossy(&out));
    }
}
