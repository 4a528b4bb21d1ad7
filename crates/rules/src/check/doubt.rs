//! A single rule that can never fire, or not as it was meant.

use super::covers::{Kind, kind, values};
use super::machine::{self, Absence};
use super::problem::Fold;
use super::values::Values;
use crate::{Action, Field, FieldId, List, Op, Rule, Value};
use raudit_tables::arch;
use std::collections::HashMap;

/// What is to be said about a rule.
#[derive(Debug)]
pub(super) struct Doubt {
    /// The field it is about; `None`: the rule.
    pub(super) field: Option<usize>,
    pub(super) message: String,
    pub(super) hint: String,
    pub(super) fold: Option<Fold>,
}

impl Doubt {
    fn new(field: impl Into<Option<usize>>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), hint: hint.into(), fold: None }
    }

    fn fold(self, fold: Fold) -> Self {
        Self { fold: Some(fold), ..self }
    }
}

/// What to do about a path that keeps a rule from being loaded.
pub(super) const CREATE: &str = "create it first, or put -i on a line before: then errors do not stop the loading";

/// Everything there is to say about one rule by itself.
pub(super) fn about(rule: &Rule, arches: &[u32]) -> Vec<Doubt> {
    let never = contradiction(rule).or_else(|| by_list(rule)).or_else(|| foreign(rule, arches));
    never.into_iter().chain(paths(rule)).collect()
}

/// A condition as it is written.
pub(super) fn written(field: &Field) -> String {
    let rule =
        Rule { list: List::Exit, action: Action::Always, syscalls: Default::default(), fields: vec![field.clone()] };
    let text = crate::print::rule_in_words(&rule, &mut |argument| argument.value.to_string().into_bytes());
    let text = String::from_utf8_lossy(&text).into_owned();
    let condition = text.split_once(" -F ").or_else(|| text.split_once(" -C ")).map(|(_, condition)| condition);
    condition.unwrap_or(&text).to_owned()
}

/// Conditions that cannot hold together.
fn contradiction(rule: &Rule) -> Option<Doubt> {
    let mut known: HashMap<FieldId, (Values, usize)> = HashMap::new();
    for (at, field) in rule.fields.iter().enumerate() {
        if let Some(other) = opposite(rule, at, field) {
            return Some(both(rule, other, at));
        }
        let (Kind::One, Some(holding)) = (kind(field.id, rule.list), values(field)) else { continue };
        if holding.is_empty() {
            let hint = "values are compared as unsigned 32-bit numbers";
            return Some(Doubt::new(at, format!("never fires: nothing is {}", written(field)), hint));
        }
        let (sum, first) = known.entry(field.id).or_insert_with(|| (Values::all(), at));
        *sum = sum.and(&holding);
        if sum.is_empty() {
            return Some(both(rule, *first, at));
        }
    }
    None
}

/// An earlier condition that says the opposite, of a field that is compared as a whole.
fn opposite(rule: &Rule, at: usize, field: &Field) -> Option<usize> {
    let one_text = matches!(field.id, FieldId(13..=15));
    let same_question = one_text || matches!(field.id, FieldId::EXE | FieldId::GID | FieldId::EGID);
    rule.fields.iter().take(at).position(|earlier| {
        let negated =
            matches!((earlier.op, field.op), (Op::Eq, Op::Ne) | (Op::Ne, Op::Eq)) && earlier.value == field.value;
        let two_values = one_text && (earlier.op, field.op) == (Op::Eq, Op::Eq) && earlier.value != field.value;
        same_question && earlier.id == field.id && (negated || two_values)
    })
}

fn both(rule: &Rule, first: usize, second: usize) -> Doubt {
    let text = |at: usize| rule.fields.get(at).map(written).unwrap_or_default();
    let message = format!("never fires: {} and {} cannot both hold", text(first), text(second));
    Doubt::new(second, message, "all conditions of a rule must hold; for \"or\" write two rules")
}

/// What a list does not evaluate.
fn by_list(rule: &Rule) -> Option<Doubt> {
    match rule.list {
        List::Task => {
            let of_call = |id: FieldId| matches!(id.0, 11 | 113 | 200..=203);
            let at = rule.fields.iter().position(|field| of_call(field.id))?;
            let name = rule.fields.get(at)?.id.name()?;
            let message = format!("never fires: {name} is not known when a task is made");
            Some(Doubt::new(
                at,
                message,
                "the task list knows pid, uid, gid and the like; for system calls use -a always,exit",
            ))
        }
        List::Exclude | List::User if rule.fields.is_empty() => {
            let name = rule.list.name();
            let message = format!("never fires: a rule without conditions matches nothing on the {name} list");
            Some(Doubt::new(None, message, "say which: -F msgtype=..."))
        }
        List::Exclude | List::User => {
            let evaluated = |id: FieldId| matches!(id.0, 0 | 1 | 5 | 9 | 12..=17 | 24 | 112);
            let at = rule.fields.iter().position(|field| !evaluated(field.id))?;
            let name = rule.fields.get(at)?.id.name().unwrap_or("such a field");
            let message = format!("never fires: the kernel does not look at {name} on the {} list", rule.list.name());
            Some(Doubt::new(at, message, "it stops there, and rules after this one do not count for the event either"))
        }
        List::Filesystem if rule.action == Action::Always => {
            let hint = "-a never,filesystem leaves out the files of a file system";
            Some(Doubt::new(None, "does nothing: only never has a meaning on the filesystem list", hint))
        }
        List::Exit | List::IoUring if rule.syscalls.is_empty() => Some(Doubt::new(
            None,
            "never fires: it names no system call",
            "name some with -S, or leave -S away for all",
        )),
        _ => None,
    }
}

/// A rule for an architecture that does not run here.
fn foreign(rule: &Rule, arches: &[u32]) -> Option<Doubt> {
    let is_arch = |field: &&Field| field.id == FieldId::ARCH;
    let holds = |number: u32| {
        let conditions = rule.fields.iter().filter(is_arch);
        conditions.filter_map(values).all(|values| values.contains(number))
    };
    let at = rule.fields.iter().position(|field| field.id == FieldId::ARCH)?;
    if arches.is_empty() || arches.iter().any(|&number| holds(number)) {
        return None;
    }
    let names: Vec<&str> = arches.iter().filter_map(|&number| arch::name(number)).collect();
    let message = format!("never fires here: this machine runs programs of {}", names.join(" and "));
    Some(Doubt::new(at, message, "arch=b64 and arch=b32 mean whatever machine the rule is loaded on").fold(Fold::Arch))
}

/// Paths that are not there.
fn paths(rule: &Rule) -> Option<Doubt> {
    rule.fields.iter().enumerate().find_map(|(at, field)| {
        let Value::Text(path) = &field.value else { return None };
        let shown = String::from_utf8_lossy(path);
        match (field.id, machine::absence(path)?) {
            (FieldId::WATCH | FieldId::EXE | FieldId::DIR, Absence::Directory(gone)) => {
                let message =
                    format!("this machine's kernel refuses the rule: there is no directory {}", gone.display());
                Some(Doubt::new(at, message, CREATE).fold(Fold::NoParent))
            }
            (FieldId::WATCH | FieldId::EXE | FieldId::DIR, Absence::TooLong) => {
                let message = "this machine's kernel refuses the rule: the name is too long";
                Some(Doubt::new(at, message, "a file's name has at most 255 bytes, a path 4095"))
            }
            (FieldId::DIR, Absence::Name) => {
                let message = format!("this machine's kernel refuses the rule: there is no directory {shown}");
                Some(Doubt::new(at, message, CREATE).fold(Fold::NoParent))
            }
            (FieldId::WATCH | FieldId::EXE, Absence::Name) => {
                let message = format!("there is no {shown} here: the rule waits until it is created");
                Some(Doubt::new(at, message, "").fold(Fold::Missing))
            }
            _ => None,
        }
    })
}
