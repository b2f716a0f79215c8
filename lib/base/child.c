#include <config.h>

#include "lib/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THIRD = 3, HELD = 4, HELD_FROM = 10 };

struct child {
	pid_t pid;		/* and its group's */
	int64_t deadline_ms;	/* of the next signal */
	bool told;		/* SIGTERM was sent */
	bool ended;
	struct child_end end;
};

static int
words(const char *const *list)
{
	int n = 0;

	while (list != NULL && list[n] != NULL && n < CHILD_WORDS_MAX)
		n++;
	return n;
}

/* What the new process is before its program: posix_spawn tells what failed of it. */
static int
attributes(posix_spawnattr_t *a)
{
	sigset_t all, none;
	int rc;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	rc = posix_spawnattr_setflags(a, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK);
	if (rc == 0)
		rc = posix_spawnattr_setpgroup(a, 0);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(a, &all);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(a, &none);
	return rc;
}

static int
descriptors(posix_spawn_file_actions_t *f, const struct child_options *o, int held)
{
	int rc = posix_spawn_file_actions_addopen(f, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (rc == 0)
		rc = o->output != NULL ?
			posix_spawn_file_actions_adddup2(f, *o->output, STDOUT_FILENO) :
			posix_spawn_file_actions_addopen(f, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (rc == 0 && o->errors != NULL)
		rc = posix_spawn_file_actions_adddup2(f, *o->errors, STDERR_FILENO);
	if (rc == 0 && o->third != NULL)
		rc = posix_spawn_file_actions_adddup2(f, *o->third, THIRD);
	if (rc == 0 && o->third == NULL)
		rc = posix_spawn_file_actions_addclose(f, THIRD);
	if (rc == 0)
		rc = held >= 0 ? posix_spawn_file_actions_adddup2(f, held, HELD) :
			posix_spawn_file_actions_addclose(f, HELD);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(f, HELD + 1);
	return rc;
}

static int
spawn(const struct child_options *o, pid_t *ret_pid)
{
	static char *const nothing[] = { NULL };
	/* posix_spawn's prototype is older than const; it does not write. */
	char *const *argv = (char *const *)(uintptr_t)o->argv;
	char *const *env = o->env == NULL ? nothing : (char *const *)(uintptr_t)o->env;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc, held = -1;

	/* High up, where no other descriptor of the child is put over it. */
	if (o->held != NULL && (held = fcntl(*o->held, F_DUPFD_CLOEXEC, HELD_FROM)) < 0)
		return errno;
	rc = posix_spawnattr_init(&attr);
	if (rc != 0)
		goto out;
	rc = posix_spawn_file_actions_init(&files);
	if (rc == 0) {
		rc = attributes(&attr);
		if (rc == 0)
			rc = descriptors(&files, o, held);
		if (rc == 0)
			rc = posix_spawn(ret_pid, o->argv[0], &files, &attr, argv, env);
		(void)posix_spawn_file_actions_destroy(&files);
	}
	(void)posix_spawnattr_destroy(&attr);
out:
	if (held >= 0)
		(void)close(held);
	return rc;
}

int
child_start(const struct child_options *o, int64_t now_ms, struct child **ret_child,
	struct err *e)
{
	struct child *c;
	int rc;

	if (o->argv == NULL || o->argv[0] == NULL || strchr(o->argv[0], '/') == NULL)
		return err_set(e, -EINVAL, "a program to run needs a path with a slash");
	if (o->limit_ms <= 0)
		return err_set(e, -EINVAL, "%s: no time to run", o->argv[0]);
	if (words(o->argv) == CHILD_WORDS_MAX || words(o->env) == CHILD_WORDS_MAX)
		return err_set(e, -E2BIG, "%s: more than %d words", o->argv[0],
		    CHILD_WORDS_MAX - 1);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = spawn(o, &c->pid);
	if (rc != 0) {
		free(c);
		return err_set(e, -rc, "%s: cannot be run: %s", o->argv[0], strerror(rc));
	}
	c->deadline_ms = now_ms + o->limit_ms;
	*ret_child = c;
	return 0;
}

static void
reaped(struct child *c, int status)
{
	/* What it started and left behind goes with it. */
	(void)kill(-c->pid, SIGKILL);
	c->ended = true;
	c->end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	c->end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	c->end.timed_out = c->told;
}

int
child_check(struct child *c, int64_t now_ms, struct child_end *ret_end)
{
	int status = 0;
	pid_t pid;

	if (!c->ended) {
		do {
			pid = waitpid(c->pid, &status, WNOHANG);
		} while (pid < 0 && errno == EINTR);
		if (pid == c->pid)
			reaped(c, status);
	}
	if (c->ended) {
		*ret_end = c->end;
		return 1;
	}
	if (now_ms >= c->deadline_ms) {
		(void)kill(-c->pid, c->told ? SIGKILL : SIGTERM);
		c->told = true;
		c->deadline_ms = now_ms + CHILD_GRACE_MS;
	}
	return 0;
}

int64_t
child_deadline_ms(const struct child *c)
{
	return c->deadline_ms;
}

pid_t
child_pid(const struct child *c)
{
	return c->pid;
}

void
child_free(struct child *c)
{
	if (c == NULL)
		return;
	if (!c->ended) {
		(void)kill(-c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(c);
}

void
child_leave(struct child *c, int signal)
{
	if (c == NULL)
		return;
	if (!c->ended)
		(void)kill(c->pid, signal);
	free(c);
}

const char *
child_end_text(const struct child_end *end, char *buf, size_t size)
{
	if (end->timed_out != 0)
		(void)snprintf(buf, size, "ended after its time was over");
	else if (end->signal != 0)
		(void)snprintf(buf, size, "ended by signal %d", end->signal);
	else
		(void)snprintf(buf, size, "exit status %d", end->status);
	return buf;
}
