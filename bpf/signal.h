/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that a call signals or traces (OBJ_PID), and calls that end their task. */
#ifndef RAUDIT_SIGNAL_H
#define RAUDIT_SIGNAL_H

#include "syscall.h"

/* include/uapi/linux/ptrace.h */
#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206
#define PTRACE_OPTIONS 0x3000ff /* PTRACE_O_MASK */

/*
 * A task that the call under way signals or traces. When there is no more room, those so far go ahead of the event. Global:
 * verified once.
 */
__noinline int target_add(__u64 task_at)
{
	struct task_struct *task = bpf_get_current_task_btf(), *of = (struct task_struct *)task_at;
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct records *r = records_get(c);
	const struct cred *cred;
	struct scratch *s;
	struct target *t;
	__u32 at;

	if (!r)
		return 0;
	at = r->targets.count;
	if (at >= TARGETS_MAX) {
		r->targets.size = sizeof(r->targets);
		r->targets.type = EVENT_TARGETS;
		r->targets.token = r->token;
		if (!ring_spares(sizeof(r->targets)) ||
		    bpf_ringbuf_output(&ring, &r->targets, sizeof(r->targets), 0))
			c->flags |= EVENT_F_ITEMS_CUT;
		at = 0;
	}
	r->targets.count = at + 1;
	barrier_var(at);
	t = &r->targets.target[at & (TARGETS_MAX - 1)];
	cred = BPF_CORE_READ(of, real_cred);
	t->pid = BPF_CORE_READ(of, tgid);
	t->auid = BPF_CORE_READ(of, loginuid.val);
	t->session = BPF_CORE_READ(of, sessionid);
	t->uid = BPF_CORE_READ(cred, uid.val);
	BPF_CORE_READ_INTO(&t->comm, of, comm);
	t->sid = sid_behind(BPF_CORE_READ(cred, security), selinux.cred_sid);
	t->label[0] = 0;
	s = scratch_take();
	if (s) {
		profiles_append(s, cred);
		byte_append(s, 0);
		bpf_probe_read_kernel_str(t->label, sizeof(t->label), s->data);
		scratch_release(s);
	}
	return 0;
}

/* Every signal that a task sends to another passes here, whether it may or not (check_kill_permission, kernel/signal.c). */
SEC("fentry/audit_signal_info")
int HOOK(signal_sent, int signal, struct task_struct *to)
{
	struct pending *c = pending_get();

	if (c)
		target_add(address_of(c, to));
	return 0;
}

/* The task that ptrace was asked to attach to: noted when the flags make sense, before it is asked whether it may. */
SEC("fexit/find_get_task_by_vpid")
int HOOK(traced_found, int pid, struct task_struct *task)
{
	struct pending *c = pending_get();

	if (!c || !(c->want & WANT_RECORDS) || !task)
		return 0;
	if (c->args[0] == PTRACE_ATTACH ||
	    (c->args[0] == PTRACE_SEIZE && !c->args[2] && !(c->args[3] & ~(__u64)PTRACE_OPTIONS)))
		target_add(address_of(c, task));
	return 0;
}

/* The task ends inside a call: exit, exit_group. The kernel tells before it gives the task's memory up (do_exit). */
SEC("fentry/exit_signals")
int HOOK(exit_enter)
{
	struct pending *c = pending_get();

	if (!c)
		return 0;
	pending_rest(c);
	c->flags |= EVENT_F_ENDED;
	syscall_end(0);
	return 0;
}

#endif
