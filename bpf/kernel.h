/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel as we see it: CO-RE types with only the fields we read, and the constants we compare with.
 *
 * No header of one machine is used: libbpf relocates every access to the running kernel's BTF. A flavour (`___name`) stands
 * for a field that moved, with the release it moved in.
 */
#ifndef RAUDIT_KERNEL_H
#define RAUDIT_KERNEL_H

/* libbpf's headers take their integer types from here. */
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

enum {
	false = 0,
	true = 1,
};

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_RB_AVAIL_DATA = 0, /* bpf_ringbuf_query: bytes not yet consumed */
};

/* include/linux/fs.h: the open created the file. Fixed since 5.1. */
#define FMODE_CREATED 0x100000
#define FMODE_PATH 0x4000

#define O_CREAT 0100
#define O_PATH 010000000
#define __O_TMPFILE 020000000
#define AT_NULL 0
#define AT_BASE 7

#define MAX_ERRNO 4095

/* include/linux/sched.h: a task of io_uring's, which never returns to user space. */
#define PF_IO_WORKER 0x10

/* include/uapi/linux/io_uring.h: a task of the kernel's takes the operations in. */
#define IORING_SETUP_SQPOLL 2

/* include/linux/fsnotify_backend.h: the name is no longer that inode's */
#define FS_MOVED_FROM 0x40
#define FS_DELETE 0x200

/* include/uapi/linux/audit.h */
#define AUDIT_ARG3 203
#define AUDIT_FILTER_EXIT 4

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	__u32 val;
} kuid_t;

typedef struct {
	__u32 val;
} kgid_t;

struct group_info {
	int ngroups;
	kgid_t gid[0]; /* ascending */
};

/* 64 bits, as one number since 6.3 and as two before; read as a whole. */
typedef struct {
	__u64 val;
} kernel_cap_t;

struct cred {
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_ambient;
	__u32 securebits;
	kuid_t uid, suid, euid, fsuid;
	kgid_t gid, sgid, egid, fsgid;
	struct group_info *group_info;
	void *security;
};

/* security/apparmor/include/lib.h, policy_ns.h, policy.h, label.h */
struct aa_policy {
	char *hname;
};

struct aa_ns {
	struct aa_policy base;
	struct aa_ns *parent;
	struct aa_profile *unconfined;
};

struct aa_profile {
	struct aa_policy base;
	struct aa_ns *ns;
	long mode;
};

struct aa_label {
	struct aa_proxy *proxy;
	long flags;
	int size;
	struct aa_profile *vec[0];
};

struct aa_proxy {
	struct aa_label *label; /* the one in use, when this is stale */
};

struct qstr {
	union {
		struct {
			__u32 hash;
			__u32 len;
		};
		__u64 hash_len;
	};
	const unsigned char *name;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct fsnotify_ops;

struct fsnotify_group {
	const struct fsnotify_ops *ops;
};

struct fsnotify_mark {
	struct fsnotify_group *group;
	struct hlist_node obj_list;
};

struct fsnotify_mark_connector {
	struct hlist_head list;
};

/* kernel/audit.h and the files that keep these to themselves: audit_watch.c, audit_tree.c, audit_fsnotify.c */
struct audit_field {
	__u32 type;
	__u32 val;
};

struct audit_watch {
	__u32 dev;
	unsigned long ino;
};

struct audit_tree {
	struct list_head rules; /* audit_krule.rlist */
};

struct audit_fsnotify_mark {
	__u32 dev;
	unsigned long ino;
};

struct audit_krule {
	__u32 field_count;
	struct audit_field *fields;
	struct audit_watch *watch;
	struct audit_fsnotify_mark *exe;
	struct list_head rlist;
};

struct audit_entry {
	struct list_head list;
	struct audit_krule rule;
};

struct audit_node {
	struct audit_tree *owner;
};

/* up to 5.16, under a name that others have as well */
struct node___5_16 {
	struct audit_tree *owner;
};

struct audit_chunk {
	int count;
	struct audit_node owners[0];
};

struct audit_tree_mark {
	struct fsnotify_mark mark;
	struct audit_chunk *chunk;
};

struct inode_operations {
	void *atomic_open;
};

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

struct inode {
	__u16 i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	const struct inode_operations *i_op;
	struct super_block *i_sb;
	unsigned long i_ino;
	__u32 i_rdev;
	void *i_security;
	struct fsnotify_mark_connector *i_fsnotify_marks;
	__s64 i_ctime_sec; /* since 6.11 */
	__u32 i_ctime_nsec;
};

/* 6.6 to 6.10 */
struct inode___6_6 {
	struct timespec64 __i_ctime;
};

/* up to 6.5 */
struct inode___5_10 {
	struct timespec64 i_ctime;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct hlist_bl_node d_hash;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	__u32 f_mode;
	struct inode *f_inode;
	struct path f_path;
};

struct filename {
	const char *name;
	const char *uptr; /* gone since 7.0 */
};

struct saved {
	struct path link;
};

struct nameidata {
	struct path path;
	struct qstr last;
	unsigned int flags;
	int last_type;
	struct saved *stack;
	struct filename *name;
};

/* since 6.19 or 7.0 */
enum last_type {
	LAST_TYPE_ANY,
};

struct nameidata___7_0 {
	enum last_type last_type;
};

struct renamedata {
	struct dentry *old_dentry, *new_dentry;
	unsigned int flags;
};

struct open_flags {
	int open_flag;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root, pwd;
};

struct tty_struct {
	char name[64];
};

struct signal_struct {
	struct tty_struct *tty;
};

struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end;
	struct file *exe_file;
	unsigned long saved_auxv[44];
};

struct vm_area_struct {
	struct file *vm_file;
};

/* status: of x86 */
struct thread_info {
	unsigned long flags;
	__u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	__s32 pid, tgid;
	struct task_struct *real_parent;
	const struct cred *real_cred, *cred;
	struct mm_struct *mm;
	unsigned int flags; /* PF_* */
	struct fs_struct *fs;
	struct files_struct *files;
	struct nameidata *nameidata; /* of the path walk under way */
	struct signal_struct *signal;
	kuid_t loginuid;
	__u32 sessionid;
	__u32 personality;
	char comm[16];
};

struct linux_binprm {
	struct file *file;
	const char *filename, *interp;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
};
#else
#error "only x86_64 and aarch64 so far"
#endif

struct sockaddr_storage;
struct sockaddr;

struct msghdr {
	void *msg_name;
	int msg_namelen;
};

struct timekeeper {
	struct timespec64 wall_to_monotonic;
};

struct __kernel_timex_timeval {
	__s64 tv_sec, tv_usec;
};

struct __kernel_timex {
	unsigned int modes;
	struct __kernel_timex_timeval time;
};

struct load_info {
	const char *name;
	const void *hdr;
};

struct module {
	char name[56];
};

struct xarray {
	void *xa_head;
};

struct xa_node {
	__u8 shift;
	void *slots[64];
};

struct idr {
	struct xarray idr_rt;
};

struct ipc_ids {
	struct idr ipcs_idr;
};

struct kern_ipc_perm {
	int id;
	kuid_t uid;
	kgid_t gid;
	__u16 mode;
};

struct ipc64_perm {
	__u32 uid, gid, mode;
};

struct mq_attr {
	long mq_flags;
};

struct sigevent {
	int sigev_signo;
};

struct open_how {
	__u64 flags, mode, resolve;
};

/* include/linux/io_uring_types.h */
struct io_ring_ctx {
	unsigned int flags;
};

struct io_kiocb {
	__u8 opcode;
	struct io_ring_ctx *ctx;
};

#pragma clang attribute pop

/* include/linux/audit.h: read as a whole */
struct audit_ntp_data {
	struct {
		__s64 oldval, newval;
	} vals[6];
};

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "compat.h"

#endif
