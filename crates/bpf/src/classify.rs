//! The exit list, compiled for the BPF matcher (`bpf/policy.h`, `bpf/match.h`).
//!
//! Bit *r* of a row stands for the *r*-th rule. A system call has the row of rules that name it; each field that any rule
//! uses has its values cut into intervals, each with the row of rules that interval satisfies. ANDing the rows and taking
//! the lowest bit finds the first matching rule. Rows that are equal are one.

use crate::fact::{self, Fact};
use raudit_rules::{Action, Field, FieldId, Op, Rule, Value};
use raudit_tables::arch;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use thiserror::Error;

/// Rules in one list, at most (`RULES_MAX`).
pub const RULES_MAX: usize = 4096;
/// System call numbers per architecture (`NR_MAX`).
pub const NR_MAX: usize = 1024;
/// Intervals of all fields together, at most (`BOUNDS_MAX`).
pub const BOUNDS_MAX: usize = 16384;
/// 64-bit words of all rows together, at most (`CELLS_MAX`).
pub const CELLS_MAX: usize = 1 << 18;
/// Bit and group tests, at most (`TESTS_MAX`).
pub const TESTS_MAX: usize = 32;
/// The architectures of one machine, in the matcher's order: native, compat.
pub const ARCHES: [u32; 2] = [arch::X86_64, arch::I386];

/// A set of rules: bit *r* is the *r*-th rule of the exit list.
pub type RuleBits = Vec<u64>;

/// What a rule set cannot be compiled for.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ClassifyError {
    /// More rules than bits.
    #[error("{0} rules in the exit list, at most {RULES_MAX} can be compiled")]
    TooManyRules(usize),
    /// The values named cut the fields into more intervals than there is room for.
    #[error("the rules name more distinct values than fit the matcher ({BOUNDS_MAX} intervals, {CELLS_MAX} words)")]
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
    /// Index of its first interval in [`Policy::intervals`].
    pub first: u32,
    /// How many intervals it has.
    pub count: u32,
}

/// Values of a field that satisfy the same conditions: from `low` up to the next interval's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interval {
    /// The lowest value.
    pub low: u32,
    /// The row of rules satisfied.
    pub row: u16,
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
    Same = 4,
    Other = 5,
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
    pub row: u16,
}

/// A compiled exit list. Plain data, equal for equal rules.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Rules whose action is `always`.
    pub always: RuleBits,
    /// 64-bit words of each row.
    pub words: usize,
    /// Interval tables, one a field.
    pub fields: Vec<FieldTable>,
    /// The other conditions.
    pub tests: Vec<Test>,
    /// Row of each system call number, by index in [`ARCHES`]; 0: none.
    pub syscalls: [BTreeMap<u32, u16>; 2],
    /// The intervals of all fields.
    pub intervals: Vec<Interval>,
    /// The rows; row 0 is empty.
    pub rows: Vec<RuleBits>,
}

/// One condition as the matcher sees it.
enum Condition {
    Interval(Fact, Op, u32),
    Test(TestKind, Fact, u32),
}

/// The rows so far, and where each is.
struct Rows {
    rows: Vec<RuleBits>,
    at: HashMap<RuleBits, u16>,
    most: usize,
}

impl Rows {
    /// With row 0, the empty one.
    fn new(words: usize) -> Self {
        let empty = vec![0; words];
        let most = (CELLS_MAX / words).min(usize::from(u16::MAX));
        Self { rows: vec![empty.clone()], at: HashMap::from([(empty, 0)]), most }
    }

    fn add(&mut self, row: RuleBits) -> Result<u16, ClassifyError> {
        if let Some(&at) = self.at.get(&row) {
            return Ok(at);
        }
        if self.rows.len() >= self.most {
            return Err(ClassifyError::TooManyValues);
        }
        let at = self.rows.len() as u16;
        self.rows.push(row.clone());
        self.at.insert(row, at);
        Ok(at)
    }
}

impl Policy {
    /// Compiles the rules of the exit list, in their order.
    pub fn compile(rules: &[Rule]) -> Result<Self, ClassifyError> {
        if rules.len() > RULES_MAX {
            return Err(ClassifyError::TooManyRules(rules.len()));
        }
        let words = rules.len().div_ceil(64).max(1);
        let mut policy = Self {
            always: bits(words, rules.iter().map(|r| r.action == Action::Always)),
            words,
            fields: Vec::new(),
            tests: Vec::new(),
            syscalls: [BTreeMap::new(), BTreeMap::new()],
            intervals: Vec::new(),
            rows: Vec::new(),
        };
        let conditions = rules
            .iter()
            .map(|r| r.fields.iter().filter_map(condition).collect())
            .collect::<Result<Vec<Vec<_>>, _>>()?;
        let mut rows = Rows::new(words);
        policy.add_fields(&conditions, &mut rows)?;
        policy.add_tests(&conditions, &mut rows)?;
        policy.add_syscalls(rules, &mut rows)?;
        policy.rows = rows.rows;
        Ok(policy)
    }

    /// The facts that some rule looks at, as bits.
    pub fn facts(&self) -> u32 {
        let others = self.tests.iter().filter(|t| matches!(t.kind, TestKind::Same | TestKind::Other));
        let tests = self.tests.iter().map(|t| t.fact).chain(others.map(|t| t.value));
        let used = self.fields.iter().map(|f| f.fact).chain(tests);
        used.fold(0, |bits, fact| bits | 1 << fact)
    }

    fn add_fields(&mut self, conditions: &[Vec<Condition>], rows: &mut Rows) -> Result<(), ClassifyError> {
        let mut by_fact: BTreeMap<Fact, Vec<(usize, Op, u32)>> = BTreeMap::new();
        for (rule, condition) in numbered(conditions) {
            if let Condition::Interval(fact, op, value) = *condition {
                by_fact.entry(fact).or_default().push((rule, op, value));
            }
        }
        let everyone = bits(self.words, conditions.iter().map(|_| true));
        for (fact, users) in by_fact {
            let values = users.iter().map(|u| u.2);
            let mut cuts: BTreeSet<u32> = values.flat_map(|v| [Some(0), Some(v), v.checked_add(1)]).flatten().collect();
            if fact == fact::SADDR_FAM {
                cuts.insert(fact::NO_FAMILY);
            }
            let first = self.intervals.len();
            for low in cuts {
                let mut row = everyone.clone();
                let absent = fact == fact::SADDR_FAM && low == fact::NO_FAMILY;
                for &(rule, ..) in users.iter().filter(|(_, op, value)| absent || !op.holds(low, *value)) {
                    clear(&mut row, rule);
                }
                let row = rows.add(row)?;
                // neighbours that satisfy the same rules are one interval
                if self.intervals.len() == first || self.intervals.last().is_some_and(|i| i.row != row) {
                    self.intervals.push(Interval { low, row });
                }
            }
            self.fields.push(FieldTable { fact, first: first as u32, count: (self.intervals.len() - first) as u32 });
        }
        if self.intervals.len() > BOUNDS_MAX {
            return Err(ClassifyError::TooManyValues);
        }
        Ok(())
    }

    fn add_tests(&mut self, conditions: &[Vec<Condition>], rows: &mut Rows) -> Result<(), ClassifyError> {
        let mut without: BTreeMap<(TestKind, Fact, u32), RuleBits> = BTreeMap::new();
        for (rule, condition) in numbered(conditions) {
            if let Condition::Test(kind, fact, value) = *condition {
                let everyone = || bits(self.words, conditions.iter().map(|_| true));
                clear(without.entry((kind, fact, value)).or_insert_with(everyone), rule);
            }
        }
        if without.len() > TESTS_MAX {
            return Err(ClassifyError::TooManyTests);
        }
        for ((kind, fact, value), row) in without {
            self.tests.push(Test { kind, fact, value, row: rows.add(row)? });
        }
        Ok(())
    }

    fn add_syscalls(&mut self, rules: &[Rule], rows: &mut Rows) -> Result<(), ClassifyError> {
        for (calls, arch) in self.syscalls.iter_mut().zip(ARCHES) {
            let mut named = vec![vec![0; self.words]; NR_MAX];
            for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| arch_holds(rule, arch)) {
                for nr in rule.syscalls.iter() {
                    if let Some(row) = named.get_mut(nr as usize) {
                        set(row, at);
                    }
                }
            }
            for (nr, row) in named.into_iter().enumerate() {
                let row = rows.add(row)?;
                if row != 0 {
                    calls.insert(nr as u32, row);
                }
            }
        }
        Ok(())
    }
}

fn numbered(conditions: &[Vec<Condition>]) -> impl Iterator<Item = (usize, &Condition)> {
    conditions.iter().enumerate().flat_map(|(rule, conditions)| conditions.iter().map(move |c| (rule, c)))
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
    let refused = || Some(Err(ClassifyError::Field(field.id)));
    if let (FieldId::FIELD_COMPARE, Value::Number(pair)) = (field.id, &field.value) {
        let Some((left, right)) = fact::of_comparison(*pair) else { return refused() };
        let kind = if field.op == Op::Ne { TestKind::Other } else { TestKind::Same };
        return Some(Ok(Condition::Test(kind, left, right)));
    }
    let (Some(fact), Value::Number(value)) = (fact::of_field(field.id), &field.value) else { return refused() };
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

fn bits(words: usize, flags: impl Iterator<Item = bool>) -> RuleBits {
    let mut bits = vec![0; words];
    flags.enumerate().filter(|&(_, flag)| flag).for_each(|(at, _)| set(&mut bits, at));
    bits
}

fn set(bits: &mut RuleBits, at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

fn clear(bits: &mut RuleBits, at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word &= !(1 << (at % 64));
    }
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
        let cuts: Vec<(u32, u64)> =
            policy.intervals.iter().map(|i| (i.low, policy.rows[usize::from(i.row)][0])).collect();
        assert_eq!(cuts, [(0, 0), (1000, 1), (1001, 0)]);
        assert_eq!(policy.syscalls[0].len(), 1);
    }

    #[test]
    fn equal_rows_are_one() {
        let rules: Vec<Rule> = (0..100).map(|n| rule(257, vec![field(FieldId::UID, Op::Ge, n / 50)])).collect();
        let policy = Policy::compile(&rules).unwrap();
        // empty; uid 0; uid 1 and more, which is also the system call's
        assert_eq!((policy.rows.len(), policy.intervals.len()), (3, 2));
    }

    #[test]
    fn arch_is_decided_at_compile_time() {
        let policy = Policy::compile(&[rule(5, vec![field(FieldId::ARCH, Op::Eq, arch::I386)])]).unwrap();
        assert!(policy.syscalls[0].is_empty());
        assert_eq!(policy.syscalls[1].keys().copied().collect::<Vec<_>>(), [5]);
        assert!(policy.fields.is_empty());
    }

    #[test]
    fn thousands_of_rules_fit_and_more_do_not() {
        let many = |count: u32| -> Vec<Rule> {
            (0..count)
                .map(|n| rule(257, vec![field(FieldId::UID, Op::Eq, n * 2), field(FieldId::ARG1, Op::Eq, 7)]))
                .collect()
        };
        let policy = Policy::compile(&many(2000)).unwrap();
        assert_eq!((policy.words, policy.intervals.len()), (32, 4003));
        assert!(Policy::compile(&many(4000)).is_ok());
        assert_eq!(Policy::compile(&many(4097)), Err(ClassifyError::TooManyRules(4097)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let values: Vec<Rule> =
            (0..4000).map(|n| rule(1, (0..8).map(|f| field(FieldId(1 + f), Op::Lt, n * 100 + f)).collect())).collect();
        assert_eq!(Policy::compile(&values), Err(ClassifyError::TooManyValues));
        let tests: Vec<Rule> = (0..40).map(|n| rule(1, vec![field(FieldId::ARG2, Op::BitMask, n)])).collect();
        assert_eq!(Policy::compile(&tests), Err(ClassifyError::TooManyTests));
    }
}
