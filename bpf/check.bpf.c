// SPDX-License-Identifier: GPL-2.0-only
/* Test-only: the matcher behind BPF_PROG_RUN, so that it can be compared with rules::eval. Never shipped. */
#include "match.h"

char LICENSE[] SEC("license") = "GPL";

struct check_match {
	__u32 facts[FACT_MAX];
	__u32 compat;
	__u32 nr;
	__s32 rule; /* the answer */
	__u32 always;
};

const volatile struct check_match *layout_check;

SEC("syscall")
int check_match(struct check_match *io)
{
	__u32 facts[FACT_MAX], row;
	struct reading r;

	if (!policy_read(&r))
		return 1;
	for (int i = 0; i < FACT_MAX; i++)
		facts[i] = io->facts[i];
	row = r.policy->syscall[io->compat & 1][io->nr & (NR_MAX - 1)];
	io->rule = row ? policy_match(r.policy, row, facts, -1) : MATCH_NONE;
	io->always = io->rule != MATCH_NONE && policy_says_always(r.policy, io->rule);
	return policy_intact(&r) ? 0 : 2;
}
