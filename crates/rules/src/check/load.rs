//! Files loaded line by line, without a kernel: what would be refused, and what would be loaded in the end.

use super::problem::{Fold, Problem, Severity, Spot};
use super::{hint, words};
use crate::command::{self, CommandError, Context, Parsed, Place, Places, Setting, Step};
use crate::file::{MAX_LINE, Word, placed_words};
use crate::merge::MergedLine;
use crate::{List, Rule, print};
use std::collections::HashMap;

/// A line and its words.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    pub(super) file: usize,
    pub(super) number: usize,
    pub(super) words: Vec<Word>,
}

impl Line<'_> {
    /// Where a part of the command line stands; the words as a whole if it is not known.
    pub(super) fn spot(&self, place: Option<&Place>) -> Spot {
        let whole = || {
            let last = self.words.last().map_or(0, |word| word.in_line(0..word.bytes.len()).end);
            self.words.first().map_or(0, |word| word.start)..last
        };
        let part = place.and_then(|place| Some(self.words.get(place.word)?.in_line(place.bytes.clone())));
        Spot::new(self.file, self.number, part.unwrap_or_else(whole))
    }
}

/// A rule that was added, and not deleted again.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) rule: Rule,
    pub(super) line: Line<'a>,
    pub(super) places: Places,
    /// The line of `-i`, if it was before: errors do not stop the loading.
    pub(super) ignored: Option<usize>,
}

impl Entry<'_> {
    /// Where a field of the rule stands; the list without one.
    pub(super) fn spot(&self, field: Option<usize>) -> Spot {
        let place = field.and_then(|at| self.places.fields.get(at)).or(self.places.list.as_ref());
        self.line.spot(place)
    }
}

/// What happens on an error.
#[derive(Clone, Debug)]
enum OnError {
    Stop,
    /// `-i`, and its line.
    Ignore(usize),
    /// `-c`.
    FailLater,
}

/// A load under way.
#[derive(Debug)]
pub(super) struct Load<'a> {
    /// Every rule that was ever added.
    pub(super) entries: Vec<Entry<'a>>,
    /// Indexes of the rules loaded, list by list in the order of [`List::ALL`], each as it decides.
    pub(super) lists: [Vec<usize>; 6],
    /// The first entry of each rule that is loaded.
    known: HashMap<Rule, usize>,
    pub(super) problems: Vec<Problem>,
    /// How many lines add a rule, wrong ones included.
    pub(super) rules: usize,
    on_error: OnError,
    /// Where `-e 2` stands.
    locked: Option<Spot>,
    /// Whether `-D` has been: then all rules are known.
    emptied: bool,
}

/// The position of a list in [`List::ALL`].
pub(super) fn index(list: List) -> usize {
    List::ALL.iter().position(|&known| known == list).unwrap_or_default()
}

impl<'a> Load<'a> {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            lists: Default::default(),
            known: HashMap::new(),
            problems: Vec::new(),
            rules: 0,
            on_error: OnError::Stop,
            locked: None,
            emptied: false,
        }
    }

    /// Takes the next line.
    pub(super) fn line(&mut self, line: MergedLine<'a>) {
        let MergedLine { text, file, number } = line;
        if text.len() > MAX_LINE {
            let spot = Spot::new(file, number, MAX_LINE..text.len());
            let message = format!("Line {number} is longer than {MAX_LINE} bytes");
            return self.error(spot, message, Some("nothing after it is loaded: make several rules of it".into()));
        }
        if let Some(at) = text.iter().position(|&byte| byte == 0) {
            let message = format!("Line {number} has a NUL byte: this is no text file");
            let problem = Problem::new(Severity::Error, Spot::new(file, number, at..at + 1), message);
            return self.problems.push(problem.hint("nothing after it is loaded").fold(Fold::Nul));
        }
        let words = placed_words(text);
        if words.first().is_none_or(|first| first.bytes.starts_with(b"#")) {
            return;
        }
        let line = Line { text, file, number, words };
        let args: Vec<&[u8]> = line.words.iter().map(|word| word.bytes.as_slice()).collect();
        let parsed = command::parse(&args, Context { line: Some(number), ..Context::default() });
        self.rules += usize::from(args.iter().any(|word| matches!(word.get(..2), Some(b"-a" | b"-A" | b"-w"))));
        let of_words = words::about(&line, &parsed);
        let before = self.problems.len();
        let Parsed { places, steps, .. } = parsed;
        match steps {
            Ok(steps) => self.steps(line, places, steps),
            Err(error) => self.refused(&line, &error),
        }
        // Of a line that is refused, one thing is enough.
        if self.problems.len() == before {
            self.problems.extend(of_words);
        }
    }

    fn refused(&mut self, line: &Line<'a>, error: &CommandError) {
        let message = error.lines.join("; ");
        let message = if message.is_empty() { "There was an error in this line".into() } else { message };
        self.error(line.spot(error.place.as_ref()), message, hint::of(error, line.text, &line.words));
    }

    /// An error, unless `-i` was before: then it does not matter to the load.
    fn error(&mut self, spot: Spot, message: impl Into<String>, hint: Option<String>) {
        let problem = Problem::new(Severity::Error, spot, message);
        self.tell(hint.into_iter().fold(problem, Problem::hint));
    }

    fn ignored(&self) -> Option<usize> {
        match self.on_error {
            OnError::Ignore(line) => Some(line),
            OnError::Stop | OnError::FailLater => None,
        }
    }

    fn tell(&mut self, mut problem: Problem) {
        if let (Severity::Error, Some(line)) = (problem.severity, self.ignored()) {
            problem.severity = Severity::Warning;
            problem.hints.push(format!("not loaded, but no error: ignored because of -i in line {line}"));
        }
        self.problems.push(problem);
    }

    fn steps(&mut self, line: Line<'a>, places: Places, steps: Vec<Step>) {
        let mut line = Some(line);
        for step in steps {
            let Some(at) = line.as_ref() else { return };
            if let (Some(request), Some(locked)) = (request(&step), self.locked.clone()) {
                let message = format!("Error sending {request} request (Operation not permitted)");
                let problem = Problem::new(Severity::Error, at.spot(None), message)
                    .hint("-e 2 locks rules and settings until the next boot: make it the last line")
                    .see(locked)
                    .fold(Fold::Locked);
                return self.tell(problem);
            }
            match step {
                Step::IgnoreErrors if matches!(self.on_error, OnError::Stop) => {
                    self.on_error = OnError::Ignore(at.number);
                }
                Step::ContinueOnErrors => self.on_error = OnError::FailLater,
                Step::Set(Setting::Enabled, 2) => self.locked = Some(at.spot(None)),
                Step::DeleteAll(key) => self.delete_all(&at.spot(None), &key),
                Step::Delete(rule) => self.delete(at, &places, rule),
                Step::Add(rule, prepend) => {
                    if let Some(line) = line.take() {
                        let ignored = self.ignored();
                        self.add(Entry { rule, line, places: places.clone(), ignored }, prepend);
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, mut entry: Entry<'a>, prepend: bool) {
        if self.is_invalid("add", &entry.rule, &entry.line, &entry.places) {
            return;
        }
        entry.rule.syscalls = entry.rule.syscalls.normalised();
        // The kernel does not notice it when the rule goes to the front.
        let twin = self.known.get(&entry.rule).filter(|_| !prepend).and_then(|&at| self.entries.get(at));
        if let Some(twin) = twin {
            let problem = Problem::new(
                Severity::Error,
                entry.line.spot(None),
                "Error sending add rule data request (Rule exists)",
            );
            let problem = problem.hint("the same rule is there already: delete this line").see(twin.line.spot(None));
            return self.tell(problem);
        }
        let at = self.entries.len();
        let Some(list) = self.lists.get_mut(index(entry.rule.list)) else { return };
        list.insert(if prepend { 0 } else { list.len() }, at);
        self.known.insert(entry.rule.clone(), at);
        self.entries.push(entry);
    }

    fn is_invalid(&mut self, what: &str, rule: &Rule, line: &Line<'_>, places: &Places) -> bool {
        let Some((field, why)) = rule.first_invalid() else { return false };
        let message = format!("Error sending {what} rule data request (Invalid argument)");
        let hint = hint::invalid(&why, rule.fields.get(field));
        self.error(line.spot(places.fields.get(field)), message, Some(hint));
        true
    }

    fn delete(&mut self, line: &Line<'_>, places: &Places, mut rule: Rule) {
        if self.is_invalid("delete", &rule, line, places) {
            return;
        }
        rule.syscalls = rule.syscalls.normalised();
        let entries = &self.entries;
        let is_it = |&at: &usize| entries.get(at).is_some_and(|entry| entry.rule == rule);
        let list = self.lists.get_mut(index(rule.list));
        let found = list.and_then(|list| list.iter().position(is_it).map(|at| list.remove(at)));
        if found.is_some() {
            let other = self.lists.get(index(rule.list)).and_then(|list| list.iter().copied().find(is_it));
            match other {
                Some(other) => self.known.insert(rule, other),
                None => self.known.remove(&rule),
            };
        } else if self.emptied {
            let hint = "no such rule is loaded at this line; everything must be as it was added".to_owned();
            let message = "Error sending delete rule data request (No such file or directory)";
            self.error(line.spot(None), message, Some(hint));
        }
    }

    fn delete_all(&mut self, spot: &Spot, key: &[u8]) {
        let entries = &self.entries;
        let mut deleted = Vec::new();
        for list in &mut self.lists {
            list.retain(|&at| {
                let keep = entries.get(at).is_some_and(|entry| !print::key_contains(&entry.rule, key));
                if !keep {
                    deleted.push(at);
                }
                keep
            });
        }
        for entry in deleted.iter().filter_map(|&at| entries.get(at)) {
            self.known.remove(&entry.rule);
        }
        self.emptied |= key.is_empty();
        if let (Some(first), true) = (deleted.iter().min().and_then(|&at| entries.get(at)), key.is_empty()) {
            let what = if deleted.len() == 1 { "rule" } else { "rules" };
            let message = format!("-D deletes the {} {what} loaded before it", deleted.len());
            let problem = Problem::warning(spot.clone(), message).hint("make it the first line");
            let see = first.line.spot(None);
            self.tell(problem.see(see));
        }
    }
}

/// The request a step makes that a locked kernel refuses, as messages name it.
fn request(step: &Step) -> Option<&'static str> {
    Some(match step {
        Step::Add(..) => "add rule data",
        Step::Delete(_) | Step::DeleteAll(_) => "delete rule data",
        Step::Set(Setting::Enabled, _) => "enable",
        Step::Set(Setting::Failure, _) => "failure mode",
        Step::Set(Setting::RateLimit, _) => "rate limit",
        Step::Set(Setting::BacklogLimit, _) => "backlog limit",
        Step::Set(Setting::BacklogWaitTime, _) => "backlog wait time",
        _ => return None,
    })
}
