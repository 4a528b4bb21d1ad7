//! System calls by what they do.

/// What a system call does, as far as the normaliser tells calls apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    Accept,
    Attributes,
    Bind,
    Connect,
    Delete,
    Execute,
    /// Changes uids or gids.
    Identity,
    Kill,
    LoadModule,
    MakeDevice,
    MakeDirectory,
    Memory,
    Mount,
    /// Of the system.
    Name,
    Open,
    Ownership,
    Permissions,
    Receive,
    Rename,
    Scheduler,
    SecurityAttribute,
    SecurityModules,
    SecurityPolicy,
    Send,
    Stat,
    StatFileSystem,
    Symlink,
    /// Of the system.
    Time,
    Touch,
    UnloadModule,
    Unmount,
}

/// Calls and what they do, by name.
const CALLS: [(&str, Class); 114] = [
    ("accept", Class::Accept),
    ("accept4", Class::Accept),
    ("access", Class::Stat),
    ("adjtimex", Class::Time),
    ("bind", Class::Bind),
    ("brk", Class::Memory),
    ("chmod", Class::Permissions),
    ("chown", Class::Ownership),
    ("clock_settime", Class::Time),
    ("clock_settime64", Class::Time),
    ("connect", Class::Connect),
    ("creat", Class::Open),
    ("delete_module", Class::UnloadModule),
    ("execve", Class::Execute),
    ("execveat", Class::Execute),
    ("faccessat", Class::Stat),
    ("faccessat2", Class::Stat),
    ("fallocate", Class::Open),
    ("fchmod", Class::Permissions),
    ("fchmodat", Class::Permissions),
    ("fchmodat2", Class::Permissions),
    ("fchown", Class::Ownership),
    ("fchownat", Class::Ownership),
    ("file_getattr", Class::Stat),
    ("file_setattr", Class::Attributes),
    ("finit_module", Class::LoadModule),
    ("fremovexattr", Class::Attributes),
    ("fsconfig", Class::Mount),
    ("fsetxattr", Class::Attributes),
    ("fsmount", Class::Mount),
    ("fsopen", Class::Mount),
    ("fspick", Class::Mount),
    ("fstat", Class::Stat),
    ("fstatfs", Class::StatFileSystem),
    ("ftruncate", Class::Open),
    ("futimesat", Class::Touch),
    ("getxattrat", Class::Stat),
    ("init_module", Class::LoadModule),
    ("kill", Class::Kill),
    ("landlock_add_rule", Class::SecurityPolicy),
    ("landlock_create_ruleset", Class::SecurityPolicy),
    ("landlock_restrict_self", Class::SecurityPolicy),
    ("lchown", Class::Ownership),
    ("listxattrat", Class::Stat),
    ("lremovexattr", Class::Attributes),
    ("lsetxattr", Class::Attributes),
    ("lsm_get_self_attr", Class::SecurityAttribute),
    ("lsm_list_modules", Class::SecurityModules),
    ("lsm_set_self_attr", Class::SecurityPolicy),
    ("lstat", Class::Stat),
    ("memfd_create", Class::Open),
    ("memfd_secret", Class::Open),
    ("mkdir", Class::MakeDirectory),
    ("mkdirat", Class::MakeDirectory),
    ("mknod", Class::MakeDevice),
    ("mknodat", Class::MakeDevice),
    ("mmap", Class::Memory),
    ("mount", Class::Mount),
    ("mount_setattr", Class::Attributes),
    ("move_mount", Class::Mount),
    ("mseal", Class::SecurityPolicy),
    ("newfstatat", Class::Stat),
    ("open", Class::Open),
    ("open_by_handle_at", Class::Open),
    ("open_tree_attr", Class::Open),
    ("openat", Class::Open),
    ("openat2", Class::Open),
    ("pidfd_getfd", Class::Open),
    ("readlink", Class::Open),
    ("readlinkat", Class::Open),
    ("recvfrom", Class::Receive),
    ("recvmsg", Class::Receive),
    ("removexattr", Class::Attributes),
    ("removexattrat", Class::Attributes),
    ("rename", Class::Rename),
    ("renameat", Class::Rename),
    ("renameat2", Class::Rename),
    ("rmdir", Class::Delete),
    ("sched_setattr", Class::Scheduler),
    ("sched_setparam", Class::Scheduler),
    ("sched_setscheduler", Class::Scheduler),
    ("sendmsg", Class::Send),
    ("sendto", Class::Send),
    ("setdomainname", Class::Name),
    ("setfsgid", Class::Identity),
    ("setfsuid", Class::Identity),
    ("setgid", Class::Identity),
    ("sethostname", Class::Name),
    ("setregid", Class::Identity),
    ("setresgid", Class::Identity),
    ("setresuid", Class::Identity),
    ("setreuid", Class::Identity),
    ("settimeofday", Class::Time),
    ("setuid", Class::Identity),
    ("setxattr", Class::Attributes),
    ("setxattrat", Class::Attributes),
    ("stat", Class::Stat),
    ("stat64", Class::Stat),
    ("statfs", Class::StatFileSystem),
    ("statmount", Class::StatFileSystem),
    ("statx", Class::Stat),
    ("stime", Class::Time),
    ("symlink", Class::Symlink),
    ("symlinkat", Class::Symlink),
    ("tgkill", Class::Kill),
    ("tkill", Class::Kill),
    ("truncate", Class::Open),
    ("umount", Class::Unmount),
    ("umount2", Class::Unmount),
    ("unlink", Class::Delete),
    ("unlinkat", Class::Delete),
    ("utime", Class::Touch),
    ("utimensat", Class::Touch),
    ("utimes", Class::Touch),
];

impl Class {
    /// What the call of this name does.
    pub(super) fn of(call: &[u8]) -> Option<Self> {
        let at = CALLS.binary_search_by(|(name, _)| name.as_bytes().cmp(call)).ok()?;
        CALLS.get(at).map(|(_, class)| *class)
    }
}

/// The classes of calls that were met, by number: most events are of a few calls.
#[derive(Debug, Default)]
pub(super) struct Classes {
    places: Vec<(Vec<u8>, Option<Class>)>,
}

/// More than any machine has calls.
const PLACES: usize = 1024;

impl Classes {
    /// What the call of this name and number does.
    pub(super) fn of(&mut self, number: usize, call: &[u8]) -> Option<Class> {
        if self.places.is_empty() {
            self.places.resize(PLACES, (Vec::new(), None));
        }
        let Some((name, class)) = self.places.get_mut(number % PLACES) else { return Class::of(call) };
        if name != call {
            *class = Class::of(call);
            name.clear();
            name.extend_from_slice(call);
        }
        *class
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_tables::{arch, syscall};

    #[test]
    fn calls_are_sorted_and_found() {
        assert!(CALLS.is_sorted_by(|a, b| a.0 < b.0));
        for (name, class) in CALLS {
            assert_eq!(Class::of(name.as_bytes()), Some(class), "{name}");
        }
        assert_eq!(Class::of(b"fcntl"), None);
        assert_eq!(Class::of(b""), None);
    }

    /// A name that no machine has would never be found.
    #[test]
    fn all_are_calls_of_some_machine() {
        let machines = ["x86_64", "i386", "aarch64", "arm", "s390x"];
        let tables: Vec<_> = machines.iter().filter_map(|name| syscall::table(arch::number(name)?)).collect();
        let unknown: Vec<&str> = CALLS
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !tables.iter().any(|table| table.number(name).is_some()))
            .collect();
        assert_eq!(unknown, [""; 0]);
    }
}
