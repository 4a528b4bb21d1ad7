//! Which rule recorded an event.
//!
//! Of the rules of the exit list the first that matches decides. Those about a path or an inode are asked about each path item in turn, and the
//! first item with one ends that; of the two rules found so, the earlier decides (`audit_filter_syscall`, `audit_filter_inodes`, kernel/auditsc.c).
//! The key in the record is that of the rule; a rule without a key leaves in it that of one which was found before.

use super::facts::Facts;
use super::fit::{self, Fit};
use super::rules::Rules;
use raudit_rules::{FieldId, List};

/// What is known of a record's rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// It is this one; or it may be, and is the first of those that may.
    Rule { at: usize, is_sure: bool },
    /// There is none, and need not be.
    OtherCause,
    /// There is none, though there must be one.
    NoRule(Why),
}

/// Why no rule explains a record.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Why {
    /// It has no key, and no rule without one fits.
    NoKey,
    /// No rule has its key.
    UnknownKey,
    /// The records contradict all rules that have its key.
    NoFit,
}

/// A rule that a record may be of.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    at: usize,
    fit: Fit,
    /// The path item by which it fits, if it is asked about each.
    item: Option<usize>,
}

impl Candidate {
    /// Whether it decides if both match.
    fn precedes(&self, other: &Self) -> bool {
        match (self.item, other.item) {
            (Some(item), Some(others)) => (item, self.at) < (others, other.at),
            _ => self.at < other.at,
        }
    }
}

/// Finds rules for records.
#[derive(Debug, Default)]
pub(super) struct Explainer {
    candidates: Vec<Candidate>,
}

impl Explainer {
    /// The rule of a record. `maybe` gets the others that it may be of.
    ///
    /// `has_other_cause`: the event is one that is recorded without a rule.
    pub(super) fn rule_of(
        &mut self,
        rules: &Rules,
        facts: &Facts<'_>,
        has_other_cause: bool,
        maybe: &mut Vec<usize>,
    ) -> Answer {
        let key = facts.key.as_deref().unwrap_or_default();
        let is_message = facts.list == List::User;
        let has_key = !key.is_empty() && !is_message;
        self.candidates.clear();
        if is_message {
            self.add_messages(rules, facts);
        } else {
            if has_key && !rules.index.has_key(key) {
                return Answer::NoRule(Why::UnknownKey);
            }
            self.add_calls(rules, facts, key);
        }
        let Some(&first) = self.first() else {
            return match (has_key, has_other_cause || is_message) {
                (true, _) => Answer::NoRule(Why::NoFit),
                (false, true) => Answer::OtherCause,
                (false, false) => Answer::NoRule(Why::NoKey),
            };
        };
        if !has_key && first.fit != Fit::Yes && (has_other_cause || is_message) {
            maybe.extend(self.candidates.iter().map(|candidate| candidate.at));
            return Answer::OtherCause;
        }
        let may = |other: &&Candidate| {
            other.at != first.at && (first.fit != Fit::Yes || other.fit != Fit::Yes && other.precedes(&first))
        };
        let before = maybe.len();
        maybe.extend(self.candidates.iter().filter(may).map(|candidate| candidate.at));
        let is_sure = maybe.len() == before && (has_key || first.fit == Fit::Yes);
        Answer::Rule { at: first.at, is_sure }
    }

    /// The rules with this key that fit best; and those without, where they may have left the key of another.
    fn add_calls(&mut self, rules: &Rules, facts: &Facts<'_>, key: &[u8]) {
        if !facts.has_call() {
            return;
        }
        let call = facts.numbers.syscall;
        let of_items = |at: &usize| rules.entries.get(*at).is_some_and(|entry| entry.is_of_item);
        // rules of the exit list about files are about operations, too
        let files = rules.index.calls(List::Exit, key, call).filter(|at| facts.list == List::IoUring && of_items(at));
        let own = rules.index.calls(facts.list, key, call);
        self.add(rules, facts, own.chain(files).chain(rules.index.tasks(key)), Fit::Elsewhere);
        let best = self.candidates.iter().map(|candidate| candidate.fit).max().unwrap_or(Fit::No);
        let least = if key.is_empty() { Fit::Unknown } else { best.min(Fit::Unknown) };
        self.candidates.retain(|candidate| candidate.fit >= least);
        if !key.is_empty() && best >= Fit::Unknown && self.candidates.iter().any(|candidate| candidate.item.is_none()) {
            self.add(rules, facts, rules.index.calls(List::Exit, b"", call).filter(of_items), Fit::Unknown);
        }
    }

    /// Adds those of the rules that fit at least so well.
    fn add(&mut self, rules: &Rules, facts: &Facts<'_>, places: impl Iterator<Item = usize>, least: Fit) {
        for at in places {
            let Some(entry) = rules.entries.get(at) else { continue };
            let (fit, item) = fit::rule(entry, facts);
            if fit >= least {
                self.candidates.push(Candidate { at, fit, item: entry.is_of_item.then_some(item) });
            }
        }
    }

    /// Rules about messages: the kernel looks at few conditions, gives up on the list at any other, and a rule without one is none
    /// (`audit_filter`, kernel/auditfilter.c).
    fn add_messages(&mut self, rules: &Rules, facts: &Facts<'_>) {
        for &at in rules.index.messages() {
            let Some(entry) = rules.entries.get(at) else { continue };
            let is_seen = |id: FieldId| matches!(id.0, 0..=1 | 5 | 9 | 12..=17 | 24 | 112);
            let fields = &entry.conditions;
            let seen = fields.iter().take_while(|field| is_seen(field.id)).count();
            let fit = fit::conditions(entry, facts, seen);
            if seen < fields.len() {
                if fit == Fit::Yes {
                    return;
                }
            } else if fit >= Fit::Unknown && seen > 0 && entry.records() {
                self.candidates.push(Candidate { at, fit, item: None });
            }
        }
    }

    /// The one that decides if all match.
    fn first(&self) -> Option<&Candidate> {
        let of_call = self.candidates.iter().filter(|candidate| candidate.item.is_none()).min_by_key(|found| found.at);
        let of_items = self
            .candidates
            .iter()
            .filter(|candidate| candidate.item.is_some() && of_call.is_none_or(|of_call| candidate.at < of_call.at));
        of_items.min_by_key(|candidate| (candidate.item, candidate.at)).or(of_call)
    }
}
