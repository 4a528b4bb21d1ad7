//! The rule files that auditd ships: each as a file, and line by line.

use crate::cases::Case;
use crate::danger::{file_is_dangerous, is_dangerous};
use crate::kernel::Kernel;
use crate::outcome::{Outcome, listing};
use crate::reason::{self, Pair};
use crate::run::{reset, run_alone};
use crate::tool::{Tool, has_strace, oracle};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn files() -> Vec<PathBuf> {
    let Some(root) = oracle() else { return Vec::new() };
    let dir = root.join("usr/share/doc/auditd/examples/rules");
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
    files.sort();
    files
}

/// The lines of a file that are no comments, and harmless.
fn lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter(|line| !is_dangerous(line)).collect()
}

#[test]
fn the_rule_files_auditd_ships_load_and_list_as_with_debians_auditctl() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(theirs) = Tool::theirs() else { return };
    if !has_strace() {
        return;
    }
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differing = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let tools = [&theirs, &Tool::ours()];
        let mut pairs = vec![("line by line", tools.map(|tool| by_line(tool, &mut kernel, &lines(&text))))];
        if file_is_dangerous(&path) {
            println!("{} only line by line, without those that last until the next boot", path.display());
        } else {
            let case = Case { given: vec![format!("> -R {}", path.display())], ..Case::default() };
            pairs.push(("as a file", tools.map(|tool| run_alone(tool, &mut kernel, &case))));
        }
        for (how, [them, us]) in pairs {
            let differences = them.differences(&us);
            let case = Case { given: vec![format!("> -R {}", path.display())], ..Case::default() };
            let found = reason::of(&Pair {
                case: &case,
                line: &format!("-R {text}"),
                them: &them,
                us: &us,
                differences: &differences,
            });
            let word = if differences.is_empty() { "agreed" } else { found.unwrap_or("differing") };
            *count.entry(word).or_default() += 1;
            *count.entry("rules").or_default() += us.rules.len();
            *count.entry("requests equal").or_default() += if us.sent == them.sent { us.sent.len() } else { 0 };
            if word == "differing" {
                let (theirs, ours) = (them.summary(), us.summary());
                differing
                    .push(format!("{} {how}: {differences:?}\n  theirs {theirs}\n  ours   {ours}", path.display()));
            }
        }
    }
    println!("{count:#?}");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Each line's exit code, and the rules in the end.
fn by_line(tool: &Tool, kernel: &mut Kernel, lines: &[&str]) -> Outcome {
    reset(kernel);
    let code = |line: &&str| format!("{} {line}", tool.run(line).status.code().unwrap());
    let output = lines.iter().map(code).collect();
    Outcome { output, rules: kernel.client.rules().unwrap(), listing: listing(tool, ""), ..Outcome::default() }
}
