//! System calls by what the kernel notes of them; names of all architectures together.

/// No record but SYSCALL and PROCTITLE.
pub const PLAIN: &str = "\
    _llseek _newselect _sysctl add_key afs_syscall alarm arch_prctl bdflush break brk cachestat capget clock_getres \
    clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 clone clone3 close close_range \
    copy_file_range create_module dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 \
    epoll_wait epoll_wait_old eventfd eventfd2 arm_fadvise64_64 arm_sync_file_range fadvise64 fadvise64_64 fallocate \
    fanotify_init fchdir fcntl fcntl64 fdatasync flock fork fsmount fsopen fstat fstat64 fstatfs fstatfs64 fsync ftime \
    ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_kernel_syms get_mempolicy \
    get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpgid \
    getpgrp getpid getpmsg getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid getsockopt gettid \
    gettimeofday getuid gtty idle inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents \
    io_pgetevents_time64 io_setup io_submit io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set kcmp \
    kexec_file_load kexec_load keyctl landlock_add_rule landlock_create_ruleset landlock_restrict_self listen listmount listns \
    llseek lock lookup_dcookie lseek lsm_get_self_attr lsm_list_modules lsm_set_self_attr madvise madvise1 map_shadow_stack \
    mbind membarrier memfd_create memfd_secret migrate_pages mincore mlock mlock2 mlockall modify_ldt move_pages mprotect mpx \
    mremap mseal msync munlock munlockall munmap nanosleep newfstat newselect nfsservctl nice oldfstat oldolduname olduname \
    pause perf_event_open pciconfig_iobase pciconfig_read pciconfig_write personality pidfd_getfd pidfd_open pkey_alloc \
    pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread pread64 preadv preadv2 prlimit64 process_madvise \
    process_mrelease process_vm_readv process_vm_writev prof profil pselect6 pselect6_time64 putpmsg pwrite pwrite64 pwritev \
    pwritev2 query_module quotactl_fd read readahead readdir readv reboot recv remap_file_pages request_key restart_syscall \
    rseq rseq_slice_yield rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait \
    rt_sigtimedwait_time64 sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam \
    sched_getscheduler sched_rr_get_interval sched_rr_get_interval64 sched_rr_get_interval_time64 sched_setaffinity \
    sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select send sendfile sendfile64 set_mempolicy \
    set_mempolicy_home_node set_robust_list set_thread_area set_tid_address setdomainname setfsgid setfsuid setgid setgroups \
    sethostname setitimer setns setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setsockopt setuid \
    sgetmask shutdown sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend socket \
    splice ssetmask statmount stty sync sync_file_range sync_file_range2 syncfs sys_kexec_load syscall sysctl sysinfo syslog \
    tee time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 \
    timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tuxcall ugetrlimit ulimit umask \
    uname unshare uprobe uretprobe userfaultfd ustat vfork vhangup vm86 vm86old vmsplice vserver wait4 waitid waitpid write \
    writev";

/// Names are looked up, and no directory is changed.
pub const LOOKUP: &str = "\
    access chmod chown chroot faccessat faccessat2 fanotify_mark fchmodat fchmodat2 fchownat file_getattr file_setattr \
    fsconfig fspick fstatat64 futimesat getxattr getxattrat inotify_add_watch lchown lgetxattr listxattr listxattrat \
    llistxattr lremovexattr lsetxattr lstat lstat64 mount mount_setattr move_mount name_to_handle_at newfstatat oldlstat \
    oldstat open_tree open_tree_attr pivot_root quotactl readlink readlinkat removexattr removexattrat setxattr setxattrat stat \
    stat64 statfs statfs64 statx sysfs truncate truncate64 utime utimensat utimensat_time64 utimes";

/// Entries of directories are made, moved or deleted.
pub const ENTRY: &str = "\
    link linkat mkdir mkdirat mknod mknodat rename renameat renameat2 rmdir symlink symlinkat unlink unlinkat";

/// Calls on a descriptor for which the kernel notes its file (`audit_file`).
pub const DESCRIPTOR: &str = "fchmod fchown fgetxattr flistxattr fremovexattr fsetxattr";

/// Files that the kernel opens by name for itself.
pub const FILE: &str = "acct swapoff swapon uselib";

/// Modules.
pub const MODULE: &str = "delete_module finit_module init_module";

/// Clocks are set.
pub const CLOCK: &str = "adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 settimeofday stime";

/// Signals.
pub const SIGNAL: &str = "kill pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo tgkill tkill";

/// A socket's address is given to the task.
pub const PEER: &str = "accept accept4 getpeername getsockname recvfrom recvmmsg recvmmsg_time64 recvmsg";

/// Pairs of descriptors.
pub const PAIR: &str = "pipe pipe2 socketpair";

/// System V messages, semaphores, shared memory.
pub const IPC: &str = "\
    ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget";

/// Message queues, by descriptor.
pub const QUEUE: &str = "\
    mq_getsetattr mq_notify mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64";
