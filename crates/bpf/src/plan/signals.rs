//! Whether the kernel would note the tasks that are signalled.

use crate::classify::ARCHES;
use raudit_rules::{Rule, RuleSet};
use raudit_tables::syscall;

/// The class of calls the kernel looks for (`AUDIT_CLASS_SIGNAL`, include/asm-generic/audit_signal.h).
const CLASS: [&str; 3] = ["kill", "tgkill", "tkill"];

/// It notes them while any rule, of whatever list and with whatever other conditions, names a call of this class
/// (`audit_signals`, auditfilter.c): rules for other calls that send signals alone have no OBJ_PID.
pub fn are_noted(rules: &RuleSet) -> bool {
    rules.iter().any(names_one)
}

fn names_one(rule: &Rule) -> bool {
    let [native, compat] = ARCHES;
    let arches = match rule.arch() {
        Some(arch) if arch == compat => &[compat][..],
        Some(_) => &[native],
        None => &ARCHES,
    };
    let numbers = |a: &u32| CLASS.map(|name| syscall::table(*a).and_then(|t| t.number(name)));
    arches.iter().flat_map(numbers).flatten().any(|number| rule.syscalls.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::rule;

    #[test]
    fn only_rules_that_name_kill_and_its_like_count() {
        let noted = |names: &[&str]| {
            let mut set = RuleSet::new();
            set.add(rule(names, vec![]), false).unwrap();
            are_noted(&set)
        };
        assert!(!noted(&["rt_sigqueueinfo"]));
        assert!(noted(&["rt_sigqueueinfo", "tgkill"]));
        assert!(!are_noted(&RuleSet::new()));
    }
}
