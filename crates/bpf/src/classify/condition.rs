//! A rule's fields as the matcher sees them.

use super::{ClassifyError, TestKind};
use crate::fact::{self, Fact};
use crate::place::{Key, Kind};
use crate::selinux::rule;
use raudit_rules::{Field, FieldId, List, Op, Value};

/// What is known of a path item (`enum item_fact`, bpf/policy.h).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u32)]
#[allow(missing_docs, reason = "the fields' own names")]
pub enum ItemFact {
    Major = 0,
    Minor = 1,
    Inode = 2,
    Uid = 3,
    Gid = 4,
    Type = 5,
}

/// One condition.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Condition {
    /// A fact lies in, or outside, a range.
    Interval(Fact, Op, u32),
    /// `perm=`: these accesses, or (`!=`) none of them, where the arguments say which.
    Access(Op, u32),
    /// No interval of one value.
    Test(TestKind, Fact, u32),
    /// A path item's fact lies in, or outside, a range.
    Item(ItemFact, Op, u32),
    /// `filetype!=`: no item is of this type.
    NoItem(ItemFact, u32),
    /// A watched name.
    Place(Key),
    /// `exe!=`.
    Elsewhere(Key),
    /// Nothing satisfies it.
    Never,
}

/// The fields that are about path items: without one there is nothing for them to hold for.
pub fn needs_items(field: &Field) -> bool {
    match field.id {
        FieldId::WATCH
        | FieldId::DIR
        | FieldId::INODE
        | FieldId::DEVMAJOR
        | FieldId::DEVMINOR
        | FieldId::OBJ_UID
        | FieldId::OBJ_GID => true,
        FieldId::FILETYPE => field.op == Op::Eq,
        id if rule::of_subject(id) == Some(false) => true,
        FieldId::FIELD_COMPARE => matches!(field.value, Value::Number(1..=9)),
        _ => false,
    }
}

/// The condition that a field is in a rule of this list: while a task is made there is no call yet whose properties could hold.
pub fn in_list(field: &Field, list: List) -> Option<Result<Condition, ClassifyError>> {
    let of_call = [FieldId::PPID, FieldId::ARCH, FieldId::EXIT, FieldId::SUCCESS, FieldId::PERM, FieldId::FILETYPE];
    let call =
        of_call.contains(&field.id) || needs_items(field) || (FieldId::ARG0.0..=FieldId::ARG3.0).contains(&field.id.0);
    if list == List::Task && call {
        return Some(Ok(Condition::Never));
    }
    of(field)
}

/// The condition a field stands for; `None` for fields that are no condition here (key, arch).
pub fn of(field: &Field) -> Option<Result<Condition, ClassifyError>> {
    let refused = || Some(Err(ClassifyError::Field(field.id)));
    if let Some(subject) = rule::of_subject(field.id) {
        return label(field, subject).map_or_else(refused, |condition| Some(Ok(condition)));
    }
    let condition = match (field.id, &field.value) {
        (FieldId::FILTERKEY | FieldId::ARCH, _) => return None,
        (FieldId::WATCH, Value::Text(path)) => Condition::Place(Key::new(Kind::Watch, path)),
        (FieldId::DIR, Value::Text(path)) => Condition::Place(Key::new(Kind::Tree, path)),
        (FieldId::EXE, Value::Text(path)) if field.op == Op::Ne => Condition::Elsewhere(Key::new(Kind::Exe, path)),
        (FieldId::EXE, Value::Text(path)) => Condition::Place(Key::new(Kind::Exe, path)),
        (FieldId::PERM, Value::Number(mask)) => Condition::Access(field.op, *mask),
        (FieldId::FIELD_COMPARE, Value::Number(pair)) => match comparison(field.op, *pair) {
            Some(condition) => condition,
            None => return refused(),
        },
        (FieldId::FILETYPE, Value::Number(kind)) if field.op == Op::Ne => Condition::NoItem(ItemFact::Type, *kind),
        // the kernel keeps such a rule in the list of inodes that have the value's hash, and asks it about those only
        (FieldId::INODE, _) if field.op != Op::Eq => return refused(),
        (id, Value::Number(value)) => match item_fact(id) {
            Some(_) if matches!(field.op, Op::BitMask | Op::BitTest) => return refused(),
            Some(fact) => Condition::Item(fact, field.op, *value),
            None => match plain(field, *value) {
                Some(condition) => condition,
                None => return refused(),
            },
        },
        _ => return refused(),
    };
    Some(Ok(condition))
}

/// A question about a label: `plan::labels` has put its bit in place of its text, none for what never holds.
fn label(field: &Field, subject: bool) -> Option<Condition> {
    match (field.op, &field.value) {
        (Op::BitMask, Value::Number(0)) => Some(Condition::Never),
        (Op::BitMask, Value::Number(bit)) => {
            Some(Condition::Test(TestKind::AnyBit, if subject { fact::SUBJ_LABEL } else { fact::OBJ_LABEL }, *bit))
        }
        _ => None,
    }
}

fn item_fact(id: FieldId) -> Option<ItemFact> {
    Some(match id {
        FieldId::DEVMAJOR => ItemFact::Major,
        FieldId::DEVMINOR => ItemFact::Minor,
        FieldId::INODE => ItemFact::Inode,
        FieldId::OBJ_UID => ItemFact::Uid,
        FieldId::OBJ_GID => ItemFact::Gid,
        FieldId::FILETYPE => ItemFact::Type,
        _ => return None,
    })
}

/// `-C`: two ids of the task, or one of it and one of a file.
fn comparison(op: Op, pair: u32) -> Option<Condition> {
    if let Some((left, right)) = fact::of_comparison(pair) {
        return Some(Condition::Test(if op == Op::Ne { TestKind::Other } else { TestKind::Same }, left, right));
    }
    let (left, right) = raudit_rules::compare::fields(pair)?;
    let kind = if op == Op::Ne { TestKind::ItemOther } else { TestKind::ItemSame };
    Some(Condition::Test(kind, fact::of_field(left)?, item_fact(right)? as u32))
}

/// A field that is a number of the task or the call.
fn plain(field: &Field, value: u32) -> Option<Condition> {
    let fact = fact::of_field(field.id)?;
    let (fact, value) = match field.id {
        // the kernel turns a test of auid against "unset" into one of whether it is set (audit_data_to_entry)
        FieldId::LOGINUID if value == u32::MAX => (fact::AUID_SET, 0),
        // kernel/audit.h: AUDITSC_SUCCESS is 1, AUDITSC_FAILURE 2
        FieldId::SUCCESS => (fact, if value == 0 { 2 } else { 1 }),
        _ => (fact, value),
    };
    let groups = matches!(field.id, FieldId::GID | FieldId::EGID);
    Some(match field.op {
        Op::BitMask => Condition::Test(TestKind::AnyBit, fact, value),
        Op::BitTest => Condition::Test(TestKind::AllBits, fact, value),
        Op::Eq if groups => Condition::Test(TestKind::Group, fact, value),
        Op::Ne if groups => Condition::Test(TestKind::NoGroup, fact, value),
        op => Condition::Interval(fact, op, value),
    })
}
