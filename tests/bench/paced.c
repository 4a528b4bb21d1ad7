/* paced RATE SECONDS: so many calls of getppid a second, evenly over each millisecond; then "made= longest_us=". */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	long long rate = atoll(argv[1]), end = atoll(argv[2]) * 1000000000LL;
	long long start = now(), made = 0, longest = 0, elapsed;
	while ((elapsed = now() - start) < end) {
		/* what is behind is made up for */
		long long due = elapsed / 1000 * rate / 1000000;
		for (; made < due; made++) {
			long long before = now();
			syscall(SYS_getppid);
			long long took = now() - before;
			if (took > longest)
				longest = took;
		}
		usleep(1000);
	}
	printf("made=%lld longest_us=%lld\n", made, longest / 1000);
	return 0;
}
