"""Names of flags and modes that interpreting needs, spelled as auditd prints them.

Flag tables list exactly the names that auditd prints, so that composites (O_SYNC) and masks (CLONE) stay out; tables of
commands take all the header has.
"""

import pathlib

import render


def flags(source, text, prefix="", more=()):
    """The named flags, found in the headers; `more` are those no public header has, with their numbers."""
    pairs = [(source.value(prefix + name), prefix + name) for name in text.split()]
    for number, name in pairs:
        if number is None:
            raise SystemExit(f"generate: the headers have no {name}")
    return [(number & 0xFFFFFFFF, name) for number, name in pairs] + list(more)


def commands(source, prefix, skip=(), enums=False, more=(), most=0xFFFFFFFF):
    """All constants with a prefix, prefix kept."""
    pairs = [(n & 0xFFFFFFFF, prefix + name) for n, name in source.pairs(prefix, enums) if n <= most and name not in skip]
    return list(more) + pairs


def families(headers):
    """AF_* in lower case; `local` and `netlink` are the printed ones of their numbers."""
    pairs = headers("sys/socket.h").pairs("AF_")
    skip = {"max", "unspec", "unix", "file", "route"}
    return [(number, name.lower()) for number, name in pairs if name.lower() not in skip]


def protocols():
    """IP protocols as /etc/protocols (netbase) names them."""
    try:
        lines = pathlib.Path("/etc/protocols").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SystemExit(f"generate: no names of IP protocols ({error}): install netbase") from error
    words = [line.split("#")[0].split() for line in lines]
    return [(int(line[1]), line[0]) for line in words if len(line) >= 2]


def open_tables(headers):
    source = headers("asm/fcntl.h", "linux/fcntl.h", "unistd.h", "linux/openat2.h", flags=["-D_GNU_SOURCE"])
    opens = flags(
        source,
        "WRONLY RDWR CREAT EXCL NOCTTY TRUNC APPEND NONBLOCK DSYNC DIRECT DIRECTORY NOFOLLOW NOATIME CLOEXEC PATH",
        "O_",
    ) + flags(source, "__O_SYNC __O_TMPFILE") + [(source.value("FASYNC"), "O_ASYNC")]
    return [
        ("OPEN_FLAG", "Flags of open; `O_RDONLY` is their absence.", opens),
        ("ACCESS", "Modes of access; `F_OK` is their absence.", flags(source, "X_OK W_OK R_OK")),
        ("ACCESS_FLAG", "Flags of faccessat2.", flags(source, "AT_SYMLINK_NOFOLLOW AT_EACCESS AT_EMPTY_PATH")),
        ("RESOLVE", "How openat2 resolves a path.", commands(source, "RESOLVE_")),
        ("SEEK", "What lseek counts from.", flags(source, "SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE")),
        ("FCNTL", "Commands of fcntl.", fcntl(headers)),
    ]


def fcntl(headers):
    source = headers("linux/fcntl.h", "asm-generic/fcntl.h", )
    skip = {"RDLCK", "WRLCK", "UNLCK", "EXLCK", "SHLCK", "LINUX_SPECIFIC_BASE"}
    pairs = commands(source, "F_", skip, most=2000, more=FCNTL_32BIT)
    return [p for p in pairs if not p[1].startswith(("F_SEAL_", "F_OWNER_", "F_OFD_"))]


# asm-generic/fcntl.h has them for 32-bit programs only.
FCNTL_32BIT = [(12, "F_GETLK64"), (13, "F_SETLK64"), (14, "F_SETLKW64")]


def memory_tables(headers):
    source = headers("linux/mman.h")
    return [
        ("PROTECTION", "Memory protection; `PROT_NONE` is its absence.", flags(source, "READ WRITE EXEC SEM", "PROT_")),
        (
            "MAP_FLAG",
            "Flags of mmap; `MAP_FILE` is the absence of shared and private.",
            flags(
                source,
                "SHARED PRIVATE FIXED ANONYMOUS 32BIT GROWSDOWN DENYWRITE EXECUTABLE LOCKED NORESERVE POPULATE NONBLOCK"
                " STACK HUGETLB SYNC FIXED_NOREPLACE UNINITIALIZED",
                "MAP_",
            ),
        ),
    ]


def process_tables(headers):
    source = headers("linux/sched.h", "linux/prctl.h", "linux/ptrace.h", "asm/ptrace-abi.h", "asm/resource.h",
                     "linux/time.h", flags=["-D_GNU_SOURCE"])
    # CSIGNAL is a mask; STOPPED is gone from the kernel, auditd still names its bit.
    clone = flags(
        source,
        "VM FS FILES SIGHAND PTRACE VFORK PARENT THREAD NEWNS SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID DETACHED"
        " UNTRACED CHILD_SETTID NEWUTS NEWIPC NEWUSER NEWPID NEWNET IO",
        "CLONE_",
        [(0x02000000, "CLONE_STOPPED")],
    )
    prctl = [p for p in commands(source, "PR_") if p[1].startswith(("PR_SET_", "PR_GET_")) or p[1] in PRCTL]
    prctl = [p for p in prctl if not p[1].startswith("PR_SET_MM_") and p[1] not in ("PR_SET_PTRACER_ANY", "PR_SET_VMA_ANON_NAME")]
    return [
        ("CLONE_FLAG", "Flags of clone, unshare and setns.", clone),
        ("PRCTL", "Options of prctl.", prctl),
        ("PTRACE", "Requests of ptrace.", ptrace(source)),
        ("RLIMIT", "Resources of getrlimit and setrlimit.", commands(source, "RLIMIT_", {"NLIMITS"})),
        ("SCHEDULER", "Scheduling policies.", scheduler(source)),
        ("CLOCK", "Clocks of clock_settime.", commands(source, "CLOCK_", most=11)),
    ]


PRCTL = set(
    "PR_CAPBSET_READ PR_CAPBSET_DROP PR_TASK_PERF_EVENTS_DISABLE PR_TASK_PERF_EVENTS_ENABLE PR_MCE_KILL PR_MCE_KILL_GET"
    " PR_MPX_ENABLE_MANAGEMENT PR_MPX_DISABLE_MANAGEMENT PR_CAP_AMBIENT PR_SVE_SET_VL PR_SVE_GET_VL PR_SME_SET_VL"
    " PR_SME_GET_VL PR_PAC_RESET_KEYS PR_PAC_SET_ENABLED_KEYS PR_PAC_GET_ENABLED_KEYS PR_SCHED_CORE".split()
)


def ptrace(source):
    pairs = [(0, "PTRACE_TRACEME"), (3, "PTRACE_PEEKUSER"), (6, "PTRACE_POKEUSER")]  # headers: PEEKUSR, POKEUSR
    for n, name in commands(source, "PTRACE_", most=0x42FF, enums=True):
        options = ("PTRACE_EVENT", "PTRACE_O_", "PTRACE_PEEKSIGINFO_", "PTRACE_SYSCALL_INFO_")
        if not name.startswith(options) and name not in ("PTRACE_PEEKUSR", "PTRACE_POKEUSR", "PTRACE_OLDSETOPTIONS"):
            pairs.append((n, name))
    return pairs


def scheduler(source):
    pairs = flags(source, "FIFO RR BATCH IDLE DEADLINE", "SCHED_")
    return [(0, "SCHED_OTHER")] + pairs


def mount_tables(headers):
    source = headers("linux/mount.h", "sys/mount.h", flags=["-D_GNU_SOURCE"])
    kernel = [(1 << 27, "MS_SNAP_STABLE")]  # include/linux/fs.h before 4.15
    names = (
        "RDONLY NOSUID NODEV NOEXEC SYNCHRONOUS REMOUNT MANDLOCK DIRSYNC NOATIME NODIRATIME BIND MOVE REC SILENT POSIXACL"
        " UNBINDABLE PRIVATE SLAVE SHARED RELATIME KERNMOUNT I_VERSION STRICTATIME LAZYTIME SUBMOUNT NOSEC BORN ACTIVE NOUSER"
    )
    return [
        ("MOUNT_FLAG", "Flags of mount.", flags(source, names, "MS_", kernel)),
        (
            "UNMOUNT_FLAG",
            "Flags of umount2.",
            flags(source, "MNT_FORCE MNT_DETACH MNT_EXPIRE UMOUNT_NOFOLLOW", more=[(0x80000000, "UMOUNT_UNUSED")]),
        ),
    ]


# include/linux/socket.h: SOL_IPX and the like are in no header for programs
LEVELS = [(256, "SOL_IPX"), (257, "SOL_AX25"), (258, "SOL_ATALK"), (259, "SOL_NETROM"), (260, "SOL_ROSE")]


def socket_tables(headers):
    source = headers("sys/socket.h", flags=["-D_GNU_SOURCE"])
    kernel = [(0x20000, "MSG_SENDPAGE_NOTLAST"), (0x80000000, "MSG_CMSG_COMPAT")]  # include/linux/socket.h
    messages = (
        "OOB PEEK DONTROUTE CTRUNC PROXY TRUNC DONTWAIT EOR WAITALL FIN SYN CONFIRM RST ERRQUEUE NOSIGNAL MORE WAITFORONE"
        " BATCH FASTOPEN CMSG_CLOEXEC"
    )
    calls = [(n, name.lower()) for n, name in headers("linux/net.h").pairs("SYS_")]
    ipc = flags(headers("linux/ipc.h"), "SEMOP SEMGET SEMCTL SEMTIMEDOP MSGSND MSGRCV MSGGET MSGCTL SHMAT SHMDT SHMGET SHMCTL")
    ipc = [(n, name.lower()) for n, name in ipc]
    levels = commands(source, "SOL_") + [(1, "SOL_SOCKET")] + LEVELS
    return [
        ("FAMILY", "`AF_*` numbers and names.", families(headers)),
        ("SOCKET_TYPE", "Types of sockets.", flags(source, "STREAM DGRAM RAW RDM SEQPACKET DCCP PACKET", "SOCK_")),
        ("MESSAGE_FLAG", "Flags of send and receive.", flags(source, messages, "MSG_", kernel)),
        ("SOCKET_LEVEL", "Levels of socket options that are no protocol.", [p for p in levels if p[0] == 1 or p[0] >= 255]),
        ("SOCKET_CALL", "Calls behind i386's socketcall.", calls),
        ("IPC_CALL", "Calls behind i386's ipc.", ipc),
        ("PROTOCOL", "IP protocols.", protocols()),
    ]


def other_tables(headers):
    capability = headers("linux/capability.h")
    caps = [(n, name.lower()) for n, name in capability.pairs("CAP_") if name not in ("LAST_CAP",)]
    bpf = headers("linux/bpf.h")
    # enum bpf_cmd ends with BIND_MAP in 6.1; the later ones of other enums start elsewhere.
    cmd = [(bpf.value(name), name) for name in BPF.split()]
    ioctl = headers("linux/cdrom.h", "asm/ioctls.h", "asm/sockios.h", "linux/sockios.h", "linux/kd.h")
    return {
        "capability.rs": ("Capabilities.", [("CAPABILITY", "Capabilities, lower case without `CAP_`.", caps)]),
        "bpf.rs": ("Commands of bpf.", [("BPF", "Commands of the bpf system call.", cmd)]),
        "ioctl.rs": ("Requests of ioctl.", [("IOCTL", "The requests auditd names.", flags(ioctl, IOCTL, more=IOCTL_SIZED))]),
    }


BPF = (
    "BPF_MAP_CREATE BPF_MAP_LOOKUP_ELEM BPF_MAP_UPDATE_ELEM BPF_MAP_DELETE_ELEM BPF_MAP_GET_NEXT_KEY BPF_PROG_LOAD BPF_OBJ_PIN"
    " BPF_OBJ_GET BPF_PROG_ATTACH BPF_PROG_DETACH BPF_PROG_TEST_RUN BPF_PROG_GET_NEXT_ID BPF_MAP_GET_NEXT_ID"
    " BPF_PROG_GET_FD_BY_ID BPF_MAP_GET_FD_BY_ID BPF_OBJ_GET_INFO_BY_FD BPF_PROG_QUERY BPF_RAW_TRACEPOINT_OPEN BPF_BTF_LOAD"
    " BPF_BTF_GET_FD_BY_ID BPF_TASK_FD_QUERY BPF_MAP_LOOKUP_AND_DELETE_ELEM BPF_MAP_FREEZE BPF_BTF_GET_NEXT_ID"
    " BPF_MAP_LOOKUP_BATCH BPF_MAP_LOOKUP_AND_DELETE_BATCH BPF_MAP_UPDATE_BATCH BPF_MAP_DELETE_BATCH BPF_LINK_CREATE"
    " BPF_LINK_UPDATE BPF_LINK_GET_FD_BY_ID BPF_LINK_GET_NEXT_ID BPF_ENABLE_STATS BPF_ITER_CREATE BPF_LINK_DETACH"
    " BPF_PROG_BIND_MAP"
)

IOCTL = (
    "TCGETS TCSETS TCSETSW TCSETSF TCSBRK TCFLSH TIOCSCTTY TIOCGPGRP TIOCSPGRP TIOCGWINSZ TIOCSWINSZ TIOCINQ FIONBIO TIOCNOTTY"
    " CDROMEJECT CDROMEJECT_SW CDROM_GET_UPC CDROMSEEK FIOSETOWN FIOGETOWN SIOCGIFNAME SIOCGIFHWADDR SIOCGIFINDEX SIOCBRADDIF KDSETMODE KDGETMODE"
)

# asm-generic/ioctls.h: _IOW('T', 0x31, int) and _IOR('T', 0x30, unsigned int)
IOCTL_SIZED = [(0x40045431, "TIOCSPTLCK"), (0x80045430, "TIOCGPTN")]


def option_tables(headers):
    source = headers("asm/socket.h", "linux/in.h", "linux/in6.h", "linux/tcp.h", "linux/if_packet.h", "linux/udp.h",
                     "linux/netfilter_ipv4/ip_tables.h", "linux/netfilter_ipv6/ip6_tables.h")
    ip_skip = ("IP_PMTUDISC_", "IP_DEFAULT_", "IP_MSFILTER_SIZE")
    ipv6_skip = ("IPV6_FL_", "IPV6_PMTUDISC_", "IPV6_PREFER_", "IPV6_TLV_", "IPV6_PRIORITY_", "IPV6_FLOWINFO_F", "IPV6_FLOWINFO_P")
    mcast = [p for p in commands(source, "MCAST_") if p[1] not in ("MCAST_EXCLUDE", "MCAST_INCLUDE")]

    def options(prefix, skip=(), names="", more=""):
        """What starts with the prefix and is an option: neither of the names nor starting like one of `skip`."""
        found = commands(source, prefix, most=255)
        kept = [p for p in found if not p[1].startswith(tuple(skip)) and p[1] not in names.split()]
        return kept + flags(source, more)

    filters = "SET_REPLACE SET_ADD_COUNTERS GET_REVISION_TARGET"
    filters4 = " ".join(f"IPT_SO_{name}" for name in filters.split())
    filters6 = " ".join(f"IP6T_SO_{name}" for name in f"{filters} GET_REVISION_MATCH ORIGINAL_DST".split())
    socket = options("SO_", (), "SO_GET_FILTER SO_DETACH_BPF SO_ORIGINAL_DST", "SCM_TIMESTAMPING_OPT_STATS SCM_TIMESTAMPING_PKTINFO")
    return [
        ("SOCKET", "Options of level SOL_SOCKET.", socket),
        ("SOCKET_PPC", "Those that have other numbers on ppc and ppc64.", ppc_options(headers, socket)),
        ("IP", "Options of level ip.", options("IP_", ip_skip, "IP_RECVRETOPTS", filters4) + mcast),
        ("IPV6", "Options of level ipv6.", options("IPV6_", ipv6_skip, "", filters6) + mcast),
        ("TCP", "Options of level tcp.", options("TCP_", TCP_SKIP, TCP_VALUES)),
        ("UDP", "Options of level udp.", options("UDP_", ["UDP_ENCAP_"])),
        ("PACKET", "Options of packet sockets.", options("PACKET_", PACKET_SKIP, PACKET_VALUES)),
    ]


def ppc_options(headers, usual):
    source = headers("asm/socket.h", flags=["-nostdinc", "-I/usr/powerpc64le-linux-gnu/include"])
    names = [(number, name.removesuffix("_OLD")) for number, name in commands(source, "SO_", most=255)]
    return [pair for pair in names if pair not in usual and pair[1] in {name for _, name in usual}]


# Arguments of the options, with the options' prefixes.
TCP_SKIP = ["TCP_FLAG_", "TCP_MD5SIG_MAX", "TCP_MD5SIG_FLAG", "TCP_MSS_", "TCP_S_DATA", "TCP_COOKIE_", "TCP_RECEIVE_ZEROCOPY"]
TCP_VALUES = "TCP_REPAIR_ON TCP_REPAIR_OFF TCP_REPAIR_OFF_NO_WP TCP_ENCAP_ESPINTCP TCP_CM_INQ"
PACKET_SKIP = ["PACKET_FANOUT_FLAG_", "PACKET_MR_"]
PACKET_VALUES = " ".join(
    f"PACKET_{name}"
    for name in (
        "HOST BROADCAST MULTICAST OTHERHOST OUTGOING LOOPBACK USER KERNEL FASTROUTE FANOUT_HASH FANOUT_LB FANOUT_CPU"
        " FANOUT_ROLLOVER FANOUT_RND FANOUT_QM FANOUT_CBPF FANOUT_EBPF"
    ).split()
)


def files(headers, _libaudit):
    result = {
        "open.rs": render.table("Opening files.", open_tables(headers)),
        "memory.rs": render.table("Memory.", memory_tables(headers)),
        "process.rs": render.table("Processes.", process_tables(headers)),
        "mount.rs": render.table("Mounts.", mount_tables(headers)),
        "socket.rs": render.table("Sockets.", socket_tables(headers)),
        "socket_option.rs": render.table("Socket options.", option_tables(headers)),
    }
    for name, (doc, tables) in other_tables(headers).items():
        result[name] = render.table(doc, tables)
    return result
