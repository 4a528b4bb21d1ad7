//! A log as it grows (`--follow`): through rotations, until nobody reads the answer any more.

use crate::bounds::Bounds;
use crate::event::Event;
use crate::pass::{Search, Taker};
use crate::source::{SearchError, Source, failed, not_found_here};
use memchr::memrchr;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use raudit_log::files::files;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Between two looks at a log that has not grown.
const PAUSE: Duration = Duration::from_millis(100);
/// How much is read at once. A longer line comes in pieces, of which only the first is a record.
const BUFFER: usize = 128 << 10;

/// A file that grows, and what was read of its last line.
#[derive(Debug)]
struct Growing {
    file: File,
    path: PathBuf,
    /// The device and inode.
    id: (u64, u64),
    text: Vec<u8>,
    filled: usize,
}

impl Growing {
    fn open(path: &Path) -> Result<Self, SearchError> {
        let file = File::open(path).map_err(failed("opening", path))?;
        let meta = file.metadata().map_err(failed("reading", path))?;
        Ok(Self { file, path: path.to_owned(), id: (meta.dev(), meta.ino()), text: vec![0; BUFFER], filled: 0 })
    }

    /// The whole lines that were written since; none if there is nothing new.
    fn more(&mut self) -> io::Result<Vec<u8>> {
        let position = self.file.stream_position()?;
        if self.file.metadata()?.len() < position {
            // cut off: what is there now is new
            self.file.seek(SeekFrom::Start(0))?;
            self.filled = 0;
        }
        let read = self.file.read(self.text.get_mut(self.filled..).unwrap_or_default())?;
        self.filled += read;
        let text = self.text.get(..self.filled).unwrap_or_default();
        let end = memrchr(b'\n', text).map_or(if self.filled == BUFFER { BUFFER } else { 0 }, |at| at + 1);
        let lines = text.get(..end).unwrap_or_default().to_vec();
        self.text.copy_within(end..self.filled, 0);
        self.filled -= end;
        Ok(lines)
    }
}

impl Search {
    /// Gives every event of the window to `each`, and then those that come, until it breaks off or `gone` says that nobody wants them. Without
    /// the beginning of a window only those that come. An event is whole when its time is over, by this machine's clock.
    ///
    /// # Errors
    /// [`SearchError`]; also what `each` gives.
    pub fn follow(
        mut self,
        source: &Source,
        notes: &mut impl Write,
        gone: impl Fn() -> bool,
        each: &mut impl FnMut(&mut Event, &mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<(), SearchError> {
        let to = &mut Taker { notes, each };
        let (path, mut growing) = match source {
            Source::Stdin => return Ok(()),
            Source::File(path) => (path, vec![Growing::open(path)?]),
            Source::Log(log) => (log, growing(log, None)?),
        };
        self.begin(&mut growing)?;
        let mut last = Instant::now();
        loop {
            let mut grown = false;
            for file in &mut growing {
                loop {
                    let lines = file.more().map_err(failed("reading", &file.path))?;
                    if lines.is_empty() {
                        break;
                    }
                    grown = true;
                    if self.lines(&lines, to)?.is_break() {
                        return Ok(());
                    }
                }
            }
            if grown {
                last = Instant::now();
            } else if last.elapsed() >= self.patience() {
                self.close_all();
                if self.hand_out(to)?.is_break() {
                    return Ok(());
                }
            }
            if gone() {
                return Ok(());
            }
            // all but the log itself are read to their end
            let id = growing.last().map(|file| file.id);
            growing.drain(..growing.len().saturating_sub(1));
            if matches!(source, Source::Log(_))
                && fs::metadata(path).is_ok_and(|meta| Some((meta.dev(), meta.ino())) != id)
            {
                growing.extend(self::growing(path, id)?);
            } else if !grown {
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// Goes where the window begins, or to the end.
    fn begin(&self, growing: &mut Vec<Growing>) -> Result<(), SearchError> {
        let start = self.starts_at();
        let before = |file: &Growing| {
            start.is_none_or(|start| Bounds::default().begins_before(&file.file, start).unwrap_or(false))
        };
        let at = growing.iter().rposition(before).unwrap_or(0);
        growing.drain(..at);
        if let Some(first) = growing.first_mut() {
            let to = match start {
                Some(start) => SeekFrom::Start(
                    Bounds::default().start(&first.file, start).map_err(failed("reading", &first.path))?,
                ),
                None => SeekFrom::End(0),
            };
            first.file.seek(to).map_err(failed("reading", &first.path))?;
        }
        Ok(())
    }
}

/// The files of a log that are not compressed, those behind that one, or all.
fn growing(log: &Path, behind: Option<(u64, u64)>) -> Result<Vec<Growing>, SearchError> {
    let files = files(log).map_err(not_found_here(log))?;
    let from = files.iter().rposition(|file| Some((file.dev, file.inode)) == behind).map_or(0, |at| at + 1);
    let plain = files.into_iter().skip(from).filter(|file| !file.compressed);
    // one that is moved at this moment is found the next time
    Ok(plain
        .filter_map(|file| Growing::open(&file.path).ok().filter(|open| open.id == (file.dev, file.inode)))
        .collect())
}

/// Whether standard output is a pipe that nobody reads.
pub fn nobody_reads() -> bool {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(std::os::fd::AsFd::as_fd(&stdout), PollFlags::empty())];
    poll(&mut fds, PollTimeout::ZERO).is_ok() && fds.iter().any(|fd| fd.any() == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Window;
    use std::cell::Cell;
    use std::fs::OpenOptions;

    fn line(n: u64) -> String {
        format!("type=USER_AUTH msg=audit({}.000:{n}): pid=1 uid=0\n", 1_700_000_000 + n)
    }

    fn append(log: &Path, text: &str) {
        OpenOptions::new().append(true).create(true).open(log).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// The serials that are seen, while `act` is called after each look.
    fn followed(log: &Path, start: i64, act: impl Fn(usize)) -> Vec<u64> {
        let (mut seen, looks) = (Vec::new(), Cell::new(0));
        let gone = || {
            looks.set(looks.get() + 1);
            act(looks.get());
            looks.get() > 12
        };
        let mut each = |event: &mut Event, _: &mut dyn Write| {
            seen.push(event.id.serial);
            Ok(ControlFlow::Continue(()))
        };
        let search = Search::new(Window { start, end: 0 }, 1);
        search.follow(&Source::Log(log.to_owned()), &mut Vec::new(), gone, &mut each).unwrap();
        seen
    }

    #[test]
    fn what_comes_is_seen_once_through_rotations_and_torn_writes() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        append(&log, &(0..5).map(line).collect::<String>());
        let moved = dir.path().join("audit.log.1");
        let act = |look| match look {
            1 => append(&log, &line(5)),
            2 => append(&log, &line(6)[..20]),
            4 => append(&log, &line(6)[20..]),
            5 => {
                append(&log, &line(7));
                fs::rename(&log, &moved).unwrap();
                append(&moved, &line(8));
                append(&log, &line(9));
            }
            // between these two looks the log is rotated twice
            8 => {
                fs::rename(&moved, dir.path().join("audit.log.3")).unwrap();
                append(&log, &line(10));
                fs::rename(&log, dir.path().join("audit.log.2")).unwrap();
                append(&moved, &line(11));
                append(&log, &line(12));
            }
            _ => {}
        };
        assert_eq!(followed(&log, 0, act), [5, 6, 7, 8, 9, 10, 11, 12]);
    }

    #[test]
    fn with_a_start_it_begins_there() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        append(&dir.path().join("audit.log.1"), &(0..5).map(line).collect::<String>());
        append(&log, &(5..9).map(line).collect::<String>());
        let act = |look| {
            if look == 3 {
                append(&log, &line(9))
            }
        };
        assert_eq!(followed(&log, 1_700_000_003, act), [3, 4, 5, 6, 7, 8, 9]);
    }
}
