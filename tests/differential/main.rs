//! The kernel is the oracle: the same workload audited by kernel audit and by BPF at the same moment, compared field by field.
//!
//! Runs where fentry is allowed (the VM lab: `tests/vm/test`); elsewhere it says SKIPPED. It becomes the kernel's audit
//! daemon for its own lifetime, gives the kernel and the BPF side the same rules, runs the cases of `workload` in children,
//! pairs the events, and prints a table. Any difference not listed in `compare::KNOWN` fails, and so does any loss.
//!
//! `differential [--all] [--more] [--events N] [--seed S] [CASE...]`: just these cases; `--all` prints every event that differs in full,
//! `--more` adds the cases of `workload::MORE` and `random`.
//! The case `random` is drawn from a seed and makes at least N events; the seed is printed, and repeats it.
//! `differential --report` prints what the programs cost this kernel, `differential --objects` how many BPF objects it has.
mod capture;
mod compare;
mod event;
mod hard;
mod labels;
mod lists;
mod machine;
mod objects;
mod operations;
mod pair;
mod paths;
mod random;
mod record_files;
mod records;
mod report;
mod ring;
mod watches;
mod workload;

use capture::Capture;
use compare::Table;
use std::process::ExitCode;

/// Events of the case `random`, unless told otherwise.
const EVENTS: u64 = 5000;

/// From so many on all calls are drawn from.
const MANY: usize = 20_000;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|a| a == "--case") {
        workload::run(args.get(1).map_or("", String::as_str));
        return ExitCode::SUCCESS;
    }
    if let ["--random", seed, slice] = args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        random::run(number(seed), number(slice));
        return ExitCode::SUCCESS;
    }
    if args.first().is_some_and(|a| a == "--report") {
        return report::print().map_or_else(
            |why| {
                eprintln!("differential --report: {why}");
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        );
    }
    if args.first().is_some_and(|a| a == "--objects") {
        report::objects();
        return ExitCode::SUCCESS;
    }
    let option = |name: &str| args.iter().position(|a| a == name).and_then(|at| args.get(at + 1)).map(|v| number(v));
    // cargo's own flags are of no meaning here
    let wanted: Vec<&str> =
        args.iter().map(String::as_str).filter(|a| !a.starts_with("--") && a.parse::<u64>().is_err()).collect();
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
    let more = args.iter().any(|a| a == "--more");
    fixed(&mut capture, &mut table, &wanted, more, verbose);
    if more || wanted.contains(&"random") {
        let seed = option("--seed").unwrap_or_else(|| std::process::id().into());
        drawn(&mut capture, &mut table, seed, option("--events").unwrap_or(EVENTS) as usize, verbose);
    }
    let (others, broken) = (capture.others, capture.broken);
    let losses = capture.stop();
    table.print(&losses, others);
    if table.failed() || losses.any() || broken > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("'{text}' is not a number"))
}

/// The case `random`, slice by slice.
fn drawn(capture: &mut Capture, table: &mut Table, seed: u64, events: usize, verbose: bool) {
    // each call costs time to attach: a short run has a part of them, another seed another part
    let part = if events < MANY { seed } else { 0 };
    let (rules, calls, unserved) = random::rules(part, |rule| capture.serves(rule));
    println!("random: --seed {seed} --events {events}, {} calls", calls.len());
    println!("random: not served yet: {}", unserved.join(" "));
    capture.load(&rules).unwrap_or_else(|why| panic!("rules for calls that are served: {why}"));
    for slice in 0.. {
        if table.events_of("random") >= events {
            break;
        }
        random::prepare(seed, slice, &calls);
        let (kernel, bpf) = capture.run(&["--random".to_owned(), seed.to_string(), slice.to_string()]);
        table.add("random", &kernel, &bpf, verbose);
    }
}

/// The cases of `workload`, each group under its own rules.
fn fixed(capture: &mut Capture, table: &mut Table, wanted: &[&str], more: bool, verbose: bool) {
    for (at, group) in workload::GROUPS.iter().chain(workload::MORE).enumerate() {
        let names = group.cases.iter().map(|c| c.name);
        let cases: Vec<&str> = names
            .filter(|name| wanted.contains(name) || wanted.is_empty() && (more || at < workload::GROUPS.len()))
            .collect();
        if cases.is_empty() {
            continue;
        }
        (group.prepare)();
        // rules that are not served exactly are compared all the same; but what io_uring_enter alone does is known to differ then
        let rules = objects::filled_in(group.rules);
        if group.rules == operations::CALL.rules
            && let Some(why) = capture.inexact(&rules)
        {
            table.skip(&cases, &why);
            continue;
        }
        if let Err(why) = capture.load(&rules) {
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
