/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loops getppid|open|exec COUNT [FILE]: what one system call costs.
 *
 * Prints its pid, so that rules can be made for it, and waits for a line on standard input; then makes COUNT calls, or opens and
 * closes FILE COUNT times, or runs FILE COUNT times, one after another, and prints "WALL CPU": nanoseconds that passed, and those that
 * this process and what it started ran. Warms up before it prints the pid: nothing but the COUNT calls happens between the line read
 * and the one printed. An open is the system calls openat and close, and no others (no libc between); what is run is started as
 * posix_spawn(3) does it, without a copy of this process's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* What this process ran, and those it has waited for. */
static long long ran(void)
{
	struct rusage of;
	long long us;

	getrusage(RUSAGE_CHILDREN, &of);
	us = (of.ru_utime.tv_sec + of.ru_stime.tv_sec) * 1000000LL + of.ru_utime.tv_usec + of.ru_stime.tv_usec;
	return now(CLOCK_PROCESS_CPUTIME_ID) + us * 1000;
}

static void fail(const char *what, const char *file, int error)
{
	fprintf(stderr, "loops: cannot %s %s: %s\n", what, file, strerror(error));
	exit(1);
}

static void getppids(long count, char *file)
{
	(void)file;
	while (count--)
		syscall(SYS_getppid);
}

static void opens(long count, char *file)
{
	while (count--) {
		long fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY);

		if (fd < 0)
			fail("open", file, errno);
		syscall(SYS_close, fd);
	}
}

static void execs(long count, char *file)
{
	char *const argv[] = { file, 0 }, *const environment[] = { 0 };

	while (count--) {
		pid_t child;
		int status, error = posix_spawn(&child, file, 0, 0, argv, environment);

		if (error)
			fail("run", file, error);
		if (waitpid(child, &status, 0) < 0 || status)
			fail("have done with", file, errno);
	}
}

static const struct kind {
	const char *name;
	void (*calls)(long count, char *file);
	int argc;
	long warm;
} kinds[] = {
	{ "getppid", getppids, 3, 10000 },
	{ "open", opens, 4, 10000 },
	{ "exec", execs, 4, 50 },
};

static const struct kind *kind_of(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (argc == kinds[i].argc && !strcmp(argv[1], kinds[i].name) && atol(argv[2]) > 0)
			return &kinds[i];
	fputs("usage: loops getppid COUNT | loops open COUNT FILE | loops exec COUNT PROGRAM\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	const struct kind *kind = kind_of(argc, argv);
	long count = atol(argv[2]);
	long long wall, cpu;
	char line[8];

	kind->calls(count < kind->warm ? count : kind->warm, argv[3]);
	printf("%d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	wall = now(CLOCK_MONOTONIC);
	cpu = ran();
	kind->calls(count, argv[3]);
	cpu = ran() - cpu;
	wall = now(CLOCK_MONOTONIC) - wall;
	printf("%lld %lld\n", wall, cpu);
	return 0;
}
