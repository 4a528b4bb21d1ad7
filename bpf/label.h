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

enum {
	PROFILES_MAX = 16, /* in one label */
	AA_STALE = 0x800,  /* FLAG_STALE: profiles were replaced (security/apparmor/include/label.h) */
	AA_ROOT = 6,       /* of the name of a namespace: "root//", which is not shown */
};

/* The profiles of a label, one after the other. */
struct profile_walk {
	struct scratch *scratch;
	struct aa_label *label;
	struct aa_ns *ns; /* that of the profile before */
	__u32 mode;       /* of those that are not their namespace's default */
	int shown;        /* the mode is */
};

/* enum profile_mode (security/apparmor/include/policy.h), and two that only a label has. */
enum {
	MODE_MIXED = 5,
	MODE_NONE = 7, /* nothing but such defaults: not shown */
	MODES = 8,
};

/* aa_profile_mode_names; "user" is none of a profile before 6.2 */
static const char mode_names[MODES][16] = { " (enforce)", " (complain)", " (kill)", " (unconfined)", " (user)", " (mixed)" };

static __always_inline void byte_append(struct scratch *s, char byte)
{
	__u8 *to = scratch_end(s);

	if (to) {
		*to = byte;
		s->used++;
	}
}

/* Without its NUL. */
static __always_inline void text_append(struct scratch *s, const char *text)
{
	__u8 *to = scratch_end(s);
	long len = to ? bpf_probe_read_kernel_str(to, LABEL_MAX, text) : 0;

	if (len > 1 && len <= LABEL_MAX)
		s->used += len - 1;
}

/* A profile's name as the root sees it: with its namespace's, where that changes (aa_profile_snxprint). */
static long profile_step(__u32 i, struct profile_walk *w)
{
	struct aa_label *label = w->label;
	struct scratch *s = w->scratch;
	struct aa_profile *profile = 0;
	struct aa_ns *ns;

	bpf_probe_read_kernel(&profile, sizeof(profile), (void *)label + bpf_core_field_offset(label->vec) + i * sizeof(profile));
	ns = BPF_CORE_READ(profile, ns);
	if (i) {
		byte_append(s, '/');
		byte_append(s, '/');
		byte_append(s, '&');
	}
	if (ns != w->ns && BPF_CORE_READ(ns, parent)) {
		byte_append(s, ':');
		text_append(s, BPF_CORE_READ(ns, base.hname) + AA_ROOT);
		byte_append(s, ':');
	}
	w->ns = ns;
	text_append(s, BPF_CORE_READ(profile, base.hname));
	if (w->shown && profile != BPF_CORE_READ(ns, unconfined)) {
		__u32 mode = BPF_CORE_READ(profile, mode);

		w->mode = w->mode == MODE_NONE || w->mode == mode ? mode : MODE_MIXED;
	}
	return 0;
}

/* Appends the AppArmor label of a credential (aa_label_snxprint), if there is one. */
static __always_inline void profiles_append(struct scratch *s, const struct cred *cred)
{
	const void *blob = BPF_CORE_READ(cred, security);
	struct profile_walk w = { .scratch = s, .mode = MODE_NONE, .shown = 1 };
	struct aa_label *label = 0;
	__u32 count;
	int offset = 0;

	if (!apparmor_blob_sizes || !blob)
		return;
	bpf_probe_read_kernel(&offset, sizeof(offset), (void *)apparmor_blob_sizes);
	bpf_probe_read_kernel(&label, sizeof(label), blob + offset);
	if (label && BPF_CORE_READ(label, flags) & AA_STALE)
		label = BPF_CORE_READ(label, proxy, label);
	if (!label)
		return;
	w.label = label;
	count = BPF_CORE_READ(label, size);
	if (apparmor_modes != 1)
		bpf_probe_read_kernel(&w.shown, sizeof(w.shown), (void *)apparmor_modes);
	bpf_loop(count < PROFILES_MAX ? count : PROFILES_MAX, profile_step, &w, 0);
	if (w.shown)
		text_append(s, mode_names[w.mode & (MODES - 1)]);
}

static __always_inline void label_emit(struct scratch *s, struct task_struct *task)
{
	__u32 at;

	if (selinux.policy)
		sid_emit(s, task);
	at = section_begin(s, SECTION_LABEL);
	profiles_append(s, OWN(task, cred));
	if (s->used == at + sizeof(struct section))
		s->used = at;
	else
		section_end(s, at, 0);
}

#endif
