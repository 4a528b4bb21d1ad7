//! From when to when each log reaches, and how a time is written in reports.

use super::Report;
use super::cells::{Cells, Form, Show};
use super::made::Style;
use super::tally::Tally;
use crate::event::Event;
use crate::locale::DateForm;
use crate::pass::Found;
use crate::print::utc;
use crate::source::Source;
use chrono::{Local, TimeZone};
use raudit_log::read::files;
use raudit_record::EventId;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The first and the last event of each file that was read, and how many it has.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Option<Range>>);

#[derive(Clone, Copy, Debug)]
struct Range {
    first: EventId,
    last: EventId,
    events: u64,
}

impl Times {
    /// Counts an event in the file in which it was whole.
    pub(crate) fn add(&mut self, event: &Event) {
        if self.0.len() <= event.read {
            self.0.resize(event.read + 1, None);
        }
        if let Some(range) = self.0.get_mut(event.read) {
            let Range { first, events, .. } = range.unwrap_or(Range { first: event.id, last: event.id, events: 0 });
            *range = Some(Range { first, last: event.id, events: events + 1 });
        }
    }

    /// Writes a line for each file: its range, or for the summary how many events it has.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn print(
        self,
        source: &Source,
        found: &Found,
        summary: bool,
        style: &Style,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let named = names(source, found);
        let ranges = self.0.into_iter().chain(std::iter::repeat(None));
        let Style { form, escape, ref dates, .. } = *style;
        if summary {
            let mut tally = Tally::new(Report::Times, false);
            for (name, range) in named.iter().zip(ranges) {
                tally.text_times(name.as_os_str().as_bytes(), range.map_or(0, |range| range.events));
            }
            let mut cells = Cells::new(form, escape, Report::Times.summary_columns(), dates);
            out.write_all(cells.header("").as_bytes())?;
            return tally.print(&mut cells, out).map(drop);
        }
        if form != Form::Text {
            return rows(&named, ranges, style, out);
        }
        for (name, range) in named.iter().zip(ranges) {
            out.write_all(name.as_os_str().as_bytes())?;
            match range {
                Some(Range { first, last, .. }) => {
                    writeln!(out, ": {} - {}", exact(&first, dates), exact(&last, dates))?
                }
                None => writeln!(out, ": no records")?,
            }
        }
        Ok(())
    }
}

/// The same in columns, or as objects.
fn rows(
    named: &[PathBuf],
    ranges: impl Iterator<Item = Option<Range>>,
    style: &Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut cells = Cells::new(style.form, style.escape, vec!["log", "first", "last", "events"], &style.dates);
    out.write_all(cells.header("").as_bytes())?;
    let mut clock = utc::Clock::default();
    for (name, range) in named.iter().zip(ranges) {
        cells.begin();
        cells.text(Show::Escaped, Some(name.as_os_str().as_bytes()), "");
        for id in [range.map(|range| range.first), range.map(|range| range.last)] {
            cells.text(Show::Plain, id.and_then(|id| clock.rfc3339(id)), "");
        }
        cells.number(range.map_or(0, |range| range.events));
        out.write_all(cells.end())?;
    }
    Ok(())
}

/// What the files are called that were read.
fn names(source: &Source, found: &Found) -> Vec<PathBuf> {
    let log = match source {
        Source::Stdin => return vec![PathBuf::from("stdin")],
        Source::File(path) => return vec![path.clone()],
        Source::Log(log) => log,
    };
    // one that was rotated since then has another name by now, and one that is gone has none
    let listed = files(log).unwrap_or_default();
    let name = |&(dev, inode): &(u64, u64)| {
        let file = listed.iter().find(|file| file.was(dev, inode));
        file.map_or_else(|| log.clone(), |file| file.path.clone())
    };
    found.files.iter().map(name).collect()
}

/// A second in the locale's form.
pub(crate) fn second(sec: i64, form: &DateForm) -> String {
    let time = Local.timestamp_opt(sec, 0).earliest();
    time.map_or_else(|| sec.to_string(), |time| time.format(&format!("{} %T", form.format())).to_string())
}

/// The same with milliseconds.
pub(crate) fn exact(id: &EventId, form: &DateForm) -> String {
    format!("{}.{:03}", second(i64::try_from(id.sec).unwrap_or(i64::MAX), form), id.milli)
}
