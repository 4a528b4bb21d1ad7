//! `--check` against this machine's kernel: it says of each line of the corpus whether it would load.

use crate::cases::{Case, expand, themes, words};
use crate::danger::is_safe;
use crate::kernel::Kernel;
use crate::matrix;
use nix::errno::Errno;
use raudit_rules::Rule;
use raudit_rules::check::{Severity, check, lines};
use raudit_rules::command::{Context, Step, parse};
use raudit_rules::file::MAX_LINE;
use std::os::unix::ffi::OsStrExt;

/// Rules the kernel has at a time, so that it stays quick.
const BATCH: usize = 100;

/// The rules a line adds; `None` if the parser refuses it.
fn added(line: &str) -> Option<Vec<Rule>> {
    let words = words(line);
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let steps = parse(&words, Context { line: Some(1), ..Context::default() }).steps.ok()?;
    let rules = steps.into_iter().filter_map(|step| match step {
        Step::Add(rule, _) => Some(rule),
        _ => None,
    });
    Some(rules.collect())
}

/// Whether the check says the line, as a file by itself, would not load here.
fn is_said_to_be_refused(line: &str) -> bool {
    let report = check(lines(line.as_bytes()));
    report.count(Severity::Error) > 0
        || report.problems.iter().any(|problem| problem.message.contains("kernel refuses"))
}

fn adds_a_rule(case: &Case) -> bool {
    let alone = case.before().next().is_none() && !case.needs_double() && is_safe(case);
    let line = expand(case.line());
    alone && line.len() <= MAX_LINE && ["-a ", "-A ", "-w "].iter().any(|option| line.starts_with(option))
}

#[test]
fn the_check_refuses_what_the_kernel_refuses() {
    let Some(mut machine) = Kernel::take() else { return };
    machine.set_enabled(0);
    let mut lines: Vec<String> = themes()
        .iter()
        .chain(&matrix::themes())
        .flat_map(|theme| &theme.cases)
        .filter(|case| adds_a_rule(case))
        .map(|case| expand(case.line()))
        .collect();
    lines.sort();
    lines.dedup();
    let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
    for line in &lines {
        let mut takes = |rule: &Rule| match machine.client.add_rule(rule, false) {
            Ok(()) => true,
            Err(error) => error.errno() == Some(Errno::EEXIST),
        };
        let loads = added(line).is_some_and(|rules| rules.iter().all(&mut takes));
        if loads == is_said_to_be_refused(line) {
            wrong.push(format!("{line} ({})", if loads { "loads" } else { "does not load" }));
        }
        if loads {
            accepted += 1
        } else {
            refused += 1
        }
        if accepted % BATCH == 0 {
            machine.clear();
        }
    }
    println!("{accepted} lines load and {refused} do not; the check says so of all but {}", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted > 300 && refused > 300, "{accepted} {refused}");
}
