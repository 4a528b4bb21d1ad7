//! Events as text: `--format raw`, `default` and `interpret`.

use crate::event::{Event, TRANSLATION_SEPARATOR};
use chrono::{DateTime, Local, TimeZone};
use raudit_record::Kind;
use std::io::{self, Write};

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
}

/// Writes events.
#[derive(Debug)]
pub struct Printer {
    format: Format,
    /// The last heading's second and text: many events share a second.
    heading: (u64, String),
}

impl Printer {
    /// Writes in this format.
    pub fn new(format: Format) -> Self {
        Self { format, heading: (u64::MAX, String::new()) }
    }

    /// Writes one event.
    ///
    /// # Errors
    /// What writing gives.
    pub fn print(&mut self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            Format::Raw => raw(event, out),
            Format::Default | Format::Interpret => self.default(event, out),
        }
    }

    fn default(&mut self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        if self.heading.0 != event.id.sec {
            self.heading = (event.id.sec, heading(event.id.sec));
        }
        out.write_all(self.heading.1.as_bytes())?;
        let alone = event.records().next_back().is_some_and(|last| shown_alone(last.kind));
        for record in event.records().rev().take(if alone { 1 } else { usize::MAX }) {
            escaped(record.text, out)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// The daemon's own events show their last record only.
fn shown_alone(last: Kind) -> bool {
    (1200..1300).contains(&last.0)
}

/// As the log has it; but in an event with translations, ausearch puts the separator behind every record.
fn raw(event: &Event, out: &mut impl Write) -> io::Result<()> {
    for record in event.records() {
        out.write_all(record.line)?;
        if event.is_enriched() && record.line.len() == record.text.len() {
            out.write_all(&[TRANSLATION_SEPARATOR])?;
        }
        out.write_all(b"\n")?;
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

fn local(sec: u64) -> Option<DateTime<Local>> {
    Local.timestamp_opt(i64::try_from(sec).ok()?, 0).earliest()
}

/// Control characters as `\ooo`, so that a record cannot command the terminal it is shown on.
pub(crate) fn escaped(text: &[u8], out: &mut impl Write) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&b| b < b' ') {
        let (plain, control) = rest.split_at(at);
        out.write_all(plain)?;
        if let Some((byte, after)) = control.split_first() {
            write!(out, "\\{byte:03o}")?;
            rest = after;
        }
    }
    out.write_all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        Printer::new(format).print(event, &mut out).unwrap();
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
}
