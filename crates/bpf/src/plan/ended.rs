//! Calls that end their task have no result, and so rules that ask for one never match them (`audit_filter_rules`, auditsc.c).

use crate::classify::ARCHES;
use raudit_rules::{FieldId, Rule};
use raudit_tables::syscall;

/// Whether the rule can never match this call; `at` is the architecture's place in [`ARCHES`].
pub(crate) fn never_matches(rule: &Rule, at: usize, number: u32) -> bool {
    let name = || syscall::name(*ARCHES.get(at)?, number);
    rule.fields.iter().any(|f| matches!(f.id, FieldId::EXIT | FieldId::SUCCESS))
        && matches!(name(), Some("exit" | "exit_group"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::rule;
    use raudit_rules::{Field, Op, Value};

    #[test]
    fn a_rule_that_asks_for_a_result_matches_no_exit() {
        let asks = rule(&["exit_group"], vec![Field { id: FieldId::SUCCESS, op: Op::Ne, value: Value::Number(5) }]);
        let [ends, kill] = ["exit_group", "kill"].map(|name| syscall::table(ARCHES[0]).unwrap().number(name).unwrap());
        assert!(never_matches(&asks, 0, ends));
        assert!(!never_matches(&asks, 1, ends));
        assert!(!never_matches(&asks, 0, kill));
        assert!(!never_matches(&rule(&["exit_group"], vec![]), 0, ends));
    }
}
