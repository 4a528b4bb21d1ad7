/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of io_uring's operations, which one task copies and another looks up. Up to 6.19 the kernel notes a name as an item of the
 * system call that took the operation in, and when a worker looks it up later it is that item which changes (filename.aname,
 * __audit_inode in kernel/auditsc.c): in time for the call's event, or not. The worker's own event has no such item.
 */
#ifndef RAUDIT_FOREIGN_H
#define RAUDIT_FOREIGN_H

#include "path.h"

/* What workers have found, by the name's struct filename. Small: names live as long as their operations. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct item);
} foreign SEC(".maps");

/* Whether an item may become, or already is, what a lookup found. */
static __always_inline bool item_takes(const struct item *item, bool parent)
{
	return parent ? item->kind == ITEM_PARENT || item->kind == ITEM_UNKNOWN : item->kind != ITEM_PARENT;
}

/* A name is copied: what was known of another one that lay there is void. */
static __always_inline void foreign_forget(struct pending *c, __u64 filename)
{
	if (c->want & WANT_RING && !names_delayed)
		bpf_map_delete_elem(&foreign, &filename);
}

/* A name that another call noted was looked up. Says whether its item takes that. Global: verified once. */
__noinline int foreign_found(__u64 filename, __u64 inode_at, __u32 parent, __u32 noeval)
{
	struct item *item = bpf_map_lookup_elem(&foreign, &filename);

	if (!item) {
		struct item empty = {};

		bpf_map_update_elem(&foreign, &filename, &empty, BPF_NOEXIST);
		item = bpf_map_lookup_elem(&foreign, &filename);
	}
	if (!item || !item_takes(item, parent))
		return 0;
	item->kind = parent ? ITEM_PARENT : ITEM_NORMAL;
	item->flags = noeval ? ITEM_F_NOEVAL : 0;
	item_set_inode(item, (struct inode *)inode_at);
	return 1;
}

/* An item of the call under way takes what a worker has found meanwhile. */
static __always_inline void foreign_settle(struct pending *c, __u32 at)
{
	struct item *item, *found;
	__u64 filename;

	if (at >= ITEMS_MAX || !(c->want & WANT_RING) || names_delayed)
		return;
	barrier_var(at);
	item = &c->item[at & (ITEMS_SLOTS - 1)];
	filename = c->filename[at & (ITEMS_SLOTS - 1)];
	if (!filename || item->kind != ITEM_UNKNOWN)
		return;
	found = bpf_map_lookup_elem(&foreign, &filename);
	if (!found || !(found->flags & ITEM_F_INODE))
		return;
	__builtin_memcpy(item, found, __builtin_offsetof(struct item, name_at));
	item->sid = found->sid;
}

/* All of them. Global: verified once. */
__noinline int foreign_settle_all(void)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);

	if (!c)
		return 0;
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		if (i >= c->items)
			break;
		foreign_settle(c, i);
	}
	return 0;
}

#endif
