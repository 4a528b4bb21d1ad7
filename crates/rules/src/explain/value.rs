//! What is behind a number in a rule.

use crate::{FieldId, Op, names};
use nix::unistd::{Gid, Group, Uid, User};
use raudit_tables::{errno, family, record_type};

/// The value in words: a name with its number where there is one.
pub(super) fn of(id: FieldId, op: Op, value: u32) -> String {
    let named = |name: Option<String>| match name {
        Some(name) => format!("{name} ({value})"),
        None => value.to_string(),
    };
    let table = |name: Option<&'static str>| named(name.map(str::to_owned));
    let equality = matches!(op, Op::Eq | Op::Ne);
    match id {
        _ if matches!(op, Op::BitMask | Op::BitTest) => format!("{value:#x}"),
        FieldId::LOGINUID | FieldId::SESSIONID if value == u32::MAX => "unset".into(),
        FieldId(1..=4 | 9 | 109) if equality => named(user(value)),
        FieldId(5..=8 | 110) if equality => named(group(value)),
        FieldId::MSGTYPE => table(record_type::RECORD_TYPE.name(value)),
        FieldId::FSTYPE => table(names::FILE_SYSTEM.name(value)),
        FieldId::FILETYPE => table(names::FILE_TYPE.name(value)),
        FieldId::SADDR_FAM => table(family::FAMILY.name(value)),
        FieldId(200..=203 | 10) => format!("{value:#x}"),
        FieldId::EXIT => error(value as i32),
        _ => value.to_string(),
    }
}

fn user(id: u32) -> Option<String> {
    User::from_uid(Uid::from_raw(id)).ok().flatten().map(|user| user.name)
}

fn group(id: u32) -> Option<String> {
    Group::from_gid(Gid::from_raw(id)).ok().flatten().map(|group| group.name)
}

/// A value that a call returns: a negative one is an error.
pub(super) fn error(value: i32) -> String {
    match errno::name(value.unsigned_abs()) {
        Some(name) if value < 0 => format!("{name} ({})", errno::text(-value)),
        _ => value.to_string(),
    }
}
