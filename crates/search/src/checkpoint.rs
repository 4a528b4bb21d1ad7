//! `--checkpoint`: where a search ended, so that the next one goes on there.
//!
//! The file has three lines: the device and inode of a log, and the last event in it that was complete, whether or not it was shown.
//!
//! ```text
//! dev=0xFE00
//! inode=10616847
//! output=NODE 1170021601.366:299 0x452
//! ```
//!
//! The node is `-` where the event has none; the last word is the type of the event's first record.

use crate::event::Event;
use raudit_record::EventId;
use raudit_tables::errno::reason;
use std::fs;
use std::io;
use std::path::Path;

/// How much younger than the last event, in seconds, one may be that comes before it.
const SLACK: u64 = 2;

/// An event, as it is remembered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Mark {
    /// Empty for none.
    node: Vec<u8>,
    id: EventId,
    kind: u32,
}

impl Mark {
    fn of(event: &Event) -> Self {
        let kind = event.records().next().map_or(0, |first| first.kind.0);
        Self { node: event.node.clone(), id: event.id, kind }
    }
}

/// What a search leaves to the next one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Checkpoint {
    /// The device of the log with the last event.
    pub dev: u64,
    /// Its inode.
    pub inode: u64,
    last: Mark,
}

impl Checkpoint {
    /// What the last search left; `None` where there was none.
    ///
    /// # Errors
    /// What is wrong with the file, a line each.
    pub fn load(path: &Path) -> Result<Option<Self>, Vec<String>> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(vec![cannot_open(path, &e)]),
        };
        let mut checkpoint = Self::default();
        let mut lines = text.split_inclusive(|&b| b == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line));
        let mut wrong: Vec<String> = lines.find_map(|line| checkpoint.read(line).err()).into_iter().collect();
        if checkpoint.dev == 0 || checkpoint.inode == 0 {
            wrong.push(format!("Missing dev/inode lines from checkpoint file {}", path.display()));
        }
        if wrong.is_empty() { Ok(Some(checkpoint)) } else { Err(wrong) }
    }

    fn read(&mut self, line: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(line);
        if let Some(dev) = text.strip_prefix("dev=") {
            let digits = dev.trim_start_matches("0x");
            self.dev =
                u64::from_str_radix(digits, 16).map_err(|_| format!("Malformed dev checkpoint line - [{text}]"))?;
        } else if let Some(inode) = text.strip_prefix("inode=") {
            self.inode = inode.parse().map_err(|_| format!("Malformed inode checkpoint line - [{text}]"))?;
        } else if let Some(event) = line.strip_prefix(b"output=") {
            let at = event.iter().position(|&b| b == b' ');
            let at = at.ok_or_else(|| format!("Malformed output/event checkpoint line near node - [{text}]"))?;
            let (node, rest) = event.split_at(at);
            let after =
                || format!("Malformed output/event checkpoint line after node - [output={}]", node.escape_ascii());
            let (id, kind) = identity(&String::from_utf8_lossy(rest)).ok_or_else(after)?;
            let node = if node.first() == Some(&b'-') { Vec::new() } else { node.to_vec() };
            self.last = Mark { node, id, kind };
        } else {
            return Err(format!("Unknown checkpoint line - [{text}]"));
        }
        Ok(())
    }

    /// Leaves it to the next search.
    ///
    /// # Errors
    /// Why not, in a line.
    pub fn save(&self, path: &Path) -> Result<(), String> {
        let Mark { node, id, kind } = &self.last;
        let mut text = format!("dev=0x{:X}\ninode={}\noutput=", self.dev, self.inode).into_bytes();
        text.extend_from_slice(if node.is_empty() { b"-" } else { node });
        text.extend_from_slice(format!(" {}.{:03}:{} 0x{kind:X}\n", id.sec, id.milli, id.serial).as_bytes());
        fs::write(path, text).map_err(|e| cannot_open(path, &e))
    }
}

fn cannot_open(path: &Path, error: &io::Error) -> String {
    format!("Cannot open checkpoint file - {}: {}", path.display(), reason(error))
}

/// `SEC.MILLI:SERIAL 0xTYPE`
fn identity(text: &str) -> Option<(EventId, u32)> {
    let (sec, rest) = text.trim_start().split_once('.')?;
    let (milli, rest) = rest.split_once(':')?;
    let (serial, kind) = rest.split_once(' ')?;
    let id = EventId { sec: sec.parse().ok()?, milli: milli.parse().ok()?, serial: serial.parse().ok()? };
    Some((id, u32::from_str_radix(kind.trim().strip_prefix("0x")?, 16).ok()?))
}

/// What is to be done with an event that is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// It is new.
    Show,
    /// The last search had it already.
    Pass,
    /// It is complete and young, and the last search's last event was not seen: that one's log is not this one. Says so.
    Lost(String),
}

/// A search that goes on where the last one ended.
#[derive(Debug)]
pub struct Resume {
    from: Option<Mark>,
    /// Only the time of the last event counts (`-ts checkpoint`).
    time_only: bool,
    /// The event seen last, and in which file it begins.
    last: Option<(Mark, usize)>,
    /// Why the search has ended early.
    lost: Option<String>,
}

impl Resume {
    /// Goes on from there; from the beginning without a last search, or when that had no event.
    pub fn new(loaded: Option<&Checkpoint>, time_only: bool) -> Self {
        let from = loaded.map(|checkpoint| checkpoint.last.clone()).filter(|last| last.id.sec != 0);
        Self { from, time_only, last: None, lost: None }
    }

    /// An event was asked for that is [`Step::Lost`]: the search ends.
    pub fn end_lost(&mut self, why: String) {
        self.lost = Some(why);
    }

    /// Why the search has ended early, if it has.
    pub fn take_lost(&mut self) -> Option<String> {
        self.lost.take()
    }

    /// What to do with the next event, in the order of the log.
    pub fn step(&mut self, event: &Event) -> Step {
        let mark = Mark::of(event);
        let is_last = self.from.as_ref() == Some(&mark);
        self.last = Some((mark, event.file));
        let Some(from) = &self.from else { return Step::Show };
        let time = |id: &EventId| (id.sec, id.milli);
        if self.time_only && time(&event.id) >= time(&from.id) {
            self.from = None;
            return Step::Show;
        }
        if is_last {
            self.from = None;
            return Step::Pass;
        }
        if event.id.sec > from.id.sec.saturating_add(SLACK) {
            return Step::Lost(format!(
                "Corrupted checkpoint file. Inode match, but newer complete event ({}) found before loaded checkpoint {}",
                stamp(&event.id),
                stamp(&from.id)
            ));
        }
        Step::Pass
    }

    /// What is left to the next search, where these files were read: it begins with the one in which the last event does. (ausearch
    /// begins with the last, and does not find an event whose successors were all incomplete when the log had just been rotated.)
    pub fn end(self, files: &[(u64, u64)]) -> Option<Checkpoint> {
        let (last, file) = self.last.unwrap_or((Mark::default(), files.len().saturating_sub(1)));
        let (dev, inode) = *files.get(file)?;
        Some(Checkpoint { dev, inode, last })
    }
}

fn stamp(id: &EventId) -> String {
    format!("{}.{:03}:{}", id.sec, id.milli, id.serial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::Kind;

    fn event(sec: u64, serial: u64, node: &str) -> Event {
        let mut event = Event::default();
        event.id = EventId { sec, milli: 5, serial };
        event.node = node.into();
        event.push(Kind::SYSCALL, b"type=SYSCALL");
        event
    }

    fn load(text: &str) -> Result<Option<Checkpoint>, Vec<String>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cp");
        fs::write(&path, text).unwrap();
        Checkpoint::load(&path)
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cp");
        assert_eq!(Checkpoint::load(&path), Ok(None));
        let mut resume = Resume::new(None, false);
        assert_eq!(resume.step(&event(1_170_021_601, 299, "")), Step::Show);
        resume.end(&[(0xfe00, 7)]).unwrap().save(&path).unwrap();
        let text = "dev=0xFE00\ninode=7\noutput=- 1170021601.005:299 0x514\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        let loaded = Checkpoint::load(&path).unwrap().unwrap();
        assert_eq!((loaded.dev, loaded.inode, loaded.last.id.serial), (0xfe00, 7, 299));
        let node = load("dev=0x1\ninode=7\noutput=web 1.005:2 0x514").unwrap().unwrap();
        assert_eq!(node.last, Mark { node: b"web".to_vec(), ..Mark::of(&event(1, 2, "")) });
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told() {
        for (text, told) in [
            ("", "Missing dev/inode lines"),
            ("inode=7\n", "Missing dev/inode lines"),
            ("dev=0x1\ninode=7\nfoo\n", "Unknown checkpoint line - [foo]"),
            ("dev=0x1\ninode=x\n", "Malformed inode checkpoint line - [inode=x]"),
            ("dev=0x1\ninode=7\noutput=-\n", "Malformed output/event checkpoint line near node - [output=-]"),
            ("dev=0x1\ninode=7\noutput=- 1\n", "Malformed output/event checkpoint line after node - [output=-]"),
        ] {
            assert!(load(text).unwrap_err().first().unwrap().starts_with(told), "{text}");
        }
    }

    #[test]
    fn events_are_shown_from_behind_the_last_one() {
        let mut before = Resume::new(None, false);
        assert_eq!(before.step(&event(10, 2, "")), Step::Show);
        let from = before.end(&[(1, 1), (1, 2)]).unwrap();
        assert_eq!(from.inode, 1, "the file in which the event begins");
        let mut resume = Resume::new(Some(&from), false);
        let steps: Vec<Step> = [event(10, 1, ""), event(10, 2, "a"), event(10, 2, ""), event(10, 3, "")]
            .iter()
            .map(|event| resume.step(event))
            .collect();
        assert_eq!(steps, [Step::Pass, Step::Pass, Step::Pass, Step::Show]);
        let mut by_time = Resume::new(Some(&from), true);
        assert_eq!([by_time.step(&event(9, 9, "")), by_time.step(&event(10, 1, ""))], [Step::Pass, Step::Show]);
        let mut other_log = Resume::new(Some(&from), false);
        assert_eq!(other_log.step(&event(12, 1, "")), Step::Pass);
        assert!(matches!(other_log.step(&event(13, 1, "")), Step::Lost(_)));
    }
}
