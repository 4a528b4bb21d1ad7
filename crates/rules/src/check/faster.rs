//! Slow forms of rules, and the faster ones.

use super::load::{Entry, Line};
use super::problem::{Fold, Problem};
use crate::command::Place;
use crate::{Action, Field, FieldId, List, Op, Rule, SyscallMask, Value, print};
use raudit_tables::{arch, syscall};
use std::collections::HashMap;

/// Fewer rules than this are not worth a word about being made one.
const WORTH_MERGING: usize = 3;
/// How many rules between two are looked at, at most.
const MOST_BETWEEN: usize = 200;

/// `b64` and `b32`, with their numbers, as far as programs of both run here.
fn pair() -> Vec<(&'static str, u32)> {
    let native = arch::native();
    let own = if native & arch::IS_64BIT != 0 { "b64" } else { "b32" };
    let other = arch::compat(native).map(|compat| ("b32", compat));
    [Some((own, native)), other].into_iter().flatten().collect()
}

/// A rule on paths as one rule for each architecture: with that known, `perm` names the calls.
pub(super) fn by_arch(rule: &Rule) -> String {
    let written: Vec<Field> =
        rule.fields.iter().map(|field| Field { value: escaped(&field.value), ..field.clone() }).collect();
    let lines: Vec<String> = pair()
        .into_iter()
        .map(|(_, number)| {
            let mut fields = vec![Field { id: FieldId::ARCH, op: Op::Eq, value: Value::Number(number) }];
            fields.extend_from_slice(&written);
            let line = print::rule(&Rule { syscalls: SyscallMask::ALL, fields, ..rule.clone() });
            with_unset(&line).replacen(" -S all", "", 1)
        })
        .collect();
    lines.join("\n")
}

/// A listed rule as people write it.
fn with_unset(line: &[u8]) -> String {
    String::from_utf8_lossy(line).replace(" -F auid!=-1", " -F auid!=unset")
}

/// As it is written in a file, where a space ends a word.
fn escaped(value: &Value) -> Value {
    match value {
        Value::Text(text) => {
            let written = text.iter().flat_map(|&byte| {
                let escape = matches!(byte, b' ' | b'\\').then_some(b'\\');
                escape.into_iter().chain([byte])
            });
            Value::Text(written.collect())
        }
        Value::Number(_) => value.clone(),
    }
}

/// The line with an architecture in front of its first `-S`; for 32-bit programs, too, if they have its calls.
pub(super) fn with_arch(line: &Line<'_>, calls: &[Place]) -> Option<String> {
    let first = calls.first()?;
    // The option is a word of its own, or in front of its argument.
    let at = if first.bytes.start == 0 { first.word.checked_sub(1)? } else { first.word };
    let named = |number: u32| {
        let words = calls.iter().filter_map(|place| line.words.get(place.word)?.bytes.get(place.bytes.clone()));
        let mut names = words.flat_map(|word| word.split(|&b| b == b','));
        let table = syscall::table(number);
        names.all(|name| std::str::from_utf8(name).is_ok_and(|name| table.is_some_and(|t| t.number(name).is_some())))
    };
    let lines: Vec<String> = pair()
        .into_iter()
        .filter(|(_, number)| *number == arch::native() || named(*number))
        .map(|(which, _)| {
            let shown = line.words.iter().enumerate().map(|(index, word)| {
                let text = line.text.get(word.in_line(0..word.bytes.len())).unwrap_or_default();
                let arch = if index == at { format!("-F arch={which} ") } else { String::new() };
                arch + &String::from_utf8_lossy(text)
            });
            shown.collect::<Vec<_>>().join(" ")
        })
        .collect();
    Some(lines.join("\n"))
}

/// Rules that are slower than they need to be, of the exit list in its order.
pub(super) fn about(rules: &[&Entry<'_>]) -> Vec<Problem> {
    let mut found: Vec<Problem> = rules.iter().filter_map(|entry| all_calls(entry)).collect();
    found.extend(mergeable(rules));
    found
}

fn all_calls(entry: &Entry<'_>) -> Option<Problem> {
    let Rule { list, action, syscalls, fields } = &entry.rule;
    let has = |ids: &[FieldId]| fields.iter().any(|field| ids.contains(&field.id));
    if (*list, *action) != (List::Exit, Action::Always) || !syscalls.is_all() || has(&[FieldId::PERM]) {
        return None;
    }
    // Who asks for all calls of 32-bit programs wants to know of such programs.
    if only_arch(&entry.rule).is_some_and(|number| number != arch::native()) {
        return None;
    }
    let hint = if has(&[FieldId::WATCH, FieldId::DIR]) {
        "say which accesses: -F arch=b64 -F perm=wa looks at the calls that can make them only"
    } else {
        "name the calls that matter: -F arch=b64 -S ..."
    };
    let place = entry.places.syscalls.first().or(entry.places.list.as_ref());
    let message = "slow: every system call of every program is looked at";
    Some(Problem::warning(entry.line.spot(place), message).hint(hint).fold(Fold::AllCalls))
}

/// Rules that differ in their calls only and could be one.
fn mergeable(rules: &[&Entry<'_>]) -> Vec<Problem> {
    let mut groups: HashMap<(Action, &[Field]), Vec<Vec<usize>>> = HashMap::new();
    for (at, entry) in rules.iter().enumerate() {
        if entry.rule.syscalls.is_all() || entry.rule.fields.iter().any(|field| field.id == FieldId::PERM) {
            continue;
        }
        let runs = groups.entry((entry.rule.action, entry.rule.fields.as_slice())).or_default();
        let joins = runs.last().and_then(|run| run.last()).is_some_and(|&last| nothing_between(rules, last, at));
        match runs.last_mut() {
            Some(run) if joins => run.push(at),
            _ => runs.push(vec![at]),
        }
    }
    let runs = groups.values().flatten().filter(|run| run.len() >= WORTH_MERGING);
    runs.filter_map(|run| merged(&run.iter().filter_map(|&at| rules.get(at).copied()).collect::<Vec<_>>())).collect()
}

/// Whether no rule between two has to do with the calls of the second, so that these can be named by the first.
fn nothing_between(rules: &[&Entry<'_>], first: usize, second: usize) -> bool {
    let Some(moved) = rules.get(second) else { return false };
    let apart = |other: &Entry<'_>| {
        let calls = other.rule.syscalls.0.iter().zip(&moved.rule.syscalls.0);
        let other_arch = matches!((only_arch(&other.rule), only_arch(&moved.rule)), (Some(a), Some(b)) if a != b);
        other_arch || calls.map(|(a, b)| a & b).all(|both| both == 0)
    };
    second - first <= MOST_BETWEEN
        && rules.get(first + 1..second).is_some_and(|between| between.iter().all(|other| apart(other)))
}

/// The architecture a rule is for, if it is for one.
fn only_arch(rule: &Rule) -> Option<u32> {
    let arch = rule.fields.iter().find(|field| field.id == FieldId::ARCH && field.op == Op::Eq)?;
    match arch.value {
        Value::Number(number) => Some(number),
        Value::Text(_) => None,
    }
}

fn merged(run: &[&Entry<'_>]) -> Option<Problem> {
    let (first, rest) = run.split_first()?;
    let mut rule = first.rule.clone();
    for entry in rest {
        for (word, more) in rule.syscalls.0.iter_mut().zip(&entry.rule.syscalls.0) {
            *word |= more;
        }
    }
    rule.fields.iter_mut().for_each(|field| field.value = escaped(&field.value));
    let message = format!("{} rules differ in their system calls only: one is faster", run.len());
    let hint = format!("instead of all of them\n{}", with_unset(&print::rule(&rule)));
    let mut problem = Problem::warning(first.line.spot(first.places.syscalls.first()), message).hint(hint);
    problem.also = rest.iter().map(|entry| (entry.line.file, entry.line.number)).collect();
    Some(problem)
}
