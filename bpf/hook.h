/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs of kernel functions. The kernel skips such a program while it runs on the same CPU for another task, which was preempted in
 * it (prog->active, kernel/bpf/trampoline.c). Where the kernel's own code may be preempted, each is therefore attached twice: whichever
 * of the two is entered first does the work and leaves its mark with the task, and the other finds the mark and takes it away.
 */
#ifndef RAUDIT_HOOK_H
#define RAUDIT_HOOK_H

#include "maps.h"

/* Whether the work of this run is still to be done. A task without anything pending is not audited: nothing is noted for it. */
static __always_inline bool hook_begins(__u32 self)
{
	struct pending *c;

	if (!preemptible)
		return true;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	if (!c || c->done_by != self)
		return true;
	c->done_by = 0;
	return false;
}

/* Of the read-only data, so that the verifier knows it and clang does not. */
const volatile __u64 never = 0;

/*
 * Programs that are entered by tail calls, from several others, must not have a stack of their own in each CPU's memory, as kernels since
 * 6.13 give it to programs that they believe to run once at a time: one that was preempted would find another's data there. None is
 * given to a program with a tail call in it (check_max_stack_depth, kernel/bpf/verifier.c), be it one that is never made.
 */
static __always_inline void hook_keeps_stack(void *ctx)
{
#ifndef RAUDIT_OLD_KERNEL
	if (never)
		bpf_tail_call(ctx, 0, 0);
#endif
}

static __always_inline void hook_over(__u32 self)
{
	struct pending *c;

	if (!preemptible)
		return;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	if (c)
		c->done_by = self;
}

/* As libbpf's BPF_PROG. With no arguments named the program reads `ctx`. */
#define HOOK(name, args...)                                                     \
	name(unsigned long long *ctx);                                          \
	static __always_inline int ____##name(unsigned long long *ctx, ##args); \
	int name(unsigned long long *ctx)                                       \
	{                                                                       \
		enum { self = __COUNTER__ + 1 };                                \
                                                                                \
		hook_keeps_stack(ctx);                                          \
		if (!hook_begins(self))                                         \
			return 0;                                               \
		_Pragma("GCC diagnostic push")                                  \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")          \
		____##name(___bpf_ctx_cast(args));                              \
		_Pragma("GCC diagnostic pop")                                   \
		hook_over(self);                                                \
		return 0;                                                       \
	}                                                                       \
	static __always_inline int ____##name(unsigned long long *ctx, ##args)

#endif
