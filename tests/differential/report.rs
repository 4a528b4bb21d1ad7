//! What the programs of this kernel cost, as a table for the documentation: `differential --report`.

use libbpf_rs::query::{LinkInfoIter, MapInfoIter, ProgInfoIter};
use raudit_bpf::kernel::{Capture, Settings};
use raudit_bpf::offer::{Offer, Tier};
use raudit_bpf::place::Places;
use raudit_bpf::plan::Plan;
use raudit_bpf::trial;
use raudit_rules::RuleSet;
use std::time::Instant;

/// How many BPF programs, maps and links the kernel has, whosever they are.
pub fn objects() {
    let (programs, maps) = (ProgInfoIter::default().count(), MapInfoIter::default().count());
    println!("programs={programs} maps={maps} links={}", LinkInfoIter::default().count());
}

pub fn print() -> Result<(), String> {
    let mut offer = Offer::probe();
    if let Some(why) = offer.unusable.as_ref().or(offer.no_fentry.as_ref()) {
        return Err(format!("needs fentry ({why})"));
    }
    let start = Instant::now();
    let settings = Settings { ring_size: 8 << 20, exempt: std::process::id() };
    let mut capture = Capture::load(Tier::Fentry, &offer, settings).map_err(|e| e.to_string())?;
    let loaded = start.elapsed();
    let report = trial::run(&mut capture, &offer);
    offer.trial = report.trial;
    let mut set = RuleSet::new();
    for rule in super::capture::parse(include_str!("rules")) {
        set.add(rule, false).map_err(|e| e.to_string())?;
    }
    let plan = Plan::new(&set, &offer, &mut Places::default());
    let start = Instant::now();
    capture.install(&plan, &offer, 1).map_err(|e| e.to_string())?;
    let attached = start.elapsed();
    let costs = capture.costs();
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    println!("\n| kernel {} | |\n|---|---|", release.trim());
    println!("| programs loaded | {} |", costs.programs.len());
    println!("| load and verify | {} ms |", loaded.as_millis());
    println!("| trial | {} calls, {} ms, {:?} |", report.calls, report.took.as_millis(), offer.trial);
    println!("| attach, rules of the differential test | {} ms |", attached.as_millis());
    println!("| instructions verified | {} |", costs.programs.iter().map(|p| u64::from(p.verified)).sum::<u64>());
    println!("| machine code | {} bytes |", costs.programs.iter().map(|p| u64::from(p.code)).sum::<u64>());
    println!("| trampolines | {} |", costs.trampolines);
    println!("| maps | {} bytes |", costs.maps.iter().map(|m| m.1).sum::<u64>());
    for (name, bytes) in &costs.maps {
        println!("| map {name} | {bytes} bytes |");
    }
    println!("\n| program | instructions verified | bytes of code |\n|---|---|---|");
    for program in &costs.programs {
        println!("| {} | {} | {} |", program.name, program.verified, program.code);
    }
    Ok(())
}
