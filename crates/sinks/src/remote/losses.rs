//! Records that were dropped: counted, and told now and then.

use raudit_dispatch::say;
use std::time::{Duration, Instant};

/// How often losses are told while there are more.
const PERIOD: Duration = Duration::from_secs(10);

/// The count.
#[derive(Debug, Default)]
pub struct Losses {
    total: u64,
    told: u64,
    last: Option<Instant>,
}

impl Losses {
    /// `count` records were dropped; unless `quietly`, `why` is told, but not too often.
    pub fn add(&mut self, count: u64, why: &str, quietly: bool) {
        self.total += count;
        let now = Instant::now();
        if quietly || count == 0 || self.last.is_some_and(|last| now < last + PERIOD) {
            return;
        }
        self.last = Some(now);
        self.told = self.total;
        say::error(format!("{why}: {} records lost so far", self.total));
    }

    /// How many.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Tells what has not been told yet.
    pub fn tell_rest(&self) {
        if self.total > self.told {
            say::error(format!("{} records lost in all", self.total));
        }
    }
}
