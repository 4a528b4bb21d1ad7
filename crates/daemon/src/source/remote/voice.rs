//! What is told to the administrator about other machines: not more than he can read, since whoever can connect can cause it.

use crate::say;
use raudit_remote::link::Level;
use std::time::{Duration, Instant};

/// Messages of one period.
const MOST: u32 = 20;
const PERIOD: Duration = Duration::from_secs(1);

/// Counts messages.
#[derive(Debug)]
pub struct Voice {
    since: Instant,
    said: u32,
    kept_back: u64,
}

impl Voice {
    /// Nothing was said yet.
    pub fn new() -> Self {
        Self { since: Instant::now(), said: 0, kept_back: 0 }
    }

    /// Says it, unless much was said just now. How many were kept back is said with the next.
    pub fn say(&mut self, level: Level, text: &str) {
        let now = Instant::now();
        if let Some(before) = self.kept_back_before(now) {
            say::warning(format!("{before} messages about other machines were left out"));
        }
        if self.may_speak() {
            say(level, text);
        }
    }

    /// When a new period begins: how many messages the last one left out, if any.
    fn kept_back_before(&mut self, now: Instant) -> Option<u64> {
        if now.saturating_duration_since(self.since) < PERIOD {
            return None;
        }
        (self.since, self.said) = (now, 0);
        Some(std::mem::take(&mut self.kept_back)).filter(|&kept| kept > 0)
    }

    fn may_speak(&mut self) -> bool {
        let may = self.said < MOST;
        if may {
            self.said += 1;
        } else {
            self.kept_back += 1;
        }
        may
    }
}

/// Says what another process wrote, which speaks with anybody.
pub fn say(level: Level, text: &str) {
    let text: String = text.chars().take(1024).map(|c| if c.is_control() { '?' } else { c }).collect();
    match level {
        Level::Error => say::error(text),
        Level::Warning => say::warning(text),
        Level::Notice => say::notice(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_counted_and_told_in_the_next_period() {
        let mut voice = Voice::new();
        let start = voice.since;
        let spoken = (0..50).filter(|_| voice.kept_back_before(start).is_none() && voice.may_speak()).count();
        assert_eq!(spoken, 20);
        assert_eq!(voice.kept_back_before(start + PERIOD / 2), None);
        assert_eq!(voice.kept_back_before(start + PERIOD), Some(30));
        assert!(voice.may_speak());
        assert_eq!(voice.kept_back_before(start + PERIOD * 3), None);
    }
}
