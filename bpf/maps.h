/* SPDX-License-Identifier: GPL-2.0-only */
/* Every map and every switch that user space sets before loading, with size and reason. */
#ifndef RAUDIT_MAPS_H
#define RAUDIT_MAPS_H

#include "kernel.h"
#include "event.h"
#include "policy.h"

enum {
	ITEMS_MAX = 24,         /* the mount of an overlay names 22 */
	TREES_MAX = 16,         /* watched trees that one call reaches */
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
};


/*
 * Where AppArmor keeps its part of a credential: the address of apparmor_blob_sizes, whose first field is the offset
 * (security/apparmor/lsm.c). 0: no AppArmor, and no label.
 */
const volatile __u64 apparmor_blob_sizes = 0;

/* Since 6.14 a name that ends in slashes is an entry's too (audit_compare_dname_path, kernel/auditfilter.c). */
const volatile __u64 trailing_slashes = 0;

/* Where the kernel keeps what it follows for us (/proc/kallsyms): kernel/auditfilter.c, audit_tree.c. */
const volatile __u64 audit_inode_hash = 0;
const volatile __u64 audit_filter_list = 0;
const volatile __u64 audit_tree_ops = 0;

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
	__u32 opening; /* index of the item that the do_filp_open under way began; ITEMS_MAX when none */
	__u32 child;   /* index of the second item of an open with O_CREAT; ITEMS_MAX when none */
	__u32 creat;   /* the open under way has O_CREAT */
	__u32 parent;  /* and the kernel has noted its parent directory */
	__u32 flags; /* enum event_flag so far */
	struct caps caps; /* at the entry of an execve */
	__u32 uid;
	__u32 saddr_len;
	__u8 saddr[SADDR_MAX];
	__u64 filename[ITEMS_MAX]; /* the struct filename each item was made for; 0: none */
	__u64 again[ITEMS_MAX];    /* a second one, made for the same address */
	__u64 address[ITEMS_MAX];  /* where in the task's memory the name was; 0: not there */
	__u64 rename_from, rename_to; /* the dentries of a rename under way */
	struct path pwd; /* at the entry of chdir */
	__u64 entry; /* the dentry handed to lookup_child: the verifier passes numbers to global functions, not pointers */
	struct item item[ITEMS_MAX];
	__u32 task_state;       /* survives the call */
	__u32 open_flags;       /* of an openat2, as the kernel copied them */
	__u32 early;            /* the rule that matched when a watched name was deleted; RULES_MAX: none */
	__u32 early_generation;
	__u32 trees;
	__u16 tree[TREES_MAX];  /* watched trees that lookups met, by place */
	struct matching match;
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
	__u8 data[SCRATCH_DATA + APPEND_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* rauditd.conf: ring_size */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct pending);
} pending SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct names);
} names SEC(".maps");

/* Where names go when there is no room for them in the above. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct names);
} names_more SEC(".maps");

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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} policy_active SEC(".maps");

/* Executables that were looked up among the watched names. */
struct exe_key {
	__u64 ino;
	__u32 dev;
	__u32 pad;
};

struct exe_places {
	__u32 epoch;
	__u32 count;
	__u16 place[8];
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

#endif
