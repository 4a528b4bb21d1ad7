//! `-F field op value` and `-C field op field`.

use super::error::{FieldError, Part};
use super::fault::Fault;
use super::feature;
use super::number::{digits, signed, starts_number, unsigned};
use super::rule::{Draft, text};
use crate::valid::{AF_MAX, MAX_KEY_LEN};
use crate::wire::{MAX_FIELDS, MAX_TEXT};
use crate::{Field, FieldId, List, Op, Value, compare, names, perm};
use nix::unistd::{Group, User};
use raudit_tables::{arch, errno, record_type};
use std::ops::Range;

/// The operators, in the order in which they are looked for in the whole condition.
const OPERATORS: [(&[u8], Op); 8] = [
    (b"!=", Op::Ne),
    (b">=", Op::Ge),
    (b"<=", Op::Le),
    (b"&=", Op::BitTest),
    (b"=", Op::Eq),
    (b">", Op::Gt),
    (b"<", Op::Lt),
    (b"&", Op::BitMask),
];

/// Takes a condition apart at its operator.
fn split<'a>(condition: &'a [u8], operators: &[(&[u8], Op)]) -> Option<(&'a [u8], Op, &'a [u8])> {
    operators.iter().find_map(|&(symbol, op)| {
        let at = condition.windows(symbol.len()).position(|window| window == symbol)?;
        let (name, rest) = condition.split_at_checked(at)?;
        Some((name, op, rest.get(symbol.len()..)?))
    })
}

/// The bytes of a part of a condition whose field's name and operator are this long.
fn bytes(part: Part, condition: &[u8], name: usize, op: Op) -> Range<usize> {
    let value = name + op.symbol().len();
    match part {
        Part::Whole => 0..condition.len(),
        Part::Name => 0..name,
        Part::Operator => name..value,
        Part::Value => value..condition.len(),
    }
}

/// Adds the condition of a `-F` (other than `key=`) to the rule.
pub(super) fn add(draft: &mut Draft, list: Option<List>, condition: &[u8]) -> Result<(), Fault> {
    let whole = |error: FieldError| Fault::condition(error, &text(condition), 0..condition.len());
    if draft.fields.len() >= MAX_FIELDS - 1 {
        return Err(whole(FieldError::TooManyFields));
    }
    let (name, op, value) = split(condition, &OPERATORS).ok_or_else(|| whole(FieldError::OperatorMissing))?;
    let (length, name) = (name.len(), text(name));
    condition_field(draft, list, &name, op, value).map_err(|error| {
        let part = bytes(error.part(), condition, length, op);
        Fault::condition(error, &name, part)
    })
}

fn condition_field(draft: &mut Draft, list: Option<List>, name: &str, op: Op, value: &[u8]) -> Result<(), FieldError> {
    if name.is_empty() {
        return Err(FieldError::FieldMissing);
    }
    if value.is_empty() {
        return Err(FieldError::ValueMissing);
    }
    let id = FieldId::from_name(name).ok_or(FieldError::UnknownField)?;
    check_list(draft, list, id)?;
    let value = match id {
        _ if id.takes_text() => Value::Text(text_value(draft, id, op, value)?),
        FieldId::ARCH => Value::Number(arch_value(draft, op, value)?),
        FieldId::PERM => Value::Number(perm_value(draft, op, value)?),
        _ => Value::Number(number_value(id, op, value)?),
    };
    draft.fs_added |= id == FieldId::FSTYPE;
    draft.fields.push(Field { id, op, value });
    Ok(())
}

/// Whether the field may stand in the list, as far as auditctl looks; the kernel looks closer.
fn check_list(draft: &Draft, list: Option<List>, id: FieldId) -> Result<(), FieldError> {
    let lacks = |bit: u32| draft.features & bit == 0;
    let always_excludable = matches!(id.0, 0 | 1 | 5 | 9 | 12..=17 | 112);
    if list == Some(List::Exclude) && lacks(feature::EXCLUDE_EXTEND) && !always_excludable {
        return Err(FieldError::ExcludeFields);
    }
    if list == Some(List::Filesystem) && lacks(feature::FILTER_FS) {
        return Err(FieldError::ListNotSupported);
    }
    let is = |lists: &[List]| list.is_some_and(|list| lists.contains(&list));
    match id {
        FieldId::EXIT | FieldId::PPID | FieldId::FILETYPE | FieldId::WATCH | FieldId::DIR if !is(&[List::Exit]) => {
            Err(FieldError::ExitOnly)
        }
        FieldId(19..=23 | 100..=102 | 104) if !is(&[List::Exit]) => Err(FieldError::ExitOnly),
        FieldId::PERM if !is(&[List::Exit, List::Exclude]) => Err(FieldError::ExitOnly),
        FieldId::MSGTYPE if !is(&[List::Exclude, List::User]) => Err(FieldError::MessageTypeList),
        FieldId::FSTYPE if !is(&[List::Filesystem]) => Err(FieldError::WrongList),
        FieldId::SESSIONID if lacks(feature::SESSIONID_FILTER) => Err(FieldError::NotSupported),
        FieldId::SESSIONID if !is(&[List::Exclude, List::User, List::Exit]) => Err(FieldError::SessionList),
        FieldId::EXE if lacks(feature::EXECUTABLE_PATH) => Err(FieldError::NotSupported),
        _ => Ok(()),
    }
}

fn text_value(draft: &mut Draft, id: FieldId, op: Op, value: &[u8]) -> Result<Vec<u8>, FieldError> {
    let longest = if id == FieldId::FILTERKEY { MAX_KEY_LEN } else { MAX_TEXT };
    match id {
        FieldId::EXE if !matches!(op, Op::Eq | Op::Ne) => return Err(FieldError::OnlyEquality),
        FieldId::FILTERKEY if !draft.takes_key() => return Err(FieldError::KeyNeedsRule),
        _ if value.len() > longest => return Err(FieldError::TextTooLong),
        FieldId::EXE => draft.exe_added = true,
        FieldId::WATCH | FieldId::DIR => draft.perm_added = true,
        _ => {}
    }
    Ok(value.to_vec())
}

fn arch_value(draft: &mut Draft, op: Op, value: &[u8]) -> Result<u32, FieldError> {
    if draft.syscall_added {
        return Err(FieldError::ArchMisplaced);
    }
    if !matches!(op, Op::Eq | Op::Ne) {
        return Err(FieldError::OnlyEquality);
    }
    let found = match text(value).to_ascii_lowercase().as_str() {
        _ if starts_number(value) => digits(value, None).and_then(|n| u32::try_from(n).ok()).filter(|&n| is_known(n)),
        name => arch::of_width_or_name(name)
            .or_else(|| digits(value, Some(16)).and_then(|n| u32::try_from(n).ok()))
            .filter(|&n| is_known(n)),
    };
    let number = found.ok_or(FieldError::ArchUnknown)?;
    draft.arch = Some(number);
    Ok(number)
}

/// Whether rules can name the architecture.
fn is_known(number: u32) -> bool {
    arch::IN_RULES.contains(&number)
}

fn perm_value(draft: &mut Draft, op: Op, value: &[u8]) -> Result<u32, FieldError> {
    if op != Op::Eq {
        return Err(FieldError::OnlyEqual);
    }
    if value.len() > 4 {
        return Err(FieldError::TextTooLong);
    }
    let mut bits = 0;
    for &letter in value {
        let bit = perm::bit(letter).ok_or(FieldError::PermLetters)?;
        draft.add_perm_syscalls(bit).map_err(|()| FieldError::PermSyscalls)?;
        bits |= bit;
    }
    if draft.arch.is_none() {
        draft.warnings.push("perm used without an arch is slower".into());
    }
    draft.perm_added = true;
    Ok(bits)
}

fn number_value(id: FieldId, op: Op, value: &[u8]) -> Result<u32, FieldError> {
    let known = text(value);
    match id {
        FieldId(1..=4 | 9 | 109) => user(value, &known),
        FieldId(5..=8 | 110) => group(value, &known),
        FieldId::EXIT => signed(value).or_else(|| exit_name(&known)).ok_or(FieldError::UnknownErrno),
        FieldId::MSGTYPE => unsigned(value).or_else(|| message_type(&known)).ok_or(FieldError::UnknownMessageType),
        // auditctl prints numbers for these two that it does not read; we read what we print.
        FieldId::FILETYPE => unsigned(value)
            .or_else(|| names::FILE_TYPE.number(&known.to_ascii_lowercase()))
            .ok_or(FieldError::UnknownFileType),
        FieldId::FSTYPE if !matches!(op, Op::Eq | Op::Ne) => Err(FieldError::OnlyEquality),
        FieldId::FSTYPE => signed(value)
            .or_else(|| names::FILE_SYSTEM.number(&known.to_ascii_lowercase()))
            .ok_or(FieldError::UnknownFileSystem),
        FieldId(200..=203) => signed(value).ok_or(FieldError::NotANumber),
        FieldId::SESSIONID if known == "unset" => Ok(u32::MAX),
        FieldId::SESSIONID => signed(value).ok_or(FieldError::NotANumber),
        FieldId::SADDR_FAM => match unsigned(value) {
            Some(family) if family >= AF_MAX => Err(FieldError::ValueTooLarge),
            family => family.ok_or(FieldError::NotANumber),
        },
        FieldId::INODE if !matches!(op, Op::Eq | Op::Ne) => Err(FieldError::OnlyEquality),
        _ => unsigned(value).ok_or(FieldError::NotANumber),
    }
}

fn user(value: &[u8], name: &str) -> Result<u32, FieldError> {
    if name == "unset" {
        return Ok(u32::MAX);
    }
    let by_name = || User::from_name(name).ok().flatten().map(|user| user.uid.as_raw());
    signed(value).or_else(by_name).ok_or_else(|| FieldError::UnknownUser(name.to_owned()))
}

fn group(value: &[u8], name: &str) -> Result<u32, FieldError> {
    let by_name = || Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw());
    unsigned(value).or_else(by_name).ok_or_else(|| FieldError::UnknownGroup(name.to_owned()))
}

/// `EPERM` or `-EPERM`.
fn exit_name(name: &str) -> Option<u32> {
    let upper = name.to_ascii_uppercase();
    match upper.strip_prefix('-') {
        Some(name) => errno::number(name).map(u32::wrapping_neg),
        None => errno::number(&upper),
    }
}

/// A record type's name, or `UNKNOWN[n]`.
fn message_type(name: &str) -> Option<u32> {
    let upper = name.to_ascii_uppercase();
    if let Some(number) = upper.strip_prefix("UNKNOWN[").and_then(|rest| rest.strip_suffix(']')) {
        return number.parse().ok();
    }
    record_type::RECORD_TYPE.number(&upper)
}

/// Adds the comparison of a `-C` to the rule.
pub(super) fn add_comparison(draft: &mut Draft, list: Option<List>, condition: &[u8]) -> Result<(), Fault> {
    let whole = |error: FieldError| Fault::condition(error, &text(condition), 0..condition.len());
    if draft.fields.len() >= MAX_FIELDS - 1 {
        return Err(whole(FieldError::TooManyFields));
    }
    let equality = [(b"!=".as_slice(), Op::Ne), (b"=".as_slice(), Op::Eq)];
    let (left, op, right) = split(condition, &equality).ok_or_else(|| whole(FieldError::OnlyEquality))?;
    let (length, left) = (left.len(), text(left));
    let pair = match (FieldId::from_name(&left), FieldId::from_name(&text(right))) {
        _ if left.is_empty() => Err(FieldError::CompareFieldMissing),
        _ if right.is_empty() => Err(FieldError::CompareValueMissing),
        (None, _) => Err(FieldError::CompareUnknownField),
        (_, None) => Err(FieldError::CompareUnknownValue),
        _ if list != Some(List::Exit) => Err(FieldError::ExitOnly),
        (Some(left), Some(right)) => compare::number(left, right).ok_or(FieldError::Incompatible),
    };
    let value = Value::Number(pair.map_err(|error| {
        let part = bytes(error.part(), condition, length, op);
        Fault::condition(error, &left, part)
    })?);
    draft.fields.push(Field { id: FieldId::FIELD_COMPARE, op, value });
    Ok(())
}
