//! Rules of the io_uring list: what stands against them, and what they need.

use super::{Calls, Judgement, Obstacle, entry, fields, missing, worse};
use crate::calls::{Call, want};
use crate::classify::ARCHES;
use crate::classify::operations::{WANT_RING, enter, enters};
use crate::hooks::Need;
use crate::operations::Operations;
use raudit_rules::{Action, FieldId, List, Rule, RuleSet};

/// System calls that do what operations do, by the same functions: where the trial found that the hooks do not see one of them, they
/// do not see the operation either.
const ALIKE: [&str; 10] =
    ["openat", "openat2", "unlinkat", "renameat2", "mkdirat", "symlinkat", "linkat", "setxattr", "getxattr", "connect"];

/// Fields whose meaning in this list is the kernel's own: the names are kept with the exit list's and asked about as if the operation
/// were the system call of its number, and outside system calls there is no architecture.
const REFUSED: [FieldId; 4] = [FieldId::WATCH, FieldId::DIR, FieldId::INODE, FieldId::ARCH];

pub(super) fn judge(rule: &Rule, rules: &RuleSet, calls: &mut Calls<'_>) -> Judgement {
    let tracepoint = Some(Obstacle::Refused("operations of io_uring are not seen".into()));
    let refused = |why: String| Judgement { fentry: Some(Obstacle::Refused(why)), tracepoint: tracepoint.clone() };
    if let Some(field) = rule.fields.iter().find(|f| REFUSED.contains(&f.id)) {
        let name = field.id.name().unwrap_or("of an unknown kind");
        return refused(format!("field {name} in the io_uring list is not served by BPF yet"));
    }
    let operations = match calls.offer.operations() {
        Ok(operations) => operations,
        Err(why) => return refused(why),
    };
    let mut judged = fields(rule, calls.offer);
    judged.tracepoint = tracepoint.clone();
    if rule.action == Action::Never {
        return judged;
    }
    if rule.fields.iter().any(|f| f.id == FieldId::EXE) {
        calls.attach.needs.insert(Need::Program);
    }
    judged.fentry = worse(judged.fentry, attach(operations, calls).or_else(|| order(rules)));
    judged
}

/// What stands against a rule of the exit list that names the call by which operations are done: what they note is part of its event,
/// and so are they.
pub(super) fn judge_call(calls: &mut Calls<'_>) -> Option<Obstacle> {
    match calls.offer.operations() {
        Ok(operations) => attach(operations, calls),
        Err(why) if calls.offer.audits_operations() => Some(Obstacle::Inexact(why)),
        // before 5.16 an operation is nothing to audit: only what it copies in the call is noted
        Err(_) => calls.offer.splits_addresses.then(|| {
            Obstacle::Inexact("the address of a connection that io_uring leaves to a worker is not seen".into())
        }),
    }
}

/// Has operations seen; what stands against it.
fn attach(operations: Operations, calls: &mut Calls<'_>) -> Option<Obstacle> {
    let mut needs = Call::Ring.needs().to_vec();
    needs.extend([Need::Peer, Need::Ring]);
    if operations.notes_files() {
        needs.extend([Need::Late, Need::LateAttribute]);
    }
    let obstacle = missing(&needs, calls.offer).or_else(|| differs(calls));
    for at in 0..ARCHES.len() {
        let Some(nr) = enter(at) else { continue };
        match entry::function(at, &["io_uring_enter"], |f| calls.offer.function(f).is_some()) {
            Some(symbol) => drop(calls.attach.syscalls.insert(symbol)),
            None => drop(calls.attach.needs.insert(Need::Every)),
        }
        if let Some(wants) = calls.attach.wants.get_mut(at) {
            *wants.entry(nr).or_default() |= u32::from(want::NAMES | want::SADDR) | WANT_RING;
        }
    }
    calls.attach.operations = operations;
    calls.attach.needs.extend(needs);
    obstacle
}

fn order(rules: &RuleSet) -> Option<Obstacle> {
    let why = "rules of the exit list name io_uring_enter, and which of two lists' rules was added first is not known";
    rules.list(List::Exit).iter().any(enters).then(|| Obstacle::Inexact(why.into()))
}

fn differs(calls: &Calls<'_>) -> Option<Obstacle> {
    let differs = |name: &&str| {
        let kind = Call::of(name)?.0;
        calls.offer.trial.obstacle(name, kind).map(|why| format!("{name}: {why}"))
    };
    ALIKE.iter().find_map(differs).map(Obstacle::Inexact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offer::{Offer, Tier};
    use crate::operations::Operations;
    use crate::place::Places;
    use crate::plan::Plan;
    use raudit_rules::{Field, Op, SyscallMask, Value};

    fn rule(list: List, fields: Vec<Field>) -> Rule {
        Rule { list, action: Action::Always, syscalls: SyscallMask::ALL, fields }
    }

    fn plan(rules: Vec<Rule>, offer: &Offer) -> Plan {
        let mut set = RuleSet::new();
        rules.into_iter().for_each(|rule| set.add(rule, false).unwrap());
        Plan::new(&set, offer, &mut Places::default())
    }

    fn offered() -> Offer {
        let mut offer = Offer::made_up(true);
        offer.set_operations(Ok(Operations::made_up(&[(18, "io_openat"), (16, "io_connect")])));
        offer
    }

    #[test]
    fn operations_are_hooked_and_the_call_they_are_done_in() {
        let plan = plan(vec![rule(List::IoUring, vec![])], &offered());
        assert_eq!(plan.exact, Some(Tier::Fentry), "{:?}", plan.rules);
        assert!(plan.attach.operations.functions().into_iter().eq(["io_connect", "io_openat"]));
        assert!(plan.attach.syscalls.iter().any(|f| f.ends_with("_sys_io_uring_enter")));
        assert_eq!(plan.keys.len(), 1);
    }

    #[test]
    fn what_a_kernel_or_a_rule_is_not_served_for_is_said() {
        let said = |plan: &Plan| plan.rules.last().unwrap().fentry.as_ref().unwrap().to_string();
        let mut without = offered();
        without.set_operations(Err("no table".into()));
        let refused = plan(vec![rule(List::IoUring, vec![])], &without);
        assert_eq!((refused.usable, said(&refused).as_str()), (None, "no table"));
        let watch = Field { id: FieldId::WATCH, op: Op::Eq, value: Value::Text(b"/etc/passwd".to_vec()) };
        let refused = plan(vec![rule(List::IoUring, vec![watch])], &offered());
        assert!(said(&refused).contains("path in the io_uring list"));
        let both = plan(vec![rule(List::Exit, vec![]), rule(List::IoUring, vec![])], &offered());
        assert_eq!(both.exact, None);
        assert!(said(&both).contains("which of two lists"));
    }
}
