//! `-R`: every line of a file is a command line.

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
    let mut on_error = OnError::Stop;
    let mut failures = 0;
    for line in lines {
        let outcome = match &line {
            Ok(line) => run_line(session, line, &mut on_error),
            // The rest of the file cannot be trusted any more.
            Err(error) => {
                complain(&error.to_string());
                return 1;
            }
        };
        match (outcome, line) {
            (Ok(()), _) => {}
            (Err(Failure::Disabled), _) => {
                complain(DISABLED);
                return 0;
            }
            // Without a connection no line can do anything.
            (Err(Failure::Coded(_, text)), _) if session.client.is_err() => {
                complain(&text);
                return 1;
            }
            (Err(Failure::Line(text) | Failure::Coded(_, text)), line) => {
                if !text.is_empty() {
                    complain(&text);
                }
                let number = line.map_or(0, |line| line.number);
                complain(&format!("There was an error in line {number} of {}", path.display()));
                if on_error == OnError::Stop {
                    return 1;
                }
                failures += 1;
            }
        }
    }
    u8::from(failures > 0 && on_error == OnError::FailLater)
}

fn run_line(session: &mut Session, line: &Line, on_error: &mut OnError) -> Result<(), Failure> {
    let words: Vec<&[u8]> = line.words.iter().map(Vec::as_slice).collect();
    let parsed = command::parse(&words, Context { features: session.features, line: Some(line.number) });
    parsed.warnings.iter().for_each(|warning| complain(&warning.text));
    let steps = parsed.steps.map_err(|error| Failure::Line(error.to_string()))?;
    for step in &steps {
        match step {
            // Once errors count in the end, they keep counting.
            Step::IgnoreErrors if *on_error == OnError::Stop => *on_error = OnError::Ignore,
            Step::ContinueOnErrors => *on_error = OnError::FailLater,
            _ => session.step(step)?,
        }
    }
    Ok(())
}
