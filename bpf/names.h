/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The path items of a system call, kept while it runs as the kernel's audit_names are: an item begins with a name, and becomes
 * NORMAL, PARENT or CREATE when the lookup says so (__audit_inode and __audit_inode_child, kernel/auditsc.c).
 */
#ifndef RAUDIT_NAMES_H
#define RAUDIT_NAMES_H

#include "path.h"

/* The call under way of this task when it has path items, else NULL. */
static __always_inline struct pending *pending_with_names(void)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);

	return c && c->active && (c->want & WANT_NAMES) ? c : 0;
}

static __always_inline struct item *item_at(struct pending *c, __u32 at)
{
	if (at >= ITEMS_MAX)
		return 0;
	barrier_var(at); /* or clang forms the address before the check, which the verifier refuses */
	return &c->item[at & (ITEMS_MAX - 1)];
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
	c->items++;
	return item;
}

/* Copies the item's name from kernel or user memory. */
static __always_inline void item_set_name(struct item *item, const void *name, bool user)
{
	struct names *n = bpf_task_storage_get(&names, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	__u32 at;
	long len;

	if (!n) {
		count_lost(LOSS_STATE);
		return;
	}
	at = n->used;
	if (at >= NAMES_TEXT) {
		item->flags |= ITEM_F_NAME_CUT;
		return;
	}
	len = user ? bpf_probe_read_user_str(n->text + at, NAME_MAX_LEN, name)
		   : bpf_probe_read_kernel_str(n->text + at, NAME_MAX_LEN, name);
	if (len <= 0 || len > NAME_MAX_LEN)
		return;
	item->name_at = at;
	item->name_len = len - 1;
	n->used = at + len;
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

/* The kernel looks for an item of the same inode before it makes a new one. */
static __always_inline bool item_known(struct pending *c, const struct item *item)
{
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		struct item *other = &c->item[i];

		if (i >= c->items)
			break;
		if (other != item && other->kind == ITEM_NORMAL && (other->flags & ITEM_F_INODE) && other->ino == item->ino &&
		    other->dev == item->dev)
			return true;
	}
	return false;
}

/* do_filp_open, or its like, has begun to look up `name`. */
static __always_inline void open_begin(struct pending *c, const void *name, bool user, bool creat)
{
	struct item *item;

	c->opening = c->items;
	c->child = ITEMS_MAX;
	c->creat = creat;
	item = item_add(c, ITEM_UNKNOWN);
	if (item)
		item_set_name(item, name, user);
}

/* The directory in which a file may be created: noted by the kernel before the creation is allowed. */
static __always_inline void open_parent(struct pending *c, struct dentry *dir)
{
	struct item *item = item_at(c, c->opening);

	if (!item)
		return;
	item_set_inode(item, BPF_CORE_READ(dir, d_inode));
	item->kind = ITEM_PARENT;
}

/* The lookup arrived at `dentry`, whatever may still fail. With O_CREAT there are two items: the parent and the file. */
static __always_inline void open_found(struct pending *c, struct dentry *dentry, __u16 kind)
{
	struct item *item = item_at(c, c->opening), *child;

	if (!item)
		return;
	if (!c->creat) {
		item_set_inode(item, BPF_CORE_READ(dentry, d_inode));
		item->kind = ITEM_NORMAL;
		return;
	}
	open_parent(c, BPF_CORE_READ(dentry, d_parent));
	child = item_at(c, c->child);
	if (!child) {
		c->child = c->items;
		child = item_add_same_name(c, item, kind);
	}
	if (child) {
		child->kind = kind;
		item_set_inode(child, BPF_CORE_READ(dentry, d_inode));
	}
}

/* The open is over: with a file, or (NULL) with what open_found and open_parent saw. */
static __always_inline void open_end(struct pending *c, struct file *file)
{
	struct item *item = item_at(c, c->opening);

	if (file)
		open_found(c, BPF_CORE_READ(file, f_path.dentry),
			   BPF_CORE_READ(file, f_mode) & FMODE_CREATED ? ITEM_CREATE : ITEM_NORMAL);
	if (item && !c->creat && item->kind == ITEM_NORMAL && item_known(c, item))
		c->items--;
	c->opening = ITEMS_MAX;
}

#endif
