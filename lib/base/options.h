/*
 * options: the command line, the same in every program.
 *
 * A program states its options as a table; --help is made from the table, so
 * that it cannot lie, and -h/--help and -V/--version are there without being
 * named.  Subcommands are a second table, {name, function, help}.
 * The parsing is getopt_long(3)'s.
 */
#ifndef IMGADM_LIB_BASE_OPTIONS_H
#define IMGADM_LIB_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/log.h"

enum {
	OPTIONS_END = 0,	/* no more options */
	OPTIONS_SHOWN = 1,	/* help or version was printed: exit with EXIT_DONE */
	OPTIONS_LONG_ONLY = 256,	/* keys from here have no letter */
	OPTIONS_MAX = 64,	/* rows of a table, subcommands not counted */
};

struct command;

struct option_row {
	int key;		/* letter, or OPTIONS_LONG_ONLY + n */
	const char *name;	/* long name without dashes; NULL = letter only */
	const char *argument;	/* "FILE"; "[=FILE]" may be left out; NULL = none */
	const char *help;	/* one line; NULL = not shown */
};

struct options {
	const char *program;	/* "imgadm-poll", or "imgadm-fleet add" */
	const char *usage;	/* behind the name: "[options] [DEVICE ...]" */
	const char *summary;	/* one sentence: what it does */
	const struct option_row *rows;	/* ends with a zero row */
	const char *more;	/* text below the options, lines with \n; or NULL */
	/* Options end at the first argument: for programs with subcommands. */
	bool stop_at_argument;
	const struct command *commands;	/* shown in --help; NULL = none */
};

/* A pass over one argv; plain data, fields are read-only. */
struct options_pass {
	const struct options *options;
	int argc;
	char **argv;
	const char *argument;	/* of the option just returned, or NULL */
	int index;		/* after OPTIONS_END: the first argument */
	bool begun;
};

/* argv[0] is skipped; argv may be reordered.  One pass at a time. */
void options_begin(struct options_pass *p, const struct options *o, int argc,
	char *argv[]);
/*
 * The next option's key; OPTIONS_END; OPTIONS_SHOWN; or -EINVAL with e:
 * unknown option (and the nearest), argument missing or not wanted.
 */
int options_next(struct options_pass *p, struct err *e);

/*
 * Check the number of arguments after OPTIONS_END; most < 0 = any number.
 * -EINVAL with e saying the usage.
 */
int options_arguments(const struct options_pass *p, int least, int most,
	struct err *e);

/*
 * The two together, for a program: set() is called for each option, and what
 * it refuses ends the pass.  0 go on; 1 help or the version was printed; or a
 * negative errno with e, its own or that of set().
 */
int options_each(const struct options *o, int argc, char *argv[], int least, int most,
	int (*set)(void *user, int key, const char *argument, struct err *e), void *user,
	struct err *e);

/* What stands behind --log, in each program that has it: stderr or syslog. */
int options_log(const char *argument, enum log_target *ret_target, struct err *e);

/*
 * The two together, for a command that says itself what is wrong: > 0 an
 * option's key; 0 the end, with the number of arguments checked; -1: help was
 * printed or a failure logged, and *ret_status is what to return.
 */
int options_step(struct options_pass *p, int least, int most, int *ret_status);

/* One subcommand; the table ends with a zero row. */
struct command {
	const char *name;	/* one word or two: "list", "unit set" */
	/*
	 * argv[0] is the name's last word, arguments follow.  Returns the
	 * program's exit status; says itself what went wrong.
	 */
	int (*run)(void *user, int argc, char *argv[]);
	const char *usage;	/* "NAME [--bank N]" */
	const char *help;	/* one line */
};

/*
 * Run that one of program->commands which argv names (argv[0] is its first
 * word).  "help" prints the table; so does no command at all, as EXIT_USAGE.
 * An unknown one is logged with the nearest name and is EXIT_USAGE.
 */
int command_run(const struct options *program, void *user, int argc, char *argv[]);

/* Print the help of a program, and its commands, to stdout. */
void options_help(const struct options *o);

#endif
