/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of names that are looked up, and of entries of directories that are made, moved or deleted. */
#ifndef RAUDIT_ENTRY_H
#define RAUDIT_ENTRY_H

#include "hook.h"
#include "lookup.h"

/*
 * The names of a call that makes, moves or deletes an entry, when both have been copied: up to 6.19 the last first. Compilers put parts of
 * getname into its callers, where no program sees them; what is known already stays as it is.
 */
static __always_inline void name_known(struct pending *c, struct filename *name)
{
	if (name && !is_error(name) && !noted_elsewhere(c))
		item_add_unless_known(c, name);
}

static __always_inline int names_copied(struct filename *one, struct filename *other)
{
	struct pending *c = pending_with_names();

	if (!c)
		return 0;
	name_known(c, names_in_order ? one : other);
	name_known(c, names_in_order ? other : one);
	return 0;
}

SEC("fexit/filename_lookup")
int HOOK(lookup_exit, int dfd, struct filename *name, unsigned int flags, struct path *path, struct path *root, int ret)
{
	struct pending *c = pending_with_names();

	if (c && !ret)
		lookup_found(item_named(c, name), (unsigned long)BPF_CORE_READ(path, dentry), false, c->want & WANT_NOEVAL);
	return 0;
}

/*
 * A name is looked up once. Where it is looked up again it is another name, made by the kernel (or copied, since 7.0) where the
 * first one was: no name outlives its use, unless the kernel's audit keeps it.
 */
SEC("fentry/filename_lookup")
int HOOK(lookup_enter, int dfd, struct filename *name)
{
	struct pending *c = pending_with_names();
	__u32 at;

	if (!c || !name || is_error(name) || noted_elsewhere(c))
		return 0;
	at = item_of_filename(c, (unsigned long)name);
	if (at < ITEMS_MAX && c->looked & 1 << at && !c->address[at & (ITEMS_SLOTS - 1)])
		item_add_named(c, name);
	else
		item_add_unless_known(c, name);
	at = item_of_filename(c, (unsigned long)name);
	if (at < ITEMS_MAX)
		c->looked |= 1 << at;
	return 0;
}

/* A call that makes, moves or deletes entries begins, with the names of these arguments. */
#define NAMES(function, program, one, other, arguments...) \
	SEC("fentry/" #function)                           \
	int HOOK(program, arguments)                   \
	{                                                  \
		return names_copied(one, other);           \
	}

NAMES(filename_create, create_name_enter, name, 0, int dfd, struct filename *name)
NAMES(do_mkdirat, mkdirat_enter, name, 0, int dfd, struct filename *name)
NAMES(do_mknodat, mknodat_enter, name, 0, int dfd, struct filename *name)
NAMES(do_rmdir, rmdir_enter, name, 0, int dfd, struct filename *name)
NAMES(do_unlinkat, unlinkat_enter, name, 0, int dfd, struct filename *name)
NAMES(do_symlinkat, symlinkat_enter, from, to, struct filename *from, int dfd, struct filename *to)
NAMES(do_linkat, linkat_enter, from, to, int olddfd, struct filename *from, int newdfd, struct filename *to)
NAMES(do_renameat2, renameat_enter, from, to, int olddfd, struct filename *from, int newdfd, struct filename *to)

/*
 * The directory of a name that is to be made, moved or deleted. One of the two: up to 6.12 there is path_parentat, and before 6.7
 * no program can be attached to a function of seven arguments. Compilers put either into some of its callers.
 */
SEC("fexit/path_parentat")
int HOOK(parent_walked, struct nameidata *nd, unsigned int flags, struct path *parent, int ret)
{
	struct pending *c = pending_with_names();

	if (c && !ret)
		lookup_found(item_named(c, BPF_CORE_READ(nd, name)), (unsigned long)BPF_CORE_READ(parent, dentry), true, false);
	return 0;
}

SEC("fexit/__filename_parentat")
int HOOK(parent_exit, int dfd, struct filename *name, unsigned int flags, struct path *parent, struct qstr *last, int *type,
	     const struct path *root, int ret)
{
	struct pending *c = pending_with_names();

	if (c && !ret)
		lookup_found(item_named(c, name), (unsigned long)BPF_CORE_READ(parent, dentry), true, false);
	return 0;
}

/* An entry is looked up in the directory of a name: where the above was not seen, this tells the directory. */
SEC("fentry/lookup_one_qstr_excl")
int HOOK(entry_lookup, const struct qstr *last, struct dentry *base)
{
	struct pending *c = pending_with_names();

	/* since 7.0 queues are looked up by it as well: what is noted of their directory is another thing (bpf/ipc.h) */
	if (c && !(c->want & WANT_QUEUE))
		lookup_parent((unsigned long)BPF_CORE_READ(base, d_inode), (unsigned long)BPF_CORE_READ(last, name),
			      BPF_CORE_READ(last, len));
	return 0;
}

/* Before a deletion; of a rename, what it moves and what it replaces. */
SEC("fexit/may_delete")
int HOOK(delete_exit)
{
	struct pending *c = pending_with_names();
	struct dentry *victim, *to;
	__u64 argument = 0, ret = 0;

	if (!c || bpf_get_func_arg(ctx, victim_argument, &argument) || RESULT(ctx, victim_argument + 2, &ret))
		return 0;
	victim = (struct dentry *)argument;
	if (!BPF_CORE_READ(victim, d_inode) || (int)ret == -EOVERFLOW)
		return 0;
	lookup_child(victim, ITEM_DELETE);
	to = (struct dentry *)c->rename_to;
	/* next the kernel asks whether the new name may be made */
	if (!(int)ret && to && c->rename_from == (unsigned long)victim && !BPF_CORE_READ(to, d_inode))
		lookup_child(to, ITEM_CREATE);
	return 0;
}

SEC("fentry/vfs_rename")
int HOOK(rename_enter, struct renamedata *rd)
{
	struct pending *c = pending_with_names();

	if (!c)
		return 0;
	c->rename_from = (unsigned long)BPF_CORE_READ(rd, old_dentry);
	c->rename_to = (unsigned long)BPF_CORE_READ(rd, new_dentry);
	return 0;
}

SEC("fexit/vfs_rename")
int HOOK(rename_exit, struct renamedata *rd, int ret)
{
	struct pending *c = pending_with_names();
	struct dentry *from = BPF_CORE_READ(rd, old_dentry), *to = BPF_CORE_READ(rd, new_dentry);

	if (!c)
		return 0;
	c->rename_from = c->rename_to = 0;
	/* two names of one file: nothing is done */
	if (ret || BPF_CORE_READ(from, d_inode) == BPF_CORE_READ(to, d_inode))
		return 0;
	lookup_child(from, ITEM_CREATE);
	if (BPF_CORE_READ(rd, flags) & RENAME_EXCHANGE)
		lookup_child(to, ITEM_CREATE);
	return 0;
}

/*
 * An entry is made: before it is asked whether it may, and when it is there. Which argument the entry is differs from kernel to
 * kernel; user space looks.
 */
#define CREATES(at, function, before, after)                                    \
	SEC("fentry/" #function)                                                \
	int HOOK(before)                                                        \
	{                                                                       \
		return entry_begins(ctx, entry_argument[at]);                   \
	}                                                                       \
	SEC("fexit/" #function)                                                 \
	int HOOK(after)                                                         \
	{                                                                       \
		return entry_made(ctx, entry_argument[at], at);                 \
	}

enum creates {
	CREATES_FILE, CREATES_DIRECTORY, CREATES_NODE, CREATES_SYMLINK, CREATES_LINK,
};

static __always_inline int entry_begins(__u64 *ctx, __u32 argument)
{
	struct pending *c = pending_with_names();
	__u64 dentry = 0;

	if (c && !bpf_get_func_arg(ctx, argument, &dentry))
		lookup_child((struct dentry *)dentry, ITEM_CREATE);
	return 0;
}

static __always_inline int entry_made(__u64 *ctx, __u32 argument, __u32 what)
{
	struct pending *c = pending_with_names();
	__u64 dentry = 0, ret = 0;

	if (!c || bpf_get_func_arg(ctx, argument, &dentry) || RESULT(ctx, argument + (what == CREATES_FILE || what == CREATES_NODE ? 3 : 2), &ret))
		return 0;
	if (what == CREATES_DIRECTORY && mkdir_returns_entry) {
		if (is_error((void *)ret))
			return 0;
		if (ret)
			dentry = ret;
	} else if ((int)ret) {
		return 0;
	}
	lookup_child((struct dentry *)dentry, ITEM_CREATE);
	return 0;
}

CREATES(CREATES_FILE, vfs_create, create_enter, create_exit)
CREATES(CREATES_DIRECTORY, vfs_mkdir, mkdir_enter, mkdir_exit)
CREATES(CREATES_NODE, vfs_mknod, node_enter, node_exit)
CREATES(CREATES_SYMLINK, vfs_symlink, symlink_enter, symlink_exit)
CREATES(CREATES_LINK, vfs_link, link_enter, link_exit)

#endif
