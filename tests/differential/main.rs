//! The kernel is the oracle: the same workload audited by kernel audit and by BPF at the same moment, compared field by field.
//!
//! Runs where fentry is allowed (the VM lab: `tests/vm/test`); elsewhere it says SKIPPED. It becomes the kernel's audit
//! daemon for its own lifetime, gives the kernel and the BPF side the same rules, runs the cases of `workload` in children,
//! pairs the events, and prints a table. Any difference not listed in `compare::KNOWN` fails, and so does any loss.
//!
//! `differential [--all] [CASE...]`: just these cases; `--all` prints every event that differs in full.
mod capture;
mod compare;
mod event;
mod pair;
mod paths;
mod workload;

use capture::Capture;
use compare::Table;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|a| a == "--case") {
        workload::run(args.get(1).map_or("", String::as_str));
        return ExitCode::SUCCESS;
    }
    // cargo's own flags are of no meaning here
    let wanted: Vec<&str> = args.iter().map(String::as_str).filter(|a| !a.starts_with("--")).collect();
    let verbose = args.iter().any(|a| a == "--all");
    let mut capture = match Capture::open() {
        Ok(capture) => capture,
        Err(why) => {
            println!("SKIPPED differential: {why}");
            println!("0 passed, 0 failed, 1 skipped");
            return ExitCode::SUCCESS;
        }
    };
    let mut table = Table::default();
    fixed(&mut capture, &mut table, &wanted, verbose);
    let others = capture.others;
    let losses = capture.stop();
    table.print(&losses, others);
    if table.failed() || losses.any() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The cases of `workload`, each group under its own rules.
fn fixed(capture: &mut Capture, table: &mut Table, wanted: &[&str], verbose: bool) {
    for (at, group) in workload::GROUPS.iter().enumerate() {
        let names = group.cases.iter().map(|c| c.name);
        let cases: Vec<&str> = names.filter(|name| wanted.is_empty() || wanted.contains(name)).collect();
        if cases.is_empty() {
            continue;
        }
        (group.prepare)();
        if let Err(why) = capture.load(group.rules) {
            assert_ne!(at, 0, "every rule of the common file is served: {why}");
            table.skip(&cases, &why);
            continue;
        }
        for case in cases {
            let (kernel, bpf) = capture.run(&["--case".to_owned(), case.to_owned()]);
            table.add(case, &kernel, &bpf, verbose);
        }
    }
}
