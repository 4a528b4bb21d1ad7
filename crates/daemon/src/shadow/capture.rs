//! BPF capture for the comparison: by programs of its own, nothing of which outlives this process.

use super::rules::Chosen;
use crate::backend;
use raudit_bpf::consumer::Consumer;
use raudit_bpf::judged::{Generations, Judged};
use raudit_bpf::kernel::{Capture as Programs, CaptureError, Settings};
use raudit_bpf::offer::{Offer, Tier};
use raudit_record::Records;
use raudit_rules::Rule;
use std::fmt::Display;

/// Bytes of the ring: as much as rauditd's.
const RING: u32 = 64 << 20;

/// Programs and who reads their events.
#[derive(Debug)]
pub struct Capture {
    programs: Programs,
    consumer: Consumer,
    offer: Offer,
    generations: Generations,
    generation: u32,
    /// What is captured.
    pub chosen: Chosen,
}

impl Capture {
    /// Begins to capture what the kernel's rules say, as far as it can be compared.
    ///
    /// # Errors
    /// Of what cannot be loaded or attached, or nothing is to be compared.
    pub fn start(rules: &[Rule]) -> Result<Self, String> {
        let settings = Settings { ring_size: RING, exempt: std::process::id() };
        let (offer, spare) = backend::ready(settings);
        let chosen = Chosen::new(rules, &offer)?;
        let programs = load(chosen.tier, &offer, settings, spare)?;
        let generations = Generations::default();
        let consumer = Consumer::new(programs.ring().map_err(text)?, generations.clone()).map_err(text)?;
        let mut capture = Self { programs, consumer, offer, generations, generation: 0, chosen };
        capture.install().map_err(text)?;
        Ok(capture)
    }

    /// Follows other rules.
    ///
    /// # Errors
    /// They cannot be compared, or not by the tier that runs.
    pub fn follow(&mut self, rules: &[Rule]) -> Result<(), String> {
        let chosen = Chosen::new(rules, &self.offer)?;
        if chosen.tier != self.programs.tier() {
            return Err(format!("rules were changed, and ask for tier {}; begin anew", chosen.tier));
        }
        self.chosen = chosen;
        self.install().map_err(text)
    }

    fn install(&mut self) -> Result<(), CaptureError> {
        let Chosen { rules, plan, .. } = &self.chosen;
        self.generation += 1;
        let judged = Judged::new(plan, rules);
        self.programs.remember_generation(self.generation, &judged)?;
        self.generations.add(self.generation, judged);
        self.programs.install(plan, &self.offer, self.generation)?;
        Ok(())
    }

    /// Appends the records that have come; says how many events.
    pub fn read(&mut self, records: &mut Records) -> usize {
        self.consumer.drain(records)
    }

    /// How many events were lost so far.
    pub fn lost(&self) -> u64 {
        self.programs.counters().map(|counters| counters.lost.sum()).unwrap_or_default()
    }
}

fn load(tier: Tier, offer: &Offer, settings: Settings, spare: Option<Programs>) -> Result<Programs, String> {
    let spare = spare.filter(|programs| programs.tier() == tier);
    spare.map_or_else(|| Programs::load(tier, offer, settings).map_err(text), Ok)
}

fn text(error: impl Display) -> String {
    error.to_string()
}
