//! Rules for 64-bit programs that 32-bit programs get around.

use super::load::Entry;
use super::problem::{Fold, Problem};
use crate::{Action, Field, FieldId, Op, Value};
use raudit_tables::{arch, syscall};
use std::collections::HashSet;

/// The conditions but for the architecture.
fn rest<'a>(entry: &Entry<'a>) -> Vec<Field> {
    entry.rule.fields.iter().filter(|field| field.id != FieldId::ARCH).cloned().collect()
}

fn is_for(entry: &Entry<'_>, number: u32) -> bool {
    let of_arch = |field: &&Field| field.id == FieldId::ARCH;
    let mut fields = entry.rule.fields.iter().filter(of_arch);
    fields.next().is_some_and(|field| field.op == Op::Eq && field.value == Value::Number(number))
        && fields.next().is_none()
}

/// Warnings about rules of the exit list whose calls a 32-bit program can make unseen, where other rules show that such
/// programs count.
pub(super) fn about(rules: &[&Entry<'_>]) -> Vec<Problem> {
    let native = arch::native();
    let Some((compat, names)) = arch::compat(native).and_then(|compat| Some((compat, syscall::table(compat)?))) else {
        return Vec::new();
    };
    let always = || rules.iter().filter(|entry| entry.rule.action == Action::Always);
    let others: HashSet<Vec<Field>> = always().filter(|entry| is_for(entry, compat)).map(|entry| rest(entry)).collect();
    let catches_all = |entry: &&&Entry<'_>| is_for(entry, compat) && entry.rule.syscalls.is_all();
    if others.is_empty() || always().any(|entry| catches_all(&entry)) {
        return Vec::new();
    }
    let callable = |entry: &&&Entry<'_>| {
        let name = |number| syscall::name(native, number);
        entry.rule.syscalls.iter().filter_map(name).any(|name| names.number(name).is_some())
    };
    always()
        .filter(|entry| is_for(entry, native) && !others.contains(&rest(entry)))
        .filter(callable)
        .map(|entry| warning(entry))
        .collect()
}

fn warning(entry: &Entry<'_>) -> Problem {
    let at = entry.rule.fields.iter().position(|field| field.id == FieldId::ARCH);
    let message = "32-bit programs get around this rule: there is no other like it with arch=b32";
    let hint = "add one, with -F arch=b32 and the calls that 32-bit programs have (some have other names there)";
    Problem::warning(entry.spot(at), message).hint(hint).fold(Fold::Twin)
}
