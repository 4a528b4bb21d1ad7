//! The proof: every command line that is written down, and every field with every operator, value and list, given to Debian's
//! auditctl and to ours.

use crate::cases::{Case, themes};
use crate::danger::is_safe;
use crate::kernel::Kernel;
use crate::matrix;
use crate::reason::Reason;
use crate::run::run_all;
use crate::tool::{Tool, has_strace};
use std::collections::BTreeMap;

/// The results of a theme.
#[derive(Debug, Default)]
struct Row {
    cases: usize,
    agreed: usize,
    reasons: BTreeMap<&'static str, usize>,
    differing: Vec<String>,
    compared: usize,
}

#[test]
fn every_command_line_does_what_debians_auditctl_does_or_the_reason_is_written_down() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(theirs) = Tool::theirs() else { return };
    if !has_strace() {
        return;
    }
    let mut table = Vec::new();
    let written = themes().into_iter().map(|theme| (theme.name, theme.cases));
    for (name, cases) in written.chain(matrix::themes()) {
        let safe: Vec<&Case> = cases.iter().filter(|case| is_safe(case)).collect();
        table.push((name, compare(&theirs, &mut kernel, &safe)));
    }
    drop(kernel);
    print(&table);
    let differing: Vec<&String> = table.iter().flat_map(|(_, row)| &row.differing).collect();
    assert!(
        differing.is_empty(),
        "{} differ:\n{}",
        differing.len(),
        differing.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n")
    );
}

fn compare(theirs: &Tool, kernel: &mut Kernel, cases: &[&Case]) -> Row {
    let by_them = run_all(theirs, kernel, cases);
    let by_us = run_all(&Tool::ours(), kernel, cases);
    let mut row = Row { cases: cases.len(), ..Row::default() };
    for ((case, them), us) in cases.iter().zip(&by_them).zip(&by_us) {
        let differences = them.differences(us);
        if differences.is_empty() {
            row.agreed += 1;
            row.compared += us.sent.len();
            continue;
        }
        match Reason::of(case, them, us, &differences) {
            Some(reason) => *row.reasons.entry(reason.text()).or_default() += 1,
            None => row.differing.push(format!(
                "{}> {}\n  {differences:?}\n  theirs {}\n  ours   {}",
                case.before().map(|line| format!("$ {line}\n")).collect::<String>(),
                case.line(),
                them.summary(),
                us.summary()
            )),
        }
    }
    row
}

fn print(table: &[(String, Row)]) {
    println!(
        "{:<24} {:>6} {:>7} {:>20} {:>10} {:>16}",
        "theme", "cases", "agreed", "documented reason", "differing", "requests equal"
    );
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut total = [0; 5];
    for (name, row) in table {
        let documented: usize = row.reasons.values().sum();
        let numbers = [row.cases, row.agreed, documented, row.differing.len(), row.compared];
        println!(
            "{name:<24} {:>6} {:>7} {:>20} {:>10} {:>16}",
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        );
        total.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        row.reasons.iter().for_each(|(reason, count)| *reasons.entry(reason).or_default() += count);
    }
    println!("{:<24} {:>6} {:>7} {:>20} {:>10} {:>16}", "all", total[0], total[1], total[2], total[3], total[4]);
    for (reason, count) in reasons {
        println!("{count:>5}  {reason}");
    }
}
