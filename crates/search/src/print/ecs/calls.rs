//! What auditbeat calls system calls.

use super::normal::{DRIVER, FILE, HOST, INFO, NETWORK, NONE, Normal, PROCESS};

/// What auditbeat calls a system call, by its name; of those it has no word for, only what kind of event it is.
pub(super) fn of(call: &str) -> &'static Normal {
    CALLS.iter().find(|(names, _)| names.contains(&call)).map_or(&OTHER, |(_, normal)| normal)
}

static OTHER: Normal = Normal { category: PROCESS, types: INFO, ..NONE };

/// The facts of go-libaudit's `aucoalesce`, May 2025; openat2 and fchmodat2 are younger.
#[rustfmt::skip]
static CALLS: &[(&[&str], Normal)] = &[
    (&["creat"], Normal { action: "opened-file", what: "file", category: FILE, types: &["creation"], ..NONE }),
    (&["fallocate", "truncate", "ftruncate"], Normal { action: "opened-file", what: "file", category: FILE, types: &["change"], ..NONE }),
    (&["open", "openat", "openat2", "readlink", "readlinkat"], Normal { action: "opened-file", what: "file", category: FILE, types: INFO, ..NONE }),
    (&["read"], Normal { action: "read-file", what: "file", category: FILE, types: INFO, ..NONE }),
    (&["write"], Normal { action: "wrote-to-file", what: "file", category: FILE, types: &["change"], ..NONE }),
    (&["setxattr", "fsetxattr", "lsetxattr", "removexattr", "fremovexattr", "lremovexattr"], Normal { action: "changed-file-attributes-of", what: "file", category: FILE, types: &["change"], ..NONE }),
    (&["chmod", "fchmod", "fchmodat", "fchmodat2"], Normal { action: "changed-file-permissions-of", what: "file", category: FILE, types: &["change"], ..NONE }),
    (&["chown", "fchown", "fchownat", "lchown"], Normal { action: "changed-file-ownership-of", what: "file", category: FILE, types: &["change"], ..NONE }),
    (&["finit_module", "init_module"], Normal { action: "loaded-kernel-module", what: "file", object: &["name"], category: DRIVER, types: &["start"], ..NONE }),
    (&["delete_module"], Normal { action: "unloaded-kernel-module", what: "file", category: DRIVER, types: &["end"], ..NONE }),
    (&["mkdir", "mkdirat"], Normal { action: "created-directory", what: "file", path: 1, category: FILE, types: &["creation"], ..NONE }),
    (&["mount"], Normal { action: "mounted", what: "filesystem", path: 1, category: FILE, types: &["creation"], ..NONE }),
    (&["rename", "renameat", "renameat2"], Normal { action: "renamed", what: "file", path: 2, category: FILE, types: &["change"], ..NONE }),
    (&["access", "faccessat", "fstatat", "newfstatat", "stat", "stat64", "fstat", "lstat", "getxattr", "lgetxattr", "fgetxattr"], Normal { action: "checked-metadata-of", what: "file", category: FILE, types: INFO, ..NONE }),
    (&["statfs", "fstatfs"], Normal { action: "checked-filesystem-metadata-of", what: "filesystem", category: FILE, types: INFO, ..NONE }),
    (&["link", "linkat"], Normal { action: "linked", what: "file", category: FILE, types: &["creation"], ..NONE }),
    (&["symlink", "symlinkat"], Normal { action: "symlinked", what: "file", category: FILE, types: &["creation"], ..NONE }),
    (&["umount", "umount2"], Normal { action: "unmounted", what: "filesystem", category: FILE, types: &["deletion"], ..NONE }),
    (&["rmdir", "unlink", "unlinkat"], Normal { action: "deleted", what: "file", category: FILE, types: &["deletion"], ..NONE }),
    (&["utime", "utimes", "futimesat", "futimens", "utimensat"], Normal { action: "changed-timestamp-of", what: "file", category: FILE, types: INFO, ..NONE }),
    (&["execve", "execveat"], Normal { action: "executed", what: "file", category: PROCESS, types: &["start"], ..NONE }),
    (&["listen"], Normal { action: "listen-for-connections", what: "socket", category: NETWORK, types: &["start"], ..NONE }),
    (&["accept", "accept4"], Normal { action: "accepted-connection-from", what: "socket", category: NETWORK, types: &["connection", "start"], ..NONE }),
    (&["bind"], Normal { action: "bound-socket", what: "socket", category: NETWORK, types: &["start"], ..NONE }),
    (&["connect"], Normal { action: "connected-to", what: "socket", category: NETWORK, types: &["connection", "start"], ..NONE }),
    (&["recv", "recvfrom", "recvmsg", "recvmmsg"], Normal { action: "received-from", what: "socket", category: NETWORK, types: &["connection", "info"], ..NONE }),
    (&["send", "sendto", "sendmsg", "sendmmsg"], Normal { action: "sent-to", what: "socket", category: NETWORK, types: &["connection", "info"], ..NONE }),
    (&["kill", "tkill", "tgkill"], Normal { action: "killed-pid", what: "process", category: PROCESS, types: &["end"], ..NONE }),
    (&["setuid", "seteuid", "setfsuid", "setreuid", "setgid", "setegid", "setfsgid", "setregid", "setresuid", "setresgid"], Normal { action: "changed-identity-of", what: "process", how: &["syscall"], category: PROCESS, types: &["change"], ..NONE }),
    (&["settimeofday", "clock_settime", "stime", "adjtimex", "clock_adjtime"], Normal { action: "changed-system-time", what: "system", category: HOST, types: &["change"], ..NONE }),
    (&["mknod", "mknodat"], Normal { action: "make-device", what: "file", category: FILE, types: &["creation"], ..NONE }),
    (&["sethostname", "setdomainname"], Normal { action: "changed-system-name", what: "system", category: HOST, types: &["change"], ..NONE }),
    (&["mmap", "mmap2", "brk"], Normal { action: "allocated-memory", what: "memory", category: PROCESS, types: INFO, ..NONE }),
    (&["sched_setparam", "sched_setscheduler", "sched_setattr"], Normal { action: "adjusted-scheduling-policy-of", what: "process", how: &["syscall"], category: PROCESS, types: &["change"], ..NONE }),
    (&["exit_group"], Normal { action: "end", what: "process", how: &["syscall"], category: PROCESS, types: &["end"], ..NONE }),
];
