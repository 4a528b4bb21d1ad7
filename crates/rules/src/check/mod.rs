//! `rauditctl --check`: what is wrong with files of rules, found without a kernel.
//!
//! Lines go through the one parser ([`command`](crate::command)) and the kernel's checks ([`valid`](crate::valid)); what is
//! loaded in the end is searched for rules that can never fire, or not as meant, and for slow forms.
//!
//! * `load`: line by line, what would be refused; `hint`: what to do about it; `spelling`: what was meant
//! * `words`: lines that are taken, but otherwise than they look
//! * `doubt`: a rule by itself; `machine`: this machine's architectures and files
//! * `covers`, `values`: when one rule matches whatever another does; `shadow`: rules that come too late
//! * `sets`: lists that silence each other
//! * `faster`: slow forms; `twin`: rules that 32-bit programs get around
//! * [`mod@problem`], [`show`]: what was found, and how it is shown
mod covers;
mod doubt;
mod faster;
mod hint;
mod load;
mod machine;
pub mod problem;
mod sets;
mod shadow;
pub mod show;
#[cfg(test)]
mod sound;
mod spelling;
#[cfg(test)]
mod tests;
mod twin;
mod values;
mod words;

pub use problem::{Fold, Problem, Severity, Spot};

use crate::List;
use crate::merge::MergedLine;
use load::{Entry, Load};

/// What was found in a set of rules.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// By file and line; those told together at the first.
    pub problems: Vec<Problem>,
    /// How many lines add a rule.
    pub rules: usize,
}

impl Report {
    /// How many problems have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

/// The lines of one file, as `-R` reads them.
pub fn lines(content: &[u8]) -> impl Iterator<Item = MergedLine<'_>> {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content.split(|&b| b == b'\n').enumerate().map(|(at, text)| MergedLine { text, file: 0, number: at + 1 })
}

/// Checks lines as they would be loaded, in this order.
pub fn check<'a>(lines: impl IntoIterator<Item = MergedLine<'a>>) -> Report {
    let mut load = Load::new();
    lines.into_iter().for_each(|line| load.line(line));
    let mut problems = std::mem::take(&mut load.problems);
    let arches = machine::arches();
    for list in List::ALL {
        let at = load.lists.get(load::index(list)).map_or(&[][..], Vec::as_slice);
        let rules: Vec<&Entry<'_>> = at.iter().filter_map(|&at| load.entries.get(at)).collect();
        let mut able = Vec::with_capacity(rules.len());
        for entry in rules {
            let doubts = doubt::about(&entry.rule, &arches);
            if !doubts.iter().any(|doubt| doubt.message.starts_with("never fires")) {
                able.push(entry);
            }
            problems.extend(doubts.into_iter().map(|doubt| as_problem(entry, doubt)));
        }
        problems.extend(shadow::about(&able));
        if list == List::Exit {
            problems.extend(faster::about(&able));
            problems.extend(twin::about(&able));
        }
    }
    problems.extend(sets::about(&load));
    Report { problems: problem::in_order(problems), rules: load.rules }
}

fn as_problem(entry: &Entry<'_>, doubt: doubt::Doubt) -> Problem {
    let mut problem = Problem::warning(entry.spot(doubt.field), doubt.message);
    problem.fold = doubt.fold;
    if let (Some(Fold::NoParent), Some(line)) = (doubt.fold, entry.ignored) {
        return problem.hint(format!("create it first; the loading goes on without it because of -i in line {line}"));
    }
    if doubt.hint.is_empty() { problem } else { problem.hint(doubt.hint) }
}
