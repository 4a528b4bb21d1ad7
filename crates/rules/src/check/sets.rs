//! What rules do to other lists than their own.

use super::load::{Entry, Load, index};
use super::problem::Problem;
use super::{covers, doubt};
use crate::{Action, FieldId, List};
use raudit_tables::record_type::RECORD_TYPE;

/// `SYSCALL`, the record every event of an exit rule has.
fn syscall_record() -> Option<u32> {
    RECORD_TYPE.number("SYSCALL")
}

/// Warnings about lists as a whole.
pub(super) fn about(load: &Load<'_>) -> Vec<Problem> {
    let list = |list: List| {
        let at = load.lists.get(index(list)).map_or(&[][..], Vec::as_slice);
        at.iter().filter_map(|&at| load.entries.get(at)).collect::<Vec<_>>()
    };
    let exit = list(List::Exit);
    let Some(recorded) = exit.iter().find(|entry| entry.rule.action == Action::Always) else { return Vec::new() };
    let silenced = list(List::Task)
        .into_iter()
        .take_while(|entry| no_always_before(entry))
        .find_map(|entry| no_tasks(entry, recorded));
    let swallowed = list(List::Exclude).into_iter().filter_map(|entry| no_records(entry, recorded));
    silenced.into_iter().chain(swallowed).collect()
}

/// A task rule `always` may save some tasks from a `never` after it.
fn no_always_before(entry: &Entry<'_>) -> bool {
    entry.rule.action == Action::Never
}

fn no_tasks(entry: &Entry<'_>, recorded: &Entry<'_>) -> Option<Problem> {
    if entry.rule.fields.iter().any(|field| field.id != FieldId::FILTERKEY) {
        return None;
    }
    let message = "exit rules never fire for tasks started from now on: this turns system call auditing off for them";
    let hint = "delete this line if the rules below are meant to work; keep it alone to save their cost";
    Some(Problem::warning(entry.spot(None), message).hint(hint).see(recorded.line.spot(None)))
}

/// An exclude rule that leaves no SYSCALL record.
fn no_records(entry: &Entry<'_>, recorded: &Entry<'_>) -> Option<Problem> {
    let syscall = syscall_record()?;
    let fields = &entry.rule.fields;
    let all_swallow = fields.iter().all(|field| {
        field.id == FieldId::MSGTYPE && covers::values(field).is_some_and(|values| values.contains(syscall))
    });
    if fields.is_empty() || !all_swallow {
        return None;
    }
    let conditions: Vec<String> = fields.iter().map(doubt::written).collect();
    let message = format!(
        "{} drops SYSCALL records: what exit rules find is logged without call, user and key",
        conditions.join(" and ")
    );
    let hint = "exclude the other records of the event by name instead, e.g. -F msgtype=CWD";
    Some(Problem::warning(entry.spot(Some(0)), message).hint(hint).see(recorded.line.spot(None)))
}
