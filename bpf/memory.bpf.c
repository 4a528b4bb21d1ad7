// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel memory for user space, on demand: SELinux's policy, in which the names of labels are. Run by BPF_PROG_RUN and never
 * attached. The kernel refuses it where it is locked down (confidentiality), as it does all that reads its memory.
 */
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

#define MEMORY_MAX 256

struct memory {
	__u64 at;
	__u32 len;  /* bytes wanted, at most MEMORY_MAX; 0: a string with its NUL */
	__s32 done; /* bytes read, or an error */
	__u8 data[MEMORY_MAX];
};

const volatile struct memory *layout_memory;

SEC("syscall")
int memory_read(struct memory *io)
{
	__u64 data[MEMORY_MAX / sizeof(__u64)] = {};
	__u32 len = io->len;

	if (!len) {
		io->done = bpf_probe_read_kernel_str(data, sizeof(data), (void *)io->at);
	} else if (len <= MEMORY_MAX) {
		io->done = bpf_probe_read_kernel(data, len, (void *)io->at);
		if (!io->done)
			io->done = len;
	} else {
		return 1;
	}
	for (__u32 i = 0; i < MEMORY_MAX / sizeof(__u64); i++)
		((__u64 *)io->data)[i] = data[i];
	return 0;
}
