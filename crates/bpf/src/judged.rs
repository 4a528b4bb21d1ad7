//! What a consumer must know of the rules that judged an event: their keys, and what the exclude list leaves out.

use crate::fact;
use crate::plan::Plan;
use crate::wire::Event;
use raudit_record::Kind;
use raudit_rules::eval::{Facts, Verdict};
use raudit_rules::{List, RuleSet};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const SERIAL_BASE: u32 = 0x8000_0000;

/// Generations remembered: events of older ones are long drained.
const KEPT: usize = 16;

/// Keys and exclusions of one generation.
#[derive(Debug, Default)]
pub struct Judged {
    keys: Vec<Option<Vec<u8>>>,
    exclude: Option<RuleSet>,
}

impl Judged {
    /// Takes from a rule set what its events will need.
    pub fn new(plan: &Plan, rules: &RuleSet) -> Self {
        let excluding = rules.list(List::Exclude);
        let exclude = (!excluding.is_empty()).then(|| RuleSet::listed(excluding.iter().cloned()));
        Self { keys: plan.keys.clone(), exclude }
    }

    /// Of what another rauditd kept.
    pub(crate) fn from_parts(keys: Vec<Option<Vec<u8>>>, exclude: Option<RuleSet>) -> Self {
        Self { keys, exclude }
    }

    /// What a successor needs: the keys, and rules with the exclude list.
    pub(crate) fn parts(&self) -> (&[Option<Vec<u8>>], Option<&RuleSet>) {
        (&self.keys, self.exclude.as_ref())
    }

    /// The key of the rule that matched.
    pub fn key(&self, rule: u32) -> Option<&[u8]> {
        self.keys.get(rule as usize)?.as_deref()
    }

    /// Whether there is anything to leave out.
    pub fn has_exclusions(&self) -> bool {
        self.exclude.is_some()
    }

    /// Whether the exclude list leaves out this record of the event (`audit_filter`, kernel/audit.c).
    pub fn excludes(&self, event: &Event<'_>, kind: Kind) -> bool {
        let Some(rules) = &self.exclude else { return false };
        let facts = Facts {
            pid: event.fact(fact::PID),
            uid: event.fact(fact::UID),
            gid: event.fact(fact::GID),
            auid: event.fact(fact::AUID),
            sessionid: event.fact(fact::SESSION),
            msgtype: Some(kind.0),
            ..Facts::default()
        };
        matches!(rules.verdict(List::Exclude, &facts), Verdict::Rule(..))
    }
}

/// Generations by number, shared between who installs rules and who reads events.
#[derive(Clone, Debug, Default)]
pub struct Generations {
    known: Arc<Mutex<BTreeMap<u32, Arc<Judged>>>>,
    /// The serial given last: no two rings' events have the same.
    serial: Arc<AtomicU32>,
}

impl Generations {
    /// Makes a generation known; do this before its policy is installed.
    pub fn add(&self, generation: u32, judged: Judged) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(generation, Arc::new(judged));
        while known.len() > KEPT {
            known.pop_first();
        }
    }

    /// The next serial. Those of BPF events are in the upper half of the 32 bits; the kernel counts from the bottom.
    pub fn next_serial(&self) -> u32 {
        self.serial.fetch_add(1, Ordering::Relaxed).wrapping_add(1) | SERIAL_BASE
    }

    /// The serial given last.
    pub fn serial(&self) -> u32 {
        self.serial.load(Ordering::Relaxed) | SERIAL_BASE
    }

    /// Goes on after the serials of others, unless it is farther already.
    pub fn go_on_after(&self, serial: u32) {
        self.serial.fetch_max(serial & !SERIAL_BASE, Ordering::Relaxed);
    }

    /// The generation an event names.
    pub fn get(&self, generation: u32) -> Option<Arc<Judged>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&generation).cloned()
    }
}
