/* imgadm-update tickets sign: minisign, once for each line of a file; neither store nor network. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/durable.h"
#include "lib/base/log.h"
#include "lib/image/image_ticket.h"
#include "updater/update_cli.h"
#include "updater/update_image.h"
#include "updater/update_tickets.h"

extern char **environ;

/*
 * lib/base/child is not for this: minisign asks for the key's password, on our
 * terminal, and for as long as that takes; so it gets our input and our group.
 * What it says on its output is no result, and goes to stderr.
 */
static int
minisign(const char *const argv[], struct err *e)
{
	posix_spawn_file_actions_t f;
	int status = 0, rc = posix_spawn_file_actions_init(&f);
	pid_t pid;

	if (rc != 0)
		return err_set(e, -rc, "%s", strerror(rc));
	rc = posix_spawn_file_actions_adddup2(&f, STDERR_FILENO, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawnp(&pid, argv[0], &f, NULL, (char *const *)(uintptr_t)argv,
			environ);
	(void)posix_spawn_file_actions_destroy(&f);
	if (rc != 0)
		return err_set(e, -rc, "%s: %s: install minisign(1)", argv[0], strerror(rc));
	while ((rc = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
		;
	if (rc < 0)
		return err_set(e, -errno, "waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, -EACCES, isatty(STDIN_FILENO) ?
			"minisign did not sign it; it says why above" :
			"minisign did not sign it; it says why above, or it asks for the key's "
			"password, for each ticket, and our input is no terminal");
	return 0;
}

/* The minisig of one line.  Files that have no name: nothing is left behind by a kill. */
static int
sign_line(const char *key, const char *line, struct buf *ret, struct err *e)
{
	char in_name[32], out_name[32], data[SIGN_FILE_MAX];
	const char *const argv[] = { "minisign", "-S", "-s", key, "-m", in_name, "-x", out_name,
		"-t", line, NULL };
	FILE *in = tmpfile(), *out = tmpfile();
	struct sign_signature signature;
	size_t len = 0;
	int rc = 0;

	if (in == NULL || out == NULL || fputs(line, in) < 0 || fflush(in) != 0) {
		rc = err_set(e, -EIO, "a temporary file: %s", strerror(errno));
		goto out;
	}
	rewind(in);
	(void)fcntl(fileno(in), F_SETFD, 0);
	(void)fcntl(fileno(out), F_SETFD, 0);
	(void)snprintf(in_name, sizeof(in_name), "/dev/fd/%d", fileno(in));
	(void)snprintf(out_name, sizeof(out_name), "/dev/fd/%d", fileno(out));
	rc = minisign(argv, e);
	if (rc < 0)
		goto out;
	rewind(out);
	len = fread(data, 1, sizeof(data), out);
	rc = sign_parse(data, len, &signature, e);
	if (rc == 0)
		rc = buf_add(ret, data, len);
out:
	if (in != NULL)
		(void)fclose(in);
	if (out != NULL)
		(void)fclose(out);
	return rc;
}

static int
sign_all(const char *path, const char *key, const struct buf *lines, struct buf *ret, struct err *e)
{
	char line[TICKET_LINE_MAX + 1];
	size_t at = 0, len, n = 0;
	struct image_ticket t;
	const char *from;
	int rc = 0;

	/* All are read before the first is signed: a password is asked for in earnest. */
	for (int pass = 0; rc == 0 && pass < 2; pass++) {
		at = n = 0;
		while (rc == 0 && (len = update_tickets_next(lines, &at, 1, &from)) > 0) {
			n++;
			while (len > 0 && (from[len - 1] == '\n' || from[len - 1] == '\r'))
				len--;
			if (len >= sizeof(line)) {
				rc = err_set(e, -EMSGSIZE, "longer than a ticket may be");
				break;
			}
			(void)memcpy(line, from, len);
			line[len] = '\0';
			if (strlen(line) != len)
				rc = err_set(e, -EBADMSG, "not a text");
			else
				rc = pass == 0 ? image_ticket_parse(line, &t, e) :
					sign_line(key, line, ret, e);
		}
	}
	if (rc < 0)
		err_prefix(e, "%s: ticket %zu", path, n);
	else if (n == 0)
		rc = err_set(e, -EBADMSG, "%s: no ticket in it", path);
	return rc;
}

int
update_tickets_sign(void *user, int argc, char *argv[])
{
	enum { KEY = UPDATE_KEY_OWN, OUTPUT = 'o' };
	static const struct option_row rows[] = {
		{ KEY, "key", "FILE", "the operator's secret key (minisign -G)" },
		{ OUTPUT, "output", "FILE", "where to; otherwise the file's name with .minisig" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update tickets sign", .usage = "--key KEY [-o OUT] FILE",
		.summary = "Sign tickets that were exported; needs nothing but minisign.",
		.rows = rows,
	};
	const char *key = NULL, *output = NULL;
	char *made = NULL;
	struct buf lines, signatures;
	struct options_pass p;
	struct err e = { "" };
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(user, &p, 1, 1, &status)) > 0)
		*(rc == KEY ? &key : &output) = p.argument;
	if (rc < 0)
		return status;
	if (key == NULL) {
		log_error("tickets sign: with which key? --key FILE");
		return EXIT_USAGE;
	}
	buf_init(&signatures, TICKETS_FILE_MAX);
	rc = update_tickets_read(argv[p.index], &lines, &e);
	if (rc == 0)
		rc = sign_all(argv[p.index], key, &lines, &signatures, &e);
	if (rc == 0 && output == NULL && asprintf(&made, "%s.minisig", argv[p.index]) < 0) {
		made = NULL;
		rc = err_set(&e, -ENOMEM, "no memory");
	}
	if (rc == 0) {
		output = output != NULL ? output : made;
		rc = durable_put(output, signatures.data, signatures.len, 0600);
		if (rc < 0)
			(void)err_set(&e, rc, "%s: %s", output, strerror(-rc));
	}
	status = rc < 0 ? update_image_failed(&e, rc) : EXIT_DONE;
	free(made);
	buf_release(&lines);
	buf_release(&signatures);
	return status;
}
