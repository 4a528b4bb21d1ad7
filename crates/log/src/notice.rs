//! What the writer has to tell the administrator.

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
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogFull => "the log has reached max_log_file",
            Self::LowSpace => "the log's disk is low on space (space_left)",
            Self::AdminSpace => "the log's disk is very low on space (admin_space_left)",
            Self::DiskFull => "the log's disk is full",
            Self::DiskError => "writing to the log's disk failed",
        })
    }
}

/// Something to tell. Prints as one line.
#[derive(Debug)]
pub enum Notice {
    /// The syslog action.
    Happened(Occasion),
    /// Writing to disk stops until resumed.
    Suspended(Occasion),
    /// An action that is not supported is replaced by the nearest that is.
    Replaced(Occasion, Action),
    /// Writing to disk goes on.
    Resumed,
    /// The log was rotated.
    Rotated,
    /// The log should be rotated, but `num_logs` is less than 2.
    RotationOff,
    /// An archive was deleted: it was beyond `num_logs`, or its space was needed.
    Removed(PathBuf),
    /// An archive was deleted: `keep_days` are over.
    Expired(PathBuf),
    /// The last line was torn, by a crash or a failed write: it was ended with a newline.
    TornLine(PathBuf),
    /// An operation failed: what, on which file.
    Failed(&'static str, PathBuf, io::Error),
    /// A directory above the log can be changed by others than root.
    LooseDirectory(PathBuf, u32),
}

impl Notice {
    /// How serious it is.
    pub fn level(&self) -> Level {
        match self {
            Self::Suspended(_) | Self::Happened(Occasion::DiskFull | Occasion::AdminSpace) => Level::Alert,
            Self::Failed(..) | Self::Happened(Occasion::DiskError) => Level::Error,
            Self::Happened(_) | Self::Replaced(..) | Self::RotationOff => Level::Warning,
            Self::TornLine(_) | Self::LooseDirectory(..) => Level::Warning,
            Self::Resumed | Self::Rotated | Self::Removed(_) | Self::Expired(_) => Level::Notice,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Happened(occasion) => write!(f, "{occasion}"),
            Self::Suspended(occasion) => {
                write!(f, "{occasion}: no records are written to disk until resumed (rauditctl --signal resume)")
            }
            Self::Replaced(occasion, action) => {
                let instead = if suspends(action) { "logging is suspended" } else { "logging goes on" };
                write!(f, "{occasion}: the action {action} is not supported, {instead} instead")
            }
            Self::Resumed => f.write_str("records are written to disk again"),
            Self::Rotated => f.write_str("the log was rotated"),
            Self::RotationOff => f.write_str("the log is not rotated, because num_logs is less than 2"),
            Self::Removed(path) => {
                write!(f, "{} was removed: num_logs allows fewer, or its space was needed", path.display())
            }
            Self::Expired(path) => write!(f, "{} was removed: it is older than keep_days", path.display()),
            Self::TornLine(path) => write!(f, "{}: the last line was torn, it is ended here", path.display()),
            Self::Failed(what, path, error) => write!(f, "cannot {what} {}: {error}", path.display()),
            Self::LooseDirectory(path, mode) => {
                write!(f, "{} has mode {mode:04o}: others than root can move the log away", path.display())
            }
        }
    }
}

/// Whether an unsupported action is replaced by suspending: those that would stop the machine are, so that it is known
/// from which point on records are missing.
pub(crate) fn suspends(action: &Action) -> bool {
    matches!(action, Action::Single | Action::Halt)
}
