//! Dates and times in the columns of csv and the sentences of text; many events share a second, and more a day.

use super::local;
use crate::locale::DateForm;
use chrono::{Datelike, Timelike};
use raudit_record::text::push_padded_decimal;

/// The texts of the last second asked for.
#[derive(Debug)]
pub(crate) struct Clock {
    /// `%x` of the locale.
    date_form: String,
    sec: Option<u64>,
    /// Year and day of the year.
    day: Option<(i32, u32)>,
    /// `12/31/24`; empty for a time that is no date.
    pub(crate) date: String,
    /// `23:59:59`
    pub(crate) time: Vec<u8>,
    /// `2024,12,31,2,`: year, month, day, and day of the week from Monday = 1.
    pub(crate) parts: String,
    /// The hour, 0 to 23.
    pub(crate) hour: Option<u32>,
    /// Of local time from UTC, in seconds.
    pub(crate) offset: i32,
}

impl Clock {
    /// Dates in the locale's form.
    pub(crate) fn new(date: &DateForm) -> Self {
        Self {
            date_form: date.format().to_owned(),
            sec: None,
            day: None,
            date: String::new(),
            time: Vec::new(),
            parts: ",,,,".to_owned(),
            hour: None,
            offset: 0,
        }
    }

    /// Shows this second from now on.
    pub(crate) fn set(&mut self, sec: u64) {
        if self.sec.replace(sec) == Some(sec) {
            return;
        }
        self.time.clear();
        let Some(now) = local(sec) else {
            *self = Self {
                sec: Some(sec),
                date_form: std::mem::take(&mut self.date_form),
                ..Self::new(&DateForm::default())
            };
            return;
        };
        self.offset = now.offset().local_minus_utc();
        self.hour = Some(now.hour());
        for (number, end) in [(now.hour(), &b":"[..]), (now.minute(), b":"), (now.second(), b"")] {
            push_padded_decimal(&mut self.time, number.into(), 2);
            self.time.extend_from_slice(end);
        }
        let day = Some((now.year(), now.ordinal()));
        if self.day != day {
            self.day = day;
            self.date = now.format(&self.date_form).to_string();
            self.parts = now.format("%Y,%m,%d,%u,").to_string();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_follow_the_second_and_the_day() {
        let mut clock = Clock::new(&DateForm::default());
        for sec in [1_700_000_000, 1_700_000_000, 1_700_000_001, 1_700_100_000, u64::MAX, 0] {
            clock.set(sec);
            let text = |form| local(sec).map(|now| now.format(form).to_string()).unwrap_or_default();
            assert_eq!(clock.date, text("%x"), "{sec}");
            assert_eq!(clock.time, text("%T").into_bytes(), "{sec}");
            assert!(clock.parts == text("%Y,%m,%d,%u,") || sec == u64::MAX, "{sec}");
        }
    }
}
