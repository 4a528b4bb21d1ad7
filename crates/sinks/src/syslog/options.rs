//! Arguments, in any order: auditd's words, and options of our own, which begin with `--`.

use super::target::Target;
use std::path::PathBuf;

/// Levels by syslog(3), from the most urgent.
const LEVELS: [&str; 8] =
    ["LOG_EMERG", "LOG_ALERT", "LOG_CRIT", "LOG_ERR", "LOG_WARNING", "LOG_NOTICE", "LOG_INFO", "LOG_DEBUG"];
/// Facilities and their numbers in a priority's upper bits (syslog.h).
const FACILITIES: [(&str, u8); 13] = [
    ("LOG_USER", USER),
    ("LOG_DAEMON", 3),
    ("LOG_AUTH", 4),
    ("LOG_SYSLOG", 5),
    ("LOG_AUTHPRIV", 10),
    ("LOG_LOCAL0", 16),
    ("LOG_LOCAL1", 17),
    ("LOG_LOCAL2", 18),
    ("LOG_LOCAL3", 19),
    ("LOG_LOCAL4", 20),
    ("LOG_LOCAL5", 21),
    ("LOG_LOCAL6", 22),
    ("LOG_LOCAL7", 23),
];
pub(super) const USER: u8 = 1;
pub(super) const ERR: u8 = 3;
pub(super) const INFO: u8 = 6;

/// What to send, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Options {
    pub(super) level: u8,
    pub(super) facility: u8,
    /// Values are translated.
    pub(super) interpret: bool,
    /// In the form of RFC 5424 instead of syslog(3)'s.
    pub(super) rfc5424: bool,
    pub(super) target: Target,
}

/// Why not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Wrong {
    /// A word auditd's program does not know either.
    Word(String),
    /// One of our options.
    Option(String),
}

impl Options {
    /// Reads the arguments after the program's name.
    pub(super) fn parse(args: impl Iterator<Item = String>) -> Result<Self, Wrong> {
        let log = Target::Unix(PathBuf::from("/dev/log"));
        let mut options = Self { level: INFO, facility: USER, interpret: false, rfc5424: false, target: log };
        let (mut to, mut ca) = (None, None);
        let mut args = args;
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| Wrong::Option(format!("{arg} needs a value")));
            match &arg[..] {
                "--rfc5424" => options.rfc5424 = true,
                "--to" => to = Some(value()?),
                "--ca" => ca = Some(PathBuf::from(value()?)),
                _ => options.word(&arg)?,
            }
        }
        if !options.rfc5424 && (to.is_some() || ca.is_some()) {
            return Err(Wrong::Option("--to and --ca need --rfc5424 with them".to_owned()));
        }
        if let Some(to) = to {
            options.target = Target::parse(&to, ca.take()).map_err(Wrong::Option)?;
        }
        if ca.is_some() {
            return Err(Wrong::Option("--ca needs --to tls:HOST:PORT with it".to_owned()));
        }
        Ok(options)
    }

    fn word(&mut self, arg: &str) -> Result<(), Wrong> {
        let level = LEVELS.iter().zip(0..).find(|(name, _)| name.eq_ignore_ascii_case(arg));
        let facility = FACILITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(arg));
        if let Some((_, level)) = level {
            self.level = level;
        } else if let Some((_, facility)) = facility {
            self.facility = *facility;
        } else if arg.eq_ignore_ascii_case("interpret") {
            self.interpret = true;
        } else {
            return Err(Wrong::Word(arg.to_owned()));
        }
        Ok(())
    }

    /// What stands in a message's first brackets.
    pub(super) fn priority(&self) -> u8 {
        self.facility << 3 | self.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Wrong> {
        Options::parse(line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned))
    }

    #[test]
    fn words_in_any_order_the_last_counts() {
        assert_eq!(parse("").unwrap().priority(), 14);
        assert_eq!(parse("log_local7 LOG_DEBUG LOG_emerg").unwrap().priority(), 184);
        assert!(parse("Interpret LOG_AUTHPRIV").unwrap().interpret);
        assert_eq!(parse("LOG_INFO LOG_KERN").unwrap_err(), Wrong::Word("LOG_KERN".to_owned()));
        let options = parse("--to udp:h:514 LOG_INFO --rfc5424").unwrap();
        assert_eq!(options.target, Target::Udp("h:514".to_owned()));
        for wrong in ["--rfc5424 --to", "--to udp:h:1", "--rfc5424 --ca f", "--rfc5424 --ca f --to tcp:h:1", "--ca"] {
            assert!(matches!(parse(wrong), Err(Wrong::Option(_))), "{wrong}");
        }
    }
}
