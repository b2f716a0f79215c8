/*
 * measure FILE COMMAND...: run COMMAND and write what it and the children it
 * waited for took: "WALL_US CPU_US PEAK_RSS_KB STATUS".  CPU is user and system.
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t
wall_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int
main(int argc, char *argv[])
{
	int64_t start = wall_us(), end;
	struct rusage u;
	FILE *file;
	int status;
	pid_t pid;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: measure FILE COMMAND...\n");
		return 1;
	}
	pid = fork();
	if (pid == 0) {
		(void)execvp(argv[2], argv + 2);
		(void)fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0) {
		(void)fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(errno));
		return 3;
	}
	end = wall_us();
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	file = fopen(argv[1], "w");
	if (file == NULL || fprintf(file, "%" PRId64 " %" PRId64 " %ld %d\n", end - start,
	    (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	    u.ru_utime.tv_usec + u.ru_stime.tv_usec, u.ru_maxrss, status) < 0 ||
	    fclose(file) != 0) {
		(void)fprintf(stderr, "measure: %s: %s\n", argv[1], strerror(errno));
		return 3;
	}
	return status;
}
