/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels before 5.17 lack, under the names it has since. The programs are written for newer kernels; they are compiled a
 * second time with RAUDIT_OLD_KERNEL, and then each of these stands for something that 5.10 has. User space tries which of the
 * two objects the running kernel takes (crates/bpf/src/offer.rs).
 *
 * newer                          older
 * bpf_loop                       a bounded loop, whose every round the verifier walks: with bounds of its own
 * bpf_get_current_task_btf       bpf_get_current_task: a number, so that every read is a helper call (OWN)
 * task storage                   a hash by the task's address; the entry goes with the task (tp_btf/sched_process_free)
 * compare and swap               an entry of a hash that must be new (claim)
 * pointers to global functions   functions that are not global (POINTER_TAKING), or that look up again what they work on (HANDED)
 * bpf_task_pt_regs               the top of the task's stack
 * bpf_find_vma                   the tree of areas, which nobody else changes when a program was just executed
 * bpf_get_func_arg, _ret         the program's context is the list of arguments, with the result behind the last
 */
#ifndef RAUDIT_COMPAT_H
#define RAUDIT_COMPAT_H

/*
 * Does `round` until it says that it is over, but at most `most` times; whether it ever did. For walks that may be long: a round is
 * a call of a global function, which the verifier has seen through once.
 */
#define ROUNDS(most, round)                                              \
	({                                                               \
		bool over_ = false;                                      \
                                                                         \
		_Pragma("clang loop unroll(disable)")                    \
		for (__u32 round_ = 0; round_ < (most); round_++) {      \
			over_ = (round) != 0;                            \
			if (over_)                                       \
				break;                                   \
		}                                                        \
		over_;                                                   \
	})

#ifdef RAUDIT_OLD_KERNEL

/* The most rounds of each loop. What needs more is refused by the plan, or said by the event. */
enum loop_bound {
	ROUNDS_argv_send_chunk = 256,
	ROUNDS_match_field = 32,
	ROUNDS_who_field = 32,
	ROUNDS_word_step = 256,
	ROUNDS_match_test = 32,
	ROUNDS_item_step = 32,
	ROUNDS_same_step = 256,
	ROUNDS_level_step = 16,
	ROUNDS_label_step = 32,
	ROUNDS_profile_step = 8,
};

#define bpf_loop(n, step, context, flags)                                       \
	({                                                                      \
		__u32 rounds_ = (n);                                            \
                                                                                \
		_Pragma("clang loop unroll(disable)")                           \
		for (__u32 round_ = 0; round_ < ROUNDS_##step; round_++)        \
			if (round_ >= rounds_ || step(round_, context))         \
				break;                                          \
	})

#define bpf_get_current_task_btf() ((struct task_struct *)bpf_get_current_task())

/* One field of the task, its credentials, its parent. */
#define OWN(from, field) BPF_CORE_READ(from, field)
#define OWN2(from, by, field) BPF_CORE_READ(from, by, field)

#define POINTER_TAKING static __noinline

/* What global functions that judge are handed: the call's state and the policy, or where to find them. */
#define HANDED __u32 slot
#define HAND(call, policy, slot) slot
#define HANDED_SLOT slot
/* The same in a struct that callbacks get. */
#define HANDED_KEPT __u32 slot
#define KEEP(c, p, slot) .slot = slot
#define HAND_KEPT(kept) (kept)->slot
#define TAKE_HANDED                                                                                             \
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);                   \
	const struct policy *p = bpf_map_lookup_elem(&policies, &slot)
#define HANDED_POLICY __u32 slot
#define HAND_POLICY(policy, slot) slot
#define TAKE_POLICY const struct policy *p = bpf_map_lookup_elem(&policies, &slot)

/* Kept by address. Nothing is allocated ahead: an entry is made when its task's first call is remembered. */
#define TASK_MAP(name, of)                              \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_HASH);        \
		__uint(map_flags, BPF_F_NO_PREALLOC);   \
		__uint(max_entries, TASKS_MAX);         \
		__type(key, __u64);                     \
		__type(value, of);                      \
	} name SEC(".maps")

enum {
	TASKS_MAX = 1 << 16,
	ENTRY_MAX = 8192, /* no entry of theirs is larger */
};

/* What a new entry is copied from. */
struct empty_entry {
	__u8 bytes[ENTRY_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct empty_entry);
} empty_entry SEC(".maps");

static __always_inline void *task_entry(void *map, __u64 task, __u64 flags)
{
	void *found = bpf_map_lookup_elem(map, &task), *empty;
	__u32 zero = 0;

	if (found || !flags)
		return found;
	empty = bpf_map_lookup_elem(&empty_entry, &zero);
	if (!empty || bpf_map_update_elem(map, &task, empty, BPF_NOEXIST))
		return 0;
	return bpf_map_lookup_elem(map, &task);
}

#define bpf_task_storage_get(map, task, value, flags) task_entry(map, (unsigned long)(task), flags)

/*
 * Buffers are claimed by an entry in a table that must not have it yet: that is looked up and added by the kernel under the lock
 * of the table's row. So two programs cannot both find one free, whether they run on different CPUs, or one interrupted the other.
 * Only the one that claimed it takes the entry out again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8); /* times the number of CPUs, as the buffers */
	__type(key, __u32);
	__type(value, __u32);
} claims SEC(".maps");

static __always_inline bool claim(__u32 *busy, __u32 at)
{
	__u32 one = 1;

	return !bpf_map_update_elem(&claims, &at, &one, BPF_NOEXIST);
}

static __always_inline void unclaim(__u32 *busy, __u32 at)
{
	bpf_map_delete_elem(&claims, &at);
}

#define bpf_task_pt_regs(task) \
	((void *)BPF_CORE_READ(task, stack) + thread_size - bpf_core_type_size(struct pt_regs))

struct rb_node {
	struct rb_node *rb_left, *rb_right;
} __attribute__((preserve_access_index));

struct rb_root {
	struct rb_node *rb_node;
} __attribute__((preserve_access_index));

struct mm_struct___6_0 {
	struct rb_root mm_rb;
} __attribute__((preserve_access_index));

struct vm_area_struct___6_0 {
	unsigned long vm_start, vm_end;
	struct rb_node vm_rb;
} __attribute__((preserve_access_index));

/* The area that `address` lies in, of the current task's new image; no program but ours looks while it is alone in it. */
static __always_inline struct vm_area_struct *find_area(struct task_struct *task, __u64 address)
{
	struct mm_struct___6_0 *mm = (void *)BPF_CORE_READ(task, mm);
	struct rb_node *at = BPF_CORE_READ(mm, mm_rb.rb_node);

	_Pragma("clang loop unroll(disable)")
	for (int depth = 0; depth < 40 && at; depth++) {
		struct vm_area_struct___6_0 *area = (void *)at - bpf_core_field_offset(struct vm_area_struct___6_0, vm_rb);

		if (address >= BPF_CORE_READ(area, vm_end))
			at = BPF_CORE_READ(at, rb_right);
		else if (address < BPF_CORE_READ(area, vm_start))
			at = BPF_CORE_READ(at, rb_left);
		else
			return (void *)area;
	}
	return 0;
}

#define bpf_find_vma(task, address, callback, context, flags)              \
	({                                                                 \
		struct vm_area_struct *area_ = find_area(task, address);   \
                                                                           \
		if (area_)                                                 \
			callback(task, area_, context);                    \
	})

/* By a helper: it gives a number, whatever the type of the argument. */
static __always_inline long context_word(const void *context, __u32 at, __u64 *value)
{
	return bpf_probe_read_kernel(value, sizeof(*value), context + at * sizeof(*value));
}

#define bpf_get_func_arg(context, n, value) context_word(context, n, value)

/* User space sees to it that this is how many arguments the function has (crates/bpf/src/targets.rs). */
#define RESULT(context, arguments, value) context_word(context, arguments, value)
#define bpf_get_func_ret say_RESULT_with_the_number_of_arguments

#else

#define OWN(from, field) ((from)->field)
#define OWN2(from, by, field) ((from)->by->field)

/* Verified once, by itself, as all global functions are. */
#define POINTER_TAKING __noinline

#define HANDED struct pending *c, const struct policy *p
#define HAND(call, policy, slot) call, policy
#define HANDED_SLOT 0
#define HANDED_KEPT struct pending *call; const struct policy *policy
#define KEEP(c, p, slot) .call = c, .policy = p
#define HAND_KEPT(kept) (kept)->call, (kept)->policy
#define TAKE_HANDED
#define HANDED_POLICY const struct policy *p
#define HAND_POLICY(policy, slot) policy
#define TAKE_POLICY

#define TASK_MAP(name, of)                              \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_TASK_STORAGE);\
		__uint(map_flags, BPF_F_NO_PREALLOC);   \
		__type(key, int);                       \
		__type(value, of);                      \
	} name SEC(".maps")

static __always_inline bool claim(__u32 *busy, __u32 at)
{
	return __sync_val_compare_and_swap(busy, 0, 1) == 0;
}

static __always_inline void unclaim(__u32 *busy, __u32 at)
{
	__sync_lock_test_and_set(busy, 0);
}

#define RESULT(context, arguments, value) bpf_get_func_ret(context, value)

#endif

#endif
