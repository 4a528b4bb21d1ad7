/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What user space compiles a rule set into.
 *
 * Bit r of a row stands for the r-th rule of the exit list. A system call has the row of the rules that name it; for each field
 * that any rule uses, the field's value has the row of the rules it satisfies. The lowest bit that all of them share is the
 * first matching rule. Cost follows the number of fields used, and only slowly that of rules.
 */
#ifndef RAUDIT_POLICY_H
#define RAUDIT_POLICY_H

#include "event.h"

enum policy_limit {
	RULES_MAX = 4096,
	NR_MAX = 1024,       /* system call numbers, per architecture */
	ARCH_COUNT = 2,      /* native, compat */
	OPERATIONS_MAX = 256, /* numbers of io_uring's operations */
	FIELDS_MAX = 32,
	TESTS_MAX = 32,
	BOUNDS_MAX = 16384,
	SEARCH_STEPS = 15,   /* > log2(BOUNDS_MAX) */
	CELLS_MAX = 1 << 18, /* words of all rows together */
	ROWS_MAX = 1 << 15,
	ITEM_FIELDS_MAX = 16,
	PLACES_MAX = 4096,   /* names that rules watch */
	FS_MAX = 16,
	LABELS_MAX = 32,     /* distinct questions about labels: bits of a fact */
	LEVELS_MAX = 8,      /* of them about different levels */
	CATEGORIES_MAX = 1024,
	SLOTS = 2,           /* the policy in use, and room for the next */
	HIT_SHARDS = 8,      /* CPUs share counters of hits by their number, modulo this */
};

/*
 * A field's values, cut into intervals: bound[first + i] is the lowest value of interval i (bound[first] is 0), and
 * row[first + i] has the rules that interval satisfies, or that do not look at the field.
 */
struct policy_field {
	__u32 fact;
	__u32 first;
	__u32 count;
};

/* What no interval of one value can express. */
enum policy_test_kind {
	TEST_ANY_BIT,   /* & */
	TEST_ALL_BITS,  /* &= */
	TEST_GROUP,     /* gid=, egid=: the fact, or any supplementary group */
	TEST_NO_GROUP,  /* gid!=, egid!= */
	TEST_SAME,      /* -C a=b: `value` is the other fact */
	TEST_OTHER,     /* -C a!=b */
	TEST_ITEM_SAME, /* -C a=obj_uid, a=obj_gid: any item's; `value` is an enum item_fact */
	TEST_ITEM_OTHER,
};

struct policy_test {
	__u32 kind;
	__u32 fact;
	__u32 value;
	__u32 row; /* the rules left when the test fails: those without it */
};

/* What is known of a path item; index into nothing, a number for struct policy_item_field. */
enum item_fact {
	ITEM_FACT_MAJOR, /* of its device, or of the one it is */
	ITEM_FACT_MINOR,
	ITEM_FACT_INODE,
	ITEM_FACT_UID,
	ITEM_FACT_GID,
	ITEM_FACT_TYPE, /* S_IFMT bits */
};

/*
 * A field that is about path items. For a rule of the exit list it is enough that one item satisfies it; a rule that watches an
 * inode is asked item by item (audit_filter_rules, kernel/auditsc.c). A second condition of a rule on the same fact, which another
 * item may satisfy, has a table of its own.
 */
struct policy_item_field {
	__u32 fact;
	__u32 first;
	__u32 count;
	__u32 none;  /* row of rules that do not look at it */
	__u32 every; /* every item has to satisfy it: filetype!= */
};

/* What watches, trees and executables have in common: they are names the kernel follows for us (bpf/place.h). */
enum place_kind {
	PLACE_WATCH, /* path= */
	PLACE_TREE,  /* dir= */
	PLACE_EXE,   /* exe= */
	PLACE_KINDS,
	PLACES_INODE = 1 << PLACE_KINDS, /* in policy.places: some rule has inode= */
};

struct policy_place {
	__u16 row;    /* rules that the name satisfies */
	__u16 except; /* exe!=: the rules left; 0: none looks at it so */
};

/* A rule of the filesystem list: what lies on such a file system is not recorded. */
struct policy_fs {
	__u32 magic;
	__u32 differs; /* fstype!= */
};

enum label_part {
	LABEL_USER,
	LABEL_ROLE,
	LABEL_TYPE,
	LABEL_LOW,  /* the lower level: subj_sen=, obj_lev_low= */
	LABEL_HIGH, /* the upper one: subj_clr=, obj_lev_high= */
};

enum label_op {
	LABEL_EQ,
	LABEL_NE,
	LABEL_LT, /* of levels: the rule's dominates it, and is another */
	LABEL_LE,
	LABEL_GT,
	LABEL_GE,
};

/* A question about a label of SELinux; numbers are those of the loaded policy. */
struct policy_label {
	__u32 part;
	__u32 op;
	__u32 value; /* the number of the user, role or type; of a level: which policy_level */
};

struct policy_level {
	__u32 sensitivity;
	__u32 pad;
	__u64 category[CATEGORIES_MAX / 64];
};

enum audited {
	AUDITED_YES = 1,
	AUDITED_FILE = 2, /* and notes the file of its descriptor (WANT_FD_LATE) */
};

struct policy {
	__u32 sequence; /* odd while user space writes here; another than before: what was read meanwhile is void */
	__u32 generation;
	__u32 words; /* of each row */
	__u32 fields;
	__u32 tests;
	__u32 exempt; /* thread group of the audit daemon, never audited */
	__u32 facts;  /* bit f: some rule looks at fact f */
	__u32 closing; /* calls that have begun are still judged, no other begins: its successor captures (seconds since boot; 0: no) */
	__u32 item_fields;
	__u32 listed; /* row of the rules of the exit list */
	__u32 hashed; /* row of those that watch an inode, which the kernel keeps apart; 0: none */
	__u32 timeless; /* row of rules that look neither at exit nor at success: what a deletion may match before it has ended */
	__u32 places; /* bit k: some rule has a field of place_kind k */
	__u32 tasks;  /* row of the rules of the task list; 0: none */
	__u32 operation_want; /* enum want: what to collect during an operation that is outside any system call */
	__u32 without[PLACE_KINDS]; /* row of rules without such a field */
	__u32 labels; /* questions about labels */
	__u32 label_sequence; /* the number of SELinux's policy that their numbers are of */
	struct policy_label label[LABELS_MAX];
	struct policy_level level[LEVELS_MAX];
	__u32 filesystems;
	struct policy_fs fs[FS_MAX];
	struct policy_item_field item[ITEM_FIELDS_MAX];
	__u64 always[RULES_MAX / 64]; /* the rules that say so */
	__u64 critical[RULES_MAX / 64]; /* of them, those with a key that is critical */
	__u32 others; /* bytes of the ring that events of the rest may fill; 0: no rule is critical, and nothing is reserved */
	struct policy_field field[FIELDS_MAX];
	struct policy_test test[TESTS_MAX];
	__u16 syscall[ARCH_COUNT][NR_MAX]; /* row of the number; 0: no rule names it */
	__u16 operation[OPERATIONS_MAX]; /* row of the rules of the io_uring list that name the operation */
	__u8 audited[OPERATIONS_MAX]; /* enum audited: whether the kernel audits it at all */
	__u32 wants[ARCH_COUNT][NR_MAX];   /* enum want: what to collect during the call */
	__u32 bound[BOUNDS_MAX];
	__u16 row[BOUNDS_MAX];
	struct policy_place place[PLACES_MAX];
	__u64 cell[CELLS_MAX]; /* row r begins at cell[r * words] */
};

/* The calls that rules name, or that are looked at for other reasons: of this policy, and of the one before while they change. */
struct named {
	__u64 call[ARCH_COUNT][NR_MAX / 64];
};

/* How often each rule of a policy decided, whatever it said. */
struct hits {
	__u64 rule[RULES_MAX];
};

/* And how often the event was lost then, by enum loss. */
struct losses {
	__u64 rule[RULES_MAX][LOSS_RULED];
};

enum want {
	WANT_NAMES = 1, /* PATH and CWD records */
	WANT_SADDR = 2, /* a SOCKADDR record */
	WANT_EXEC = 4,  /* execve, execveat */
	WANT_OPEN_A0 = 8,  /* an open whose name is argument 0 */
	WANT_OPEN_A1 = 16, /* an open whose name is argument 1 */
	WANT_CREAT = 32,   /* creat: an open with O_CREAT implied */
	WANT_HOW = 64,     /* openat2: flags are in struct open_how */
	WANT_AT = 128,     /* execveat: the name is argument 1 */
	WANT_NOEVAL = 1024, /* umount: nothing is asked of the file that is a mount point (AUDIT_INODE_NOEVAL) */
	WANT_PWD = 512,    /* chdir: the working directory as it was */
	WANT_FD_LATE = 32768, /* a PATH record of the file that a hook sees the call note, by its descriptor */
	WANT_FD = 256,     /* a PATH record of the file that argument 0 is open on */
	WANT_WATCH = 1 << 16,  /* a rule that watches an inode names the call */
	WANT_TREE = 1 << 17,   /* a rule with dir= does */
	WANT_EXE = 1 << 18,    /* a rule with exe= does */
	WANT_FS = 1 << 20,     /* the filesystem list has rules */
	WANT_SOCKETCALL = 1 << 19, /* perm= is about argument 0 of socketcall */
	WANT_RING = 1 << 21, /* io_uring_enter, when the io_uring list has rules: its operations decide whether it is recorded */
	WANT_CRITICAL = 1 << 24, /* a critical rule names the call */
	WANT_RECORDS = 2048, /* what struct records keeps */
	WANT_QUEUE = 4096,   /* the name is a message queue's, in the root of their file system */
};

#endif
