//! What `--check` says of rules against the meaning of rules: a rule said never to fire must not, whatever happens.

use super::covers::Profile;
use super::{doubt, shadow};
use crate::command::{self, Context, Step};
use crate::{Action, Facts, Field, FieldId, List, Match, Op, Rule, RuleSet, SyscallMask, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use raudit_tables::arch;

const OPS: [Op; 8] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];
/// The fields that events have facts for; the rules of a case are about a few of them.
const IDS: &[u32] = &[0, 1, 2, 5, 6, 7, 9, 10, 11, 12, 18, 25, 26, 103, 104, 113, 200, 201, 210];
/// Few, so that conditions meet.
const NUMBERS: [u32; 7] = [0, 1, 2, 5, 1000, u32::MAX - 12, u32::MAX];
const LISTS: [List; 7] = [List::Exit, List::Exit, List::Exit, List::User, List::Task, List::Exclude, List::Filesystem];

fn number() -> impl Strategy<Value = u32> {
    select(&NUMBERS[..])
}

/// Conditions on numbers, which `eval` has facts for.
fn condition(ids: &[u32]) -> impl Strategy<Value = Field> + use<> {
    let any = (select(ids.to_vec()), select(&OPS[..]), number()).prop_map(|(id, op, number)| {
        let value = if id == 210 { Value::Text(b"k".to_vec()) } else { Value::Number(number) };
        Field { id: FieldId(id), op, value }
    });
    let pair = (10u32..26, select(vec![Op::Eq, Op::Ne])).prop_map(|(pair, op)| Field {
        id: FieldId::FIELD_COMPARE,
        op,
        value: Value::Number(pair),
    });
    prop_oneof![9 => any, 1 => pair]
}

fn rule(list: List, ids: &[u32]) -> impl Strategy<Value = Rule> + use<> {
    let masks = prop_oneof![
        Just(SyscallMask::ALL),
        vec(0u32..3, 0..3).prop_map(|calls| {
            let mut mask = SyscallMask::EMPTY;
            calls.into_iter().for_each(|call| assert!(mask.insert(call)));
            mask
        })
    ];
    let actions = select(vec![Action::Always, Action::Never]);
    (actions, masks, vec(condition(ids), 0..4)).prop_map(move |(action, syscalls, fields)| Rule {
        list,
        action,
        syscalls,
        fields,
    })
}

/// Rules of a list; some are others with more conditions.
fn rules() -> impl Strategy<Value = (List, Vec<Rule>)> {
    (select(&LISTS[..]), prop::sample::subsequence(IDS, 1..3)).prop_flat_map(|(list, ids)| {
        let derived = (any::<prop::sample::Index>(), vec(condition(&ids), 0..3));
        (Just(list), vec(rule(list, &ids), 1..6), vec(derived, 0..4)).prop_map(|(list, mut rules, derived)| {
            for (of, more) in derived {
                let mut rule = of.get(&rules).clone();
                rule.fields.extend(more);
                rules.push(rule);
            }
            // Others are refused, and said to be.
            rules.retain(|rule| rule.validate().is_ok());
            (list, rules)
        })
    })
}

/// What can happen: every fact is known.
#[derive(Clone, Debug)]
struct Event {
    numbers: Vec<u32>,
    groups: Vec<u32>,
    success: Option<bool>,
    family: Option<u32>,
}

fn event() -> impl Strategy<Value = Event> {
    (vec(number(), 20), vec(number(), 0..3), any::<Option<bool>>(), proptest::option::of(number()))
        .prop_map(|(numbers, groups, success, family)| Event { numbers, groups, success, family })
}

impl Event {
    fn facts(&self) -> Facts<'_> {
        let n = |at: usize| self.numbers[at];
        Facts {
            arch: n(0),
            syscall: n(1) % 3,
            pid: n(2),
            ppid: n(3),
            uid: n(4),
            euid: n(5),
            suid: n(6),
            fsuid: n(7),
            gid: n(8),
            egid: n(9),
            sgid: n(10),
            fsgid: n(11),
            groups: Some(&self.groups),
            auid: n(12),
            sessionid: n(13),
            pers: n(14),
            args: [n(15).into(), n(16).into(), 0, 0],
            exit: i64::from(n(17) as i32),
            success: self.success,
            msgtype: Some(n(18)),
            saddr_fam: Some(self.family),
            fstype: Some(n(19)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_rule_said_to_be_covered_is_never_the_first((list, rules) in rules(), events in vec(event(), 30)) {
        let mut set = RuleSet::new();
        for rule in rules {
            let _known = set.add(rule, false);
        }
        let profiles: Vec<Profile<'_>> = set.list(list).iter().map(Profile::new).collect();
        let pairs = shadow::pairs(&profiles);
        for event in &events {
            let verdict = set.verdict(list, &event.facts());
            if let Some((first, rule)) = verdict.rule() {
                prop_assert!(!pairs.iter().any(|&(later, _)| later == first), "{rule:?} decides: {pairs:?} {event:?}");
            }
        }
    }

    #[test]
    fn a_rule_said_never_to_fire_does_not((list, rules) in rules(), events in vec(event(), 30)) {
        for rule in &rules {
            let doubts = doubt::about(rule, &[]);
            let never = doubts.iter().find(|doubt| doubt.message.starts_with("never fires") || doubt.message.starts_with("does nothing"));
            let Some(doubt) = never else { continue };
            for event in &events {
                let facts = event.facts();
                prop_assert_ne!(rule.matches(&facts), Match::Yes, "{}: {:?} {:?} {:?}", doubt.message, list, rule, event);
            }
        }
    }
}

fn parsed(line: &str) -> Rule {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    match command::parse(&words, Context::default()).steps.unwrap().pop() {
        Some(Step::Add(rule, _)) => rule,
        other => panic!("{line}: {other:?}"),
    }
}

fn covers(first: &str, second: &str) -> bool {
    let exit = |conditions: &str| parsed(format!("-a always,exit {conditions}").trim());
    Profile::new(&exit(first)).covers(&Profile::new(&exit(second)))
}

#[test]
fn what_is_covered_is_found() {
    for (first, second) in [
        ("", "-F uid=0"),
        ("-S open,close", "-S close"),
        ("-F uid=0", "-F gid=5 -F uid=0"),
        ("-F auid>=1000", "-F auid>=2000"),
        ("-F auid>=1000", "-F auid>999 -F auid<3000"),
        ("-F auid!=5", "-F auid>5"),
        ("-F a0&1", "-F a0=3"),
        ("-F success!=0", "-F success=1"),
        ("-F perm=rwa", "-F perm=wa"),
        ("-F arch=b64", "-F arch=b64 -S open"),
        ("-F dir=/no-such", "-F dir=/no-such/below -F perm=w"),
        ("-F dir=/no-such/", "-F path=/no-such/file"),
        ("-C uid!=euid", "-C euid!=uid -F uid=0"),
        ("-F gid<10", "-F gid<5"),
        ("-F obj_uid>=5", "-F obj_uid=7"),
        ("-F key=a", "-F uid=1 -F key=b"),
        ("-F exe=/bin/a", "-F exe=/bin/a -F uid=1"),
    ] {
        let with_calls = |text: &str| if text.contains("key") { format!("-S all {text}") } else { text.to_owned() };
        assert!(covers(&with_calls(first), &with_calls(second)), "{first} / {second}");
    }
}

#[test]
fn what_may_not_be_covered_is_left_alone() {
    for (first, second) in [
        ("-F uid=0", ""),
        ("-S close", "-S open,close"),
        ("-F auid>=2000", "-F auid>=1000"),
        ("-F a0&2", "-F a0&=3"),
        ("-F gid!=5", "-F gid=6"),
        ("-F gid<10", "-F gid=5"),
        ("-F obj_uid=6", "-F obj_uid>=6 -F obj_uid<=6"),
        ("-F perm=w", "-F perm=wa"),
        ("-F dir=/no-such", "-F path=/no-such-file"),
        ("-F dir=/no-such/a", "-F path=/no-such/a/../b"),
        ("-F path=/no-such", "-F dir=/no-such"),
        ("-F success=1", "-F exit>=0"),
        ("-F subj_type=a", "-F subj_type!=b"),
    ] {
        assert!(!covers(first, second), "{first} / {second}");
    }
}

#[test]
fn a_link_that_leads_out_of_a_directory_is_not_covered() {
    let top = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(top.path().join("in")).unwrap();
    std::os::unix::fs::symlink("/etc", top.path().join("in/out")).unwrap();
    let top = top.path().display();
    assert!(covers(&format!("-F dir={top}/in"), &format!("-F path={top}/in/file")));
    assert!(!covers(&format!("-F dir={top}/in"), &format!("-F path={top}/in/out/hosts")));
}

#[test]
fn a_rule_for_another_machine_is_told_from_one_for_this() {
    let about = |line: &str| doubt::about(&parsed(line), &[arch::X86_64, arch::I386]).len();
    assert_eq!(about("-a always,exit -F arch=s390x -S open"), 1);
    assert_eq!(about("-a always,exit -F arch!=s390x -S 2"), 0);
    assert_eq!(about("-a always,exit -F arch=i386 -S open"), 0);
    assert_eq!(about("-a always,exit -F arch!=x86_64 -F arch!=i386 -S 2"), 1);
}
