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
/// some works with it. Of several the last counts.
pub fn known(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.into_iter().peekable();
    let mut known: Vec<OsString> = words.next().into_iter().collect();
    let mut found: [Option<OsString>; 2] = [None, None];
    while let Some(word) = words.next() {
        let slot = match word.as_bytes() {
            b"-c" => 0,
            b"-s" => 1,
            b"-h" | b"--help" => {
                known.push(word);
                continue;
            }
            _ => found.len(),
        };
        let value = words.next_if(|next| slot < found.len() && !next.as_bytes().starts_with(b"-"));
        match found.get_mut(slot) {
            Some(found) if value.is_some() => *found = value,
            Some(_) => say::warning(format!("{} needs a value, and is passed over", word.display())),
            None => say::warning(format!("{} is passed over: there is no such option", word.display())),
        }
    }
    for (option, value) in ["-c", "-s"].into_iter().zip(found) {
        known.extend(value.into_iter().flat_map(|value| [option.into(), value]));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_passed_over() {
        let of = |words: &[&str]| {
            let words = std::iter::once(&"audisp-remote").chain(words).map(OsString::from);
            let options = Options::try_parse_from(known(words)).unwrap();
            (options.conf_dir.display().to_string(), options.state_file.display().to_string())
        };
        let (conf, state) = ("/etc/audit".to_owned(), "/run/audit/remote.state".to_owned());
        assert_eq!(of(&["LOG_INFO", "-x", "-c", "/a", "--more", "-s", "/b", "x"]), ("/a".into(), "/b".into()));
        assert_eq!(of(&["-c", "/a", "-c", "/b", "-syslog"]), ("/b".into(), state.clone()));
        assert_eq!(of(&["-c"]), (conf.clone(), state.clone()));
        assert_eq!(of(&["-s", "--verbose"]), (conf, state));
    }
}
