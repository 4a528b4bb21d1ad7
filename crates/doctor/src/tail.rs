//! The end of the log: whether its last line is whole, and when that was. No more than the end is read.

use crate::finding::Finding;
use crate::{Root, Seen};
use raudit_record::line::Line;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

const SUBJECT: &str = "log";
const CLOCK: &str = "clock";
/// Longer than a line can be, ten times over.
const MOST: u64 = 128 << 10;
/// Between two looks at a line that has no end: it may be being written.
const MOMENT: Duration = Duration::from_millis(50);
const LOOKS: usize = 4;
/// Clocks of this time are set right: the year 2020.
const PLAUSIBLE: u64 = 1_577_836_800;
/// The kernel's coarse clock, and a daemon that is ahead of us by a step of NTP.
const TOLERANCE: u64 = 60;

/// What is known of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tail {
    /// The log is empty, or not there.
    Nothing,
    /// Its last line has no end.
    CutOff,
    /// Its last line is no record.
    NoRecord,
    /// Seconds since the epoch in the last line.
    At(u64),
}

impl Tail {
    /// Reads it.
    pub fn gather(root: &Root, log: &Path) -> Seen<Self> {
        let mut tail = Self::of(&end(root, log)?);
        for _ in 1..LOOKS {
            if tail != Self::CutOff {
                break;
            }
            std::thread::sleep(MOMENT);
            tail = Self::of(&end(root, log)?);
        }
        Ok(tail)
    }

    fn of(end: &[u8]) -> Self {
        let Some((b'\n', lines)) = end.split_last() else {
            return if end.is_empty() { Self::Nothing } else { Self::CutOff };
        };
        let last = lines.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
        Line::parse(last).map_or(Self::NoRecord, |line| Self::At(line.id.sec))
    }
}

fn end(root: &Root, log: &Path) -> Seen<Vec<u8>> {
    let failed = |error: std::io::Error| raudit_tables::errno::reason(&error);
    let Some(mut file) = root.open(log)? else { return Ok(Vec::new()) };
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST))).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// What there is to say of the last line.
pub fn judge(tail: &Seen<Tail>) -> Option<Finding> {
    match tail {
        Err(why) => Some(Finding::unknown(SUBJECT, "its last line", why)),
        Ok(Tail::CutOff) => Some(
            Finding::warning(SUBJECT, "its last line is cut off: a crash, or a full disk")
                .remedy("none needed: searches pass over it, and rauditd goes on behind it"),
        ),
        Ok(Tail::NoRecord) => Some(
            Finding::warning(
                SUBJECT,
                "its last line is no audit record: something else writes to it, or the disk is damaged",
            )
            .remedy("tail -n1 shows it; rausearch passes over it"),
        ),
        Ok(Tail::Nothing | Tail::At(_)) => None,
    }
}

/// What there is to say of the clock; `now` in seconds since the epoch.
pub fn judge_clock(tail: &Seen<Tail>, now: u64) -> Vec<Finding> {
    let remedy = "set the clock, and have it kept (chronyc tracking, timedatectl): searches by time go by it";
    let found = if now < PLAUSIBLE {
        Finding::error(CLOCK, "it is not set: the year is before 2020").remedy(remedy)
    } else {
        match tail {
            Ok(Tail::At(last)) if *last > now.saturating_add(TOLERANCE) => {
                let ahead = last.saturating_sub(now);
                Finding::warning(CLOCK, format!("the last record is {ahead} s ahead of the clock: it was set back"))
                    .remedy(remedy)
            }
            Ok(Tail::At(_)) => Finding::ok(CLOCK, "the last record is not ahead of it"),
            Ok(_) => Finding::ok(CLOCK, "it is set; there is no last record to compare it with"),
            Err(why) => Finding::unknown(CLOCK, "whether the last record is ahead of it", why),
        }
    };
    vec![found]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{Error, Ok as Fine, Unknown, Warning};

    #[test]
    fn last_lines() {
        let record = "type=USER msg=audit(1700000000.123:4): pid=1\n";
        assert_eq!(Tail::of(record.as_bytes()), Tail::At(1_700_000_000));
        assert_eq!(Tail::of(format!("{record}type=USER").as_bytes()), Tail::CutOff);
        assert_eq!(Tail::of(format!("{record}\n").as_bytes()), Tail::NoRecord);
        assert_eq!(Tail::of(b"\xff\0\xfe\n"), Tail::NoRecord);
        assert_eq!(Tail::of(b""), Tail::Nothing);
    }

    #[test]
    fn a_huge_log_is_read_at_its_end_only() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::at(dir.path());
        let log = std::fs::File::create(dir.path().join("audit.log")).unwrap();
        log.set_len(1 << 40).unwrap();
        assert_eq!(Tail::gather(&root, Path::new("/audit.log")), Ok(Tail::CutOff));
        assert_eq!(Tail::gather(&root, Path::new("/none")), Ok(Tail::Nothing));
        assert!(Tail::gather(&root, Path::new("/")).is_err());
    }

    #[test]
    fn lines_and_clocks_are_judged() {
        let severity = |tail: Tail| judge(&Ok(tail)).map(|finding| finding.severity);
        assert_eq!([Tail::Nothing, Tail::At(1)].map(severity), [None, None]);
        assert_eq!([Tail::CutOff, Tail::NoRecord].map(severity), [Some(Warning), Some(Warning)]);
        let clock = |tail, now| judge_clock(&tail, now)[0].severity;
        let now = 1_800_000_000;
        assert_eq!(clock(Ok(Tail::At(now + TOLERANCE)), now), Fine);
        assert_eq!(clock(Ok(Tail::At(now + TOLERANCE + 1)), now), Warning);
        assert_eq!(clock(Ok(Tail::At(u64::MAX)), now), Warning);
        assert_eq!(clock(Ok(Tail::Nothing), 5), Error);
        assert_eq!(clock(Err("x".into()), now), Unknown);
    }
}
