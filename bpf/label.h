/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Security labels, for subj= and obj=. Of AppArmor's there are the names of the profiles; SELinux's are numbers (SIDs), of which
 * user space finds the text (crates/bpf/src/selinux.rs).
 */
#ifndef RAUDIT_LABEL_H
#define RAUDIT_LABEL_H

#include "emit.h"

/*
 * Where things are in this kernel's SELinux, as offsets in the structures of security/selinux/ss (user space finds them by BTF:
 * crates/bpf/src/selinux/layout.rs). The names are those of `struct Layout` there.
 */
struct selinux_places {
	__u64 policy;    /* the address of selinux_state.policy; 0 without SELinux */
	__u64 sequence;  /* in a policy: its number, which every change increases */
	__u64 sidtab;    /* pointer to the table of SIDs */
	__u64 cred_sid;  /* behind cred->security: the module's part, and the SID in it */
	__u64 inode_sid; /* likewise behind inode->i_security */
	__u64 count, roots;
	__u64 initial, initial_size, initial_count, initial_set, initial_entry;
	__u64 leaf_count, entry_size;
	__u64 fan_out; /* of inner nodes, as a power of two */
	__u64 user, role, kind, len, level, level_size; /* in an entry */
	__u64 sensitivity, categories;                  /* in a level */
	__u64 node_next, node_bits, node_words, node_start;
	__u64 judged; /* 1; where SELinux is not, all is 0, and the verifier sees none of bpf/context.h */
};

const volatile struct selinux_places selinux = {};

/* A task's SID, and the sequence number of the policy it was read under; that is 0 before a policy is loaded. */
struct label_sid {
	__u32 sid;
	__u32 sequence;
};

static __always_inline __u32 sid_behind(const void *blob, __u64 offset)
{
	__u32 sid = 0;

	if (selinux.policy && blob)
		bpf_probe_read_kernel(&sid, sizeof(sid), blob + offset);
	return sid;
}

/* security_inode_getsecid(); 0 without SELinux. */
static __always_inline __u32 inode_sid(struct inode *inode)
{
	return selinux.policy ? sid_behind(BPF_CORE_READ(inode, i_security), selinux.inode_sid) : 0;
}

/* The task's own, as it sees itself (security_current_getsecid_subj()). */
static __always_inline void task_sid(struct label_sid *to, struct task_struct *task)
{
	void *policy = 0;

	to->sequence = 0;
	to->sid = sid_behind(BPF_CORE_READ(task, cred, security), selinux.cred_sid);
	bpf_probe_read_kernel(&policy, sizeof(policy), (void *)selinux.policy);
	if (policy)
		bpf_probe_read_kernel(&to->sequence, sizeof(to->sequence), policy + selinux.sequence);
}

#endif
