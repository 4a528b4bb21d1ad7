//! The system calls of a rule, in words.

use crate::{FieldId, List, Op, Rule, Value, names, perm};
use raudit_tables::{Table, arch, syscall};

/// Up to so many are all named in a sentence.
const NAMED: usize = 6;

/// The architecture the rule is for, if it is for one.
pub(super) fn arch_of(rule: &Rule) -> Option<u32> {
    rule.fields.iter().find_map(|field| match (field.id, field.op, &field.value) {
        (FieldId::ARCH, Op::Eq, Value::Number(number)) => Some(*number),
        _ => None,
    })
}

fn table(rule: &Rule) -> Option<&'static Table> {
    match rule.list {
        List::IoUring => Some(&names::IO_URING),
        _ => syscall::table(arch_of(rule).unwrap_or(arch::native())),
    }
}

/// The calls by name, by number where they have none.
pub(super) fn all(rule: &Rule) -> Vec<String> {
    let table = table(rule);
    let name =
        |number: u32| table.and_then(|table| table.name(number)).map_or_else(|| number.to_string(), str::to_owned);
    rule.syscalls.iter().map(name).collect()
}

/// Whether the calls are those that `perm` stands for.
pub(super) fn by_perm(rule: &Rule) -> bool {
    let Some(Value::Number(bits)) = rule.fields.iter().find(|f| f.id == FieldId::PERM).map(|f| &f.value) else {
        return false;
    };
    let Some(table) = arch_of(rule).and_then(syscall::table) else { return false };
    let bits = [perm::READ, perm::WRITE, perm::EXEC, perm::ATTR].into_iter().filter(|bit| bits & bit != 0);
    let named: Vec<u32> = bits.flat_map(perm::syscalls).filter_map(|name| table.number(name)).collect();
    !rule.syscalls.is_all() && rule.syscalls.iter().all(|number| named.contains(&number))
}

/// `calls openat`, `calls one of 43 system calls (...)`.
pub(super) fn phrase(rule: &Rule) -> String {
    let uring = rule.list == List::IoUring;
    let verb = if uring { "lets io_uring do" } else { "calls" };
    if rule.syscalls.is_all() {
        return if uring { "lets io_uring do anything".into() } else { "makes any system call".into() };
    }
    let names = all(rule);
    match names.split_last() {
        None => format!("{verb} nothing (so never)"),
        Some((last, [])) => format!("{verb} {last}"),
        Some((last, others)) if names.len() <= NAMED => format!("{verb} {} or {last}", others.join(", ")),
        Some(_) => {
            let first = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            format!("{verb} one of {} system calls ({first}, ...)", names.len())
        }
    }
}
