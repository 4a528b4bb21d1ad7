//! The words of auditd's tools on the command line: `-ts`, `-if`, `--just-one`.
//!
//! They are whole words, some with one dash and two letters; a word that starts with a dash is never another option's
//! value. So each is looked up in the program's table and handed to clap as its long form.

use crate::query::Window;
use crate::when::{Bound, Clock};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use raudit_record::interpret::Escape;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// How wide the names of options are in the help, with what follows them. Wider ones have a line of their own.
const NAMES: usize = 27;

/// One option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// The short form with its dash; empty if there is none.
    pub(crate) short: &'static str,
    /// The long form without its dashes.
    pub(crate) long: &'static str,
    /// What follows it, as the help shows it; empty for a switch.
    pub(crate) value: &'static str,
    /// How many words may follow.
    pub(crate) most: usize,
    /// Its value may start with a dash.
    pub(crate) signed: bool,
    /// One line of help.
    pub(crate) help: &'static str,
}

/// A switch.
pub(crate) const fn switch(short: &'static str, long: &'static str, help: &'static str) -> Word {
    Word { short, long, value: "", most: 0, signed: false, help }
}

/// An option with one value.
pub(crate) const fn valued(short: &'static str, long: &'static str, value: &'static str, help: &'static str) -> Word {
    Word { short, long, value, most: 1, signed: false, help }
}

/// An option with one value, which may be negative.
pub(crate) const fn signed(short: &'static str, long: &'static str, value: &'static str, help: &'static str) -> Word {
    Word { short, long, value, most: 1, signed: true, help }
}

/// `-ts` and `-te`.
pub(crate) const fn timed(short: &'static str, long: &'static str, help: &'static str) -> Word {
    Word { short, long, value: "[DATE] [TIME]", most: 2, signed: false, help }
}

/// A program's options.
#[derive(Debug)]
pub(crate) struct Table {
    /// The program's name.
    pub(crate) program: &'static str,
    /// One line on what it does.
    pub(crate) about: &'static str,
    /// The options that work.
    pub(crate) words: &'static [Word],
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// `--help`
    Help,
    /// `--version`
    Version,
    /// The program's work.
    Work(ArgMatches),
}

impl Table {
    /// Reads the words after the program's name.
    ///
    /// Words count in their order: the first wrong one is reported, and `--help` before it wins.
    pub(crate) fn parse(&self, args: &[OsString]) -> Result<Asked, String> {
        let mut long = vec![OsString::from(self.program)];
        let mut ended = None;
        let mut is_value = false;
        for arg in args {
            if std::mem::take(&mut is_value) || !arg.as_bytes().starts_with(b"-") {
                long.push(arg.clone());
                continue;
            }
            let word = self.find(arg);
            is_value = word.is_some_and(|word| word.signed);
            match word {
                Some(word) if word.long == "help" => ended = Some(Ok(Asked::Help)),
                Some(word) if word.long == "version" => ended = Some(Ok(Asked::Version)),
                Some(word) => long.push(format!("--{}", word.long).into()),
                None => ended = Some(Err(format!("{} is an unsupported option", arg.display()))),
            }
            if ended.is_some() {
                break;
            }
        }
        let matches = self.command().try_get_matches_from(long).map_err(|e| self.explain(&e, args))?;
        ended.unwrap_or(Ok(Asked::Work(matches)))
    }

    /// The text of `--help`.
    pub(crate) fn help(&self) -> String {
        let mut text = format!("usage: {} [options]\n{}\n", self.program, self.about);
        for word in self.words {
            let names = if word.short.is_empty() {
                format!("--{}", word.long)
            } else {
                format!("{},--{}", word.short, word.long)
            };
            let left = if word.value.is_empty() { names } else { format!("{names} {}", word.value) };
            let gap = if left.len() > NAMES { "\n".to_owned() + &" ".repeat(NAMES + 2) } else { String::new() };
            text += &format!("  {left:<NAMES$}{gap}  {}\n", word.help);
        }
        text
    }

    fn find(&self, arg: &OsStr) -> Option<&Word> {
        let arg = arg.to_str()?;
        self.words.iter().find(|w| w.short == arg || arg.strip_prefix("--") == Some(w.long))
    }

    fn command(&self) -> Command {
        let mut command =
            Command::new(self.program).no_binary_name(false).disable_help_flag(true).disable_version_flag(true);
        for word in self.words {
            let arg = Arg::new(word.long).long(word.long).action(ArgAction::Append);
            let arg = match word.most {
                0 => arg.num_args(0).default_missing_value("set"),
                most => arg.num_args(1..=most).allow_hyphen_values(word.signed),
            };
            command = command.arg(arg.value_parser(clap::value_parser!(OsString)));
        }
        command
    }

    /// clap's finding in ausearch's words.
    fn explain(&self, error: &clap::Error, args: &[OsString]) -> String {
        let Some(ContextValue::String(what)) = error.get(ContextKind::InvalidArg) else {
            return error.to_string();
        };
        if error.kind() == ErrorKind::UnknownArgument {
            // only of these ausearch says whose value it cannot be
            let before = args.windows(2).find_map(|two| match two {
                [before, word] if word == what.as_str() => before.to_str().filter(|word| word.starts_with("--extra-")),
                _ => None,
            });
            if let Some(before) = before {
                return format!("Argument is NOT required for {before}");
            }
            return format!("{what} is an unsupported option");
        }
        // `--key <key>` here; the user may have written `-k`.
        let long = what.trim_start_matches('-').split(' ').next().unwrap_or_default();
        let written = args.iter().rfind(|arg| self.find(arg).is_some_and(|w| w.long == long));
        let written = written.map_or_else(|| what.clone(), |w| w.display().to_string());
        match self.words.iter().find(|w| w.long == long) {
            Some(word) if word.most == 2 => format!("{written} requires either date and/or time"),
            _ => format!("Argument is required for {written}"),
        }
    }
}

/// All values given to an option.
pub(crate) fn values<'a>(matches: &'a ArgMatches, long: &str) -> impl DoubleEndedIterator<Item = &'a OsString> {
    matches.try_get_many::<OsString>(long).ok().flatten().into_iter().flatten()
}

/// The value an option has: of several the last.
pub(crate) fn value<'a>(matches: &'a ArgMatches, long: &str) -> Option<&'a OsString> {
    values(matches, long).next_back()
}

/// All that is given, in its order; of an option with several words each.
pub(crate) fn in_order<'a>(table: &Table, matches: &'a ArgMatches) -> Vec<(&'static str, &'a OsString)> {
    let of = |word: &Word| {
        let at = matches.indices_of(word.long).into_iter().flatten();
        at.zip(values(matches, word.long)).map(|(at, value)| (at, word.long, value)).collect::<Vec<_>>()
    };
    let mut given: Vec<_> = table.words.iter().flat_map(of).collect();
    given.sort_by_key(|(at, ..)| *at);
    given.into_iter().map(|(_, long, value)| (long, value)).collect()
}

/// Whether a switch is given.
pub(crate) fn is_set(matches: &ArgMatches, long: &str) -> bool {
    value(matches, long).is_some()
}

/// The way that `--escape` names.
pub(crate) fn escape(matches: &ArgMatches) -> Result<Option<Escape>, String> {
    let named = |name: &OsString| {
        name.to_str().and_then(Escape::named).ok_or_else(|| format!("Unknown option ({})", name.display()))
    };
    value(matches, "escape").map(named).transpose()
}

/// The seconds of `--eoe-timeout`.
pub(crate) fn timeout(matches: &ArgMatches) -> Result<Option<u64>, String> {
    let seconds = |text: &OsString| match leading_digits(text) {
        None => Err(format!("End of Event Timeout must be a numeric value, was {}", text.display())),
        Some(digits) => digits
            .parse()
            .ok()
            .filter(|&seconds| seconds > 0)
            .ok_or_else(|| format!("Illegal value for End of Event Timeout, was {}", text.display())),
    };
    value(matches, "eoe-timeout").map(seconds).transpose()
}

/// The digits a number starts with; like ausearch, what follows them is not looked at.
pub(crate) fn leading_digits(text: &OsStr) -> Option<String> {
    let digits: String = text.as_bytes().iter().take_while(|b| b.is_ascii_digit()).map(|&b| char::from(b)).collect();
    (!digits.is_empty()).then_some(digits)
}

/// The range that `-ts` and `-te` give.
pub(crate) fn window(matches: &ArgMatches, clock: &Clock) -> Result<Window, String> {
    let start = bound(matches, clock, Bound::Start, "")?.unwrap_or(0);
    let end = bound(matches, clock, Bound::End, "")?.unwrap_or(0);
    Ok(Window { start, end })
}

/// The same, and whether `-ts checkpoint` is given, which is no time.
pub(crate) fn window_or_checkpoint(matches: &ArgMatches, clock: &Clock) -> Result<(Window, bool), String> {
    let start = bound(matches, clock, Bound::Start, CHECKPOINT)?.unwrap_or(0);
    let end = bound(matches, clock, Bound::End, "")?.unwrap_or(0);
    let mut given = matches.try_get_occurrences::<OsString>("start").ok().flatten().into_iter().flatten();
    let only_time =
        given.any(|mut words| words.next().is_some_and(|word| word == CHECKPOINT) && words.next().is_none());
    Ok((Window { start, end }, only_time))
}

const CHECKPOINT: &str = "checkpoint";

/// The time an option gives; of several the last. The word `none`, alone, gives none.
fn bound(matches: &ArgMatches, clock: &Clock, bound: Bound, none: &str) -> Result<Option<i64>, String> {
    let long = if bound == Bound::Start { "start" } else { "end" };
    let Ok(Some(mut given)) = matches.try_get_occurrences::<OsString>(long) else { return Ok(None) };
    given.try_fold(None, |before, words| {
        let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        let (first, rest) = words.split_first().ok_or_else(|| format!("--{long} requires either date and/or time"))?;
        if first == none && rest.is_empty() {
            return Ok(before);
        }
        clock.bound(bound, first, rest.first().map(String::as_str)).map(Some).map_err(|e| e.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table {
        program: "demo",
        about: "Shows.",
        words: &[
            valued("-k", "key", "KEY", "by key"),
            timed("-ts", "start", "from"),
            switch("-i", "interpret", "names"),
            switch("-h", "help", "help"),
            signed("-e", "exit", "CODE", "by code"),
        ],
    };

    fn parse(words: &str) -> Result<Asked, String> {
        let args: Vec<OsString> = words.split(' ').filter(|w| !w.is_empty()).map(OsString::from).collect();
        TABLE.parse(&args)
    }

    #[test]
    fn values_are_words_without_a_dash_and_the_last_counts() {
        let Ok(Asked::Work(m)) = parse("-k a -ts 11/20/26 10:00 --key b -i") else { panic!() };
        assert_eq!(value(&m, "key").unwrap(), "b");
        assert_eq!(values(&m, "start").collect::<Vec<_>>(), ["11/20/26", "10:00"]);
        assert!(is_set(&m, "interpret"));
        let given = in_order(&TABLE, &m);
        assert_eq!(
            given.iter().map(|(long, _)| *long).collect::<Vec<_>>(),
            ["key", "start", "start", "key", "interpret"]
        );
    }

    #[test]
    fn a_number_may_be_negative() {
        let Ok(Asked::Work(m)) = parse("-e -13 -k a") else { panic!() };
        assert_eq!((value(&m, "exit").unwrap(), value(&m, "key").unwrap()), (&"-13".into(), &"a".into()));
        assert_eq!(parse("-e").unwrap_err(), "Argument is required for -e");
        let Ok(Asked::Work(m)) = parse("-e -k") else { panic!() };
        assert_eq!(value(&m, "exit").unwrap(), "-k");
    }

    #[test]
    fn the_first_wrong_word_is_reported_as_the_user_wrote_it() {
        for (words, text) in [
            ("-k", "Argument is required for -k"),
            ("-k -i", "Argument is required for -k"),
            ("--key --foo", "Argument is required for --key"),
            ("-ts", "-ts requires either date and/or time"),
            ("-k a b", "b is an unsupported option"),
            ("-ts a b c", "c is an unsupported option"),
            ("--foo -k", "--foo is an unsupported option"),
            ("-k=a", "-k=a is an unsupported option"),
            ("-ka", "-ka is an unsupported option"),
            ("-", "- is an unsupported option"),
            ("--ke a", "--ke is an unsupported option"),
            ("foo -h", "foo is an unsupported option"),
        ] {
            assert_eq!(parse(words).unwrap_err(), text, "{words}");
        }
        assert!(matches!(parse("-i -h foo"), Ok(Asked::Help)));
    }

    #[test]
    fn help_names_every_option() {
        let help = TABLE.help();
        for word in TABLE.words {
            assert!(help.contains(word.long) && help.contains(word.short));
        }
    }
}
