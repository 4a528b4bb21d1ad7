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
	WALK_ROUND = 16,   /* of them in one go */
	AUDIT_NODE_LEN = 32, /* a list_head, a pointer and a number */
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

static __always_inline void place_found(struct pending *c, __u32 place)
{
	__u32 at = c->found.count;

	if (at >= PLACES_FOUND)
		return;
	barrier_var(at);
	c->found.place[at & (PLACES_FOUND - 1)] = place;
	c->found.count = at + 1;
}

/* WALK_ROUND rules of the call's walk (`rules`). Says whether it is over. Global: verified once. */
__noinline int rule_steps(void)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);

	if (!c)
		return 1;
	for (int i = 0; i < WALK_ROUND; i++) {
		struct list_head *at = c->rules.at;
		struct audit_krule *rule;
		__u32 place;

		if (!at || at == c->rules.head)
			return 1;
		rule = (void *)at - bpf_core_field_offset(struct audit_entry, list) + bpf_core_field_offset(struct audit_entry, rule);
		if (rule_bears(rule, &c->rules)) {
			place = rule_place(rule);
			if (place)
				place_found(c, place);
		}
		c->rules.at = BPF_CORE_READ(at, next);
	}
	return 0;
}

/* Walks along one of the kernel's lists. */
static __always_inline void rules_walk(struct pending *c, struct list_head *head, unsigned long ino, __u32 dev, __u32 exe)
{
	c->rules.head = head;
	c->rules.at = BPF_CORE_READ(head, next);
	c->rules.ino = ino;
	c->rules.dev = dev;
	c->rules.exe = exe;
	ROUNDS(WALK_MAX / WALK_ROUND, rule_steps());
}

/* The places whose watch is at this inode, into `found` of the call. */
static __always_inline void watches_of(struct pending *c, unsigned long ino, __u32 dev)
{
	c->found.count = 0;
	if (audit_inode_hash) /* audit_hash_ino */
		rules_walk(c, (void *)audit_inode_hash + (ino & 31) * bpf_core_type_size(struct list_head), ino, dev, false);
}

/* The places whose executable is the task's, into `found` of its call. Global: verified once. */
__noinline int exes_of(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);
	struct inode *inode = BPF_CORE_READ(task, mm, exe_file, f_inode);
	struct exe_key key = {};
	struct list_head *head = (void *)audit_filter_list + AUDIT_FILTER_EXIT * bpf_core_type_size(struct list_head);
	struct exe_places *known;
	__u32 zero = 0, *epoch = bpf_map_lookup_elem(&exe_epoch, &zero), now;

	if (!c || !epoch)
		return 0;
	now = *(volatile __u32 *)epoch;
	c->found.count = 0;
	if (!inode || !audit_filter_list)
		return 0;
	key.ino = BPF_CORE_READ(inode, i_ino);
	key.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	known = exe_events ? bpf_map_lookup_elem(&exes, &key) : 0;
	if (known && known->epoch == now) {
		c->found = *known;
		return 0;
	}
	rules_walk(c, head, key.ino, key.dev, true);
	c->found.epoch = now;
	if (exe_events)
		bpf_map_update_elem(&exes, &key, &c->found, BPF_ANY);
	return 0;
}

/* A watched tree was met. Global: verified once. */
__noinline int tree_add(__u32 place)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);
	__u32 at;

	if (!c)
		return 0;
	at = c->trees;
	for (__u32 i = 0; i < TREES_MAX; i++)
		if (i < at && c->tree[i] == place)
			return 0;
	if (at >= TREES_MAX) {
		c->flags |= EVENT_F_ITEMS_CUT;
		return 0;
	}
	barrier_var(at);
	c->tree[at & (TREES_MAX - 1)] = place;
	c->trees = at + 1;
	return 0;
}

/* The tree that is the owner of this node. */
static __always_inline struct audit_tree *node_owner(__u64 node)
{
	if (bpf_core_type_exists(struct audit_node))
		return BPF_CORE_READ((struct audit_node *)node, owner);
	return BPF_CORE_READ((struct node___5_16 *)node, owner);
}

/* One of the trees that have their root in the inode of this chunk. Global: verified once. */
__noinline int chunk_tree(__u64 chunk_at, __u32 i)
{
	struct audit_chunk *chunk = (struct audit_chunk *)chunk_at;
	struct list_head *head, *at;
	struct audit_tree *tree;

	if (i >= (__u32)BPF_CORE_READ(chunk, count))
		return 1;
	tree = node_owner(chunk_at + bpf_core_field_offset(struct audit_chunk, owners) + i * AUDIT_NODE_LEN);
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
			tree_add(place);
			break;
		}
		at = BPF_CORE_READ(at, next);
	}
	return 0;
}

/* The trees that have their root in this inode. Global: verified once. */
__noinline int inode_trees(__u64 inode_at)
{
	struct fsnotify_mark_connector *connector = BPF_CORE_READ((struct inode *)inode_at, i_fsnotify_marks);
	struct hlist_node *at;
	__u64 chunk = 0;

	if (!connector)
		return 0;
	at = BPF_CORE_READ(connector, list.first);
	for (int n = 0; n < MARKS_MAX; n++) {
		struct fsnotify_mark *mark;

		if (!at)
			break;
		mark = (void *)at - bpf_core_field_offset(struct fsnotify_mark, obj_list);
		if ((unsigned long)BPF_CORE_READ(mark, group, ops) == audit_tree_ops) {
			struct audit_tree_mark *own = (void *)mark - bpf_core_field_offset(struct audit_tree_mark, mark);

			chunk = (unsigned long)BPF_CORE_READ(own, chunk);
			break;
		}
		at = BPF_CORE_READ(at, next);
	}
	for (__u32 i = 0; i < OWNERS_MAX && chunk; i++)
		if (chunk_tree(chunk, i))
			break;
	return 0;
}

/* WALK_ROUND directories upwards from the call's `tree_at`. Says whether that was all. Global: verified once. */
__noinline int tree_steps(void)
{
	struct pending *c = bpf_task_storage_get(&pending, bpf_get_current_task_btf(), 0, 0);

	if (!c)
		return 1;
	for (int i = 0; i < WALK_ROUND; i++) {
		struct dentry *dentry = (struct dentry *)c->tree_at, *parent = BPF_CORE_READ(dentry, d_parent);
		struct inode *inode = BPF_CORE_READ(dentry, d_inode);

		if (inode)
			inode_trees((unsigned long)inode);
		if (parent == dentry)
			return 1;
		c->tree_at = (unsigned long)parent;
	}
	return 0;
}

/* A lookup arrived at `dentry`: which watched trees is it in (handle_path, kernel/auditsc.c)? Global: verified once. */
__noinline int trees_meet(__u64 dentry_at)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);

	if (!c || !(c->want & WANT_TREE) || !audit_tree_ops)
		return 0;
	c->tree_at = dentry_at;
	ROUNDS(WALK_MAX / WALK_ROUND, tree_steps());
	return 0;
}

/* An entry is made or deleted: which trees have their root in it (handle_one)? Its directory was looked up before. */
__noinline int trees_meet_one(__u64 inode_at)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pending *c = bpf_task_storage_get(&pending, task, 0, 0);

	if (c && c->want & WANT_TREE && audit_tree_ops && inode_at)
		inode_trees(inode_at);
	return 0;
}

#endif
