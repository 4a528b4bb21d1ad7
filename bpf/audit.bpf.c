// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs: thin, each gathers facts and hands on.
 *
 * hook                              tier        what it is for
 * tp_btf/sys_enter                  tracepoint  a system call begins
 * tp_btf/sys_exit                   tracepoint  it ends; names and addresses are read from user memory
 * tp_btf/sched_process_exec         tracepoint  the executable and its ELF interpreter
 * tp_btf/sched_process_exec         fentry      a long argument vector goes ahead of its event
 * fentry, fexit of a system call    fentry      the same, on just the calls the rules name (one clone of each program per call)
 * fentry, fexit/do_filp_open        fentry      a name is opened (open family, execve and its interpreters)
 * fexit/complete_walk               fentry      a lookup arrived, also when the open is then refused
 * fentry/mnt_want_write             fentry      up to 6.11: an open has O_CREAT, so its parent directory is noted
 * fentry/security_path_mknod        fentry      that directory
 * fexit/getname_kernel              fentry      a name the kernel made itself: an interpreter, a socket's path
 * fexit/move_addr_to_kernel         fentry      a socket address, as the kernel copied it
 */
#include "syscall.h"

char LICENSE[] SEC("license") = "GPL";

/* Types reach the object's BTF, and so the layout check on the other side, by being mentioned in a global. */
const volatile struct event *layout_event;
const volatile struct section *layout_section;
const volatile struct item *layout_item;
const volatile struct argv_chunk *layout_chunk;
const volatile struct exec_caps *layout_exec_caps;
const volatile struct policy *layout_policy;
const volatile struct hits *layout_hits;
const volatile enum policy_limit layout_policy_limit;
const volatile struct counters *layout_counters;
const volatile enum fact layout_fact;
const volatile enum want layout_want;
const volatile enum event_type layout_event_type;
const volatile enum event_flag layout_event_flag;
const volatile enum section_kind layout_section_kind;
const volatile enum section_flag layout_section_flag;
const volatile enum item_kind layout_item_kind;
const volatile enum item_flag layout_item_flag;
const volatile enum policy_test_kind layout_policy_test_kind;
const volatile enum loss layout_loss;

static __always_inline struct pending *pending_get(void)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);

	return c && c->active ? c : 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(tracepoint_enter, struct pt_regs *regs, long nr)
{
	syscall_begin(bpf_get_current_task_btf(), nr);
	return 0;
}

/* The file that an open returned. */
static __always_inline struct file *file_of_fd(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = 0;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

static __always_inline void open_from_user(struct pending *c, struct task_struct *task, long ret)
{
	__u64 flags = c->want & WANT_OPEN_A0 ? c->args[1] : c->args[2];

	if (c->want & WANT_CREAT)
		flags = O_CREAT;
	if (c->want & WANT_HOW && bpf_probe_read_user(&flags, sizeof(flags), (void *)flags))
		flags = 0;
	open_begin_text(c, (void *)c->args[c->want & WANT_OPEN_A0 ? 0 : 1], true, flags & O_CREAT);
	open_end(c, ret >= 0 ? file_of_fd(task, ret) : 0);
}

static __always_inline void saddr_from_user(struct pending *c)
{
	__u32 len = c->args[2];

	if (len == 0 || len > SADDR_MAX)
		return;
	barrier_var(len);
	len &= 2 * SADDR_MAX - 1;
	if (!bpf_probe_read_user(c->saddr, len, (void *)c->args[1]))
		c->saddr_len = len;
}

#define EBADF 9

SEC("tp_btf/sys_exit")
int BPF_PROG(tracepoint_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = pending_get();

	if (!c)
		return 0;
	c->active = 0;
	if (c->want & (WANT_OPEN_A0 | WANT_OPEN_A1))
		open_from_user(c, task, ret);
	else if (c->want & WANT_EXEC && !(c->flags & EVENT_F_EXEC))
		open_begin_text(c, (void *)c->args[c->want & WANT_AT ? 1 : 0], true, false);
	else if (c->want & WANT_SADDR && ret != -EBADF)
		saddr_from_user(c);
	syscall_end(ret);
	return 0;
}

/* Where the kernel mapped the ELF interpreter (AT_BASE of the auxiliary vector). */
static __always_inline __u64 interpreter_base(struct mm_struct *mm)
{
	unsigned long aux[2];

	for (int i = 0; i < 22; i++) {
		if (bpf_probe_read_kernel(aux, sizeof(aux), (void *)&mm->saved_auxv[0] + i * sizeof(aux)) || aux[0] == AT_NULL)
			break;
		if (aux[0] == AT_BASE)
			return aux[1];
	}
	return 0;
}

/* The callback may only keep what lies on the caller's stack. */
static long interpreter_found(struct task_struct *task, struct vm_area_struct *vma, struct inode **inode)
{
	*inode = BPF_CORE_READ(vma, vm_file, f_inode);
	return 0;
}

static __always_inline void interpreter_item(struct pending *c, __u64 base)
{
	struct inode *inode = 0;
	struct item *item;

	bpf_find_vma(bpf_get_current_task_btf(), base, interpreter_found, &inode, 0);
	if (!inode)
		return;
	item = item_add(c, ITEM_NORMAL);
	if (item) {
		item->flags |= ITEM_F_INTERP;
		item_set_inode(item, inode);
	}
}

/* The new image's arguments, when they are too long for the event. Sent before it is known whether a rule matches. */
__noinline int exec_argv(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	__u64 len = BPF_CORE_READ(mm, arg_end) - BPF_CORE_READ(mm, arg_start);

	if (!c)
		return 0;
	c->flags |= EVENT_F_EXEC;
	if (len > ARGV_INLINE)
		c->flags |= argv_send(mm, c->token, len);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec_done, struct task_struct *task)
{
	struct pending *c = pending_get();

	if (c && c->want & WANT_EXEC)
		exec_argv();
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(tracepoint_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct pending *c = pending_get();
	struct file *file = BPF_CORE_READ(bprm, file);
	__u64 base;

	if (!c || !(c->want & WANT_EXEC))
		return 0;
	open_begin_text(c, BPF_CORE_READ(bprm, filename), false, false);
	/* of a script only the name is left */
	if (BPF_CORE_READ(bprm, filename) == BPF_CORE_READ(bprm, interp)) {
		open_end(c, file);
	} else {
		open_end(c, 0);
		open_begin_text(c, BPF_CORE_READ(bprm, interp), false, false);
		open_end(c, file);
	}
	base = interpreter_base(BPF_CORE_READ(task, mm));
	if (base)
		interpreter_item(c, base);
	exec_argv();
	return 0;
}

/* Templates: user space sets the target, and loads a clone for each further one. */
SEC("fentry")
int BPF_PROG(syscall_enter)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	syscall_begin(task, BPF_CORE_READ(regs, orig_ax));
	return 0;
}

SEC("fexit")
int syscall_exit(void *ctx)
{
	struct pending *c = pending_get();
	__u64 ret = 0;

	if (!c || bpf_get_func_ret(ctx, &ret))
		return 0;
	c->active = 0;
	syscall_end(ret);
	return 0;
}

SEC("fentry/do_filp_open")
int BPF_PROG(open_enter, int dfd, struct filename *pathname, const struct open_flags *op)
{
	struct pending *c = pending_with_names();

	if (c)
		open_begin(c, item_named(c, pathname), BPF_CORE_READ(op, open_flag) & O_CREAT);
	return 0;
}

SEC("fexit/do_filp_open")
int BPF_PROG(open_exit, int dfd, struct filename *pathname, const struct open_flags *op, struct file *file)
{
	struct pending *c = pending_with_names();

	if (c)
		open_end(c, (unsigned long)file >= (unsigned long)-MAX_ERRNO ? 0 : file);
	return 0;
}

/* A name the kernel made up itself: an interpreter, a socket's path. */
SEC("fexit/getname_kernel")
int BPF_PROG(name_exit, const char *text, struct filename *filename)
{
	struct pending *c = pending_with_names();

	if (c && (unsigned long)filename < (unsigned long)-MAX_ERRNO)
		item_add_named(c, filename);
	return 0;
}

SEC("fexit/complete_walk")
int BPF_PROG(walk_exit, struct nameidata *nd, int ret)
{
	struct pending *c = pending_with_names();
	struct dentry *dentry;
	struct item *item;

	if (!c || ret)
		return 0;
	dentry = BPF_CORE_READ(nd, path.dentry);
	if (c->opening < ITEMS_MAX) {
		open_found(c, dentry, ITEM_NORMAL);
		return 0;
	}
	item = item_at(c, item_named(c, BPF_CORE_READ(nd, name)));
	if (item) {
		item->kind = ITEM_NORMAL;
		item_set_inode(item, BPF_CORE_READ(dentry, d_inode));
	}
	return 0;
}

SEC("fentry/mnt_want_write")
int BPF_PROG(write_enter)
{
	struct pending *c = pending_with_names();

	if (c && c->opening < ITEMS_MAX)
		open_may_create(c);
	return 0;
}

SEC("fentry/security_path_mknod")
int BPF_PROG(mknod_enter, const struct path *dir)
{
	struct pending *c = pending_with_names();

	if (c && c->opening < ITEMS_MAX)
		open_parent(c, BPF_CORE_READ(dir, dentry));
	return 0;
}

SEC("fexit/move_addr_to_kernel")
int BPF_PROG(saddr_exit, void *uaddr, int ulen, struct sockaddr_storage *kaddr, int ret)
{
	struct pending *c = pending_get();
	__u32 len = ulen;

	if (!c || ret || !(c->want & WANT_SADDR) || len == 0 || len > SADDR_MAX)
		return 0;
	barrier_var(len);
	len &= 2 * SADDR_MAX - 1;
	if (!bpf_probe_read_kernel(c->saddr, len, kaddr))
		c->saddr_len = len;
	return 0;
}
