//! `perm=`: what a system call does to files, as the kernel sees it (`audit_match_perm`, kernel/auditsc.c).

use super::facts::Facts;
use raudit_rules::List;
use raudit_rules::perm::{self, EXEC, READ, WRITE};

/// `O_ACCMODE`, and what its values stand for (`ACC_MODE`, include/linux/fs.h).
const ACCESS_MODE: u64 = 3;
const ACCESS: [u32; 4] = [READ, WRITE, READ | WRITE, READ | WRITE];

/// `SYS_BIND` of the call that is all those of sockets (linux/net.h).
const BIND: u64 = 2;

/// The kinds of access that the call makes; `None` if the records do not tell.
pub(super) fn of(facts: &Facts<'_>) -> Option<u32> {
    // what the kernel takes an operation of io_uring for cannot be told
    let name = facts.call_name().filter(|_| facts.list == List::Exit)?;
    let [first, second, third, _] = facts.numbers.args;
    let opened = |flags: u64| ACCESS.get((flags & ACCESS_MODE) as usize).copied();
    match name {
        "open" => opened(second),
        "openat" => opened(third),
        "openat2" => opened(facts.openat2_flags()?),
        "socketcall" if first == BIND => Some(WRITE),
        name => Some(of_name(name)),
    }
}

/// What calls of this name are taken for; those of 32 bits have the names of others with a number behind.
fn of_name(name: &str) -> u32 {
    let plain = name.strip_suffix("32").or_else(|| name.strip_suffix("64")).unwrap_or(name);
    let is = |bit: &u32| perm::syscalls(*bit).iter().any(|known| [name, plain].contains(known));
    [EXEC, WRITE, READ, perm::ATTR].into_iter().filter(is).sum()
}
