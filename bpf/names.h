/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The path items of a system call, kept while it runs as the kernel's audit_names are: an item begins with a name, and becomes
 * NORMAL, PARENT or CREATE when the lookup says so (__audit_inode and __audit_inode_child, kernel/auditsc.c).
 */
#ifndef RAUDIT_NAMES_H
#define RAUDIT_NAMES_H

#include "path.h"
#include "pending.h"
#include "place.h"
#include "foreign.h"

static __always_inline struct item *item_at(struct pending *c, __u32 at)
{
	if (at >= ITEMS_MAX)
		return 0;
	barrier_var(at); /* or clang forms the address before the check, which the verifier refuses */
	return &c->item[at & (ITEMS_SLOTS - 1)];
}

/* Whether the filesystem list leaves out what is on this inode's file system. Global: verified once. */
__noinline int filesystem_left_out(__u64 inode_at)
{
	__u32 magic = BPF_CORE_READ((struct inode *)inode_at, i_sb, s_magic);
	struct reading r;

	if (!policy_read(&r))
		return 0;
	for (__u32 i = 0; i < FS_MAX; i++)
		if (i < r.policy->filesystems && (magic != r.policy->fs[i].magic) == r.policy->fs[i].differs)
			return 1;
	return 0;
}

static __always_inline bool left_out(const struct pending *c, const struct inode *inode)
{
	return c->want & WANT_FS && inode && filesystem_left_out((unsigned long)inode);
}

/* A new item, cleared, or NULL when there are too many. */
static __always_inline struct item *item_add(struct pending *c, __u16 kind)
{
	struct item *item = item_at(c, c->items);

	if (!item) {
		c->flags |= EVENT_F_ITEMS_CUT;
		return 0;
	}
	__builtin_memset(item, 0, sizeof(*item));
	item->kind = kind;
	c->filename[c->items & (ITEMS_SLOTS - 1)] = 0;
	c->again[c->items & (ITEMS_SLOTS - 1)] = 0;
	c->address[c->items & (ITEMS_SLOTS - 1)] = 0;
	c->items++;
	return item;
}

/* Where the next name goes: the second storage when the first is full. NULL when there is no memory, which is counted. */
static __always_inline struct names *names_with_room(__u32 *more)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct names *n = bpf_task_storage_get(&names, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE), *second;

	*more = 0;
	if (n && n->used == 0) {
		/* the call's first name: what an earlier call left in the second is over */
		second = bpf_task_storage_get(&names_more, task, 0, 0);
		if (second)
			second->used = 0;
	}
	if (n && n->used >= NAMES_TEXT) {
		*more = NAMES_MORE;
		n = bpf_task_storage_get(&names_more, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	}
	if (!n)
		count_lost(LOSS_STATE);
	return n;
}

/* Copies the item's name from kernel or user memory. */
static __always_inline void item_set_name(struct pending *c, struct item *item, const void *name, bool user)
{
	__u32 at, more;
	struct names *n = names_with_room(&more);
	long len;

	if (!n)
		return;
	at = n->used;
	if (at >= NAMES_TEXT) {
		item->flags |= ITEM_F_NAME_CUT;
		c->flags |= EVENT_F_ITEMS_CUT;
		return;
	}
	len = user ? bpf_probe_read_user_str(n->text + at, NAME_MAX_LEN, name)
		   : bpf_probe_read_kernel_str(n->text + at, NAME_MAX_LEN, name);
	if (len <= 0 || len > NAME_MAX_LEN)
		return;
	item->name_at = at | more;
	item->name_len = len - 1;
	n->used = at + len;
}

/* The storage that holds an item's name. */
static __always_inline struct names *names_of(const struct item *item)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (item->name_at & NAMES_MORE)
		return bpf_task_storage_get(&names_more, task, 0, 0);
	return bpf_task_storage_get(&names, task, 0, 0);
}

/* A second item with the same name. */
static __always_inline struct item *item_add_same_name(struct pending *c, const struct item *as, __u16 kind)
{
	__u32 at = as->name_at, len = as->name_len;
	struct item *item = item_add(c, kind);

	if (item) {
		item->name_at = at;
		item->name_len = len;
	}
	return item;
}

/* The index of the item made for this struct filename (its aname, for the kernel); ITEMS_MAX when there is none. */
static __always_inline __u32 item_of_filename(struct pending *c, __u64 filename)
{
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		if (i >= c->items)
			break;
		if (c->filename[i] == filename || c->again[i] == filename)
			return i;
	}
	return ITEMS_MAX;
}

/* A new item for a new struct filename. The kernel's own names keep theirs alive; ours may lie where a freed one lay. */
static __always_inline __u32 item_add_named(struct pending *c, struct filename *filename)
{
	__u32 at = item_of_filename(c, (unsigned long)filename);
	struct item *item;

	if (at < ITEMS_MAX) {
		foreign_settle(c, at);
		c->filename[at & (ITEMS_SLOTS - 1)] = 0;
		c->again[at & (ITEMS_SLOTS - 1)] = 0;
	}
	foreign_forget(c, (unsigned long)filename);
	at = c->items;
	item = item_add(c, ITEM_UNKNOWN);
	if (!item)
		return ITEMS_MAX;
	c->filename[at & (ITEMS_SLOTS - 1)] = (unsigned long)filename;
	item_set_name(c, item, BPF_CORE_READ(filename, name), false);
	return at;
}

/*
 * A name was copied from the task's memory. From the same address it is the same name to the kernel (audit_reusename), until
 * 7.0: names no longer know where they come from.
 */
static __always_inline void item_add_from(struct pending *c, __u64 address, struct filename *filename)
{
	__u32 at;

	if (!bpf_core_field_exists(filename->uptr))
		address = 0;

	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		if (i >= c->items)
			break;
		if (address && c->address[i] == address) {
			if (c->filename[i] != (unsigned long)filename)
				c->again[i] = (unsigned long)filename;
			return;
		}
	}
	at = item_add_named(c, filename);
	if (at < ITEMS_MAX)
		c->address[at & (ITEMS_SLOTS - 1)] = address;
}

/* The same where the copying was not seen, and is perhaps known already. */
static __always_inline void item_add_unless_known(struct pending *c, struct filename *filename)
{
	__u32 at = item_of_filename(c, (unsigned long)filename);
	__u64 address = 0;

	if (bpf_core_field_exists(filename->uptr))
		address = (unsigned long)BPF_CORE_READ(filename, uptr);
	if (at >= ITEMS_MAX || c->address[at & (ITEMS_SLOTS - 1)] != address)
		item_add_from(c, address, filename);
}

/* Whether a name that is not known was noted elsewhere: by the call that took the operation in, or by none. */
static __always_inline bool noted_elsewhere(const struct pending *c)
{
	return c->operations && !names_delayed;
}

/* The item of this name, made if there is none and it is this call's. */
static __always_inline __u32 item_named(struct pending *c, struct filename *filename)
{
	__u32 at = item_of_filename(c, (unsigned long)filename);

	if (at < ITEMS_MAX)
		return at;
	if (!noted_elsewhere(c))
		return item_add_named(c, filename);
	c->late_name = (unsigned long)filename;
	return c->late ? ITEM_LATE : ITEM_FOREIGN;
}

#endif
