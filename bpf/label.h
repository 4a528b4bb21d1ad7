/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Security labels, for subj= and obj=. AppArmor's are text here; SELinux's are numbers (SIDs), of which user space finds the text
 * (crates/bpf/src/selinux.rs).
 */
#ifndef RAUDIT_LABEL_H
#define RAUDIT_LABEL_H

#include "kernel.h"

/*
 * Where SELinux keeps the pointer to its policy (selinux_state.policy), and where in the policy its sequence number lies
 * (latest_granting); the SID's place behind cred->security and inode->i_security: the module's part and the SID's offset in it.
 * selinux_policy is 0 without SELinux.
 */
const volatile __u64 selinux_policy = 0;
const volatile __u64 selinux_sequence = 0;
const volatile __u64 selinux_cred_sid = 0;
const volatile __u64 selinux_inode_sid = 0;

/* A task's SID, and the sequence number of the policy it was read under; that is 0 before a policy is loaded. */
struct label_sid {
	__u32 sid;
	__u32 sequence;
};

static __always_inline __u32 sid_behind(const void *blob, __u64 offset)
{
	__u32 sid = 0;

	if (selinux_policy && blob)
		bpf_probe_read_kernel(&sid, sizeof(sid), blob + offset);
	return sid;
}

/* security_inode_getsecid(); 0 without SELinux. */
static __always_inline __u32 inode_sid(struct inode *inode)
{
	return selinux_policy ? sid_behind(BPF_CORE_READ(inode, i_security), selinux_inode_sid) : 0;
}

/* The task's own, as it sees itself (security_current_getsecid_subj()). */
static __always_inline void task_sid(struct label_sid *to, struct task_struct *task)
{
	void *policy = 0;

	to->sequence = 0;
	to->sid = sid_behind(BPF_CORE_READ(task, cred, security), selinux_cred_sid);
	bpf_probe_read_kernel(&policy, sizeof(policy), (void *)selinux_policy);
	if (policy)
		bpf_probe_read_kernel(&to->sequence, sizeof(to->sequence), policy + selinux_sequence);
}

#endif
