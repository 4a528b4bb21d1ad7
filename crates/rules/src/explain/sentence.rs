//! A rule as sentences: when it matches, what happens then, and what its list is.

use super::{Goal, calls, condition};
use crate::{Action, FieldId, List, Op, Rule, Value};

pub(super) fn of(rule: &Rule, goal: Goal) -> Vec<String> {
    let mut lines = Vec::new();
    if goal == Goal::Delete {
        lines.push("The rule that says the following is deleted; everything in it must be as it was added.".into());
    }
    let conditions: Vec<String> = rule.fields.iter().filter_map(|field| condition::of(field, rule)).collect();
    let subject = subject(rule);
    if conditions.is_empty() {
        lines.push(format!("{subject},"));
    } else {
        lines.push(format!("{subject}, and"));
        let last = conditions.len() - 1;
        let joined = conditions.into_iter().enumerate();
        lines.extend(joined.map(|(at, text)| format!(" - {text}{}", if at == last { "," } else { ", and" })));
    }
    lines.push(outcome(rule));
    lines.push(order(rule, goal));
    lines
}

fn subject(rule: &Rule) -> String {
    match rule.list {
        List::Exit | List::IoUring => format!("When {} {}", program(rule), calls::phrase(rule)),
        List::Task => "When a program starts a new task (fork, clone)".into(),
        List::User => "When a program, as PAM or sudo do, sends a record of its own".into(),
        List::Exclude => "When a record of any kind is about to be made".into(),
        List::Filesystem => "When a call makes or looks up files".into(),
    }
}

fn program(rule: &Rule) -> String {
    match calls::arch_of(rule) {
        Some(number) => format!("a {} program", condition::machine(number)),
        None => "a program".into(),
    }
}

fn key(rule: &Rule) -> String {
    let Some(key) = rule.key() else { return ", without a key to find it by".into() };
    let keys: Vec<String> = key.split(|&b| b == 1).map(|key| String::from_utf8_lossy(key).into_owned()).collect();
    match keys.as_slice() {
        [one] => format!(", with the key {one}"),
        many => format!(", with the keys {}", many.join(", ")),
    }
}

fn outcome(rule: &Rule) -> String {
    let always = rule.action == Action::Always;
    match (rule.list, always) {
        (List::Exit, true) => format!("then the call is recorded{}: one event for each such call.", key(rule)),
        (List::Exit, false) => "then nothing is recorded, whatever the rules after this one say.".into(),
        (List::IoUring, true) => format!("then the operation is recorded{}: one event for each.", key(rule)),
        (List::IoUring, false) => "then nothing is recorded, whatever the rules after this one say.".into(),
        (List::Task, true) => "then every system call of the new task is recorded, unless a rule of the exit list says never.".into(),
        (List::Task, false) => {
            "then no system call of the new task is ever recorded. That saves all costs of rules, and cannot be undone for the task.".into()
        }
        (List::User, true) => "then the record is logged, as it is without any rule.".into(),
        (List::User, false) => "then the record is dropped.".into(),
        (List::Exclude, _) => "then it is not made. (always and never mean the same on this list.)".into(),
        (List::Filesystem, true) => "then nothing is different: only never has a meaning on this list.".into(),
        (List::Filesystem, false) => "then the event has no PATH records for them.".into(),
    }
}

fn order(rule: &Rule, goal: Goal) -> String {
    let list = rule.list.name();
    let place = match goal {
        Goal::Append => format!("The rule goes to the end of the {list} list"),
        Goal::Prepend => format!("The rule goes to the front of the {list} list"),
        Goal::Delete => format!("The rule stands in the {list} list"),
    };
    let asked = match rule.list {
        List::Exit => "when a call ends",
        List::Task => "when a task is started",
        List::User => "when a program sends a record",
        List::Exclude => "for every record",
        List::Filesystem => "for the files of a call",
        List::IoUring => "when an operation ends",
    };
    let watched = rule.fields.iter().any(|field| matches!(field.id, FieldId::WATCH) && field.op == Op::Eq);
    let file = if watched { file(rule) } else { String::new() };
    format!("{place}, which is gone through {asked}; the first rule that matches decides.{file}")
}

/// What a watch of a file follows.
fn file(rule: &Rule) -> String {
    let path = rule.fields.iter().find_map(|field| match (field.id, &field.value) {
        (FieldId::WATCH, Value::Text(path)) => Some(String::from_utf8_lossy(path).into_owned()),
        _ => None,
    });
    let path = path.unwrap_or_default();
    format!(" The watch is on the name: it holds for whatever file is {path} then, and waits while there is none.")
}
