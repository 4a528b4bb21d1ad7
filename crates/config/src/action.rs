//! What to do when space runs out, the disk fails, a log is full or a queue overflows.

use crate::owner;
use crate::settings::{Reader, Scope, Value};
use crate::syntax::Given;
use std::fmt;
use std::path::PathBuf;

/// An action of auditd.conf. Which of them a key takes is in its row of [`crate::auditd_conf`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Action {
    /// Nothing.
    #[default]
    Ignore,
    /// Say so in the system log.
    Syslog,
    /// Rotate the logs, so that the oldest goes.
    Rotate,
    /// Rotate, but keep all.
    KeepLogs,
    /// Say so in the system log and by mail.
    Email,
    /// Run a program of the administrator's.
    Exec(PathBuf),
    /// Stop writing to disk until told to resume.
    Suspend,
    /// Take the machine to single user mode.
    Single,
    /// Shut the machine down.
    Halt,
}

impl Action {
    /// The word for it, in lower case.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Syslog => "syslog",
            Self::Rotate => "rotate",
            Self::KeepLogs => "keep_logs",
            Self::Email => "email",
            Self::Exec(_) => "exec",
            Self::Suspend => "suspend",
            Self::Single => "single",
            Self::Halt => "halt",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Ignore, Self::Syslog, Self::Rotate, Self::KeepLogs, Self::Email, Self::Exec(PathBuf::new())];
        let more = [Self::Suspend, Self::Single, Self::Halt];
        all.into_iter().chain(more).find(|action| action.word().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exec(path) => write!(f, "exec {}", path.display()),
            other => f.write_str(other.word()),
        }
    }
}

impl Value for Action {
    fn show(&self) -> String {
        self.to_string()
    }
}

/// An action out of `allowed` (words); `exec` is followed by the program's path.
pub(crate) fn action(given: &Given<'_>, scope: &mut Scope<'_>, allowed: &[&str]) -> Result<Action, String> {
    let value = given.value;
    let found = Action::from_word(value)
        .ok_or_else(|| format!("option \"{value}\" not found, it should be one of {}", allowed.join(", ")))?;
    if !allowed.contains(&found.word()) {
        return Err(format!("illegal option \"{value}\", it should be one of {}", allowed.join(", ")));
    }
    match (found, given.options.as_slice()) {
        (Action::Exec(_), []) => Err("executable path needed after exec".to_owned()),
        (Action::Exec(_), [program]) => {
            let program = PathBuf::from(program);
            if scope.reader == Reader::Daemon {
                owner::helper(&program)?;
            }
            Ok(Action::Exec(program))
        }
        (Action::Exec(_), [_, more, ..]) => Err(format!("wrong number of arguments: \"{more}\" is one too many")),
        (found, []) => Ok(found),
        (_, [option, ..]) => Err(format!("invalid option \"{option}\" after \"{value}\"")),
    }
}
