/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules that a task's identity leaves in question. Most rules ask who the task is (auid>=1000), and most tasks stay who they are for
 * all of their calls: so what their identity says of every rule is kept with the task, and a call that only rules about others name is
 * forgotten when it begins, after a few words of rules were looked at.
 */
#ifndef RAUDIT_WHO_H
#define RAUDIT_WHO_H

#include "match.h"

static __always_inline __u32 fact_set(__u32 *fact, __u32 value)
{
	__u32 differs = *fact ^ value;

	*fact = value;
	return differs;
}

/*
 * Who the task is, into its facts. Reads through its own pointers: no helper call for each, unlike for objects that may be gone. What was
 * kept of another identity is void. The thread group is always the same. Not inlined, for the stack's sake.
 */
POINTER_TAKING int facts_identity(struct pending *c)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct cred *cred = OWN(task, cred);
	__u32 *f, differs;

	if (!c)
		return 0;
	f = c->facts;
	f[FACT_PID] = OWN(task, tgid);
	differs = fact_set(&f[FACT_AUID], OWN(task, loginuid.val));
	f[FACT_AUID_SET] = f[FACT_AUID] != (__u32)-1;
	differs |= fact_set(&f[FACT_SESSION], OWN(task, sessionid));
	differs |= fact_set(&f[FACT_UID], OWN(cred, uid.val));
	differs |= fact_set(&f[FACT_EUID], OWN(cred, euid.val));
	differs |= fact_set(&f[FACT_SUID], OWN(cred, suid.val));
	differs |= fact_set(&f[FACT_FSUID], OWN(cred, fsuid.val));
	differs |= fact_set(&f[FACT_GID], OWN(cred, gid.val));
	differs |= fact_set(&f[FACT_EGID], OWN(cred, egid.val));
	differs |= fact_set(&f[FACT_SGID], OWN(cred, sgid.val));
	differs |= fact_set(&f[FACT_FSGID], OWN(cred, fsgid.val));
	differs |= fact_set(&f[FACT_PERS], OWN(task, personality));
	if (differs)
		c->who.sequence = 0;
	return 0;
}

/* What facts_identity knows. */
#define TASK_FACTS                                                                                                          \
	(1U << FACT_PID | 1U << FACT_AUID | 1U << FACT_AUID_SET | 1U << FACT_SESSION | 1U << FACT_UID | 1U << FACT_EUID |   \
	 1U << FACT_SUID | 1U << FACT_FSUID | 1U << FACT_GID | 1U << FACT_EGID | 1U << FACT_SGID | 1U << FACT_FSGID |       \
	 1U << FACT_PERS)

struct who_fill {
	const struct policy *policy;
	struct pending *call;
	__u32 slot;
};

static long who_field(__u32 i, struct who_fill *w)
{
	const struct policy *p = w->policy;
	const struct policy_field *f;
	__u32 row;

	if (i >= FIELDS_MAX)
		return 1;
	f = &p->field[i];
	if (!(TASK_FACTS & 1U << (f->fact & (FACT_MAX - 1))))
		return 0;
	row = policy_row(HAND_POLICY(p, w->slot), f->first, f->count, w->call->facts[f->fact & (FACT_MAX - 1)]);
	for (__u32 n = 0; n < WHO_WORDS; n++) {
		if (n >= p->words)
			break;
		w->call->who.word[n] &= p->cell[(row * p->words + n) & (CELLS_MAX - 1)];
	}
	return 0;
}

/* Asks all rules about the task's facts, and keeps the answer for this sequence number of the policy. Global: verified once. */
__noinline int who_ask(__u32 slot, __u32 sequence)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	const struct policy *p = bpf_map_lookup_elem(&policies, &slot);
	struct who_fill fill = { .policy = p, .call = c, .slot = slot };

	if (!c || !p)
		return 0;
	__builtin_memset(c->who.word, -1, sizeof(c->who.word));
	bpf_loop(p->fields, who_field, &fill, 0);
	c->who.slot = slot;
	c->who.sequence = sequence;
	return 0;
}

/* Whether no rule that names the call is about a task like this one, whose facts are in `c`. */
static __always_inline bool who_rules_out(struct pending *c, const struct reading *r, __u32 row)
{
	const struct policy *p = r->policy;

	if (p->words > WHO_WORDS)
		return false;
	if (c->who.sequence != r->sequence || c->who.slot != r->slot)
		who_ask(r->slot, r->sequence);
	for (__u32 n = 0; n < WHO_WORDS; n++) {
		if (n >= p->words)
			break;
		if (p->cell[(row * p->words + n) & (CELLS_MAX - 1)] & c->who.word[n])
			return false;
	}
	return true;
}

#endif
