//! `-ts` and `-te`: words, dates and times of day, as ausearch takes them.
//!
//! Dates have the form of the locale (`%x`: `11/21/26` in the C locale), times `HH:MM:SS` or `HH:MM`, in either order.
//! Missing parts: a start without time is at midnight, an end without time at the present time of day, no date is today.
//! Overflowing days and seconds carry (`11/31/26` is December 1st) as `mktime` does it.

use crate::locale::DateForm;
use chrono::{
    DateTime, Datelike, Duration, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike,
};

/// Which end of the range a time is for; the rules differ slightly.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bound {
    /// `-ts`
    Start,
    /// `-te`
    End,
}

impl Bound {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// Why a date or time is refused, in ausearch's words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WhenError {
    /// Not a date in the locale's form, and no word.
    #[error("Invalid {} date ({text}). Month, Day, and Year are required.", .bound.name())]
    Date {
        /// The option's end of the range.
        bound: Bound,
        /// What was given.
        text: String,
    },
    /// A date with something behind it.
    #[error("Error parsing {} date ({text})", .bound.name())]
    AfterDate {
        /// The option's end of the range.
        bound: Bound,
        /// What was given.
        text: String,
    },
    /// Not a time of day.
    #[error("Invalid {} time ({text}). Hour, Minute, and Second are required.", .bound.name())]
    Time {
        /// The option's end of the range.
        bound: Bound,
        /// What was given.
        text: String,
    },
    /// A time with something behind it.
    #[error("Error parsing {} time ({text})", .bound.name())]
    AfterTime {
        /// The option's end of the range.
        bound: Bound,
        /// What was given.
        text: String,
    },
    /// Before audit existed: most likely a mistyped year.
    #[error("Error - year is {0}")]
    Year(i32),
    /// `-ts checkpoint` needs `--checkpoint`, which is not built yet.
    #[error("{} time checkpoint is not supported", .0.name())]
    Checkpoint(Bound),
}

/// What the words depend on.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The present time.
    pub now: DateTime<Local>,
    /// Whole seconds since boot.
    pub uptime: i64,
    /// How dates are written.
    pub form: DateForm,
}

impl Clock {
    /// The machine's clock and locale. Without a readable `/proc/uptime`, `boot` is now.
    pub fn system() -> Self {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
        let uptime = uptime.split('.').next().and_then(|sec| sec.parse().ok()).unwrap_or(0);
        Self { now: Local::now(), uptime, form: DateForm::of_environment() }
    }

    /// The time in seconds since the epoch that one or two words after `-ts` or `-te` mean.
    ///
    /// # Errors
    /// [`WhenError`] with ausearch's text.
    pub fn bound(&self, bound: Bound, first: &str, second: Option<&str>) -> Result<i64, WhenError> {
        let (date, time) = match second {
            Some(second) if first.contains(':') => (Some(second), Some(first)),
            Some(second) => (Some(first), Some(second)),
            None if first.contains(':') => (None, Some(first)),
            None => (Some(first), None),
        };
        let word = date.and_then(|date| self.word(date));
        let day = match (date, word) {
            (None, _) => self.now.naive_local(),
            (Some("checkpoint"), None) if bound == Bound::Start => return Err(WhenError::Checkpoint(bound)),
            (Some(date), None) => self.date(bound, date)?.into(),
            (Some(_), Some(word)) => word.at,
        };
        if let Some(word) = word
            && matches!(time, None | Some("00:00:00"))
        {
            match word.kind {
                WordKind::Moment => return Ok(seconds(word.at)),
                WordKind::Today if bound == Bound::End => return Ok(self.now.timestamp()),
                WordKind::Today | WordKind::Day => {}
            }
        }
        let of_day = match time {
            Some(time) => time_of_day(bound, time)?,
            // A plain date ends at the present time of day; a word at midnight.
            None if bound == Bound::End && word.is_none() => self.now.num_seconds_from_midnight().into(),
            None => 0,
        };
        if day.year() < 2004 {
            return Err(WhenError::Year(day.year()));
        }
        Ok(seconds(NaiveDateTime::from(day.date()) + Duration::seconds(of_day)))
    }

    fn word(&self, word: &str) -> Option<Word> {
        let now = self.now.naive_local();
        let today = now.date();
        let moment = |time: DateTime<Local>| Some(Word { at: time.naive_local(), kind: WordKind::Moment });
        let midnight = |day: NaiveDate| Some(Word { at: day.into(), kind: WordKind::Day });
        match word {
            "now" => moment(self.now),
            "recent" => moment(self.now - Duration::minutes(10)),
            "boot" => moment(self.now - Duration::seconds(self.uptime)),
            "this-hour" => {
                let hour = NaiveTime::from_hms_opt(now.hour(), 0, 0).unwrap_or_default();
                Some(Word { at: today.and_time(hour), kind: WordKind::Moment })
            }
            "today" => Some(Word { at: today.into(), kind: WordKind::Today }),
            "yesterday" => midnight(today - Duration::days(1)),
            "this-week" => midnight(today - Duration::days(i64::from(today.weekday().num_days_from_sunday()))),
            "week-ago" => midnight(today - Duration::days(7)),
            "this-month" => midnight(today.with_day(1)?),
            "this-year" => midnight(NaiveDate::from_yo_opt(today.year(), 1)?),
            _ => None,
        }
    }

    fn date(&self, bound: Bound, text: &str) -> Result<NaiveDate, WhenError> {
        let (date, rest) = self.form.parse(text).ok_or_else(|| WhenError::Date { bound, text: text.to_owned() })?;
        if rest.is_empty() { Ok(date) } else { Err(WhenError::AfterDate { bound, text: text.to_owned() }) }
    }
}

#[derive(Clone, Copy)]
struct Word {
    at: NaiveDateTime,
    kind: WordKind,
}

#[derive(Clone, Copy)]
enum WordKind {
    /// A point in time: a time of day given with it replaces its own.
    Moment,
    /// Midnight; as an end it means now.
    Today,
    /// Midnight of that day.
    Day,
}

fn time_of_day(bound: Bound, text: &str) -> Result<i64, WhenError> {
    let full = if text.len() <= 5 { format!("{text}:00") } else { text.to_owned() };
    let parsed = || {
        let (hour, rest) = number(&full, 23, 2)?;
        let (minute, rest) = number(rest.strip_prefix(':')?, 59, 2)?;
        // Two leap seconds, as strptime allows.
        let (second, rest) = number(rest.strip_prefix(':')?, 61, 2)?;
        Some((i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second), rest))
    };
    match parsed() {
        None => Err(WhenError::Time { bound, text: text.to_owned() }),
        Some((seconds, "")) => Ok(seconds),
        Some(_) => Err(WhenError::AfterTime { bound, text: text.to_owned() }),
    }
}

/// A number of up to `digits` digits that does not exceed `max`, after blanks; stops where another digit would exceed it.
pub(crate) fn number(text: &str, max: u32, digits: usize) -> Option<(u32, &str)> {
    let text = text.trim_start_matches(' ');
    let mut value = 0;
    let mut used = 0;
    for digit in text.bytes().take(digits).take_while(u8::is_ascii_digit) {
        if used > 0 && value * 10 > max {
            break;
        }
        value = value * 10 + u32::from(digit - b'0');
        used += 1;
    }
    (used > 0 && value <= max).then_some((value, text.get(used..)?))
}

/// Seconds since the epoch of a local time. Of a time that exists twice the first; one that a clock change skips counts
/// on from before the change.
fn seconds(local: NaiveDateTime) -> i64 {
    match Local.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.timestamp(),
        LocalResult::None => match Local.from_local_datetime(&(local - Duration::hours(3))).earliest() {
            Some(before) => before.timestamp() + 3 * 3600,
            None => local.and_utc().timestamp(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, 2026-11-21 19:01:40 local time.
    fn clock() -> Clock {
        let now = Local.with_ymd_and_hms(2026, 11, 21, 19, 1, 40).unwrap();
        Clock { now, uptime: 1554, form: DateForm::default() }
    }

    fn local(bound: Bound, words: &str) -> Result<String, String> {
        let mut words = words.split(' ');
        let time = clock().bound(bound, words.next().unwrap(), words.next()).map_err(|e| e.to_string())?;
        Ok(Local.timestamp_opt(time, 0).unwrap().format("%F %T").to_string())
    }

    #[test]
    fn start_words_dates_and_times() {
        for (words, time) in [
            ("now", "2026-11-21 19:01:40"),
            ("recent", "2026-11-21 18:51:40"),
            ("this-hour", "2026-11-21 19:00:00"),
            ("boot", "2026-11-21 18:35:46"),
            ("today", "2026-11-21 00:00:00"),
            ("yesterday", "2026-11-20 00:00:00"),
            ("this-week", "2026-11-15 00:00:00"),
            ("week-ago", "2026-11-14 00:00:00"),
            ("this-month", "2026-11-01 00:00:00"),
            ("this-year", "2026-01-01 00:00:00"),
            ("today 10:00", "2026-11-21 10:00:00"),
            ("10:00 today", "2026-11-21 10:00:00"),
            ("recent 01:00:00", "2026-11-21 01:00:00"),
            ("recent 00:00:00", "2026-11-21 18:51:40"),
            ("10:00", "2026-11-21 10:00:00"),
            ("11/20/26", "2026-11-20 00:00:00"),
            ("11/20/26 3:04", "2026-11-20 03:04:00"),
            ("11/20/26 10:00:61", "2026-11-20 10:01:01"),
            ("02/30/26", "2026-03-02 00:00:00"),
        ] {
            assert_eq!(local(Bound::Start, words).as_deref(), Ok(time), "{words}");
        }
    }

    #[test]
    fn an_end_without_time_is_at_the_present_time_of_day() {
        for (words, time) in [
            ("11/20/26", "2026-11-20 19:01:40"),
            ("today", "2026-11-21 19:01:40"),
            ("today 00:00:00", "2026-11-21 19:01:40"),
            ("yesterday", "2026-11-20 00:00:00"),
            ("yesterday 10:00", "2026-11-20 10:00:00"),
            ("now 1:00:00", "2026-11-21 01:00:00"),
        ] {
            assert_eq!(local(Bound::End, words).as_deref(), Ok(time), "{words}");
        }
    }

    #[test]
    fn refusals_have_ausearchs_texts() {
        for (words, text) in [
            ("10", "Invalid start date (10). Month, Day, and Year are required."),
            ("13/45/20", "Invalid start date (13/45/20). Month, Day, and Year are required."),
            ("NOW", "Invalid start date (NOW). Month, Day, and Year are required."),
            ("11/20/2026", "Error parsing start date (11/20/2026)"),
            ("3:4:5 11/20/26", "Error parsing start time (3:4:5)"),
            ("11/20/26 25:00", "Invalid start time (25:00). Hour, Minute, and Second are required."),
            ("11/20/26 10:00:00x", "Error parsing start time (10:00:00x)"),
            ("11/20/69", "Error - year is 1969"),
        ] {
            assert_eq!(local(Bound::Start, words), Err(text.to_owned()), "{words}");
        }
        assert_eq!(local(Bound::End, "x").unwrap_err(), "Invalid end date (x). Month, Day, and Year are required.");
    }
}
