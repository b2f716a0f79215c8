#include <config.h>

#include "lib/base/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

static const struct option_row help_row = {
	'h', "help", NULL, "print this help and exit",
};
static const struct option_row version_row = {
	'V', "version", NULL, "print the version and exit",
};

static size_t
row_count(const struct options *o)
{
	size_t n = 0;

	while (o->rows != NULL && o->rows[n].key != 0 && n < OPTIONS_MAX)
		n++;
	return n;
}

/* The n-th row, with help and version behind the program's own. */
static const struct option_row *
row_at(const struct options *o, size_t n)
{
	size_t count = row_count(o);

	if (n < count)
		return &o->rows[n];
	return n == count ? &help_row : n == count + 1 ? &version_row : NULL;
}

static const struct option_row *
row_of(const struct options *o, int key)
{
	const struct option_row *row;
	size_t n;

	for (n = 0; (row = row_at(o, n)) != NULL; n++)
		if (row->key == key)
			return row;
	return NULL;
}

/* --- parsing ----------------------------------------------------------------- */

void
options_begin(struct options_pass *p, const struct options *o, int argc, char *argv[])
{
	*p = (struct options_pass){ .options = o, .argc = argc, .argv = argv };
}

static const char *
long_name_at(const void *user, size_t n)
{
	const struct options *o = user;
	const struct option_row *row;
	size_t i;

	for (i = 0; (row = row_at(o, i)) != NULL; i++)
		if (row->name != NULL && n-- == 0)
			return row->name;
	return NULL;
}

static int
unknown_long(const struct options *o, const char *given, struct err *e)
{
	char word[64], shown[128];
	const char *nearest;
	size_t len;

	if (strncmp(given, "--", 2) == 0)
		given += 2;
	len = strcspn(given, "=");
	if (len >= sizeof(word))
		len = sizeof(word) - 1;
	(void)memcpy(word, given, len);
	word[len] = '\0';
	(void)text_escape(shown, sizeof(shown), word);
	nearest = text_nearest(word, long_name_at, o);
	if (nearest != NULL)
		return err_set(e, -EINVAL, "unknown option --%s; did you mean --%s?",
		    shown, nearest);
	return err_set(e, -EINVAL, "unknown option --%s; see %s --help", shown,
	    o->program);
}

/* "-t" or "--timeout", as the row has it. */
static void
row_text(const struct option_row *row, char *dst, size_t size)
{
	if (row->name != NULL)
		(void)snprintf(dst, size, "--%s", row->name);
	else
		(void)snprintf(dst, size, "-%c", row->key);
}

static int
refuse(struct options_pass *p, int answer, struct err *e)
{
	const struct option_row *row;
	char name[64];

	row = optopt != 0 ? row_of(p->options, optopt) : NULL;
	if (row != NULL) {
		row_text(row, name, sizeof(name));
		if (answer == ':')
			return err_set(e, -EINVAL, "option %s needs an argument: %s",
			    name, row->argument != NULL ? row->argument : "");
		return err_set(e, -EINVAL, "option %s takes no argument", name);
	}
	if (optopt != 0) {
		char letter[2] = { (char)optopt, '\0' };

		if (optopt >= '0' && optopt <= '9')
			return err_set(e, -EINVAL, "-%s looks like an option: put -- before the "
			    "arguments where one is negative; see %s --help", letter,
			    p->options->program);
		(void)text_escape(name, sizeof(name), letter);
		return err_set(e, -EINVAL, "unknown option -%s; see %s --help", name,
		    p->options->program);
	}
	return unknown_long(p->options, optind > 0 && optind <= p->argc ?
	    p->argv[optind - 1] : "", e);
}

static int
has_argument(const struct option_row *row)
{
	if (row->argument == NULL)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

int
options_next(struct options_pass *p, struct err *e)
{
	struct option longs[OPTIONS_MAX + 3] = { { 0 } };
	char shorts[3 * (OPTIONS_MAX + 2) + 3];
	const struct option_row *row;
	size_t n, s = 0, l = 0;
	int answer;

	if (p->options->stop_at_argument)
		shorts[s++] = '+';
	shorts[s++] = ':';
	for (n = 0; (row = row_at(p->options, n)) != NULL; n++) {
		if (row->key < OPTIONS_LONG_ONLY) {
			shorts[s++] = (char)row->key;
			if (row->argument != NULL)
				shorts[s++] = ':';
			if (has_argument(row) == optional_argument)
				shorts[s++] = ':';
		}
		if (row->name != NULL)
			longs[l++] = (struct option){ row->name,
			    has_argument(row), NULL, row->key };
	}
	shorts[s] = '\0';
	opterr = 0;
	if (!p->begun)
		optind = 0;	/* glibc, musl: begin anew, also its hidden state */
	p->begun = true;
	p->argument = NULL;
	answer = getopt_long(p->argc, p->argv, shorts, longs, NULL);
	p->index = optind;
	if (answer == -1)
		return OPTIONS_END;
	if (answer == '?' || answer == ':')
		return refuse(p, answer, e);
	if (answer == 'h') {
		options_help(p->options);
		return OPTIONS_SHOWN;
	}
	if (answer == 'V') {
		(void)printf("%s (%s) %s\n", p->options->program, PACKAGE_NAME,
		    PACKAGE_VERSION);
		return OPTIONS_SHOWN;
	}
	p->argument = optarg;
	return answer;
}

int
options_arguments(const struct options_pass *p, int least, int most, struct err *e)
{
	const struct options *o = p->options;
	int given = p->argc - p->index;

	if (given >= least && (most < 0 || given <= most))
		return 0;
	return err_set(e, -EINVAL, "%s; usage: %s %s",
	    given < least ? "missing argument" : "too many arguments", o->program,
	    o->usage != NULL ? o->usage : "");
}

int
options_each(const struct options *o, int argc, char *argv[], int least, int most,
	int (*set)(void *user, int key, const char *argument, struct err *e), void *user,
	struct err *e)
{
	struct options_pass p;
	int key, rc;

	options_begin(&p, o, argc, argv);
	while ((key = options_next(&p, e)) != OPTIONS_END) {
		if (key == OPTIONS_SHOWN)
			return 1;
		rc = key < 0 ? key : set(user, key, p.argument, e);
		if (rc < 0)
			return rc;
	}
	return options_arguments(&p, least, most, e);
}

int
options_log(const char *argument, enum log_target *ret_target, struct err *e)
{
	bool err = strcmp(argument, "stderr") == 0;

	if (!err && strcmp(argument, "syslog") != 0)
		return err_set(e, -EINVAL, "option --log: want stderr or syslog");
	*ret_target = err ? LOG_TO_STDERR : LOG_TO_SYSLOG;
	return 0;
}

int
options_step(struct options_pass *p, int least, int most, int *ret_status)
{
	struct err e = { "" };
	int key = options_next(p, &e);

	if (key == OPTIONS_SHOWN) {
		*ret_status = EXIT_DONE;
		return -1;
	}
	if (key == OPTIONS_END && options_arguments(p, least, most, &e) != 0)
		key = -1;
	if (key < 0) {
		log_err(&e);
		*ret_status = EXIT_USAGE;
		return -1;
	}
	return key;
}

/* --- help -------------------------------------------------------------------- */

enum { HELP_LEFT_MAX = 30 };	/* longer ones get their text on the next line */

static void
left_text(const struct option_row *row, char *dst, size_t size)
{
	const char *argument = row->argument != NULL ? row->argument : "";
	const char *space = argument[0] != '\0' && argument[0] != '[' ? " " : "";

	if (row->name == NULL)
		(void)snprintf(dst, size, "-%c%s%s", row->key, space, argument);
	else if (row->key < OPTIONS_LONG_ONLY)
		(void)snprintf(dst, size, "-%c, --%s%s%s", row->key, row->name, space,
		    argument);
	else
		(void)snprintf(dst, size, "    --%s%s%s", row->name, space, argument);
}

static void
print_two(const char *left, const char *right, int width)
{
	if ((int)text_width(left) > width)
		(void)printf("  %s\n  %*s  %s\n", left, width, "", right);
	else
		(void)printf("  %s%*s  %s\n", left, width - (int)text_width(left), "",
		    right);
}

static int
wider(int width, const char *left)
{
	int w = (int)text_width(left);

	return w > width && w <= HELP_LEFT_MAX ? w : width;
}

static void
command_text(const struct command *c, char *dst, size_t size)
{
	(void)snprintf(dst, size, "%s%s%s", c->name,
	    c->usage != NULL && c->usage[0] != '\0' ? " " : "",
	    c->usage != NULL ? c->usage : "");
}

void
options_help(const struct options *o)
{
	const struct command *commands = o->commands;
	const struct option_row *row;
	const struct command *c;
	char left[160];
	int width = 0;
	size_t n;

	(void)printf("Usage: %s %s\n", o->program, o->usage != NULL ? o->usage : "");
	if (o->summary != NULL)
		(void)printf("%s\n", o->summary);
	for (n = 0; (row = row_at(o, n)) != NULL; n++) {
		left_text(row, left, sizeof(left));
		width = wider(width, left);
	}
	for (c = commands; c != NULL && c->name != NULL; c++) {
		command_text(c, left, sizeof(left));
		width = wider(width, left);
	}
	if (commands != NULL)
		(void)printf("\nCommands:\n");
	for (c = commands; c != NULL && c->name != NULL; c++) {
		command_text(c, left, sizeof(left));
		print_two(left, c->help, width);
	}
	(void)printf("\nOptions:\n");
	for (n = 0; (row = row_at(o, n)) != NULL; n++) {
		left_text(row, left, sizeof(left));
		if (row->help != NULL)
			print_two(left, row->help, width);
	}
	if (o->more != NULL)
		(void)printf("\n%s", o->more);
}

/* --- subcommands --------------------------------------------------------------- */

/* How many words of argv are c's name: 0 = it is another. */
static int
words_matched(const struct command *c, int argc, char *argv[])
{
	const char *space = strchr(c->name, ' ');
	size_t first;

	if (space == NULL)
		return strcmp(argv[0], c->name) == 0 ? 1 : 0;
	first = (size_t)(space - c->name);
	if (argc < 2 || strlen(argv[0]) != first ||
	    strncmp(argv[0], c->name, first) != 0)
		return 0;
	return strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

static const char *
command_name_at(const void *user, size_t n)
{
	const struct command *commands = user;

	return commands[n].name;
}

static bool
is_first_word(const struct command *commands, const char *word)
{
	size_t len = strlen(word);

	for (; commands->name != NULL; commands++)
		if (strncmp(commands->name, word, len) == 0 && commands->name[len] == ' ')
			return true;
	return false;
}

static void
say_unknown(const struct options *program, int argc, char *argv[])
{
	const struct command *commands = program->commands;
	char word[128], shown[256];
	const char *nearest;

	/* "unit lst" is like "unit list", "exprot all" like "export". */
	if (argc > 1 && is_first_word(commands, argv[0]))
		(void)snprintf(word, sizeof(word), "%s %s", argv[0], argv[1]);
	else
		(void)snprintf(word, sizeof(word), "%s", argv[0]);
	(void)text_escape(shown, sizeof(shown), word);
	nearest = text_nearest(word, command_name_at, commands);
	if (nearest != NULL)
		log_error("unknown command '%s'; did you mean '%s'?", shown, nearest);
	else
		log_error("unknown command '%s'; see %s --help", shown,
		    program->program);
}

int
command_run(const struct options *program, void *user, int argc, char *argv[])
{
	const struct command *c;
	int words;

	if (argc < 1) {
		options_help(program);
		return EXIT_USAGE;
	}
	for (c = program->commands; c->name != NULL; c++) {
		words = words_matched(c, argc, argv);
		if (words > 0)
			return c->run(user, argc - words + 1, argv + words - 1);
	}
	if (strcmp(argv[0], "help") == 0) {
		options_help(program);
		return EXIT_DONE;
	}
	say_unknown(program, argc, argv);
	return EXIT_USAGE;
}
