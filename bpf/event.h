/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What crosses the ring buffer to user space.
 *
 * A ring record is `struct event` followed by sections up to `size`, or `struct argv_chunk` followed by its bytes. Both begin
 * with size and type. The Rust side decodes the bytes itself; it asserts at compile time that sizes and offsets agree with
 * the types in this object's BTF.
 */
#ifndef RAUDIT_EVENT_H
#define RAUDIT_EVENT_H

enum event_type {
	EVENT_SYSCALL = 1, /* a system call that a rule matched */
	EVENT_ARGV = 2,    /* part of the argument vector of the EVENT_SYSCALL of the same token that follows */
	EVENT_TARGETS = 3, /* tasks that the EVENT_SYSCALL of the same token, which follows, signalled first */
	EVENT_OPERATION = 4, /* an operation of io_uring that a rule matched; nr is the operation, argv_len the number of its items */
};

/* What is known of a task and its system call; index into event.facts, and into the policy's fields. */
enum fact {
	FACT_PID, FACT_PPID, FACT_AUID, FACT_SESSION,
	FACT_UID, FACT_EUID, FACT_SUID, FACT_FSUID,
	FACT_GID, FACT_EGID, FACT_SGID, FACT_FSGID,
	FACT_PERS, FACT_EXIT, FACT_SUCCESS, FACT_AUID_SET,
	FACT_A0, FACT_A1, FACT_A2, FACT_A3,
	FACT_SADDR_FAM, /* of the call's socket address; -1: it has none */
	FACT_ACCESS,    /* what perm= asks of an open: 2 write, 4 read; ACCESS_BY_CALL where the call alone says it */
	FACT_COUNT,
	FACT_SUBJ_LABEL = 29, /* what rules ask of the task's label, as bits of predicates that hold */
	FACT_OBJ_LABEL = 30,  /* of the labels of path items: those that hold for any of them */
	FACT_MAX = 32, /* a power of two, so that an index can be masked */
};

#define ACCESS_BY_CALL 8

enum event_flag {
	EVENT_F_EXEC = 1,      /* a successful execve: argv follows or preceded */
	EVENT_F_ARGV_CUT = 2,  /* some of argv could not be read */
	EVENT_F_ITEMS_CUT = 4, /* more path items, or longer names, than there is room for */
	EVENT_F_ENDED = 8,     /* the call ended its task: it has no result */
	EVENT_F_ALONE = 16,    /* an operation outside any system call: an event of its own, not a record of the call's */
};

struct event {
	__u32 size; /* of header and sections, bytes */
	__u16 type;
	__u16 flags;
	__u64 token;    /* ties EVENT_ARGV to its event: unique per task and moment */
	__u64 time;     /* CLOCK_MONOTONIC at system call entry, ns */
	__s64 ret;      /* the system call's result */
	__u64 args[6];  /* as they were at entry */
	__u32 arch;     /* AUDIT_ARCH_* */
	__u32 nr;
	__u32 rule;     /* index in the rule set of `generation` */
	__u32 generation;
	__u32 argv_len; /* bytes of the argument area, 0 unless EVENT_F_EXEC; of an operation, its path items */
	__u32 cpu;
	__u32 facts[FACT_MAX];
	__u8 comm[16];
	__u8 tty[64];
};

enum section_kind {
	SECTION_EXE = 1,   /* path components of the executable, leaf first, each ended by NUL */
	SECTION_CWD = 2,   /* likewise */
	SECTION_ITEM = 3,  /* struct item, then its name without NUL */
	SECTION_SADDR = 4, /* sockaddr as the kernel copied it */
	SECTION_TITLE = 5, /* up to 128 bytes of the argument area */
	SECTION_TITLE_ENV = 6, /* what follows it in the environment, for programs that overwrote their arguments */
	SECTION_ARGV = 7,  /* the argument area when it is short */
	SECTION_LABEL = 8, /* the task's security label, for subj= */
	SECTION_CAPS = 9,  /* struct exec_caps */
	SECTION_SPECIAL = 10, /* struct special */
	SECTION_FDS = 11,     /* two descriptors, in the order they were reserved */
	SECTION_TARGETS = 12, /* struct target, one or more */
	SECTION_DENIED = 20, /* a record of its own before SYSCALL: its type, 4 bytes, and what was denied */
};

enum section_flag {
	SECTION_F_DELETED = 1, /* the path's last component is unlinked */
	SECTION_F_CUT = 2,     /* deeper or longer than we walk */
	SECTION_F_SID = 4,     /* SECTION_LABEL: struct label_sid, no text */
};

struct section {
	__u16 kind;
	__u16 flags;
	__u32 len; /* bytes that follow */
};

enum item_kind {
	ITEM_UNKNOWN = 0, /* named but never found */
	ITEM_NORMAL = 1,
	ITEM_PARENT = 2,
	ITEM_DELETE = 3,
	ITEM_CREATE = 4,  /* as AUDIT_TYPE_* of include/linux/audit.h */
};

enum item_flag {
	ITEM_F_INODE = 1,     /* ino ... ctime are set */
	ITEM_F_INTERP = 2,    /* the ELF interpreter of item 0; the name is for user space to find */
	ITEM_F_NAME_CUT = 4,
	ITEM_F_UNNAMED = 8,   /* found by a descriptor, or by way of another item: name=(null) */
	ITEM_F_HIDDEN = 32,   /* counted, but has no record */
	ITEM_F_NOEVAL = 16,   /* a mount point: its capabilities are not looked up */
};

/* One PATH record. */
struct item {
	__u64 ino;
	__s64 ctime_sec; /* the inode's change time: with dev and ino it identifies what user space may have cached */
	__u32 ctime_nsec;
	__u32 dev;       /* the kernel's own encoding: major << 20 | minor */
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 rdev;
	__u16 kind;
	__u16 flags;
	__u32 name_at; /* inside the kernel side only: where the name lies */
	__u32 name_len;
	__u32 sid; /* SELinux's number of the inode's label; 0: it has none */
};

/* A task's capability sets. */
struct caps {
	__u64 permitted, inheritable, effective, ambient;
};

/* What an execve made of them, for BPRM_FCAPS. */
struct exec_caps {
	struct caps before, after;
	__u32 uid_before;
	__u32 securebits;
	struct item exe; /* the executable's inode, without a name */
};

/* The record that a call has besides those that many have: at most one kind, as audit_context.type. */
enum special_kind {
	SPECIAL_MODULE = 1,    /* text: its name */
	SPECIAL_INJOFFSET,     /* value[SPECIAL_INJECT]: seconds, nanoseconds */
	SPECIAL_ADJNTPVAL,     /* likewise, and before them pairs of old and new, of NTP_VALUES values */
	SPECIAL_MMAP,          /* descriptor, flags */
	SPECIAL_CAPSET,        /* inheritable, permitted, effective, ambient */
	SPECIAL_OPENAT2,       /* flags, mode, resolve */
	SPECIAL_IPC,           /* uid, gid, mode; SPECIAL_F_SET_PERM: bytes, uid, gid, mode */
	SPECIAL_MQ_OPEN,       /* flags, mode; value[SPECIAL_ATTRIBUTES]: flags, maxmsg, msgsize, curmsgs */
	SPECIAL_MQ_SENDRECV,   /* descriptor, length, priority, seconds, nanoseconds */
	SPECIAL_MQ_NOTIFY,     /* descriptor, signal */
	SPECIAL_MQ_GETSETATTR, /* descriptor; attributes as of SPECIAL_MQ_OPEN */
	SPECIAL_SOCKETCALL,    /* up to six arguments */
};

enum special_limit {
	NTP_VALUES = 6,
	SPECIAL_INJECT = 2 * NTP_VALUES,
	SPECIAL_ATTRIBUTES = 2,
	SPECIAL_VALUES = 14,
	SPECIAL_F_SET_PERM = 1,
	TARGETS_MAX = 16, /* a power of two; more go ahead of the event */
};

struct special {
	__u32 kind;
	__u32 flags;
	__u64 value[SPECIAL_VALUES];
	__u8 text[64]; /* a module's name is shorter (MODULE_NAME_LEN) */
};

/* A task that was signalled or traced, for OBJ_PID. */
struct target {
	__u32 pid, auid, uid, session;
	__u32 sid; /* SELinux's number of its label; 0: it has none */
	__u8 comm[16];
	__u8 label[220]; /* AppArmor's */
};

struct target_chunk {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 token;
	__u32 count;
	__u32 pad;
	struct target target[TARGETS_MAX];
};

struct argv_chunk {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u64 token;
	__u32 offset; /* in the argument area */
	__u32 len;
};

/* Why a matched event did not reach the ring. Index into the loss counters. */
enum loss {
	LOSS_RING,    /* the ring buffer was full */
	LOSS_SHED,    /* what was free of it is for critical rules */
	LOSS_SCRATCH, /* no free buffer to build the event in */
	LOSS_TOO_BIG, /* the event outgrew its buffer */
	LOSS_RULED,   /* those above are counted for each rule; what follows comes before a rule has matched */
	LOSS_STATE = LOSS_RULED, /* no memory to remember the system call's entry */
	LOSS_POLICY,  /* the rules changed twice while a call was judged, again and again; perhaps none matched */
	LOSS_COUNT,
};

/* Counters, per CPU. */
struct counters {
	__u64 matched;   /* system calls for which a rule said always */
	__u64 submitted; /* of them, put into the ring */
	__u64 lost[LOSS_COUNT];
};

#endif
