//! `--explain`: a rule in plain words, what it becomes, and where it would run. Nothing is loaded.

use super::{Tiers, complain, show};
use raudit_rules::check::{self, Severity, show::Shower};
use raudit_rules::command::{self, Context};
use raudit_rules::explain::{self, Part};
use raudit_rules::file;
use raudit_rules::rules_dir::Source;
use raudit_rules::{Rule, RuleSet};

/// Columns the text is wrapped to.
const WIDTH: usize = 100;

/// Explains a rule, given as one word, as in a file, or as the words of a command line; the exit code.
pub(super) fn run(words: &[&[u8]], tiers: Tiers<'_>) -> u8 {
    let line = match words {
        [line] => line.to_vec(),
        words => escaped(words),
    };
    let words = file::words(&line);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let report = check::check(check::lines(&line));
    if report.count(Severity::Error) > 0 {
        let sources = [Source { path: "rule".into(), content: line.clone() }];
        let shower = Shower::new(&sources, false);
        let errors = report.problems.iter().filter(|problem| problem.severity == Severity::Error);
        errors.for_each(|error| complain(shower.problem(error).trim_end()));
        return 255;
    }
    let steps = command::parse(&words, Context::default()).steps.unwrap_or_default();
    let Some((rule, goal)) = explain::subject(&steps) else {
        complain("--explain needs a rule: -a, -A, -d, -w or -W and what belongs to it");
        return 255;
    };
    let mut parts = explain::explain(rule, goal);
    parts.push(Part { heading: "Where it runs here", lines: tiers(&alone(rule)) });
    match show::bytes(explain::text(&parts, WIDTH).as_bytes()) {
        Ok(()) => 0,
        Err(_) => 255,
    }
}

/// The words as they would be written in a file.
fn escaped(words: &[&[u8]]) -> Vec<u8> {
    let written = words.iter().map(|word| {
        let escape = |&byte: &u8| matches!(byte, b' ' | b'\\').then_some(b'\\').into_iter().chain([byte]);
        word.iter().flat_map(escape).collect::<Vec<u8>>()
    });
    written.collect::<Vec<_>>().join(&b' ')
}

/// A rule set of just this rule.
fn alone(rule: &Rule) -> RuleSet {
    let mut rules = RuleSet::new();
    // Refused is only what is there already.
    let _added = rules.add(rule.clone(), false);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_being_made_a_line() {
        let words: [&[u8]; 3] = [b"-w", br"/a b\c", b"-k"];
        assert_eq!(file::words(&escaped(&words)), words);
    }
}
