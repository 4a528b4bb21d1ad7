//! How often each value comes in each period: `--by key --every 1h`.

use super::Report;
use super::cells::{Cells, Show};
use super::container::container;
use super::made::Style;
use super::names::{NOBODY, Namer};
use super::texts::Texts;
use crate::event::Event;
use crate::items::{Items, Wanted};
use crate::print::local;
use raudit_record::EventId;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum By {
    Key,
    User,
    Executable,
    Host,
    Container,
}

impl By {
    /// What `--by` calls it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "key" => Self::Key,
            "user" => Self::User,
            "exe" => Self::Executable,
            "host" => Self::Host,
            "container" => Self::Container,
            _ => return None,
        })
    }

    /// The name of its column, and of the report.
    pub(crate) fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Key => ("key", "Key"),
            Self::User => ("auid", "User"),
            Self::Executable => ("exe", "Executable"),
            Self::Host => ("host", "Host"),
            Self::Container => ("container", "Container"),
        }
    }

    /// What stands over the report.
    pub(crate) fn heading(self) -> String {
        let (column, name) = self.name();
        let title = format!("{name} Count Report");
        let rule = "=".repeat(36);
        format!("{title}\n{rule}\n# date time total {column}\n{rule}\n")
    }

    /// What has to be read of an event.
    pub(crate) fn wanted(self) -> Wanted {
        // as for its summary, so that counts add up to that
        match self {
            Self::Key => Report::Key.wanted(),
            Self::User => Report::User.wanted(),
            Self::Executable => Report::Executable.wanted(),
            Self::Host => Report::Host.wanted(),
            Self::Container => Wanted::PID.and(Wanted::SUCCESS),
        }
    }
}

/// A period in seconds: a number and `s`, `m`, `h`, `d` or `w`.
pub(crate) fn period(text: &str) -> Option<u64> {
    let seconds = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    // no more than a hundred years
    number.checked_mul(seconds).filter(|period| (1..=36_525 * 86_400).contains(period))
}

/// 1970 began on a Thursday, and weeks begin on Mondays.
const MONDAY: i64 = 4 * 86_400;

/// Counts values by period.
#[derive(Debug)]
pub(crate) struct Series {
    by: By,
    period: i64,
    /// By the second in which a period begins.
    counts: BTreeMap<i64, Texts<u64>>,
    size: usize,
    namer: Namer,
    /// The quarter of an hour of which the offset from UTC is known.
    quarter: Option<(u64, i64)>,
    part: Vec<u8>,
}

impl Series {
    /// Nothing counted yet.
    pub(crate) fn new(by: By, period: u64, interprets: bool) -> Self {
        Self {
            by,
            period: i64::try_from(period.max(1)).unwrap_or(i64::MAX),
            counts: BTreeMap::new(),
            size: 0,
            namer: Namer::new(interprets),
            quarter: None,
            part: Vec::new(),
        }
    }

    /// How many counts it has.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Counts an event, once for each of its values.
    pub(crate) fn add(&mut self, event: &Event, items: &Items<'_>) {
        let start = self.start(event.id.sec);
        match self.by {
            By::Key => {
                let keys = items.keys.iter().filter(|key| ***key != *b"(null)");
                keys.for_each(|key| self.count(start, key, 1));
            }
            By::User => {
                let mut name = std::mem::take(&mut self.part);
                name.clear();
                if let Some(auid) = items.auid.filter(|&auid| auid != NOBODY) {
                    self.namer.push_user(event, auid, &mut name);
                    self.count(start, &name, 1);
                }
                self.part = name;
            }
            By::Executable => items.exe.iter().for_each(|exe| self.count(start, exe, 1)),
            By::Host => items.host.iter().for_each(|host| self.count(start, host, 1)),
            By::Container => container(event).iter().for_each(|name| self.count(start, name, 1)),
        }
    }

    fn count(&mut self, start: i64, value: &[u8], times: u64) {
        let counts = self.counts.entry(start).or_default();
        let before = counts.len();
        counts.value(value).into_iter().for_each(|count| *count += times);
        self.size += counts.len() - before;
    }

    /// Where the period of a second begins, on local clocks: days at midnight.
    fn start(&mut self, sec: u64) -> i64 {
        let quarter = sec / 900;
        let offset = match self.quarter {
            Some((known, offset)) if known == quarter => offset,
            _ => {
                let offset = local(sec).map_or(0, |time| i64::from(time.offset().local_minus_utc()));
                self.quarter = Some((quarter, offset));
                offset
            }
        };
        let sec = i64::try_from(sec).unwrap_or(i64::MAX / 2);
        let first = if self.period % (7 * 86_400) == 0 { MONDAY } else { 0 };
        sec - (sec + offset - first).rem_euclid(self.period)
    }

    /// Moves what the other has counted here.
    pub(crate) fn merge(&mut self, other: &mut Self) {
        other.size = 0;
        for (start, counts) in std::mem::take(&mut other.counts) {
            counts.iter().for_each(|(value, &times)| self.count(start, value, times));
        }
    }

    /// Writes the counts, period by period, the most frequent value first. Tells whether there is one.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn print(self, style: &Style, out: &mut impl Write) -> io::Result<bool> {
        let (column, _) = self.by.name();
        let mut cells = Cells::new(style.form, style.escape, vec!["total", column], &style.dates);
        out.write_all(cells.header("date,time,").as_bytes())?;
        let is_there = !self.counts.is_empty();
        for (start, counts) in self.counts {
            let mut rows: Vec<_> = counts.iter().collect();
            rows.sort_unstable_by_key(|&(value, &times)| (Reverse(times), value));
            let start = EventId { sec: u64::try_from(start).unwrap_or_default(), milli: 0, serial: 0 };
            for (value, &times) in rows {
                cells.begin_at(start);
                cells.number(times);
                let is_number = self.by == By::User && !style.interprets;
                cells.text(if is_number { Show::Number } else { Show::Escaped }, Some(value), "");
                out.write_all(cells.end())?;
            }
        }
        Ok(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_numbers_with_a_unit() {
        let read = |text| period(text);
        assert_eq!([read("1h"), read("90s"), read("2w")], [Some(3600), Some(90), Some(1_209_600)]);
        for bad in ["", "h", "0h", "1", "-1h", "1.5h", "1y", "99999999999999999999d", "40000d", "1é"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn periods_begin_where_local_clocks_say_so() {
        let day = |sec| Series::new(By::Key, 86_400, false).start(sec);
        let start = day(1_700_000_000);
        let time = local(u64::try_from(start).unwrap()).unwrap();
        assert_eq!(time.format("%T").to_string(), "00:00:00");
        let week = Series::new(By::Key, 7 * 86_400, false).start(1_700_000_000);
        let time = local(u64::try_from(week).unwrap()).unwrap();
        assert_eq!(time.format("%u %T").to_string(), "1 00:00:00");
        assert_eq!(Series::new(By::Key, 60, false).start(1_700_000_000), 1_699_999_980);
    }

    #[test]
    fn parts_add_up() {
        let mut parts = [Series::new(By::Key, 60, false), Series::new(By::Key, 60, false)];
        for n in 0..100 {
            parts[n % 2].count(60 * (n as i64 / 50), if n % 3 == 0 { b"a" } else { b"b" }, 1);
        }
        let [mut one, mut other] = parts;
        one.merge(&mut other);
        assert_eq!((one.size(), other.size()), (4, 0));
        let total: u64 = one.counts.values().flat_map(Texts::iter).map(|(_, times)| times).sum();
        assert_eq!(total, 100);
    }
}
