// The workload of the live tests: the same system calls with the same arguments in every run, addresses included.
//   work mix DIR GID [AGAIN]  calls of every sort that is compared; DIR has the files they are about
//   work burst COUNT          COUNT times getppid
//   work steady COUNT         the same, but a little slower, after a line on standard output
//   work timed COUNT          the same, and after each 50th a getpgrp; says what the longest call took, and how often it slept
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void join(int family, const void *address, socklen_t length)
{
	int s = socket(family, SOCK_STREAM, 0);
	connect(s, address, length);
	close(s);
}

static void named(const char *name, int abstract)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	strcpy(a.sun_path + abstract, name);
	join(AF_UNIX, &a, offsetof(struct sockaddr_un, sun_path) + abstract + strlen(name) + !abstract);
}

static void sockets(void)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(1), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	join(AF_INET, &four, sizeof four);
	join(AF_INET6, &six, sizeof six);
	join(AF_INET, &four, 3);
	join(AF_INET, (void *)16, sizeof four);
	join(AF_INET, &four, 4096);
	connect(-1, (void *)&four, sizeof four);
	named("nobody", 1);
	named("gone.sock", 0);
	named("/no/such/dir/sock", 0);
	named("file", 0);
}

static void files(void)
{
	char sub[] = "sub/../file";
	close(open("file", O_RDONLY));
	close(open(sub, O_RDWR | O_CLOEXEC));
	open("absent", O_RDONLY);
	open("file/below", O_RDONLY);
	open((void *)16, O_RDONLY);
	open("", O_RDONLY);
	close(creat("made", 0640));
	close(open("made-too", O_WRONLY | O_CREAT | O_EXCL, 0600));
	open("made-too", O_WRONLY | O_CREAT | O_EXCL, 0600);
	int dir = open("sub", O_RDONLY | O_DIRECTORY);
	close(openat(dir, "inner", O_RDONLY));
	close(openat(dir, "with space", O_RDONLY));
	close(openat(dir, "..", O_RDONLY | O_DIRECTORY));
	close(open("link", O_RDONLY));
	close(open("sub", O_RDWR | O_TMPFILE, 0600));
	close(dir);
	unlink("made");
	unlink("made-too");
}

static void run(const char *program, char *const argv[])
{
	if (fork() == 0) {
		execve(program, argv, (char *[]){ NULL });
		_exit(1);
	}
	wait(NULL);
}

static void programs(void)
{
	static char longer[9000], longest[40000];
	memset(longer, 'x', sizeof longer - 1);
	memset(longest, 'y', sizeof longest - 1);
	run("/bin/true", (char *[]){ "true", NULL });
	run("/bin/true", (char *[]){ "name with space", "\"quoted\"", "", "tab\there", "\xff\x01", "a=b", NULL });
	run("/bin/true", (char *[]){ "true", longer, "end", NULL });
	run("/bin/true", (char *[]){ "true", longest, "end", NULL });
	run("/bin/true", (char *[]){ NULL });
	run("./true", (char *[]){ "./true", "relative", NULL });
	run("absent", (char *[]){ "absent", NULL });
	run("file", (char *[]){ "file", NULL });
	run("sub", (char *[]){ "sub", NULL });
	char *many[300];
	for (int i = 0; i < 299; i++)
		many[i] = "argument";
	many[299] = NULL;
	run("/bin/true", many);
	if (fork() == 0) {
		syscall(SYS_execveat, AT_FDCWD, "true", (char *[]){ "at", NULL }, NULL, 0);
		_exit(1);
	}
	wait(NULL);
}

static long compat(long number, long a)
{
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(2), "d"(3), "S"(4) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static void *thread(void *unused)
{
	syscall(SYS_getppid, 100, 200, 300, 400);
	return unused;
}

static void plain(void)
{
	pthread_t other;
	for (long i = 0; i < 10; i++)
		syscall(SYS_getppid, i, -i, i << 40, i * 3);
	prctl(PR_SET_NAME, "two words");
	syscall(SYS_getppid, 1, 2, 3, 4);
	compat(64, 11);
	pthread_create(&other, NULL, thread, NULL);
	pthread_join(other, NULL);
	if (fork() == 0) {
		setresuid(1001, 1002, 1003);
		setuid(0);
		setuid(1001);
		compat(213, 0);
		sockets();
		open("secret", O_RDONLY);
		run("/bin/true", (char *[]){ "true", "as a user", NULL });
		_exit(0);
	}
	wait(NULL);
	chdir("sub");
	syscall(SYS_getppid, 2, 2, 3, 4);
	close(open("inner", O_RDONLY));
	chdir("..");
	rmdir("doomed");
}

static void mix(char **argv)
{
	if (argv[4] == NULL) {
		personality(ADDR_NO_RANDOMIZE);
		execve("/proc/self/exe", (char *[]){ argv[0], argv[1], argv[2], argv[3], "once", NULL }, (char *[]){ NULL });
	}
	if (strcmp(argv[4], "once") == 0) {
		if (chdir(argv[2]) || setgroups(0, NULL) || setresgid(atoi(argv[3]), atoi(argv[3]), atoi(argv[3])))
			_exit(2);
		execve("/proc/self/exe", (char *[]){ argv[0], argv[1], argv[2], argv[3], "twice", NULL }, (char *[]){ NULL });
	}
	plain();
	sockets();
	files();
	programs();
}

static long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void timed(long count)
{
	struct rusage before, after;
	long longest = 0;
	getrusage(RUSAGE_SELF, &before);
	for (long i = 0; i < count; i++) {
		long start = now(), took;
		syscall(SYS_getppid, i);
		if (i % 50 == 49)
			syscall(SYS_getpgrp, i);
		took = now() - start;
		if (took > longest)
			longest = took;
	}
	getrusage(RUSAGE_SELF, &after);
	printf("longest_us=%ld slept=%ld\n", longest / 1000, after.ru_nvcsw - before.ru_nvcsw);
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "mix") == 0) {
		mix(argv);
		return 0;
	}
	if (argc != 3)
		return 2;
	int steady = strcmp(argv[1], "steady") == 0;
	long count = atol(argv[2]);
	if (strcmp(argv[1], "timed") == 0) {
		timed(count);
		return 0;
	}
	if (steady) {
		puts("ready");
		fflush(stdout);
	}
	for (long i = 0; i < count; i++) {
		syscall(SYS_getppid, i);
		for (volatile int wait = 0; steady && wait < 2000; wait++)
			;
	}
	return 0;
}
