"""System call tables."""

import newer
import render

# What arch/arm64/include/uapi/asm/unistd.h switches on in asm-generic/unistd.h.
ARM64 = ["RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "SYS_CLONE3", "MEMFD_SECRET"]

# Names that auditd prints instead of the kernel's; the kernel's stay valid in rules and options.
PPC = [(179, "pread"), (180, "pwrite"), (306, "timerfd"), (319, "perf_counter_open")]
S390 = [(180, "pread"), (181, "pwrite")]
PRINTED = {
    "x86_64": [(17, "pread"), (18, "pwrite")],
    "i386": [(283, "sys_kexec_load"), (423, "sched_rr_get_interval64")],
    "aarch64": [(61, "getdents"), (67, "pread"), (68, "pwrite"), (80, "newfstat")],
    "arm": [
        (140, "llseek"),
        (142, "newselect"),
        (149, "sysctl"),
        (270, "fadvise64_64"),
        (341, "sync_file_range"),
        (423, "sched_rr_get_interval64"),
    ],
    "ppc": PPC,
    "ppc64": PPC,
    "s390x": S390,
    "s390": S390,
}

# Second names that auditd takes in rules and never prints; ppc: its table for all three PowerPCs has ppc64's call too.
TAKEN = {"i386": [(219, "madvise1")], "ppc": [(392, "semtimedop")]}

# asm/unistd.h and asm-generic/unistd.h: bases, masks and ends of ranges, no calls.
NO_CALL = {"syscalls", "arch_specific_syscall", "SYSCALL_BASE", "OABI_SYSCALL_BASE", "SYSCALL_MASK"}


def calls(headers, header, flags=()):
    """The calls a header defines. Headers of one word size keep asm/unistd.h's choice for the build machine out.

    __NR3264_x, the number behind some __NR_x, does not start with the prefix.
    """
    return [(n, name) for n, name in headers(header, flags=flags).pairs("__NR_") if name not in NO_CALL]


def foreign(headers, triplet, header, flags=()):
    """The same from the headers of another machine (Debian's linux-libc-dev-*-cross)."""
    return calls(headers, header, ["-nostdinc", f"-I/usr/{triplet}/include", *flags])


def aarch64(headers):
    flags = [f"-D__ARCH_WANT_{name}" for name in ARM64] + ["-D__BITS_PER_LONG=64"]
    return calls(headers, "asm-generic/unistd.h", flags)


def arm(headers):
    """EABI, and what only the old ABI has: both run under one AUDIT_ARCH_ARM, and auditd names both.

    The private calls from 0x0f0001 on (__ARM_NR_*) are beyond what a rule can name, and auditd has no names for them.
    """
    triplet, base = "arm-linux-gnueabihf", ["-D__NR_SYSCALL_BASE=0"]
    new = foreign(headers, triplet, "asm/unistd.h", ["-D__ARM_EABI__"])
    taken = {number for number, _ in new}
    old = foreign(headers, triplet, "asm/unistd-oabi.h", base)
    return new + [(number, name) for number, name in old if number not in taken]


def ppc64(headers):
    """auditd has one table for the three PowerPCs, of 32-bit names: those come first, and a rule may use either."""
    triplet = "powerpc64le-linux-gnu"
    return foreign(headers, triplet, "asm/unistd_32.h") + foreign(headers, triplet, "asm/unistd_64.h")


def riscv(headers, bits):
    width = [] if bits == 64 else ["-U__LP64__", "-U__SIZEOF_POINTER__", "-D__SIZEOF_POINTER__=4"]
    return foreign(headers, "riscv64-linux-gnu", "asm/unistd.h", width) + newer.SYSCALLS_RISCV


def files(headers, _libaudit):
    tables = {
        "x86_64": calls(headers, "asm/unistd_64.h") + newer.SYSCALLS_X86_64,
        "i386": calls(headers, "asm/unistd_32.h"),
        "aarch64": aarch64(headers),
        "arm": arm(headers),
        "ppc": foreign(headers, "powerpc64le-linux-gnu", "asm/unistd_32.h"),
        "ppc64": ppc64(headers),
        "s390x": foreign(headers, "s390x-linux-gnu", "asm/unistd_64.h") + newer.SYSCALLS_S390,
        "s390": foreign(headers, "s390x-linux-gnu", "asm/unistd_32.h") + newer.SYSCALLS_S390,
        "riscv64": riscv(headers, 64),
        "riscv32": riscv(headers, 32),
    }
    return {
        f"syscall_{arch}.rs": render.table(
            f"System calls of {arch}.",
            [(
                "SYSCALL",
                f"System call numbers and names of {arch}.",
                PRINTED.get(arch, []) + pairs + TAKEN.get(arch, []) + newer.SYSCALLS,
            )],
        )
        for arch, pairs in tables.items()
    }
