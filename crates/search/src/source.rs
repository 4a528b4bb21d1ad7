//! Where records come from: the logs auditd.conf names, a file, a directory, or a pipe.

use nix::errno::Errno;
use nix::sys::stat::{FileStat, SFlag, fstat};
use raudit_config::AuditdConf;
use raudit_tables::errno::reason;
use std::io::{self, Write};
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

/// Whether a path is another name of standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    let same = |stat: FileStat| {
        std::fs::metadata(path).is_ok_and(|meta| (meta.dev(), meta.ino()) == (stat.st_dev, stat.st_ino))
    };
    fstat(io::stdin()).is_ok_and(same)
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

pub(crate) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SearchError {
    let path = path.to_owned();
    move |source| SearchError::Source(SourceError { doing, path, source })
}

/// `files` gives an error without a code when there is nothing; the user is told as `open` would tell.
pub(crate) fn not_found_here(log: &Path) -> impl FnOnce(io::Error) -> SearchError {
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
