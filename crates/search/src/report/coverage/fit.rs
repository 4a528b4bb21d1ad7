//! How well a rule agrees with what the records of an event tell.

use super::facts::Facts;
use super::files::Item;
use super::names;
use super::rules::Entry;
use raudit_rules::eval::Match;
use raudit_rules::{Field, FieldId, List, Op, Value, compare};

/// How well a condition agrees, or a rule: as its worst condition.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Fit {
    /// The records contradict it.
    No,
    /// Only if the file has a name here that has nothing in common with that of the rule.
    Elsewhere,
    /// Only if the file is in another directory here, as by a symbolic link to that.
    Renamed,
    /// The records do not tell.
    Unknown,
    /// It holds.
    Yes,
}

impl From<bool> for Fit {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl From<Match> for Fit {
    fn from(found: Match) -> Self {
        match found {
            Match::Yes => Self::Yes,
            Match::No => Self::No,
            Match::Unknown => Self::Unknown,
        }
    }
}

impl Fit {
    /// Of `!=`. A name that is another says little of the file.
    fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No | Self::Elsewhere => Self::Yes,
            Self::Renamed | Self::Unknown => Self::Unknown,
        }
    }

    fn of(self, op: Op) -> Self {
        if op == Op::Ne { self.negated() } else { self }
    }
}

/// How well a rule fits and, of one that is asked about each path item in turn, by which.
pub(super) fn rule(entry: &Entry, facts: &Facts<'_>) -> (Fit, usize) {
    let list = entry.rule.list;
    if list == List::Task {
        // It was asked when the task was made, by what it was then.
        return (Fit::Unknown, 0);
    }
    if matches!(list, List::Exit | List::IoUring) && !entry.rule.syscalls.contains(facts.numbers.syscall) {
        return (Fit::No, 0);
    }
    if !entry.is_of_item {
        return (all(entry, facts, None), 0);
    }
    let files = facts.files();
    let mut best = (if files.is_whole { Fit::No } else { all(entry, facts, Some(&Item::default())) }, usize::MAX);
    for (at, item) in files.items.iter().enumerate() {
        let fit = all(entry, facts, Some(item));
        if fit > best.0 {
            best = (fit, at);
        }
    }
    best
}

/// All conditions; those on files of this item, or of any.
fn all(entry: &Entry, facts: &Facts<'_>, item: Option<&Item<'_>>) -> Fit {
    worst(entry.conditions.iter().map(|field| condition(field, entry, facts, item)))
}

/// The first so many conditions of a rule.
pub(super) fn conditions(entry: &Entry, facts: &Facts<'_>, number: usize) -> Fit {
    worst(entry.conditions.iter().take(number).map(|field| condition(field, entry, facts, None)))
}

/// The worst; what comes after a contradiction is not looked at.
fn worst(fits: impl Iterator<Item = Fit>) -> Fit {
    let mut worst = Fit::Yes;
    for fit in fits {
        worst = worst.min(fit);
        if worst == Fit::No {
            break;
        }
    }
    worst
}

/// One condition.
fn condition(field: &Field, entry: &Entry, facts: &Facts<'_>, item: Option<&Item<'_>>) -> Fit {
    let any = |holds: &dyn Fn(&Item<'_>) -> Fit| match item {
        Some(item) => holds(item),
        None => {
            let files = facts.files();
            let missing = if files.is_whole { Fit::No } else { Fit::Unknown };
            files.items.iter().map(holds).max().unwrap_or(missing).max(missing)
        }
    };
    match (&field.value, field.id) {
        (Value::Text(path), FieldId::WATCH) => any(&|item| names::item(item, path, entry.is_watch)),
        (Value::Text(path), FieldId::DIR) => any(&|item| names::item(item, path, true)),
        (Value::Text(path), FieldId::EXE) => {
            facts.exe.as_deref().map_or(Fit::Unknown, |exe| names::compare(exe, path, false)).of(field.op)
        }
        (Value::Text(part), FieldId(13..=17)) => label(facts.subject, field.id.0 - 13, part).of(field.op),
        (Value::Text(part), FieldId(19..=23)) => any(&|item| label(item.label, field.id.0 - 19, part).of(field.op)),
        (Value::Number(bits), FieldId::PERM) => known(facts.access(), |made| made & bits != 0).of(field.op),
        (Value::Number(kind), FieldId::FILETYPE) => {
            any(&|item| known(item.mode, |mode| mode & libc::S_IFMT == *kind)).of(field.op)
        }
        (Value::Number(inode), FieldId::INODE) => {
            any(&|item| known(item.inode, |number| number == *inode)).of(field.op)
        }
        (Value::Number(number), FieldId::DEVMAJOR | FieldId::DEVMINOR) => {
            any(&|item| device(item, field.id, |part| field.op.holds(part, *number)))
        }
        (Value::Number(id), FieldId::OBJ_UID) => any(&|item| known(item.uid, |uid| field.op.holds(uid, *id))),
        (Value::Number(id), FieldId::OBJ_GID) => any(&|item| known(item.gid, |gid| field.op.holds(gid, *id))),
        (Value::Number(pair), FieldId::FIELD_COMPARE) => {
            let Some((left, right)) = compare::fields(*pair) else { return Fit::Unknown };
            match right {
                FieldId::OBJ_UID | FieldId::OBJ_GID => any(&|item| owner(facts, left, right, field.op, item)),
                _ if facts.knows(left) && facts.knows(right) => field.matches(entry.rule.list, &facts.numbers).into(),
                _ => Fit::Unknown,
            }
        }
        (Value::Number(family), FieldId::SADDR_FAM) => known(facts.address_family(), |of| field.op.holds(of, *family)),
        (Value::Number(kind), FieldId::MSGTYPE) => known(facts.numbers.msgtype, |of| field.op.holds(of, *kind)),
        (Value::Number(_), id) if facts.knows(id) => field.matches(entry.rule.list, &facts.numbers).into(),
        _ => Fit::Unknown,
    }
}

fn known(value: Option<u32>, holds: impl Fn(u32) -> bool) -> Fit {
    value.map_or(Fit::Unknown, |value| holds(value).into())
}

/// The number of the device that the file is on, or of the one that it is.
fn device(item: &Item<'_>, id: FieldId, holds: impl Fn(u32) -> bool) -> Fit {
    let part = |(major, minor)| if id == FieldId::DEVMAJOR { major } else { minor };
    let fits = item.devices.iter().map(|device| known(device.map(part), &holds));
    fits.max().unwrap_or(Fit::Unknown)
}

/// An id of the task with the owner's.
fn owner(facts: &Facts<'_>, left: FieldId, right: FieldId, op: Op, item: &Item<'_>) -> Fit {
    let owner = if right == FieldId::OBJ_UID { item.uid } else { item.gid };
    let Some(owner) = owner.filter(|_| facts.knows(left)) else { return Fit::Unknown };
    let of_task = Field { id: left, op, value: Value::Number(owner) };
    match left {
        // not also by supplementary groups, and an unset login uid is a number
        FieldId::GID => op.holds(facts.numbers.gid, owner).into(),
        FieldId::EGID => op.holds(facts.numbers.egid, owner).into(),
        FieldId::LOGINUID => op.holds(facts.numbers.auid, owner).into(),
        _ => of_task.matches(List::Exit, &facts.numbers).into(),
    }
}

/// User, role or type of a label of SELinux; of others, and of levels, no record tells enough.
fn label(label: Option<&[u8]>, part: u32, asked: &[u8]) -> Fit {
    let Some(label) = label else { return Fit::Unknown };
    let mut parts = label.split(|&byte| byte == b':');
    match (parts.clone().count(), part, parts.nth(part as usize)) {
        (3.., 0..=2, Some(found)) => (found == asked).into(),
        _ => Fit::Unknown,
    }
}
