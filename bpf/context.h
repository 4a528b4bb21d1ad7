/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rules ask of SELinux's labels: from a SID to its context, as sidtab_search() goes, and which of the policy's predicates
 * hold for it (selinux_audit_rule_match, security/selinux/ss/services.c).
 */
#ifndef RAUDIT_CONTEXT_H
#define RAUDIT_CONTEXT_H

#include "maps.h"
#include "label.h"

/* SECINITSID_UNLABELED */
#define SID_UNLABELED 3
/* Roots of the table, at most: with 39 entries in a leaf and 512 leaves in a node, 32 bits need four. */
#define SID_LEVELS 4

/* All predicates: the kernel takes a label it cannot judge for one that matches. */
#define LABEL_ALL ((__u32)-1)

static __always_inline __u32 peek(__u64 at)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)at);
	return value;
}

static __always_inline __u64 peek_long(__u64 at)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)at);
	return value;
}

static __always_inline __u64 sid_initial(__u64 sidtab, __u32 sid)
{
	__u64 at = sidtab + selinux.initial + (sid - 1) * selinux.initial_size;

	return peek(at + selinux.initial_set) ? at + selinux.initial_entry : 0;
}

static __always_inline __u64 sid_later(__u64 sidtab, __u32 index)
{
	__u64 leaf = selinux.leaf_count, capacity = leaf, rest, node;
	__u32 level = 0;

	if (!leaf || index >= peek(sidtab + selinux.count))
		return 0;
	for (int i = 0; i < SID_LEVELS - 1; i++) {
		if (index < capacity)
			break;
		capacity <<= selinux.fan_out & 63;
		level++;
	}
	rest = index / leaf;
	node = peek_long(sidtab + selinux.roots + level * sizeof(__u64));
	for (__u32 l = SID_LEVELS - 1; l > 0; l--) {
		__u64 shift = (l - 1) * selinux.fan_out & 63;

		if (l > level || !node)
			continue;
		node = peek_long(node + (rest >> shift) * sizeof(__u64));
		rest &= (1ULL << shift) - 1;
	}
	return node ? node + index % leaf * selinux.entry_size : 0;
}

/* The entry of a SID, or that of unlabeled things where it has none, or one that the policy does not allow. Global: verified once. */
__noinline __u64 sid_entry(__u64 sidtab, __u32 sid)
{
	__u64 entry = 0;

	if (sid > selinux.initial_count)
		entry = sid_later(sidtab, sid - selinux.initial_count - 1);
	else if (sid)
		entry = sid_initial(sidtab, sid);
	if (entry && !peek(entry + selinux.len))
		return entry;
	return sid_initial(sidtab, SID_UNLABELED);
}

static long level_step(__u32 i, struct level_walk **walk)
{
	struct level_walk *w = *walk;
	__u32 word;

	if (!w->node)
		return 1;
	word = peek(w->node + selinux.node_start) / 64;
	for (__u32 n = 0; n < 8; n++) {
		__u32 to = word + n;

		if (n >= selinux.node_words || to >= CATEGORIES_MAX / 64)
			break;
		barrier_var(to); /* or clang drops the mask, which the verifier needs */
		w->category[to & (CATEGORIES_MAX / 64 - 1)] = peek_long(w->node + selinux.node_bits + n * sizeof(__u64));
	}
	w->node = peek_long(w->node + selinux.node_next);
	return 0;
}

/*
 * How the level at this address in kernel memory and a rule's stand to each other: bit 0, it dominates the rule's (mls_level_dom);
 * bit 1, the rule's dominates it. Both: they are equal. Global: verified once.
 */
__noinline int level_compare(__u32 slot, __u32 level, __u64 at)
{
	const struct policy *p = bpf_map_lookup_elem(&policies, &slot);
	const struct policy_level *rule;
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct level_walk *w;
	__u32 sensitivity = peek(at + selinux.sensitivity);
	__u64 lacks = 0, more = 0;

	if (!c || !p)
		return 0;
	rule = &p->level[level & (LEVELS_MAX - 1)];
	w = &c->level;
	__builtin_memset(w, 0, sizeof(*w));
	w->node = peek_long(at + selinux.categories);
	bpf_loop(CATEGORIES_MAX / 64, level_step, &w, 0);
	for (__u32 i = 0; i < CATEGORIES_MAX / 64; i++) {
		lacks |= rule->category[i] & ~w->category[i];
		more |= w->category[i] & ~rule->category[i];
	}
	return (sensitivity >= rule->sensitivity && !lacks) | (sensitivity <= rule->sensitivity && !more) << 1;
}

static __always_inline bool compared(__u32 op, __u32 order)
{
	switch (op) {
	case LABEL_EQ:
		return order == 3;
	case LABEL_NE:
		return order != 3;
	case LABEL_LT:
		return order == 2;
	case LABEL_LE:
		return order & 2;
	case LABEL_GT:
		return order == 1;
	default:
		return order & 1;
	}
}

/* The predicates one after the other, for the entry at this address. The verifier follows eight calls, not more. */
struct label_walk {
	const struct policy *policy;
	__u64 entry;
	__u32 slot;
	struct pending *call; /* the answer is its `labels`: one on the stack older verifiers follow bit by bit */
};

static long label_step(__u32 i, struct label_walk *w)
{
	const struct policy_label *l = &w->policy->label[i & (LABELS_MAX - 1)];
	__u64 at = w->entry + selinux.level;
	__u32 order;

	switch (l->part) {
	case LABEL_USER:
		order = peek(w->entry + selinux.user) == l->value ? 3 : 0;
		break;
	case LABEL_ROLE:
		order = peek(w->entry + selinux.role) == l->value ? 3 : 0;
		break;
	case LABEL_TYPE:
		order = peek(w->entry + selinux.kind) == l->value ? 3 : 0;
		break;
	default:
		order = level_compare(w->slot, l->value, l->part == LABEL_HIGH ? at + selinux.level_size : at);
	}
	if (compared(l->op, order))
		w->call->labels |= 1U << (i & (LABELS_MAX - 1));
	return 0;
}

/* The predicates that hold for a label, as bits. Global: verified once. */
__noinline int label_bits(__u32 slot, __u32 sid)
{
	const struct policy *p = bpf_map_lookup_elem(&policies, &slot);
	__u64 policy = peek_long(selinux.policy);
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct label_walk w = { .slot = slot };

	if (!c || !p || !policy)
		return 0;
	/* the numbers are those of another policy: until the rules are compiled anew, as the kernel does */
	if (peek(policy + selinux.sequence) != p->label_sequence)
		return LABEL_ALL;
	w.entry = sid_entry(peek_long(policy + selinux.sidtab), sid);
	if (!w.entry)
		return LABEL_ALL;
	w.policy = p;
	w.call = c;
	c->labels = 0;
	bpf_loop(p->labels, label_step, &w, 0);
	return c->labels;
}

/*
 * What the rules ask of the task's label, and of the labels of path items: an object's field holds when it does for any of them.
 * Global: verified once.
 */
__noinline int label_facts(__u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct label_sid own;
	__u32 bits = 0;

	if (!c)
		return 0;
	task_sid(&own, task);
	c->facts[FACT_SUBJ_LABEL] = label_bits(slot, own.sid);
	for (__u32 i = 0; i < ITEMS_MAX; i++)
		if (i < c->items)
			bits |= label_bits(slot, c->item[i].sid);
	c->facts[FACT_OBJ_LABEL] = bits;
	return 0;
}

#endif
