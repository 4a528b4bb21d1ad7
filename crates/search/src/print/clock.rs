//! Dates and times in the columns of csv and the sentences of text; many events share a second.

use super::local;
use crate::locale::DateForm;
use chrono::{DateTime, Local};

/// The texts of the last second asked for.
#[derive(Debug)]
pub(super) struct Clock {
    /// `%x` of the locale.
    date_form: String,
    sec: Option<u64>,
    /// `12/31/24`; empty for a time that is no date.
    pub(super) date: String,
    /// `23:59:59`
    pub(super) time: String,
    /// `2024,12,31,2,23,`: year, month, day, day of the week from Monday = 1, and hour.
    pub(super) parts: String,
    /// Of local time from UTC, in seconds.
    pub(super) offset: i32,
}

impl Clock {
    /// Dates in the locale's form.
    pub(super) fn new(date: &DateForm) -> Self {
        let date_form = date.format().to_owned();
        Self { date_form, sec: None, date: String::new(), time: String::new(), parts: String::new(), offset: 0 }
    }

    /// Shows this second from now on.
    pub(super) fn set(&mut self, sec: u64) {
        if self.sec == Some(sec) {
            return;
        }
        self.sec = Some(sec);
        let time = local(sec);
        let text = |form: &str| time.map(|time: DateTime<Local>| time.format(form).to_string());
        self.date = text(&self.date_form).unwrap_or_default();
        self.time = text("%T").unwrap_or_default();
        self.parts = text("%Y,%m,%d,%u,%k,").unwrap_or_else(|| ",,,,,".to_owned());
        self.offset = time.map_or(0, |time| time.offset().local_minus_utc());
    }
}
