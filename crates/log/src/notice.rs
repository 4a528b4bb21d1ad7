//! What the writer has to tell the administrator. Where auditd has a sentence for it that scripts look for in the system log, it is
//! that one.

use raudit_config::Action;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// How serious a notice is: syslog's levels.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Audit records are, or will soon be, lost.
    Alert,
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// Something happened as configured.
    Notice,
}

/// What called for an action of auditd.conf.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occasion {
    /// `max_log_file_action`.
    LogFull,
    /// `space_left_action`.
    LowSpace,
    /// `admin_space_left_action`.
    AdminSpace,
    /// `disk_full_action`.
    DiskFull,
    /// `disk_error_action`.
    DiskError,
    /// `overflow_action`, which is not the log's.
    Overflow,
}

/// As the reason at the end of a sentence.
impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogFull => "due to logfile size",
            Self::LowSpace | Self::AdminSpace => "due to low disk space",
            Self::DiskFull => "due to no space left on logging partition",
            Self::DiskError => "due to previously mentioned write error",
            Self::Overflow => "due to queue overflow",
        })
    }
}

/// Something to tell. Prints as one line.
#[derive(Debug)]
pub enum Notice {
    /// The log has reached `max_log_file`, and the action is to say so.
    LogFull,
    /// Space is low; then what comes next, in a sentence or two.
    LowSpace(String),
    /// There is no space at all.
    DiskFull,
    /// A write, a sync or an open failed otherwise.
    DiskError(io::Error),
    /// Writing to disk stops until resumed.
    Suspended(Occasion),
    /// Writing to disk stops while a program of the administrator's has the log.
    Handed(Occasion, PathBuf),
    /// The machine is taken down, and the daemon stops.
    Leaving(Occasion, Action),
    /// Writing to disk goes on.
    Resumed,
    /// The log was rotated; keeping all of it or not.
    Rotated(bool),
    /// The log should be rotated, but `num_logs` is less than 2.
    RotationOff,
    /// An archive was deleted, because `num_logs` allows fewer.
    Excess(PathBuf),
    /// An archive was deleted, because its space was needed.
    Removed(PathBuf),
    /// An archive was deleted: `keep_days` are over.
    Expired(PathBuf),
    /// The last line was torn, by a crash or a failed write: it was ended with a newline.
    TornLine(PathBuf),
    /// An operation failed: what, on which file.
    Failed(&'static str, PathBuf, io::Error),
    /// A directory above the log can be changed by others than root.
    LooseDirectory(PathBuf, u32),
    /// Somebody has deleted the log: there is a new one.
    Deleted(PathBuf),
    /// Somebody has cut the log.
    Truncated(PathBuf),
}

impl Notice {
    /// How serious it is.
    pub fn level(&self) -> Level {
        match self {
            Self::Suspended(_) | Self::Handed(..) | Self::Leaving(..) | Self::DiskFull => Level::Alert,
            Self::LowSpace(_) | Self::DiskError(_) => Level::Alert,
            Self::Failed(..) | Self::LogFull => Level::Error,
            Self::RotationOff | Self::TornLine(_) | Self::LooseDirectory(..) => Level::Warning,
            Self::Deleted(_) | Self::Truncated(_) => Level::Warning,
            Self::Resumed | Self::Rotated(_) => Level::Notice,
            Self::Removed(_) | Self::Excess(_) | Self::Expired(_) => Level::Notice,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogFull => f.write_str("Audit daemon log file is larger than max size"),
            Self::LowSpace(next) => write!(f, "Audit daemon is low on disk space for logging. {next}"),
            Self::DiskFull => f.write_str("Audit daemon has no space left on logging partition"),
            Self::DiskError(error) => {
                write!(f, "write: Audit daemon detected an error writing an event to disk ({error})")
            }
            Self::Suspended(occasion) => {
                write!(f, "Audit daemon is suspending logging {occasion}: rauditctl --signal resume ends that")
            }
            Self::Handed(occasion, program) => {
                write!(f, "Audit daemon is suspending logging {occasion}, and runs {}", program.display())
            }
            Self::Leaving(occasion, action) => {
                let what = match action {
                    Action::Halt => "halting the system",
                    _ => "changing the system to single user mode",
                };
                write!(f, "The audit daemon is now {what} and exiting {occasion}")
            }
            Self::Resumed => f.write_str("Audit daemon resumed logging."),
            Self::Rotated(keep) => {
                write!(f, "Audit daemon rotating log files{}", if *keep { " with keep option" } else { "" })
            }
            Self::RotationOff => f.write_str("Log rotation disabled (num_logs < 2), skipping"),
            Self::Excess(path) => {
                write!(f, "Log {} removed as it exceeds num_logs parameter", path.display())
            }
            Self::Removed(path) => write!(f, "{} was removed: its space was needed", path.display()),
            Self::Expired(path) => write!(f, "{} was removed: it is older than keep_days", path.display()),
            Self::TornLine(path) => write!(f, "{}: the last line was torn, it is ended here", path.display()),
            Self::Failed(what, path, error) => write!(f, "cannot {what} {}: {error}", path.display()),
            Self::LooseDirectory(path, mode) => {
                write!(f, "{} has mode {mode:04o}: others than root can move the log away", path.display())
            }
            Self::Deleted(path) => {
                write!(f, "{} was deleted by somebody else, with all records in it: a new one is begun", path.display())
            }
            Self::Truncated(path) => write!(f, "{} was cut by somebody else: records are missing", path.display()),
        }
    }
}
