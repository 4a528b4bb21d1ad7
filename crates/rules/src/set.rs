//! All loaded rules, list by list, in the order in which they decide.

use crate::{List, Rule};
use std::ops::Range;

/// Why a rule set refused a change; the kernel's EEXIST and ENOENT.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SetError {
    /// An equal rule is loaded already.
    #[error("Rule exists")]
    Exists,
    /// No equal rule is loaded.
    #[error("No such file or directory")]
    NotFound,
}

/// A change of a rule set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Add a rule; true: at the front of its list.
    Add(Rule, bool),
    /// Delete a rule.
    Delete(Rule),
}

impl Change {
    /// The rule added or deleted.
    pub fn rule(&self) -> &Rule {
        match self {
            Self::Add(rule, _) | Self::Delete(rule) => rule,
        }
    }
}

/// An ordered set of rules for every list.
///
/// The order is the kernel's: what `-l` prints, and what "the first matching rule decides" means. Watches and system
/// call rules of the exit list share one order.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Sorted by list number; within a list, first to last.
    rules: Vec<Rule>,
    generation: u64,
}

impl RuleSet {
    /// An empty set, generation 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rules as somebody lists them, in their order; one that is listed twice was added at the front, and is there twice.
    pub fn listed(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut rules: Vec<Rule> = rules.into_iter().map(|rule| rule.normalised()).collect();
        rules.sort_by_key(|rule| rule.list);
        Self { rules, generation: 0 }
    }

    /// Whether the other has the same rules in the same order.
    pub fn is_same(&self, other: &Self) -> bool {
        self.rules == other.rules
    }

    /// Counts changes, so that whoever compiled the set knows whether it is still the same.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Adds a rule at the end of its list, unless it is there already, or with `prepend` at its front.
    ///
    /// The mask is stored as the kernel stores it (see [`SyscallMask::normalised`](crate::SyscallMask::normalised)).
    pub fn add(&mut self, mut rule: Rule, prepend: bool) -> Result<(), SetError> {
        rule.syscalls = rule.syscalls.normalised();
        let range = self.range(rule.list);
        // The kernel does not notice that a rule is there already when it is to go to the front (6.18); nor do we, or a
        // rules file that loads there would not load here.
        if !prepend && self.list(rule.list).contains(&rule) {
            return Err(SetError::Exists);
        }
        self.rules.insert(if prepend { range.start } else { range.end }, rule);
        self.generation += 1;
        Ok(())
    }

    /// Removes the rule equal to `rule` in list, action, mask, and fields with their order.
    pub fn delete(&mut self, rule: &Rule) -> Result<(), SetError> {
        let mut wanted = rule.clone();
        wanted.syscalls = wanted.syscalls.normalised();
        let at = self.rules.iter().position(|r| *r == wanted).ok_or(SetError::NotFound)?;
        self.rules.remove(at);
        self.generation += 1;
        Ok(())
    }

    /// Makes a change.
    pub fn apply(&mut self, change: &Change) -> Result<(), SetError> {
        match change {
            Change::Add(rule, prepend) => self.add(rule.clone(), *prepend),
            Change::Delete(rule) => self.delete(rule),
        }
    }

    /// Removes every rule.
    pub fn clear(&mut self) {
        if !self.rules.is_empty() {
            self.rules.clear();
            self.generation += 1;
        }
    }

    /// The rules of one list, first to last.
    pub fn list(&self, list: List) -> &[Rule] {
        self.rules.get(self.range(list)).unwrap_or_default()
    }

    /// All rules in the kernel's listing order: by list number, then by position.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> + '_ {
        self.rules.iter()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn range(&self, list: List) -> Range<usize> {
        self.rules.partition_point(|r| r.list < list)..self.rules.partition_point(|r| r.list <= list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Field, FieldId, Op, SyscallMask, Value};

    fn rule(list: List, uid: u32) -> Rule {
        let field = Field { id: FieldId::UID, op: Op::Eq, value: Value::Number(uid) };
        Rule { list, action: Action::Always, syscalls: SyscallMask::ALL, fields: vec![field] }
    }

    fn uids(set: &RuleSet) -> Vec<(List, u32)> {
        let uid = |r: &Rule| match r.fields[0].value {
            Value::Number(n) => n,
            Value::Text(_) => unreachable!(),
        };
        set.iter().map(|r| (r.list, uid(r))).collect()
    }

    #[test]
    fn lists_in_the_kernels_order() {
        let mut set = RuleSet::new();
        for (list, uid, prepend) in [
            (List::Exit, 1, false),
            (List::User, 2, false),
            (List::Exit, 3, true),
            (List::Exit, 4, false),
            (List::Task, 5, false),
        ] {
            set.add(rule(list, uid), prepend).unwrap();
        }
        let exit = List::Exit;
        assert_eq!(uids(&set), [(List::User, 2), (List::Task, 5), (exit, 3), (exit, 1), (exit, 4)]);
        assert_eq!(set.list(exit).len(), 3);
        assert_eq!(set.generation(), 5);
    }

    #[test]
    fn refuses_twice_the_same_and_what_is_not_there() {
        let mut set = RuleSet::new();
        set.add(rule(List::Exit, 1), false).unwrap();
        assert_eq!(set.add(rule(List::Exit, 1), false), Err(SetError::Exists));
        assert_eq!(set.delete(&rule(List::Exit, 2)), Err(SetError::NotFound));
        assert_eq!(set.delete(&rule(List::Task, 1)), Err(SetError::NotFound));
        assert_eq!(set.generation(), 1, "a refused change is none");
        set.delete(&rule(List::Exit, 1)).unwrap();
        assert!(set.is_empty());
        set.clear();
        assert_eq!(set.generation(), 2);
        set.add(rule(List::Exit, 1), true).unwrap();
        set.add(rule(List::Exit, 1), true).unwrap();
        assert_eq!(RuleSet::listed(set.iter().cloned()).len(), 2);
        set.delete(&rule(List::Exit, 1)).unwrap();
        assert_eq!(set.len(), 1, "added twice at the front, deleted one by one");
    }
}
