/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs for calls on descriptors. */
#ifndef RAUDIT_DESCRIPTOR_H
#define RAUDIT_DESCRIPTOR_H

/* Calls on a descriptor that note its file (audit_file) only when it may be written to, or when the rest was in order. */
static __always_inline void file_noted(__u64 dentry)
{
	struct pending *c = pending_with_names();

	if (c && c->want & WANT_FD_LATE && !c->items)
		lookup_found(ITEMS_MAX, dentry, false, false);
}

SEC("fexit/mnt_want_write_file")
int HOOK(writable_exit, struct file *file, int ret)
{
	if (!ret)
		file_noted((unsigned long)BPF_CORE_READ(file, f_path.dentry));
	return 0;
}

SEC("fentry/do_getxattr")
int HOOK(attribute_enter)
{
	__u64 dentry = 0;

	if (!bpf_get_func_arg(ctx, 1, &dentry))
		file_noted(dentry);
	return 0;
}

#endif
