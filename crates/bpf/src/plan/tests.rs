use super::*;
use crate::classify::ARCHES;
use crate::offer::Module;
use raudit_rules::{Action, Field, Op, SyscallMask, Value};
use raudit_tables::syscall;

pub(super) fn rule(names: &[&str], fields: Vec<Field>) -> Rule {
    let mut syscalls = SyscallMask::EMPTY;
    for name in names {
        assert!(syscalls.insert(syscall::table(ARCHES[0]).unwrap().number(name).unwrap()));
    }
    let arch = Field { id: FieldId::ARCH, op: Op::Eq, value: Value::Number(ARCHES[0]) };
    Rule { list: List::Exit, action: Action::Always, syscalls, fields: [vec![arch], fields].concat() }
}

/// What calls enter by.
fn functions(calls: [&str; 2]) -> [String; 2] {
    calls.map(|call| entry::function(0, &[call], |_| true).unwrap())
}

fn plan(rules: Vec<Rule>, fentry: bool) -> Plan {
    let mut set = RuleSet::new();
    for rule in rules {
        set.add(rule, false).unwrap();
    }
    Plan::new(&set, &Offer::made_up(fentry), &mut Places::default())
}

#[test]
fn an_empty_set_is_served_by_the_best_tier_there_is() {
    assert_eq!(plan(vec![], true).exact, Some(Tier::Fentry));
    assert_eq!(plan(vec![], false).exact, Some(Tier::Tracepoint));
}

#[test]
fn plain_calls_are_exact_on_tracepoints_and_opens_are_not() {
    let plain = plan(vec![rule(&["setuid", "getppid"], vec![])], false);
    assert_eq!((plain.exact, plain.usable), (Some(Tier::Tracepoint), Some(Tier::Tracepoint)));
    let open = plan(vec![rule(&["openat"], vec![])], false);
    assert_eq!((open.exact, open.usable), (None, Some(Tier::Tracepoint)));
    assert!(open.rules[0].tracepoint.as_ref().unwrap().to_string().contains("user memory"));
}

#[test]
fn fentry_attaches_to_just_the_calls_named() {
    let plan = plan(vec![rule(&["openat", "execve"], vec![])], true);
    assert_eq!(plan.exact, Some(Tier::Fentry), "{:?}", plan.rules);
    let symbols: Vec<_> = plan.attach.syscalls.iter().map(String::as_str).collect();
    assert_eq!(symbols, functions(["execve", "openat"]));
    assert!(plan.attach.needs.iter().eq(&[Need::Call, Need::Open, Need::Exec]));
}

#[test]
fn what_is_not_served_says_why() {
    let inode = Field { id: FieldId::INODE, op: Op::Ne, value: Value::Number(2) };
    for (rule, why) in [
        (rule(&["openat"], vec![inode]), "field inode"),
        (Rule { list: List::Task, action: Action::Always, ..rule(&[], vec![]) }, "every call of the tasks"),
        (Rule { list: List::IoUring, ..rule(&[], vec![]) }, "arch in the io_uring list"),
    ] {
        let plan = plan(vec![rule], true);
        assert_eq!(plan.usable, None);
        let said = plan.rules[0].fentry.as_ref().unwrap().to_string();
        assert!(said.contains(why), "{said}");
    }
}

fn text(id: FieldId, text: &str) -> Field {
    Field { id, op: Op::Eq, value: Value::Text(text.into()) }
}

#[test]
fn a_watch_is_about_the_calls_of_its_accesses() {
    let perm = Field { id: FieldId::PERM, op: Op::Eq, value: Value::Number(8) };
    let watch = rule(&["fchmodat", "fchmod", "mkdirat", "getpid"], vec![text(FieldId::WATCH, "/etc/passwd"), perm]);
    let plan = plan(vec![watch], true);
    let symbols: Vec<_> = plan.attach.syscalls.iter().map(String::as_str).collect();
    assert_eq!(symbols, functions(["fchmod", "fchmodat"]));
    assert!(plan.attach.needs.contains(&Need::Watch));
    assert_eq!(plan.places.len(), 1);
    assert!(plan.rules[0].tracepoint.as_ref().unwrap().to_string().contains("files are not seen"));
}

#[test]
fn never_attaches_nothing() {
    let never = Rule { action: Action::Never, syscalls: SyscallMask::ALL, ..rule(&[], vec![]) };
    let plan = plan(vec![never], true);
    assert_eq!(plan.exact, Some(Tier::Fentry));
    assert!(plan.attach.syscalls.is_empty() && plan.attach.needs.is_empty());
}

#[test]
fn without_a_module_nothing_has_a_label() {
    let labelled = |id| rule(&["openat"], vec![text(id, "chronyd_t")]);
    for id in [FieldId::SUBJ_TYPE, FieldId::OBJ_TYPE, FieldId::SUBJ_ROLE] {
        let plan = plan(vec![labelled(id)], true);
        assert_eq!(plan.exact, Some(Tier::Fentry), "{:?}", plan.rules);
        assert!(plan.attach.syscalls.is_empty(), "nothing can match");
        assert!(plan.policy.unwrap().syscalls[0].is_empty());
    }
}

#[test]
fn fields_about_labels_are_refused_where_they_are_not_compared() {
    let on = |module, rule: Rule| {
        let mut set = RuleSet::new();
        set.add(rule, false).unwrap();
        let mut offer = Offer::made_up(true);
        offer.module = module;
        let plan = Plan::new(&set, &offer, &mut Places::default());
        plan.rules[0].fentry.as_ref().map(ToString::to_string)
    };
    let asks = |id| rule(&["openat"], vec![text(id, "init_t")]);
    assert_eq!(on(Module::AppArmor, asks(FieldId::OBJ_TYPE)), None);
    assert!(on(Module::AppArmor, asks(FieldId::SUBJ_ROLE)).unwrap().contains("subj_role"));
    assert!(on(Module::Smack, asks(FieldId::OBJ_TYPE)).unwrap().contains("obj_type"));
    let unread = on(Module::Selinux, asks(FieldId::SUBJ_TYPE)).unwrap();
    assert!(unread.contains("cannot be read"), "{unread}");
    let task = Rule { list: List::Task, action: Action::Never, ..asks(FieldId::SUBJ_TYPE) };
    assert!(
        on(Module::None, Rule { fields: task.fields.get(1..).unwrap().to_vec(), ..task })
            .unwrap()
            .contains("task list")
    );
    let watch = rule(&["openat"], vec![text(FieldId::WATCH, "/etc/passwd"), text(FieldId::OBJ_TYPE, "shadow_t")]);
    assert!(on(Module::Selinux, watch).unwrap().contains("watches a file"));
    let ipc = rule(&["shmat"], vec![text(FieldId::OBJ_TYPE, "shadow_t")]);
    assert!(on(Module::Selinux, ipc).unwrap().contains("not files"));
}
