//! What a picture shows: of everything that was counted the most frequent, ready to be read.

use super::axis::length;
use super::collect::Collected;
use super::counts::{Count, Counts, split};
use super::show::{second, shown};
use super::timeline::{Bar, SECOND, Timeline};
use crate::report::overview::Overview;

/// So many rows each list has.
pub(crate) const ROWS: usize = 20;

/// Fewer bars look like a wall: the time before and after them is shown, too.
const FEWEST: i64 = 24;

/// Everything that is shown.
#[derive(Debug)]
pub(crate) struct Figures {
    /// What was asked for besides: `only what failed`.
    pub(crate) asked: Vec<String>,
    /// The first second and the last; none without events.
    pub(crate) range: Option<(u64, u64)>,
    /// The lines of the default report.
    pub(crate) counts: [(&'static str, u64); 23],
    /// When.
    pub(crate) timeline: Bars,
    /// By login user.
    pub(crate) users: Ranking,
    /// By the program's file.
    pub(crate) executables: Ranking,
    /// By key of a rule.
    pub(crate) keys: Ranking,
    /// The account, where from, the program.
    pub(crate) logins: Ranking,
    /// The file or the call, the user, the program, the error.
    pub(crate) accesses: Ranking,
}

/// Bars of one length.
#[derive(Debug)]
pub(crate) struct Bars {
    /// In milliseconds.
    pub(crate) width: i64,
    /// The first one's beginning, in milliseconds since the epoch.
    pub(crate) from: i64,
    /// One after the other.
    pub(crate) bars: Vec<Bar>,
}

/// The most frequent of something.
#[derive(Debug)]
pub(crate) struct Ranking {
    /// The most frequent first.
    pub(crate) rows: Vec<Row>,
    /// How many different ones there were.
    pub(crate) distinct: usize,
    /// There were even more.
    pub(crate) more: bool,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Row {
    /// What it is, as it may be shown.
    pub(crate) texts: Vec<String>,
    /// How often it came.
    pub(crate) count: Count,
}

impl Figures {
    /// What is shown of these counts.
    pub(crate) fn of(overview: &Overview, collected: Collected, asked: Vec<String>) -> Self {
        Self {
            asked,
            range: collected.range,
            counts: overview.counts(),
            timeline: Bars::of(collected.timeline),
            users: Ranking::of(&collected.users, false),
            executables: Ranking::of(&collected.executables, false),
            keys: Ranking::of(&collected.keys, false),
            logins: Ranking::of(&collected.logins, true),
            accesses: Ranking::of(&collected.accesses, true),
        }
    }

    /// One of the counts by its name.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.counts.iter().find(|(what, _)| *what == name).map_or(0, |(_, number)| *number)
    }
}

impl Bars {
    fn of(timeline: Timeline) -> Self {
        // one event alone was not within a millisecond but at a second
        let alone = timeline.bars().len() == 1;
        let timeline = timeline.at_least(if alone { SECOND } else { 1 });
        let width = timeline.width();
        let mut bars: Vec<Bar> = timeline.bars().map(|(_, bar)| bar).collect();
        let mut from = timeline.bars().next().map_or(0, |(from, _)| from);
        let lacking = FEWEST - bars.len() as i64;
        if lacking > 0 && !bars.is_empty() {
            let before = lacking / 2;
            from -= before * width;
            bars.splice(0..0, (0..before).map(|_| Bar::default()));
            bars.extend((before..lacking).map(|_| Bar::default()));
        }
        Self { width, from, bars }
    }

    /// Their length in words.
    pub(crate) fn each(&self) -> String {
        length(self.width)
    }

    /// Where the last one ends, in milliseconds since the epoch.
    pub(crate) fn to(&self) -> i64 {
        self.from + self.width * self.bars.len() as i64
    }

    /// The greatest number of events in one, and of those that failed.
    pub(crate) fn greatest(&self) -> Bar {
        let most = |of: fn(&Bar) -> u64| self.bars.iter().map(of).max().unwrap_or(0);
        Bar { events: most(|bar| bar.events), failed: most(|bar| bar.failed) }
    }

    /// Each with its beginning.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, Bar)> + '_ {
        self.bars.iter().enumerate().map(|(at, bar)| (self.from + at as i64 * self.width, *bar))
    }
}

impl Ranking {
    fn of(counts: &Counts, joined: bool) -> Self {
        let texts = |text: &[u8]| if joined { split(text).into_iter().map(shown).collect() } else { vec![shown(text)] };
        let rows = counts.top(ROWS).into_iter().map(|(text, count)| Row { texts: texts(text), count }).collect();
        Self { rows, distinct: counts.distinct(), more: counts.others().events > 0 }
    }
}

impl Row {
    /// When it came last.
    pub(crate) fn last(&self) -> String {
        second(self.count.last)
    }
}
