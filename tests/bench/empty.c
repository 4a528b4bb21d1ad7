/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * empty: the least that any tracepoint tier costs.
 *
 * Attaches a BPF program that only returns to the raw tracepoints sys_enter and sys_exit, prints "attached", and keeps them until it is
 * killed. What a system call costs meanwhile is the kernel's slower way in and out, and two calls of a program.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int attach(const char *tracepoint)
{
	struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load, open;

	memset(&load, 0, sizeof(load));
	load.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	load.insns = (unsigned long)program;
	load.insn_cnt = sizeof(program) / sizeof(*program);
	load.license = (unsigned long)"GPL";
	memset(&open, 0, sizeof(open));
	open.raw_tracepoint.name = (unsigned long)tracepoint;
	open.raw_tracepoint.prog_fd = bpf(BPF_PROG_LOAD, &load);
	return bpf(BPF_RAW_TRACEPOINT_OPEN, &open);
}

int main(void)
{
	if (attach("sys_enter") < 0 || attach("sys_exit") < 0) {
		printf("cannot attach to sys_enter and sys_exit: %s\n", strerror(errno));
		return 1;
	}
	puts("attached");
	fflush(stdout);
	for (;;)
		pause();
}
