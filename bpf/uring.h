/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations of io_uring, as the kernel audits them (io_issue_sqe, io_uring/io_uring.c; __audit_uring_entry and __audit_uring_exit,
 * kernel/auditsc.c). The kernel calls the function of each operation by a pointer, right between these two: so programs are attached
 * to the functions in its table, and see just what is audited.
 *
 * An operation that io_uring_enter does at once belongs to that call. Rules of the exit list are asked about it, with the
 * operation's result, and then those of the io_uring list; when one says always it has a record in the call's event, and the call
 * itself is recorded. One that a worker does, or the task that takes operations in (SQPOLL), or the task itself on its way back to
 * user space, is an event of its own, of which only the io_uring list is asked.
 */
#ifndef RAUDIT_URING_H
#define RAUDIT_URING_H

#include "syscall.h"

/* Of an operation that was taken in by a task of the kernel's own: an address that is copied then is noted all the same. */
static __always_inline struct pending *saddr_stash(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct reading r;
	struct pending *c;

	if (!(OWN(task, flags) & PF_IO_WORKER) || !policy_read(&r) || !(r.policy->operation_want & WANT_SADDR))
		return 0;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!c || c->active)
		return 0;
	c->stash = 1;
	c->want = WANT_SADDR;
	return c;
}

/* The state of an operation outside any system call. */
static __always_inline void operation_alone(struct pending *c, struct task_struct *task, const struct policy *p)
{
	__u32 saddr_len = c->stash ? c->saddr_len : 0;

	c->nr = 0;
	c->compat = 0;
	c->want = p->operation_want;
	__builtin_memset(c->args, 0, sizeof(c->args));
	pending_begin(c, task);
	c->saddr_len = saddr_len;
	c->alone = 1;
}

/* An operation begins. Global: verified once. */
__noinline int operation_begin(__u64 request, __u32 operation)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct io_ring_ctx *ring = BPF_CORE_READ((struct io_kiocb *)request, ctx);
	struct reading r;
	struct pending *c;

	if (!policy_read(&r) || r.policy->closing || !r.policy->audited[operation & (OPERATIONS_MAX - 1)] || r.policy->exempt == (__u32)OWN(task, tgid))
		return 0;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!c) {
		count_lost(LOSS_STATE);
		return 0;
	}
	if (c->task_state == TASK_NEVER)
		return 0;
	if (c->active && c->operations && c->request == request) {
		c->operations++;
		return 0;
	}
	if (!c->active || c->alone)
		operation_alone(c, task, r.policy);
	c->request = request;
	c->operation = operation;
	c->operations = 1;
	if (c->alone && r.policy->audited[operation & (OPERATIONS_MAX - 1)] & AUDITED_FILE)
		c->want |= WANT_FD_LATE;
	c->late = c->alone && BPF_CORE_READ(ring, flags) & IORING_SETUP_SQPOLL;
	return 0;
}

/* The event of an operation, or its record in that of the call. Global: verified once. */
__noinline int operation_emit(__s64 ret, __u32 rule, __u32 generation, __u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct scratch *s;
	struct event *e;

	if (!c || ring_admits(slot, rule, sizeof(*e)) == STANDING_SHED)
		return 0;
	s = scratch_take();
	if (!s) {
		count_lost_of(slot, rule, LOSS_SCRATCH);
		return 0;
	}
	e = (struct event *)s->data;
	event_fill(s, c, task, ret);
	e->type = EVENT_OPERATION;
	e->nr = c->operation;
	e->rule = rule;
	e->generation = generation;
	e->argv_len = c->items;
	if (c->alone) {
		e->flags |= EVENT_F_ALONE;
		if (c->items) {
			path_emit(s, SECTION_CWD);
			items_emit(s);
		}
		saddr_emit(s, c);
	}
	label_emit(s, task);
	ring_submit(s, slot, rule);
	scratch_release(s);
	return 0;
}

/* The rule that decides of an operation that ends, or MATCH_NONE. Not a function: the verifier follows eight calls, not more. */
static __always_inline int operation_judge(struct pending *c, const struct policy *p, __u32 slot)
{
	int rule;

	if (selinux.judged && p->labels)
		label_facts(slot);
	if (!c->alone) {
		rule = judge(HAND(c, p, slot), -1, JUDGE_END);
		if (rule != MATCH_NONE && policy_says_always(p, rule))
			return rule;
		/* what the exit list says stands, unless an earlier rule says otherwise */
		c->early = rule == MATCH_NONE ? RULES_MAX : rule;
		c->early_generation = p->generation;
	}
	return judge(HAND(c, p, slot), -1, JUDGE_RING);
}

/* An operation ends. Global: verified once. */
__noinline int operation_end(__s64 ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct counters *count = counters_get();
	__u32 generation = 0;
	bool always = false;
	struct reading r;
	int rule;

	if (!c || !count)
		return 0;
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK && ret != -ENOIOCTLCMD)
		ret = -EINTR;
	facts_fill(c, task, ret);
	c->facts[FACT_SUCCESS] = ret ? RETURN_FAILURE : RETURN_SUCCESS;
	for (int again = 0;; again++) {
		if (again == 2 || !policy_read(&r)) {
			count_lost(LOSS_POLICY);
			return 0;
		}
		rule = operation_judge(c, r.policy, r.slot);
		always = rule != MATCH_NONE && policy_says_always(r.policy, rule);
		generation = r.policy->generation;
		if (policy_intact(&r))
			break;
	}
	if (rule == MATCH_NONE)
		return 0;
	c->early = rule;
	c->early_generation = generation;
	hit_count(r.slot, rule);
	if (!always)
		return 0;
	__sync_fetch_and_add(&count->matched, 1);
	operation_emit(ret, rule, generation, r.slot);
	return 0;
}

/* Since 7.0 the names of operations are noted here, when one begins. */
SEC("fexit/complete_getname")
int HOOK(complete_getname_exit)
{
	return name_copied(ctx, 1);
}

/* Templates, as those of system calls: for the functions in the kernel's table of operations. */
SEC("fentry")
int BEGINNING(operation_enter)
{
	__u64 request = 0;

	if (!bpf_get_func_arg(ctx, 0, &request))
		operation_begin(request, BPF_CORE_READ((struct io_kiocb *)request, opcode));
	return 0;
}

SEC("fexit")
int HOOK(operation_exit)
{
	struct pending *c = pending_get();
	__u64 request = 0, ret = 0;

	if (!c || !c->operations || bpf_get_func_arg(ctx, 0, &request) || c->request != request || RESULT(ctx, 2, &ret))
		return 0;
	if (--c->operations)
		return 0;
	operation_end((__s32)ret);
	if (c->alone) {
		pending_rest(c);
		c->alone = c->stash = 0;
	}
	return 0;
}

#endif
