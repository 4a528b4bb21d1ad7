//! The exit list, compiled for the BPF matcher (`bpf/policy.h`, `bpf/match.h`).
//!
//! Bit *r* of a row stands for the *r*-th rule. A system call has the row of rules that name it; each field that any rule
//! uses has its values cut into intervals, each with the row of rules that interval satisfies. ANDing the rows and taking
//! the lowest bit finds the first matching rule. Rows that are equal are one.

use crate::fact::{self, Fact};
use crate::known;
use crate::place::{KINDS, Places};
use crate::plan::ended::never_matches;
use crate::selinux::rule::Questions;
use condition::{Condition, ItemFact};
use raudit_rules::{Action, FieldId, List, Op, Rule, Value};
use raudit_tables::arch;
pub use rows::RuleBits;
use rows::{Rows, bits, clear, meet, set};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

pub(crate) mod condition;
pub(crate) mod operations;
mod rows;

/// Rules in one list, at most (`RULES_MAX`).
pub const RULES_MAX: usize = 4096;
/// System call numbers per architecture (`NR_MAX`).
pub const NR_MAX: usize = 1024;
/// Intervals of all fields together, at most (`BOUNDS_MAX`).
pub const BOUNDS_MAX: usize = 16384;
/// 64-bit words of all rows together, at most (`CELLS_MAX`).
pub const CELLS_MAX: usize = 1 << 18;
/// Rows, at most (`ROWS_MAX`).
pub const ROWS_MAX: usize = 1 << 15;
/// Bit and group tests, at most (`TESTS_MAX`).
pub const TESTS_MAX: usize = 32;
/// Tables of path items' fields, at most (`ITEM_FIELDS_MAX`).
pub const ITEM_FIELDS_MAX: usize = 16;
/// Conditions of the filesystem list, at most (`FS_MAX`).
pub const FS_MAX: usize = 16;
/// The architectures of one machine, in the matcher's order: native, compat.
pub const ARCHES: [u32; 2] = match arch::compat(arch::native()) {
    Some(compat) => [arch::native(), compat],
    None => panic!("BPF serves machines with a 32-bit architecture beside the native one"),
};

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
    #[error("more than {TESTS_MAX} distinct bit, group or -C conditions")]
    TooManyTests,
    /// Rules that ask the same of a file again and again.
    #[error("more than {ITEM_FIELDS_MAX} tables of conditions on files")]
    TooManyItemFields,
    /// More names than numbers for them.
    #[error("the rules watch more names than there is room for ({})", crate::place::PLACES_MAX)]
    TooManyPlaces,
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

/// The intervals of a field of path items.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ItemTable {
    /// Which fact is looked up.
    pub fact: ItemFact,
    /// Index of its first interval in [`Policy::intervals`].
    pub first: u32,
    /// How many intervals it has.
    pub count: u32,
    /// The row of rules that do not look at it.
    pub none: u16,
    /// Every item has to satisfy it, not just one.
    pub every: bool,
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
    ItemSame = 6,
    ItemOther = 7,
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

/// What it means to be at a watched name.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PlaceRows {
    /// Rules that the name satisfies.
    pub row: u16,
    /// `exe!=`: the rules left; 0 where no rule asks so.
    pub except: u16,
}

/// A compiled exit list. Plain data, equal for equal rules and places.
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
    /// Interval tables of path items.
    pub items: Vec<ItemTable>,
    /// The row of rules that are asked about the call as a whole.
    pub listed: u16,
    /// The row of rules that watch an inode and are asked about each item.
    pub hashed: u16,
    /// The row of rules that do not look at the call's result.
    pub timeless: u16,
    /// Bit *k*: some rule has a field of the *k*-th [`Kind`](crate::place::Kind); the bit after them: some rule has `inode=`.
    pub kinds: u32,
    /// Rows of rules without a field of each kind.
    pub without: [u16; 3],
    /// The watched names' rows, by place.
    pub places: BTreeMap<u16, PlaceRows>,
    /// File systems whose files are not recorded: magic number, and whether all others are meant.
    pub filesystems: Vec<(u32, bool)>,
    /// The row of the task list's rules.
    pub tasks: u16,
    /// Rows of the io_uring list's rules, by operation.
    pub operations: BTreeMap<u8, u16>,
    /// What to collect of an operation that is outside any system call (`enum want`); 0 when the list has no rules.
    pub operation_want: u32,
    /// What the rules ask of SELinux's labels.
    pub labels: Questions,
    /// Row of each system call number, by index in [`ARCHES`]; 0: none.
    pub syscalls: [BTreeMap<u32, u16>; 2],
    /// What its rules have to be told of a call beside the call's own records (`enum want`).
    pub wants: [BTreeMap<u32, u32>; 2],
    /// The intervals of all fields.
    pub intervals: Vec<Interval>,
    /// The rows; row 0 is empty.
    pub rows: Vec<RuleBits>,
}

/// `ACCESS_BY_CALL`: the arguments say nothing of the access.
const ACCESS_BY_CALL: u32 = 8;

/// `WANT_WATCH`, `WANT_TREE`, `WANT_EXE`.
const WANT_KINDS: [u32; 3] = [WANT_WATCH, 1 << 17, 1 << 18];

const WANT_WATCH: u32 = 1 << 16;

/// `WANT_FS`, `WANT_SOCKETCALL`.
const WANT_FS: u32 = 1 << 20;
const WANT_SOCKETCALL: u32 = 1 << 19;

/// A rule's condition on some fact: its place, operator and value.
type User = (usize, Op, u32);

type Conditions = Vec<Vec<Condition>>;

impl Policy {
    /// Compiles the rules of the exit list (behind which may be those of the io_uring list), in their order, behind them those of the
    /// task list, and the filesystem list. Names must have been given their places.
    pub fn compile(exit: &[Rule], task: &[Rule], filesystem: &[Rule], places: &Places) -> Result<Self, ClassifyError> {
        let rules = [exit, task].concat();
        if rules.len() > RULES_MAX {
            return Err(ClassifyError::TooManyRules(rules.len()));
        }
        let words = rules.len().div_ceil(64).max(1);
        let mut rows = Rows::new(rules.len(), words);
        let conditions: Conditions = rules
            .iter()
            .map(|r| r.fields.iter().filter_map(|f| condition::in_list(f, r.list)).collect())
            .collect::<Result<_, _>>()?;
        let with = |ids: &[FieldId]| -> Vec<usize> {
            let has = |r: &Rule| r.fields.iter().any(|f| ids.contains(&f.id));
            rules.iter().enumerate().filter(|(_, r)| has(r)).map(|(at, _)| at).collect()
        };
        let hashed = with(&[FieldId::WATCH, FieldId::INODE]);
        let mut policy = Self {
            always: bits(words, rules.iter().map(|r| r.action == Action::Always)),
            words,
            fields: Vec::new(),
            tests: Vec::new(),
            items: Vec::new(),
            listed: rows.add(rows.without(hashed.iter().copied()))?,
            hashed: rows.add(rows.of(hashed))?,
            timeless: rows.add(rows.without(with(&[FieldId::EXIT, FieldId::SUCCESS])))?,
            kinds: u32::from(!with(&[FieldId::INODE]).is_empty()) << KINDS.len(),
            without: [0; 3],
            places: BTreeMap::new(),
            filesystems: filesystems(filesystem),
            tasks: 0,
            operations: BTreeMap::new(),
            operation_want: 0,
            labels: Questions::default(),
            syscalls: [BTreeMap::new(), BTreeMap::new()],
            wants: [BTreeMap::new(), BTreeMap::new()],
            intervals: Vec::new(),
            rows: Vec::new(),
        };
        policy.add_fields(&conditions, &mut rows)?;
        policy.add_tests(&conditions, &mut rows)?;
        policy.add_items(&conditions, &mut rows)?;
        policy.add_places(&conditions, places, &mut rows)?;
        policy.add_syscalls(exit, &conditions, &mut rows)?;
        policy.add_operations(exit, &conditions, &mut rows)?;
        let tasks = (exit.len()..rules.len()).filter(|&at| !never(&conditions, at));
        policy.tasks = rows.add(rows.of(tasks))?;
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

    /// Adds intervals from these values on, each with the rules that `holds` leaves of `everyone`; where they begin, how many.
    fn add_intervals(
        &mut self,
        cuts: BTreeSet<u32>,
        everyone: &RuleBits,
        rows: &mut Rows,
        fails: impl Fn(u32) -> Vec<usize>,
    ) -> Result<(u32, u32), ClassifyError> {
        let first = self.intervals.len();
        for low in cuts {
            let mut row = everyone.clone();
            fails(low).into_iter().for_each(|rule| clear(&mut row, rule));
            let row = rows.add(row)?;
            // neighbours that satisfy the same rules are one interval
            if self.intervals.len() == first || self.intervals.last().is_some_and(|i| i.row != row) {
                self.intervals.push(Interval { low, row });
            }
        }
        if self.intervals.len() > BOUNDS_MAX {
            return Err(ClassifyError::TooManyValues);
        }
        Ok((first as u32, (self.intervals.len() - first) as u32))
    }

    fn add_fields(&mut self, conditions: &Conditions, rows: &mut Rows) -> Result<(), ClassifyError> {
        let everyone = rows.everyone();
        let mut by_fact: BTreeMap<Fact, Vec<User>> = BTreeMap::new();
        let mut accesses = Vec::new();
        for (rule, condition) in numbered(conditions) {
            match *condition {
                Condition::Interval(fact, op, value) => by_fact.entry(fact).or_default().push((rule, op, value)),
                Condition::Access(op, mask) => accesses.push((rule, op, mask)),
                _ => {}
            }
        }
        for (fact, users) in by_fact {
            let mut cuts = cuts(users.iter().map(|u| u.2));
            if fact == fact::SADDR_FAM {
                cuts.insert(fact::NO_FAMILY);
            }
            let fails = |low| {
                let absent = fact == fact::SADDR_FAM && low == fact::NO_FAMILY;
                users.iter().filter(|(_, op, value)| absent || !op.holds(low, *value)).map(|u| u.0).collect()
            };
            let (first, count) = self.add_intervals(cuts, &everyone, rows, fails)?;
            self.fields.push(FieldTable { fact, first, count });
        }
        if !accesses.is_empty() {
            let fails = |access: u32| {
                let holds = |op, mask| access == ACCESS_BY_CALL || (mask & access != 0) == (op == Op::Eq);
                accesses.iter().filter(|&&(_, op, mask)| !holds(op, mask)).map(|a| a.0).collect()
            };
            let (first, count) = self.add_intervals((0..=ACCESS_BY_CALL).collect(), &everyone, rows, fails)?;
            self.fields.push(FieldTable { fact: fact::ACCESS, first, count });
        }
        Ok(())
    }

    fn add_tests(&mut self, conditions: &Conditions, rows: &mut Rows) -> Result<(), ClassifyError> {
        let mut without: BTreeMap<(TestKind, Fact, u32), RuleBits> = BTreeMap::new();
        for (rule, condition) in numbered(conditions) {
            if let Condition::Test(kind, fact, value) = *condition {
                clear(without.entry((kind, fact, value)).or_insert_with(|| rows.everyone()), rule);
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

    /// Tables of path items: the *n*-th condition of a rule on a fact is in the fact's *n*-th table.
    fn add_items(&mut self, conditions: &Conditions, rows: &mut Rows) -> Result<(), ClassifyError> {
        let mut tables: BTreeMap<(ItemFact, bool, usize), Vec<User>> = BTreeMap::new();
        for (rule, conditions) in conditions.iter().enumerate() {
            let mut seen: BTreeMap<ItemFact, usize> = BTreeMap::new();
            for condition in conditions {
                match *condition {
                    Condition::Item(fact, op, value) => {
                        let nth = seen.entry(fact).or_default();
                        tables.entry((fact, false, *nth)).or_default().push((rule, op, value));
                        *nth += 1;
                    }
                    Condition::NoItem(fact, value) => {
                        tables.entry((fact, true, 0)).or_default().push((rule, Op::Ne, value));
                    }
                    _ => {}
                }
            }
        }
        if tables.len() > ITEM_FIELDS_MAX {
            return Err(ClassifyError::TooManyItemFields);
        }
        for ((fact, every, _), users) in tables {
            let none = rows.add(rows.without(users.iter().map(|u| u.0)))?;
            let everyone = rows.everyone();
            let fails = |low| users.iter().filter(|(_, op, value)| !op.holds(low, *value)).map(|u| u.0).collect();
            let (first, count) = self.add_intervals(cuts(users.iter().map(|u| u.2)), &everyone, rows, fails)?;
            self.items.push(ItemTable { fact, first, count, none, every });
        }
        Ok(())
    }

    fn add_places(&mut self, conditions: &Conditions, places: &Places, rows: &mut Rows) -> Result<(), ClassifyError> {
        let mut at: BTreeMap<u16, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        let mut with: [Vec<usize>; 3] = Default::default();
        for (rule, condition) in numbered(conditions) {
            let (Condition::Place(key) | Condition::Elsewhere(key)) = condition else { continue };
            let here = at.entry(places.get(key).ok_or(ClassifyError::TooManyPlaces)?).or_default();
            self.kinds |= 1 << key.kind as u32;
            if matches!(condition, Condition::Elsewhere(_)) {
                here.1.push(rule);
            } else {
                here.0.push(rule);
                if let Some(with) = with.get_mut(key.kind as usize) {
                    with.push(rule);
                }
            }
        }
        for (without, with) in self.without.iter_mut().zip(with) {
            *without = rows.add(rows.without(with))?;
        }
        for (place, (here, elsewhere)) in at {
            let except = if elsewhere.is_empty() { 0 } else { rows.add(rows.without(elsewhere))? };
            self.places.insert(place, PlaceRows { row: rows.add(rows.of(here))?, except });
        }
        Ok(())
    }

    fn add_syscalls(&mut self, rules: &[Rule], conditions: &Conditions, rows: &mut Rows) -> Result<(), ClassifyError> {
        for (at, (calls, wants)) in self.syscalls.iter_mut().zip(&mut self.wants).enumerate() {
            let mut named = vec![rows.nobody(); NR_MAX];
            let mut wanted = vec![if self.filesystems.is_empty() { 0 } else { WANT_FS }; NR_MAX];
            for (number, rule) in rules.iter().enumerate().filter(|(number, _)| !never(conditions, *number)) {
                if rule.list != List::Exit {
                    continue;
                }
                for nr in known::calls_of(rule, at).filter(|&nr| !never_matches(rule, at, nr)) {
                    if let (Some(row), Some(want)) = (named.get_mut(nr as usize), wanted.get_mut(nr as usize)) {
                        set(row, number);
                        *want |= kinds(conditions, number);
                        if known::is_socketcall(at, nr) {
                            *want |= WANT_SOCKETCALL;
                        }
                    }
                }
            }
            // a call of which all rules say never is as good as unnamed
            for (nr, row) in named.into_iter().enumerate().filter(|(_, row)| meet(row, &self.always)) {
                calls.insert(nr as u32, rows.add(row)?);
                wants.insert(nr as u32, wanted.get(nr).copied().unwrap_or(0));
            }
        }
        Ok(())
    }
}

/// What a rule has to be told of (`WANT_WATCH` and its like).
fn kinds(conditions: &Conditions, rule: usize) -> u32 {
    let of = |c: &Condition| match c {
        Condition::Place(key) | Condition::Elsewhere(key) => WANT_KINDS.get(key.kind as usize).copied().unwrap_or(0),
        Condition::Item(ItemFact::Inode, ..) => WANT_WATCH,
        _ => 0,
    };
    conditions.get(rule).into_iter().flatten().fold(0, |bits, c| bits | of(c))
}

/// Whether nothing satisfies a rule.
fn never(conditions: &Conditions, rule: usize) -> bool {
    conditions.get(rule).is_some_and(|c| c.contains(&Condition::Never))
}

/// Where the answer may change: at 0, at each value, and behind it.
fn cuts(values: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    values.flat_map(|v| [Some(0), Some(v), v.checked_add(1)]).flatten().collect()
}

fn numbered(conditions: &Conditions) -> impl Iterator<Item = (usize, &Condition)> {
    conditions.iter().enumerate().flat_map(|(rule, conditions)| conditions.iter().map(move |c| (rule, c)))
}

/// The conditions of the filesystem list; of its actions the kernel heeds only `never`, and any of a rule's fields is enough.
fn filesystems(rules: &[Rule]) -> Vec<(u32, bool)> {
    let never = rules.iter().filter(|rule| rule.action == Action::Never);
    let fields = never.flat_map(|rule| &rule.fields).filter(|field| field.id == FieldId::FSTYPE);
    fields
        .filter_map(|field| match field.value {
            Value::Number(magic) => Some((magic, field.op == Op::Ne)),
            Value::Text(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
