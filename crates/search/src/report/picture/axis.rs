//! Round numbers and times for the axes of charts.

use super::show::{local, moment};
use super::timeline::{DAY, HOUR, MINUTE, SECOND};
use chrono::{Datelike, Local, Months, NaiveDate, TimeZone};

/// How far labels may be apart, in milliseconds.
const APART: [i64; 30] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
];

/// The same in months, where days are too many.
const MONTHS: [u32; 14] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 24_000, 120_000];
const MONTH: i64 = 30 * DAY;

/// A label of the axis of time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Tick {
    /// Where, in milliseconds since the epoch.
    pub(crate) time: i64,
    /// The time of day, or the day if labels are days apart.
    pub(crate) label: String,
    /// The day where it is the first label, or another day than that of the label before.
    pub(crate) day: String,
}

/// Labels for the time between two moments in milliseconds since the epoch: at most so many.
pub(crate) fn ticks(from: i64, to: i64, most: i64) -> Vec<Tick> {
    let span = to.saturating_sub(from).max(1);
    let fits = |apart: i64| span / apart < most.max(1);
    let Some(apart) = APART.into_iter().find(|&apart| fits(apart)) else {
        let apart = MONTHS.into_iter().find(|&apart| fits(i64::from(apart) * MONTH));
        return apart.and_then(|apart| months(from, to, apart)).unwrap_or_default();
    };
    let form = match apart {
        DAY.. => "%Y-%m-%d",
        MINUTE.. => "%H:%M",
        SECOND.. => "%H:%M:%S",
        _ => "%H:%M:%S%.3f",
    };
    let offset = local(from).map_or(0, |time| i64::from(time.offset().local_minus_utc()) * SECOND);
    let first = (from + offset).div_euclid(apart) * apart - offset;
    let mut day = String::new();
    let tick = |time: i64| {
        if apart >= DAY {
            // where clocks were changed since, the day has begun an hour before, or an hour later
            return Tick { time, label: moment(time + 2 * HOUR, form), day: String::new() };
        }
        let its = moment(time, "%Y-%m-%d");
        let day = if day == its {
            String::new()
        } else {
            day.clone_from(&its);
            its
        };
        Tick { time, label: moment(time, form), day }
    };
    (first..=to).step_by(usize::try_from(apart).unwrap_or(usize::MAX)).filter(|time| *time >= from).map(tick).collect()
}

/// A label at the first day of every so many months.
fn months(from: i64, to: i64, apart: u32) -> Option<Vec<Tick>> {
    let begin = local(from)?;
    let year = begin.year() - begin.year().rem_euclid(i32::try_from(apart.div_ceil(12)).ok()?);
    let mut day = NaiveDate::from_ymd_opt(year, 1, 1)?;
    let mut ticks = Vec::new();
    loop {
        let time = Local
            .from_local_datetime(&day.and_hms_opt(0, 0, 0)?)
            .earliest()
            .map_or(from - 1, |at| at.timestamp_millis());
        if time > to {
            return Some(ticks);
        }
        if time >= from {
            ticks.push(Tick { time, label: day.format("%Y-%m").to_string(), day: String::new() });
        }
        day = day.checked_add_months(Months::new(apart))?;
    }
}

/// The next round number that is not less, 1 at least.
pub(crate) fn round(number: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for times in [1, 2, 3, 4, 5, 6, 8] {
            match unit.checked_mul(times) {
                Some(round) if round >= number => return round,
                Some(_) => {}
                None => return number,
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// A length of time in words: `5 minutes`; what is no whole number of days, hours, ... is told in the next smaller unit.
pub(crate) fn length(time: i64) -> String {
    let units = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"), (1, "millisecond")];
    let (unit, name) = units.into_iter().find(|(unit, _)| time % unit == 0).unwrap_or((1, "millisecond"));
    match time / unit {
        1 => format!("1 {name}"),
        number => format!("{number} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_round() {
        let numbers = [0, 1, 2, 7, 9, 11, 61, 81, 100, 101, 1234].map(round);
        assert_eq!(numbers, [1, 1, 2, 8, 10, 20, 80, 100, 100, 200, 2000]);
        assert_eq!(round(u64::MAX), u64::MAX);
    }

    #[test]
    fn lengths_in_words() {
        let lengths = [1, 500, SECOND, 15 * SECOND, 5 * MINUTE, HOUR, 12 * HOUR, DAY, 8 * DAY].map(length);
        let words = [
            "1 millisecond",
            "500 milliseconds",
            "1 second",
            "15 seconds",
            "5 minutes",
            "1 hour",
            "12 hours",
            "1 day",
            "8 days",
        ];
        assert_eq!(lengths, words);
    }

    #[test]
    fn labels_are_few_in_order_and_in_the_span() {
        let from = 1_700_000_000_123;
        for span in [1, 10, SECOND, 7 * SECOND, MINUTE, HOUR, DAY, 40 * DAY, 3 * 365 * DAY, 1000 * 365 * DAY, 1 << 50] {
            let ticks = ticks(from, from + span, 6);
            // months are not all equally long
            assert!(ticks.len() <= 7 && ticks.iter().all(|tick| (from..=from + span).contains(&tick.time)), "{span}");
            assert!(ticks.is_sorted_by_key(|tick| tick.time), "{span}");
            assert!(!ticks.is_empty() || span < 10, "{span}");
        }
        let labels =
            |days: i64| ticks(from, from + days * DAY, 4).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels(3 * 365), ["2024-01", "2025-01", "2026-01"]);
        assert_eq!(labels(100), ["2023-12", "2024-01", "2024-02"]);
        assert_eq!(ticks(i64::MIN, i64::MAX, 6), []);
    }

    #[test]
    fn the_day_is_told_once() {
        let ticks = ticks(1_700_000_000_000, 1_700_000_000_000 + HOUR, 6);
        assert!(ticks[0].day.starts_with("2023-11-1") && ticks[0].label.len() == 5, "{ticks:?}");
        assert!(ticks.iter().filter(|tick| !tick.day.is_empty()).count() <= 2);
    }
}
