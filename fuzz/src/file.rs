//! Whole files: read as `-R` does, merged as augenrules does, and checked.

use super::command;
use raudit_rules::check;
use raudit_rules::check::show::Shower;
use raudit_rules::command::{Context, parse};
use raudit_rules::file::{MAX_LINE, RulesFile, words};
use raudit_rules::merge::merge;
use raudit_rules::natural;
use raudit_rules::rules_dir::{RulesDir, Source};
use std::cmp::Ordering;
use std::io::Write;

/// The body of the target `file`: files, separated by bytes that no text has.
pub fn check(bytes: &[u8]) {
    let files: Vec<&[u8]> = bytes.split(|&byte| byte == 0xff).collect();
    let merged = merge(files.iter().copied());
    let text = merged.text("/etc/audit/rules.d");
    for line in merged.lines().chain(&merged.replaced) {
        let there = files.get(line.file).and_then(|file| file.split(|&byte| byte == b'\n').nth(line.number - 1));
        assert_eq!(there.map(|there| there.strip_suffix(b"\r").unwrap_or(there)), Some(line.text));
    }
    // What is merged stays as it is when it is merged again, but for carriage returns, of which each time takes one.
    if !bytes.contains(&b'\r') {
        let again = merge([text.as_slice()]);
        assert_eq!(again.text("/etc/audit/rules.d"), text);
        assert!(again.replaced.is_empty());
    }
    order(&files);
    complain(&files);
    read(&text);
}

/// `--check` says that something is refused where something is, in words that a terminal can show.
fn complain(files: &[&[u8]]) {
    let sources = files.iter().enumerate().map(|(number, content)| {
        let path = format!("/etc/audit/rules.d/{number}.rules").into();
        Source { path, content: content.to_vec() }
    });
    let dir = RulesDir { sources: sources.collect(), directories: Vec::new() };
    let merged = dir.merged();
    let report = check::check(merged.lines().copied());
    let refused = merged.lines().filter(|line| is_refused(line.text)).count();
    // Not all are errors: after -i they are not.
    assert!(refused == 0 || !report.problems.is_empty(), "{refused} lines");
    let (plain, coloured) = (Shower::new(&dir.sources, false), Shower::new(&dir.sources, true));
    for problem in &report.problems {
        let shown = plain.problem(problem);
        assert!(!shown.contains(|letter: char| letter.is_control() && letter != '\n'), "{shown:?}");
        assert!(coloured.problem(problem).len() > shown.len());
        assert!(merged.lines().any(|line| line.file == problem.spot.file && line.number == problem.spot.line));
    }
}

fn is_refused(line: &[u8]) -> bool {
    let words = words(line);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let context = Context { line: Some(1), ..Context::default() };
    words.first().is_some_and(|first| !first.starts_with(b"#")) && parse(&words, context).steps.is_err()
}

/// An order is one: it does not depend on which of two is asked first, nor goes in circles.
fn order(names: &[&[u8]]) {
    for triple in names.windows(3) {
        let [a, b, c] = triple else { return };
        assert_eq!(natural::compare(a, b), natural::compare(b, a).reverse());
        assert_eq!(natural::compare(a, b) == Ordering::Equal, a == b);
        if natural::compare(a, b).is_le() && natural::compare(b, c).is_le() {
            assert!(natural::compare(a, c).is_le());
        }
    }
}

/// Every line of a file on disk is a command line, or the file ends with an error.
fn read(text: &[u8]) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
    if file.write_all(text).is_err() {
        return;
    }
    let lines = RulesFile::open(file.path());
    let mut read = 0;
    for line in lines.expect("a regular file with the permissions of a temporary one") {
        let Ok(line) = line else {
            assert!(text.split(|&byte| byte == b'\n').any(|line| line.len() > MAX_LINE || line.contains(&0)));
            return;
        };
        assert!(!line.words.is_empty() && line.number > read);
        read = line.number;
        command::check(&line.words.join(&b' '));
    }
}
