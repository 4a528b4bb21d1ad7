use super::*;
use crate::SyscallMask;

fn rule(list: List, fields: &[(FieldId, Op, u32)]) -> Rule {
    let fields = fields.iter().map(|&(id, op, value)| Field { id, op, value: Value::Number(value) }).collect();
    Rule { list, action: Action::Always, syscalls: SyscallMask::ALL, fields }
}

fn holds(fields: &[(FieldId, Op, u32)], facts: &Facts) -> Match {
    rule(List::Exit, fields).matches(facts)
}

fn facts() -> Facts<'static> {
    Facts {
        arch: 0xc000_003e,
        syscall: 257,
        pid: 100,
        ppid: 1,
        uid: 1000,
        euid: 0,
        gid: 100,
        egid: 100,
        groups: Some(&[4, 27]),
        auid: 1000,
        sessionid: 3,
        args: [u64::MAX, 0x1_0000_0002, 0o102, 0],
        exit: -13,
        success: Some(false),
        ..Facts::default()
    }
}

#[test]
fn unset_auid_is_high_but_equal_only_to_unset() {
    let unset = Facts { auid: UNSET, ..facts() };
    let auid = FieldId::LOGINUID;
    assert_eq!(holds(&[(auid, Op::Ge, 1000)], &unset), Match::Yes);
    assert_eq!(holds(&[(auid, Op::Eq, UNSET)], &unset), Match::Yes);
    assert_eq!(holds(&[(auid, Op::Ne, UNSET)], &unset), Match::No);
    assert_eq!(holds(&[(auid, Op::Ge, 1000), (auid, Op::Ne, UNSET)], &facts()), Match::Yes);
    assert_eq!(holds(&[(FieldId::LOGINUID_SET, Op::Eq, 0)], &unset), Match::Yes);
}

#[test]
fn exit_and_arguments_are_32_bits_unsigned() {
    let f = facts();
    assert_eq!(holds(&[(FieldId::EXIT, Op::Eq, -13i32 as u32)], &f), Match::Yes);
    assert_eq!(holds(&[(FieldId::EXIT, Op::Gt, 0)], &f), Match::Yes, "-13 is a large unsigned number");
    assert_eq!(holds(&[(FieldId::ARG0, Op::Eq, u32::MAX)], &f), Match::Yes);
    assert_eq!(holds(&[(FieldId::ARG1, Op::Eq, 2)], &f), Match::Yes, "the high half is not looked at");
    assert_eq!(holds(&[(FieldId::ARG2, Op::BitMask, 0o100)], &f), Match::Yes);
    assert_eq!(holds(&[(FieldId::ARG2, Op::BitTest, 0o101)], &f), Match::No);
}

#[test]
fn success_is_three_valued() {
    let failed = facts();
    let gone = Facts { success: None, ..facts() };
    let succeeded = Facts { success: Some(true), exit: 3, ..facts() };
    for (op, value, expected) in [
        (Op::Eq, 0, [Match::Yes, Match::No, Match::No]),
        (Op::Eq, 1, [Match::No, Match::Yes, Match::No]),
        (Op::Eq, 7, [Match::No, Match::Yes, Match::No]),
        (Op::Ne, 0, [Match::No, Match::Yes, Match::No]),
    ] {
        let got = [&failed, &succeeded, &gone].map(|f| holds(&[(FieldId::SUCCESS, op, value)], f));
        assert_eq!(got, expected, "{op:?} {value}");
    }
    assert_eq!(holds(&[(FieldId::EXIT, Op::Ne, 5)], &gone), Match::No);
}

#[test]
fn gid_looks_at_supplementary_groups_and_says_so_when_it_cannot() {
    let f = facts();
    assert_eq!(holds(&[(FieldId::GID, Op::Eq, 27)], &f), Match::Yes);
    assert_eq!(holds(&[(FieldId::GID, Op::Ne, 27)], &f), Match::No);
    assert_eq!(holds(&[(FieldId::GID, Op::Ne, 28)], &f), Match::Yes);
    assert_eq!(holds(&[(FieldId::SGID, Op::Eq, 27)], &f), Match::No);
    let unknown = Facts { groups: None, ..f };
    assert_eq!(holds(&[(FieldId::GID, Op::Eq, 100)], &unknown), Match::Yes);
    assert_eq!(holds(&[(FieldId::EGID, Op::Eq, 27)], &unknown), Match::Unknown);
}

#[test]
fn what_is_not_known_is_never_guessed_but_a_no_settles() {
    let path = Field { id: FieldId::WATCH, op: Op::Eq, value: Value::Text(b"/etc/passwd".to_vec()) };
    let mut with_path = rule(List::Exit, &[(FieldId::UID, Op::Eq, 1000)]);
    with_path.fields.push(path.clone());
    assert_eq!(with_path.matches(&facts()), Match::Unknown);
    assert_eq!(with_path.matches(&Facts { uid: 1, ..facts() }), Match::No);
    for id in [FieldId::INODE, FieldId::PERM, FieldId::OBJ_UID, FieldId(77)] {
        assert_eq!(holds(&[(id, Op::Eq, 1)], &facts()), Match::Unknown, "{id:?}");
    }
    let mut set = RuleSet::new();
    set.add(with_path, false).unwrap();
    set.add(rule(List::Exit, &[]), false).unwrap();
    assert!(matches!(set.verdict(List::Exit, &facts()), Verdict::Unknown(0, _)));
    assert!(matches!(set.verdict(List::Exit, &Facts { uid: 1, ..facts() }), Verdict::Rule(1, _)));
}

#[test]
fn compares_ids_of_the_task() {
    assert_eq!(holds(&[(FieldId::FIELD_COMPARE, Op::Ne, 11)], &facts()), Match::Yes, "uid!=euid");
    assert_eq!(holds(&[(FieldId::FIELD_COMPARE, Op::Eq, 10)], &facts()), Match::Yes, "uid=auid");
    assert_eq!(holds(&[(FieldId::FIELD_COMPARE, Op::Eq, 1)], &facts()), Match::Unknown, "uid=obj_uid");
}

#[test]
fn the_first_rule_that_matches_decides() {
    let mut set = RuleSet::new();
    let never = Rule { action: Action::Never, ..rule(List::Exit, &[(FieldId::UID, Op::Eq, 0)]) };
    set.add(rule(List::Exit, &[(FieldId::PID, Op::Eq, 7)]), false).unwrap();
    set.add(never, false).unwrap();
    set.add(rule(List::Exit, &[]), false).unwrap();
    let at = |f: &Facts| set.verdict(List::Exit, f).rule().map(|(at, r)| (at, r.action));
    assert_eq!(at(&facts()), Some((2, Action::Always)));
    assert_eq!(at(&Facts { uid: 0, ..facts() }), Some((1, Action::Never)));
    assert_eq!(at(&Facts { uid: 0, pid: 7, ..facts() }), Some((0, Action::Always)));
    assert_eq!(set.verdict(List::Task, &facts()), Verdict::NoRule);
}

#[test]
fn only_named_calls_match_on_the_exit_list_and_calls_do_not_count_for_tasks() {
    let mut one = rule(List::Exit, &[]);
    one.syscalls = SyscallMask::EMPTY;
    one.syscalls.insert(257);
    assert_eq!(one.matches(&facts()), Match::Yes);
    assert_eq!(one.matches(&Facts { syscall: 2, ..facts() }), Match::No);
    assert_eq!(one.matches(&Facts { syscall: u32::MAX, ..facts() }), Match::No);
    let mut task = rule(List::Task, &[(FieldId::UID, Op::Eq, 1000)]);
    task.syscalls = SyscallMask::EMPTY;
    assert_eq!(task.matches(&facts()), Match::Yes);
    assert_eq!(rule(List::Task, &[(FieldId::ARCH, Op::Eq, 0xc000_003e)]).matches(&facts()), Match::No);
}

#[test]
fn user_and_exclude_lists_stop_at_a_field_they_do_not_know() {
    let mut set = RuleSet::new();
    set.add(rule(List::Exclude, &[(FieldId::UID, Op::Eq, 1), (FieldId::ARG0, Op::Eq, 1)]), false).unwrap();
    set.add(rule(List::Exclude, &[]), false).unwrap();
    set.add(rule(List::Exclude, &[(FieldId::MSGTYPE, Op::Eq, 1327)]), false).unwrap();
    let kind = |msgtype, uid| Facts { msgtype: Some(msgtype), uid, ..facts() };
    assert!(matches!(set.verdict(List::Exclude, &kind(1327, 1000)), Verdict::Rule(2, _)));
    assert_eq!(set.verdict(List::Exclude, &kind(1300, 1000)), Verdict::NoRule);
    assert_eq!(set.verdict(List::Exclude, &kind(1327, 1)), Verdict::NoRule, "a0 ends the list");
    assert!(matches!(set.verdict(List::Exclude, &facts()), Verdict::Unknown(2, _)), "type not known");
}

#[test]
fn filesystem_rules_only_ever_say_never() {
    let mut set = RuleSet::new();
    let debugfs = rule(List::Filesystem, &[(FieldId::FSTYPE, Op::Eq, 0x6462_6720)]);
    set.add(debugfs.clone(), false).unwrap();
    set.add(Rule { action: Action::Never, ..debugfs }, false).unwrap();
    let on = |magic| Facts { fstype: Some(magic), ..facts() };
    assert!(matches!(set.verdict(List::Filesystem, &on(0x6462_6720)), Verdict::Rule(1, _)));
    assert_eq!(set.verdict(List::Filesystem, &on(0xef53)), Verdict::NoRule);
    assert!(matches!(set.verdict(List::Filesystem, &facts()), Verdict::Unknown(1, _)));
}
