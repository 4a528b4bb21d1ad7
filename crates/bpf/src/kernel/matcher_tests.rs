//! The BPF matcher against the reference meaning, `rules::eval`, by BPF_PROG_RUN.
use super::*;
use crate::classify::{ARCHES, Policy};
use crate::fact;
use crate::libbpf_log;
use crate::place::Places;
use crate::skel;
use libbpf_rs::{ObjectBuilder, OpenObject, ProgramInput};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use raudit_rules::eval::{Facts, Verdict};
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value};
use raudit_tables::syscall;

const IDS: [FieldId; 20] = [
    FieldId::PID,
    FieldId::PPID,
    FieldId::UID,
    FieldId::EUID,
    FieldId::SUID,
    FieldId::FSUID,
    FieldId::GID,
    FieldId::EGID,
    FieldId::SGID,
    FieldId::FSGID,
    FieldId::LOGINUID,
    FieldId::SESSIONID,
    FieldId::PERS,
    FieldId::EXIT,
    FieldId::SUCCESS,
    FieldId::ARG0,
    FieldId::ARG1,
    FieldId::ARCH,
    FieldId::FIELD_COMPARE,
    FieldId::SADDR_FAM,
];
const OPS: [Op; 8] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];

/// Few values, so that they meet.
fn value() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0u32), Just(1), Just(2), Just(3), Just(1000), Just(u32::MAX), Just(u32::MAX - 12), 0u32..8]
}

fn field() -> impl Strategy<Value = Field> {
    (0..IDS.len(), 0..OPS.len(), value()).prop_map(|(id, op, value)| {
        let (id, op) = (IDS[id], OPS[op]);
        let bits = matches!(op, Op::BitMask | Op::BitTest);
        let takes_bits = matches!(id, FieldId::PERS | FieldId::ARG0 | FieldId::ARG1);
        let op = match id {
            FieldId::ARCH | FieldId::FIELD_COMPARE if op != Op::Ne => Op::Eq,
            _ if bits && !takes_bits => Op::Eq,
            _ => op,
        };
        let value = match id {
            FieldId::ARCH => ARCHES[value as usize % 2],
            FieldId::SUCCESS => value % 2,
            FieldId::FIELD_COMPARE => 10 + value % 16,
            _ => value,
        };
        Field { id, op, value: Value::Number(value) }
    })
}

/// Of a call that returns: no exit, on either architecture.
fn number() -> impl Strategy<Value = u32> {
    let known = |nr: &u32| ARCHES.iter().all(|a| syscall::table(*a).unwrap().name(*nr).is_some());
    prop::sample::select((3..).filter(known).take(6).collect::<Vec<_>>())
}

fn rule() -> impl Strategy<Value = Rule> {
    (any::<bool>(), prop::collection::vec(number(), 1..4), prop::collection::vec(field(), 0..4)).prop_map(
        |(always, calls, fields)| {
            let mut syscalls = SyscallMask::EMPTY;
            for nr in calls {
                syscalls.insert(nr);
            }
            let action = if always { Action::Always } else { Action::Never };
            Rule { list: List::Exit, action, syscalls, fields }
        },
    )
}

type Call = ([u32; 16], bool, bool, u32, i64);

fn call() -> impl Strategy<Value = Call> {
    (
        prop::array::uniform16(value()),
        any::<bool>(),
        any::<bool>(),
        number(),
        prop_oneof![Just(0i64), Just(-13), Just(5)],
    )
}

/// What the BPF side decides: rule and whether it says always.
fn decided(object: &mut Object, call: &Call) -> (i32, bool) {
    let (ids, compat, success, nr, exit) = *call;
    let mut facts = [0u32; fact::COUNT];
    for (at, fact) in [fact::PID, fact::PPID, fact::AUID, fact::SESSION].into_iter().enumerate() {
        facts[fact as usize] = ids[at];
    }
    facts[fact::UID as usize..=fact::FSGID as usize].copy_from_slice(&ids[4..12]);
    facts[fact::PERS as usize] = ids[12];
    facts[fact::EXIT as usize] = exit as u32;
    facts[fact::SUCCESS as usize] = if success { 1 } else { 2 };
    facts[fact::AUID_SET as usize] = u32::from(ids[2] != u32::MAX);
    facts[fact::A0 as usize] = ids[13];
    facts[fact::A1 as usize] = ids[14];
    facts[fact::SADDR_FAM as usize] = ids[15];
    let mut io: Vec<u8> =
        facts.iter().chain(&[u32::from(compat), nr, 0, 0, 0]).chain(&[0; 16]).flat_map(|w| w.to_ne_bytes()).collect();
    let program = object.progs_mut().find(|p| p.name() == "check_match").unwrap();
    let input = ProgramInput { context_in: Some(&mut io), ..ProgramInput::default() };
    assert_eq!(program.test_run(input).unwrap().return_value, 0);
    let word = |at: usize| u32::from_ne_bytes(io[at * 4..at * 4 + 4].try_into().unwrap());
    (word(34) as i32, word(35) != 0)
}

fn expected(set: &RuleSet, groups: &[u32], call: &Call) -> (i32, bool) {
    let (ids, compat, success, nr, exit) = *call;
    let facts = Facts {
        arch: if compat { ARCHES[1] } else { ARCHES[0] },
        syscall: nr,
        pid: ids[0],
        ppid: ids[1],
        auid: ids[2],
        sessionid: ids[3],
        uid: ids[4],
        euid: ids[5],
        suid: ids[6],
        fsuid: ids[7],
        gid: ids[8],
        egid: ids[9],
        sgid: ids[10],
        fsgid: ids[11],
        groups: Some(groups),
        pers: ids[12],
        args: [ids[13].into(), ids[14].into(), 0, 0],
        exit,
        success: Some(success),
        saddr_fam: Some((ids[15] != fact::NO_FAMILY).then_some(ids[15])),
        ..Facts::default()
    };
    match set.verdict(List::Exit, &facts) {
        Verdict::Rule(at, rule) => (at as i32, rule.action == Action::Always),
        Verdict::NoRule => (-1, false),
        Verdict::Unknown(at, rule) => panic!("rule {at} is not decided: {rule:?}"),
    }
}

#[test]
fn the_matcher_means_what_the_rules_mean() {
    let offer = Offer::probe();
    if let Some(why) = offer.unusable {
        return println!("SKIPPED: {why}");
    }
    if offer.old {
        return println!("SKIPPED: no programs that are called by the bpf system call before 5.14");
    }
    let object = match ObjectBuilder::default().open_memory(skel::CHECK_OBJECT).and_then(OpenObject::load) {
        Ok(object) => object,
        Err(e) if !nix::unistd::geteuid().is_root() => return println!("SKIPPED: {e}"),
        Err(e) => panic!("{e:#}\n{}", libbpf_log::take()),
    };
    let groups: Vec<u32> = nix::unistd::getgroups().unwrap().into_iter().map(nix::unistd::Gid::as_raw).collect();
    let slots = std::cell::RefCell::new(Slots::of(&object).unwrap());
    let object = std::cell::RefCell::new(object);
    // PROPTEST_CASES makes it fewer where the processor is emulated
    let cases = Config::default().cases.min(150);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let strategy = (prop::collection::vec(rule(), 1..80), prop::collection::vec(call(), 40));
    runner
        .run(&strategy, |(rules, calls)| {
            let mut set = RuleSet::new();
            for rule in rules {
                let _ = set.add(rule, false);
            }
            let Ok(policy) = Policy::compile(set.list(List::Exit), &[], &[], &Places::default()) else { return Ok(()) };
            slots.borrow_mut().install(&policy, set.len(), &Attach::default(), &Reserve::default(), [1, 0]).unwrap();
            for call in &calls {
                let (decided, expected) = (decided(&mut object.borrow_mut(), call), expected(&set, &groups, call));
                // calls of which all rules say never are not asked about
                prop_assert!(
                    decided == expected || (decided, expected.1) == ((-1, false), false),
                    "{call:?}: {expected:?}"
                );
            }
            Ok(())
        })
        .unwrap();
}
