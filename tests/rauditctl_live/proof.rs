//! The proof: every command line that is written down, and every field with every operator, value and list, given to Debian's
//! auditctl and to ours.

use crate::cases::{Case, Theme, themes};
use crate::danger::is_safe;
use crate::kernel::Kernel;
use crate::matrix;
use crate::outcome::{Aspect, Outcome};
use crate::reason::{self, Pair};
use crate::run::run_all;
use crate::tool::{Tool, has_strace};
use std::collections::BTreeMap;
use std::time::Instant;

/// The results of a theme.
#[derive(Debug, Default)]
struct Row {
    cases: usize,
    agreed: usize,
    reasons: BTreeMap<&'static str, usize>,
    differing: Vec<String>,
    compared: usize,
    /// How many list the same as when the control socket's server has the rules; and how many cannot, since the kernel
    /// looked for a file that is not there, or put calls in the place of a class.
    served: [usize; 2],
    /// Why each case differs.
    found: Vec<Option<&'static str>>,
}

#[test]
fn every_command_line_does_what_debians_auditctl_does_or_the_reason_is_written_down() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(theirs) = Tool::theirs() else { return };
    if !has_strace() {
        return;
    }
    let begin = Instant::now();
    let bless = std::env::var_os("RAUDITD_BLESS").is_some();
    let mut table = Vec::new();
    for mut theme in themes().into_iter().chain(matrix::themes()) {
        let safe: Vec<usize> = (0..theme.cases.len()).filter(|&at| is_safe(&theme.cases[at])).collect();
        let cases: Vec<&Case> = safe.iter().map(|&at| &theme.cases[at]).collect();
        let row = compare(&theirs, &mut kernel, &theme, &cases, bless);
        if bless {
            safe.iter().zip(&row.found).for_each(|(&at, found)| theme.cases[at].differs = found.map(str::to_owned));
            theme.write(theme.cases.iter().map(|case| case.expected.as_slice()));
        }
        table.push((theme.name, row));
    }
    drop(kernel);
    print(&table);
    println!("{} s", begin.elapsed().as_secs());
    let differing: Vec<String> = table.into_iter().flat_map(|(_, row)| row.differing).collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

/// Gives cases to both. Those that are written down must name the reason, and do with us what is written.
fn compare(theirs: &Tool, kernel: &mut Kernel, theme: &Theme, cases: &[&Case], bless: bool) -> Row {
    let written = theme.path.is_some() && !bless;
    let by_them = run_all(theirs, kernel, cases);
    let by_us = run_all(&Tool::ours(), kernel, cases);
    let mut row = Row { cases: cases.len(), ..Row::default() };
    for ((case, them), us) in cases.iter().zip(&by_them).zip(&by_us) {
        let differences = them.differences(us);
        if !differences.contains(&Aspect::Sent) {
            row.compared += us.sent.len();
        }
        if theme.path.is_some() {
            // auditctl's number of a class of calls, which the kernel puts the calls in place of.
            let class = case.line().ends_with("-S 2047");
            let looked = ["(No such file or directory)", "(File name too long)"];
            let missing = class || us.errors.iter().any(|line| looked.iter().any(|why| line.ends_with(why)));
            let same = case.expects("L> ").eq(us.listing.iter().map(String::as_str));
            match (same, missing) {
                (true, _) => row.served[0] += 1,
                (false, true) => row.served[1] += 1,
                (false, false) => row
                    .differing
                    .push(format!("{}\n  listed otherwise by the control socket's server", case.given.join("\n"))),
            }
        }
        let found = reason::of(&Pair { case, line: case.line(), them, us, differences: &differences });
        row.found.push(found);
        // What the kernel of this machine did the same to both, it has looked up in its file system; the double does not.
        let same_end = differences.iter().all(|aspect| matches!(aspect, Aspect::Errors | Aspect::Output));
        let written_reason = case.differs.as_deref();
        let is_in_time = found.is_none() && differences.is_empty() && written_reason == Some(reason::SEVERAL_SETTINGS);
        let as_written = (found == written_reason || is_in_time) && (same_end || is_as_written(case, us));
        let unlike_written = written && !as_written;
        if (found.is_none() && !differences.is_empty()) || unlike_written {
            row.differing.push(told(case, them, us, &differences, found));
        } else if let Some(title) = found {
            *row.reasons.entry(title).or_default() += 1;
        } else {
            row.agreed += 1;
        }
    }
    row
}

/// Whether the kernel of this machine had us do what the double of the kernel has: exit code and listing.
fn is_as_written(case: &Case, us: &Outcome) -> bool {
    let code: i32 = case.expects("rc ").next().unwrap().parse().unwrap();
    us.code == code && case.expects("L> ").eq(us.listing.iter().map(String::as_str))
}

fn told(case: &Case, them: &Outcome, us: &Outcome, differences: &[Aspect], found: Option<&str>) -> String {
    let written = case.differs.as_deref().unwrap_or("none");
    let reasons = format!("reason written {written:?}, found {:?}", found.unwrap_or("none"));
    let (theirs, ours) = (them.summary(), us.summary());
    format!("{}\n  {differences:?}, {reasons}\n  theirs {theirs}\n  ours   {ours}", case.given.join("\n"))
}

fn print(table: &[(String, Row)]) {
    let line = |name: &str, cells: [String; 6]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>19}")).collect();
        println!("{name:<18}{}", cells.concat());
    };
    let heads = ["cases", "agreed", "documented reason", "differing", "requests equal", "listed when served"];
    line("theme", heads.map(str::to_owned));
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut total = [0; 6];
    for (name, row) in table {
        let documented: usize = row.reasons.values().sum();
        let numbers = [row.cases, row.agreed, documented, row.differing.len(), row.compared, row.served[0]];
        line(name, numbers.map(|number| number.to_string()));
        total.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        row.reasons.iter().for_each(|(reason, count)| *reasons.entry(reason).or_default() += count);
    }
    line("all", total.map(|number| number.to_string()));
    let missing: usize = table.iter().map(|(_, row)| row.served[1]).sum();
    println!("listed otherwise when served, for want of a file system and of the kernel's classes of calls: {missing}");
    for (reason, count) in reasons {
        println!("{count:>5}  {reason}");
    }
}
