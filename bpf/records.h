/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel notes of a call besides names and addresses: its one record of a special type (audit_context.type), a pair of
 * descriptors, and the tasks it signalled or traced. Apart from `struct pending`, because few calls have any.
 */
#ifndef RAUDIT_RECORDS_H
#define RAUDIT_RECORDS_H

#include "names.h"

struct records {
	__u64 token; /* of the call these belong to; of another: they are void */
	__u32 fds;   /* descriptors reserved so far, at most two are kept */
	__s32 fd[2];
	__u32 injects;        /* adjtimex: the offset below is to be injected */
	struct timespec64 delta;  /* that offset; for settimeofday, wall_to_monotonic as it was */
	__u64 loading;        /* the struct load_info of a module being loaded */
	struct special special;
	struct target_chunk targets;
};

TASK_MAP(records, struct records);

/* The records of the call under way, if it may have any; emptied when they are an earlier call's. */
static __always_inline struct records *records_get(struct pending *c)
{
	struct records *r;

	if (!c || !c->active || !(c->want & WANT_RECORDS))
		return 0;
	r = bpf_task_storage_get(&records, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!r) {
		count_lost(LOSS_STATE);
		return 0;
	}
	if (r->token != c->token) {
		r->token = c->token;
		r->fds = 0;
		r->injects = 0;
		r->loading = 0;
		r->special.kind = 0;
		r->targets.count = 0;
	}
	return r;
}

static __always_inline struct records *records_now(void)
{
	return records_get(pending_get());
}

/* An address as a number: the verifier hands no pointers to global functions. */
static __always_inline __u64 address_of(struct pending *c, const void *what)
{
	*(volatile __u64 *)&c->entry = (unsigned long)what;
	return *(volatile __u64 *)&c->entry;
}

/* The call's special record is of this kind from now on: the last one counts. */
static __always_inline struct special *special_set(struct records *r, __u32 kind)
{
	if (r->special.kind != kind)
		r->special.flags = 0;
	r->special.kind = kind;
	return &r->special;
}

/* Appends them to the event. Global: verified once. */
POINTER_TAKING int records_emit(struct scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct records *r = bpf_task_storage_get(&records, task, 0, 0);
	__u32 at, len;
	__u8 *to;

	if (!s || !c || !r || r->token != c->token)
		return 0;
	if (r->special.kind) {
		at = section_begin(s, SECTION_SPECIAL);
		to = scratch_end(s);
		if (to && !bpf_probe_read_kernel(to, sizeof(r->special), &r->special))
			s->used += sizeof(r->special);
		section_end(s, at, 0);
	}
	if (r->fds == 2) {
		at = section_begin(s, SECTION_FDS);
		to = scratch_end(s);
		if (to && !bpf_probe_read_kernel(to, sizeof(r->fd), r->fd))
			s->used += sizeof(r->fd);
		section_end(s, at, 0);
	}
	len = r->targets.count;
	if (len && len <= TARGETS_MAX) {
		at = section_begin(s, SECTION_TARGETS);
		to = scratch_end(s);
		len *= sizeof(struct target);
		barrier_var(len);
		len &= 2 * TARGETS_MAX * sizeof(struct target) - 1;
		if (to && !bpf_probe_read_kernel(to, len, r->targets.target))
			s->used += len;
		section_end(s, at, 0);
	}
	return 0;
}

#endif
