//! How long a full queue is waited for.
//!
//! A plugin that reads steadily may fall behind for a moment; dropping its events at once would lose them without need.
//! A plugin that does not read must not hold up the others. So every plugin has a small account of waiting time, which
//! fills slowly: whatever a plugin does, it takes at most 5 % of the time of those beside it, after an initial second.

use std::time::{Duration, Instant};

/// The longest wait at once: as long as auditd's three times 2 ms.
const ONCE: Duration = Duration::from_millis(6);
/// The most an account holds.
const MOST: Duration = Duration::from_secs(1);
/// The account grows by this part of the time that passes.
const SHARE: u32 = 20;

/// One plugin's account.
#[derive(Clone, Debug)]
pub struct Patience {
    left: Duration,
    counted: Instant,
    /// The plugin's progress when it was last waited for in vain.
    vain: Option<u64>,
}

impl Patience {
    /// A full account.
    pub fn new(now: Instant) -> Self {
        Self { left: MOST, counted: now, vain: None }
    }

    /// How long to wait now for a plugin that has taken `progress` events so far. Not at all if it has taken none since it
    /// was last waited for in vain.
    pub fn wait(&mut self, now: Instant, progress: u64) -> Option<Duration> {
        let grown = now.saturating_duration_since(self.counted) / SHARE;
        self.left = (self.left + grown).min(MOST);
        self.counted = now;
        (self.vain != Some(progress) && self.left >= ONCE / 6).then(|| self.left.min(ONCE))
    }

    /// Takes what was waited off the account.
    pub fn waited(&mut self, time: Duration, progress: u64, in_vain: bool) {
        self.left = self.left.saturating_sub(time);
        self.vain = in_vain.then_some(progress);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_that_does_not_read_is_waited_for_once() {
        let now = Instant::now();
        let mut patience = Patience::new(now);
        assert_eq!(patience.wait(now, 7), Some(ONCE));
        patience.waited(ONCE, 7, true);
        assert_eq!(patience.wait(now + MOST, 7), None);
        assert_eq!(patience.wait(now + MOST, 8), Some(ONCE));
    }

    #[test]
    fn a_slow_plugin_takes_a_twentieth_of_the_time() {
        let start = Instant::now();
        let (mut now, mut patience, mut waited) = (start, Patience::new(start), Duration::ZERO);
        for progress in 0..10_000 {
            if let Some(time) = patience.wait(now, progress) {
                patience.waited(time, progress, false);
                waited += time;
                now += time;
            }
            now += Duration::from_millis(1);
        }
        let most = MOST + (now - start) / SHARE;
        assert!(waited <= most && waited > most / 2, "{waited:?} of {:?}", now - start);
    }
}
