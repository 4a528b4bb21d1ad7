/* SPDX-License-Identifier: GPL-2.0-only */
/* Every map and every switch that user space sets before loading, with size and reason. */
#ifndef RAUDIT_MAPS_H
#define RAUDIT_MAPS_H

#include "kernel.h"
#include "event.h"
#include "policy.h"

enum {
	ITEMS_MAX = 24,         /* the mount of an overlay names 22 */
	ITEMS_SLOTS = 32,       /* room for them: a power of two, so that an index can be masked */
	ITEM_LATE = ITEMS_MAX + 1,    /* in place of an index: a name that was copied when nothing was audited (bpf/uring.h) */
	ITEM_FOREIGN = ITEMS_MAX + 2, /* or noted as another call's (bpf/foreign.h) */
	NOT_OPENING = ITEMS_MAX + 3,  /* no open is under way */
	TREES_MAX = 16,         /* watched trees that one call reaches */
	PLACES_FOUND = 8,       /* names that one inode bears */
	MATCH_ROWS = 256,
	NAME_MAX_LEN = 4096,    /* PATH_MAX, with the NUL */
	NAMES_LEAF = 2048 + 4096, /* where a directory entry's name is put to be compared */
	NAMES_TEXT = 2048, /* where the last name of a system call may begin: with its length below the 8 KiB that 7.x gives a task */
	NAMES_MORE = 1 << 15, /* in item.name_at: it lies in names_more */
	LABEL_MAX = 1024,
	SADDR_MAX = 128,        /* struct sockaddr_storage */
	TITLE_MAX = 128,        /* MAX_PROCTITLE_AUDIT_LEN, kernel/auditsc.c */
	SCRATCH_PER_CPU = 8,
	SCRATCH_DATA = 48 * 1024,
	APPEND_MAX = 8 * 1024,  /* the most one append may write */
	ANOMALY_MAX = 24,       /* "sticky_create_regular" */
};

/*
 * Where AppArmor keeps its part of a credential: the address of apparmor_blob_sizes, whose first field is the offset
 * (security/apparmor/lsm.c). 0: no AppArmor, and no label.
 */
const volatile __u64 apparmor_blob_sizes = 0;

/*
 * Whether AppArmor's labels are shown with a mode: the address of apparmor_display_secid_mode (an int), which says so since 6.0;
 * 1: always.
 */
const volatile __u64 apparmor_modes = 0;

/* Since 6.14 a name that ends in slashes is an entry's too (audit_compare_dname_path, kernel/auditfilter.c). */
const volatile __u64 trailing_slashes = 0;

/* Where the kernel keeps what it follows for us (/proc/kallsyms): kernel/auditfilter.c, audit_tree.c. */
const volatile __u64 audit_inode_hash = 0;
const volatile __u64 audit_filter_list = 0;
const volatile __u64 audit_tree_ops = 0;

/* How many copies of each program are attached, as tasks may be preempted in the kernel's own code (bpf/hook.h); 0: one. */
const volatile __u64 copies = 0;
/* The same of programs of tracepoints: up to 6.19 tasks are not preempted in them. */
const volatile __u64 tracepoint_copies = 0;

/* Whether a program is told when a watched executable changes, so that what was found may be remembered. */
const volatile __u64 exe_events = 0;

/* Rows that are ANDed; one marked ROW_OR adds to the row before it. */
struct matching {
	__u32 rows;
	__u32 full; /* more were needed */
	__u16 row[MATCH_ROWS];
};

#define ROW_OR 0x8000

/* What the task list said of a task when it was made. */
enum task_state {
	TASK_BUILD = 0,
	TASK_NEVER = 1, /* none of its calls is audited */
};
/* Up to 6.11 the parent directory of every open with O_CREAT is noted; since then only where there is no such file yet. */
const volatile __u64 notes_every_parent = 0;

/* Up to 5.11 the working directory is noted with the call's first name, since then with its first file: calls on descriptors have CWD. */
const volatile __u64 notes_cwd_of_files = 1;

/* In 7.x a file that an open was not allowed to make is noted too, as one that was made. */
const volatile __u64 notes_refused = 0;

/* Since 7.0 the names of an operation of io_uring are noted when it is done, not when it is taken in. */
const volatile __u64 names_delayed = 0;

/* Since 7.0 the names of a call are copied in the order of its arguments. */
const volatile __u64 names_in_order = 0;

/* LOOKUP_RCU and LOOKUP_PARENT (include/linux/namei.h). */
const volatile __u64 walk_rcu = 0x40, walk_parent = 0x10;

/* Which argument of vfs_create, vfs_mkdir, vfs_mknod, vfs_symlink, vfs_link is the new entry. */
const volatile __u64 entry_argument[5] = { 2, 2, 2, 2, 3 };

/* Which argument of may_delete is the entry, and of may_open the file: the first since 5.12, when another came before it, is one more. */
const volatile __u64 victim_argument = 2, opened_argument = 1, handle_argument = 2;

/* vfs_mkdir returns the entry, which may be another. */
const volatile __u64 mkdir_returns_entry = 0;

/* Places that were found: of an inode that is watched, or of the task's executable. */
struct exe_places {
	__u32 epoch;
	__u32 count;
	__u16 place[PLACES_FOUND];
};

/* THREAD_SIZE of x86 (asm/page_64_types.h), from /proc/kallsyms: for kernels before 5.15 (bpf/compat.h). */
const volatile __u64 thread_size = 0;

/* Where the last component of a name lies: the search under way. Offsets in the name, but for `at`. */
struct leaf {
	__u32 at;   /* of the name in names.text */
	__u32 more; /* or in that of names_more */
	__u32 len;
	__u32 start; /* of the component: the length of the directory part */
	__u32 end;
	__u32 inside;
	__u32 unknown; /* an item that may be the parent, its index plus 1 */
};

/* A walk along one of the kernel's lists, for the rules whose name an inode bears: watches, or executables. */
struct rule_walk {
	struct list_head *head, *at;
	unsigned long ino;
	__u32 dev;
	__u32 exe;
};

/* The categories of a level of SELinux, being copied from its list of nodes (bpf/context.h). */
struct level_walk {
	__u64 node;
	__u64 category[CATEGORIES_MAX / 64];
};

/* A component's directory and name. */
struct component {
	struct dentry *parent;
	struct qstr name;
};

/* A walk from a path up to the task's root. */
struct path_walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
	struct dentry *mnt_root;
	struct path root;
	struct component component; /* the one it has come to; here because stacks are short */
	__u32 buffer; /* its components are appended to this one */
	__u32 start;
	__u32 flags;
	__u32 pad;
};

enum {
	WHO_WORDS = 16, /* of rules: 1,024 */
};

/* What a task's identity leaves of each rule (bpf/who.h). */
struct who {
	__u64 word[WHO_WORDS];
	__u32 slot; /* the policy that was asked */
	__u32 sequence; /* 0: the task has become another */
};

/* A system call between its entry and its exit. */
struct pending {
	__u64 time;
	__u64 token; /* event.token */
	__u64 args[6];
	__u32 nr;
	__u32 compat; /* 0 native, 1 compat: index into the policy */
	__u32 active;
	__u32 want;
	__u32 facts[FACT_MAX];
	__u32 items;
	__u32 opening; /* index of the item of the open under way; NOT_OPENING when none */
	__u32 open_flags; /* its O_*, as the kernel copied them; they are also judged by */
	__u32 opened;  /* it has found or made its file */
	__u32 walk_end; /* enum walk_end */
	__u32 looked;  /* bit n: the name of item n was looked up */
	__u32 flags; /* enum event_flag so far */
	struct caps caps; /* at the entry of an execve */
	__u32 uid;
	__u32 saddr_len;
	__u8 saddr[SADDR_MAX];
	__u64 filename[ITEMS_SLOTS]; /* the struct filename each item was made for; 0: none */
	__u64 again[ITEMS_SLOTS];    /* a second one, made for the same address */
	__u64 address[ITEMS_SLOTS];  /* where in the task's memory the name was; 0: not there */
	__u64 rename_from, rename_to; /* the dentries of a rename under way */
	struct path pwd; /* at the entry of chdir */
	__u64 entry; /* a pointer made a number: the verifier hands no pointers to global functions */
	__u64 open_name; /* the struct filename of the open under way; 0: the one its item was made for */
	__u64 walk; /* the dentry where its walk ended; 0: on the way to the last component */
	__u64 making; /* the dentry of a file that may be made */
	__u32 made;   /* it got an inode that is new */
	__u32 denied; /* a record of its own: enum anomaly of the kernel; 0: none */
	__u32 done_by; /* the program that has done its work, and which of its copies were there */
	__u8 denied_op[ANOMALY_MAX];
	struct item item[ITEMS_SLOTS];
	__u32 task_state;       /* survives the call */
	__u32 early;            /* the rule that matched when a watched name was deleted; RULES_MAX: none */
	__u32 early_generation;
	__u32 trees;
	__u16 tree[TREES_MAX];  /* watched trees that lookups met, by place */
	struct exe_places found; /* by the search under way */
	union { /* one at a time */
		struct leaf leaf;
		struct level_walk level;
		struct rule_walk rules;
		struct path_walk walked;
	};
	__u32 labels; /* that were found to hold */
	__u32 pad_labels;
	__u64 request;     /* the operation of io_uring under way, by its struct io_kiocb */
	__u32 operation;   /* its number */
	__u32 operations;  /* how many of its functions have begun: one may call another; 0: none is under way */
	__u32 alone;       /* it is outside any system call: this is its state, not the call's */
	__u32 late;        /* its names were copied when nothing was audited */
	__u32 stash;       /* the socket address was copied when nothing was audited, and is the next operation's */
	__u32 pad_operation;
	__u64 late_name;   /* the struct filename of ITEM_LATE, ITEM_FOREIGN */
	__u64 tree_at; /* the dentry that a walk for watched trees has come to */
	struct matching match;
	struct who who; /* survives the call */
};

/* The names of its path items; apart, because most audited calls have none. Two of 4095 bytes do not fit: see names_more. */
struct names {
	__u32 used;
	__u32 pad;
	__u8 text[NAMES_LEAF + 256];
};

/* Where an event is put together before it goes to the ring in one piece. */
struct scratch {
	__u32 busy; /* taken by compare and swap: a program may be preempted here */
	__u32 used;
	__u32 at; /* its own number */
	__u32 pad;
	__u8 data[SCRATCH_DATA + APPEND_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* rauditd.conf: ring_size */
} ring SEC(".maps");

/* Something is in it when a critical event is in the ring: the reader, which lets others gather, waits for that. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* a page */
} bell SEC(".maps");

TASK_MAP(pending, struct pending);

TASK_MAP(names, struct names);

/* Where names go when there is no room for them in the above. */
TASK_MAP(names_more, struct names);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_PER_CPU); /* times the number of CPUs */
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/*
 * Two policies, one of them in use. User space writes the other through a mapping and then turns `policy_active`: no waiting for
 * readers, which may be preempted. One that was so long that its policy is being written again finds `sequence` changed.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct policy);
} policies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS * HIT_SHARDS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct hits);
} hits SEC(".maps");

/* As losses are rare, without shards. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct losses);
} losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} policy_active SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct named);
} named SEC(".maps");

/* Executables that were looked up among the watched names. */
struct exe_key {
	__u64 ino;
	__u32 dev;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct exe_key);
	__type(value, struct exe_places);
} exes SEC(".maps");

/* Another number whenever a watched executable is, perhaps, another file. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} exe_epoch SEC(".maps");

/* A policy being read. */
struct reading {
	const struct policy *policy;
	__u32 slot;
	__u32 sequence;
};

static __always_inline bool policy_read(struct reading *r)
{
	__u32 zero = 0, *active = bpf_map_lookup_elem(&policy_active, &zero);

	if (!active)
		return false;
	r->slot = *(volatile __u32 *)active;
	r->policy = bpf_map_lookup_elem(&policies, &r->slot);
	if (!r->policy)
		return false;
	r->sequence = *(volatile __u32 *)&r->policy->sequence;
	barrier(); /* what is read of the policy is read after this */
	return true;
}

/* Whether what was read is of one piece. */
static __always_inline bool policy_intact(const struct reading *r)
{
	barrier();
	return !(r->sequence & 1) && *(volatile __u32 *)&r->policy->sequence == r->sequence;
}

static __always_inline struct counters *counters_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&counters, &zero);
}

/* Per CPU, but fentry programs may be preempted: hence atomic. */
static __always_inline void count_lost(enum loss reason)
{
	struct counters *c = counters_get();

	if (c)
		__sync_fetch_and_add(&c->lost[reason], 1);
}

/* The same for an event of a rule that is known: so the sum is never behind the rules'. */
static __always_inline void count_lost_of(__u32 slot, __u32 rule, enum loss reason)
{
	struct losses *l = bpf_map_lookup_elem(&losses, &slot);

	count_lost(reason);
	if (l && reason < LOSS_RULED)
		__sync_fetch_and_add(&l->rule[rule & (RULES_MAX - 1)][reason], 1);
}

#endif
