/* SPDX-License-Identifier: GPL-2.0-only */
/* Policy and facts to verdict. Reads the policy and, for gid= and egid=, the task's groups. User space has the same meaning in rules::eval. */
#ifndef RAUDIT_MATCH_H
#define RAUDIT_MATCH_H

#include "maps.h"

#define MATCH_NONE (-1)

/* Among the bits of known facts: the path items are complete. */
#define KNOWN_ITEMS (1U << (FACT_MAX - 1))

/* The interval of a field's values that `value` lies in, as an index into bound[] and row[]. */
static __always_inline __u32 policy_interval(const struct policy *p, __u32 first, __u32 count, __u32 value)
{
	__u32 base = first, left = count;

	for (int step = 0; step < SEARCH_STEPS; step++) {
		__u32 half = left >> 1;
		__u32 mid = (base + half) & (BOUNDS_MAX - 1);

		if (!half)
			break;
		/* base = mid where the bound is not above the value: no branch, for the verifier's sake */
		base += half & -(__u32)(((__u64)p->bound[mid] - value - 1) >> 63);
		left -= half;
	}
	return base & (BOUNDS_MAX - 1);
}

/* The row that a field has for a value. Global: verified once. */
__noinline int policy_row(HANDED_POLICY, __u32 first, __u32 count, __u32 value)
{
	TAKE_POLICY;

	return p ? p->row[policy_interval(p, first, count, value)] : 0;
}

/* The index of the lowest bit set. By halving: clang 14's BPF backend does not end on __builtin_ctzll. */
static __always_inline __u32 bit_lowest(__u64 word)
{
	__u32 at = 0;

	for (__u32 half = 32; half; half >>= 1) {
		if (!(word & ((1ULL << half) - 1))) {
			word >>= half;
			at += half;
		}
	}
	return at;
}

/* Whether the task's supplementary groups have `gid` (groups_search, kernel/groups.c). Global: verified once. */
__noinline int group_member(__u32 gid)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	__u32 left = 0, right = groups ? (__u32)BPF_CORE_READ(groups, ngroups) : 0;

	for (int step = 0; step < 17 && left < right; step++) { /* NGROUPS_MAX is 65536 */
		__u32 mid = (left + right) / 2, at;

		if (bpf_probe_read_kernel(&at, sizeof(at), (void *)&groups->gid[0] + mid * sizeof(at)))
			return 0;
		if (at == gid)
			return 1;
		if (at < gid)
			left = mid + 1;
		else
			right = mid;
	}
	return 0;
}

/* Whether some path item has, or has not, this owner or group. Global: verified once. */
__noinline int item_owned(__u32 fact, __u32 id, __u32 same)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	__u32 gid = 0; /* all ones for the group; the fewer branches in the loop, the less work for the verifier */

	if (!c)
		return 0;
	if (fact != ITEM_FACT_UID)
		gid = -1;
	barrier_var(gid);
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		const struct item *item = &c->item[i];
		__u32 differs;

		if (i >= c->items)
			break;
		differs = item->uid ^ ((item->uid ^ item->gid) & gid) ^ id;
		if (((__u64)differs - 1) >> 63 == same)
			return 1;
	}
	return 0;
}

static __always_inline bool test_holds(const struct policy_test *t, const struct pending *c)
{
	__u32 fact = c->facts[t->fact & (FACT_MAX - 1)];

	switch (t->kind) {
	case TEST_SAME:
		return fact == c->facts[t->value & (FACT_MAX - 1)];
	case TEST_OTHER:
		return fact != c->facts[t->value & (FACT_MAX - 1)];
	case TEST_ITEM_SAME:
		return item_owned(t->value, fact, 1);
	case TEST_ITEM_OTHER:
		return item_owned(t->value, fact, 0);
	case TEST_ANY_BIT:
		return fact & t->value;
	case TEST_ALL_BITS:
		return (fact & t->value) == t->value;
	case TEST_GROUP:
		return fact == t->value || group_member(t->value);
	default:
		return fact != t->value && !group_member(t->value);
	}
}

/*
 * What is known when a call begins and still true when it ends, as bits of enum fact. Identity is left out of calls that may
 * change it: execve, and those without names and addresses, setuid among them. So is the parent, who may end meanwhile.
 */
enum early_facts {
	EARLY_ALWAYS = 1 << FACT_PID | 1 << FACT_A0 | 1 << FACT_A1 | 1 << FACT_A2 | 1 << FACT_A3 | 1 << FACT_ACCESS,
	EARLY_IDENTITY = 1 << FACT_UID | 1 << FACT_EUID | 1 << FACT_SUID | 1 << FACT_FSUID | 1 << FACT_GID | 1 << FACT_EGID |
			 1 << FACT_SGID | 1 << FACT_FSGID | 1 << FACT_AUID | 1 << FACT_AUID_SET | 1 << FACT_SESSION |
			 1 << FACT_PERS,
};

static __always_inline __u32 early_facts(__u32 want)
{
	__u32 early = want & (WANT_NAMES | WANT_SADDR) && !(want & WANT_EXEC) ? EARLY_ALWAYS | EARLY_IDENTITY : EARLY_ALWAYS;

	return want & WANT_HOW ? early & ~(1U << FACT_ACCESS) : early;
}

/* A match under way. The steps are callbacks of bpf_loop, so that the verifier walks each of them once. */
struct matcher {
	const struct policy *policy;
	struct pending *call;
	__u32 slot;
	__u32 known; /* facts to look at, as bits */
};

static __always_inline void match_row(struct pending *c, __u32 row)
{
	__u32 at = c->match.rows;

	if (at >= MATCH_ROWS) {
		c->match.full = 1;
		return;
	}
	barrier_var(at);
	c->match.row[at & (MATCH_ROWS - 1)] = row;
	c->match.rows = at + 1;
}

static long match_field(__u32 i, struct matcher *m)
{
	const struct policy *p = m->policy;
	const struct policy_field *f;

	if (i >= FIELDS_MAX)
		return 1;
	f = &p->field[i];
	if (m->known & 1U << (f->fact & (FACT_MAX - 1)))
		match_row(m->call, policy_row(HAND_POLICY(p, m->slot), f->first, f->count, m->call->facts[f->fact & (FACT_MAX - 1)]));
	return 0;
}

static long match_test(__u32 i, struct matcher *m)
{
	const struct policy_test *t;
	__u32 needed;

	if (i >= TESTS_MAX)
		return 1;
	t = &m->policy->test[i];
	needed = 1U << (t->fact & (FACT_MAX - 1));
	if (t->kind == TEST_SAME || t->kind == TEST_OTHER)
		needed |= 1U << (t->value & (FACT_MAX - 1));
	if (t->kind >= TEST_ITEM_SAME)
		needed |= KNOWN_ITEMS;
	if ((m->known & needed) == needed && !test_holds(t, m->call))
		match_row(m->call, t->row);
	return 0;
}

/* 64 rules, of which fewer and fewer are left. */
struct word_walk {
	const struct policy *policy;
	const struct pending *call;
	__u64 word, sum;
	__u32 at; /* which of a row's words they are */
};

static long word_step(__u32 i, struct word_walk *w)
{
	const struct policy *p = w->policy;
	__u32 row;
	__u64 more;

	if (!w->word || i >= MATCH_ROWS)
		return 1;
	row = w->call->match.row[i];
	more = -(__u64)(row >> 15); /* all ones for a row that adds to the one before; no branch, for the verifier's sake */
	w->word &= w->sum | more;
	w->sum = (w->sum & more) | p->cell[((row & (ROWS_MAX - 1)) * p->words + w->at) & (CELLS_MAX - 1)];
	return 0;
}

/* The first of the 64 rules of word `w` that are in the row of the system call and in all others, or MATCH_NONE. Global: verified once. */
__noinline int match_word(HANDED, __u32 w, __u32 call)
{
	struct word_walk walk = { .sum = -1, .at = w };
	__u64 word;
	TAKE_HANDED;

	if (!c || !p)
		return MATCH_NONE;
	walk.policy = p;
	walk.call = c;
	walk.word = p->cell[(call * p->words + w) & (CELLS_MAX - 1)];
	bpf_loop(c->match.rows, word_step, &walk, 0);
	word = walk.word & walk.sum;
	return word ? w * 64 + bit_lowest(word) : MATCH_NONE;
}

enum match_list {
	MATCH_EXIT,
	MATCH_TASK,
	MATCH_RING, /* the io_uring list */
};

/* The first rule below `below` that names the call (or is in the list) and is in all rows, or MATCH_NONE. Global: verified once. */
__noinline int match_words(HANDED, __u32 below, __u32 list)
{
	int rule = MATCH_NONE;
	__u32 call;
	TAKE_HANDED;

	if (!c || !p)
		return MATCH_NONE;
	if (list == MATCH_TASK)
		call = p->tasks;
	else if (list == MATCH_RING)
		call = p->operation[c->operation & (OPERATIONS_MAX - 1)];
	else
		call = p->syscall[c->compat & 1][c->nr & (NR_MAX - 1)];
	for (__u32 w = 0; w < RULES_MAX / 64 && rule == MATCH_NONE; w++) {
		if (w >= p->words)
			break;
		rule = match_word(HAND(c, p, slot), w, call);
	}
	return rule != MATCH_NONE && (__u32)rule < below ? rule : MATCH_NONE;
}

static __always_inline bool policy_says_always(const struct policy *p, __u32 rule)
{
	rule &= RULES_MAX - 1;
	return p->always[rule / 64] >> (rule % 64) & 1;
}

#endif
