//! The io_uring list: rules by operation instead of system call.

use super::{ARCHES, ClassifyError, Conditions, Policy, Rows, WANT_FS, kinds, meet, never, set};
use crate::calls::want;
use raudit_rules::{List, Rule};
use raudit_tables::syscall;

/// Numbers of operations, at most (`OPERATIONS_MAX`).
pub const OPERATIONS_MAX: usize = 256;

/// `WANT_RING`: of io_uring_enter.
pub const WANT_RING: u32 = 1 << 21;

/// The number of io_uring_enter, by index in [`ARCHES`].
pub fn enter(at: usize) -> Option<u32> {
    syscall::table(*ARCHES.get(at)?)?.number("io_uring_enter")
}

/// Whether a rule names that call.
pub fn enters(rule: &Rule) -> bool {
    (0..ARCHES.len()).filter_map(enter).any(|nr| rule.syscalls.contains(nr))
}

impl Policy {
    /// The rows of the list's rules; `rules` are those of the exit list and this one, by their bits. When one of them may say always,
    /// the call that operations are done in is followed whatever it is. When a rule of the exit list names that call, operations are
    /// followed: what workers look up for it is its own.
    pub(super) fn add_operations(
        &mut self,
        rules: &[Rule],
        conditions: &Conditions,
        rows: &mut Rows,
    ) -> Result<(), ClassifyError> {
        let mut named = vec![rows.nobody(); OPERATIONS_MAX];
        let mut wanted = if self.filesystems.is_empty() { 0 } else { WANT_FS };
        let mut call = false;
        for (number, rule) in rules.iter().enumerate().filter(|(number, _)| !never(conditions, *number)) {
            if rule.list != List::IoUring {
                call |= enters(rule);
                continue;
            }
            wanted |= kinds(conditions, number);
            for operation in rule.syscalls.iter() {
                if let Some(row) = named.get_mut(operation as usize) {
                    set(row, number);
                }
            }
        }
        for (operation, row) in (0..=u8::MAX).zip(named).filter(|(_, row)| meet(row, &self.always)) {
            self.operations.insert(operation, rows.add(row)?);
        }
        if self.operations.is_empty() && !call {
            return Ok(());
        }
        wanted |= u32::from(want::NAMES | want::SADDR) | WANT_RING;
        self.operation_want = wanted;
        for (at, wants) in self.wants.iter_mut().enumerate() {
            if let Some(nr) = enter(at) {
                *wants.entry(nr).or_default() |= wanted;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Places;
    use crate::skel;
    use raudit_rules::{Action, SyscallMask};

    fn rule(list: List, action: Action, numbers: &[u32]) -> Rule {
        let mut syscalls = SyscallMask::EMPTY;
        numbers.iter().for_each(|&n| assert!(syscalls.insert(n)));
        Rule { list, action, syscalls, fields: vec![] }
    }

    #[test]
    fn operations_have_rows_of_their_own_and_the_call_is_followed() {
        let rules = [rule(List::Exit, Action::Always, &[18]), rule(List::IoUring, Action::Always, &[18, 28])];
        let policy = Policy::compile(&rules, &[], &[], &Places::default()).unwrap();
        let row = |row: Option<&u16>| policy.rows[usize::from(*row.unwrap())][0];
        assert_eq!((row(policy.operations.get(&18)), row(policy.operations.get(&28))), (2, 2));
        assert_eq!(row(policy.syscalls[0].get(&18)), 1);
        assert!(!policy.syscalls[0].contains_key(&28));
        for (at, wants) in policy.wants.iter().enumerate() {
            assert_eq!(wants[&enter(at).unwrap()] & WANT_RING, WANT_RING);
        }
    }

    #[test]
    fn operations_are_followed_for_the_call_as_well() {
        let rules = [rule(List::Exit, Action::Always, &[enter(0).unwrap()])];
        let policy = Policy::compile(&rules, &[], &[], &Places::default()).unwrap();
        assert!(policy.operations.is_empty());
        assert_eq!(policy.operation_want & (u32::from(want::NAMES) | WANT_RING), u32::from(want::NAMES) | WANT_RING);
    }

    #[test]
    fn without_a_rule_that_says_always_nothing_is_followed() {
        let rules = [rule(List::IoUring, Action::Never, &[18])];
        let policy = Policy::compile(&rules, &[], &[], &Places::default()).unwrap();
        assert_eq!((policy.operation_want, policy.operations.len()), (0, 0));
    }

    #[test]
    fn both_sides_number_alike() {
        assert_eq!(skel::enum_value("want", "WANT_RING"), Some(WANT_RING));
        assert_eq!(skel::enum_value("policy_limit", "OPERATIONS_MAX"), Some(OPERATIONS_MAX as u32));
    }
}
