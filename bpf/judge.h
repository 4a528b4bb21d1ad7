/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first rule that matches a call, as kernel/auditsc.c finds it: the exit list is asked about the call as a whole; rules that
 * watch an inode are kept apart there and asked about each path item in turn (audit_filter_syscall, audit_filter_inodes). Of the
 * two the earlier rule decides.
 */
#ifndef RAUDIT_JUDGE_H
#define RAUDIT_JUDGE_H

#include "context.h"
#include "match.h"
#include "place.h"

enum judge_when {
	JUDGE_BEGIN,    /* can any rule still match? */
	JUDGE_DELETION, /* a watched name goes: its rules are asked now, before the watch forgets the inode */
	JUDGE_END,
	JUDGE_TASK,     /* a task is made: the task list */
	JUDGE_RING,     /* an operation of io_uring ends: the io_uring list */
};

/* The row of an item field for one value. Global: verified once. */
__noinline int item_row(HANDED_POLICY, __u32 field, __u32 value)
{
	const struct policy_item_field *f;
	TAKE_POLICY;

	if (!p)
		return 0;
	f = &p->item[field & (ITEM_FIELDS_MAX - 1)];
	return p->row[policy_interval(p, f->first, f->count, value)];
}

/* The rows of one item for one field. Global: verified once. */
__noinline int item_field_rows(HANDED, __u32 field, __u32 at)
{
	const struct policy_item_field *f;
	const struct item *item;
	__u32 first, second, or;
	TAKE_HANDED;

	if (!c || !p || at >= ITEMS_MAX)
		return 0;
	barrier_var(at);
	item = &c->item[at];
	f = &p->item[field & (ITEM_FIELDS_MAX - 1)];
	or = f->every ? 0 : ROW_OR;
	switch (f->fact) {
	case ITEM_FACT_MAJOR:
		first = item->dev >> 20;
		second = item->rdev >> 20;
		break;
	case ITEM_FACT_MINOR:
		first = item->dev & 0xfffff;
		second = item->rdev & 0xfffff;
		break;
	case ITEM_FACT_INODE:
		first = second = item->flags & ITEM_F_INODE ? (__u32)item->ino : (__u32)-1;
		break;
	case ITEM_FACT_UID:
		first = second = item->uid;
		break;
	case ITEM_FACT_GID:
		first = second = item->gid;
		break;
	default:
		if (!(item->flags & ITEM_F_INODE))
			return 0;
		first = second = item->mode & 0170000;
	}
	match_row(c, item_row(HAND_POLICY(p, slot), field, first) | or);
	if (second != first)
		match_row(c, item_row(HAND_POLICY(p, slot), field, second) | or);
	return 0;
}

/* The rows of the items from `first` to `end` for one field. Global: verified once. */
__noinline int items_field_rows(HANDED, __u32 field, __u32 first, __u32 end)
{
	const struct policy_item_field *f;
	TAKE_HANDED;

	if (!c || !p)
		return 0;
	f = &p->item[field & (ITEM_FIELDS_MAX - 1)];
	/* filetype is always a question about all items */
	if (f->fact == ITEM_FACT_TYPE) {
		first = 0;
		end = c->items;
	}
	if (!f->every)
		match_row(c, f->none);
	/* one way on, for the verifier's sake: so are the loops below */
	for (__u32 i = 0; i < ITEMS_MAX; i++) {
		if (first + i >= end)
			break;
		item_field_rows(HAND(c, p, slot), field, first + i);
	}
	return 0;
}

static __always_inline void items_rows(HANDED, __u32 first, __u32 end)
{
	TAKE_HANDED;

	if (!c || !p)
		return;
	for (__u32 field = 0; field < ITEM_FIELDS_MAX; field++) {
		if (field >= p->item_fields)
			break;
		items_field_rows(HAND(c, p, slot), field, first, end);
	}
}

static __always_inline void place_rows(const struct policy *p, struct pending *c, __u32 kind, const __u16 *places, __u32 count, __u32 most)
{
	match_row(c, p->without[kind]);
	for (__u32 i = 0; i < most; i++) {
		if (i >= count)
			break;
		match_row(c, p->place[places[i] & (PLACES_MAX - 1)].row | ROW_OR);
	}
}

static __always_inline void exe_rows(const struct policy *p, struct pending *c)
{
	exes_of();
	place_rows(p, c, PLACE_EXE, c->found.place, c->found.count, PLACES_FOUND);
	for (__u32 i = 0; i < PLACES_FOUND; i++) {
		__u32 except;

		if (i >= c->found.count)
			break;
		except = p->place[c->found.place[i] & (PLACES_MAX - 1)].except;
		if (except)
			match_row(c, except);
	}
}

/* The first rule below `below` that watches the inode of an item; `base` rows hold for all items. Global: verified once. */
__noinline int judge_item(HANDED, __u32 at, __u32 base, __u32 below)
{
	const struct item *item;
	TAKE_HANDED;

	if (!c || !p || at >= ITEMS_MAX)
		return MATCH_NONE;
	barrier_var(at);
	item = &c->item[at];
	if (!(item->flags & ITEM_F_INODE))
		return MATCH_NONE;
	c->found.count = 0;
	if (p->places & 1 << PLACE_WATCH)
		watches_of(c, item->ino, item->dev);
	if (!c->found.count && !(p->places & PLACES_INODE))
		return MATCH_NONE;
	c->match.rows = base;
	match_row(c, p->hashed);
	place_rows(p, c, PLACE_WATCH, c->found.place, c->found.count, PLACES_FOUND);
	items_rows(HAND(c, p, slot), at, at + 1);
	return match_words(HAND(c, p, slot), below, MATCH_EXIT);
}

/* The items one after the other, until a rule matches. */
struct item_walk {
	HANDED_KEPT;
	__u32 items, base, best;
};

static long item_step(__u32 i, struct item_walk *w)
{
	int rule;

	if (i >= w->items)
		return 1;
	rule = judge_item(HAND_KEPT(w), i, w->base, w->best);
	if (rule == MATCH_NONE)
		return 0;
	w->best = rule;
	return 1;
}

/* The rows of everything that is not about path items, and the number of them. Global: verified once. */
__noinline int judge_call(HANDED, __u32 known, __u32 programs)
{
	struct matcher m = { .slot = HANDED_SLOT, .known = known };
	TAKE_HANDED;

	if (!c || !p)
		return 0;
	m.policy = p;
	m.call = c;
	c->match.rows = 0;
	bpf_loop(p->fields, match_field, &m, 0);
	if (p->tests)
		bpf_loop(p->tests, match_test, &m, 0);
	if (programs && p->places & 1 << PLACE_EXE)
		exe_rows(p, c);
	return c->match.rows;
}

/*
 * The first rule that names the call and that the `known` facts (as bits) do not rule out, or MATCH_NONE. Facts and items are
 * those of the task's pending call. Global: verified once.
 */
__noinline int judge(HANDED, __u32 known, __u32 when)
{
	bool whole = when == JUDGE_DELETION || when == JUDGE_END || when == JUDGE_RING;
	int rule;
	TAKE_HANDED;
	struct item_walk items = { KEEP(c, p, slot), .best = RULES_MAX };

	if (!c || !p)
		return MATCH_NONE;
	items.base = judge_call(HAND(c, p, slot), known, whole);
	items.items = c->items;
	if (!whole)
		return match_words(HAND(c, p, slot), RULES_MAX, when == JUDGE_TASK ? MATCH_TASK : MATCH_EXIT);
	if (when == JUDGE_DELETION) {
		match_row(c, p->timeless);
		items.base = c->match.rows;
	} else {
		if (c->early_generation == p->generation)
			items.best = c->early;
		match_row(c, p->listed);
		if (p->places & 1 << PLACE_TREE)
			place_rows(p, c, PLACE_TREE, c->tree, c->trees, TREES_MAX);
		items_rows(HAND(c, p, slot), 0, c->items);
		rule = match_words(HAND(c, p, slot), items.best, when == JUDGE_RING ? MATCH_RING : MATCH_EXIT);
		if (rule != MATCH_NONE)
			items.best = rule;
	}
	if (p->hashed && when != JUDGE_RING)
		bpf_loop(ITEMS_MAX, item_step, &items, 0);
	return items.best < RULES_MAX ? (int)items.best : MATCH_NONE;
}

#endif
