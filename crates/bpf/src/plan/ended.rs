//! Calls that end their task have no result, and so rules that ask for one never match them (`audit_filter_rules`, auditsc.c).

use raudit_rules::{FieldId, Rule};
use raudit_tables::syscall;

/// Whether the rule can never match this call.
pub(crate) fn never_matches(rule: &Rule, arch: u32, number: u32) -> bool {
    rule.fields.iter().any(|f| matches!(f.id, FieldId::EXIT | FieldId::SUCCESS))
        && matches!(syscall::name(arch, number), Some("exit" | "exit_group"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::rule;
    use raudit_rules::{Field, Op, Value};
    use raudit_tables::arch;

    #[test]
    fn a_rule_that_asks_for_a_result_matches_no_exit() {
        let asks = rule(&["exit_group"], vec![Field { id: FieldId::SUCCESS, op: Op::Ne, value: Value::Number(5) }]);
        assert!(never_matches(&asks, arch::X86_64, 231));
        assert!(!never_matches(&asks, arch::I386, 231));
        assert!(!never_matches(&asks, arch::X86_64, 62));
        assert!(!never_matches(&rule(&["exit_group"], vec![]), arch::X86_64, 231));
    }
}
