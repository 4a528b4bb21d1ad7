"""System call tables."""

import newer
import render

# What arch/arm64/include/uapi/asm/unistd.h switches on in asm-generic/unistd.h.
ARM64 = ["RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "SYS_CLONE3", "MEMFD_SECRET"]

# Names that auditd prints instead of the kernel's; the kernel's stay valid in rules and options.
PRINTED = {
    "x86_64": [(17, "pread"), (18, "pwrite")],
    "i386": [(283, "sys_kexec_load"), (423, "sched_rr_get_interval64")],
    "aarch64": [(61, "getdents"), (67, "pread"), (68, "pwrite"), (80, "newfstat")],
}


def x86(headers, header):
    # Defining the guard keeps asm/unistd.h's choice for the build machine out.
    return [(n, name) for n, name in headers(header).pairs("__NR_") if name != "syscalls"]


def aarch64(headers):
    flags = [f"-D__ARCH_WANT_{name}" for name in ARM64] + ["-D__BITS_PER_LONG=64"]
    pairs = headers("asm-generic/unistd.h", flags=flags).pairs("__NR_")
    # __NR3264_x is the number behind __NR_x; arch_specific_syscall is where private calls would start.
    return [(n, name) for n, name in pairs if name not in ("syscalls", "arch_specific_syscall")]


def files(headers, _libaudit):
    last = newer.SYSCALLS
    tables = {
        "x86_64": x86(headers, "asm/unistd_64.h") + newer.SYSCALLS_X86_64,
        "i386": x86(headers, "asm/unistd_32.h"),
        "aarch64": aarch64(headers),
    }
    return {
        f"syscall_{arch}.rs": render.table(
            f"System calls of {arch}.",
            [("SYSCALL", f"System call numbers and names of {arch}.", PRINTED[arch] + pairs + last)],
        )
        for arch, pairs in tables.items()
    }
