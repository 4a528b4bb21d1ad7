//! Rules that can never be the first to match, since one before them matches whenever they would.

use super::covers::{Anchor, Profile};
use super::load::Entry;
use super::problem::{Fold, Problem};
use crate::{Action, FieldId};
use std::collections::HashMap;

/// Most comparisons of two rules in a list. No machine has rules for more; a file made to keep us busy may have.
const MOST_COMPARED: usize = 100_000_000;

/// If a rule covers more than so many others, they are told together.
const TOLD_EACH: usize = 5;

/// The rules of one list, in the order in which they decide, that another one before them covers: index and index of that one.
///
/// A rule with a value of its own (`path=/x`) covers only rules that have that value, so most need not be compared.
pub(super) fn pairs(profiles: &[Profile<'_>]) -> Vec<(usize, usize)> {
    let mut anchored: HashMap<Anchor<'_>, Vec<usize>> = HashMap::new();
    let mut others = Vec::new();
    let mut pairs = Vec::new();
    let mut left = MOST_COMPARED;
    for (later, rule) in profiles.iter().enumerate() {
        let mut covers = |&earlier: &usize| {
            left = left.saturating_sub(1);
            left > 0 && profiles.get(earlier).is_some_and(|earlier| earlier.covers(rule))
        };
        let mut first = others.iter().copied().find(|at| covers(at));
        for anchor in rule.anchors() {
            let alike = anchored.get(&anchor).into_iter().flatten().copied();
            let found = alike.take_while(|&at| first.is_none_or(|first| at < first)).find(|at| covers(at));
            first = found.or(first);
        }
        pairs.extend(first.map(|earlier| (later, earlier)));
        match rule.anchor() {
            Some(anchor) => anchored.entry(anchor).or_default().push(later),
            None => others.push(later),
        }
    }
    pairs
}

/// Warnings for the rules of one list.
pub(super) fn about(rules: &[&Entry<'_>]) -> Vec<Problem> {
    let profiles: Vec<Profile<'_>> = rules.iter().map(|entry| Profile::new(&entry.rule)).collect();
    let pairs = pairs(&profiles);
    let mut covered: HashMap<usize, usize> = HashMap::new();
    pairs.iter().for_each(|(_, earlier)| *covered.entry(*earlier).or_default() += 1);
    let told = pairs.into_iter().filter_map(|(later, earlier)| {
        let problem = warning(rules.get(later)?, rules.get(earlier)?);
        let line = &rules.get(earlier)?.line;
        let many = covered.get(&earlier).is_some_and(|count| *count > TOLD_EACH);
        Some(if many { problem.fold(Fold::Covered(line.file, line.number)) } else { problem })
    });
    told.collect()
}

fn warning(later: &Entry<'_>, earlier: &Entry<'_>) -> Problem {
    let there = match earlier.line.number {
        number if earlier.line.file == later.line.file => format!("line {number}"),
        _ => "a rule in another file".into(),
    };
    let keys = |entry: &Entry<'_>| entry.rule.key().map(|key| String::from_utf8_lossy(key).replace('\u{1}', " -k "));
    let (message, hint) = match (earlier.rule.action, later.rule.action) {
        (Action::Never, Action::Always) => (
            format!("never fires: {there} says never to all of it first"),
            "the first rule that matches decides: move this one before that, or delete it".to_owned(),
        ),
        (Action::Always, Action::Never) => (
            format!("comes too late: {there} records all of it first"),
            "the first rule that matches decides: move this one before that".to_owned(),
        ),
        _ => {
            let message = format!("never fires: {there} matches all of it first");
            match (keys(earlier), keys(later)) {
                (first, Some(second)) if first.as_ref() != Some(&second) => {
                    let both = first.map(|first| format!("-k {first} ")).unwrap_or_default();
                    let hint = format!("its key {second} is never logged: delete it, or move it before that rule");
                    (
                        message,
                        if same_but_key(earlier, later) {
                            format!("one rule can have both keys: {both}-k {second}")
                        } else {
                            hint
                        },
                    )
                }
                _ => (message, "delete it: it only costs time".to_owned()),
            }
        }
    };
    let spot = later.spot(None);
    Problem::warning(spot, message).hint(hint).see(earlier.line.spot(None))
}

/// Whether two rules differ in their keys only.
fn same_but_key(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    let conditions = |entry: &Entry<'_>| {
        let fields = entry.rule.fields.iter().filter(|field| field.id != FieldId::FILTERKEY);
        fields.cloned().collect::<Vec<_>>()
    };
    one.rule.syscalls == other.rule.syscalls && conditions(one) == conditions(other)
}
