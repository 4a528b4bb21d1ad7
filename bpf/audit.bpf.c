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
 * fexit/d_lookup                    fentry      its last component is looked up: the parent directory of what may be made
 * fexit/security_inode_create       fentry      a file may be made there
 * fentry/inode_init_owner           fentry      before 5.17: or is made, by an open that is refused all the same
 * fexit/lookup_open                 fentry      in 7.x: or may not
 * fentry/may_open                   fentry      a file was found, or made, and it is asked whether it may be opened
 * fentry/terminate_walk             fentry      where the walk ended, also when the open was refused
 * fentry/audit_log_path_denied      fentry      a link was not followed or not made: a record of its own
 * fexit/getname_kernel              fentry      a name the kernel made itself: an interpreter, a socket's path
 * fexit/getname_flags, getname,
 *   getname_uflags, __getname_maybe_null
 *                                   fentry      a name copied from memory
 * fentry, fexit/filename_lookup     fentry      a name is looked up: of all calls but opens
 * fentry/do_mkdirat, do_mknodat, do_rmdir, do_unlinkat, do_symlinkat, do_linkat, do_renameat2, filename_create
 *                                   fentry      the names of entries that are to be made, moved or deleted
 * fentry/lookup_one_qstr_excl       fentry      the directory of such a name was found
 * fexit/may_delete                  fentry      an entry is to be deleted, moved or replaced
 * fentry, fexit/vfs_rename          fentry      an entry is moved
 * fentry, fexit/vfs_create, vfs_mkdir, vfs_mknod, vfs_symlink, vfs_link
 *                                   fentry      an entry is made
 * fexit/mnt_want_write_file         fentry      a file that is open may be written to: fchown notes it
 * fentry/do_getxattr                fentry      since 6.13: an open file's attribute is read
 * fexit/move_addr_to_kernel         fentry      a socket address, as the kernel copied it
 * fentry/security_socket_bind, __sys_connect_file, security_socket_sendmsg, fexit/__copy_msghdr_from_user
 *                                   fentry      the same where most calls do that by a part of the function above
 * fentry/audit_watch_handle_event   fentry      a watched name loses its inode
 * fexit/audit_mark_handle_event     fentry      a watched executable is another file
 * tp_btf/sys_enter, sys_exit        fentry      every system call begins and ends: for rules that name them all, and for the trial
 * tp_btf/sched_process_fork         both        a task is made: the task list
 * fentry, fexit/do_file_open_root   fentry      a file is opened by its handle
 * fexit/complete_getname            fentry      a name of an operation (uring.h)
 * fentry, fexit of an operation     fentry      an operation of io_uring (uring.h): one clone of each program per function
 * clock.h, ipc.h, module.h, signal.h, socket.h  fentry: what is noted for the records of few calls
 */
#include "exec.h"
#include "hook.h"
#include "layout.h"

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/sys_enter")
int TRACEPOINT(tracepoint_enter, struct pt_regs *regs, long nr)
{
	syscall_begin(bpf_get_current_task_btf(), nr);
	return 0;
}

static __always_inline void open_from_user(struct pending *c, struct task_struct *task, long ret)
{
	__u64 flags = c->want & WANT_OPEN_A0 ? c->args[1] : c->args[2];

	if (c->want & WANT_CREAT)
		flags = O_CREAT;
	if (c->want & WANT_HOW && bpf_probe_read_user(&flags, sizeof(flags), (void *)flags))
		flags = 0;
	open_seen(c->args[c->want & WANT_OPEN_A0 ? 0 : 1], true, ret >= 0 ? (unsigned long)file_of_fd(task, ret) : 0, flags & O_CREAT);
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
#define EOVERFLOW 75
#define RENAME_EXCHANGE 2 /* include/uapi/linux/fs.h */

SEC("tp_btf/sys_exit")
int TRACEPOINT(tracepoint_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = pending_get();

	if (!c)
		return 0;
	pending_rest(c);
	if (c->want & (WANT_OPEN_A0 | WANT_OPEN_A1))
		open_from_user(c, task, ret);
	else if (c->want & WANT_EXEC && !(c->flags & EVENT_F_EXEC))
		open_seen(c->args[c->want & WANT_AT ? 1 : 0], true, 0, false);
	else if (c->want & WANT_SADDR && ret != -EBADF)
		saddr_from_user(c);
	syscall_end(ret);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int TRACEPOINT(exec_done, struct task_struct *task)
{
	struct pending *c = pending_get();

	if (c && c->want & WANT_EXEC)
		exec_argv();
	return 0;
}

SEC("tp_btf/sched_process_exec")
int TRACEPOINT(tracepoint_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct pending *c = pending_get();
	struct file *file = BPF_CORE_READ(bprm, file);
	__u64 base;
	bool script;

	if (!c || !(c->want & WANT_EXEC))
		return 0;
	/* of a script only the name is left */
	script = BPF_CORE_READ(bprm, filename) != BPF_CORE_READ(bprm, interp);
	open_seen((unsigned long)BPF_CORE_READ(bprm, filename), false, script ? 0 : (unsigned long)file, false);
	if (script)
		open_seen((unsigned long)BPF_CORE_READ(bprm, interp), false, (unsigned long)file, false);
	base = interpreter_base(BPF_CORE_READ(task, mm));
	if (base)
		interpreter_item(c, base);
	exec_argv();
	return 0;
}

/* For rules that name every system call: cheaper than a program for each. */
SEC("tp_btf/sys_enter")
int TRACEPOINT(every_enter, struct pt_regs *regs, long nr)
{
	syscall_begin(bpf_get_current_task_btf(), nr);
	return 0;
}

SEC("tp_btf/sys_exit")
int TRACEPOINT(every_exit, struct pt_regs *regs, long ret)
{
	struct pending *c = pending_get();

	if (!c)
		return 0;
	pending_rest(c);
	syscall_end(ret);
	return 0;
}

SEC("fentry/audit_watch_handle_event")
int HOOK(watch_event, void *mark, __u32 mask)
{
	struct pending *c = pending_with_names();

	if (c && c->want & WANT_WATCH && mask & (FS_DELETE | FS_MOVED_FROM))
		watch_deleted();
	return 0;
}

SEC("fexit/audit_mark_handle_event")
int HOOK(exe_event)
{
	__u32 zero = 0, *epoch = bpf_map_lookup_elem(&exe_epoch, &zero);

	if (epoch)
		__sync_fetch_and_add(epoch, 1);
	return 0;
}

#include "task.h"

/* Templates: user space sets the target, and loads a clone for each further one. */
SEC("fentry")
int BEGINNING(syscall_enter)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	syscall_begin(task, regs_syscall(regs));
	return 0;
}

SEC("fexit")
int HOOK(syscall_exit)
{
	struct pending *c = pending_get();
	__u64 ret = 0;

	if (!c || RESULT(ctx, 1, &ret))
		return 0;
	pending_rest(c);
	syscall_end(ret);
	return 0;
}

static __always_inline bool is_error(const void *pointer)
{
	return (unsigned long)pointer >= (unsigned long)-MAX_ERRNO;
}

SEC("fentry/do_filp_open")
int HOOK(open_enter, int dfd, struct filename *pathname, const struct open_flags *op)
{
	struct pending *c = pending_with_names();

	if (c && !is_error(pathname)) /* since 7.0 names that could not be copied come this far */
		open_begin(c, item_named(c, pathname), (unsigned long)pathname, BPF_CORE_READ(op, open_flag));
	return 0;
}

static __always_inline int open_over(__u64 *ctx, __u32 arguments)
{
	struct pending *c = pending_with_names();
	struct file *file;
	__u64 ret = 0;

	if (!c || c->opening >= NOT_OPENING || RESULT(ctx, arguments, &ret))
		return 0;
	file = (struct file *)ret;
	if (is_error(file))
		open_failed(c, ret);
	else if (!c->opened)
		open_file(c, BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_mode) & FMODE_CREATED);
	c->opening = NOT_OPENING;
	return 0;
}

SEC("fexit/do_filp_open")
int HOOK(open_exit)
{
	return open_over(ctx, 3);
}

SEC("fexit/d_lookup")
int HOOK(step_exit, struct dentry *dir, const struct qstr *name, struct dentry *found)
{
	struct pending *c = pending_with_names();
	__u64 at = 0;

	if (c && !bpf_get_func_arg(ctx, 0, &at)) /* as a number, which global functions take */
		open_step(c, name, at, found);
	return 0;
}

SEC("fexit/security_inode_create")
int HOOK(making_exit, struct inode *dir, struct dentry *dentry, int mode, int ret)
{
	struct pending *c = pending_with_names();

	if (c && open_walk(c))
		c->making = ret ? 0 : (unsigned long)dentry;
	return 0;
}

/* A new inode gets its owner: that of the file, which the open may yet refuse. */
SEC("fentry/inode_init_owner")
int HOOK(owner_enter)
{
	struct pending *c = pending_with_names();

	if (c && c->making && open_walk(c))
		c->made = 1;
	return 0;
}

/* Where the entry was not there, and none was made. The kernel notes it even if none might be made. */
SEC("fexit/lookup_open")
int HOOK(making_failed, struct nameidata *nd)
{
	struct pending *c = pending_with_names();
	__u64 ret = 0;

	if (c && !RESULT(ctx, 3, &ret) && is_error((void *)ret) && nd == open_walk(c) && c->open_flags & O_CREAT && open_made(ret))
		lookup_entry((unsigned long)BPF_CORE_READ(nd, path.dentry, d_inode), (unsigned long)BPF_CORE_READ(nd, last.name),
			     BPF_CORE_READ(nd, last.len), 0, ITEM_CREATE);
	return 0;
}

/* Of a file that was just made, no access is asked for. */
SEC("fentry/may_open")
int HOOK(file_enter)
{
	struct pending *c = pending_with_names();
	struct nameidata *nd = c ? open_walk(c) : 0;
	__u64 path = 0, acc_mode = 0;

	if (!nd || bpf_get_func_arg(ctx, opened_argument, &path) || bpf_get_func_arg(ctx, opened_argument + 1, &acc_mode))
		return 0;
	if (path != (unsigned long)nd + bpf_core_field_offset(nd->path))
		return 0;
	c->opened = 1;
	open_file(c, BPF_CORE_READ((struct path *)path, dentry), !(int)acc_mode);
	return 0;
}

SEC("fentry/terminate_walk")
int HOOK(walk_end, struct nameidata *nd)
{
	struct pending *c = pending_with_names();

	if (c)
		open_walked(c, nd);
	return 0;
}

#define ANOM_LINK 1702 /* AUDIT_ANOM_LINK, include/uapi/linux/audit.h */

/* The kernel writes this record for tasks that it audits. Of a link that was not followed ("follow_link") it notes the file. */
SEC("fentry/audit_log_path_denied")
int HOOK(denied_enter, int type, const char *operation)
{
	struct nameidata *nd = BPF_CORE_READ(bpf_get_current_task_btf(), nameidata);
	struct pending *c = pending_get();

	if (!c)
		return 0;
	c->denied = type;
	if (bpf_probe_read_kernel_str(c->denied_op, sizeof(c->denied_op), operation) < 0)
		c->denied_op[0] = 0;
	if (nd && c->want & WANT_NAMES && type == ANOM_LINK && c->denied_op[0] == 'f')
		lookup_found(item_named(c, BPF_CORE_READ(nd, name)), (unsigned long)BPF_CORE_READ(nd, stack, link.dentry), false, false);
	return 0;
}

/* A name the kernel made up itself: an interpreter, a socket's path. */
SEC("fexit/getname_kernel")
int HOOK(name_exit, const char *text, struct filename *filename)
{
	struct pending *c = pending_with_names();

	if (c && !is_error(filename))
		item_add_named(c, filename);
	return 0;
}

/* A name from the task's memory. Its functions' arguments differ from kernel to kernel behind the first. */
static __always_inline int name_copied(__u64 *ctx, __u32 arguments)
{
	struct pending *c = pending_with_names();
	__u64 filename = 0;

	if (c && !RESULT(ctx, arguments, &filename) && filename < (unsigned long)-MAX_ERRNO && filename)
		item_add_from(c, ctx[0], (struct filename *)filename);
	return 0;
}

SEC("fexit/getname_flags")
int HOOK(getname_flags_exit)
{
	return name_copied(ctx, 3);
}

/* The same for calls with AT_EMPTY_PATH, since 5.18. */
SEC("fexit/getname_uflags")
int HOOK(getname_uflags_exit)
{
	return name_copied(ctx, 2);
}

/* The same for calls that take an empty name for none, since 6.13: compilers put the above into it. */
SEC("fexit/__getname_maybe_null")
int HOOK(getname_maybe_exit)
{
	return name_copied(ctx, 1);
}

/* Up to 6.12 a function, which may contain the other; or call it, and then the name is known already. */
SEC("fexit/getname")
int HOOK(getname_exit)
{
	return name_copied(ctx, 1);
}

#include "entry.h"
#include "uring.h"
#include "descriptor.h"
#include "handle.h"
#include "clock.h"
#include "ipc.h"
#include "module.h"
#include "signal.h"
#include "socket.h"
