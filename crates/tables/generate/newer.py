"""Public numbers newer than the headers of a long-term distribution, each with the kernel that brought it."""

# linux/audit.h and libaudit's audit-records.h
RECORD_TYPES = [
    (1336, "URINGOP"),  # 5.16
    (1337, "OPENAT2"),  # 5.16
    (1338, "DM_CTRL"),  # 5.16
    (1339, "DM_EVENT"),  # 5.16
    (1420, "IPE_ACCESS"),  # 6.12
    (1421, "IPE_CONFIG_CHANGE"),  # 6.12
    (1422, "IPE_POLICY_LOAD"),  # 6.12
    (1423, "LANDLOCK_ACCESS"),  # 6.15
    (1424, "LANDLOCK_DOMAIN"),  # 6.15
    (1425, "MAC_TASK_CONTEXTS"),  # 6.18
    (1426, "MAC_OBJ_CONTEXTS"),  # 6.18
    (1808, "INTEGRITY_USERSPACE"),  # 6.13
]

# scripts/syscall.tbl, arch/x86/entry/syscalls: the same number on every architecture since 424
SYSCALLS = [
    (451, "cachestat"),  # 6.5
    (452, "fchmodat2"),  # 6.6
    (453, "map_shadow_stack"),  # 6.6
    (454, "futex_wake"),  # 6.7
    (455, "futex_wait"),  # 6.7
    (456, "futex_requeue"),  # 6.7
    (457, "statmount"),  # 6.8
    (458, "listmount"),  # 6.8
    (459, "lsm_get_self_attr"),  # 6.8
    (460, "lsm_set_self_attr"),  # 6.8
    (461, "lsm_list_modules"),  # 6.8
    (462, "mseal"),  # 6.10
    (463, "setxattrat"),  # 6.13
    (464, "getxattrat"),  # 6.13
    (465, "listxattrat"),  # 6.13
    (466, "removexattrat"),  # 6.13
    (467, "open_tree_attr"),  # 6.15
    (468, "file_getattr"),  # 6.17
    (469, "file_setattr"),  # 6.17
    (470, "listns"),  # 6.19
    (471, "rseq_slice_yield"),  # 7.0
]

# arch/x86/entry/syscalls/syscall_64.tbl
SYSCALLS_X86_64 = [
    (335, "uretprobe"),  # 6.11
    (336, "uprobe"),  # 6.18
]

# arch/s390/kernel/syscalls/syscall.tbl
SYSCALLS_S390 = [
    (447, "memfd_secret"),  # 6.4
]

# scripts/syscall.tbl, as riscv takes it
SYSCALLS_RISCV = [
    (258, "riscv_hwprobe"),  # 6.4
]

# include/uapi/linux/io_uring.h
IO_URING = [
    (50, "waitid"),  # 6.7
    (51, "futex_wait"),  # 6.7
    (52, "futex_wake"),  # 6.7
    (53, "futex_waitv"),  # 6.7
    (54, "fixed_fd_install"),  # 6.8
    (55, "ftruncate"),  # 6.9
    (56, "bind"),  # 6.11
    (57, "listen"),  # 6.11
    (64, "uring_cmd128"),  # 6.19
]
