//! `-R`: every line of a file is a command line. Where rauditd offers it, the file is one change, see [`batch`](super::batch).

use super::batch::Batch;
use super::{DISABLED, Failure, IMMUTABLE, Session, complain};
use raudit_rules::command::{self, Context, Step};
use raudit_rules::file::{Line, RulesFile};
use std::path::Path;

/// What to do about a line that fails (`-i` and `-c` in the file).
#[derive(Clone, Copy, Eq, PartialEq)]
enum OnError {
    Stop,
    Ignore,
    FailLater,
}

/// Where the steps of a file's lines go to.
pub(super) trait Target {
    /// Does a step, or remembers it for later.
    fn step(&mut self, step: &Step, line: usize) -> Result<(), Failure>;
    /// The kernel's feature bitmap.
    fn features(&self) -> u32;
    /// Whether anybody is there to ask.
    fn is_connected(&self) -> bool;
}

impl Target for Session {
    fn step(&mut self, step: &Step, _: usize) -> Result<(), Failure> {
        self.step(step)
    }

    fn features(&self) -> u32 {
        self.features
    }

    fn is_connected(&self) -> bool {
        self.client.is_ok()
    }
}

/// How reading a file went, when it came to its end or to an error that ends it.
struct Outcome {
    on_error: OnError,
    failures: usize,
    /// The exit code, when the end was not reached.
    stopped: Option<u8>,
}

/// Loads a file; the exit code. Errors are printed, where auditctl hands some of them to the system log only.
pub(super) fn load(session: &mut Session, path: &Path) -> u8 {
    if session.is_immutable() {
        complain(IMMUTABLE);
        return 1;
    }
    if session.disabled {
        complain(DISABLED);
        return 0;
    }
    let lines = match RulesFile::open(path) {
        Ok(lines) => lines,
        Err(error) => {
            complain(&error.to_string());
            return 1;
        }
    };
    match Batch::begin(session) {
        Ok(batch) => load_at_once(batch, lines, path),
        Err(session) => run_lines(session, lines, path).exit_code(),
    }
}

/// All of the file, or nothing.
fn load_at_once(mut batch: Batch<'_>, lines: RulesFile, path: &Path) -> u8 {
    let mut outcome = run_lines(&mut batch, lines, path);
    let mut made = false;
    if outcome.stopped.is_none() {
        match batch.commit(outcome.on_error != OnError::Stop) {
            Ok(done) => {
                made = done.made;
                for (line, failure) in done.failures {
                    outcome.failed(failure, line, path);
                }
            }
            Err(failure) => {
                complain(&failure.to_string());
                outcome.stopped = Some(1);
            }
        }
    }
    if !made && outcome.stopped.is_some_and(|code| code != 0) {
        complain(&format!("Nothing of {} was loaded; the rules are as they were", path.display()));
    }
    outcome.exit_code()
}

impl Outcome {
    fn exit_code(&self) -> u8 {
        self.stopped.unwrap_or(u8::from(self.failures > 0 && self.on_error == OnError::FailLater))
    }

    /// Tells a failure, and what follows from it.
    fn failed(&mut self, failure: Failure, line: usize, path: &Path) {
        let text = match failure {
            Failure::Disabled => {
                complain(DISABLED);
                self.stopped = Some(0);
                return;
            }
            Failure::Line(text) | Failure::Coded(_, text) => text,
        };
        if !text.is_empty() {
            complain(&text);
        }
        complain(&format!("There was an error in line {line} of {}", path.display()));
        self.failures += 1;
        if self.on_error == OnError::Stop {
            self.stopped = Some(1);
        }
    }
}

fn run_lines(target: &mut impl Target, lines: RulesFile, path: &Path) -> Outcome {
    let mut outcome = Outcome { on_error: OnError::Stop, failures: 0, stopped: None };
    for line in lines {
        match line {
            Ok(line) => {
                match run_line(target, &line, &mut outcome.on_error) {
                    Ok(()) => {}
                    // Without a connection no line can do anything.
                    Err(Failure::Coded(_, text)) if !target.is_connected() => {
                        complain(&text);
                        outcome.stopped = Some(1);
                    }
                    Err(failure) => outcome.failed(failure, line.number, path),
                }
            }
            // The rest of the file cannot be trusted any more.
            Err(error) => {
                complain(&error.to_string());
                outcome.stopped = Some(1);
            }
        }
        if outcome.stopped.is_some() {
            break;
        }
    }
    outcome
}

fn run_line(target: &mut impl Target, line: &Line, on_error: &mut OnError) -> Result<(), Failure> {
    let words: Vec<&[u8]> = line.words.iter().map(Vec::as_slice).collect();
    let parsed = command::parse(&words, Context { features: target.features(), line: Some(line.number) });
    parsed.warnings.iter().for_each(|warning| complain(&warning.text));
    let steps = parsed.steps.map_err(|error| Failure::Line(error.to_string()))?;
    for step in &steps {
        match step {
            // Once errors count in the end, they keep counting.
            Step::IgnoreErrors if *on_error == OnError::Stop => *on_error = OnError::Ignore,
            Step::ContinueOnErrors => *on_error = OnError::FailLater,
            _ => target.step(step, line.number)?,
        }
    }
    Ok(())
}
