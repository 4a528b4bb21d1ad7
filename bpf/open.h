/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens by name, as the kernel's audit takes them in: where a name's last component is looked up, which may be several times
 * when it is a link, and what is found or made there (path_openat, fs/namei.c).
 *
 * The parent directory of a file that may be made is seen where the entry is looked up in it, the file where it is asked whether
 * it may be opened. Of an open that is refused in between, only the walk's last position and the error are left, which say how
 * far it came.
 */
#ifndef RAUDIT_OPEN_H
#define RAUDIT_OPEN_H

#include "lookup.h"

enum open_error {
	ENOENT = 2,
	EIO = 5,
	ENOMEM = 12,
	EEXIST = 17,
	EISDIR = 21,
	ENAMETOOLONG = 36,
	EINTR = 4,
	ECHILD = 10,
	ELOOP = 40,
	ESTALE = 116,
	ENOKEY = 126,
};

/* How far a walk came. */
enum walk_end {
	WALK_ARRIVED, /* the file was found, and the open refused afterwards */
	WALK_LOOKED,  /* the last component was looked up in vain, or perhaps not even the first */
};

#define LAST_ROOT 1 /* enum last_type, fs/namei.c */

/* An open begins, of the name of item `at`. */
static __always_inline void open_begin(struct pending *c, __u32 at, __u64 name, __u32 flags)
{
	c->opening = at;
	c->open_name = name;
	c->open_flags = flags;
	c->opened = 0;
	c->walk = c->making = c->made = 0;
}

/*
 * The item of an open by handle, where the kernel's making of its name was not seen: compilers put that into its caller. Global:
 * verified once.
 */
__noinline int open_named(__u64 filename)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);

	if (c && c->opening == c->items)
		item_add_named(c, (struct filename *)filename);
	return 0;
}

/* Whether a walk is that of the open under way. */
static __always_inline bool open_is_of(struct pending *c, struct nameidata *nd)
{
	__u64 name;

	if (c->opening < ITEMS_MAX && c->opening == c->items)
		open_named((unsigned long)BPF_CORE_READ(nd, name));
	name = c->open_name ? c->open_name : c->filename[c->opening & (ITEMS_SLOTS - 1)];
	return c->opening < NOT_OPENING && (unsigned long)BPF_CORE_READ(nd, name) == name;
}

/* The open's name was looked up. */
static __always_inline void open_found(struct pending *c, __u64 dentry, bool parent)
{
	c->late_name = c->open_name;
	lookup_found(c->opening, dentry, parent, false);
}

/* The walk of the open under way, or NULL. Others may go on inside it. */
static __always_inline struct nameidata *open_walk(struct pending *c)
{
	struct nameidata *nd = BPF_CORE_READ(bpf_get_current_task_btf(), nameidata);

	return nd && open_is_of(c, nd) ? nd : 0;
}

/* The last component of the name was looked up in `dir`: perhaps of a link on the way, perhaps not yet there. */
static __always_inline void open_step(struct pending *c, const struct qstr *name, __u64 dir, struct dentry *found)
{
	struct nameidata *nd = open_walk(c);

	if (!nd || !(c->open_flags & O_CREAT) || (unsigned long)name != (unsigned long)nd + bpf_core_field_offset(nd->last))
		return;
	if (notes_every_parent || !found || !BPF_CORE_READ(found, d_inode))
		open_found(c, dir, true);
}

static __always_inline __u32 walk_type(struct nameidata *nd)
{
	struct nameidata___7_0 *newer = (void *)nd;

	return bpf_core_field_exists(nd->last_type) ? (__u32)BPF_CORE_READ(nd, last_type) : (__u32)BPF_CORE_READ(newer, last_type);
}

/* Whether the name is nothing but slashes: such a walk ends where it begins, and has no last component. */
static __always_inline bool names_root(struct nameidata *nd)
{
	char text[8];
	long len = bpf_probe_read_kernel_str(text, sizeof(text), BPF_CORE_READ(nd, name, name));

	if (len < 2)
		return false;
	for (int i = 0; i < (int)sizeof(text); i++) {
		if (i < len - 1 && text[i] != '/')
			return false;
	}
	/* one that fills the buffer may go on otherwise */
	return len < (long)sizeof(text);
}

/*
 * The walk ended: well, or with an error. What its position is, link_path_walk tells (fs/namei.c): it says that it is on the way
 * to the parent of the last component, and takes that back when it is there. An error of the last component's lookup comes
 * back to it, and leaves the type with which it begins.
 */
static __always_inline void open_walked(struct pending *c, struct nameidata *nd)
{
	__u32 flags;

	if (!open_is_of(c, nd))
		return;
	c->walk = 0;
	flags = BPF_CORE_READ(nd, flags);
	if (flags & walk_rcu || (flags & walk_parent && walk_type(nd) != LAST_ROOT))
		return;
	c->walk = (unsigned long)BPF_CORE_READ(nd, path.dentry);
	c->walk_end = flags & walk_parent && !names_root(nd) ? WALK_LOOKED : WALK_ARRIVED;
}

/* Whether an error comes from making a file, or from the refusal to; not from looking for it. */
static __always_inline bool open_made(long error)
{
	return error != -ENOENT && error != -EIO && error != -ENOMEM && error != -EINTR && error != -ECHILD && error != -EISDIR &&
	       error != -ENAMETOOLONG && error != -ELOOP && error != -ESTALE && error != -ENOKEY && error != -EEXIST;
}

/* An entry without an inode, before it is made. */
static __always_inline void open_making(struct dentry *dentry)
{
	lookup_entry((unsigned long)BPF_CORE_READ(dentry, d_parent, d_inode), (unsigned long)BPF_CORE_READ(dentry, d_name.name),
		     BPF_CORE_READ(dentry, d_name.len), 0, ITEM_CREATE);
}

/* A file was found and opened, or made: then it was noted before as well, unless the file system does all in one. */
static __always_inline void open_file(struct pending *c, struct dentry *dentry, bool made)
{
	if (!made) {
		open_found(c, (unsigned long)dentry, false);
		return;
	}
	if (!BPF_CORE_READ(dentry, d_parent, d_inode, i_op, atomic_open))
		open_making(dentry);
	lookup_child(dentry, ITEM_CREATE);
}

/* The open failed. */
static __always_inline void open_failed(struct pending *c, long error)
{
	struct dentry *making = (struct dentry *)c->making;

	if (c->opened || !c->walk || c->open_flags & (O_PATH | __O_TMPFILE))
		return;
	if (c->walk_end == WALK_ARRIVED) {
		/* O_DIRECTORY, before it was refused with O_CREAT: the file is made, and then is none */
		open_file(c, (struct dentry *)c->walk, c->made && c->making == c->walk);
		return;
	}
	if (!(c->open_flags & O_CREAT))
		return;
	/* refused before the lookup: a name that ends in slashes, a directory that is deleted */
	if (notes_every_parent && (error == -EISDIR || error == -ENOENT))
		open_found(c, c->walk, true);
	if (making && !notes_refused && open_made(error) && !BPF_CORE_READ(making, d_parent, d_inode, i_op, atomic_open))
		open_making(making);
}

/*
 * The same from a name alone, of which no hook has seen the open (tracepoint tier): `file` is what came of it, or 0. Global:
 * verified once.
 */
__noinline int open_seen(__u64 name, __u32 user, __u64 file_at, __u32 creat)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct file *file = (struct file *)file_at;
	struct dentry *dentry;
	struct item *item;
	bool made;
	__u32 at;

	if (!c)
		return 0;
	at = c->items;
	item = item_add(c, ITEM_UNKNOWN);
	if (!item)
		return 0;
	item_set_name(c, item, (void *)name, user);
	if (!item->name_len) {
		/* an empty or unreadable name never became a struct filename */
		c->items--;
		return 0;
	}
	if (!file)
		return 0;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	made = BPF_CORE_READ(file, f_mode) & FMODE_CREATED;
	if (made || (creat && notes_every_parent))
		lookup_found(at, (unsigned long)BPF_CORE_READ(dentry, d_parent), true, false);
	if (!made) {
		lookup_found(at, (unsigned long)dentry, false, false);
		return 0;
	}
	item = item_at(c, at);
	item = item ? item_add_same_name(c, item, ITEM_CREATE) : 0;
	if (item)
		item_set_inode(item, BPF_CORE_READ(dentry, d_inode));
	return 0;
}

#endif
