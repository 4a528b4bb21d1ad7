/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel modules that are loaded and unloaded (KERN_MODULE). */
#ifndef RAUDIT_MODULE_H
#define RAUDIT_MODULE_H

#include "records.h"

/* Since 6.17, and in later releases of older series, modules that are refused early have a record as well. */
const volatile __u64 failed_loads = 0;

static __always_inline void module_named(struct records *r, const char *name)
{
	struct special *s = special_set(r, SPECIAL_MODULE);

	if (bpf_probe_read_kernel_str(s->text, sizeof(s->text), name) < 0)
		s->text[0] = 0;
}

SEC("fentry/load_module")
int HOOK(module_load, struct load_info *info)
{
	struct records *r = records_now();

	if (!r)
		return 0;
	r->loading = (unsigned long)info;
	if (failed_loads) {
		/* until its name is known */
		special_set(r, SPECIAL_MODULE);
		r->special.text[0] = '?';
		r->special.text[1] = 0;
	}
	return 0;
}

/* Past the checks: from here on it is noted on every kernel. */
SEC("fentry/module_frob_arch_sections")
int HOOK(module_layout, void *header, void *sections, char *names, struct module *mod)
{
	struct records *r = records_now();

	if (r && r->loading)
		module_named(r, (const char *)&mod->name);
	return 0;
}

/* A module is looked for by its name: the one to be unloaded, or whether the new one is there already. */
SEC("fentry/find_module_all")
int HOOK(module_find, const char *name)
{
	struct records *r = records_now();

	if (r && (!r->loading || failed_loads))
		module_named(r, name);
	return 0;
}

/* The copy of a module that was read from the task is given up: the last sight of the name of one that was refused. */
SEC("fentry/vfree")
int HOOK(module_free)
{
	struct pending *c = pending_get();
	struct load_info *info;
	struct records *r;
	const char *name;
	__u64 memory;

	if (!c)
		return 0;
	r = records_get(c);
	/* by the helper: before 6.13 the verifier knows no pointer to const void */
	if (!r || !r->loading || r->special.text[0] != '?' || bpf_get_func_arg(ctx, 0, &memory))
		return 0;
	info = (struct load_info *)r->loading;
	name = BPF_CORE_READ(info, name);
	if (name && (unsigned long)BPF_CORE_READ(info, hdr) == memory)
		module_named(r, name);
	return 0;
}

#endif
