/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths as d_path() writes them, and what a PATH record says of an inode. */
#ifndef RAUDIT_PATH_H
#define RAUDIT_PATH_H

#include "emit.h"
#include "label.h"

enum {
	PATH_DEPTH = 2200, /* components and mounts crossed; deeper paths are marked cut, and are longer than the kernel writes anyway */
	PATH_ROUND = 20,   /* of them in one go */
	PATH_BYTES = 4352, /* the kernel writes 4106, see render/path.rs */
	NSEC_MASK = 0x3fffffff, /* since 6.13 the top bit says that somebody has read the time (I_CTIME_QUERIED) */
};

static __always_inline bool dentry_unlinked(struct dentry *dentry)
{
	return !BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry;
}

/* In one read where they lie side by side, as they do in all kernels so far. */
static __always_inline void component_read(struct component *to, struct dentry *dentry)
{
	if (bpf_core_field_offset(dentry->d_name) == bpf_core_field_offset(dentry->d_parent) + sizeof(dentry->d_parent)) {
		bpf_probe_read_kernel(to, sizeof(*to), (void *)dentry + bpf_core_field_offset(dentry->d_parent));
	} else {
		to->parent = BPF_CORE_READ(dentry, d_parent);
		to->name.name = BPF_CORE_READ(dentry, d_name.name);
		to->name.len = BPF_CORE_READ(dentry, d_name.len);
	}
}

/* Appends one component with its NUL. */
static __always_inline bool path_append(struct scratch *s, const struct component *component)
{
	__u8 *end = scratch_end(s);
	__u32 len = component->name.len;

	if (!end)
		return false;
	len &= 255; /* NAME_MAX; the mask is for the verifier */
	if (bpf_probe_read_kernel(end, len, component->name.name))
		return false;
	end[len] = 0;
	s->used += len + 1;
	return true;
}

enum path_end {
	PATH_ON,
	PATH_DONE,
};

/* One component, or mount, further. */
static __always_inline enum path_end path_step(struct scratch *s, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct vfsmount *mnt = walk->mnt;
	struct component *component = &walk->component;

	if (dentry == walk->root.dentry && mnt == walk->root.mnt)
		return PATH_DONE;
	if (dentry == walk->mnt_root) {
		struct mount *m = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
		struct mount *up = BPF_CORE_READ(m, mnt_parent);

		if (up == m || !up)
			return PATH_DONE;
		walk->dentry = BPF_CORE_READ(m, mnt_mountpoint);
		mnt = (void *)up + bpf_core_field_offset(struct mount, mnt);
		walk->mnt = mnt;
		walk->mnt_root = BPF_CORE_READ(mnt, mnt_root);
		return PATH_ON;
	}
	component_read(component, dentry);
	if (s->used - walk->start > PATH_BYTES || !path_append(s, component)) {
		walk->flags |= SECTION_F_CUT;
		return PATH_DONE;
	}
	if (component->parent == dentry) {
		walk->flags |= SECTION_F_DELETED;
		return PATH_DONE;
	}
	walk->dentry = component->parent;
	return PATH_ON;
}

/* PATH_ROUND steps of the call's walk (`walked`). Says whether it is over. Global: verified once. */
__noinline int path_steps(void)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	struct scratch *s;
	__u32 buffer;

	if (!c)
		return PATH_DONE;
	buffer = c->walked.buffer;
	s = bpf_map_lookup_elem(&scratch, &buffer);
	if (!s)
		return PATH_DONE;
	for (int i = 0; i < PATH_ROUND; i++)
		if (path_step(s, &c->walked) == PATH_DONE)
			return PATH_DONE;
	return PATH_ON;
}

/* A path that lies in an object of the task's own. */
#define path_of(to, from, field)                 \
	({                                       \
		(to)->mnt = OWN(from, field.mnt);       \
		(to)->dentry = OWN(from, field.dentry); \
	})

/*
 * A section with the components of a path of the current task up to its root, leaf first: its executable, or its working
 * directory. An object outside any tree (a memfd) is its own parent without being the root of its mount; the kernel calls it
 * deleted. Global, so that the verifier checks it once and by itself.
 */
POINTER_TAKING int path_emit(struct scratch *s, __u32 kind)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fs_struct *fs = OWN(task, fs);
	struct file *exe = OWN2(task, mm, exe_file);
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct path path = {};
	struct vfsmount *mnt;
	__u32 at;

	if (!s || !c || !fs || (kind == SECTION_EXE && !exe))
		return 0;
	if (kind == SECTION_EXE)
		path_of(&path, exe, f_path);
	else if (c->want & WANT_PWD)
		path = c->pwd;
	else
		path_of(&path, fs, pwd);
	path_of(&c->walked.root, fs, root);
	at = section_begin(s, kind);
	c->walked.buffer = s->at;
	c->walked.start = at;
	c->walked.dentry = path.dentry;
	c->walked.mnt = path.mnt;
	mnt = path.mnt;
	c->walked.mnt_root = BPF_CORE_READ(mnt, mnt_root);
	c->walked.flags = dentry_unlinked(path.dentry) ? SECTION_F_DELETED : 0;
	if (!ROUNDS(PATH_DEPTH / PATH_ROUND, path_steps()))
		c->walked.flags |= SECTION_F_CUT;
	section_end(s, at, c->walked.flags);
	return 0;
}

static __always_inline void item_set_inode(struct item *item, struct inode *inode)
{
	if (!inode)
		return;
	item->ino = BPF_CORE_READ(inode, i_ino);
	item->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	item->mode = BPF_CORE_READ(inode, i_mode);
	item->uid = BPF_CORE_READ(inode, i_uid.val);
	item->gid = BPF_CORE_READ(inode, i_gid.val);
	item->rdev = BPF_CORE_READ(inode, i_rdev);
	item->sid = inode_sid(inode);
	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		item->ctime_sec = BPF_CORE_READ(inode, i_ctime_sec);
		item->ctime_nsec = BPF_CORE_READ(inode, i_ctime_nsec) & NSEC_MASK;
	} else if (bpf_core_field_exists(((struct inode___6_6 *)0)->__i_ctime)) {
		struct inode___6_6 *old = (void *)inode;

		item->ctime_sec = BPF_CORE_READ(old, __i_ctime.tv_sec);
		item->ctime_nsec = BPF_CORE_READ(old, __i_ctime.tv_nsec) & NSEC_MASK;
	} else {
		struct inode___5_10 *old = (void *)inode;

		item->ctime_sec = BPF_CORE_READ(old, i_ctime.tv_sec);
		item->ctime_nsec = BPF_CORE_READ(old, i_ctime.tv_nsec);
	}
	item->flags |= ITEM_F_INODE;
}

#endif
