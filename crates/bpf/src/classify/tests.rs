use super::*;
use raudit_rules::{Field, List, SyscallMask};
use raudit_tables::syscall;

fn rule(nr: u32, fields: Vec<Field>) -> Rule {
    let mut syscalls = SyscallMask::EMPTY;
    syscalls.insert(nr);
    Rule { list: List::Exit, action: Action::Always, syscalls, fields }
}

fn openat() -> u32 {
    syscall::table(ARCHES[0]).unwrap().number("openat").unwrap()
}

fn compile(rules: &[Rule]) -> Result<Policy, ClassifyError> {
    let mut places = Places::default();
    assert!(places.assign(rules.iter()));
    Policy::compile(rules, &[], &[], &places)
}

fn field(id: FieldId, op: Op, value: u32) -> Field {
    Field { id, op, value: Value::Number(value) }
}

#[test]
fn equality_cuts_a_field_into_three() {
    let policy = compile(&[rule(openat(), vec![field(FieldId::UID, Op::Eq, 1000)])]).unwrap();
    let cuts: Vec<(u32, u64)> = policy.intervals.iter().map(|i| (i.low, policy.rows[usize::from(i.row)][0])).collect();
    assert_eq!(cuts, [(0, 0), (1000, 1), (1001, 0)]);
    assert_eq!(policy.syscalls[0].len(), 1);
}

#[test]
fn equal_rows_are_one() {
    let rules: Vec<Rule> = (0..100).map(|n| rule(openat(), vec![field(FieldId::UID, Op::Ge, n / 50)])).collect();
    let policy = compile(&rules).unwrap();
    // empty; uid 0; uid 1 and more, which is also the system call's
    assert_eq!((policy.rows.len(), policy.intervals.len()), (3, 2));
}

#[test]
fn arch_is_decided_at_compile_time() {
    let policy = compile(&[rule(5, vec![field(FieldId::ARCH, Op::Eq, ARCHES[1])])]).unwrap();
    assert!(policy.syscalls[0].is_empty());
    assert_eq!(policy.syscalls[1].keys().copied().collect::<Vec<_>>(), [5]);
    assert!(policy.fields.is_empty());
}

#[test]
fn thousands_of_rules_fit_and_more_do_not() {
    let many = |count: u32| -> Vec<Rule> {
        (0..count)
            .map(|n| rule(openat(), vec![field(FieldId::UID, Op::Eq, n * 2), field(FieldId::ARG1, Op::Eq, 7)]))
            .collect()
    };
    let policy = compile(&many(2000)).unwrap();
    assert_eq!((policy.words, policy.intervals.len()), (32, 4003));
    assert!(compile(&many(4000)).is_ok());
    assert_eq!(compile(&many(4097)), Err(ClassifyError::TooManyRules(4097)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let values: Vec<Rule> =
        (0..4000).map(|n| rule(1, (0..8).map(|f| field(FieldId(1 + f), Op::Lt, n * 100 + f)).collect())).collect();
    assert_eq!(compile(&values), Err(ClassifyError::TooManyValues));
    let tests: Vec<Rule> = (0..40).map(|n| rule(1, vec![field(FieldId::ARG2, Op::BitMask, n)])).collect();
    assert_eq!(compile(&tests), Err(ClassifyError::TooManyTests));
}
