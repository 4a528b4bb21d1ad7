/* SPDX-License-Identifier: GPL-2.0-only */
/* System V objects (IPC, IPC_SET_PERM) and POSIX message queues (MQ_*, and their names). */
#ifndef RAUDIT_IPC_H
#define RAUDIT_IPC_H

#include "syscall.h"

#define EPERM 1
#define IPC_SET 1               /* include/uapi/linux/ipc.h */
#define MQUEUE_MAGIC 0x19800202 /* ipc/mqueue.c */
#define MQ_PRIO_MAX 32768       /* include/uapi/linux/mqueue.h */
#define O_NONBLOCK 04000

static __always_inline void ipc_noted(struct records *r, struct kern_ipc_perm *of)
{
	struct special *s;

	if (!r || !of || (unsigned long)of >= (unsigned long)-MAX_ERRNO)
		return;
	s = special_set(r, SPECIAL_IPC);
	s->value[0] = BPF_CORE_READ(of, uid.val);
	s->value[1] = BPF_CORE_READ(of, gid.val);
	s->value[2] = BPF_CORE_READ(of, mode);
}

/* Whoever uses an object is asked for permission. */
SEC("fentry/ipcperms")
int HOOK(ipc_asked, void *ns, struct kern_ipc_perm *object)
{
	ipc_noted(records_now(), object);
	return 0;
}

/* Controls that ask no permission of the object: SHM_LOCK, SHM_STAT_ANY and their like. Those of no object have NULL. */
#define CONTROLS(function, name)                                       \
	SEC("fentry/" #function)                                       \
	int HOOK(name, struct kern_ipc_perm *object)               \
	{                                                              \
		ipc_noted(records_now(), object);                      \
		return 0;                                              \
	}

CONTROLS(security_msg_queue_msgctl, message_control)
CONTROLS(security_sem_semctl, semaphore_control)
CONTROLS(security_shm_shmctl, memory_control)

/* lib/xarray: an entry is a node, of 64 slots for 6 bits of the index, when its low bits say so */
#define NODE_MASK 3
#define NODE 2
#define NODE_DEPTH 4
/* ipc/util.h: the part of an identifier that is an index; the other with ipcmni_extend */
#define INDEX_MASK 0x7fff
#define INDEX_MASK_EXTENDED 0xffffff

/* The object with this index and identifier, or NULL. */
static __always_inline struct kern_ipc_perm *ipc_object(struct ipc_ids *ids, int id, __u32 index)
{
	unsigned long entry = (unsigned long)BPF_CORE_READ(ids, ipcs_idr.idr_rt.xa_head);
	struct kern_ipc_perm *object;

	for (int i = 0; i < NODE_DEPTH && (entry & NODE_MASK) == NODE; i++) {
		struct xa_node *node = (struct xa_node *)(entry - NODE);
		__u32 slot = index >> (BPF_CORE_READ(node, shift) & 31) & 63;

		if (bpf_probe_read_kernel(&entry, sizeof(entry), &node->slots[slot]))
			return 0;
	}
	object = (struct kern_ipc_perm *)entry;
	return !(entry & NODE_MASK) && entry && BPF_CORE_READ(object, id) == id ? object : 0;
}

/* IPC_SET and IPC_RMID note the object before they ask whether the task may. */
SEC("fexit/ipcctl_obtain_check")
int HOOK(ipc_control, void *ns, struct ipc_ids *ids, int id, int cmd, struct ipc64_perm *perm, int bytes, struct kern_ipc_perm *object)
{
	struct records *r = records_now();
	struct special *s;

	if (!r)
		return 0;
	if ((long)object == -EPERM) {
		/* refused: it was found all the same, by a function that compilers put into this one */
		object = ipc_object(ids, id, id & INDEX_MASK);
		if (!object)
			object = ipc_object(ids, id, id & INDEX_MASK_EXTENDED);
	}
	if (!object || (unsigned long)object >= (unsigned long)-MAX_ERRNO)
		return 0;
	ipc_noted(r, object);
	if (cmd != IPC_SET)
		return 0;
	s = &r->special;
	s->flags = SPECIAL_F_SET_PERM;
	s->value[3] = (__s64)bytes;
	s->value[4] = BPF_CORE_READ(perm, uid);
	s->value[5] = BPF_CORE_READ(perm, gid);
	s->value[6] = (__u16)BPF_CORE_READ(perm, mode);
	return 0;
}

/* Up to `count` numbers of a struct mq_attr; zeros without one. */
static __always_inline void attributes_read(struct special *s, const struct mq_attr *from)
{
	if (!from || bpf_probe_read_kernel(&s->value[SPECIAL_ATTRIBUTES], 4 * sizeof(__u64), from))
		__builtin_memset(&s->value[SPECIAL_ATTRIBUTES], 0, 4 * sizeof(__u64));
}

SEC("fentry/do_mq_open")
int HOOK(queue_open, const char *name, int flags, __u16 mode, struct mq_attr *attr)
{
	struct records *r = records_now();
	struct special *s;

	if (!r)
		return 0;
	s = special_set(r, SPECIAL_MQ_OPEN);
	s->value[0] = (__u32)flags;
	s->value[1] = mode;
	attributes_read(s, attr);
	return 0;
}

/* The queue that a descriptor is open on, or NULL. */
static __always_inline struct file *queue_of_fd(__u32 fd)
{
	struct file *file = file_of_fd(bpf_get_current_task_btf(), fd);

	return file && BPF_CORE_READ(file, f_inode, i_sb, s_magic) == MQUEUE_MAGIC ? file : 0;
}

static __always_inline int queue_used(__u32 fd, __u64 len, __u32 priority, const struct timespec64 *until)
{
	struct records *r = records_now();
	struct timespec64 time = {};
	struct special *s;
	struct file *file;

	if (!r || priority >= MQ_PRIO_MAX)
		return 0;
	if (until)
		bpf_probe_read_kernel(&time, sizeof(time), until);
	s = special_set(r, SPECIAL_MQ_SENDRECV);
	s->value[0] = fd;
	s->value[1] = len;
	s->value[2] = priority;
	s->value[3] = time.tv_sec;
	s->value[4] = time.tv_nsec;
	file = queue_of_fd(fd);
	if (file)
		lookup_found(ITEMS_MAX, (unsigned long)BPF_CORE_READ(file, f_path.dentry), false, false);
	return 0;
}

SEC("fentry/do_mq_timedsend")
int HOOK(queue_send, int fd, const char *text, __u64 len, __u32 priority, struct timespec64 *until)
{
	return queue_used(fd, len, priority, until);
}

SEC("fentry/do_mq_timedreceive")
int HOOK(queue_receive, int fd, char *text, __u64 len, __u32 *priority, struct timespec64 *until)
{
	return queue_used(fd, len, 0, until);
}

SEC("fentry/do_mq_notify")
int HOOK(queue_notify, int fd, const struct sigevent *notification)
{
	struct records *r = records_now();
	struct special *s;

	if (!r)
		return 0;
	s = special_set(r, SPECIAL_MQ_NOTIFY);
	s->value[0] = (__u32)fd;
	s->value[1] = notification ? (__u32)BPF_CORE_READ(notification, sigev_signo) : 0;
	return 0;
}

SEC("fentry/do_mq_getsetattr")
int HOOK(queue_attributes, int fd, struct mq_attr *new)
{
	struct records *r = records_now();
	struct special *s;

	if (!r || !new || BPF_CORE_READ(new, mq_flags) & ~(__s64)O_NONBLOCK || !queue_of_fd(fd))
		return 0;
	s = special_set(r, SPECIAL_MQ_GETSETATTR);
	s->value[0] = (__u32)fd;
	attributes_read(s, new);
	return 0;
}

/* The directory of a queue's name is noted and not shown (audit_inode_parent_hidden). The name is the call's first item. */
static __always_inline void queue_parent(struct pending *c, struct dentry *dir)
{
	struct item *item;

	lookup_found(0, address_of(c, dir), true, false);
	item = &c->item[0];
	item->flags |= ITEM_F_HIDDEN;
}

/* The name of a queue is looked up in the root of its file system. */
static __always_inline int queue_looked_up(struct dentry *root, struct dentry *found)
{
	struct pending *c = pending_with_names();

	if (!c || !(c->want & WANT_QUEUE) || !c->items)
		return 0;
	if (c->want & WANT_RECORDS) { /* mq_open */
		if ((unsigned long)found < (unsigned long)-MAX_ERRNO && BPF_CORE_READ(found, d_inode))
			lookup_found(0, address_of(c, found), false, false);
	} else {
		queue_parent(c, root);
	}
	return 0;
}

/* One of these: up to 6.15, since 6.16, since 7.0. */
SEC("fexit/lookup_one_len")
int HOOK(queue_lookup_one, const char *name, struct dentry *base, int len, struct dentry *found)
{
	return queue_looked_up(base, found);
}

SEC("fexit/lookup_noperm")
int HOOK(queue_lookup_noperm, struct qstr *name, struct dentry *base, struct dentry *found)
{
	return queue_looked_up(base, found);
}

SEC("fexit/start_creating_noperm")
int HOOK(queue_creating, struct dentry *base, struct qstr *name, struct dentry *found)
{
	return queue_looked_up(base, found);
}

SEC("fentry/start_removing_noperm")
int HOOK(queue_removing, struct dentry *base)
{
	return queue_looked_up(base, 0);
}

/* A queue, or the file of a BPF object, is made: vfs_mkobj stands for vfs_create. */
SEC("fentry/vfs_mkobj")
int HOOK(object_enter, struct dentry *dentry)
{
	struct pending *c = pending_with_names();

	if (!c)
		return 0;
	if (c->want & WANT_QUEUE)
		queue_parent(c, BPF_CORE_READ(dentry, d_parent));
	lookup_child(dentry, ITEM_CREATE);
	return 0;
}

SEC("fexit/vfs_mkobj")
int HOOK(object_exit, struct dentry *dentry)
{
	struct pending *c = pending_with_names();

	if (c && BPF_CORE_READ(dentry, d_inode))
		lookup_child(dentry, ITEM_CREATE);
	return 0;
}

#endif
