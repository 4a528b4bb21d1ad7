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

enum policy_limit {
	RULES_MAX = 4096,
	NR_MAX = 1024,       /* system call numbers, per architecture */
	ARCH_COUNT = 2,      /* native, compat */
	FIELDS_MAX = 32,
	TESTS_MAX = 32,
	BOUNDS_MAX = 16384,
	SEARCH_STEPS = 15,   /* > log2(BOUNDS_MAX) */
	CELLS_MAX = 1 << 18, /* words of all rows together */
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
};

struct policy_test {
	__u32 kind;
	__u32 fact;
	__u32 value;
	__u32 row; /* the rules left when the test fails: those without it */
};

struct policy {
	__u32 sequence; /* odd while user space writes here; another than before: what was read meanwhile is void */
	__u32 generation;
	__u32 words; /* of each row */
	__u32 fields;
	__u32 tests;
	__u32 exempt; /* thread group of the audit daemon, never audited */
	__u32 facts;  /* bit f: some rule looks at fact f */
	__u32 pad;
	__u64 always[RULES_MAX / 64]; /* the rules that say so */
	struct policy_field field[FIELDS_MAX];
	struct policy_test test[TESTS_MAX];
	__u16 syscall[ARCH_COUNT][NR_MAX]; /* row of the number; 0: no rule names it */
	__u16 wants[ARCH_COUNT][NR_MAX];   /* enum want: what to collect during the call */
	__u32 bound[BOUNDS_MAX];
	__u16 row[BOUNDS_MAX];
	__u64 cell[CELLS_MAX]; /* row r begins at cell[r * words] */
};

/* How often each rule of a policy decided, whatever it said. */
struct hits {
	__u64 rule[RULES_MAX];
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
	WANT_FD = 256,     /* a PATH record of the file that argument 0 is open on */
};

#endif
