//! Whether one rule matches whenever another does: a claim that is only made when it is certain.

use super::machine;
use super::values::Values;
use crate::{Field, FieldId, List, Op, Rule, Value};
use std::cell::OnceCell;
use std::path::PathBuf;

/// A rule, with what makes the comparison of two quick.
#[derive(Debug)]
pub(super) struct Profile<'a> {
    rule: &'a Rule,
    /// The conditions: fields without the key, which is a label; and the values each holds for, where it is one of numbers.
    conditions: Vec<Condition<'a>>,
    /// Those of them that `numbers` does not answer.
    others: Vec<Condition<'a>>,
    /// Which words of the mask name a call.
    calls: u64,
    /// What the other rule must say something about to be covered by this one: a bit for each field.
    needs: u64,
    /// What this rule says something about.
    has: u64,
    /// For each number that an event has once, the values with which the rule can hold.
    numbers: Vec<(FieldId, Values)>,
    /// What the rule's path or directory leads to, once asked for; `None` if that cannot be known.
    real: OnceCell<Option<PathBuf>>,
}

/// The bit for "some path is named", which is all that `dir` asks for at first.
const OBJECT: u64 = 1 << 63;

fn bit(id: FieldId) -> u64 {
    match id.0 {
        low @ 0..=26 => 1 << low,
        middle @ 100..=113 => 1 << (middle - 100 + 27),
        high @ 200..=203 => 1 << (high - 200 + 41),
        // Two fields with one bit are looked at closer.
        _ => 1 << 50,
    }
}

/// How the kernel evaluates a field, as far as conclusions may be drawn from it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// The event has one such number.
    One,
    /// Any file of the event may have the number: two conditions may hold for two files.
    Any,
    /// `=` and `!=` look at supplementary groups, too.
    Group,
    /// Nothing is concluded but from the same condition.
    Same,
}

/// How `list` evaluates the field.
pub(super) fn kind(id: FieldId, list: List) -> Kind {
    match id {
        FieldId::GID | FieldId::EGID if !matches!(list, List::User | List::Exclude) => Kind::Group,
        FieldId(0..=12 | 18 | 24..=25 | 103..=104 | 113 | 200..=203) => Kind::One,
        FieldId(26 | 100..=102 | 109..=110) => Kind::Any,
        _ => Kind::Same,
    }
}

/// The values with which a condition holds, for a field with numbers.
pub(super) fn values(field: &Field) -> Option<Values> {
    let Value::Number(value) = field.value else { return None };
    if field.id == FieldId::SUCCESS {
        // 1 is success, 2 failure; asked for is failure by 0, success by all else.
        let asked = if value == 0 { 2 } else { 1 };
        let hold: Vec<u32> = [1, 2].into_iter().filter(|&fact| field.op.holds(fact, asked)).collect();
        return Some(Values::only(&hold));
    }
    Values::of(field.op, value)
}

impl<'a> Profile<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        let conditions: Vec<Condition<'_>> = rule
            .fields
            .iter()
            .filter(|field| field.id != FieldId::FILTERKEY)
            .map(|field| (field, values(field)))
            .collect();
        let (mut needs, mut has) = (0, 0);
        let mut numbers: Vec<(FieldId, Values)> = Vec::new();
        for (field, holding) in &conditions {
            match field.id {
                FieldId::DIR => {
                    needs |= OBJECT;
                    has |= OBJECT;
                }
                FieldId::WATCH => {
                    needs |= bit(field.id);
                    has |= bit(field.id) | OBJECT;
                }
                id => {
                    needs |= bit(id);
                    has |= bit(id);
                }
            }
            if let (Kind::One, Some(holding)) = (kind(field.id, rule.list), holding) {
                match numbers.iter_mut().find(|(id, _)| *id == field.id) {
                    Some((_, known)) => *known = known.and(holding),
                    None => numbers.push((field.id, holding.clone())),
                }
            }
        }
        let answered = |id: FieldId| numbers.iter().any(|(known, _)| *known == id);
        let unanswered = |(field, holding): &&Condition<'_>| holding.is_none() || !answered(field.id);
        let others = conditions.iter().filter(unanswered).cloned().collect();
        let named = rule.syscalls.0.iter().enumerate().filter(|(_, word)| **word != 0);
        let calls = named.fold(0, |calls, (at, _)| calls | 1 << at);
        Self { rule, calls, others, conditions, needs, has, numbers, real: OnceCell::new() }
    }

    /// Whether this rule certainly matches whenever `other`, of the same list, does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.needs & !other.has == 0
            && self.rule.list == other.rule.list
            && self.covers_calls(other)
            && match self.rule.list {
                // Only `never` does anything there, any fstype will do, and nothing else is looked at.
                List::Filesystem => {
                    self.rule.action == crate::Action::Never && !other.conditions.is_empty() && {
                        let holds =
                            |theirs: &Condition<'_>| self.conditions.iter().any(|ours| one_implies(theirs, ours));
                        other.conditions.iter().all(holds)
                    }
                }
                // A rule without conditions never matches there.
                List::User | List::Exclude if self.conditions.is_empty() => false,
                // The key is no label there: the list ends with it.
                List::User | List::Exclude if self.conditions.len() != self.rule.fields.len() => false,
                _ => {
                    let narrower =
                        |(id, ours): &(FieldId, Values)| other.number(*id).is_some_and(|them| them.within(ours));
                    self.numbers.iter().all(narrower) && self.others.iter().all(|ours| other.implies(ours, self))
                }
            }
    }

    fn covers_calls(&self, other: &Self) -> bool {
        if !matches!(self.rule.list, List::Exit | List::IoUring) {
            return true;
        }
        let word = |rule: &Rule, at: u32| rule.syscalls.0.get(at as usize).copied().unwrap_or_default();
        let mut left = other.calls;
        while left != 0 {
            let at = left.trailing_zeros();
            if word(other.rule, at) & !word(self.rule, at) != 0 {
                return false;
            }
            left &= left - 1;
        }
        true
    }

    /// Whether what this rule's path leads to is below what the other's directory leads to: a link may lead elsewhere.
    fn leads_below(&self, dir: &Self) -> bool {
        matches!((self.real(), dir.real()), (Some(path), Some(dir)) if path.starts_with(dir))
    }

    /// The values with which the rule can hold, of a number that it says something about.
    fn number(&self, id: FieldId) -> Option<&Values> {
        self.numbers.iter().find(|(known, _)| *known == id).map(|(_, values)| values)
    }

    fn real(&self) -> Option<&PathBuf> {
        let find = || {
            self.conditions.iter().find_map(|(field, _)| match (&field.value, field.id) {
                (Value::Text(path), FieldId::WATCH | FieldId::DIR) => machine::real(path),
                _ => None,
            })
        };
        self.real.get_or_init(find).as_ref()
    }

    /// Whether `condition`, of the rule `whose`, certainly holds when all of this rule's do.
    fn implies(&self, condition: &Condition<'_>, whose: &Self) -> bool {
        let field = condition.0;
        let of_same = || self.conditions.iter().filter(|(ours, _)| ours.id == field.id);
        match field.id {
            _ if of_same().any(|(ours, _)| *ours == field) => return true,
            FieldId::PERM => return of_same().any(|(ours, _)| fewer_bits(ours, field)),
            FieldId::DIR => {
                return self.conditions.iter().any(|(ours, _)| is_below(ours, field)) && self.leads_below(whose);
            }
            _ => {}
        }
        match kind(field.id, self.rule.list) {
            // A question about bits.
            Kind::One => match (self.number(field.id), &field.value) {
                (Some(known), Value::Number(value)) => known.imply(field.op, *value),
                _ => false,
            },
            Kind::Any => of_same().any(|ours| one_implies(ours, condition)),
            Kind::Group => {
                let ordered = |field: &Field| matches!(field.op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
                ordered(field) && of_same().any(|ours| ordered(ours.0) && one_implies(ours, condition))
            }
            Kind::Same => false,
        }
    }

    /// A value that every rule covered by this one has, too: the rarest there is.
    pub(super) fn anchor(&self) -> Option<Anchor<'a>> {
        let anchors = self.conditions.iter().filter(|(field, _)| field.op == Op::Eq).filter_map(|(field, holding)| {
            let rank = match field.id {
                FieldId::ARCH => 2,
                FieldId::WATCH | FieldId::EXE => 0,
                _ => 1,
            };
            Some((rank, anchor_of(field, holding.as_ref())?))
        });
        anchors.min_by_key(|(rank, _)| *rank).map(|(_, anchor)| anchor)
    }

    /// The values this rule has.
    pub(super) fn anchors(&self) -> impl Iterator<Item = Anchor<'a>> {
        let of_conditions = self.conditions.iter().filter_map(|(field, values)| anchor_of(field, values.as_ref()));
        let single = |(id, values): &(FieldId, Values)| Some((id.0, Anchored::Number(values.single()?)));
        of_conditions.chain(self.numbers.iter().filter_map(single))
    }
}

/// A field that has one value.
pub(super) type Anchor<'a> = (u32, Anchored<'a>);

/// The value.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Anchored<'a> {
    Number(u32),
    Text(&'a [u8]),
}

fn anchor_of<'a>(field: &'a Field, holding: Option<&Values>) -> Option<Anchor<'a>> {
    match &field.value {
        // What is below a directory, or a part of the accesses, has another value.
        _ if matches!(field.id, FieldId::DIR | FieldId::PERM) => None,
        Value::Text(text) if field.op == Op::Eq => Some((field.id.0, Anchored::Text(text))),
        Value::Text(_) => None,
        Value::Number(_) => Some((field.id.0, Anchored::Number(holding?.single()?))),
    }
}

/// A condition and the values it holds for.
type Condition<'a> = (&'a Field, Option<Values>);

/// Whether `wanted` holds for whatever one condition on the same field holds for.
fn one_implies(known: &Condition<'_>, wanted: &Condition<'_>) -> bool {
    let values = || matches!((&known.1, &wanted.1), (Some(known), Some(wanted)) if known.within(wanted));
    known.0.id == wanted.0.id && (known.0 == wanted.0 || values())
}

/// Whether every access one `perm` is about, the other is about, too.
fn fewer_bits(known: &Field, wanted: &Field) -> bool {
    match (&known.value, &wanted.value) {
        (Value::Number(known), Value::Number(wanted)) => known & !wanted == 0,
        _ => false,
    }
}

/// Whether a `path` or `dir` is the directory, or below it, by their names.
fn is_below(known: &Field, dir: &Field) -> bool {
    let (Value::Text(path), Value::Text(dir)) = (&known.value, &dir.value) else { return false };
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    let doubtful = |name: &[u8]| name.split(|&b| b == b'/').any(|part| part == b"..");
    matches!(known.id, FieldId::WATCH | FieldId::DIR)
        && path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        && !doubtful(path)
        && !doubtful(dir)
}
