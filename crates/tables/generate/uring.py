"""Operations of io_uring."""

import newer
import render

# auditd names those that the kernel audits at all (`audit_skip` in io_uring/opdef.c marks the others), and these only.
AUDITED = (
    "sendmsg recvmsg accept connect fallocate openat close openat2 shutdown renameat unlinkat mkdirat symlinkat linkat"
    " msg_ring fsetxattr setxattr fgetxattr getxattr uring_cmd sendmsg_zc waitid futex_wait futex_wake futex_waitv"
    " fixed_fd_install ftruncate bind listen uring_cmd128"
).split()


def operations(headers):
    source = headers("linux/io_uring.h")
    known = {name.lower(): number for number, name in source.pairs("IORING_OP_", enums=True)}
    # The last enumerator of the header is no operation: a newer kernel has a name for its number.
    known.pop("last", None)
    known.update((name, number) for number, name in newer.IO_URING)
    for name in AUDITED:
        if name not in known:
            raise SystemExit(f"generate: linux/io_uring.h has no operation {name}, and newer.py neither")
    return [(known[name], name) for name in AUDITED]


def files(headers, _libaudit):
    doc = "Numbers and names of the operations that a rule of the io_uring list can name (`IORING_OP_*`)."
    return {"io_uring.rs": render.table("io_uring.", [("OPERATION", doc, operations(headers))])}
