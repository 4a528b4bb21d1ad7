//! What `--shadow` says in the end: plain numbers.

use super::compare::{Tally, meant};
use super::rules::Chosen;
use std::fmt;

/// What was counted.
#[derive(Debug, Default)]
pub struct Counts {
    /// Events of the kernel's that compared rules made.
    pub kernel: u64,
    /// Events of BPF's.
    pub bpf: u64,
    /// Of both, pairs.
    pub pairs: u64,
    /// Events of the kernel's that BPF has not, and the first of them.
    pub missing: u64,
    /// See `missing`.
    pub first_missing: Option<String>,
    /// Events of BPF's that the kernel has not, and the first of them.
    pub unknown: u64,
    /// See `unknown`.
    pub first_unknown: Option<String>,
    /// Events of the kernel's that may be of rules that are not compared.
    pub of_others: u64,
    /// Events of the kernel's that no rule made.
    pub of_none: u64,
    /// Events of either that were not compared, because rules changed then, or the comparison had just begun or was about to end.
    pub while_changing: u64,
    /// Events that were given up: there were too many at once.
    pub given_up: u64,
    /// Records the kernel lost, events BPF lost, and how often there was no room for copies of the kernel's records.
    pub lost: [u64; 3],
}

/// The report.
#[derive(Debug)]
pub struct Report<'a> {
    /// How long, in seconds.
    pub seconds: u64,
    /// Who the kernel's daemon is.
    pub daemon: String,
    /// The rules.
    pub chosen: &'a Chosen,
    /// How many rules the kernel has.
    pub rules: usize,
    /// How often they changed.
    pub changes: u64,
    /// What was counted.
    pub counts: &'a Counts,
    /// What was compared.
    pub tally: &'a Tally,
}

impl Report<'_> {
    /// Whether BPF recorded what the kernel did, and nothing was lost that might say otherwise.
    pub fn is_parity(&self) -> bool {
        let Counts { missing, unknown, given_up, lost, pairs, .. } = self.counts;
        missing + unknown + given_up + lost.iter().sum::<u64>() == 0 && *pairs > 0 && !self.tally.differ()
    }

    fn verdict(&self) -> &'static str {
        let Counts { given_up, lost, pairs, .. } = self.counts;
        match () {
            () if *pairs == 0 => "nothing was compared: no compared rule recorded anything meanwhile",
            () if self.is_parity() => "BPF recorded what the kernel recorded",
            () if given_up + lost.iter().sum::<u64>() > 0 => {
                "records were lost or given up: what differs may be due to that"
            }
            () => "BPF did not record what the kernel recorded",
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, daemon, chosen, counts, tally, .. } = self;
        let line = |f: &mut fmt::Formatter<'_>, what: &str, count: u64| writeln!(f, "{what:<36} {count:>10}");
        writeln!(f, "{seconds} seconds beside the kernel's audit ({daemon}), tier {}", chosen.tier)?;
        line(f, "rules of the kernel", self.rules as u64)?;
        line(f, "  compared", chosen.rules.len() as u64)?;
        for (why, count) in &chosen.left_out {
            writeln!(f, "{:<36} {count:>10} {why}", "  not compared")?;
        }
        for (why, count) in &chosen.inexact {
            writeln!(f, "{:<36} {count:>10} {why}", "  not served to the letter")?;
        }
        if chosen.lacks_exception {
            writeln!(f, "  a rule that makes exceptions (never) is not compared: BPF may see more than the kernel")?;
        }
        line(f, "  changed meanwhile, times", self.changes)?;
        line(f, "events of the kernel", counts.kernel)?;
        line(f, "  not of BPF", counts.missing)?;
        line(f, "events of BPF", counts.bpf)?;
        line(f, "  not of the kernel", counts.unknown)?;
        line(f, "events of both", counts.pairs)?;
        line(f, "  records", tally.records)?;
        line(f, "    equal to the last byte", tally.equal)?;
        line(f, "  fields", tally.fields)?;
        line(f, "not compared: may be other rules'", counts.of_others)?;
        line(f, "not compared: of no rule", counts.of_none)?;
        line(f, "not compared: at start, end, changes", counts.while_changing)?;
        line(f, "given up: too many at once", counts.given_up)?;
        let [kernel, bpf, copies] = counts.lost;
        line(f, "lost by the kernel, records", kernel)?;
        line(f, "lost by BPF, events", bpf)?;
        line(f, "copies of the kernel's lost, times", copies)?;
        self.differences(f)?;
        match chosen.auto {
            Some(tier) => writeln!(f, "rauditd would capture all of these rules by BPF, tier {tier}")?,
            None => {
                writeln!(f, "rauditd would leave these rules to the kernel's audit, unless backend = bpf asks for BPF")?
            }
        }
        writeln!(f, "{}", self.verdict())
    }
}

impl Report<'_> {
    fn differences(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, difference) in &self.tally.differences {
            let [kernel, bpf] = &difference.first;
            if let Some(why) = meant(name) {
                writeln!(f, "{:<36} {:>10} {name}: {why}", "differ as is meant in", difference.count)?;
                continue;
            }
            writeln!(f, "{:<36} {:>10} {name}\n  kernel {kernel}\n  BPF    {bpf}", "differ in", difference.count)?;
        }
        for (what, first) in
            [("not of BPF", &self.counts.first_missing), ("not of the kernel", &self.counts.first_unknown)]
        {
            if let Some(first) = first {
                writeln!(f, "first {what}: {first}")?;
            }
        }
        Ok(())
    }
}
