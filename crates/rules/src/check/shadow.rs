//! Rules that can never be the first to match, since one before them matches whenever they would.

use super::covers::Profile;
use super::load::Entry;
use super::problem::Problem;
use crate::{Action, FieldId};

/// Lists longer than this are not searched: every rule is compared with every rule before it.
const MOST_RULES: usize = 20_000;

/// The rules of one list, in the order in which they decide, that another one before them covers: index and index of that one.
pub(super) fn pairs(profiles: &[Profile<'_>]) -> Vec<(usize, usize)> {
    if profiles.len() > MOST_RULES {
        return Vec::new();
    }
    let first = |later: usize, rule: &Profile<'_>| profiles.iter().take(later).position(|earlier| earlier.covers(rule));
    profiles.iter().enumerate().filter_map(|(later, rule)| Some((later, first(later, rule)?))).collect()
}

/// Warnings for the rules of one list.
pub(super) fn about(rules: &[&Entry<'_>]) -> Vec<Problem> {
    let profiles: Vec<Profile<'_>> = rules.iter().map(|entry| Profile::new(&entry.rule)).collect();
    let entries = |(later, earlier): (usize, usize)| Some((*rules.get(later)?, *rules.get(earlier)?));
    pairs(&profiles).into_iter().filter_map(entries).map(|(later, earlier)| warning(later, earlier)).collect()
}

fn warning(later: &Entry<'_>, earlier: &Entry<'_>) -> Problem {
    let there = if later.line.file == earlier.line.file { "line" } else { "a file before, line" };
    let number = earlier.line.number;
    let keys = |entry: &Entry<'_>| entry.rule.key().map(|key| String::from_utf8_lossy(key).replace('\u{1}', " -k "));
    let (message, hint) = match (earlier.rule.action, later.rule.action) {
        (Action::Never, Action::Always) => (
            format!("never fires: {there} {number} says never to all of it first"),
            "the first rule that matches decides: move this one before that, or delete it".to_owned(),
        ),
        (Action::Always, Action::Never) => (
            format!("comes too late: {there} {number} records all of it first"),
            "the first rule that matches decides: move this one before that".to_owned(),
        ),
        _ => {
            let message = format!("never fires: {there} {number} matches all of it first");
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
