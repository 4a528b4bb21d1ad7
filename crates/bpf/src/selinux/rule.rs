//! The fields of rules that are about labels (`selinux_audit_rule_init`, `selinux_audit_rule_match`, services.c).
//!
//! Each distinct question is a predicate of a label, and a bit. The programs find, for the task's label and for those of the
//! path items, which predicates hold; what a rule asks is then whether a bit is set.

use super::context::{Kind, Level};
use super::policy::{Names, Numbers};
use raudit_rules::{Field, FieldId, Op, Value};

/// Distinct questions in one rule set, at most (`LABELS_MAX`).
pub const PREDICATES_MAX: usize = 32;
/// Of them about levels (`LEVELS_MAX`).
pub const LEVELS_MAX: usize = 8;
/// Categories that a level of a rule may name (`CATEGORIES_MAX`).
pub const CATEGORIES_MAX: u32 = 1024;

/// The part of a label that a predicate is about (`enum label_part`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Part {
    User = 0,
    Role = 1,
    Type = 2,
    Low = 3,
    High = 4,
}

/// What the part is compared with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Than {
    /// The number of a user, a role or a type.
    Number(u32),
    /// A level.
    Level(Level),
}

/// A question about a label.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Predicate {
    /// Which part.
    pub part: Part,
    /// How it is compared.
    pub op: Op,
    /// With what.
    pub than: Than,
}

/// All questions of a rule set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Questions {
    /// By bit.
    pub predicates: Vec<Predicate>,
    /// The policy that the numbers are of.
    pub sequence: u32,
}

impl Questions {
    /// The bit of a question, a new one if it was not asked yet; `None` when there are too many.
    pub fn bit(&mut self, predicate: Predicate) -> Option<u32> {
        let known = self.predicates.iter().position(|p| *p == predicate);
        let at = known.unwrap_or(self.predicates.len());
        if known.is_none() {
            let level = |p: &Predicate| matches!(p.than, Than::Level(_));
            let levels = self.predicates.iter().filter(|p| level(p)).count();
            if at == PREDICATES_MAX || level(&predicate) && levels == LEVELS_MAX {
                return None;
            }
            self.predicates.push(predicate);
        }
        Some(1 << at)
    }

    /// `struct policy_label` of each, and `struct policy_level` of those about levels (bpf/policy.h).
    pub fn encode(&self) -> (Vec<u32>, Vec<u64>) {
        let (mut labels, mut levels) = (Vec::new(), Vec::new());
        const LONGS: usize = CATEGORIES_MAX as usize / 64;
        for predicate in &self.predicates {
            let value = match &predicate.than {
                Than::Number(number) => *number,
                Than::Level(level) => {
                    let mut bits = [0u64; LONGS];
                    for category in &level.categories {
                        if let Some(word) = bits.get_mut(*category as usize / 64) {
                            *word |= 1 << (category % 64);
                        }
                    }
                    levels.push(level.sensitivity.into());
                    levels.extend(bits);
                    (levels.len() / (LONGS + 1)) as u32 - 1
                }
            };
            let op = match predicate.op {
                Op::Eq => 0,
                Op::Ne => 1,
                Op::Lt => 2,
                Op::Le => 3,
                Op::Gt => 4,
                _ => 5,
            };
            labels.extend([predicate.part as u32, op, value]);
        }
        (labels, levels)
    }
}

/// Whether a field is about labels, and then whether about the task's (true) or an object's.
pub fn of_subject(id: FieldId) -> Option<bool> {
    part(id).map(|_| (FieldId::SUBJ_USER.0..=FieldId::SUBJ_CLR.0).contains(&id.0))
}

fn part(id: FieldId) -> Option<Part> {
    Some(match id {
        FieldId::SUBJ_USER | FieldId::OBJ_USER => Part::User,
        FieldId::SUBJ_ROLE | FieldId::OBJ_ROLE => Part::Role,
        FieldId::SUBJ_TYPE | FieldId::OBJ_TYPE => Part::Type,
        FieldId::SUBJ_SEN | FieldId::OBJ_LEV_LOW => Part::Low,
        FieldId::SUBJ_CLR | FieldId::OBJ_LEV_HIGH => Part::High,
        _ => return None,
    })
}

/// The text of a level taken apart: the sensitivity, and first and last of its categories.
type LevelText<'a> = (&'a [u8], Vec<(&'a [u8], Option<&'a [u8]>)>);

fn level_text(text: &[u8]) -> LevelText<'_> {
    let (sensitivity, rest) = cut(text, b':');
    let runs = rest.map(|rest| rest.split(|&b| b == b',').map(|run| cut(run, b'.')).collect());
    (sensitivity, runs.unwrap_or_default())
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&b| b == at) {
        Some(found) => (text.get(..found).unwrap_or_default(), text.get(found + 1..)),
        None => (text, None),
    }
}

/// The names in a field's value.
pub fn names(field: &Field) -> Names {
    let (Some(part), Value::Text(text)) = (part(field.id), &field.value) else { return Names::new() };
    let kind = match part {
        Part::User => Kind::User,
        Part::Role => Kind::Role,
        Part::Type => Kind::Type,
        Part::Low | Part::High => {
            let (sensitivity, runs) = level_text(text);
            let categories = runs.into_iter().flat_map(|(first, last)| [Some(first), last]).flatten();
            let categories = categories.map(|name| (Kind::Category, name.to_vec()));
            return categories.chain([(Kind::Level, sensitivity.to_vec())]).collect();
        }
    };
    Names::from([(kind, text.to_vec())])
}

/// What a field asks; `None` when the kernel would keep the rule and never match it: names that the policy does not know, and
/// comparisons that make no sense.
pub fn predicate(field: &Field, numbers: &Numbers) -> Option<Predicate> {
    let (part, Value::Text(text)) = (part(field.id)?, &field.value) else { return None };
    let number = |kind, name: &[u8]| numbers.get(&(kind, name.to_vec())).copied();
    let kind = match part {
        Part::User => Kind::User,
        Part::Role => Kind::Role,
        Part::Type => Kind::Type,
        Part::Low | Part::High => {
            if text.contains(&b'-') || matches!(field.op, Op::BitMask | Op::BitTest) {
                return None;
            }
            let level = level(text, number)?;
            return Some(Predicate { part, op: field.op, than: Than::Level(level) });
        }
    };
    if !matches!(field.op, Op::Eq | Op::Ne) {
        return None;
    }
    Some(Predicate { part, op: field.op, than: Than::Number(number(kind, text)?) })
}

/// `mls_context_to_sid`, of a single level.
fn level(text: &[u8], number: impl Fn(Kind, &[u8]) -> Option<u32>) -> Option<Level> {
    let (sensitivity, runs) = level_text(text);
    let sensitivity = number(Kind::Level, sensitivity)?;
    let mut categories = std::collections::BTreeSet::new();
    for (first, last) in runs {
        let first = number(Kind::Category, first)?;
        let last = match last {
            None => first,
            Some(last) => number(Kind::Category, last).filter(|&last| last > first)?,
        };
        categories.extend((first..=last).map(|value| value.saturating_sub(1)));
    }
    Some(Level { sensitivity, categories: categories.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Numbers {
        let mut numbers: Numbers = (0..1024).map(|n| ((Kind::Category, format!("c{n}").into_bytes()), n + 1)).collect();
        numbers.insert((Kind::Level, b"s0".to_vec()), 1);
        numbers.insert((Kind::Type, b"init_t".to_vec()), 42);
        numbers.insert((Kind::User, b"init_t".to_vec()), 7);
        numbers
    }

    fn asks(id: FieldId, op: Op, text: &str) -> Option<Predicate> {
        let field = Field { id, op, value: Value::Text(text.into()) };
        let known = names(&field);
        assert!(!known.is_empty());
        let numbers = numbers().into_iter().filter(|(name, _)| known.contains(name)).collect();
        predicate(&field, &numbers)
    }

    #[test]
    fn names_are_numbers_of_their_kind() {
        let than = |number| Some(Predicate { part: Part::Type, op: Op::Eq, than: Than::Number(number) });
        assert_eq!(asks(FieldId::SUBJ_TYPE, Op::Eq, "init_t"), than(42));
        assert_eq!(asks(FieldId::OBJ_TYPE, Op::Eq, "init_t"), than(42));
        assert_eq!(
            asks(FieldId::OBJ_USER, Op::Ne, "init_t").map(|p| (p.part, p.than)),
            Some((Part::User, Than::Number(7)))
        );
    }

    #[test]
    fn what_the_policy_does_not_know_never_matches() {
        assert_eq!(asks(FieldId::SUBJ_TYPE, Op::Eq, "chronyd_t"), None);
        assert_eq!(asks(FieldId::SUBJ_TYPE, Op::Ne, "chronyd_t"), None);
        assert_eq!(asks(FieldId::SUBJ_TYPE, Op::Lt, "init_t"), None);
        assert_eq!(asks(FieldId::SUBJ_SEN, Op::Eq, "s0-s0:c1"), None);
        assert_eq!(asks(FieldId::SUBJ_SEN, Op::Eq, "s0:c5.c5"), None);
        assert_eq!(asks(FieldId::SUBJ_SEN, Op::Eq, "s0:c5.c2000"), None);
        assert_eq!(asks(FieldId::SUBJ_SEN, Op::Eq, "s1"), None);
        assert_eq!(asks(FieldId::SUBJ_SEN, Op::Eq, "s0:"), None);
    }

    #[test]
    fn levels_are_read_as_the_kernel_reads_them() {
        let of = |text: &str| match asks(FieldId::OBJ_LEV_HIGH, Op::Ge, text).map(|p| p.than) {
            Some(Than::Level(level)) => level.categories,
            other => panic!("{other:?}"),
        };
        assert_eq!(of("s0"), []);
        assert_eq!(of("s0:c1,c3.c5"), [1, 3, 4, 5]);
        assert_eq!(of("s0:c3.c5,c4,c0"), [0, 3, 4, 5]);
        assert_eq!(of("s0:c0.c1023").len(), 1024);
    }

    #[test]
    fn questions_are_numbered_once() {
        let mut questions = Questions::default();
        let (kind, level) =
            (asks(FieldId::SUBJ_TYPE, Op::Ne, "init_t"), asks(FieldId::OBJ_LEV_HIGH, Op::Ge, "s0:c1,c64"));
        let (kind, level) = (kind.unwrap(), level.unwrap());
        assert_eq!([&kind, &level, &kind].map(|p| questions.bit(p.clone())), [Some(1), Some(2), Some(1)]);
        let (labels, levels) = questions.encode();
        assert_eq!(labels, [2, 1, 42, 4, 5, 0]);
        assert_eq!(levels.len(), 17);
        assert_eq!(levels[..3], [1, 2, 1]);
        let many = |at| Predicate { than: Than::Level(Level { sensitivity: at, categories: vec![] }), ..level.clone() };
        let bits: Vec<_> = (1..=8).map(|at| questions.bit(many(at))).collect();
        assert_eq!(bits.iter().filter(|b| b.is_some()).count(), LEVELS_MAX - 1);
        let more =
            (100..200).filter_map(|number| questions.bit(Predicate { than: Than::Number(number), ..kind.clone() }));
        assert_eq!(more.count(), PREDICATES_MAX - 1 - LEVELS_MAX);
    }

    #[test]
    fn the_limits_are_the_programs() {
        let limit = |name| crate::skel::enum_value("policy_limit", name);
        assert_eq!(limit("LABELS_MAX"), Some(PREDICATES_MAX as u32));
        assert_eq!(limit("LEVELS_MAX"), Some(LEVELS_MAX as u32));
        assert_eq!(limit("CATEGORIES_MAX"), Some(CATEGORIES_MAX));
        let part = |name| crate::skel::enum_value("label_part", name);
        assert_eq!(part("LABEL_HIGH"), Some(Part::High as u32));
        assert_eq!(crate::skel::enum_value("label_op", "LABEL_GE"), Some(5));
    }

    #[test]
    fn only_fields_about_labels_are() {
        assert_eq!(of_subject(FieldId::SUBJ_CLR), Some(true));
        assert_eq!(of_subject(FieldId::OBJ_LEV_LOW), Some(false));
        assert_eq!(of_subject(FieldId::PPID), None);
    }
}
