//! Where records come from: the logs auditd.conf names, a file, a directory, or a pipe.

use crate::event::Event;
use crate::group::Grouper;
use crate::query::Window;
use crate::stamp::{StampReader, Unstamped};
use memchr::{memchr, memchr_iter};
use nix::errno::Errno;
use nix::sys::stat::{SFlag, fstat};
use raudit_config::AuditdConf;
use raudit_log::files::LogFile;
use raudit_log::read::{LONGEST_LINE, Lines, files, lines_of};
use raudit_log::unpack::Input;
use raudit_record::EventId;
use raudit_tables::errno::reason;
use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// A log with its archives: `audit.log.N` down to `audit.log`.
    Log(PathBuf),
    /// This file only.
    File(PathBuf),
    /// Standard input, when it is a pipe.
    Stdin,
}

/// A source that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("Error {doing} {} ({})", .path.display(), reason(.source))]
pub struct SourceError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl Source {
    /// Chooses as ausearch does: what `-if` names; else a pipe on standard input, unless `--input-logs`; else the logs.
    /// When a directory was named, `notes` says which log in it is read.
    ///
    /// # Errors
    /// A file that is not there; what writing to `notes` gives.
    pub fn choose(
        named: Option<&Path>,
        input_logs: bool,
        log_file: &Path,
        notes: &mut impl Write,
    ) -> Result<Self, SearchError> {
        let Some(named) = named else {
            return Ok(if !input_logs && stdin_is_pipe() { Self::Stdin } else { Self::Log(log_file.to_owned()) });
        };
        match std::fs::metadata(named) {
            Ok(meta) if meta.is_dir() => {
                let log = named.join("audit.log");
                writeln!(notes, "NOTE - using logs in {}", log.display()).map_err(SearchError::Output)?;
                Ok(Self::Log(log))
            }
            Ok(_) => Ok(Self::File(named.to_owned())),
            Err(error) => Err(failed("opening", named)(error)),
        }
    }
}

/// A redirected file does not count, so that a search in a script that has one as its input still searches the logs.
fn stdin_is_pipe() -> bool {
    fstat(io::stdin()).is_ok_and(|stat| SFlag::from_bits_truncate(stat.st_mode).contains(SFlag::S_IFIFO))
}

/// What the search tools need to know from auditd.conf.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// The log.
    pub log_file: PathBuf,
    /// Seconds after which an event has no more records.
    pub timeout: u64,
}

impl Settings {
    /// Reads auditd.conf; without a usable one the built-in values hold, and a line on `notes` says so.
    ///
    /// # Errors
    /// What writing to `notes` gives.
    pub fn load(path: &Path, notes: &mut impl Write) -> io::Result<Self> {
        if !path.exists() {
            writeln!(notes, "Config file {} doesn't exist, skipping", path.display())?;
        }
        let conf = match AuditdConf::load_for_tools(path) {
            Ok((conf, _)) => conf,
            Err(error) => {
                let conf = AuditdConf::default();
                writeln!(notes, "{error}\nNOTE - using built-in logs: {}", conf.log_file.display())?;
                conf
            }
        };
        Ok(Self { log_file: conf.log_file, timeout: u64::from(conf.end_of_event_timeout) })
    }
}

/// Why a search ended early.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The log in which the last search ended is not among them.
    #[error("the log of the checkpoint is gone")]
    NotThere,
    /// The answer cannot be written.
    #[error("Error writing output ({})", reason(.0))]
    Output(io::Error),
}

/// Reads a source once, from its oldest record to its newest.
#[derive(Debug)]
pub struct Search {
    window: Window,
    stamps: StampReader,
    grouper: Grouper,
    found: Found,
    /// Another search goes on where this one ends.
    goes_on: bool,
    /// The device and inode of the log where it begins.
    begin: Option<(u64, u64)>,
}

/// What is known of a source that was read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// The first record's identity; with a start, that of the first record from before it.
    pub first: Option<EventId>,
    /// Whether a compressed archive was damaged: then there may be more than was seen.
    pub damaged: bool,
    /// The device and inode of each file that was read, in order.
    pub files: Vec<(u64, u64)>,
}

impl Search {
    /// A search in a window, with an end of event timeout in seconds.
    pub fn new(window: Window, timeout: u64) -> Self {
        Self {
            window,
            stamps: StampReader::default(),
            grouper: Grouper::new(timeout),
            found: Found::default(),
            goes_on: false,
            begin: None,
        }
    }

    /// Another search is to go on where this one ends: events that may get more records are left to it. Of logs those before the one
    /// with that device and inode are not read.
    pub fn in_parts(mut self, begin: Option<(u64, u64)>) -> Self {
        (self.goes_on, self.begin) = (true, begin);
        self
    }

    /// Gives every event to `each`, which may add to `notes`, until it breaks off. Lines with an impossible stamp are named on `notes`, and so are damaged archives:
    /// what is before the damage is read, and what comes after them.
    ///
    /// # Errors
    /// [`SearchError`]; also what `each` gives.
    pub fn run(
        mut self,
        source: &Source,
        notes: &mut impl Write,
        each: &mut impl FnMut(&Event, &mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<Found, SearchError> {
        let mut flow = ControlFlow::Continue(());
        match source {
            Source::Stdin => {
                let path = Path::new("stdin");
                let input = Input::look(io::stdin().lock(), false).map_err(failed("reading", path))?;
                flow = self.read(input, path, notes, each)?;
            }
            Source::File(path) => {
                let file = File::open(path).map_err(failed("opening", path))?;
                self.found.files.extend(file.metadata().ok().map(|meta| (meta.dev(), meta.ino())));
                let named = path.extension().is_some_and(|extension| extension == "zst");
                let input = Input::look(file, named).map_err(failed("reading", path))?;
                flow = self.read(input, path, notes, each)?;
            }
            Source::Log(log) => {
                for file in self.onwards(files(log).map_err(not_found_here(log))?)? {
                    let opened = match file.open() {
                        // A rotation has removed it since it was listed.
                        Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                        opened => opened.map_err(failed("opening", &file.path))?,
                    };
                    self.grouper.read_from(self.found.files.len());
                    self.found.files.push((file.dev, file.inode));
                    flow = self.read(opened, &file.path, notes, each)?;
                    if flow.is_break() {
                        break;
                    }
                }
            }
        }
        if flow.is_continue() {
            if self.goes_on {
                self.grouper.finish_complete();
            } else {
                self.grouper.finish();
            }
            let _done = self.hand_out(notes, each)?;
        }
        Ok(self.found)
    }

    /// The files from the one on where the search begins.
    fn onwards(&self, mut files: Vec<LogFile>) -> Result<Vec<LogFile>, SearchError> {
        if let Some((dev, inode)) = self.begin {
            let at = files.iter().rposition(|file| file.was(dev, inode)).ok_or(SearchError::NotThere)?;
            files.drain(..at);
        }
        Ok(files)
    }

    fn read(
        &mut self,
        input: impl Read,
        path: &Path,
        notes: &mut impl Write,
        each: &mut impl FnMut(&Event, &mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>, SearchError> {
        let mut lines = Lines::new(input);
        loop {
            let (block, offset) = match lines.next_block() {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(damage) if damage.kind() == io::ErrorKind::InvalidData => {
                    self.found.damaged = true;
                    let error = failed("reading", path)(damage);
                    writeln!(notes, "{error}").map_err(SearchError::Output)?;
                    break;
                }
                Err(error) => return Err(failed("reading", path)(error)),
            };
            // Blocks without NUL need no look at each line; others, and over-long lines, are cut by the log's rules.
            if memchr(0, block).is_some() {
                for line in lines_of(block, offset) {
                    if self.take(line.bytes, notes, each)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                continue;
            }
            let mut from = 0;
            for end in memchr_iter(b'\n', block).chain([block.len()]) {
                let line = block.get(from..end).unwrap_or_default();
                from = end + 1;
                let line = line.get(..LONGEST_LINE).unwrap_or(line);
                if !line.is_empty() && self.take(line, notes, each)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take(
        &mut self,
        line: &[u8],
        notes: &mut impl Write,
        each: &mut impl FnMut(&Event, &mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>, SearchError> {
        match self.stamps.read(line) {
            Ok(stamp) => {
                if self.found.first.is_none() && self.window.may_start_at(stamp.id.sec) {
                    self.found.first = Some(stamp.id);
                }
                if self.window.covers(stamp.id.sec) {
                    self.grouper.add(&stamp, line);
                    return self.hand_out(notes, each);
                }
            }
            Err(Unstamped::BadStamp(stamp)) => {
                let stamp = String::from_utf8_lossy(stamp);
                writeln!(notes, "Error extracting time stamp ({stamp})").map_err(SearchError::Output)?;
            }
            Err(Unstamped::NotARecord) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn hand_out(
        &mut self,
        notes: &mut impl Write,
        each: &mut impl FnMut(&Event, &mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>, SearchError> {
        while let Some(event) = self.grouper.pop() {
            let flow = each(&event, notes).map_err(SearchError::Output)?;
            self.grouper.recycle(event);
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SearchError {
    let path = path.to_owned();
    move |source| SearchError::Source(SourceError { doing, path, source })
}

/// `files` gives an error without a code when there is nothing; the user is told as `open` would tell.
fn not_found_here(log: &Path) -> impl FnOnce(io::Error) -> SearchError {
    let path = log.to_owned();
    move |error| {
        let missing = error.raw_os_error().is_none() && error.kind() == io::ErrorKind::NotFound;
        let source = if missing { io::Error::from_raw_os_error(Errno::ENOENT as i32) } else { error };
        SearchError::Source(SourceError { doing: "opening", path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_when_an_event_is_complete() {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root, because configuration files must be root's");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("auditd.conf");
        std::fs::write(&path, "end_of_event_timeout = 7\nspace_left = 2\nadmin_space_left = 1\n").unwrap();
        let mut notes = Vec::new();
        assert_eq!(Settings::load(&path, &mut notes).unwrap().timeout, 7);
        assert_eq!(Settings::load(&dir.path().join("none"), &mut notes).unwrap().timeout, 2);
        assert!(String::from_utf8(notes).unwrap().contains("doesn't exist, skipping"));
    }
}
