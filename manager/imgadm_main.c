/* imgadm: `imgadm poll ...` runs `imgadm-poll ...`, as git does. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/text.h"

#define PREFIX "imgadm-"

enum {
	DIRS_MAX = 64,
	FOUND_MAX = 128,
	NAME_MAX_OCTETS = 32,
	PATH_SIZE = 4096,
};

static const struct option_row rows[] = { { 0 } };

static const struct options options = {
	.program = "imgadm",
	.usage = "COMMAND [arguments]",
	.summary = "Runs imgadm-COMMAND; `imgadm help` lists what is there.",
	.rows = rows,
	.stop_at_argument = true,
};

static const struct {
	const char *name, *help;
} known[] = {
	{ "agentd", "device: sends reports, serves the tables by AgentX" },
	{ "centerd", "centre: receives reports, answers devices" },
	{ "device", "device: its state: units, software, readings, errors" },
	{ "fleet", "centre: add, list, show, discover, export devices" },
	{ "graph", "centre: use, errors and life as PNG or SVG" },
	{ "judge", "centre: compatibility and trouble" },
	{ "poll", "centre: poll the fleet once" },
	{ "tftp", "fetch or put a file by TFTP" },
	{ "tftpd", "centre: serve images by TFTP" },
	{ "update", "centre: plan and run updates" },
	{ "web", "centre: read-only web page" },
};

/* Where commands are looked for, in this order; texts are borrowed. */
struct dirs {
	size_t count;
	const char *dir[DIRS_MAX];
	char own[PATH_SIZE];
	char *path;	/* a copy of PATH, cut into pieces */
};

static void
dirs_add(struct dirs *d, const char *dir)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->dir[i], dir) == 0)
			return;
	/* An empty piece of PATH is the current folder: not for us. */
	if (dir[0] == '/' && d->count < DIRS_MAX)
		d->dir[d->count++] = dir;
}

static int
dirs_find(struct dirs *d, struct err *e)
{
	const char *path = getenv("PATH");
	ssize_t len = readlink("/proc/self/exe", d->own, sizeof(d->own) - 1);
	char *slash, *rest;

	if (len > 0) {
		d->own[len] = '\0';
		slash = strrchr(d->own, '/');
		if (slash != NULL && slash != d->own) {
			*slash = '\0';
			dirs_add(d, d->own);
		}
	}
	dirs_add(d, BINDIR);
	dirs_add(d, SBINDIR);
	if (path == NULL)
		return 0;
	d->path = strdup(path);
	if (d->path == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (rest = d->path; rest != NULL; ) {
		char *dir = rest;

		rest = strchr(rest, ':');
		if (rest != NULL)
			*rest++ = '\0';
		dirs_add(d, dir);
	}
	return 0;
}

static bool
is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len <= NAME_MAX_OCTETS && name[len] == '\0' && name[0] != '-';
}

/* The path of a command; false when there is none. */
static bool
command_path(const struct dirs *d, const char *name, char ret_path[PATH_SIZE])
{
	for (size_t i = 0; i < d->count; i++) {
		int n = snprintf(ret_path, PATH_SIZE, "%s/" PREFIX "%s", d->dir[i], name);

		if (n > 0 && n < PATH_SIZE && access(ret_path, X_OK) == 0)
			return true;
	}
	return false;
}

/* --- what is there ---------------------------------------------------------------- */

struct found {
	size_t count;
	char name[FOUND_MAX][NAME_MAX_OCTETS + 1];
	const char *names[FOUND_MAX + 1];	/* sorted, ends with NULL */
};

static void
found_add(struct found *f, const char *name)
{
	size_t at = 0;

	while (at < f->count && strcmp(f->names[at], name) < 0)
		at++;
	if (f->count == FOUND_MAX || (at < f->count && strcmp(f->names[at], name) == 0))
		return;
	(void)text_copy(f->name[f->count], sizeof(f->name[0]), name);
	memmove(&f->names[at + 1], &f->names[at], (f->count - at) * sizeof(f->names[0]));
	f->names[at] = f->name[f->count++];
	f->names[f->count] = NULL;
}

static void
find_commands(const struct dirs *d, struct found *f)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < d->count; i++) {
		DIR *dir = opendir(d->dir[i]);
		struct dirent *entry;

		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			const char *name = entry->d_name + strlen(PREFIX);

			if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
			    is_name(name) && command_path(d, name, path))
				found_add(f, name);
		}
		if (dir != NULL)
			closedir(dir);
	}
}

static void
list_commands(const struct dirs *d)
{
	struct found f = {0};
	size_t width = 0;

	find_commands(d, &f);
	for (size_t i = 0; i < f.count; i++)
		if (strlen(f.names[i]) > width)
			width = strlen(f.names[i]);
	puts("Commands:");
	for (size_t i = 0; i < f.count; i++) {
		const char *help = "";

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (strcmp(known[k].name, f.names[i]) == 0)
				help = known[k].help;
		printf("  %-*s  %s\n", (int)width, f.names[i], help);
	}
	puts("`imgadm COMMAND --help` and `man imgadm-COMMAND` say more.");
}

/* --- running one --------------------------------------------------------------------- */

static enum exit_status
run_command(const struct dirs *d, char *argv[])
{
	char path[PATH_SIZE];
	struct found f = {0};
	const char *near;

	if (is_name(argv[0]) && command_path(d, argv[0], path)) {
		argv[0] = strrchr(path, '/') + 1;
		(void)fflush(stdout);
		(void)execv(path, argv);
		log_error("%s: %s", path, strerror(errno));
		return EXIT_STORAGE;
	}
	find_commands(d, &f);
	near = text_nearest_of(argv[0], f.names);
	if (near != NULL)
		log_error("no command '%s'; did you mean '%s'?", argv[0], near);
	else
		log_error("no command '%s'; `imgadm help` lists what is there", argv[0]);
	return EXIT_USAGE;
}

/* imgadm help; imgadm help COMMAND. */
static enum exit_status
help(const struct dirs *d, int argc, char *argv[])
{
	static char help_option[] = "--help";
	char *command[3] = { NULL, help_option, NULL };

	if (argc > 1 && strcmp(argv[1], "help") != 0) {
		command[0] = argv[1];
		return run_command(d, command);
	}
	options_help(&options);
	putchar('\n');
	list_commands(d);
	return EXIT_DONE;
}

int
main(int argc, char *argv[])
{
	struct options_pass pass;
	struct dirs dirs = {0};
	struct err e = {0};
	enum exit_status status;
	int key;

	log_open("imgadm", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	options_begin(&pass, &options, argc, argv);
	key = options_next(&pass, &e);
	if (key == OPTIONS_SHOWN)
		return EXIT_DONE;
	if (key < 0 || dirs_find(&dirs, &e) < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	if (pass.index >= argc) {
		(void)help(&dirs, 0, NULL);
		status = EXIT_USAGE;
	} else if (strcmp(argv[pass.index], "help") == 0) {
		status = help(&dirs, argc - pass.index, argv + pass.index);
	} else {
		status = run_command(&dirs, argv + pass.index);
	}
	free(dirs.path);
	return (int)status;
}
