/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flood SECONDS FILE: opens at full speed, on every processor at once, and what became of those who made them.
 *
 * Prints its pid, whose children open FILE, and waits for a line on standard input; then a child on each processor opens and closes
 * FILE.N until the time is up. Prints "OPENS WALL VOLUNTARY INVOLUNTARY LONGEST": nanoseconds that passed, how often they went to
 * sleep (voluntary context switches), how often others had their processor, and the longest openat of all in nanoseconds, with what
 * others ran meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct result {
	long long opens, voluntary, involuntary, longest;
};

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

__attribute__((noreturn)) static void fail(const char *what)
{
	fprintf(stderr, "flood: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static void opens(const char *file, long long seconds, struct result *of)
{
	struct rusage before, after;
	long long began, until, end;

	getrusage(RUSAGE_SELF, &before);
	end = now();
	until = end + seconds * 1000000000LL;
	while (end < until) {
		long fd;

		began = now();
		fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY);
		end = now();
		if (fd < 0)
			fail("open");
		syscall(SYS_close, fd);
		of->opens++;
		if (end - began > of->longest)
			of->longest = end - began;
	}
	getrusage(RUSAGE_SELF, &after);
	of->voluntary = after.ru_nvcsw - before.ru_nvcsw;
	of->involuntary = after.ru_nivcsw - before.ru_nivcsw;
}

/* A child on one processor: waits until start ends, and writes its result. */
static void child(int processor, int start, int results, const char *name, long long seconds)
{
	struct result of = { 0 };
	char file[4096], wait;
	cpu_set_t set;
	int fd;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	snprintf(file, sizeof(file), "%s.%d", name, processor);
	fd = open(file, O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
	if (fd < 0 || sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("begin");
	close(fd);
	if (read(start, &wait, 1) < 0)
		fail("wait");
	opens(file, seconds, &of);
	if (write(results, &of, sizeof(of)) != sizeof(of))
		fail("tell the result");
	_exit(0);
}

int main(int argc, char **argv)
{
	long long seconds = argc == 3 ? atoll(argv[1]) : 0, wall;
	struct result all = { 0 }, one;
	int start[2], results[2], missing = 0;
	cpu_set_t processors;
	char line[8];

	if (seconds <= 0) {
		fputs("usage: flood SECONDS FILE\n", stderr);
		return 2;
	}
	if (pipe(start) < 0 || pipe(results) < 0 || sched_getaffinity(0, sizeof(processors), &processors) < 0)
		fail("begin");
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &processors))
			continue;
		missing++;
		switch (fork()) {
		case -1:
			fail("fork");
		case 0:
			close(start[1]);
			child(i, start[0], results[1], argv[2], seconds);
		}
	}
	close(results[1]);
	printf("%d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	wall = now();
	close(start[1]);
	while (read(results[0], &one, sizeof(one)) == sizeof(one)) {
		missing--;
		all.opens += one.opens;
		all.voluntary += one.voluntary;
		all.involuntary += one.involuntary;
		if (one.longest > all.longest)
			all.longest = one.longest;
	}
	wall = now() - wall;
	if (missing)
		return 1; /* they have said why */
	printf("%lld %lld %lld %lld %lld\n", all.opens, wall, all.voluntary, all.involuntary, all.longest);
	return 0;
}
