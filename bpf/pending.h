/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The call under way of a task: whether there is one, and its state. Most programs are entered for tasks that have none, by any open or
 * lookup of theirs, and must find that out in a few instructions.
 */
#ifndef RAUDIT_PENDING_H
#define RAUDIT_PENDING_H

#include "maps.h"

enum {
	BUSY_SLOTS = 4096, /* a power of two */
};

/*
 * How many tasks, by a hash of their address, have a call under way: 0 says that this one has none, and most slots are 0. A task that
 * ends inside its call and is not seen to end stays counted, which costs others of its slot the time of a lookup and nothing else.
 */
__u32 busy[BUSY_SLOTS];

static __always_inline __u32 *busy_slot(void)
{
	__u64 task = bpf_get_current_task();

	/* a task's structure takes some kilobytes */
	return &busy[(task >> 8 ^ task >> 20) & (BUSY_SLOTS - 1)];
}

/* Whether the current task may have a call under way. */
static __always_inline bool pending_possible(void)
{
	return *(volatile __u32 *)busy_slot();
}

/* The state of the call under way, or NULL. */
static __always_inline struct pending *pending_get(void)
{
	struct pending *c;

	if (!pending_possible())
		return 0;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	return c && c->active ? c : 0;
}

/* The same when it has path items. */
static __always_inline struct pending *pending_with_names(void)
{
	struct pending *c = pending_get();

	return c && c->want & WANT_NAMES ? c : 0;
}

/* The current task's call is remembered from now on. */
static __always_inline void pending_wake(struct pending *c)
{
	if (!c->active)
		__sync_fetch_and_add(busy_slot(), 1);
	c->active = 1;
}

/* It is over. */
static __always_inline void pending_rest(struct pending *c)
{
	if (c->active)
		__sync_fetch_and_add(busy_slot(), -1);
	c->active = 0;
}

#endif
