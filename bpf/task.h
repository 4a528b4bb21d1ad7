/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs for tasks that are made, and that are gone. */
#ifndef RAUDIT_TASK_H
#define RAUDIT_TASK_H

SEC("tp_btf/sched_process_fork")
int TRACEPOINT(task_made, struct task_struct *parent, struct task_struct *child)
{
	task_begin(child);
	return 0;
}

#ifdef RAUDIT_OLD_KERNEL
/* What is kept by a task's address goes with the task. */
SEC("tp_btf/sched_process_free")
int BPF_PROG(task_gone, struct task_struct *task)
{
	__u64 key = (unsigned long)task;

	bpf_map_delete_elem(&pending, &key);
	bpf_map_delete_elem(&names, &key);
	bpf_map_delete_elem(&names_more, &key);
	bpf_map_delete_elem(&records, &key);
	return 0;
}
#endif

#endif
