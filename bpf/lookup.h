/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lookups and changes of names, as the kernel's audit_names take them in (__audit_inode and __audit_inode_child,
 * kernel/auditsc.c): which item a lookup belongs to, and which new one it makes.
 */
#ifndef RAUDIT_LOOKUP_H
#define RAUDIT_LOOKUP_H

#include "names.h"

enum {
	LEAF_ROUND = 64, /* bytes looked at in one go */
};

/*
 * Looks for the last component of a name, from its end: past trailing slashes, then to the slash before the component. `from` is how
 * many bytes were looked at; the state is the call's `leaf`. Says whether it is found. Global: verified once.
 */
__noinline int leaf_steps(__u32 from)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	const struct names *n;

	if (!c)
		return 1;
	if (c->leaf.more)
		n = bpf_task_storage_get(&names_more, task, 0, 0);
	else
		n = bpf_task_storage_get(&names, task, 0, 0);
	if (!n)
		return 1;
	for (__u32 i = 0; i < LEAF_ROUND; i++) {
		__u32 at = c->leaf.len - 1 - from - i;
		__u32 where = c->leaf.at + at;

		if (at >= c->leaf.len || where >= sizeof(n->text))
			return 1;
		if (!c->leaf.inside) {
			if (n->text[where] == '/' && at > 0)
				continue;
			c->leaf.inside = 1;
			c->leaf.end = at + 1;
		}
		if (n->text[where] == '/') {
			c->leaf.start = at + 1;
			return 1;
		}
	}
	return 0;
}

/* Bytes of a name in `names`, from `at` on, compared with those of the entry at NAMES_LEAF in `leaf`. */
struct same {
	const struct names *names, *leaf;
	__u32 at;
	bool differ;
};

static long same_step(__u32 i, struct same *s)
{
	__u32 at = s->at + i, entry = NAMES_LEAF + i;

	if (at >= sizeof(s->names->text) || entry >= sizeof(s->leaf->text) || s->names->text[at] != s->leaf->text[entry]) {
		s->differ = true;
		return 1;
	}
	return 0;
}

static __always_inline bool text_same(const struct names *n, __u32 at, const struct names *leaf, __u32 len)
{
	struct same s = { .names = n, .leaf = leaf, .at = at };

	bpf_loop(len, same_step, &s, 0);
	return !s.differ;
}

static __always_inline bool item_is_inode(const struct item *item, struct inode *inode)
{
	return item->ino == BPF_CORE_READ(inode, i_ino) && item->dev == BPF_CORE_READ(inode, i_sb, s_dev);
}

/*
 * A lookup arrived at `dentry`: of the last component, or (parent) of the directory it is in. Global: verified once.
 * `at` is the item of the name; ITEMS_MAX for a file that was given as a descriptor.
 */
__noinline int lookup_found(__u32 at, __u64 dentry_at, __u32 parent, __u32 noeval)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct dentry *dentry = (struct dentry *)dentry_at;
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct item *item = 0, *named, *other;
	struct filename *filename;
	bool late;

	if (!c || !inode || left_out(c, inode))
		return 0;
	if (at == ITEM_FOREIGN && foreign_found(c->late_name, (unsigned long)inode, parent, noeval))
		return 0;
	filename = (struct filename *)c->late_name;
	late = at == ITEM_FOREIGN || at == ITEM_LATE;
	named = item_at(c, at);
	if (named && item_takes(named, parent))
		item = named;
	for (int i = ITEMS_MAX - 1; i >= 0 && (named || late) && !item; i--) {
		other = &c->item[i];
		if ((__u32)i < c->items && item_takes(other, parent) && other->flags & ITEM_F_INODE && item_is_inode(other, inode))
			item = other;
	}
	if (!item) {
		item = named ? item_add_same_name(c, named, ITEM_UNKNOWN) : item_add(c, ITEM_UNKNOWN);
		if (!item)
			return 0;
		if (late)
			item_set_name(c, item, BPF_CORE_READ(filename, name), false);
		else if (!named)
			item->flags |= ITEM_F_UNNAMED;
	}
	item->kind = parent ? ITEM_PARENT : ITEM_NORMAL;
	item->flags &= ~ITEM_F_NOEVAL;
	if (noeval)
		item->flags |= ITEM_F_NOEVAL;
	item_set_inode(item, inode);
	trees_meet(dentry_at);
	return 0;
}

#define LEAF_OWN (__u32)-1
#define LEAF_LOOKED_UP (__u32)-2

/*
 * Whether the last component of the name of item `at` is the text at NAMES_LEAF, `len` bytes (audit_compare_dname_path): 0, or where it
 * begins, plus 1. `start` says where it is to begin; LEAF_OWN: behind the name's own directory part; LEAF_LOOKED_UP: there, and slashes
 * behind it do not count, whatever audit makes of them. Global: verified once.
 */
__noinline int leaf_matches(__u32 at, __u32 start, __u32 len)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct names *n = bpf_task_storage_get(&names, task, 0, 0);
	const struct names *own;
	struct item *item;
	__u32 end;

	if (!c || !n)
		return 0;
	item = item_at(c, at);
	if (!item || item->flags & ITEM_F_UNNAMED)
		return 0;
	own = names_of(item);
	if (!own)
		return 0;
	c->leaf.at = item->name_at & (NAMES_MORE - 1);
	c->leaf.more = item->name_at & NAMES_MORE;
	c->leaf.len = item->name_len;
	c->leaf.start = c->leaf.end = c->leaf.inside = 0;
	for (__u32 from = 0; from < NAME_MAX_LEN; from += LEAF_ROUND)
		if (leaf_steps(from))
			break;
	end = trailing_slashes || start == LEAF_LOOKED_UP ? c->leaf.end : c->leaf.len;
	if (start >= LEAF_LOOKED_UP)
		start = c->leaf.start;
	return end > start && end - start == len && text_same(own, c->leaf.at + start, n, len) ? start + 1 : 0;
}

/* Whether all of the name is that text. Global for the same reason. */
__noinline int name_matches(__u32 at, __u32 len)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct names *n = bpf_task_storage_get(&names, task, 0, 0), *own;
	struct item *item;

	if (!c || !n)
		return 0;
	item = item_at(c, at);
	if (!item || item->flags & ITEM_F_UNNAMED || item->name_len != len)
		return 0;
	own = names_of(item);
	return own && text_same(own, item->name_at & (NAMES_MORE - 1), n, len);
}

/* The entry `name` is looked up in `dir`: the item of that name, if it is yet unknown, is its PARENT. Global: verified once. */
__noinline int lookup_parent(__u64 dir_at, __u64 name_at, __u32 len)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct names *n = bpf_task_storage_get(&names, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct item *item;

	len &= 255;
	if (!c || !n || left_out(c, (struct inode *)dir_at) ||
	    bpf_probe_read_kernel(n->text + NAMES_LEAF, len, (void *)name_at))
		return 0;
	/* kept in memory, which the verifier does not follow: a variable doubles its work with every turn */
	c->leaf.unknown = 0;
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		item = &c->item[i];
		if (i >= c->items)
			break;
		if (!leaf_matches(i, LEAF_LOOKED_UP, len))
			continue;
		/* a link may lead to a name like its own, which is not looked up */
		if (item->kind == ITEM_PARENT && item_is_inode(item, (struct inode *)dir_at))
			return 0;
		if (!c->leaf.unknown && item->kind == ITEM_UNKNOWN && !(item->flags & ITEM_F_INODE))
			c->leaf.unknown = i + 1;
	}
	item = item_at(c, c->leaf.unknown - 1);
	if (item) {
		item->kind = ITEM_PARENT;
		item_set_inode(item, (struct inode *)dir_at);
	}
	return 0;
}

/* The item that is the parent of the entry whose name was put aside: its index plus 1 from bit 16 on, and the length of its directory part. Global. */
__noinline int entry_parent(__u64 dir_at, __u32 len)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct item *item;
	int found;

	if (!c)
		return 0;
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		item = &c->item[i];
		if (i >= c->items)
			break;
		if ((item->kind != ITEM_PARENT && item->kind != ITEM_UNKNOWN) || !(item->flags & ITEM_F_INODE) ||
		    !item_is_inode(item, (struct inode *)dir_at))
			continue;
		found = leaf_matches(i, LEAF_OWN, len);
		if (found)
			return (i + 1) << 16 | (found - 1);
	}
	return 0;
}

/*
 * The item that is the entry itself: its index plus 1. The parent's length of the directory part counts, whatever this name's own
 * is; or the name is the entry's. Global.
 */
__noinline int entry_child(__u32 start, __u32 len, __u32 kind)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct item *item;

	if (!c)
		return 0;
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		item = &c->item[i];
		if (i >= c->items)
			break;
		if ((item->kind == kind || item->kind == ITEM_UNKNOWN) && (leaf_matches(i, start, len) || name_matches(i, len)))
			return i + 1;
	}
	return 0;
}

/* An entry of a directory, by its name, is deleted or created (kind); it may have no inode yet. Global: verified once. */
__noinline int lookup_entry(__u64 dir_at, __u64 name_at, __u32 len, __u64 inode_at, __u32 kind)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct names *n = bpf_task_storage_get(&names, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct inode *dir = (struct inode *)dir_at;
	struct item *parent, *child, *item;
	__u32 found;

	len &= 255;
	if (!c || !n || left_out(c, dir))
		return 0;
	if (bpf_probe_read_kernel(n->text + NAMES_LEAF, len, (void *)name_at))
		return 0;
	found = entry_parent(dir_at, len);
	parent = found ? item_at(c, (found >> 16) - 1) : 0;
	if (parent)
		parent->kind = ITEM_PARENT;
	found = entry_child(found ? found & 0xffff : LEAF_OWN, len, kind);
	child = found ? item_at(c, found - 1) : 0;
	if (child)
		child->kind = kind;
	if (!parent) {
		item = item_add(c, ITEM_PARENT);
		if (item) {
			item->flags |= ITEM_F_UNNAMED;
			item_set_inode(item, dir);
		}
	}
	if (!child) {
		child = parent ? item_add_same_name(c, parent, kind) : item_add(c, kind);
		if (!child)
			return 0;
		if (!parent)
			child->flags |= ITEM_F_UNNAMED;
	}
	if (inode_at)
		item_set_inode(child, (struct inode *)inode_at);
	else
		child->flags &= ~ITEM_F_INODE;
	trees_meet_one(inode_at);
	return 0;
}

/* The same, of an entry that the kernel has looked up. */
static __always_inline void lookup_child(struct dentry *dentry, __u32 kind)
{
	lookup_entry((unsigned long)BPF_CORE_READ(dentry, d_parent, d_inode), (unsigned long)BPF_CORE_READ(dentry, d_name.name),
		     BPF_CORE_READ(dentry, d_name.len), (unsigned long)BPF_CORE_READ(dentry, d_inode), kind);
}

#endif
