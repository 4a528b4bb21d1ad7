/* SPDX-License-Identifier: GPL-2.0-only */
/* One system call from entry to exit: remembered, judged, told. Both tiers come through here. */
#ifndef RAUDIT_SYSCALL_H
#define RAUDIT_SYSCALL_H

#include "match.h"
#include "lookup.h"
#include "args.h"

/* include/uapi/linux/audit.h, elf-em.h */
#define AUDIT_ARCH_X86_64 0xc000003e
#define AUDIT_ARCH_I386 0x40000003

/* include/linux/errno.h: never shown to user space; the kernel records them as EINTR (__audit_syscall_exit). */
#define EINTR 4
#define ERESTARTSYS 512
#define ENOIOCTLCMD 515
#define ERESTART_RESTARTBLOCK 516

/* kernel/audit.h: AUDITSC_SUCCESS, AUDITSC_FAILURE */
#define RETURN_SUCCESS 1
#define RETURN_FAILURE 2

static __always_inline void args_native(__u64 *args, struct pt_regs *regs)
{
	args[0] = BPF_CORE_READ(regs, di);
	args[1] = BPF_CORE_READ(regs, si);
	args[2] = BPF_CORE_READ(regs, dx);
	args[3] = BPF_CORE_READ(regs, r10);
	args[4] = BPF_CORE_READ(regs, r8);
	args[5] = BPF_CORE_READ(regs, r9);
}

static __always_inline void args_compat(__u64 *args, struct pt_regs *regs)
{
	args[0] = (__u32)BPF_CORE_READ(regs, bx);
	args[1] = (__u32)BPF_CORE_READ(regs, cx);
	args[2] = (__u32)BPF_CORE_READ(regs, dx);
	args[3] = (__u32)BPF_CORE_READ(regs, si);
	args[4] = (__u32)BPF_CORE_READ(regs, di);
	args[5] = (__u32)BPF_CORE_READ(regs, bp);
}

/* Who the task is. Reads through its own pointers: no helper call for each, unlike for objects that may be gone. */
static __always_inline void facts_identity(__u32 *f, struct task_struct *task)
{
	const struct cred *cred = task->cred;

	f[FACT_PID] = task->tgid;
	f[FACT_AUID] = task->loginuid.val;
	f[FACT_AUID_SET] = f[FACT_AUID] != (__u32)-1;
	f[FACT_SESSION] = task->sessionid;
	f[FACT_UID] = cred->uid.val;
	f[FACT_EUID] = cred->euid.val;
	f[FACT_SUID] = cred->suid.val;
	f[FACT_FSUID] = cred->fsuid.val;
	f[FACT_GID] = cred->gid.val;
	f[FACT_EGID] = cred->egid.val;
	f[FACT_SGID] = cred->sgid.val;
	f[FACT_FSGID] = cred->fsgid.val;
	f[FACT_PERS] = task->personality;
}

static __always_inline void facts_args(__u32 *f, const __u64 *args)
{
	f[FACT_A0] = args[0];
	f[FACT_A1] = args[1];
	f[FACT_A2] = args[2];
	f[FACT_A3] = args[3];
}

static __always_inline void facts_fill(struct pending *c, struct task_struct *task, __s64 ret)
{
	__u32 *f = c->facts;

	facts_identity(f, task);
	facts_args(f, c->args);
	f[FACT_PPID] = task->real_parent->tgid;
	f[FACT_EXIT] = (__u32)ret;
	f[FACT_SADDR_FAM] = c->saddr_len >= sizeof(__u16) ? *(__u16 *)c->saddr : (__u32)-1;
	f[FACT_SUCCESS] = (__u64)ret >= (__u64)-MAX_ERRNO ? RETURN_FAILURE : RETURN_SUCCESS;
}

static __always_inline void caps_read(struct caps *caps, const struct cred *cred)
{
	bpf_core_read(&caps->permitted, sizeof(__u64), &cred->cap_permitted);
	bpf_core_read(&caps->inheritable, sizeof(__u64), &cred->cap_inheritable);
	bpf_core_read(&caps->effective, sizeof(__u64), &cred->cap_effective);
	bpf_core_read(&caps->ambient, sizeof(__u64), &cred->cap_ambient);
}

/* A call that begins, and what the rules say of it. */
struct beginning {
	__u64 args[6];
	__u32 nr;
	__u32 compat;
	__u32 want;
	bool named;    /* some rule names the call, and its task is not exempt */
	bool remember; /* and may still match when it ends */
};

/* Reads the policy for a call that begins; 0 when that came to nothing, see policy_intact. Global: verified once. */
__noinline int begin_judge(struct beginning *b)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	__u32 row, known, facts[FACT_MAX] = {};
	const struct policy *p;
	struct reading r;

	if (!b || !policy_read(&r))
		return 0;
	p = r.policy;
	b->named = b->remember = false;
	row = p->syscall[b->compat & 1][b->nr & (NR_MAX - 1)];
	if (!row || p->exempt == (__u32)task->tgid)
		return policy_intact(&r);
	b->named = true;
	b->want = p->wants[b->compat & 1][b->nr & (NR_MAX - 1)];
	if (b->compat)
		args_compat(b->args, regs);
	else
		args_native(b->args, regs);
	known = early_facts(b->want) & p->facts;
	if (known) {
		facts_identity(facts, task);
		facts_args(facts, b->args);
		b->remember = policy_match(p, row, facts, known) != MATCH_NONE;
	} else {
		b->remember = true;
	}
	return policy_intact(&r);
}

/* Whether no rule names the call: most calls, in a few instructions. */
static __always_inline bool begin_unnamed(__u32 compat, __u32 nr)
{
	struct reading r;

	if (!policy_read(&r))
		return true;
	return !r.policy->syscall[compat & 1][nr & (NR_MAX - 1)] && policy_intact(&r);
}

/* The file that a descriptor is open on, or NULL. */
static __always_inline struct file *file_of_fd(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = 0;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

/* The PATH record of a call that has a descriptor instead of a name (audit_file). */
static __always_inline void fd_item(struct task_struct *task, __u32 fd)
{
	struct file *file = file_of_fd(task, fd);

	if (file && !(BPF_CORE_READ(file, f_mode) & FMODE_PATH))
		lookup_found(ITEMS_MAX, (unsigned long)BPF_CORE_READ(file, f_path.dentry), false, false);
}

/* Entry: when some rule names this call, remember what may have changed by its exit. */
static __always_inline void syscall_begin(struct task_struct *task, __u64 nr)
{
	struct beginning b = { .nr = nr, .compat = task->thread_info.status & TS_COMPAT ? 1 : 0 };
	struct pending *c;
	struct names *n;

	if (nr >= NR_MAX || begin_unnamed(b.compat, nr))
		return;
	if (!begin_judge(&b) && !begin_judge(&b)) {
		count_lost(LOSS_POLICY);
		b.named = true;
		b.remember = false;
	}
	if (!b.named)
		return;
	if (!b.remember) {
		/* should the exit of an earlier call have been skipped, it must not be taken for this one's */
		c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
		if (c)
			c->active = 0;
		return;
	}
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!c) {
		count_lost(LOSS_STATE);
		return;
	}
	c->active = 1;
	c->time = bpf_ktime_get_ns();
	c->token = c->time ^ bpf_get_current_pid_tgid();
	c->nr = nr;
	c->compat = b.compat;
	c->want = b.want;
	c->items = 0;
	c->opening = ITEMS_MAX;
	c->child = ITEMS_MAX;
	c->rename_from = c->rename_to = 0;
	c->flags = 0;
	c->saddr_len = 0;
	__builtin_memcpy(c->args, b.args, sizeof(b.args));
	if (c->want & WANT_EXEC) {
		caps_read(&c->caps, task->cred);
		c->uid = task->cred->uid.val;
	}
	if (c->want & WANT_NAMES) {
		n = bpf_task_storage_get(&names, bpf_get_current_task_btf(), 0, 0);
		if (n)
			n->used = 0;
	}
	if (c->want & WANT_PWD)
		BPF_CORE_READ_INTO(&c->pwd, task, fs, pwd);
	if (c->want & WANT_FD)
		fd_item(task, c->args[0]);
}

/* The path items with their names. Global: verified once. */
__noinline int items_emit(struct scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct names *n = bpf_task_storage_get(&names, task, 0, 0), *more = bpf_task_storage_get(&names_more, task, 0, 0), *from;

	if (!s || !c || !n)
		return 0; /* no memory for names: counted when it happened */
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		__u32 at = s->used, name_at, len;
		struct item *to;

		if (i >= c->items)
			break;
		at = section_begin(s, SECTION_ITEM);
		to = (struct item *)scratch_end(s);
		if (!to) {
			s->used = at;
			break;
		}
		__builtin_memcpy(to, &c->item[i], sizeof(*to));
		s->used += sizeof(*to);
		from = c->item[i].name_at & NAMES_MORE ? more : n;
		name_at = c->item[i].name_at & (NAMES_TEXT - 1);
		len = c->item[i].name_len & (NAME_MAX_LEN - 1);
		if (len && from && !bpf_probe_read_kernel((__u8 *)to + sizeof(*to), len, from->text + name_at))
			s->used += len;
		section_end(s, at, 0);
	}
	return 0;
}

static __always_inline void event_fill(struct scratch *s, struct pending *c, struct task_struct *task, __s64 ret)
{
	struct event *e = (struct event *)s->data;
	const char *tty = BPF_CORE_READ(task, signal, tty) ? (void *)&BPF_CORE_READ(task, signal, tty)->name : 0;

	e->type = EVENT_SYSCALL;
	e->flags = c->flags;
	e->token = c->token;
	e->time = c->time;
	e->ret = ret;
	__builtin_memcpy(e->args, c->args, sizeof(e->args));
	e->arch = c->compat ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
	e->nr = c->nr;
	e->argv_len = 0;
	e->cpu = bpf_get_smp_processor_id();
	__builtin_memcpy(e->facts, c->facts, sizeof(e->facts));
	BPF_CORE_READ_INTO(&e->comm, task, comm);
	e->tty[0] = 0;
	if (tty)
		bpf_probe_read_kernel_str(e->tty, sizeof(e->tty), tty);
	s->used = sizeof(*e);
}

static __always_inline void caps_emit(struct scratch *s, const struct pending *c, struct task_struct *task)
{
	__u32 at = section_begin(s, SECTION_CAPS);
	struct exec_caps *to = (struct exec_caps *)scratch_end(s);

	if (!to)
		return;
	__builtin_memset(to, 0, sizeof(*to));
	__builtin_memcpy(&to->before, &c->caps, sizeof(to->before));
	caps_read(&to->after, task->cred);
	to->uid_before = c->uid;
	to->securebits = task->cred->securebits;
	item_set_inode(&to->exe, BPF_CORE_READ(task, mm, exe_file, f_inode));
	to->exe.kind = ITEM_NORMAL;
	s->used += sizeof(*to);
	section_end(s, at, 0);
}

/* SELinux's label of the task, as a number. */
static __always_inline void sid_emit(struct scratch *s, struct task_struct *task)
{
	__u32 at = section_begin(s, SECTION_LABEL);
	struct label_sid *to = (struct label_sid *)scratch_end(s);

	if (!to)
		return;
	task_sid(to, task);
	s->used += sizeof(*to);
	section_end(s, at, SECTION_F_SID);
}

static __always_inline void label_emit(struct scratch *s, struct task_struct *task)
{
	struct aa_label *label = 0;
	const void *blob = BPF_CORE_READ(task, cred, security);
	__u32 at;
	__u8 *to;
	int offset = 0;
	long len;

	if (selinux_policy)
		sid_emit(s, task);
	if (!apparmor_blob_sizes || !blob)
		return;
	bpf_probe_read_kernel(&offset, sizeof(offset), (void *)apparmor_blob_sizes);
	bpf_probe_read_kernel(&label, sizeof(label), blob + offset);
	at = section_begin(s, SECTION_LABEL);
	to = scratch_end(s);
	if (!to || !label)
		return;
	len = bpf_probe_read_kernel_str(to, LABEL_MAX, BPF_CORE_READ(label, hname));
	if (len > 1 && len <= LABEL_MAX)
		s->used += len - 1;
	section_end(s, at, 0);
}

/*
 * Puts the event of the call that ended together and hands it over. Not inlined, and not static: the verifier then checks it
 * once, by itself, and not again for every way that leads here.
 */
__noinline int event_emit(__s64 ret, __u32 rule, __u32 generation)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct scratch *s;
	struct event *e;

	if (!c)
		return 0;
	s = scratch_take();
	if (!s) {
		count_lost(LOSS_SCRATCH);
		return 0;
	}
	e = (struct event *)s->data;
	event_fill(s, c, task, ret);
	e->rule = rule;
	e->generation = generation;
	if (mm && (c->flags & EVENT_F_EXEC)) {
		__u64 len = BPF_CORE_READ(mm, arg_end) - BPF_CORE_READ(mm, arg_start);

		e->argv_len = len;
		if (len <= ARGV_INLINE)
			argv_emit(s, mm, len);
		caps_emit(s, c, task);
	}
	path_emit(s, SECTION_EXE);
	if (c->items) {
		path_emit(s, SECTION_CWD);
		items_emit(s);
	}
	saddr_emit(s, c);
	label_emit(s, task);
	title_emit(s);
	ring_submit(s);
	scratch_release(s);
	return 0;
}

static __always_inline void hit_count(__u32 slot, __u32 rule)
{
	__u32 at = slot * HIT_SHARDS + bpf_get_smp_processor_id() % HIT_SHARDS;
	struct hits *h = bpf_map_lookup_elem(&hits, &at);

	if (h)
		__sync_fetch_and_add(&h->rule[rule & (RULES_MAX - 1)], 1);
}

/* Exit: judge with what is true now, as the kernel does, and tell. Global for the same reason as event_emit. */
__noinline int syscall_end(__s64 ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct counters *count = counters_get();
	__u32 generation = 0;
	bool always = false;
	struct reading r;
	int rule = MATCH_NONE;

	if (!c || !count)
		return 0;
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK && ret != -ENOIOCTLCMD)
		ret = -EINTR;
	facts_fill(c, task, ret);
	for (int again = 0;; again++) {
		if (again == 2 || !policy_read(&r)) {
			count_lost(LOSS_POLICY);
			return 0;
		}
		rule = policy_match(r.policy, r.policy->syscall[c->compat & 1][c->nr & (NR_MAX - 1)], c->facts, -1);
		always = rule != MATCH_NONE && policy_says_always(r.policy, rule);
		generation = r.policy->generation;
		if (policy_intact(&r))
			break;
	}
	if (rule == MATCH_NONE)
		return 0;
	hit_count(r.slot, rule);
	if (!always)
		return 0;
	__sync_fetch_and_add(&count->matched, 1);
	event_emit(ret, rule, generation);
	return 0;
}

#endif
