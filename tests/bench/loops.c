/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loops getppid|open COUNT [FILE]: what one system call costs.
 *
 * Prints its pid, so that rules can be made for it, and waits for a line on standard input; then makes COUNT calls, or opens and
 * closes FILE COUNT times, and prints "WALL CPU": nanoseconds that passed, and those this process ran (clock_gettime(2)). Warms up
 * before it prints the pid: nothing but the COUNT calls happens between the line read and the one printed.
 * The file's own system calls are openat and close, and no others (no libc between).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void getppids(long count)
{
	while (count--)
		syscall(SYS_getppid);
}

static void opens(long count, const char *file)
{
	while (count--) {
		long fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY);

		if (fd < 0) {
			fprintf(stderr, "loops: cannot open %s: %s\n", file, strerror(errno));
			exit(1);
		}
		syscall(SYS_close, fd);
	}
}

static void loop(long count, const char *file)
{
	if (file)
		opens(count, file);
	else
		getppids(count);
}

int main(int argc, char **argv)
{
	const char *file = argc == 4 && !strcmp(argv[1], "open") ? argv[3] : 0;
	long count = argc > 2 ? atol(argv[2]) : 0;
	long long wall, cpu;
	char line[8];

	if (count <= 0 || !(file || (argc == 3 && !strcmp(argv[1], "getppid")))) {
		fputs("usage: loops getppid COUNT | loops open COUNT FILE\n", stderr);
		return 2;
	}
	loop(count < 10000 ? count : 10000, file);
	printf("%d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	wall = now(CLOCK_MONOTONIC);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	loop(count, file);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = now(CLOCK_MONOTONIC) - wall;
	printf("%lld %lld\n", wall, cpu);
	return 0;
}
