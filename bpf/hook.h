/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs of kernel functions and tracepoints. The kernel skips such a program while it runs on the same CPU for another task, which
 * was preempted in it (prog->active, kernel/bpf/trampoline.c). Where the kernel's own code may be preempted, each is therefore attached
 * in several copies: the first that is entered does the work and leaves its mark with the task, the others find the mark and add
 * theirs. A copy that finds its own mark finds that of the run before, which skipped another.
 */
#ifndef RAUDIT_HOOK_H
#define RAUDIT_HOOK_H

#include "pending.h"

/* The mark of one copy of a program: the program's number, and a bit for the copy, which its attach cookie tells (crates/bpf/src/clone.rs). */
#define HOOK_MARK(self, copy) ((self) << 8 | 1u << ((copy) & 7))

/*
 * Whether the work of this run is still to be done. A task without anything pending is not audited: nothing is noted for it, and a
 * program that begins nothing has nothing to do for it, however often.
 */
static __always_inline bool hook_begins(void *ctx, __u32 self, __u64 copies, bool beginning)
{
	struct pending *c;
	__u32 mark;

	if (!copies || !(beginning || pending_possible()))
		return true;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	if (!c || c->done_by >> 8 != self)
		return true;
	mark = HOOK_MARK(self, bpf_get_attach_cookie(ctx));
	if ((c->done_by & mark) == mark)
		return true;
	c->done_by |= mark;
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

static __always_inline void hook_over(void *ctx, __u32 self, __u64 copies, bool beginning)
{
	struct pending *c;

	if (!copies || !(beginning || pending_possible()))
		return;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	if (c)
		c->done_by = HOOK_MARK(self, bpf_get_attach_cookie(ctx));
}

/* As libbpf's BPF_PROG. With no arguments named the program reads `ctx`. */
#define HOOK(name, args...) HOOK_COPIED(copies, false, name, ##args)

/* A program by which a call begins. */
#define BEGINNING(name, args...) HOOK_COPIED(copies, true, name, ##args)

/* The same for tracepoints. */
#define TRACEPOINT(name, args...) HOOK_COPIED(tracepoint_copies, true, name, ##args)

#define HOOK_COPIED(copies, beginning, name, args...)                           \
	name(unsigned long long *ctx);                                          \
	static __always_inline int ____##name(unsigned long long *ctx, ##args); \
	int name(unsigned long long *ctx)                                       \
	{                                                                       \
		enum { self = __COUNTER__ + 1 };                                \
                                                                                \
		hook_keeps_stack(ctx);                                          \
		if (!hook_begins(ctx, self, copies, beginning))                 \
			return 0;                                               \
		_Pragma("GCC diagnostic push")                                  \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")          \
		____##name(___bpf_ctx_cast(args));                              \
		_Pragma("GCC diagnostic pop")                                   \
		hook_over(ctx, self, copies, beginning);                        \
		return 0;                                                       \
	}                                                                       \
	static __always_inline int ____##name(unsigned long long *ctx, ##args)

#endif
