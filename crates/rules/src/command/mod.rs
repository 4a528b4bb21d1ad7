//! auditctl's command line: the one parser for arguments, for a line of audit.rules, and so for `-R`.
//!
//! The whole line is read before anything is done. (auditctl acts while it reads, so a line that turns out wrong may have
//! changed half of what it says.) Messages are auditctl's, word for word; printing them is up to the caller.

mod error;
mod fault;
pub mod feature;
mod field;
mod getopt;
mod number;
mod place;
mod rule;
#[cfg(test)]
mod tests;

pub use error::FieldError;
pub use fault::Reason;
pub use place::{Place, Places};

use crate::{FieldId, Rule};
use fault::Fault;
use getopt::{Opt, Options};
use rule::{BadWords, Draft, Goal, text};

/// What to do, in this order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// `-h`: print how to use the program.
    Help,
    /// `-v`: print the version.
    Version,
    /// `-s`: print the status; `true`: words instead of numbers.
    Status(bool),
    /// `-l`: print the rules, all or those whose key contains this.
    List {
        /// `-i`: words instead of numbers.
        interpret: bool,
        /// `-k`: part of a key.
        key: Vec<u8>,
    },
    /// `-l --stats`: print the rules with how often each decided.
    ListHits,
    /// `-a`, `-A`, `-w`: add a rule; `true`: at the front of its list.
    Add(Rule, bool),
    /// `-d`, `-W`: delete a rule.
    Delete(Rule),
    /// `-D`: delete all rules, or those whose key contains this, and print what is left.
    DeleteAll(Vec<u8>),
    /// `-e`, `-f`, `-r`, `-b`, `--backlog_wait_time`: change a setting.
    Set(Setting, u32),
    /// After the last [`Step::Set`]: print the status.
    ShowSettings,
    /// `--reset-lost`: set the count of lost records to 0.
    ResetLost,
    /// `--reset_backlog_wait_time_actual`: set the time tasks have waited to 0.
    ResetBacklogWaitTimeActual,
    /// `--loginuid-immutable`: a login uid that is set can never be changed again.
    LoginUidImmutable,
    /// `-t`: forget trees of directory watches that are gone.
    Trim,
    /// `-q`: have directory watches on the first tree cover the second.
    MakeEquivalent(Vec<u8>, Vec<u8>),
    /// `--signal`: send the daemon the signal of this name.
    Signal(Vec<u8>),
    /// `-m`: log a message.
    Message(Vec<u8>),
    /// `-R`: read rules from a file.
    ReadFile(Vec<u8>),
    /// `-i` in a file: go on after errors, and forget them.
    IgnoreErrors,
    /// `-c` in a file: go on after errors, and fail at the end.
    ContinueOnErrors,
}

/// What [`Step::Set`] sets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the members of struct audit_status")]
pub enum Setting {
    Enabled,
    Failure,
    RateLimit,
    BacklogLimit,
    BacklogWaitTime,
}

/// What is wrong with a command line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.lines.join("\n"))]
pub struct CommandError {
    /// What to tell the user; in rare cases nothing but that there was an error.
    pub lines: Vec<String>,
    /// What is wrong; `None`: the line as a whole.
    pub place: Option<Place>,
    /// What kind of thing that is.
    pub reason: Reason,
}

/// What the user should know, whether the command line is right or wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    /// In auditctl's words.
    pub text: String,
    /// What it is about.
    pub place: Place,
}

/// What the meaning of a command line depends on beside its words.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The kernel's feature bitmap (`audit_status.feature_bitmap`): [`feature`]s.
    pub features: u32,
    /// Number of the line in a rules file; `None` on the command line.
    pub line: Option<usize>,
}

impl Default for Context {
    /// The command line, and a kernel that can do everything.
    fn default() -> Self {
        Self { features: u32::MAX, line: None }
    }
}

/// A command line read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parsed {
    /// What the user should know, whether the line is right or wrong.
    pub warnings: Vec<Warning>,
    /// Where the parts of the rule stand, if the line has one.
    pub places: Places,
    /// What to do.
    pub steps: Result<Vec<Step>, CommandError>,
}

/// All options of a command line, as they are written: `-a`, `--signal`.
pub fn options() -> impl Iterator<Item = String> {
    getopt::all()
}

/// Reads a command line, given without the program's name.
pub fn parse(args: &[&[u8]], context: Context) -> Parsed {
    if let ([b"-R", file], None) = (args, context.line) {
        let steps = Ok(vec![Step::ReadFile(file.to_vec())]);
        return Parsed { warnings: Vec::new(), places: Places::default(), steps };
    }
    let draft = Draft::new(context);
    let mut parser = Parser {
        options: Options::new(args),
        draft,
        steps: Vec::new(),
        rule: false,
        warnings: Vec::new(),
        places: Places::default(),
    };
    let steps = parser.run().and_then(|()| parser.finish());
    Parsed { warnings: parser.warnings, places: parser.places, steps }
}

struct Parser<'a> {
    options: Options<'a>,
    draft: Draft,
    steps: Vec<Step>,
    /// Whether a rule is to be added or deleted.
    rule: bool,
    warnings: Vec<Warning>,
    places: Places,
}

/// Whether further options are read.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Flow {
    More,
    /// The option stands for itself; words after it are an error.
    Last,
    /// As `Last`, but nobody looks what follows.
    Done,
}

type Taken = Result<Flow, Fault>;

impl<'a> Parser<'a> {
    fn run(&mut self) -> Result<(), CommandError> {
        while let Some((option, argument)) = self.options.next() {
            let place = self.options.place();
            let flow = self.option(option, argument);
            self.note(option, argument, &place);
            match flow.map_err(|fault| fault.at_place(&place))? {
                Flow::More => {}
                Flow::Last => {
                    self.drop_rule();
                    break;
                }
                Flow::Done => {
                    self.drop_rule();
                    return Ok(());
                }
            }
        }
        if self.options.none_taken() {
            return Err(CommandError { lines: Vec::new(), place: None, reason: Reason::Stray });
        }
        if self.options.words_left() {
            let fault = Fault::new(Reason::Stray, "parameter passed without an option given");
            return Err(fault.at_place(&self.options.place_left()));
        }
        Ok(())
    }

    /// As auditctl, which adds and deletes nothing when an option that stands for itself follows.
    fn drop_rule(&mut self) {
        self.rule = false;
        self.draft = Draft::default();
    }

    /// Notes where what the option has added stands.
    fn note(&mut self, option: Opt, argument: &[u8], place: &Place) {
        let warnings = self.draft.warnings.drain(..);
        self.warnings.extend(warnings.map(|text| Warning { text, place: place.clone() }));
        if let Opt::Short(letter) = option {
            let fields: Vec<FieldId> = self.draft.fields.iter().map(|field| field.id).collect();
            self.places.note(letter, argument, place, &fields);
        }
    }

    /// The steps, once all options are read.
    fn finish(&mut self) -> Result<Vec<Step>, CommandError> {
        if let Some(condition) = self.draft.key_condition() {
            let added = field::add(&mut self.draft, None, &condition);
            self.places.note_key(self.draft.fields.len());
            added.map_err(|fault| CommandError { place: self.places.first_key(), ..fault.on_line() })?;
        }
        let asks = |step: &Step| !matches!(step, Step::Set(..));
        let no_list = || Fault::new(Reason::NoList, "Error - no list specified").on_line();
        if self.rule {
            let (rule, goal) = std::mem::take(&mut self.draft).finish().ok_or_else(no_list)?;
            self.steps.push(match goal {
                Goal::Append => Step::Add(rule, false),
                Goal::Prepend => Step::Add(rule, true),
                Goal::Delete => Step::Delete(rule),
            });
        } else if self.draft.syscall_added {
            return Err(no_list());
        } else if !self.steps.is_empty() && !self.steps.iter().any(asks) {
            self.steps.push(Step::ShowSettings);
        }
        Ok(std::mem::take(&mut self.steps))
    }

    fn option(&mut self, option: Opt, argument: &'a [u8]) -> Taken {
        match option {
            Opt::Short(b'a' | b'A' | b'd' | b'S' | b'F' | b'C' | b'k' | b'p' | b'w' | b'W') => {
                self.rule_option(option, argument)
            }
            Opt::Short(b'h') | Opt::Long("help") => self.last(Step::Help),
            Opt::Short(b'v') => self.last(Step::Version),
            Opt::Short(b'i') => self.last(Step::IgnoreErrors),
            Opt::Short(b'c') => self.last(Step::ContinueOnErrors),
            Opt::Short(b's') => self.status(),
            Opt::Short(b'l') => self.list(),
            Opt::Short(b'D') => self.delete_all(),
            Opt::Short(b'm') => self.message(argument),
            Opt::Short(b'R') => Err("Error - nested rule files not supported".into()),
            Opt::Short(b'e') => self.switch(Setting::Enabled, "Enable", argument),
            Opt::Short(b'f') => self.switch(Setting::Failure, "Failure", argument),
            Opt::Short(b'r') => self.amount(Setting::RateLimit, "Rate", argument),
            Opt::Short(b'b') => self.amount(Setting::BacklogLimit, "Backlog", argument),
            Opt::Long("backlog_wait_time") => self.amount(Setting::BacklogWaitTime, "Backlog_wait_time", argument),
            Opt::Long("reset-lost") => self.done(Step::ResetLost),
            Opt::Long("reset_backlog_wait_time_actual") => self.done(Step::ResetBacklogWaitTimeActual),
            Opt::Long("loginuid-immutable") => self.done(Step::LoginUidImmutable),
            Opt::Long("signal") => self.last(Step::Signal(argument.to_vec())),
            Opt::Short(b't') => self.done(Step::Trim),
            Opt::Short(b'q') => self.equivalent(argument),
            Opt::Bad | Opt::Short(_) | Opt::Long(_) => {
                let word = text(self.options.last_word());
                let line = self.draft.line.map(|line| format!(" on line {line}")).unwrap_or_default();
                Err(Fault::new(Reason::Option, format!("Option {word}{line} is invalid")))
            }
        }
    }

    fn last(&mut self, step: Step) -> Taken {
        self.steps.push(step);
        Ok(Flow::Last)
    }

    fn done(&mut self, step: Step) -> Taken {
        self.steps.push(step);
        Ok(Flow::Done)
    }

    fn status(&mut self) -> Taken {
        // auditctl counts its own name.
        let count = self.options.count() + 1;
        if count > 3 {
            return Err("Too many options for status command".into());
        }
        let interpret = match self.options.rest() {
            [b"-i"] => true,
            [_] => return Err("Only -i option is allowed".into()),
            _ => false,
        };
        self.options.take(usize::from(interpret));
        self.last(Step::Status(interpret))
    }

    fn list(&mut self) -> Taken {
        let (interpret, key) = match (self.options.count(), self.options.rest()) {
            (4.., _) => return Err("Wrong number of options for list request".into()),
            (1, _) => (false, Vec::new()),
            (2, [b"-i"]) => (true, Vec::new()),
            (2, [b"--stats"]) => {
                self.options.take(1);
                return self.last(Step::ListHits);
            }
            (3, [b"-k", key]) => (false, self.key(key)?),
            _ => return Err("Only -k or -i options are allowed".into()),
        };
        self.options.take(2);
        self.last(Step::List { interpret, key })
    }

    fn delete_all(&mut self) -> Taken {
        let key = match (self.options.count(), self.options.rest()) {
            (2 | 4.., _) => return Err("Wrong number of options for Delete all request".into()),
            (1, _) => Vec::new(),
            (3, [b"-k", key]) => self.key(key)?,
            _ => return Err("Only the -k option is allowed".into()),
        };
        self.options.take(2);
        self.last(Step::DeleteAll(key))
    }

    /// A key that rules are chosen by.
    fn key(&self, key: &[u8]) -> Result<Vec<u8>, Fault> {
        Draft::default().add_key(key)?;
        Ok(key.to_vec())
    }

    fn message(&mut self, argument: &[u8]) -> Taken {
        if self.options.count() > 2 {
            return Err("The -m option must be only the only option and takes 1 parameter".into());
        }
        if argument.iter().any(|&b| b < 32) {
            return Err("Illegal character in audit event".into());
        }
        self.done(Step::Message(argument.to_vec()))
    }

    /// Two paths and one comma.
    fn equivalent(&mut self, argument: &[u8]) -> Taken {
        let mut parts = argument.split(|&b| b == b',');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(mount), Some(subtree), None) if !subtree.is_empty() => {
                self.done(Step::MakeEquivalent(mount.to_vec(), subtree.to_vec()))
            }
            _ => Err("Error parsing equivalent parts".into()),
        }
    }

    /// 0, 1 or 2, nothing else.
    fn switch(&mut self, setting: Setting, name: &str, argument: &[u8]) -> Taken {
        let value = match argument {
            b"0" => 0,
            b"1" => 1,
            b"2" => 2,
            other => return Err(format!("{name} must be 0, 1, or 2 was {}", text(other)).into()),
        };
        self.steps.push(Step::Set(setting, value));
        Ok(Flow::More)
    }

    fn amount(&mut self, setting: Setting, name: &str, argument: &[u8]) -> Taken {
        if !number::starts_number(argument) {
            return Err(format!("{name} must be a numeric value was {}", text(argument)).into());
        }
        let value = number::digits(argument, None);
        let value = value.ok_or_else(|| format!("Error converting {}", name.to_ascii_lowercase()))?;
        self.steps.push(Step::Set(setting, value as u32));
        Ok(Flow::More)
    }

    fn rule_option(&mut self, option: Opt, argument: &[u8]) -> Taken {
        let draft = &mut self.draft;
        match option {
            Opt::Short(b'a') => return self.start_rule(Goal::Append, argument),
            Opt::Short(b'A') => return self.start_rule(Goal::Prepend, argument),
            Opt::Short(b'd') => return self.start_rule(Goal::Delete, argument),
            // auditctl would add what `-W` is to remove.
            Opt::Short(b'w' | b'W')
                if draft.goal.is_some() && (option == Opt::Short(b'w') || draft.fields.is_empty()) =>
            {
                return Err(Fault::new(Reason::Order, "watch option can't be given with a syscall"));
            }
            Opt::Short(b'w') => self.watch(Goal::Append, argument)?,
            Opt::Short(b'W') => self.watch(Goal::Delete, argument)?,
            Opt::Short(b'S') => draft.add_syscalls(argument)?,
            Opt::Short(b'C') => field::add_comparison(draft, draft.list, argument)?,
            Opt::Short(b'k') if !draft.takes_key() || draft.goal.is_none() => {
                return Err(Fault::new(Reason::Order, "key option needs a watch or syscall given prior to it"));
            }
            Opt::Short(b'k') => draft.add_key(argument)?,
            Opt::Short(b'p') if draft.goal.is_none() => {
                return Err(Fault::new(Reason::Order, "permission option needs a watch given prior to it"));
            }
            Opt::Short(b'p') => draft.set_perm(argument)?,
            _ if draft.goal.is_none() => return Err(Fault::new(Reason::Order, "List must be given before field")),
            _ => match argument.strip_prefix(b"key=") {
                Some(key) => draft.add_key(key)?,
                None => field::add(draft, draft.list, argument)?,
            },
        }
        Ok(Flow::More)
    }

    fn watch(&mut self, goal: Goal, path: &[u8]) -> Result<(), Fault> {
        self.rule = true;
        self.draft.watch(goal, path)
    }

    fn start_rule(&mut self, goal: Goal, words: &[u8]) -> Taken {
        if self.draft.syscall_added && goal != Goal::Delete && text(words).contains("task") {
            let line = match goal {
                Goal::Append => "Syscall auditing requested for task list",
                _ => "Error: syscall auditing requested for task list",
            };
            return Err(Fault::new(Reason::CallsOnList, line));
        }
        let name = match goal {
            Goal::Append => "Append",
            Goal::Prepend => "Add",
            Goal::Delete => "Delete",
        };
        match self.draft.set_list_and_action(words) {
            Ok(()) => {
                self.draft.goal = Some(goal);
                self.rule = true;
                Ok(Flow::More)
            }
            Err(BadWords::Repeated) => Err("Multiple rule insert/delete operations are not allowed".into()),
            Err(BadWords::Unknown(word)) => {
                let line = format!("{name} rule - bad keyword {}", text(words));
                Err(Fault::new(Reason::Keyword, line).at(words, word))
            }
            Err(BadWords::Deprecated) => {
                let name = if goal == Goal::Delete { "Delete" } else { "Append" };
                self.draft.warnings.push(format!("{name} rule - possible is deprecated"));
                Ok(Flow::Done)
            }
        }
    }
}
