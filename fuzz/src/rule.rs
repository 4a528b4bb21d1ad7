//! What must hold for a rule, wherever it came from.

use raudit_rules::{Facts, List, Match, Rule, RuleSet, Verdict, print};

/// Validates, prints, sets, and evaluates the rule.
pub fn check(rule: &Rule, seed: &[u8]) {
    let valid = rule.validate();
    assert_eq!(valid.is_err(), rule.first_invalid().is_some());
    let line = print::rule(rule);
    print::rule_in_words(rule, &mut |argument| format!("{argument:?}").into_bytes());
    assert!(print::key_contains(rule, b""));
    if let Some(key) = rule.key().filter(|key| !key.is_empty()) {
        assert!(print::key_contains(rule, key));
    }
    // As it is kept.
    let rule = &Rule { syscalls: rule.syscalls.normalised(), ..rule.clone() };
    set(rule);
    for round in 0..4 {
        evaluate(rule, seed, round);
    }
    assert!(
        !line.contains(&0) || rule.fields.iter().any(|field| !matches!(field.value, raudit_rules::Value::Number(_)))
    );
}

/// A set holds it once, and gives it back.
fn set(rule: &Rule) {
    let mut set = RuleSet::new();
    assert!(set.add(rule.clone(), false).is_ok());
    assert!(set.add(rule.clone(), false).is_err());
    assert_eq!(set.iter().next(), Some(rule));
    assert!(set.delete(rule).is_ok());
    assert!(set.is_empty());
}

/// The rule and the list it is in say the same of an event.
fn evaluate(rule: &Rule, seed: &[u8], round: u8) {
    let groups = [numbers(seed, round).next().unwrap_or(0); 2];
    let facts = facts(rule, seed, round, &groups);
    let matches = rule.matches(&facts);
    let mut set = RuleSet::new();
    assert!(set.add(rule.clone(), false).is_ok());
    for list in List::ALL {
        let verdict = set.verdict(list, &facts);
        match verdict {
            Verdict::NoRule => assert!(list != rule.list || matches != Match::Yes, "{rule:?} {facts:?}"),
            Verdict::Rule(0, found) => assert!(list == rule.list && matches == Match::Yes && found == rule),
            Verdict::Unknown(0, _) => assert!(list == rule.list && matches == Match::Unknown),
            other => panic!("{other:?}"),
        }
    }
}

/// Numbers for facts: those that the rule asks for, or others that depend on the input.
fn numbers(seed: &[u8], round: u8) -> impl Iterator<Item = u32> + '_ {
    let mut state = 0x811c_9dc5_u32 ^ u32::from(round);
    seed.iter().cycle().map(move |byte| {
        state = (state ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        if state & 0x300 == 0 { u32::MAX } else { state >> (state & 31) }
    })
}

fn facts<'a>(rule: &Rule, seed: &[u8], round: u8, groups: &'a [u32]) -> Facts<'a> {
    let asked = rule.fields.iter().filter_map(|field| match field.value {
        raudit_rules::Value::Number(number) => Some(number),
        raudit_rules::Value::Text(_) => None,
    });
    let mut asked: Vec<u32> = asked.collect();
    asked.push(0);
    let mut other = numbers(seed, round).chain(std::iter::repeat(0)).enumerate();
    let mut next = || {
        let (at, number) = other.next().unwrap_or_default();
        // In half of the rounds, what is asked for, so that rules match.
        if round.is_multiple_of(2) { asked[at % asked.len()] } else { number }
    };
    Facts {
        arch: rule.arch().unwrap_or_else(&mut next),
        syscall: rule.syscalls.iter().next().unwrap_or_else(&mut next),
        pid: next(),
        ppid: next(),
        uid: next(),
        euid: next(),
        suid: next(),
        fsuid: next(),
        gid: next(),
        egid: next(),
        sgid: next(),
        fsgid: next(),
        groups: (round > 1).then_some(groups),
        auid: next(),
        sessionid: next(),
        pers: next(),
        args: [u64::from(next()), u64::from(next()) << 32, next().into(), next().into()],
        exit: i64::from(next() as i32),
        success: [None, Some(true), Some(false), Some(true)][usize::from(round % 4)],
        msgtype: (round > 0).then(&mut next),
        saddr_fam: (round > 0).then(|| (round > 1).then(&mut next)),
        fstype: (round > 0).then(&mut next),
    }
}
