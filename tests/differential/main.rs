//! The kernel is the oracle: the same workload audited by kernel audit and by BPF at the same moment, compared field by field.
//!
//! Runs where fentry is allowed (the VM lab: `tests/vm/test`); elsewhere it says SKIPPED. It becomes the kernel's audit
//! daemon for its own lifetime, gives the kernel and the BPF side the same rules, runs the cases of `workload` in children,
//! pairs the events, and prints a table. Any difference not listed in `compare::KNOWN` fails.
//!
//! `differential --all` prints every event that differs in full; `differential CASE...` runs just these cases.
mod capture;
mod compare;
mod event;
mod paths;
mod workload;

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
    let mut capture = match capture::Capture::start(include_str!("rules")) {
        Ok(capture) => capture,
        Err(why) => {
            println!("SKIPPED differential: {why}");
            println!("0 passed, 0 failed, 1 skipped");
            return ExitCode::SUCCESS;
        }
    };
    let mut table = compare::Table::default();
    for case in workload::CASES.iter().filter(|c| wanted.is_empty() || wanted.contains(&c.name)) {
        let (kernel, bpf) = capture.run(case.name);
        table.add(case.name, &kernel, &bpf, verbose);
    }
    let lost = capture.stop();
    table.print(lost);
    if table.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
