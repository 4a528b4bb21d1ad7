/* SPDX-License-Identifier: GPL-2.0-only */
/* One system call from entry to exit: remembered, judged, told. Both tiers come through here. */
#ifndef RAUDIT_SYSCALL_H
#define RAUDIT_SYSCALL_H

#include "judge.h"
#include "who.h"
#include "machine.h"
#include "open.h"
#include "args.h"
#include "records.h"

/* include/linux/errno.h: never shown to user space; the kernel records them as EINTR (__audit_syscall_exit). */
#define ERESTARTSYS 512
#define ENOIOCTLCMD 515
#define ERESTART_RESTARTBLOCK 516

/* kernel/audit.h: AUDITSC_SUCCESS, AUDITSC_FAILURE */
#define RETURN_SUCCESS 1
#define RETURN_FAILURE 2

/* What perm= asks of an open (ACC_MODE, kernel/auditsc.c), as AUDIT_PERM_* bits. */
static __always_inline __u32 access_mode(__u32 flags)
{
	flags &= 3;
	return flags == 0 ? 4 : flags == 1 ? 2 : 6;
}

#define SYS_BIND 2 /* include/uapi/linux/net.h */

static __always_inline void facts_args(struct pending *c)
{
	__u32 *f = c->facts;

	f[FACT_A0] = c->args[0];
	f[FACT_A1] = c->args[1];
	f[FACT_A2] = c->args[2];
	f[FACT_A3] = c->args[3];
	if (c->want & WANT_HOW)
		f[FACT_ACCESS] = access_mode(c->open_flags);
	else if (c->want & WANT_OPEN_A1)
		f[FACT_ACCESS] = access_mode(c->args[2]);
	else if (c->want & WANT_OPEN_A0 && !(c->want & WANT_CREAT))
		f[FACT_ACCESS] = access_mode(c->args[1]);
	else if (c->want & WANT_SOCKETCALL)
		f[FACT_ACCESS] = c->args[0] == SYS_BIND ? 2 : 0;
	else
		f[FACT_ACCESS] = ACCESS_BY_CALL;
}

static __always_inline void facts_fill(struct pending *c, struct task_struct *task, __s64 ret)
{
	__u32 *f = c->facts;

	facts_identity(c);
	facts_args(c);
	f[FACT_PPID] = OWN2(task, real_parent, tgid);
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

/* Whether some rule names the call, or did a moment ago. Most calls end here. */
static __always_inline bool begin_named(__u32 compat, __u32 nr)
{
	__u32 zero = 0;
	const struct named *n = bpf_map_lookup_elem(&named, &zero);

	return n && *(volatile __u64 *)&n->call[compat & 1][nr / 64 & (NR_MAX / 64 - 1)] >> (nr % 64) & 1;
}

/* Whether no rule that names the call is about a task like this: most of those that are left, in few instructions. Verified once. */
POINTER_TAKING int begin_ruled_out(struct pending *c)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct reading r;
	__u32 row, want;

	if (!c || !policy_read(&r) || r.policy->closing)
		return true;
	row = r.policy->syscall[c->compat & 1][c->nr & (NR_MAX - 1)];
	want = r.policy->wants[c->compat & 1][c->nr & (NR_MAX - 1)];
	if (want & WANT_RING)
		return false;
	if (!row || r.policy->exempt == (__u32)OWN(task, tgid))
		return policy_intact(&r);
	if ((early_facts(want) & EARLY_IDENTITY) != EARLY_IDENTITY)
		return false;
	facts_identity(c);
	return who_rules_out(c, &r, row) && policy_intact(&r);
}

/* What the rules say of a call that begins. */
enum begin_verdict {
	BEGIN_VOID,     /* the policy changed meanwhile: ask again */
	BEGIN_FORGET,   /* no rule can match any more */
	BEGIN_REMEMBER,
};

/* Reads the policy for the call in `pending`. Global: verified once. */
__noinline int begin_judge(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	enum begin_verdict verdict = BEGIN_REMEMBER;
	const struct policy *p;
	struct reading r;
	__u32 known;

	if (!c || !policy_read(&r))
		return BEGIN_FORGET;
	p = r.policy;
	c->want = p->wants[c->compat & 1][c->nr & (NR_MAX - 1)];
	if (!(p->syscall[c->compat & 1][c->nr & (NR_MAX - 1)] || c->want & WANT_RING) || p->exempt == (__u32)OWN(task, tgid))
		return policy_intact(&r) ? BEGIN_FORGET : BEGIN_VOID;
	if (c->compat)
		args_compat(c->args, regs);
	else
		args_native(c->args, regs);
	known = early_facts(c->want) & p->facts;
	if (known && !(c->want & WANT_RING)) {
		facts_identity(c);
		facts_args(c);
		if (judge(HAND(c, p, r.slot), known, JUDGE_BEGIN) == MATCH_NONE)
			verdict = BEGIN_FORGET;
	}
	return policy_intact(&r) ? verdict : BEGIN_VOID;
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

/* The state of a call that is to be remembered. */
static __always_inline void pending_begin(struct pending *c, struct task_struct *task)
{
	struct names *n;

	pending_wake(c);
	c->time = bpf_ktime_get_ns();
	c->token = c->time ^ bpf_get_current_pid_tgid();
	c->items = 0;
	c->opening = NOT_OPENING;
	c->operations = c->alone = c->late = c->stash = 0;
	c->denied = 0;
	c->looked = 0;
	c->rename_from = c->rename_to = 0;
	c->flags = 0;
	c->saddr_len = 0;
	c->open_flags = 0;
	c->early = RULES_MAX;
	c->trees = 0;
	if (c->want & WANT_EXEC) {
		caps_read(&c->caps, OWN(task, cred));
		c->uid = OWN2(task, cred, uid.val);
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

/* Entry: when some rule names this call, remember what may have changed by its exit. */
static __always_inline void syscall_begin(struct task_struct *task, __u64 nr)
{
	__u32 compat = task_is_compat(task);
	struct pending *c;
	int verdict;

	if (nr >= NR_MAX || !begin_named(compat, nr))
		return;
	c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!c) {
		count_lost(LOSS_STATE);
		return;
	}
	/* should the exit of an earlier call have been skipped, it must not be taken for this one's */
	pending_rest(c);
	if (c->task_state == TASK_NEVER)
		return;
	c->nr = nr;
	c->compat = compat;
	if (begin_ruled_out(c))
		return;
	verdict = begin_judge();
	if (verdict == BEGIN_VOID)
		verdict = begin_judge();
	if (verdict == BEGIN_VOID)
		count_lost(LOSS_POLICY);
	if (verdict == BEGIN_REMEMBER)
		pending_begin(c, task);
}

/* One path item with its name; says whether there are more to come. Global: verified once. */
POINTER_TAKING int item_emit(struct scratch *s, __u32 i)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct names *n = bpf_task_storage_get(&names, task, 0, 0), *more = bpf_task_storage_get(&names_more, task, 0, 0), *from;
	__u32 at, name_at, len;
	struct item *to;

	if (!s || !c)
		return 0;
	if (i >= c->items || i >= ITEMS_MAX)
		return 0;
	barrier_var(i);
	at = section_begin(s, SECTION_ITEM);
	to = (struct item *)scratch_end(s);
	if (!to) {
		s->used = at;
		return 0;
	}
	__builtin_memcpy(to, &c->item[i], sizeof(*to));
	s->used += sizeof(*to);
	from = to->name_at & NAMES_MORE ? more : n;
	name_at = to->name_at & (NAMES_TEXT - 1);
	len = to->name_len & (NAME_MAX_LEN - 1);
	if (len && from && !bpf_probe_read_kernel((__u8 *)to + sizeof(*to), len, from->text + name_at))
		s->used += len;
	section_end(s, at, 0);
	return 1;
}

/* The path items. Global: verified once. */
POINTER_TAKING int items_emit(struct scratch *s)
{
	if (!s)
		return 0;
	for (__u32 i = 0; i < ITEMS_MAX; i++)
		if (!item_emit(s, i))
			break;
	return 0;
}

static __always_inline void event_fill(struct scratch *s, struct pending *c, struct task_struct *task, __s64 ret)
{
	struct event *e = (struct event *)s->data;
	struct tty_struct *tty = OWN2(task, signal, tty);

	e->type = EVENT_SYSCALL;
	e->flags = c->flags;
	e->token = c->token;
	e->time = c->time;
	e->ret = ret;
	__builtin_memcpy(e->args, c->args, sizeof(e->args));
	e->arch = c->compat ? ARCH_COMPAT : ARCH_NATIVE;
	e->nr = c->nr;
	e->argv_len = 0;
	e->cpu = bpf_get_smp_processor_id();
	__builtin_memcpy(e->facts, c->facts, sizeof(e->facts));
	BPF_CORE_READ_INTO(&e->comm, task, comm);
	e->tty[0] = 0;
	if (tty)
		bpf_probe_read_kernel_str(e->tty, sizeof(e->tty), (void *)tty + bpf_core_field_offset(tty->name));
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
	caps_read(&to->after, OWN(task, cred));
	to->uid_before = c->uid;
	to->securebits = OWN2(task, cred, securebits);
	item_set_inode(&to->exe, BPF_CORE_READ(task, mm, exe_file, f_inode));
	to->exe.kind = ITEM_NORMAL;
	s->used += sizeof(*to);
	section_end(s, at, 0);
}

static __always_inline void denied_emit(struct scratch *s, const struct pending *c)
{
	__u32 at;
	__u8 *to;

	if (!c->denied)
		return;
	at = section_begin(s, SECTION_DENIED);
	to = scratch_end(s);
	if (!to)
		return;
	__builtin_memcpy(to, &c->denied, sizeof(c->denied));
	__builtin_memcpy(to + sizeof(c->denied), c->denied_op, sizeof(c->denied_op));
	s->used += sizeof(c->denied) + sizeof(c->denied_op);
	section_end(s, at, 0);
}

/*
 * Puts the event of the call that ended together and hands it over. Not inlined, and not static: the verifier then checks it
 * once, by itself, and not again for every way that leads here.
 */
__noinline int event_emit(__s64 ret, __u32 rule, __u32 generation, __u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct mm_struct *mm = OWN(task, mm);
	struct scratch *s;
	struct event *e;

	/* what is shed is not put together first: when there is too much to do, that is the cheapest */
	if (!c || ring_admits(slot, rule, sizeof(*e)) == STANDING_SHED)
		return 0;
	s = scratch_take();
	if (!s) {
		count_lost_of(slot, rule, LOSS_SCRATCH);
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
		/* whatever has names has one first */
		if (notes_cwd_of_files || !(c->item[0].flags & ITEM_F_UNNAMED))
			path_emit(s, SECTION_CWD);
		items_emit(s);
	}
	if (c->want & WANT_RECORDS)
		records_emit(s);
	denied_emit(s, c);
	saddr_emit(s, c);
	label_emit(s, task);
	title_emit(s);
	ring_submit(s, slot, rule);
	scratch_release(s);
	return 0;
}

/* A watched name is about to lose its inode: rules that watch it are asked before that. Global: verified once. */
__noinline int watch_deleted(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct reading r;
	int rule;

	if (!c || !policy_read(&r))
		return 0;
	facts_fill(c, task, 0);
	if (selinux.judged && r.policy->labels)
		label_facts(r.slot);
	rule = judge(HAND(c, r.policy, r.slot), ~(1U << FACT_EXIT | 1U << FACT_SUCCESS), JUDGE_DELETION);
	if (rule == MATCH_NONE || !policy_intact(&r))
		return 0;
	if (c->early_generation != r.policy->generation || (__u32)rule < c->early)
		c->early = rule;
	c->early_generation = r.policy->generation;
	return 0;
}

/* A task is made: does the task list leave it out? Global: verified once. */
__noinline int task_judge(__u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	const struct policy *p = bpf_map_lookup_elem(&policies, &slot);

	if (!c || !p)
		return MATCH_NONE;
	/* its credentials are its maker's, and so is, yet, its number (copy_process, kernel/fork.c) */
	facts_identity(c);
	return judge(HAND(c, p, slot), TASK_FACTS, JUDGE_TASK);
}

static __always_inline void task_begin(struct task_struct *task)
{
	struct reading r;
	struct pending *c;

	if (!policy_read(&r) || !r.policy->tasks)
		return;
	if (task_judge(r.slot) == MATCH_NONE)
		return;
	c = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (c)
		c->task_state = TASK_NEVER;
	else
		count_lost(LOSS_STATE);
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
	ret = exit_value(ret, c->compat);
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK && ret != -ENOIOCTLCMD)
		ret = -EINTR;
	if (c->want & WANT_RING)
		foreign_settle_all();
	facts_fill(c, task, ret);
	for (int again = 0;; again++) {
		if (again == 2 || !policy_read(&r)) {
			count_lost(LOSS_POLICY);
			return 0;
		}
		if (selinux.judged && r.policy->labels)
			label_facts(r.slot);
		rule = judge(HAND(c, r.policy, r.slot), -1, JUDGE_END);
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
	event_emit(ret, rule, generation, r.slot);
	return 0;
}

#endif
