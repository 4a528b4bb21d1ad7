//! How often each value comes, for the summary of a report.

use super::Report;
use super::cells::{Cells, Show};
use super::choose::first_type;
use super::names::{NOBODY, Namer, push_type};
use super::texts::Texts;
use crate::event::Event;
use crate::items::Items;
use foldhash::HashMap;
use raudit_record::Kind;
use raudit_record::text::leading;
use std::cmp::Reverse;
use std::io::{self, Write};

const UNKNOWN: u32 = raudit_record::stamp::UNKNOWN.0;

/// How often a text comes, and where it came first.
#[derive(Clone, Copy, Debug)]
struct Count {
    times: u64,
    first: u64,
}

impl Default for Count {
    fn default() -> Self {
        Self { times: 0, first: u64::MAX }
    }
}

impl Count {
    fn add(&mut self, times: u64, first: u64) {
        self.times += times;
        self.first = self.first.min(first);
    }
}

/// Of where a text comes, the bits for its number among those of its event. The others are the event's.
const BITS: u32 = 20;

/// What is counted.
#[derive(Debug)]
enum Counts {
    /// Texts: those that come equally often come in order of first appearance.
    Texts(Texts<Count>),
    /// Numbers: those that come equally often come in ascending order.
    Numbers(HashMap<u32, u64>),
}

/// Counts the values of a report.
#[derive(Debug)]
pub(crate) struct Tally {
    report: Report,
    counts: Counts,
    namer: Namer,
    /// Where the next text comes.
    here: u64,
    part: Vec<u8>,
}

impl Tally {
    /// Nothing counted yet.
    pub(crate) fn new(report: Report, interprets: bool) -> Self {
        let counts = if report == Report::Pid || report.counts_types() {
            Counts::Numbers(HashMap::default())
        } else {
            Counts::Texts(Texts::default())
        };
        Self { report, counts, namer: Namer::new(interprets), here: 0, part: Vec::new() }
    }

    /// How many values it has.
    pub(crate) fn size(&self) -> usize {
        match &self.counts {
            Counts::Texts(counts) => counts.len(),
            Counts::Numbers(counts) => counts.len(),
        }
    }

    /// Moves what the other has counted here.
    pub(crate) fn merge(&mut self, other: &mut Self) {
        match (&mut self.counts, &mut other.counts) {
            (Counts::Texts(counts), Counts::Texts(others)) => {
                for (text, &Count { times, first }) in others.iter() {
                    counts.value(text).into_iter().for_each(|count| count.add(times, first));
                }
                others.clear();
            }
            (Counts::Numbers(counts), Counts::Numbers(others)) => {
                others.drain().for_each(|(number, times)| *counts.entry(number).or_default() += times);
            }
            // both count the same report
            _ => {}
        }
    }

    /// Counts what the event of that number has, which belongs to the report.
    pub(crate) fn add(&mut self, number: u64, event: &Event, items: &Items<'_>) {
        self.here = number << BITS;
        match self.report {
            Report::Pid => items.pid.into_iter().filter(|&pid| pid != u32::MAX).for_each(|pid| self.number(pid)),
            report if report.counts_types() => match first_type(event) {
                // types without a name or number
                UNKNOWN => {}
                number => self.number(number),
            },
            Report::Avc => {
                let decided = items.decisions.iter().filter(|decision| decision.granted.is_some());
                decided.filter_map(|decision| decision.object.as_deref()).for_each(|object| self.text(object));
            }
            Report::Authentication | Report::Login => self.account(event, items),
            Report::File => items.files.iter().for_each(|file| self.text(file)),
            Report::Key => items.keys.iter().filter(|key| ***key != *b"(null)").for_each(|key| self.text(key)),
            Report::Host => items.host.iter().for_each(|host| self.text(host)),
            Report::Terminal => items.terminal.iter().for_each(|terminal| self.text(terminal)),
            Report::Executable => items.exe.iter().for_each(|exe| self.text(exe)),
            Report::Command => items.comm.iter().for_each(|comm| self.text(comm)),
            Report::Syscall => self.named(|namer, out| namer.push_call(event, items, out)),
            // of everyone who has a login uid, whatever the rows want
            _ => items.auid.into_iter().for_each(|auid| self.named(|namer, out| namer.push_user(event, auid, out))),
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.text_times(text, 1);
    }

    /// Counts a text so many times more.
    pub(crate) fn text_times(&mut self, text: &[u8], times: u64) {
        let Counts::Texts(counts) = &mut self.counts else { return };
        counts.value(text).into_iter().for_each(|count| count.add(times, self.here));
        if self.here >> BITS == (self.here + 1) >> BITS {
            self.here += 1;
        }
    }

    fn number(&mut self, number: u32) {
        if let Counts::Numbers(counts) = &mut self.counts {
            *counts.entry(number).or_default() += 1;
        }
    }

    fn named(&mut self, push: impl FnOnce(&mut Namer, &mut Vec<u8>)) {
        let mut part = std::mem::take(&mut self.part);
        part.clear();
        push(&mut self.namer, &mut part);
        self.text(&part);
        self.part = part;
    }

    /// Who logs in. An account is named where there is no login uid.
    fn account(&mut self, event: &Event, items: &Items<'_>) {
        let auid = items.auid.unwrap_or(NOBODY);
        let has_login = match self.report {
            Report::Login => i32::try_from(auid).is_ok(),
            _ => auid != NOBODY,
        };
        match &items.account {
            Some(account) if !has_login => self.text(account),
            _ => self.named(|namer, out| namer.push_user(event, auid, out)),
        }
    }

    /// Writes the values, the most frequent first. Tells whether there is one.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn print(&mut self, cells: &mut Cells, out: &mut impl Write) -> io::Result<bool> {
        match std::mem::replace(&mut self.counts, Counts::Numbers(HashMap::default())) {
            Counts::Texts(counts) => {
                let mut rows: Vec<_> = counts.iter().collect();
                rows.sort_unstable_by_key(|&(_, Count { times, first })| (Reverse(times), first));
                for (value, count) in &rows {
                    cells.begin();
                    cells.number(count.times);
                    self.print_text(value, cells);
                    out.write_all(cells.end())?;
                }
                Ok(!rows.is_empty())
            }
            Counts::Numbers(counts) => {
                let mut rows: Vec<_> = counts.into_iter().collect();
                rows.sort_unstable_by_key(|&(number, count)| (Reverse(count), number.cast_signed()));
                for &(number, count) in &rows {
                    cells.begin();
                    cells.number(count);
                    if self.namer.interprets && self.report.counts_types() {
                        self.part.clear();
                        push_type(Kind(number), &mut self.part);
                        cells.text(Show::Plain, Some(&self.part), "");
                    } else {
                        cells.signed(number.cast_signed().into());
                    }
                    out.write_all(cells.end())?;
                }
                Ok(!rows.is_empty())
            }
        }
    }

    fn print_text(&mut self, value: &[u8], cells: &mut Cells) {
        let is_user = matches!(self.report, Report::Authentication | Report::Login | Report::User | Report::Tty);
        let show = match self.report {
            Report::Avc | Report::Host | Report::Terminal => Show::Plain,
            Report::Syscall if !self.namer.interprets => Show::Number,
            _ => Show::Escaped,
        };
        match value {
            // a number among users is one more user, also where it was an account's name
            [b'-' | b'0'..=b'9', ..] if is_user => {
                let digits = value.strip_prefix(b"-").unwrap_or(value);
                let number = leading(digits, 10).unwrap_or(u64::MAX) & u64::from(u32::MAX);
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                let uid = if digits.len() < value.len() { number.wrapping_neg() } else { number };
                self.part.clear();
                self.namer.push_known_user(uid, &mut self.part);
                let show = if self.namer.interprets { show } else { Show::Number };
                cells.text(show, Some(&self.part), "");
            }
            _ => cells.text(show, Some(value), ""),
        }
    }
}

impl Report {
    /// Whether its summary counts types of events.
    fn counts_types(self) -> bool {
        matches!(
            self,
            Self::Config
                | Self::Accounts
                | Self::Event
                | Self::Anomaly
                | Self::Response
                | Self::Mac
                | Self::Integrity
                | Self::Virt
                | Self::Crypto
        )
    }

    /// Whether an event is counted in the summary; mostly those that have a row.
    pub(crate) fn counts(self, event: &Event, items: &Items<'_>) -> bool {
        match self {
            // keys are counted one by one, and users whatever their uid
            Self::Key | Self::User => true,
            Self::Syscall => i32::try_from(items.syscall).is_ok_and(|number| number > 0),
            _ => self.covers(event, items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::DateForm;
    use crate::report::cells::Form;
    use raudit_record::interpret::Escape;

    fn printed(report: Report, events: &[(u32, &str)]) -> String {
        let mut tallies = [Tally::new(report, false), Tally::new(report, false)];
        // by two hands, in an order that is not that of the log
        for (number, (kind, line)) in events.iter().enumerate().rev() {
            let tally = &mut tallies[number % 2];
            let mut event = Event::default();
            event.push(Kind(*kind), line.as_bytes());
            let items = Items::of(&event, report.wanted()).unwrap();
            if report.counts(&event, &items) {
                tally.add(number as u64, &event, &items);
            }
        }
        let [mut one, mut other] = tallies;
        one.merge(&mut other);
        let mut cells = Cells::new(Form::Text, Escape::default(), report.summary_columns(), &DateForm::default());
        let mut out = Vec::new();
        assert_eq!(one.print(&mut cells, &mut out).unwrap(), !out.is_empty());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_most_frequent_first_then_texts_as_met_and_numbers_ascending() {
        let program = |comm: &str, pid: u32| {
            format!(
                "arch=c000003e syscall=2 success=yes exit=0 a0=0 a1=0 ppid=1 pid={pid} auid=1 uid=0 tty=pts0 comm=\"{comm}\" exe=\"/{comm}\" "
            )
        };
        let lines = [program("b", 9), program("a", 8), program("c", 7), program("c", 10)];
        let events: Vec<_> = lines.iter().map(|line| (1300, line.as_str())).collect();
        assert_eq!(printed(Report::Command, &events), "2  c\n1  b\n1  a\n");
        assert_eq!(printed(Report::Pid, &events), "1  7\n1  8\n1  9\n1  10\n");
        assert_eq!(printed(Report::Syscall, &events), "4  2\n");
        assert_eq!(printed(Report::User, &events), "4  1\n");
        assert_eq!(printed(Report::Host, &events), "");
    }
}
