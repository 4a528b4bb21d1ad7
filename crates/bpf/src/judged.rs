//! What a consumer must know of the rules that judged an event: their keys, and what the exclude list leaves out.

use crate::fact;
use crate::plan::Plan;
use crate::wire::Event;
use raudit_record::Kind;
use raudit_rules::eval::{Facts, Verdict};
use raudit_rules::{List, RuleSet};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
        let exclude = (!rules.list(List::Exclude).is_empty()).then(|| rules.clone());
        Self { keys: plan.keys.clone(), exclude }
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

    /// The generation an event names.
    pub fn get(&self, generation: u32) -> Option<Arc<Judged>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&generation).cloned()
    }
}
