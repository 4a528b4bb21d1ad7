//! x86_64 and i386: `arch/x86/entry/syscalls/*.tbl`, names as of `arch/x86/include/asm/syscall_wrapper.h`.

/// A function of the native architecture that every kernel has.
pub const ANY: &str = "__x64_sys_openat";
/// What the functions of either architecture begin with.
pub const PREFIX: [&str; 2] = ["__x64_", "__ia32_"];
/// What is made for this machine alone has this before its name.
pub const OWN: &str = "ia32_";

/// Calls of x86_64 whose function has another name than they, besides those of every machine.
pub const NATIVE: &[(&str, &str)] =
    &[("fstat", "newfstat"), ("lstat", "newlstat"), ("pread", "pread64"), ("pwrite", "pwrite64"), ("stat", "newstat")];

/// The same of i386.
pub const COMPAT: &[(&str, &str)] = &[
    ("_llseek", "sys_llseek"),
    ("_newselect", "compat_sys_select"),
    ("epoll_pwait", "sys_epoll_pwait"),
    ("fcntl", "compat_sys_fcntl64"),
    ("getrlimit", "compat_sys_old_getrlimit"),
    ("madvise1", "sys_madvise"),
    ("mmap2", "sys_mmap_pgoff"),
    ("oldfstat", "sys_fstat"),
    ("oldlstat", "sys_lstat"),
    ("oldolduname", "sys_olduname"),
    ("oldstat", "sys_stat"),
    ("olduname", "sys_uname"),
    ("readdir", "compat_sys_old_readdir"),
    ("sched_rr_get_interval64", "sys_sched_rr_get_interval"),
    ("select", "compat_sys_old_select"),
    ("sys_kexec_load", "compat_sys_kexec_load"),
    ("umount", "sys_oldumount"),
];

/// Numbers that are given out and have no call on x86: 64-bit, 32-bit. A function of the name may exist all the same.
pub const WITHOUT: [&[&str]; 2] = [
    &[
        "_sysctl",
        "afs_syscall",
        "create_module",
        "epoll_ctl_old",
        "epoll_wait_old",
        "get_kernel_syms",
        "get_thread_area",
        "getpmsg",
        "nfsservctl",
        "putpmsg",
        "query_module",
        "security",
        "set_thread_area",
        "tuxcall",
        "uselib",
        "vserver",
    ],
    &[
        "_sysctl",
        "afs_syscall",
        "bdflush",
        "break",
        "create_module",
        "ftime",
        "get_kernel_syms",
        "getpmsg",
        "gtty",
        "idle",
        "lock",
        "mpx",
        "nfsservctl",
        "prof",
        "profil",
        "putpmsg",
        "query_module",
        "stty",
        "ulimit",
        "vm86",
        "vm86old",
        "vserver",
    ],
];
