//! `rauditctl --explain`: what a rule means in plain words, and what it becomes.
//!
//! * `sentence`: the whole rule as a sentence or two
//! * `condition`: one field of it; `value`: what is behind a number
//! * `calls`: its system calls
//! * `compiled`: what is listed, and sent to the kernel
mod calls;
mod compiled;
mod condition;
mod sentence;
#[cfg(test)]
mod tests;
mod value;

use crate::command::Step;
use crate::{Rule, check};

/// What is done with the rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Goal {
    /// `-a`, `-w`: to the end of its list.
    Append,
    /// `-A`: to the front.
    Prepend,
    /// `-d`, `-W`: deleted.
    Delete,
}

/// A rule a command line is about, and what it does with it; `None` if it is about none.
pub fn subject(steps: &[Step]) -> Option<(&Rule, Goal)> {
    steps.iter().find_map(|step| match step {
        Step::Add(rule, false) => Some((rule, Goal::Append)),
        Step::Add(rule, true) => Some((rule, Goal::Prepend)),
        Step::Delete(rule) => Some((rule, Goal::Delete)),
        _ => None,
    })
}

/// A part of an explanation: a heading, and lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// What the part is about.
    pub heading: &'static str,
    /// Its lines, not wrapped; a line that starts with a space belongs to the one before.
    pub lines: Vec<String>,
}

/// Everything that can be said about a rule without asking a kernel.
pub fn explain(rule: &Rule, goal: Goal) -> Vec<Part> {
    let mut parts = vec![Part { heading: "Meaning", lines: sentence::of(rule, goal) }];
    parts.push(Part { heading: "Compiled", lines: compiled::of(rule, goal) });
    let notes = notes(rule, goal);
    if !notes.is_empty() {
        parts.push(Part { heading: "Worth knowing", lines: notes });
    }
    parts
}

/// What `--check` would say of the rule, as listed in a file by itself.
fn notes(rule: &Rule, goal: Goal) -> Vec<String> {
    if goal == Goal::Delete {
        return Vec::new();
    }
    let line = compiled::listed(rule);
    let report = check::check(check::lines(&line));
    let told = report.problems.iter().flat_map(|problem| {
        let mut lines = vec![problem.message.clone()];
        lines.extend(problem.hints.iter().flat_map(|hint| hint.lines()).map(|line| format!("    {line}")));
        lines
    });
    told.collect()
}

/// The parts as text: headings, lines indented, wrapped to `width` columns at spaces.
pub fn text(parts: &[Part], width: usize) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push('\n');
        }
        text += &format!("{}\n", part.heading);
        for line in &part.lines {
            wrap(&mut text, &check::show::printable(line), width);
        }
    }
    text
}

/// Adds a line; what does not fit goes on, further in. A command, which starts with `-` or four spaces, is never wrapped.
fn wrap(text: &mut String, line: &str, width: usize) {
    let indent = line.len() - line.trim_start().len();
    if line.starts_with('-') || indent >= 4 {
        *text += &format!("  {line}\n");
        return;
    }
    let mut column = 2 + indent;
    text.push_str(&" ".repeat(column));
    for (at, word) in line.split_whitespace().enumerate() {
        let length = word.chars().count();
        if at > 0 && column + 1 + length > width {
            column = 4 + indent;
            *text += &format!("\n{}", " ".repeat(column));
        } else if at > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
}
