//! How old the log is, for its rotation by time.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the first stamp is looked for: room for several records of the greatest length.
const HEAD: usize = 64 << 10;

/// A moment, by the clock and by one that nobody sets.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// By the clock.
    pub wall: SystemTime,
    /// By the other one.
    pub steady: Instant,
}

impl Now {
    /// This moment.
    pub fn get() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }
}

/// When the log began.
#[derive(Clone, Copy, Debug, Default)]
pub struct Age {
    /// When it began, and when we came to know that.
    began: Option<(SystemTime, Instant)>,
    /// It was empty when it was opened: then it begins when it is first seen not to be, whatever stamps its records have. So records
    /// that were kept for long, or a clock that is set, rotate a log once and not again and again.
    ours: bool,
}

impl Age {
    /// Of a log that was just opened.
    pub fn opened(empty: bool) -> Self {
        Self { began: None, ours: empty }
    }

    /// The age of a log that is not empty. That of one we found is told from its first record, so that it goes on over restarts.
    pub fn of(&mut self, file: &File, now: Now) -> Duration {
        let (began, known) = *self.began.get_or_insert_with(|| {
            let first = if self.ours { None } else { first_stamp(file) };
            (first.unwrap_or(now.wall), now.steady)
        });
        // A beginning in the future is a clock that was wrong: then it counts from when we first looked.
        now.wall.duration_since(began).unwrap_or_else(|_| now.steady.saturating_duration_since(known))
    }
}

/// The time of the first record that has one; else when the file was created, where the file system knows.
fn first_stamp(file: &File) -> Option<SystemTime> {
    let mut head = vec![0; HEAD];
    let read = file.read_at(&mut head, 0).unwrap_or(0);
    let lines = head.get(..read).unwrap_or_default();
    let stamp = lines.split(|byte| *byte == b'\n').find_map(seconds).and_then(|s| UNIX_EPOCH.checked_add(s));
    stamp.or_else(|| file.metadata().ok()?.created().ok())
}

/// The seconds in `msg=audit(SECONDS.`.
fn seconds(line: &[u8]) -> Option<Duration> {
    let rest = line.get(memchr::memmem::find(line, b"msg=audit(")? + b"msg=audit(".len()..)?;
    let digits = std::str::from_utf8(rest.get(..memchr::memchr(b'.', rest)?)?).ok()?;
    digits.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const HOUR: Duration = Duration::from_secs(3600);

    fn file(text: &[u8]) -> File {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file.reopen().unwrap()
    }

    fn at(seconds: u64) -> Now {
        Now { wall: UNIX_EPOCH + Duration::from_secs(seconds), steady: Instant::now() }
    }

    #[test]
    fn a_log_that_was_found_is_as_old_as_its_first_stamp() {
        let log = file(
            b"torn\ntype=X msg=audit(x.1:2): \nnode=a type=X msg=audit(10000.123:1): a\ntype=X msg=audit(9.000:2): \n",
        );
        let mut age = Age::opened(false);
        assert_eq!(age.of(&log, at(10_000 + 7200)), 2 * HOUR);
        assert_eq!(age.of(&log, at(10_000 + 10_800)), 3 * HOUR);
        for stamp in ["99999999999999999999", "18446744073709551615", "", "-1"] {
            let log = file(format!("type=X msg=audit({stamp}.000:1): \n").as_bytes());
            assert!(Age::opened(false).of(&log, Now::get()) < HOUR, "{stamp}");
        }
    }

    #[test]
    fn a_log_that_we_began_is_as_old_as_we_know_it() {
        let log = file(b"type=X msg=audit(10000.123:1): a\n");
        let mut age = Age::opened(true);
        assert_eq!(age.of(&log, at(90_000)), Duration::ZERO);
        assert_eq!(age.of(&log, at(93_600)), HOUR);
    }

    #[test]
    fn a_clock_set_back_makes_nothing_older() {
        let log = file(b"type=X msg=audit(90000.000:1): a\n");
        for ours in [true, false] {
            let mut age = Age::opened(ours);
            let (first, back) = (at(90_000), at(10));
            assert_eq!(age.of(&log, first), Duration::ZERO);
            assert!(age.of(&log, back) < HOUR);
            assert!(age.of(&log, Now { steady: first.steady + HOUR, ..back }) >= HOUR);
        }
    }
}
