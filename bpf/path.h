/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths as d_path() writes them, and what a PATH record says of an inode. */
#ifndef RAUDIT_PATH_H
#define RAUDIT_PATH_H

#include "emit.h"

enum {
	PATH_DEPTH = 64, /* components and mounts crossed; deeper paths are marked cut */
	PATH_BYTES = 4096,
	NSEC_MASK = 0x3fffffff, /* since 6.13 the top bit says that somebody has read the time (I_CTIME_QUERIED) */
};

static __always_inline bool dentry_unlinked(struct dentry *dentry)
{
	return !BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry;
}

/* Appends one component with its NUL. */
static __always_inline bool path_append(struct scratch *s, struct dentry *dentry)
{
	__u8 *end = scratch_end(s);
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	__u32 len = BPF_CORE_READ(dentry, d_name.len);

	if (!end)
		return false;
	len &= 255; /* NAME_MAX; the mask is for the verifier */
	if (bpf_probe_read_kernel(end, len, name))
		return false;
	end[len] = 0;
	s->used += len + 1;
	return true;
}

/*
 * A section with the components of `path` up to the task's root, leaf first. An object outside any tree (a memfd) is its own
 * parent without being the root of its mount; the kernel calls it deleted.
 */
static __always_inline void path_emit(struct scratch *s, enum section_kind kind, struct path path, struct path root)
{
	struct dentry *dentry = path.dentry;
	struct vfsmount *mnt = path.mnt;
	__u32 at = section_begin(s, kind);
	__u16 flags = dentry_unlinked(dentry) ? SECTION_F_DELETED : 0;
	int depth;

	for (depth = 0; depth < PATH_DEPTH; depth++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (dentry == root.dentry && mnt == root.mnt)
			break;
		if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
			struct mount *m = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
			struct mount *up = BPF_CORE_READ(m, mnt_parent);

			if (up == m || !up)
				break;
			dentry = BPF_CORE_READ(m, mnt_mountpoint);
			mnt = (void *)up + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		if (!path_append(s, dentry) || s->used - at > PATH_BYTES) {
			flags |= SECTION_F_CUT;
			break;
		}
		if (parent == dentry) {
			flags |= SECTION_F_DELETED;
			break;
		}
		dentry = parent;
	}
	if (depth == PATH_DEPTH)
		flags |= SECTION_F_CUT;
	section_end(s, at, flags);
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
