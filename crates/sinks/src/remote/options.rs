//! The command line, which auditd's program has not: it ignores what it is given.

use clap::Parser;
use raudit_dispatch::say;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Exit codes: those of auditd's program, and 2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Everything has been sent.
    Done = 0,
    /// Records were left, or the queue could not be opened.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The configuration was wrong.
    Config = 6,
}

/// Sends the records on standard input to another machine's audit daemon.
#[derive(Debug, Parser)]
#[command(name = "audisp-remote", disable_version_flag = true)]
pub struct Options {
    /// Of audisp-remote.conf
    #[arg(short = 'c', value_name = "DIR", default_value = "/etc/audit")]
    pub conf_dir: PathBuf,

    /// Of the state, on SIGUSR1
    #[arg(short = 's', value_name = "FILE", default_value = "/run/audit/remote.state")]
    pub state_file: PathBuf,
}

/// The words that are ours, with the program's name. Others are passed over, as auditd's program passes over all: a plugin file that has
/// some works with it.
pub fn known(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.into_iter();
    let mut known: Vec<OsString> = words.next().into_iter().collect();
    while let Some(word) = words.next() {
        match word.as_bytes() {
            b"-c" | b"-s" => known.extend([Some(word), words.next()].into_iter().flatten()),
            [b'-', b'c' | b's', ..] | b"-h" | b"--help" => known.push(word),
            _ => say::warning(format!("{} is passed over: there is no such option", word.display())),
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_passed_over() {
        let words = ["audisp-remote", "LOG_INFO", "-x", "-c", "/tmp/a", "--verbose", "-s/tmp/b", "more"];
        let options = Options::try_parse_from(known(words.map(OsString::from))).unwrap();
        assert_eq!((options.conf_dir, options.state_file), ("/tmp/a".into(), "/tmp/b".into()));
        assert!(Options::try_parse_from(known(["audisp-remote", "-c"].map(OsString::from))).is_err());
    }
}
