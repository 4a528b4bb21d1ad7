/* SPDX-License-Identifier: GPL-2.0-only */
/* An open of a file handle: relative to a mount, by an empty name that the kernel makes itself. */
#ifndef RAUDIT_HANDLE_H
#define RAUDIT_HANDLE_H

SEC("fentry/do_file_open_root")
int BPF_PROG(handle_enter, const struct path *root, const char *name, const struct open_flags *op)
{
	struct pending *c = pending_with_names();

	if (c)
		open_begin(c, c->items, 0, BPF_CORE_READ(op, open_flag));
	return 0;
}

SEC("fexit/do_file_open_root")
int handle_exit(__u64 *ctx)
{
	return open_over(ctx);
}

#endif
