//! What a rule becomes: its line in listings, its calls, the bytes the kernel gets.

use super::{Goal, calls};
use crate::{Action, FieldId, List, Rule, Value, perm, print};
use raudit_tables::syscall;

/// The rule as `-l` lists it.
pub(super) fn listed(rule: &Rule) -> Vec<u8> {
    print::rule(rule)
}

pub(super) fn of(rule: &Rule, goal: Goal) -> Vec<String> {
    let mut lines = vec!["as listed:".into(), format!("    {}", String::from_utf8_lossy(&listed(rule)))];
    lines.extend(watch(rule));
    lines.extend(named(rule));
    let action = if rule.action == Action::Always { "always" } else { "never" };
    let front = if goal == Goal::Prepend { " + 0x10 (to the front)" } else { "" };
    let fields = match rule.fields.len() {
        1 => "1 field".into(),
        many => format!("{many} fields"),
    };
    lines.push(format!(
        "struct audit_rule_data: flags {} ({}){front}, action {} ({action}), {fields}, {} bytes",
        rule.list as u32,
        rule.list.name(),
        rule.action as u32,
        rule.to_wire(goal == Goal::Prepend).len(),
    ));
    lines
}

/// What a rule that is listed as `-w` is in full.
fn watch(rule: &Rule) -> Vec<String> {
    if !listed(rule).starts_with(b"-w") {
        return Vec::new();
    }
    let action = if rule.action == Action::Always { "always" } else { "never" };
    let mut line = format!("    -a {action},{} -S all", rule.list.name());
    for field in &rule.fields {
        match (&field.value, field.id.name()) {
            (Value::Text(text), Some("key")) => {
                let keys = text.split(|&b| b == 1).map(String::from_utf8_lossy);
                keys.for_each(|key| line += &format!(" -F key={key}"));
            }
            (Value::Text(text), Some(name)) => line += &format!(" -F {name}={}", String::from_utf8_lossy(text)),
            (Value::Number(bits), _) => line += &format!(" -F perm={}", perm::letters(*bits)),
            _ => {}
        }
    }
    vec!["which is short for:".into(), line]
}

/// The calls, all of them.
fn named(rule: &Rule) -> Vec<String> {
    if !matches!(rule.list, List::Exit | List::IoUring) {
        return Vec::new();
    }
    let what = if rule.list == List::Exit { "system calls" } else { "operations" };
    if rule.syscalls.is_all() {
        let of = calls::arch_of(rule).and_then(syscall::table).map(|table| table.iter().count());
        let count = of.map(|count| format!(" ({count} that have a name)")).unwrap_or_default();
        let perm = rule.fields.iter().any(|field| field.id == FieldId::PERM);
        let more = if perm { "; perm sorts out the others only after each call" } else { "" };
        return vec![format!("{what}: all{count}{more}")];
    }
    let names = calls::all(rule);
    let why = if calls::by_perm(rule) { ", those that can make the accesses of perm" } else { "" };
    vec![format!("{what}: {}{why}: {}", names.len(), names.join(", "))]
}
