/* SPDX-License-Identifier: GPL-2.0-only */
/* What is read from the task's own memory: the argument vector, the process title, a socket address. */
#ifndef RAUDIT_ARGS_H
#define RAUDIT_ARGS_H

#include "emit.h"

enum {
	ARGV_INLINE = 4096,     /* longer argument areas go ahead in chunks */
	ARGV_CHUNK = APPEND_MAX,
	ARGV_CHUNKS = 256,      /* 2 MiB: a quarter of the default stack, execve's own limit */
};

/* Appends `len` bytes of user memory as a section, or nothing when they cannot be read; `len` at most TITLE_MAX. */
static __always_inline bool user_emit(struct scratch *s, __u16 kind, unsigned long from, __u32 len)
{
	__u32 at = section_begin(s, kind);
	__u8 *to = scratch_end(s);

	barrier_var(len);
	len &= 2 * TITLE_MAX - 1;
	if (!to || bpf_probe_read_user(to, len, (void *)from)) {
		s->used = at;
		return false;
	}
	s->used += len;
	section_end(s, at, 0);
	return true;
}

/*
 * The first bytes of the argument area; and of the environment when the program wrote over its last NUL (get_cmdline,
 * mm/util.c). Global: verified once.
 */
POINTER_TAKING int title_emit(struct scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = OWN(task, mm);
	unsigned long start, end, env;
	__u32 len = TITLE_MAX, left;
	__u8 last = 0;

	if (!s || !mm)
		return 0;
	start = OWN(mm, arg_start);
	end = OWN(mm, arg_end);
	if (end <= start)
		return 0;
	if (end - start < TITLE_MAX)
		len = end - start;
	if (!user_emit(s, SECTION_TITLE, start, len) || len == TITLE_MAX)
		return 0;
	if (bpf_probe_read_user(&last, 1, (void *)start + len - 1) || last == 0)
		return 0;
	env = OWN(mm, env_start);
	left = OWN(mm, env_end) - env;
	if (left > TITLE_MAX - len)
		left = TITLE_MAX - len;
	user_emit(s, SECTION_TITLE_ENV, env, left);
	return 0;
}

struct argv_sender {
	struct scratch *scratch;
	unsigned long start;
	__u64 token;
	__u32 total;
	__u32 flags;
};

static long argv_send_chunk(__u32 i, struct argv_sender *sender)
{
	struct scratch *s = sender->scratch;
	struct argv_chunk *chunk = (struct argv_chunk *)s->data;
	__u32 offset = i * ARGV_CHUNK, left = sender->total - offset, len;

	if (offset >= sender->total)
		return 1;
	len = left < ARGV_CHUNK ? left & (ARGV_CHUNK - 1) : ARGV_CHUNK;
	chunk->type = EVENT_ARGV;
	chunk->flags = 0;
	chunk->token = sender->token;
	chunk->offset = offset;
	chunk->len = len;
	chunk->size = sizeof(*chunk) + len;
	if (bpf_probe_read_user(s->data + sizeof(*chunk), len, (void *)sender->start + offset) ||
	    bpf_ringbuf_output(&ring, s->data, sizeof(*chunk) + len, 0)) {
		sender->flags = EVENT_F_ARGV_CUT;
		return 1;
	}
	return 0;
}

/* Sends the argument area ahead of its event, piece by piece. */
static __always_inline __u32 argv_send(struct mm_struct *mm, __u64 token, __u32 total)
{
	struct argv_sender sender = {
		.scratch = scratch_take(),
		.start = BPF_CORE_READ(mm, arg_start),
		.token = token,
		.total = total,
		.flags = total > ARGV_CHUNKS * ARGV_CHUNK ? EVENT_F_ARGV_CUT : 0,
	};

	if (!sender.scratch)
		return EVENT_F_ARGV_CUT;
	bpf_loop(ARGV_CHUNKS, argv_send_chunk, &sender, 0);
	scratch_release(sender.scratch);
	return sender.flags;
}

/* A short argument area travels inside the event. */
static __always_inline void argv_emit(struct scratch *s, struct mm_struct *mm, __u32 total)
{
	__u32 at = section_begin(s, SECTION_ARGV);
	__u8 *to = scratch_end(s);

	if (!to || total > ARGV_INLINE)
		return;
	barrier_var(total);
	total &= 2 * ARGV_INLINE - 1;
	if (bpf_probe_read_user(to, total, (void *)BPF_CORE_READ(mm, arg_start))) {
		s->used = at;
		return;
	}
	s->used += total;
	section_end(s, at, 0);
}

static __always_inline void saddr_emit(struct scratch *s, const struct pending *c)
{
	__u32 at, len = c->saddr_len;
	__u8 *to;

	if (!len || len > SADDR_MAX)
		return;
	at = section_begin(s, SECTION_SADDR);
	to = scratch_end(s);
	if (!to)
		return;
	barrier_var(len);
	len &= 2 * SADDR_MAX - 1;
	if (len > SADDR_MAX || bpf_probe_read_kernel(to, len, c->saddr))
		return;
	s->used += len;
	section_end(s, at, 0);
}

#endif
