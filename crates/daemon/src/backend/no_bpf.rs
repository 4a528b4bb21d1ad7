//! Built without the feature `bpf`: nothing is served, and says so.

use crate::privilege::Root;
use crate::work::Outbox;
use raudit_config::RauditdConf;
use raudit_netlink::{Client, Error, RuleCounts};
use raudit_rules::{Change, Rule, RuleSet};
use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

/// A watched name: there is none.
#[derive(Debug)]
pub enum Key {}

pub fn is_marker(_: &Rule) -> bool {
    false
}

pub fn watches(_: &Rule, key: &Key) -> bool {
    match *key {}
}

const WHY: &str = "rauditd was built without BPF";

/// What BPF could do for the rules: nothing.
#[derive(Debug, Default)]
pub struct Outlook {
    pub exact: bool,
    pub usable: bool,
}

impl Outlook {
    pub fn why_not(&self) -> String {
        WHY.into()
    }
    pub fn tier(&self) -> String {
        "no".into()
    }
    pub fn unserved(&self) -> Option<(usize, String)> {
        None
    }
    pub fn obstacles(&self, _: usize) -> Vec<String> {
        Vec::new()
    }
}

/// What was counted: nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub matched: u64,
    pub delivered: u64,
    pub lost: u64,
}

/// What an earlier rauditd left: not looked for.
#[derive(Debug, Default)]
pub struct Found;

impl Found {
    /// Never.
    pub fn needs_bpf(&self) -> bool {
        false
    }

    /// It is not looked for.
    pub fn nothing() -> Self {
        Self
    }

    /// Nothing is found.
    pub fn look(_: &RauditdConf, _: Option<&Path>) -> Result<Self, String> {
        Ok(Self)
    }
}

/// The BPF side that is not there.
#[derive(Debug)]
pub struct Side {
    tally: HashMap<Rule, RuleCounts>,
}

impl Side {
    pub fn asks_about_labels(&self) -> bool {
        false
    }
    pub fn labels_changed(&self) -> bool {
        false
    }
    pub fn new(_: &RauditdConf, _: Outbox, _: Found, _: &Root) -> (Self, Option<RuleSet>) {
        (Self { tally: HashMap::new() }, None)
    }
    pub fn inherited_tier(&self) -> Option<&str> {
        None
    }
    pub fn clear_useless(&mut self) {}
    pub fn adopt_markers(&mut self, markers: Vec<Rule>) -> Vec<Rule> {
        markers
    }
    pub fn due(&self) -> Option<Instant> {
        None
    }
    pub fn tick(&mut self) {}
    pub fn leave(&mut self) -> bool {
        true
    }
    pub fn lend(&mut self) -> Self {
        Self { tally: std::mem::take(&mut self.tally) }
    }
    pub fn restore(&mut self, lent: Self) {
        *self = lent;
    }
    pub fn outlook(&mut self, _: &RuleSet) -> Outlook {
        Outlook::default()
    }
    pub fn install(&mut self, _: &Outlook, _: &RuleSet, _: &RuleSet) -> Result<(), String> {
        Err(WHY.into())
    }
    pub fn mark(&mut self, _: &Outlook, _: &mut Client) -> Result<(), Box<(Rule, Error)>> {
        Ok(())
    }
    pub fn unmark(&mut self, _: &RuleSet, _: &mut Client) {}
    pub fn forsake(&mut self, _: &Rule) {}
    pub fn gone(&mut self, _: &[Rule]) -> Vec<Key> {
        Vec::new()
    }
    pub fn remove(&mut self, _: &mut Client) {}
    pub fn counters(&self) -> Counts {
        Counts::default()
    }
    pub fn hits(&mut self) -> &HashMap<Rule, RuleCounts> {
        &self.tally
    }
    pub fn prioritise(&mut self, _: &RauditdConf) {}
    pub fn priorities_changed(&self) -> bool {
        false
    }
    pub fn losses_due(&self) -> Option<Instant> {
        None
    }
    pub fn tell_losses(&mut self) {}
    pub fn forget(&mut self, _: &[Change]) {}
    pub fn lines(&self) -> Vec<String> {
        Vec::new()
    }
}
