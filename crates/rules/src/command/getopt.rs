//! Options taken off a command line in getopt_long(3)'s order: what is no option is passed over, `--` ends them, short
//! options may be joined, long ones shortened.

use super::Place;

/// A short option by its letter, or a long one by its full name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opt {
    Short(u8),
    Long(&'static str),
    /// Not an option of ours, ambiguous, or without the argument it needs; the word it stood in.
    Bad,
}

/// Whether short option `letter` exists, and takes an argument.
fn takes_argument(letter: u8) -> Option<bool> {
    match letter {
        b'h' | b'i' | b'c' | b's' | b'l' | b'D' | b'v' | b't' => Some(false),
        b'C' | b'e' | b'f' | b'r' | b'b' | b'a' | b'A' | b'd' | b'S' | b'F' | b'm' | b'R' | b'w' | b'W' | b'k'
        | b'p' | b'q' => Some(true),
        _ => None,
    }
}

/// Long options and whether they take an argument.
const LONG: [(&str, bool); 6] = [
    ("help", false),
    ("loginuid-immutable", false),
    ("backlog_wait_time", true),
    ("reset-lost", false),
    ("reset_backlog_wait_time_actual", false),
    ("signal", true),
];

/// All options, as they are written.
pub(super) fn all() -> impl Iterator<Item = String> {
    let short = (0..=u8::MAX)
        .filter(|&letter| takes_argument(letter).is_some())
        .map(|letter| format!("-{}", char::from(letter)));
    short.chain(LONG.iter().map(|(name, _)| format!("--{name}")))
}

/// The options of a command line, one after the other.
#[derive(Debug)]
pub(super) struct Options<'a> {
    args: &'a [&'a [u8]],
    /// Index of the word looked at next.
    next: usize,
    /// The rest of a word of joined short options.
    joined: &'a [u8],
    /// Words that were no options.
    passed_over: usize,
    /// Index of the first of them.
    stray: Option<usize>,
    /// Index of the word that held the last option's argument, or the option, and where in it that starts.
    at: (usize, usize),
    ended: bool,
}

impl<'a> Options<'a> {
    pub(super) fn new(args: &'a [&'a [u8]]) -> Self {
        Self { args, next: 0, joined: &[], passed_over: 0, stray: None, at: (0, 0), ended: false }
    }

    /// How many words there are.
    pub(super) fn count(&self) -> usize {
        self.args.len()
    }

    /// Whether not even one option was taken.
    pub(super) fn none_taken(&self) -> bool {
        self.next == self.passed_over
    }

    /// Whether words, or letters of a word, are left that no option took.
    pub(super) fn words_left(&self) -> bool {
        let words = if self.ended { self.passed_over > 0 } else { self.next < self.args.len() };
        words || !self.joined.is_empty()
    }

    /// The words not looked at yet.
    pub(super) fn rest(&self) -> &'a [&'a [u8]] {
        self.args.get(self.next..).unwrap_or_default()
    }

    /// Takes `n` of these words.
    pub(super) fn take(&mut self, n: usize) {
        self.next = (self.next + n).min(self.args.len());
    }

    /// The word before the one looked at next: the one that held a bad option.
    pub(super) fn last_word(&self) -> &'a [u8] {
        self.next.checked_sub(1).and_then(|at| self.args.get(at)).copied().unwrap_or(b" ")
    }

    /// Where the last option's argument stands, or the option itself.
    pub(super) fn place(&self) -> Place {
        let (word, start) = self.at;
        Place { word, bytes: start..self.args.get(word).map_or(start, |word| word.len()) }
    }

    /// Where the first of the [`words_left`](Self::words_left) stands.
    pub(super) fn place_left(&self) -> Place {
        let joined = self.next.saturating_sub(usize::from(!self.joined.is_empty()));
        let word = self.stray.unwrap_or(joined);
        Place { word, bytes: 0..self.args.get(word).map_or(0, |word| word.len()) }
    }

    /// The next option and its argument (empty for options without).
    pub(super) fn next(&mut self) -> Option<(Opt, &'a [u8])> {
        if self.joined.is_empty() {
            match self.word()? {
                [b'-', b'-', name @ ..] => return Some(self.long(name)),
                [b'-', letters @ ..] => self.joined = letters,
                _ => return None,
            }
        }
        let (&letter, rest) = self.joined.split_first()?;
        self.joined = rest;
        self.at = (self.next.saturating_sub(1), 0);
        match takes_argument(letter) {
            None => Some((Opt::Bad, &[])),
            Some(false) => Some((Opt::Short(letter), &[])),
            Some(true) => {
                self.joined = &[];
                self.at.1 = self.args.get(self.at.0).map_or(0, |word| word.len() - rest.len());
                let argument = if rest.is_empty() { self.argument() } else { Some(rest) };
                Some(argument.map_or((Opt::Bad, &[]), |argument| (Opt::Short(letter), argument)))
            }
        }
    }

    /// The next word that is an option.
    fn word(&mut self) -> Option<&'a [u8]> {
        while let Some(&word) = self.args.get(self.next) {
            self.next += 1;
            if word == b"--" {
                if self.next < self.args.len() {
                    self.stray.get_or_insert(self.next);
                }
                self.passed_over += self.args.len() - self.next;
                break;
            }
            if word.len() > 1 && word.starts_with(b"-") {
                return Some(word);
            }
            self.stray.get_or_insert(self.next - 1);
            self.passed_over += 1;
        }
        self.next = self.args.len();
        self.ended = true;
        None
    }

    fn argument(&mut self) -> Option<&'a [u8]> {
        let Some(&argument) = self.args.get(self.next) else {
            self.at.1 = 0;
            return None;
        };
        self.at = (self.next, 0);
        self.next += 1;
        Some(argument)
    }

    fn long(&mut self, word: &'a [u8]) -> (Opt, &'a [u8]) {
        self.at = (self.next.saturating_sub(1), 0);
        let equals = word.iter().position(|&b| b == b'=');
        let (name, inline) = match equals {
            Some(at) => (word.get(..at).unwrap_or_default(), word.get(at + 1..)),
            None => (word, None),
        };
        let mut found = LONG.iter().filter(|(long, _)| long.as_bytes().starts_with(name));
        let exact = LONG.iter().find(|(long, _)| long.as_bytes() == name);
        let one = match (exact, found.next(), found.next()) {
            (Some(exact), ..) => Some(exact),
            (None, Some(only), None) => Some(only),
            _ => None,
        };
        match (one, inline) {
            (Some(&(long, false)), None) => (Opt::Long(long), &[]),
            (Some(&(long, true)), Some(argument)) => {
                self.at.1 = self.args.get(self.at.0).map_or(0, |word| word.len() - argument.len());
                (Opt::Long(long), argument)
            }
            (Some(&(long, true)), None) => {
                self.argument().map_or((Opt::Bad, &[]), |argument| (Opt::Long(long), argument))
            }
            _ => (Opt::Bad, &[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> (Vec<(Opt, String)>, bool) {
        let words: Vec<&[u8]> = line.split_whitespace().map(str::as_bytes).collect();
        let mut options = Options::new(&words);
        let mut found = Vec::new();
        while let Some((opt, argument)) = options.next() {
            found.push((opt, String::from_utf8_lossy(argument).into_owned()));
        }
        (found, options.words_left())
    }

    #[test]
    fn takes_options_as_getopt_long_does() {
        let short = |letter, argument: &str| (Opt::Short(letter), argument.to_owned());
        assert_eq!(options("-a x -Fy -s"), (vec![short(b'a', "x"), short(b'F', "y"), short(b's', "")], false));
        assert_eq!(options("-sl"), (vec![short(b's', ""), short(b'l', "")], false));
        assert_eq!(options("word -s"), (vec![short(b's', "")], true));
        assert_eq!(options("-s -- -l"), (vec![short(b's', "")], true));
        assert_eq!(options("-a"), (vec![(Opt::Bad, String::new())], false));
        assert_eq!(options("-z"), (vec![(Opt::Bad, String::new())], false));
        let long = |name, argument: &str| (Opt::Long(name), argument.to_owned());
        assert_eq!(
            options("--backlog_wait_time=5 --reset-l").0,
            [long("backlog_wait_time", "5"), long("reset-lost", "")]
        );
        assert_eq!(options("--sig TERM").0, [long("signal", "TERM")]);
        assert_eq!(options("--reset").0, [(Opt::Bad, String::new())]);
        assert_eq!(options("--help=x --nosuch -").0, [(Opt::Bad, String::new()), (Opt::Bad, String::new())]);
    }
}
