/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets and descriptors: addresses given back, pairs of descriptors, socketcall; and other calls with one record of their own. */
#ifndef RAUDIT_SOCKET_H
#define RAUDIT_SOCKET_H

#include "syscall.h"

#define MAP_ANONYMOUS 0x20

/* A socket address, as the kernel copied it. */
static __always_inline void saddr_copied(struct pending *c, const void *address, __u32 len)
{
	if (!c || !(c->want & WANT_SADDR) || len == 0 || len > SADDR_MAX)
		return;
	barrier_var(len);
	len &= 2 * SADDR_MAX - 1;
	if (!bpf_probe_read_kernel(c->saddr, len, address))
		c->saddr_len = len;
}

SEC("fexit/move_addr_to_kernel")
int HOOK(saddr_exit, void *uaddr, int ulen, struct sockaddr_storage *kaddr, int ret)
{
	struct pending *c = pending_get();

	if (!ret)
		saddr_copied(c ? c : saddr_stash(), kaddr, ulen);
	return 0;
}

/*
 * Compilers may make two functions of move_addr_to_kernel (offer.rs): no program can be attached to the second, which does the
 * copying. Then an address is seen where it is used next; in a message, which may be refused before that, at once.
 */
SEC("fentry/security_socket_bind")
int HOOK(saddr_bound, void *socket, struct sockaddr *address, int len)
{
	saddr_copied(pending_get(), address, len);
	return 0;
}

SEC("fentry/__sys_connect_file")
int HOOK(saddr_connected, void *file, struct sockaddr_storage *address, int len)
{
	saddr_copied(pending_get(), address, len);
	return 0;
}

/* Of sendto; of sendmsg and sendmmsg it is known already. */
SEC("fentry/security_socket_sendmsg")
int HOOK(saddr_sent, void *socket, struct msghdr *message)
{
	struct pending *c = pending_get();
	void *address = BPF_CORE_READ(message, msg_name);

	if (c && !c->saddr_len && address)
		saddr_copied(c, address, BPF_CORE_READ(message, msg_namelen));
	return 0;
}

#define EMSGSIZE 90

/* A call that receives passes where the task's own address goes (the third argument). */
SEC("fexit/__copy_msghdr_from_user")
int HOOK(saddr_of_message)
{
	__u64 message = 0, receives = 0, ret = 0;
	void *address;

	if (bpf_get_func_arg(ctx, 0, &message) || bpf_get_func_arg(ctx, 2, &receives) || RESULT(ctx, 5, &ret))
		return 0;
	if (receives || ((int)ret && (int)ret != -EMSGSIZE))
		return 0;
	address = BPF_CORE_READ((struct msghdr *)message, msg_name);
	if (address)
		saddr_copied(pending_get(), address, BPF_CORE_READ((struct msghdr *)message, msg_namelen));
	return 0;
}

/* An address that the call gives to the task: noted when the task asked for any of it. */
SEC("fentry/move_addr_to_user")
int HOOK(peer_enter, struct sockaddr_storage *address, int len)
{
	struct pending *c = pending_get();
	__s32 wanted = 0;
	__u32 size = len;
	__u64 room = 0; /* up to 5.10 no program has an argument of its type */

	if (!c || !(c->want & WANT_SADDR) || bpf_get_func_arg(ctx, 3, &room) ||
	    bpf_probe_read_user(&wanted, sizeof(wanted), (void *)room))
		return 0;
	if (wanted <= 0 || len <= 0 || size > SADDR_MAX)
		return 0;
	barrier_var(size);
	size &= 2 * SADDR_MAX - 1;
	if (!bpf_probe_read_kernel(c->saddr, size, address))
		c->saddr_len = size;
	return 0;
}

/* Descriptors in the order in which they are reserved. */
SEC("fexit/get_unused_fd_flags")
int HOOK(fd_reserved, unsigned int flags, int fd)
{
	struct records *r = records_now();

	if (!r || fd < 0)
		return 0;
	if (r->fds == 0)
		r->fd[0] = fd;
	else if (r->fds == 1)
		r->fd[1] = fd;
	r->fds++;
	return 0;
}

/* Old mmap, whose arguments lie in the task's memory. */
SEC("fentry/ksys_mmap_pgoff")
int HOOK(mmap_enter, unsigned long address, unsigned long len, unsigned long prot, unsigned long flags, unsigned long fd)
{
	struct records *r = records_now();
	struct special *s;

	if (!r || flags & MAP_ANONYMOUS)
		return 0;
	s = special_set(r, SPECIAL_MMAP);
	s->value[0] = fd;
	s->value[1] = flags;
	return 0;
}

/* capset takes effect. */
SEC("fentry/commit_creds")
int HOOK(capset_done, struct cred *new)
{
	struct records *r = records_now();
	struct special *s;
	struct caps caps;

	if (!r)
		return 0;
	s = special_set(r, SPECIAL_CAPSET);
	caps_read(&caps, new);
	s->value[0] = caps.inheritable;
	s->value[1] = caps.permitted;
	s->value[2] = caps.effective;
	s->value[3] = caps.ambient;
	return 0;
}

/* The struct open_how of an openat2. The kernel has added O_LARGEFILE to it, so that bit is the task's own. */
SEC("fentry/do_sys_openat2")
int HOOK(how_enter, int dfd, const char *name, struct open_how *how)
{
	struct pending *c = pending_get();
	struct records *r = records_get(c);
	struct special *s;
	__u64 given = 0, flags;

	if (!r || !(c->want & WANT_HOW))
		return 0;
	s = special_set(r, SPECIAL_OPENAT2);
	bpf_probe_read_user(&given, sizeof(given), (void *)c->args[2]);
	flags = BPF_CORE_READ(how, flags);
	if (!(given & O_LARGEFILE))
		flags &= ~(__u64)O_LARGEFILE;
	s->value[0] = flags;
	s->value[1] = BPF_CORE_READ(how, mode);
	s->value[2] = BPF_CORE_READ(how, resolve);
	return 0;
}

/*
 * socketcall: the arguments, as its part has them. How many of them count depends on the call, whose number is the first
 * argument: user space knows.
 */
static __always_inline struct special *socketcall(void)
{
	struct pending *c = pending_get();
	struct records *r;

	if (!c || !c->compat || c->nr != COMPAT_SOCKETCALL)
		return 0;
	r = records_get(c);
	return r && r->special.kind != SPECIAL_SOCKETCALL ? special_set(r, SPECIAL_SOCKETCALL) : 0;
}

#define SOCKETCALL(function, name)                                             \
	SEC("fentry/" #function)                                               \
	int HOOK(name)                                                    \
	{                                                                      \
		struct special *s = socketcall();                              \
                                                                               \
		for (int i = 0; s && i < 6; i++) {                             \
			__u64 value = 0;                                       \
                                                                               \
			/* by the helper: to it a pointer is a number */       \
			bpf_get_func_arg(ctx, i, &value);                      \
			s->value[i] = (__u32)value;                            \
		}                                                              \
		return 0;                                                      \
	}

SOCKETCALL(__sys_socket, part_socket)
SOCKETCALL(__sys_bind, part_bind)
SOCKETCALL(__sys_connect, part_connect)
SOCKETCALL(__sys_listen, part_listen)
SOCKETCALL(__sys_accept4, part_accept)
SOCKETCALL(__sys_getsockname, part_getsockname)
SOCKETCALL(__sys_getpeername, part_getpeername)
SOCKETCALL(__sys_socketpair, part_socketpair)
SOCKETCALL(__sys_sendto, part_sendto)
SOCKETCALL(__sys_recvfrom, part_recvfrom)
SOCKETCALL(__sys_shutdown, part_shutdown)
SOCKETCALL(__sys_setsockopt, part_setsockopt)
SOCKETCALL(__sys_getsockopt, part_getsockopt)
SOCKETCALL(__sys_sendmsg, part_sendmsg)
SOCKETCALL(__sys_recvmsg, part_recvmsg)
SOCKETCALL(__sys_sendmmsg, part_sendmmsg)
SOCKETCALL(__sys_recvmmsg, part_recvmmsg)

#endif
