/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on the machine: registers, the two architectures of system calls, how a task says which of them it is in, what a call
 * returns.
 */
#ifndef RAUDIT_MACHINE_H
#define RAUDIT_MACHINE_H

#include "kernel.h"

/* AUDIT_ARCH_* of the two: include/uapi/linux/audit.h, elf-em.h. */

#if defined(__TARGET_ARCH_x86)

#define ARCH_NATIVE 0xc000003e
#define ARCH_COMPAT 0x40000003
/* arch/x86/entry/syscalls/syscall_32.tbl */
#define COMPAT_SOCKETCALL 102
/* arch/x86/include/asm/thread_info.h: the task entered by a 32-bit system call. */
#define TS_COMPAT 0x0002
/* include/uapi/asm-generic/fcntl.h */
#define O_LARGEFILE 0100000

static __always_inline __u32 task_is_compat(struct task_struct *task)
{
	return OWN(task, thread_info.status) & TS_COMPAT ? 1 : 0;
}

static __always_inline __u64 regs_syscall(struct pt_regs *regs)
{
	return OWN(regs, orig_ax);
}

static __always_inline void args_native(__u64 *args, struct pt_regs *regs)
{
	args[0] = OWN(regs, di);
	args[1] = OWN(regs, si);
	args[2] = OWN(regs, dx);
	args[3] = OWN(regs, r10);
	args[4] = OWN(regs, r8);
	args[5] = OWN(regs, r9);
}

static __always_inline void args_compat(__u64 *args, struct pt_regs *regs)
{
	args[0] = (__u32)OWN(regs, bx);
	args[1] = (__u32)OWN(regs, cx);
	args[2] = (__u32)OWN(regs, dx);
	args[3] = (__u32)OWN(regs, si);
	args[4] = (__u32)OWN(regs, di);
	args[5] = (__u32)OWN(regs, bp);
}

/* regs_return_value (arch/x86/include/asm/ptrace.h) */
static __always_inline __s64 exit_value(__s64 ret, __u32 compat)
{
	return ret;
}

#elif defined(__TARGET_ARCH_arm64)

#define ARCH_NATIVE 0xc00000b7
#define ARCH_COMPAT 0x40000028
/* EABI has none: every call of sockets has a number. */
#define COMPAT_SOCKETCALL NR_MAX
/* arch/arm64/include/asm/thread_info.h: TIF_32BIT, the task executes 32-bit instructions. */
#define TIF_32BIT 22
/* arch/arm64/include/uapi/asm/fcntl.h */
#define O_LARGEFILE 0400000

static __always_inline __u32 task_is_compat(struct task_struct *task)
{
	return OWN(task, thread_info.flags) >> TIF_32BIT & 1;
}

static __always_inline __u64 regs_syscall(struct pt_regs *regs)
{
	return (__u32)OWN(regs, syscallno);
}

/* Those of a 32-bit task have nothing in their upper halves. */
static __always_inline void args_native(__u64 *args, struct pt_regs *regs)
{
	args[0] = OWN(regs, orig_x0);
	args[1] = OWN(regs, regs[1]);
	args[2] = OWN(regs, regs[2]);
	args[3] = OWN(regs, regs[3]);
	args[4] = OWN(regs, regs[4]);
	args[5] = OWN(regs, regs[5]);
}

static __always_inline void args_compat(__u64 *args, struct pt_regs *regs)
{
	args_native(args, regs);
}

/* regs_return_value (arch/arm64/include/asm/ptrace.h) */
static __always_inline __s64 exit_value(__s64 ret, __u32 compat)
{
	return compat ? (__s32)ret : ret;
}

#endif

#endif
