//! Giving command lines to a tool and this machine's kernel.
//!
//! Lines that add one rule are most of the corpus and go in batches: deleting a rule takes the kernel many milliseconds, so
//! all rules of a batch stay until its end, are listed once, and are given once more in a file under strace; the kernel has
//! them already then and says so, but the bytes have been sent. All other lines are run one by one.

use crate::cases::{Case, expand};
use crate::kernel::Kernel;
use crate::outcome::{Outcome, listing};
use crate::tool::{Datagram, Tool};
use raudit_rules::Rule;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;

/// Lines in a batch: what the kernel is asked for after each line grows with it.
const BATCH: usize = 60;

/// What a tool makes of each case.
pub fn run_all(tool: &Tool, kernel: &mut Kernel, cases: &[&Case]) -> Vec<Outcome> {
    let mut outcomes = vec![None; cases.len()];
    let simple = (0..cases.len()).filter(|&at| cases[at].only_adds());
    // 3.0.9 names calls by the architecture of the rule listed before where a rule has none: so the two are kept apart.
    let (with_arch, without): (Vec<usize>, Vec<usize>) = simple.partition(|&at| cases[at].line().contains("arch"));
    for batch in with_arch.chunks(BATCH).chain(without.chunks(BATCH)) {
        let lines: Vec<&str> = batch.iter().map(|&at| cases[at].line()).collect();
        for (&at, outcome) in batch.iter().zip(run_batch(tool, kernel, &lines)) {
            outcomes[at] = outcome;
        }
    }
    let missing =
        |(at, outcome): (usize, Option<Outcome>)| outcome.unwrap_or_else(|| run_alone(tool, kernel, cases[at]));
    outcomes.into_iter().enumerate().map(missing).collect()
}

/// The kernel as every line finds it.
pub fn reset(kernel: &mut Kernel) {
    kernel.clear();
    kernel.restore_settings();
    kernel.set_enabled(0);
}

pub fn run_alone(tool: &Tool, kernel: &mut Kernel, case: &Case) -> Outcome {
    reset(kernel);
    for line in case.before() {
        let output = tool.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let (output, mut sent) = tool.traced(case.line());
    sent.retain(|datagram| !datagram.only_asks());
    let rules = kernel.client.rules().unwrap();
    let listing = if rules.is_empty() { Vec::new() } else { listing(tool, case.line()) };
    Outcome { rules, listing, sent, ..Outcome::said(case.line(), &output) }
}

/// `None` for lines that another line of the batch is in the way of.
fn run_batch(tool: &Tool, kernel: &mut Kernel, lines: &[&str]) -> Vec<Option<Outcome>> {
    reset(kernel);
    let mut outcomes = Vec::new();
    let mut rules: Vec<Rule> = Vec::new();
    for line in lines {
        let mut outcome = Outcome::said(line, &tool.run(line));
        let now = kernel.client.rules().unwrap();
        outcome.rules = now.iter().filter(|rule| !rules.contains(rule)).cloned().collect();
        assert_eq!(now.len(), rules.len() + outcome.rules.len(), "{line}");
        rules = now;
        outcomes.push(outcome);
    }
    let listed = listing(tool, "");
    assert_eq!(listed.len(), rules.len(), "{listed:#?}");
    for (outcome, line) in outcomes.iter_mut().zip(lines) {
        let of = |rule: &Rule| listed[rules.iter().position(|other| other == rule).unwrap()].clone();
        outcome.listing = outcome.rules.iter().map(|rule| crate::cases::shorten(line, &of(rule))).collect();
    }
    let alone: Vec<bool> = outcomes.iter().zip(lines).map(|(outcome, line)| needs_to_be_alone(line, outcome)).collect();
    let again: Vec<&str> = lines.iter().zip(&alone).filter(|(_, alone)| !**alone).map(|(line, _)| *line).collect();
    let mut sent = sent_by_file(tool, &again).into_iter();
    let mut taken = Vec::new();
    for (mut outcome, alone) in outcomes.into_iter().zip(alone) {
        if alone {
            taken.push(None);
            continue;
        }
        if !outcome.rules.is_empty() || is_refused(&outcome) {
            outcome.sent.push(sent.next().unwrap_or_else(|| panic!("too few rules sent: {lines:#?}")));
        }
        taken.push(Some(outcome));
    }
    assert!(sent.next().is_none(), "more rules sent than lines were right: {lines:#?}");
    taken
}

/// Whether the kernel was asked, and said no.
fn is_refused(outcome: &Outcome) -> bool {
    outcome.errors.iter().any(|line| line.starts_with("Error sending add rule data request"))
}

/// A rule that another line has added already; and directories, which are asked for again as files when they are refused.
fn needs_to_be_alone(line: &str, outcome: &Outcome) -> bool {
    let exists = outcome.errors.iter().any(|line| line.ends_with("(Rule exists)"));
    exists || (is_refused(outcome) && (line.contains("dir") || line.starts_with("-w")))
}

/// The rules a tool sends when it is given the lines in a file, whatever the kernel says to them.
fn sent_by_file(tool: &Tool, lines: &[&str]) -> Vec<Datagram> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut text = String::from("-i\n");
    for line in lines {
        writeln!(text, "{}", expand(line)).unwrap();
    }
    std::fs::write(file.path(), text).unwrap();
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    let (_, mut sent) = tool.traced(&format!("-R {}", file.path().display()));
    sent.retain(|datagram| datagram.kind == 1011);
    sent
}
