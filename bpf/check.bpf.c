// SPDX-License-Identifier: GPL-2.0-only
/* Test-only: the matcher behind BPF_PROG_RUN, so that it can be compared with rules::eval. Never shipped. */
#include "judge.h"

char LICENSE[] SEC("license") = "GPL";

struct check_match {
	__u32 facts[FACT_MAX];
	__u32 compat;
	__u32 nr;
	__s32 rule; /* the answer */
	__u32 always;
	__u32 items; /* how many of: */
	__u32 uid[4], gid[4], dev[4], mode[4];
};

const volatile struct check_match *layout_check;

SEC("syscall")
int check_match(struct check_match *io)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct reading r;

	if (!c || !policy_read(&r))
		return 1;
#pragma unroll
	for (int i = 0; i < FACT_MAX; i++)
		c->facts[i] = io->facts[i];
	c->compat = io->compat & 1;
	c->nr = io->nr & (NR_MAX - 1);
	c->early = RULES_MAX;
	c->trees = 0;
	c->items = io->items & 3;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		c->item[i].uid = io->uid[i];
		c->item[i].gid = io->gid[i];
		c->item[i].dev = io->dev[i];
		c->item[i].rdev = 0;
		c->item[i].mode = io->mode[i];
		c->item[i].flags = ITEM_F_INODE;
	}
	io->rule = judge(HAND(c, r.policy, r.slot), -1, JUDGE_END);
	io->always = io->rule != MATCH_NONE && policy_says_always(r.policy, io->rule);
	return policy_intact(&r) ? 0 : 2;
}
