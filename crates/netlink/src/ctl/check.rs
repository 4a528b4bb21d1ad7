//! `--check`: files of rules, looked through without loading anything. Anybody may; no socket is opened.

use super::{complain, show};
use raudit_rules::check::{self, Report, Severity, show::Shower};
use raudit_rules::file::RulesFile;
use raudit_rules::rules_dir::{RulesDir, Source};
use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Most problems that are shown of one file or directory; a file that has more is no file of rules.
const MOST_SHOWN: usize = 1000;

/// How much of what there was.
#[derive(Default)]
struct Totals {
    errors: usize,
    warnings: usize,
    rules: usize,
    files: usize,
}

/// Checks files, each by itself, and directories, their files as one; the exit code: 1 if there is an error.
pub(super) fn run(files: &[&[u8]]) -> u8 {
    if files.is_empty() {
        complain("--check needs a file of rules, or a directory like /etc/audit/rules.d");
        return 255;
    }
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut totals = Totals::default();
    for file in files {
        match one(Path::new(OsStr::from_bytes(file)), colour, &mut totals) {
            Ok(text) => {
                if show::bytes(text.as_bytes()).is_err() {
                    return 255;
                }
            }
            Err(line) => {
                complain(&check::show::printable(&line));
                totals.errors += 1;
            }
        }
    }
    match show::bytes(format!("{}\n", summary(&totals)).as_bytes()) {
        Err(_) => 255,
        Ok(()) => u8::from(totals.errors > 0),
    }
}

/// What there is to say about a file or directory; why it cannot be read.
fn one(path: &Path, colour: bool, totals: &mut Totals) -> Result<String, String> {
    let (sources, report) = if path.is_dir() {
        let dir = RulesDir::read(path).map_err(|error| error.to_string())?;
        let report = check::check(dir.merged().lines().copied());
        (dir.sources, report)
    } else {
        let content = RulesFile::open(path).and_then(RulesFile::content).map_err(|error| error.to_string())?;
        let report = check::check(check::lines(&content));
        (vec![Source { path: path.into(), content }], report)
    };
    totals.errors += report.count(Severity::Error);
    totals.warnings += report.count(Severity::Warning);
    totals.rules += report.rules;
    totals.files += sources.len();
    Ok(text(&report, &Shower::new(&sources, colour)))
}

/// The problems in their order; where there are too many, warnings are left out first.
fn text(report: &Report, shower: &Shower<'_>) -> String {
    let mut warnings = MOST_SHOWN.saturating_sub(report.count(Severity::Error));
    let shown = report.problems.iter().filter(|problem| match problem.severity {
        Severity::Error => true,
        Severity::Warning if warnings == 0 => false,
        Severity::Warning => {
            warnings -= 1;
            true
        }
    });
    let mut text: String = shown.take(MOST_SHOWN).map(|problem| shower.problem(problem)).collect();
    if let Some(more @ 1..) = report.problems.len().checked_sub(MOST_SHOWN) {
        text += &format!("and {more} more\n");
    }
    text
}

fn summary(totals: &Totals) -> String {
    let count = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let of = format!("{} of {}", count(totals.rules, "rule"), count(totals.files, "file"));
    match (totals.errors, totals.warnings) {
        (0, 0) => format!("ok: {of}"),
        (0, warnings) => format!("{} in {of}", count(warnings, "warning")),
        (errors, 0) => format!("{} in {of}", count(errors, "error")),
        (errors, warnings) => format!("{}, {} in {of}", count(errors, "error"), count(warnings, "warning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_up() {
        let of = |errors, warnings, rules, files| summary(&Totals { errors, warnings, rules, files });
        assert_eq!(of(3, 2, 214, 5), "3 errors, 2 warnings in 214 rules of 5 files");
        assert_eq!(of(1, 0, 1, 1), "1 error in 1 rule of 1 file");
        assert_eq!(of(0, 1, 0, 1), "1 warning in 0 rules of 1 file");
        assert_eq!(of(0, 0, 7, 1), "ok: 7 rules of 1 file");
    }
}
