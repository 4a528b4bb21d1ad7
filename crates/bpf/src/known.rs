//! All system calls of the machine's two architectures, by number: what they are and what `perm=` takes them for.

use crate::calls::Call;
use crate::classes::Classes;
use crate::classify::condition::needs_items;
use crate::classify::{ARCHES, NR_MAX};
use raudit_rules::{Field, FieldId, Op, Rule, Value, perm};
use raudit_tables::syscall;
use std::sync::LazyLock;

/// What is known of a system call.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Its names; more than one where the tables of different releases differ.
    pub names: Vec<&'static str>,
    /// What it needs, and what to collect (`enum want`); `None` when it is not served.
    pub kind: Option<(Call, u32)>,
    /// What `perm=` takes it for.
    pub access: Access,
}

/// What a call does to files, for `perm=` (`audit_match_perm`, kernel/auditsc.c).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Of the call's class: bits of [`perm`].
    Class(u32),
    /// Its arguments say it.
    Arguments,
}

impl Default for Access {
    fn default() -> Self {
        Self::Class(0)
    }
}

/// Classes of include/asm-generic/audit_write.h and audit_dir_write.h; where the kernel's own cannot be read.
const WRITE: &[&str] = &[
    "acct",
    "bind",
    "creat",
    "fallocate",
    "ftruncate",
    "ftruncate64",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "quotactl",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "swapon",
    "symlink",
    "symlinkat",
    "truncate",
    "truncate64",
    "unlink",
    "unlinkat",
];

/// Of audit_read.h.
const READ: &[&str] = &[
    "fgetxattr",
    "file_getattr",
    "flistxattr",
    "getxattr",
    "getxattrat",
    "lgetxattr",
    "listxattr",
    "listxattrat",
    "llistxattr",
    "quotactl",
    "readlink",
    "readlinkat",
];

/// Of audit_change_attr.h.
const ATTR: &[&str] = &[
    "chmod",
    "chown",
    "chown32",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchown32",
    "fchownat",
    "file_setattr",
    "fremovexattr",
    "fsetxattr",
    "lchown",
    "lchown32",
    "link",
    "linkat",
    "lremovexattr",
    "lsetxattr",
    "removexattr",
    "removexattrat",
    "setxattr",
    "setxattrat",
];

/// What the call of this number and name does. By the kernel's own lists, where they are known.
fn access(own: Option<&Classes>, at: usize, nr: u32, name: &str) -> Access {
    match name {
        "open" | "openat" | "openat2" | "socketcall" => Access::Arguments,
        "execve" | "execveat" => Access::Class(perm::EXEC),
        name => Access::Class(own.map_or_else(
            || {
                let classes = [(WRITE, perm::WRITE), (READ, perm::READ), (ATTR, perm::ATTR)];
                classes.iter().filter(|(list, _)| list.contains(&name)).fold(0, |bits, (_, bit)| bits | bit)
            },
            |own| own.access(at, nr),
        )),
    }
}

static KNOWN: LazyLock<[Vec<Known>; 2]> = LazyLock::new(|| {
    let own = Classes::of_kernel();
    ARCHES.map(|arch| {
        let at = usize::from(arch != ARCHES[0]);
        let mut calls = vec![Known::default(); NR_MAX];
        for (nr, name) in syscall::table(arch).into_iter().flat_map(raudit_tables::Table::iter) {
            if let Some(call) = calls.get_mut(nr as usize) {
                call.names.push(name);
                if call.names.len() == 1 {
                    call.access = access(own.as_ref(), at, nr, name);
                }
                call.kind = call.kind.or_else(|| Call::of_arch(at, name).map(|(kind, wants)| (kind, wants.into())));
            }
        }
        calls
    })
});

/// The system call of a number, if there is one.
pub fn call(at: usize, nr: u32) -> Option<&'static Known> {
    KNOWN.get(at)?.get(nr as usize).filter(|call| !call.names.is_empty())
}

/// Whether it is the 32-bit call that stands for all of sockets, whose first argument says what it is.
pub fn is_socketcall(at: usize, nr: u32) -> bool {
    call(at, nr).is_some_and(|known| known.names.contains(&"socketcall"))
}

/// Whether the rule's `arch` conditions hold for this architecture; they are decided here, not in the kernel.
pub fn arch_holds(rule: &Rule, at: usize) -> bool {
    let Some(&arch) = ARCHES.get(at) else { return false };
    rule.fields.iter().filter(|f| f.id == FieldId::ARCH).all(|f| match f.value {
        Value::Number(value) => f.op.holds(arch, value),
        Value::Text(_) => false,
    })
}

/// Whether a call of this class can satisfy the field.
fn perm_may_hold(field: &Field, access: Access) -> bool {
    match (field.id, &field.value, access) {
        (FieldId::PERM, Value::Number(mask), Access::Class(class)) => (mask & class != 0) == (field.op == Op::Eq),
        _ => true,
    }
}

/// The calls that a rule can match: those it names, less those of which it asks what they cannot have.
pub fn calls_of(rule: &Rule, at: usize) -> impl Iterator<Item = u32> + '_ {
    let here = arch_holds(rule, at);
    let items = rule.fields.iter().any(needs_items);
    rule.syscalls.iter().filter(move |&nr| {
        here && call(at, nr).is_some_and(|known| {
            let has_items = known.kind.is_none_or(|(_, wants)| wants & u32::from(crate::calls::want::NAMES) != 0);
            (has_items || !items) && rule.fields.iter().all(|field| perm_may_hold(field, known.access))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_classes_exist() {
        for &name in [WRITE, READ, ATTR].into_iter().flatten() {
            assert!(ARCHES.iter().any(|&a| syscall::table(a).is_some_and(|t| t.number(name).is_some())), "{name}");
        }
    }
}
