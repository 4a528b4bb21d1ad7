//! How many events there were when, in a bounded number of bars.

use std::collections::VecDeque;

/// There are never more bars.
pub(crate) const MOST: usize = 180;

/// How long a bar may be, in milliseconds: round times, each a multiple of the one before. After the last they double.
const WIDTHS: [i64; 20] = [
    1,
    5,
    10,
    50,
    100,
    500,
    SECOND,
    5 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
];
/// In milliseconds, as the others.
pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// No time is later, so that nothing overflows: some 30,000 years.
const LATEST: i64 = 1 << 50;

/// Events of one bar.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Bar {
    /// All.
    pub(crate) events: u64,
    /// Those that failed.
    pub(crate) failed: u64,
}

impl Bar {
    fn add(&mut self, other: Self) {
        self.events += other.events;
        self.failed += other.failed;
    }
}

/// Events by time. When they span more than there are bars, the bars become longer.
///
/// Bars begin at multiples of their length, and are no longer than the span needs; so it does not matter in which order events come.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    /// What is added to a time so that days begin with those of the clock on the wall, in milliseconds.
    offset: i64,
    /// Which of the widths.
    step: u32,
    /// The first bar's number: its beginning in widths.
    first: i64,
    bars: VecDeque<Bar>,
}

impl Timeline {
    /// Without events; local time is so many seconds before UTC.
    pub(crate) fn new(offset: i32) -> Self {
        Self { offset: i64::from(offset) * SECOND, step: 0, first: 0, bars: VecDeque::new() }
    }

    /// Counts an event at a time in milliseconds since the epoch.
    pub(crate) fn add(&mut self, time: i64, failed: bool) {
        let time = time.clamp(0, LATEST) + self.offset;
        self.put(time, Bar { events: 1, failed: u64::from(failed) });
    }

    /// Counts the events of another, too.
    pub(crate) fn merge(&mut self, other: &Self) {
        while self.step < other.step {
            self.lengthen();
        }
        let width = other.width();
        for (number, bar) in (other.first..).zip(&other.bars).filter(|(_, bar)| bar.events > 0) {
            self.put(number * width, *bar);
        }
    }

    /// How long a bar is, in milliseconds.
    pub(crate) fn width(&self) -> i64 {
        width(self.step)
    }

    /// The bars from the first event to the last, each with its beginning in milliseconds since the epoch.
    pub(crate) fn bars(&self) -> impl DoubleEndedIterator<Item = (i64, Bar)> + ExactSizeIterator {
        let (width, first, offset) = (self.width(), self.first, self.offset);
        self.bars.iter().enumerate().map(move |(at, bar)| ((first + at as i64) * width - offset, *bar))
    }

    /// The same with bars of a millisecond only where nobody would see that they are longer: at least this long.
    pub(crate) fn at_least(mut self, width: i64) -> Self {
        while self.width() < width && !self.bars.is_empty() {
            self.lengthen();
        }
        self
    }

    fn put(&mut self, time: i64, bar: Bar) {
        let mut number = time.div_euclid(self.width());
        if self.bars.is_empty() {
            self.first = number;
            self.bars.push_back(Bar::default());
        }
        while self.reach(number) > MOST as i64 {
            self.lengthen();
            number = time.div_euclid(self.width());
        }
        while number < self.first {
            self.bars.push_front(Bar::default());
            self.first -= 1;
        }
        let at = usize::try_from(number - self.first).unwrap_or_default();
        if at >= self.bars.len() {
            self.bars.resize(at + 1, Bar::default());
        }
        if let Some(place) = self.bars.get_mut(at) {
            place.add(bar);
        }
    }

    /// How many bars there are with this one.
    fn reach(&self, number: i64) -> i64 {
        let last = self.first + self.bars.len() as i64 - 1;
        last.max(number) - self.first.min(number) + 1
    }

    /// Puts neighbouring bars together.
    fn lengthen(&mut self) {
        let ratio = width(self.step + 1) / self.width();
        let first = self.first.div_euclid(ratio);
        let mut longer: VecDeque<Bar> = VecDeque::new();
        for (number, bar) in (self.first..).zip(&self.bars) {
            let at = usize::try_from(number.div_euclid(ratio) - first).unwrap_or_default();
            if at >= longer.len() {
                longer.resize(at + 1, Bar::default());
            }
            if let Some(place) = longer.get_mut(at) {
                place.add(*bar);
            }
        }
        (self.first, self.bars, self.step) = (first, longer, self.step + 1);
    }
}

/// The width of this step.
fn width(step: u32) -> i64 {
    let step = step as usize;
    let last = WIDTHS.len() - 1;
    // a few doublings reach the latest time
    let doublings = u32::try_from(step.saturating_sub(last)).unwrap_or(0).min(30);
    WIDTHS.get(step.min(last)).copied().unwrap_or(DAY) << doublings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    fn of(times: &[i64]) -> Timeline {
        let mut timeline = Timeline::new(0);
        times.iter().for_each(|&time| timeline.add(time, time % 2 == 0));
        timeline
    }

    #[test]
    fn each_width_divides_the_next() {
        for step in 0..60 {
            assert!(width(step + 1) % width(step) == 0 && width(step + 1) >= width(step), "{step}");
        }
    }

    #[test]
    fn bars_become_longer_and_keep_what_they_hold() {
        let second = of(&[1_000_000, 1_000_999]);
        assert_eq!((second.width(), second.bars().len()), (10, 100));
        let years = of(&[0, 3 * 365 * DAY]);
        assert_eq!((years.width(), years.bars().len()), (8 * DAY, 137));
        let sums = years.bars().fold(Bar::default(), |mut sum, (_, bar)| {
            sum.add(bar);
            sum
        });
        assert_eq!(sums, Bar { events: 2, failed: 2 });
        assert_eq!(of(&[5]).bars().collect::<Vec<_>>(), [(5, Bar { events: 1, failed: 0 })]);
        assert_eq!(of(&[]).bars().len(), 0);
    }

    #[test]
    fn days_begin_as_on_the_wall() {
        let mut timeline = Timeline::new(2 * 3600);
        (0..100).for_each(|day| timeline.add(day * DAY + 23 * HOUR, false));
        assert_eq!(timeline.width(), DAY);
        assert_eq!(timeline.bars().next().unwrap().0, 22 * HOUR, "midnight two hours east");
        assert!(timeline.bars().all(|(_, bar)| bar.events == 1));
    }

    #[test]
    fn impossible_times_are_no_harm() {
        let wild = of(&[i64::MAX, 0, i64::MIN, 1_700_000_000_000]);
        assert!(wild.bars().len() <= MOST && wild.bars().map(|(_, bar)| bar.events).sum::<u64>() == 4);
    }

    proptest! {
        #[test]
        fn neither_order_nor_division_matters(times in prop::collection::vec(0..i64::from(u32::MAX), 0..200), at in 0..200_usize, zoom in 0..32) {
            let times: Vec<i64> = times.into_iter().map(|time| time >> zoom).collect();
            let whole = of(&times);
            let (one, other) = times.split_at(at.min(times.len()));
            let (mut one, mut other) = (of(one), of(other));
            other.merge(&one);
            one.merge(&of(&times[at.min(times.len())..]));
            let backwards = of(&times.iter().rev().copied().collect::<Vec<_>>());
            for same in [&one, &other, &backwards] {
                prop_assert_eq!(same.width(), whole.width());
                prop_assert!(same.bars().eq(whole.bars()));
            }
            prop_assert!(whole.bars().len() <= MOST);
            prop_assert_eq!(whole.bars().map(|(_, bar)| bar.events).sum::<u64>(), times.len() as u64);
        }
    }
}
