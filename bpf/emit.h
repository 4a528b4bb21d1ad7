/* SPDX-License-Identifier: GPL-2.0-only */
/* Building an event in a scratch buffer and handing it to the ring; every way to lose it is counted. */
#ifndef RAUDIT_EMIT_H
#define RAUDIT_EMIT_H

#include "maps.h"

static __always_inline struct scratch *scratch_take(void)
{
	__u32 first = bpf_get_smp_processor_id() * SCRATCH_PER_CPU;

	for (__u32 i = 0; i < SCRATCH_PER_CPU; i++) {
		__u32 at = first + i;
		struct scratch *s = bpf_map_lookup_elem(&scratch, &at);

		if (!s)
			break;
		if (claim(&s->busy, at)) {
			s->used = 0;
			s->at = at;
			return s;
		}
	}
	return 0;
}

static __always_inline void scratch_release(struct scratch *s)
{
	unclaim(&s->busy, s->at);
}

/* Room for APPEND_MAX bytes at the end, or NULL. The bound is what lets the verifier accept variable offsets. */
static __always_inline __u8 *scratch_end(struct scratch *s)
{
	__u32 used = s->used;

	if (used >= SCRATCH_DATA)
		return 0;
	return s->data + used;
}

/* Begins a section; its length is set by section_end. Returns its offset, or SCRATCH_DATA when there is no room. */
static __always_inline __u32 section_begin(struct scratch *s, __u16 kind)
{
	struct section *head = (struct section *)scratch_end(s);
	__u32 at = s->used;

	if (!head)
		return SCRATCH_DATA;
	head->kind = kind;
	head->flags = 0;
	head->len = 0;
	s->used = at + sizeof(*head);
	return at;
}

static __always_inline void section_end(struct scratch *s, __u32 at, __u16 flags)
{
	struct section *head;

	if (at >= SCRATCH_DATA)
		return;
	head = (struct section *)(s->data + at);
	head->flags = flags;
	head->len = s->used - at - sizeof(*head);
}

static __always_inline bool rule_is_critical(const struct policy *p, __u32 rule)
{
	rule &= RULES_MAX - 1;
	return p->critical[rule / 64] >> (rule % 64) & 1;
}

/* Whether the ring then has no more in it than this. */
static __always_inline bool ring_stays_below(__u32 room, __u32 size)
{
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) + size <= room;
}

enum standing {
	STANDING_SHED,
	STANDING_OTHER,
	STANDING_CRITICAL,
};

/*
 * Whether an event of this rule may have that many bytes of the ring (enum standing). One that may not is shed: counted. Global:
 * verified once, and what follows is walked once, not for every way through here.
 */
__noinline int ring_admits(__u32 slot, __u32 rule, __u32 size)
{
	const struct policy *p = bpf_map_lookup_elem(&policies, &slot);

	if (!p || !p->others)
		return STANDING_OTHER;
	if (rule_is_critical(p, rule))
		return STANDING_CRITICAL;
	if (ring_stays_below(p->others, size))
		return STANDING_OTHER;
	count_lost_of(slot, rule, LOSS_SHED);
	return STANDING_SHED;
}

static __always_inline void ring_submit(struct scratch *s, __u32 slot, __u32 rule)
{
	struct counters *c = counters_get();
	__u32 size = s->used;
	int standing;

	if (size > SCRATCH_DATA) {
		count_lost_of(slot, rule, LOSS_TOO_BIG);
		return;
	}
	*(__u32 *)s->data = size;
	standing = ring_admits(slot, rule, size);
	if (standing == STANDING_SHED)
		return;
	if (bpf_ringbuf_output(&ring, s->data, size, 0)) {
		count_lost_of(slot, rule, LOSS_RING);
		return;
	}
	if (c)
		__sync_fetch_and_add(&c->submitted, 1);
	if (standing == STANDING_CRITICAL)
		/* should it be full, it has rung */
		bpf_ringbuf_output(&bell, &size, sizeof(size), 0);
}

/*
 * Whether what goes ahead of the event of the call under way may have that many bytes of the ring: its rule is not known yet.
 * Global: verified once.
 */
__noinline int ring_spares(__u32 size)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct reading r;

	if (!c || c->want & WANT_CRITICAL || !policy_read(&r) || !r.policy->others)
		return true;
	return ring_stays_below(r.policy->others, size);
}

#endif
