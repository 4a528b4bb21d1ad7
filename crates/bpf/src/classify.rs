//! The exit list, compiled for the BPF matcher (`bpf/policy.h`, `bpf/match.h`).
//!
//! Bit *r* stands for the *r*-th rule. A system call starts with the row of rules that name it; each field that any rule
//! uses has its values cut into intervals, each with the row of rules that interval satisfies. ANDing the rows and taking
//! the lowest bit finds the first matching rule, whatever the number of rules.

use crate::fact::{self, Fact};
use raudit_rules::{Action, Field, FieldId, Op, Rule, Value};
use raudit_tables::arch;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use thiserror::Error;

/// Rules in one list, at most (`RULES_MAX`).
pub const RULES_MAX: usize = 1024;
/// System call numbers per architecture (`NR_MAX`).
pub const NR_MAX: usize = 1024;
/// Rows and bounds, at most (`ROWS_MAX`).
pub const ROWS_MAX: usize = 8192;
/// Bit and group tests, at most (`TESTS_MAX`).
pub const TESTS_MAX: usize = 32;
/// The architectures of one machine, in the matcher's order: native, compat.
pub const ARCHES: [u32; 2] = [arch::X86_64, arch::I386];

/// A set of rules: bit *r* is the *r*-th rule of the exit list.
pub type RuleBits = [u64; RULES_MAX / 64];

/// What a rule set cannot be compiled for.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ClassifyError {
    /// More rules than bits.
    #[error("{0} rules in the exit list, at most {RULES_MAX} can be compiled")]
    TooManyRules(usize),
    /// The values named cut the fields into more intervals than there is room for.
    #[error("the rules name more distinct values than fit the matcher ({ROWS_MAX} intervals)")]
    TooManyValues,
    /// More distinct `&`, `&=`, `gid=` ... conditions than fit.
    #[error("more than {TESTS_MAX} distinct bit or group conditions")]
    TooManyTests,
    /// A field the matcher does not know; the plan should have kept the rule away.
    #[error("field {} cannot be compiled", .0.0)]
    Field(FieldId),
}

/// The intervals of one field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FieldTable {
    /// Which fact is looked up.
    pub fact: Fact,
    /// Index of its first interval in [`Policy::bounds`] and [`Policy::rows`].
    pub first: u32,
    /// How many intervals it has.
    pub count: u32,
}

/// How a [`Test`] judges; the numbers are `enum policy_test_kind`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u32)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TestKind {
    AnyBit = 0,
    AllBits = 1,
    Group = 2,
    NoGroup = 3,
}

/// A condition that is no interval of one value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Test {
    /// How the fact is judged.
    pub kind: TestKind,
    /// Which fact.
    pub fact: Fact,
    /// Against what.
    pub value: u32,
    /// The row of rules left when it fails.
    pub row: u32,
}

/// A compiled exit list. Plain data, equal for equal rules.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Rules whose action is `always`.
    pub always: RuleBits,
    /// 64-bit words of each row in use.
    pub words: u32,
    /// Interval tables, one a field.
    pub fields: Vec<FieldTable>,
    /// The other conditions.
    pub tests: Vec<Test>,
    /// Row of each system call number, by index in [`ARCHES`]; 0: none.
    pub syscalls: [BTreeMap<u32, u16>; 2],
    /// Lowest value of each interval; index 0 is not used.
    pub bounds: Vec<u32>,
    /// The rows; row 0 is empty.
    pub rows: Vec<RuleBits>,
}

/// One condition as the matcher sees it.
enum Condition {
    Interval(Fact, Op, u32),
    Test(TestKind, Fact, u32),
}

impl Policy {
    /// Compiles the rules of the exit list, in their order.
    pub fn compile(rules: &[Rule]) -> Result<Self, ClassifyError> {
        if rules.len() > RULES_MAX {
            return Err(ClassifyError::TooManyRules(rules.len()));
        }
        let mut policy = Self {
            always: bits(rules.iter().map(|r| r.action == Action::Always)),
            words: rules.len().div_ceil(64).max(1) as u32,
            fields: Vec::new(),
            tests: Vec::new(),
            syscalls: [BTreeMap::new(), BTreeMap::new()],
            bounds: vec![0],
            rows: vec![RuleBits::default()],
        };
        let conditions = rules
            .iter()
            .map(|r| r.fields.iter().filter_map(condition).collect())
            .collect::<Result<Vec<Vec<_>>, _>>()?;
        policy.add_fields(&conditions)?;
        policy.add_tests(&conditions)?;
        policy.add_syscalls(rules)?;
        Ok(policy)
    }

    /// The facts that some rule looks at, as bits.
    pub fn facts(&self) -> u32 {
        let used = self.fields.iter().map(|f| f.fact).chain(self.tests.iter().map(|t| t.fact));
        used.fold(0, |bits, fact| bits | 1 << fact)
    }

    fn add_fields(&mut self, conditions: &[Vec<Condition>]) -> Result<(), ClassifyError> {
        let mut bounds: BTreeMap<Fact, BTreeSet<u32>> = BTreeMap::new();
        for condition in conditions.iter().flatten() {
            if let Condition::Interval(fact, _, value) = *condition {
                let cuts = bounds.entry(fact).or_default();
                cuts.extend([0, value]);
                cuts.extend(value.checked_add(1));
            }
        }
        for (fact, cuts) in bounds {
            self.fields.push(FieldTable { fact, first: self.rows.len() as u32, count: cuts.len() as u32 });
            for low in cuts {
                self.bounds.push(low);
                self.push_row(bits(conditions.iter().map(|rule| {
                    rule.iter().all(|c| match *c {
                        Condition::Interval(f, op, value) if f == fact => op.holds(low, value),
                        _ => true,
                    })
                })))?;
            }
        }
        Ok(())
    }

    fn add_tests(&mut self, conditions: &[Vec<Condition>]) -> Result<(), ClassifyError> {
        let mut users: BTreeMap<(TestKind, Fact, u32), Vec<bool>> = BTreeMap::new();
        for (rule, condition) in conditions.iter().enumerate().flat_map(|(r, cs)| cs.iter().map(move |c| (r, c))) {
            if let Condition::Test(kind, fact, value) = *condition {
                let without = users.entry((kind, fact, value)).or_insert_with(|| vec![true; conditions.len()]);
                if let Some(flag) = without.get_mut(rule) {
                    *flag = false;
                }
            }
        }
        if users.len() > TESTS_MAX {
            return Err(ClassifyError::TooManyTests);
        }
        for ((kind, fact, value), without) in users {
            let row = self.push_row(bits(without.into_iter()))?;
            self.tests.push(Test { kind, fact, value, row });
        }
        Ok(())
    }

    fn add_syscalls(&mut self, rules: &[Rule]) -> Result<(), ClassifyError> {
        let mut known: HashMap<RuleBits, u16> = HashMap::new();
        for (at, arch) in ARCHES.into_iter().enumerate() {
            let here: Vec<bool> = rules.iter().map(|r| arch_holds(r, arch)).collect();
            for nr in 0..NR_MAX as u32 {
                let row = bits(rules.iter().zip(&here).map(|(r, &here)| here && r.syscalls.contains(nr)));
                if row == RuleBits::default() {
                    continue;
                }
                let index = match known.get(&row) {
                    Some(&index) => index,
                    None => {
                        let index = self.push_row(row)? as u16;
                        known.insert(row, index);
                        index
                    }
                };
                if let Some(calls) = self.syscalls.get_mut(at) {
                    calls.insert(nr, index);
                }
            }
        }
        Ok(())
    }

    fn push_row(&mut self, row: RuleBits) -> Result<u32, ClassifyError> {
        if self.rows.len() >= ROWS_MAX {
            return Err(ClassifyError::TooManyValues);
        }
        self.rows.push(row);
        Ok(self.rows.len() as u32 - 1)
    }
}

/// Whether the rule's `arch` conditions hold for this architecture; they are decided here, not in the kernel.
fn arch_holds(rule: &Rule, arch: u32) -> bool {
    rule.fields.iter().filter(|f| f.id == FieldId::ARCH).all(|f| match f.value {
        Value::Number(value) => f.op.holds(arch, value),
        Value::Text(_) => false,
    })
}

/// The condition a field stands for; `None` for fields that are no condition here (key, arch).
fn condition(field: &Field) -> Option<Result<Condition, ClassifyError>> {
    if matches!(field.id, FieldId::FILTERKEY | FieldId::ARCH) {
        return None;
    }
    let (Some(fact), Value::Number(value)) = (fact::of_field(field.id), &field.value) else {
        return Some(Err(ClassifyError::Field(field.id)));
    };
    let (fact, value) = match field.id {
        // the kernel turns a test of auid against "unset" into one of whether it is set (audit_data_to_entry)
        FieldId::LOGINUID if *value == u32::MAX => (fact::AUID_SET, 0),
        // kernel/audit.h: AUDITSC_SUCCESS is 1, AUDITSC_FAILURE 2
        FieldId::SUCCESS => (fact, if *value == 0 { 2 } else { 1 }),
        _ => (fact, *value),
    };
    let groups = matches!(field.id, FieldId::GID | FieldId::EGID);
    Some(Ok(match field.op {
        Op::BitMask => Condition::Test(TestKind::AnyBit, fact, value),
        Op::BitTest => Condition::Test(TestKind::AllBits, fact, value),
        Op::Eq if groups => Condition::Test(TestKind::Group, fact, value),
        Op::Ne if groups => Condition::Test(TestKind::NoGroup, fact, value),
        op => Condition::Interval(fact, op, value),
    }))
}

fn bits(flags: impl Iterator<Item = bool>) -> RuleBits {
    let mut bits = RuleBits::default();
    for (at, _) in flags.enumerate().filter(|&(_, flag)| flag) {
        if let Some(word) = bits.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_rules::{List, SyscallMask};

    fn rule(nr: u32, fields: Vec<Field>) -> Rule {
        let mut syscalls = SyscallMask::EMPTY;
        syscalls.insert(nr);
        Rule { list: List::Exit, action: Action::Always, syscalls, fields }
    }

    fn field(id: FieldId, op: Op, value: u32) -> Field {
        Field { id, op, value: Value::Number(value) }
    }

    #[test]
    fn equality_cuts_a_field_into_three() {
        let policy = Policy::compile(&[rule(257, vec![field(FieldId::UID, Op::Eq, 1000)])]).unwrap();
        assert_eq!(policy.bounds, [0, 0, 1000, 1001]);
        let holds: Vec<bool> = policy.rows[1..4].iter().map(|row| row[0] == 1).collect();
        assert_eq!(holds, [false, true, false]);
        assert_eq!(policy.syscalls[0].len(), 1);
    }

    #[test]
    fn arch_is_decided_at_compile_time() {
        let policy = Policy::compile(&[rule(5, vec![field(FieldId::ARCH, Op::Eq, arch::I386)])]).unwrap();
        assert!(policy.syscalls[0].is_empty());
        assert_eq!(policy.syscalls[1].keys().copied().collect::<Vec<_>>(), [5]);
        assert!(policy.fields.is_empty());
    }

    #[test]
    fn a_thousand_rules_fit_and_one_more_does_not() {
        let rules: Vec<Rule> = (0..1024)
            .map(|n| rule(257, vec![field(FieldId::UID, Op::Eq, n * 2), field(FieldId::ARG1, Op::Eq, n * 7)]))
            .collect();
        let policy = Policy::compile(&rules).unwrap();
        assert_eq!(policy.words, 16);
        let more: Vec<Rule> = (0..1025).map(|n| rule(1, vec![field(FieldId::PID, Op::Eq, n)])).collect();
        assert_eq!(Policy::compile(&more), Err(ClassifyError::TooManyRules(1025)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let values: Vec<Rule> =
            (0..1000).map(|n| rule(1, (0..8).map(|f| field(FieldId(1 + f), Op::Lt, n * 100 + f)).collect())).collect();
        assert_eq!(Policy::compile(&values), Err(ClassifyError::TooManyValues));
        let tests: Vec<Rule> = (0..40).map(|n| rule(1, vec![field(FieldId::ARG2, Op::BitMask, n)])).collect();
        assert_eq!(Policy::compile(&tests), Err(ClassifyError::TooManyTests));
    }
}
