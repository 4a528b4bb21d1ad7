/* SPDX-License-Identifier: GPL-2.0-only */
/* An open of a file handle: relative to a mount, by an empty name that the kernel makes itself. */
#ifndef RAUDIT_HANDLE_H
#define RAUDIT_HANDLE_H

SEC("fentry/do_file_open_root")
int HOOK(handle_enter)
{
	struct pending *c = pending_with_names();
	__u64 op = 0;

	if (c && !bpf_get_func_arg(ctx, handle_argument, &op))
		open_begin(c, c->items, 0, BPF_CORE_READ((struct open_flags *)op, open_flag));
	return 0;
}

SEC("fexit/do_file_open_root")
int HOOK(handle_exit)
{
	return open_over(ctx, handle_argument + 1);
}

#endif
