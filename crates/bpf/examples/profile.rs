//! `profile RULES getppid|open|exec COUNT`: what the programs cost a call, one by one. Makes COUNT calls while BPF follows a file of rules,
//! and prints how long each program ran for a call. Under an instruction clock (`tests/vm/run --icount shift=0,sleep=off`) a
//! nanosecond is an instruction. `PID` in the rules is this process.

use raudit_bpf::kernel::{Capture, Program, Settings};
use raudit_bpf::offer::{Offer, Tier};
use raudit_bpf::place::Places;
use raudit_bpf::plan::Plan;
use raudit_rules::command::{self, Context, Step};
use raudit_rules::{RuleSet, file};
use std::hint::black_box;
use std::time::Instant;
use std::{env, fs, process};

const STATISTICS: &str = "/proc/sys/kernel/bpf_stats_enabled";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [rules, call, count] = arguments.as_slice() else {
        eprintln!("usage: profile RULES getppid|open|exec COUNT");
        process::exit(2);
    };
    if let Err(why) = profile(rules, call, count.parse().unwrap_or(0)) {
        eprintln!("profile: {why}");
        process::exit(1);
    }
}

fn profile(rules: &str, call: &str, count: u64) -> Result<(), String> {
    let work = work(call).filter(|_| count > 0).ok_or("the work is getppid, open or exec, and a number")?;
    let text = fs::read_to_string(rules).map_err(|e| format!("cannot read {rules}: {e}"))?;
    let set = parse(&text.replace("PID", &process::id().to_string()))?;
    let offer = Offer::probe();
    let plan = Plan::new(&set, &offer, &mut Places::default());
    let tier = if offer.no_fentry.is_none() { Tier::Fentry } else { Tier::Tracepoint };
    let alone = time(work, count);
    let settings = Settings { ring_size: 64 << 20, exempt: 0 };
    let mut capture = Capture::load(tier, &offer, settings).map_err(|e| e.to_string())?;
    capture.install(&plan, &offer, 1).map_err(|e| e.to_string())?;
    let audited = time(work, count);
    fs::write(STATISTICS, "1").map_err(|e| format!("cannot write {STATISTICS}: {e}"))?;
    let before = capture.costs().programs;
    work(count);
    let after = capture.costs().programs;
    fs::write(STATISTICS, "0").map_err(|e| format!("cannot write {STATISTICS}: {e}"))?;
    println!("{tier}: {call} {alone} ns unaudited, {audited} audited, {:.2} times", audited as f64 / alone as f64);
    for (from, to) in before.iter().zip(&after).filter(|(from, to)| to.runs - from.runs >= count / 2) {
        show(from, to, count);
    }
    let counters = capture.counters().map_err(|e| e.to_string())?;
    println!("{} matched, {} lost", counters.matched, counters.lost.sum());
    Ok(())
}

fn show(from: &Program, to: &Program, count: u64) {
    let (runs, time) = (to.runs - from.runs, to.time - from.time);
    println!("{:>8} ns {:>5.2} runs a call  {}", time / count, runs as f64 / count as f64, to.name);
}

fn parse(text: &str) -> Result<RuleSet, String> {
    let mut set = RuleSet::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let words = file::words(line.as_bytes());
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let steps =
            command::parse(&words, Context::default()).steps.map_err(|e| format!("{line}: {}", e.lines.join("; ")))?;
        for step in steps {
            if let Step::Add(rule, _) = step {
                set.add(rule, false).map_err(|e| format!("{line}: {e}"))?;
            }
        }
    }
    Ok(set)
}

fn work(call: &str) -> Option<fn(u64)> {
    let getppids = |count| (0..count).for_each(|_| _ = black_box(nix::unistd::getppid()));
    let opens = |count| (0..count).for_each(|_| drop(black_box(fs::File::open("/etc/passwd"))));
    let executions = |count| (0..count).for_each(|_| drop(black_box(process::Command::new("/bin/true").status())));
    Some(match call {
        "getppid" => getppids,
        "open" => opens,
        "exec" => executions,
        _ => return None,
    })
}

/// Nanoseconds a call, the best of three.
fn time(work: fn(u64), count: u64) -> u128 {
    let once = |_| {
        let start = Instant::now();
        work(count);
        start.elapsed().as_nanos() / u128::from(count)
    };
    (0..3).map(once).min().unwrap_or_default()
}
