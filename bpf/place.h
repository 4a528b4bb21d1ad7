/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that rules watch: path=, dir=, exe=.
 *
 * The kernel follows them, for us as for its own rules. For each name the daemon keeps a rule in the kernel's list that can never
 * match, because it names no system call; the watch, tree or mark that belongs to it always says which inode bears the name
 * now, whatever is created, moved, deleted or mounted. The rule carries our number of the name, its place, as a condition on a3.
 */
#ifndef RAUDIT_PLACE_H
#define RAUDIT_PLACE_H

#include "maps.h"

enum {
	PLACE_MARK = 0x52410000, /* in the upper half of that condition */
	PLACE_NONE = 0,
	WALK_MAX = 8192,   /* rules in one of the kernel's lists */
	MARKS_MAX = 16,    /* watchers of one inode */
	OWNERS_MAX = 32,   /* trees that have their root in one inode */
	SHARERS_MAX = 8,   /* rules of one tree */
};

/* The place that a rule of the kernel's list stands for, or PLACE_NONE when it is none of ours. */
static __always_inline __u32 rule_place(struct audit_krule *rule)
{
	struct audit_field *field = BPF_CORE_READ(rule, fields);
	__u32 value;

	if (!field || BPF_CORE_READ(rule, field_count) < 2)
		return PLACE_NONE;
	field = (void *)field + bpf_core_type_size(struct audit_field);
	value = BPF_CORE_READ(field, val);
	if (BPF_CORE_READ(field, type) != AUDIT_ARG3 || (value & 0xffff0000) != PLACE_MARK)
		return PLACE_NONE;
	return value & (PLACES_MAX - 1);
}

/* A walk along one of the kernel's lists, for the rules whose name an inode bears. */
struct rule_walk {
	struct list_head *head, *at;
	unsigned long ino;
	__u32 dev;
	__u32 exe; /* look at executables, not at watches */
	struct exe_places *found;
};

static __always_inline bool rule_bears(struct audit_krule *rule, const struct rule_walk *w)
{
	if (w->exe) {
		struct audit_fsnotify_mark *mark = BPF_CORE_READ(rule, exe);

		return mark && BPF_CORE_READ(mark, ino) == w->ino && BPF_CORE_READ(mark, dev) == w->dev;
	} else {
		struct audit_watch *watch = BPF_CORE_READ(rule, watch);

		return watch && BPF_CORE_READ(watch, ino) == w->ino && BPF_CORE_READ(watch, dev) == w->dev;
	}
}

static long rule_step(__u32 i, struct rule_walk *w)
{
	struct list_head *at = w->at;
	struct audit_krule *rule;
	__u32 place;

	if (!at || at == w->head)
		return 1;
	rule = (void *)at - bpf_core_field_offset(struct audit_entry, list) + bpf_core_field_offset(struct audit_entry, rule);
	if (rule_bears(rule, w)) {
		place = rule_place(rule);
		if (place && w->found->count < 8) {
			w->found->place[w->found->count & 7] = place;
			w->found->count++;
		}
	}
	w->at = BPF_CORE_READ(at, next);
	return 0;
}

/* The places whose watch is at this inode. */
static __always_inline void watches_of(unsigned long ino, __u32 dev, struct exe_places *found)
{
	struct list_head *head = (void *)audit_inode_hash + (ino & 31) * bpf_core_type_size(struct list_head); /* audit_hash_ino */
	struct rule_walk w = { .head = head, .ino = ino, .dev = dev, .found = found };

	found->count = 0;
	if (!audit_inode_hash)
		return;
	w.at = BPF_CORE_READ(head, next);
	bpf_loop(WALK_MAX, rule_step, &w, 0);
}

/* The places whose executable is this inode. Global: verified once. */
__noinline int exes_of(struct exe_places *found)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct inode *inode = BPF_CORE_READ(task, mm, exe_file, f_inode);
	struct exe_key key = {};
	struct list_head *head = (void *)audit_filter_list + AUDIT_FILTER_EXIT * bpf_core_type_size(struct list_head);
	struct rule_walk w = { .head = head, .exe = 1 };
	struct exe_places *known, copy;
	__u32 zero = 0, *epoch = bpf_map_lookup_elem(&exe_epoch, &zero), now;

	if (!found || !epoch)
		return 0;
	now = *(volatile __u32 *)epoch;
	found->count = 0;
	if (!inode || !audit_filter_list)
		return 0;
	key.ino = BPF_CORE_READ(inode, i_ino);
	key.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	known = exe_events ? bpf_map_lookup_elem(&exes, &key) : 0;
	if (known && known->epoch == now) {
		*found = *known;
		return 0;
	}
	w.ino = key.ino;
	w.dev = key.dev;
	w.found = found;
	w.at = BPF_CORE_READ(head, next);
	bpf_loop(WALK_MAX, rule_step, &w, 0);
	found->epoch = now;
	copy = *found; /* on the stack: 6.1 lets no other memory into a map */
	if (exe_events)
		bpf_map_update_elem(&exes, &key, &copy, BPF_ANY);
	return 0;
}

/* The trees that have their root in one inode. */
struct owner_walk {
	struct pending *call;
	struct audit_chunk *chunk;
};

static __always_inline void tree_add(struct pending *c, __u32 place)
{
	__u32 at = c->trees;

	for (__u32 i = 0; i < TREES_MAX; i++)
		if (i < at && c->tree[i] == place)
			return;
	if (at >= TREES_MAX) {
		c->flags |= EVENT_F_ITEMS_CUT;
		return;
	}
	barrier_var(at);
	c->tree[at & (TREES_MAX - 1)] = place;
	c->trees = at + 1;
}

static long owner_step(__u32 i, struct owner_walk *w)
{
	struct audit_chunk *chunk = w->chunk;
	struct audit_node *node = (void *)chunk + bpf_core_field_offset(struct audit_chunk, owners);
	struct audit_tree *tree;
	struct list_head *head, *at;

	if (i >= (__u32)BPF_CORE_READ(chunk, count))
		return 1;
	node = (void *)node + i * bpf_core_type_size(struct audit_node);
	tree = BPF_CORE_READ(node, owner);
	if (!tree)
		return 0;
	/* rules of the same name share a tree */
	head = (void *)tree + bpf_core_field_offset(struct audit_tree, rules);
	at = BPF_CORE_READ(head, next);
	for (int n = 0; n < SHARERS_MAX; n++) {
		__u32 place;

		if (!at || at == head)
			break;
		place = rule_place((void *)at - bpf_core_field_offset(struct audit_krule, rlist));
		if (place) {
			tree_add(w->call, place);
			break;
		}
		at = BPF_CORE_READ(at, next);
	}
	return 0;
}

static __always_inline void inode_trees(struct pending *c, struct inode *inode)
{
	struct fsnotify_mark_connector *connector = BPF_CORE_READ(inode, i_fsnotify_marks);
	struct hlist_node *at;

	if (!connector)
		return;
	at = BPF_CORE_READ(connector, list.first);
	for (int n = 0; n < MARKS_MAX; n++) {
		struct fsnotify_mark *mark;

		if (!at)
			break;
		mark = (void *)at - bpf_core_field_offset(struct fsnotify_mark, obj_list);
		if ((unsigned long)BPF_CORE_READ(mark, group, ops) == audit_tree_ops) {
			struct audit_tree_mark *own = (void *)mark - bpf_core_field_offset(struct audit_tree_mark, mark);
			struct owner_walk w = { .call = c, .chunk = BPF_CORE_READ(own, chunk) };

			if (w.chunk)
				bpf_loop(OWNERS_MAX, owner_step, &w, 0);
			return;
		}
		at = BPF_CORE_READ(at, next);
	}
}

struct tree_walk {
	struct pending *call;
	struct dentry *dentry;
};

static long tree_step(__u32 i, struct tree_walk *w)
{
	struct dentry *dentry = w->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	if (inode)
		inode_trees(w->call, inode);
	if (parent == dentry)
		return 1;
	w->dentry = parent;
	return 0;
}

/* A lookup arrived at `dentry`: which watched trees is it in (handle_path, kernel/auditsc.c)? Global: verified once. */
__noinline int trees_meet(__u64 dentry_at)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct tree_walk w = { .call = c, .dentry = (struct dentry *)dentry_at };

	if (c && c->want & WANT_TREE && audit_tree_ops)
		bpf_loop(WALK_MAX, tree_step, &w, 0);
	return 0;
}

/* An entry is made or deleted: which trees have their root in it (handle_one)? Its directory was looked up before. */
__noinline int trees_meet_one(__u64 inode_at)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);

	if (c && c->want & WANT_TREE && audit_tree_ops && inode_at)
		inode_trees(c, (struct inode *)inode_at);
	return 0;
}

#endif
