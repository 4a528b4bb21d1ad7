//! What goes wrong between us and the audit system, with the error number kept.

use nix::errno::Errno;
use raudit_tables::errno;
use std::io;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A system call on the socket failed.
    #[error("cannot {what} ({})", text_of(*errno))]
    Os {
        /// What was tried, e.g. "open the kernel's audit socket".
        what: String,
        /// Why it failed.
        errno: Errno,
    },
    /// The other end refused a request.
    #[error("{} refused ({})", what, text.as_deref().unwrap_or(&text_of(*errno)))]
    Refused {
        /// The request, e.g. "add rule".
        what: &'static str,
        /// The reason as a number.
        errno: Errno,
        /// The reason in words, from rauditd; the kernel gives none.
        text: Option<String>,
    },
    /// No answer in time.
    #[error("no answer to {what} within {seconds} s")]
    Timeout {
        /// The request.
        what: &'static str,
        /// How long we waited.
        seconds: u64,
    },
    /// The other end closed the connection.
    #[error("the audit daemon closed the connection while asked for {0}")]
    Closed(&'static str),
    /// An answer that is not one.
    #[error("unreadable answer to {what}: {why}")]
    Malformed {
        /// The request.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Another audit daemon is registered and alive.
    #[error("another audit daemon (pid {0}) is registered with the kernel; stop it first")]
    DaemonExists(u32),
}

impl Error {
    /// The error number behind it, if there is one.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Os { errno, .. } | Self::Refused { errno, .. } => Some(*errno),
            Self::Timeout { .. } => Some(Errno::EAGAIN),
            Self::DaemonExists(_) => Some(Errno::EEXIST),
            Self::Closed(_) | Self::Malformed { .. } => None,
        }
    }

    /// Why, in the fewest words: rauditd's own, the C library's for the number, or the whole message.
    pub fn reason(&self) -> String {
        match (self.text(), self.errno()) {
            (Some(text), _) => text.to_owned(),
            (None, Some(errno)) => text_of(errno),
            (None, None) => self.to_string(),
        }
    }

    /// The words rauditd sent along with a refusal.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Refused { text, .. } => text.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn os(what: impl Into<String>, error: &io::Error) -> Self {
        Self::Os { what: what.into(), errno: Errno::from_raw(error.raw_os_error().unwrap_or(0)) }
    }
}

fn text_of(errno: Errno) -> String {
    errno::text(errno as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_one_line() {
        let refused = |text| Error::Refused { what: "add rule", errno: Errno::EINVAL, text };
        assert_eq!(refused(None).to_string(), "add rule refused (Invalid argument)");
        assert_eq!(refused(Some("no such file".into())).to_string(), "add rule refused (no such file)");
        assert_eq!(refused(None).errno(), Some(Errno::EINVAL));
    }
}
