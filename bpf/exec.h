/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program that was just executed brings: its ELF interpreter, and its arguments. */
#ifndef RAUDIT_EXEC_H
#define RAUDIT_EXEC_H

#include "syscall.h"

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
	if (len <= ARGV_INLINE)
		return 0;
	/* all of them or none: to ask before each piece is too much for old verifiers, which walk every round */
	c->flags |= ring_spares(len) ? argv_send(mm, c->token, len) : EVENT_F_ARGV_CUT;
	return 0;
}

#endif
