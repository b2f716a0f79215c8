#include <config.h>

#include "manager/graph_cli.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/text.h"
#include "lib/store/store_read.h"
#include "lib/cli/conf_open.h"
#include "manager/graph.h"
#include "manager/graph_file.h"
#include "manager/graph_json.h"
#include "manager/graph_time.h"
#include "manager/rrdwaiting.h"

enum {
	KEY_ALL = OPTIONS_LONG_ONLY, KEY_DB, KEY_END, KEY_FLUSH, KEY_FORMAT, KEY_JSON, KEY_RRD_DIR,
	KEY_SIZE, KEY_SPAN, KEY_THEME,
};

static const struct option_row rows[] = {
	{ KEY_ALL, "all", NULL, "graphs of every device, instead of DEVICE" },
	{ KEY_SPAN, "span", "SPAN", "day (default), week, month, year, or a duration: 36h" },
	{ KEY_END, "end", "TIME", "up to then: now (default), 2026-11-22, 2026-11-22T09:12" },
	{ 'o', "output", "FILE|DIR", "where to; a folder gets DEVICE-GRAPH.FORMAT (default .)" },
	{ KEY_FORMAT, "format", "FORMAT", "png (default) or svg; or as FILE ends" },
	{ KEY_THEME, "theme", "THEME", "light (default) or dark" },
	{ KEY_SIZE, "size", "SIZE", "small (default, 600 x 200) or large (1200 x 400)" },
	{ KEY_JSON, "json", NULL, "print what was drawn, with the legend's numbers, as JSON" },
	{ KEY_FLUSH, "flush", NULL, "draw nothing: write what waits into the round robin files" },
	{ KEY_DB, "db", "FILE", "the centre's database" },
	{ KEY_RRD_DIR, "rrd-dir", "DIR", "the round robin files" },
	{ 0 },
};

static const struct options options = {
	.program = "imgadm-graph",
	.usage = "[options] DEVICE|--all|--flush [use|errors|life|all]",
	.summary = "Draw what a device did: pages, errors by severity, life that is left.",
	.rows = rows,
	.more = "use     pages per hour\n"
		"errors  errors by severity, counted in bars\n"
		"life    what is left of each unit's life, and the day it runs out\n",
};

struct graph_cli {
	const char *device;	/* NULL = all */
	bool flush;		/* and draw nothing */
	bool wanted[GRAPH_KINDS];
	size_t wanted_count;
	int64_t span_s, end_utc_s, now_utc_s;
	char span_text[GRAPH_SPAN_TEXT_SIZE];
	const char *output;
	bool to_folder;
	bool format_given;
	enum graph_format format;
	enum graph_theme theme;
	enum graph_size size;
	struct conf *conf;
	const char *db, *rrd_dir;	/* may be conf's */
	char *daemon;
	struct graph_json *json;	/* NULL = names of files as text */
	struct store *store;
	bool unknown;		/* there is no such device */
	bool failed;		/* some device has no graph */
};

/* One of two words. */
static int
choose(const char *text, const char *first, const char *second, int *ret, struct err *e)
{
	if (strcmp(text, first) == 0)
		*ret = 0;
	else if (strcmp(text, second) == 0)
		*ret = 1;
	else
		return err_set(e, -EINVAL, "want %s or %s", first, second);
	return 0;
}

/* An option that is one of two words. */
static int
take_word(struct graph_cli *c, int key, const char *argument, struct err *e)
{
	int word = 0, r;

	if (key == KEY_FORMAT) {
		r = choose(argument, "png", "svg", &word, e);
		c->format = word == 0 ? GRAPH_PNG : GRAPH_SVG;
		c->format_given = true;
	} else if (key == KEY_THEME) {
		r = choose(argument, "light", "dark", &word, e);
		c->theme = word == 0 ? GRAPH_LIGHT : GRAPH_DARK;
	} else {
		r = choose(argument, "small", "large", &word, e);
		c->size = word == 0 ? GRAPH_SMALL : GRAPH_LARGE;
	}
	return r;
}

static int
take_end(struct graph_cli *c, const char *argument, struct err *e)
{
	int r = graph_time_end(argument, c->now_utc_s, &c->end_utc_s, e);

	if (r == 0 && c->end_utc_s > c->now_utc_s)
		r = err_set(e, -EINVAL, "that is in the future");
	return r;
}

/* One option; the errors of its argument get its name in front. */
static int
take_option(struct graph_cli *c, int key, const char *argument, struct err *e)
{
	const struct option_row *row;
	char shown[256];
	int r = 0;

	switch (key) {
	case KEY_DB:
		c->db = argument;
		break;
	case KEY_RRD_DIR:
		c->rrd_dir = argument;
		break;
	case 'o':
		c->output = argument;
		break;
	case KEY_SPAN:
		r = graph_time_span(argument, &c->span_s, e);
		break;
	case KEY_END:
		r = take_end(c, argument, e);
		break;
	case KEY_FORMAT:
	case KEY_THEME:
	case KEY_SIZE:
		r = take_word(c, key, argument, e);
		break;
	}
	if (r < 0) {
		for (row = rows; row->key != key; row++)
			continue;
		(void)text_escape(shown, sizeof(shown), argument);
		err_prefix(e, "--%s '%s'", row->name, shown);
	}
	return r;
}

static int
take_kind(struct graph_cli *c, const char *word, struct err *e)
{
	static const char *const names[] = { "use", "errors", "life", "all", NULL };
	const char *near;
	char shown[256];
	size_t i;

	for (i = 0; i < GRAPH_KINDS; i++)
		c->wanted[i] = strcmp(word, "all") == 0 || strcmp(word, names[i]) == 0;
	c->wanted_count = 0;
	for (i = 0; i < GRAPH_KINDS; i++)
		c->wanted_count += c->wanted[i];
	if (c->wanted_count > 0)
		return 0;
	(void)text_escape(shown, sizeof(shown), word);
	near = text_nearest_of(word, names);
	return err_set(e, -EINVAL, "no graph '%s': want use, errors, life or all%s%s%s", shown,
		near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'?" : "");
}

/* Where pictures go, and in which format if only the file's name says. */
static int
settle_output(struct graph_cli *c, struct err *e)
{
	enum graph_format by_name;
	int r;

	c->to_folder = c->device == NULL || c->wanted_count > 1 ||
		graph_file_is_folder(c->output);
	if (c->to_folder && !graph_file_is_folder(c->output) &&
		graph_file_format(c->output, &by_name, NULL) == 1)
		return err_set(e, -EINVAL, "%s: several graphs do not go into one file: "
			"name a folder", c->output);
	if (c->to_folder)
		return graph_file_make_folder(c->output, e);
	r = graph_file_format(c->output, &by_name, e);
	if (r <= 0)
		return r;
	if (c->format_given && by_name != c->format)
		return err_set(e, -EINVAL, "%s: --format says %s", c->output,
			graph_format_name(c->format));
	c->format = by_name;
	return 0;
}

/* 1 = go on; 0 = done (help); negative = wrong use. */
static int
parse_options(struct graph_cli *c, int argc, char *argv[], struct err *e)
{
	struct options_pass p;
	bool all = false;
	int key, r;

	options_begin(&p, &options, argc, argv);
	while ((key = options_next(&p, e)) > 0) {
		if (key == OPTIONS_SHOWN)
			return 0;
		all = all || key == KEY_ALL;
		c->flush = c->flush || key == KEY_FLUSH;
		if (key == KEY_JSON && c->json == NULL) {
			c->json = graph_json_new();
			if (c->json == NULL)
				return err_set(e, -ENOMEM, "no memory");
		}
		r = take_option(c, key, p.argument, e);
		if (r < 0)
			return r;
	}
	if (key < 0)
		return key;
	if (c->flush && all)
		return err_set(e, -EINVAL, "--flush draws nothing: leave --all out");
	if (c->flush) {
		r = options_arguments(&p, 0, 0, e);
		return r < 0 ? r : 1;
	}
	r = options_arguments(&p, all ? 0 : 1, all ? 1 : 2, e);
	if (r < 0)
		return r;
	if (!all)
		c->device = argv[p.index++];
	r = take_kind(c, p.index < argc ? argv[p.index] : "all", e);
	if (r < 0)
		return r;
	graph_time_span_text(c->span_s, c->end_utc_s, c->now_utc_s, c->span_text);
	return 1;
}

/* --- drawing ------------------------------------------------------------------ */

static int
put_picture(struct graph_cli *c, const struct graph_request *q,
	const struct graph_picture *p, struct err *e)
{
	char name[GRAPH_FILE_SIZE], path[GRAPH_FILE_SIZE];
	size_t len = strlen(c->output);
	int n, r;

	graph_file_name(q->device_name, q->kind, q->format, name, sizeof(name));
	if (!c->to_folder)
		n = snprintf(path, sizeof(path), "%s", c->output);
	else if (strcmp(c->output, ".") == 0)
		n = snprintf(path, sizeof(path), "%s", name);
	else
		n = snprintf(path, sizeof(path), "%s%s%s", c->output,
			c->output[len - 1] == '/' ? "" : "/", name);
	if (n >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "%s: too long a name", c->output);
	r = graph_file_write(path, p->data, p->size, e);
	if (r < 0)
		return r;
	if (c->json != NULL)
		return graph_json_add(c->json, q, p, path) == 0 ? 0 :
			err_set(e, -ENOMEM, "no memory");
	if (printf("%s\n", path) < 0)
		return err_set(e, -EIO, "standard output: cannot write");
	return 0;
}

/* Newer values of a device, or (0) of all; without them there is still a graph. */
static void
write_waiting(const struct graph_cli *c, int64_t device)
{
	struct err e = {0};

	if (rrdwaiting_write(c->rrd_dir, device, &e) < 0)
		log_warning("%s; the last values may be missing in the graphs", e.text);
}

static int
draw_device(struct graph_cli *c, int64_t device, const char *name, struct err *e)
{
	struct graph_request q = {
		.format = c->format, .theme = c->theme, .size = c->size,
		.device_name = name, .device = device, .rrd_dir = c->rrd_dir,
		.daemon = c->daemon, .start_utc_s = c->end_utc_s - c->span_s,
		.end_utc_s = c->end_utc_s, .span_text = c->span_text,
	};
	struct store_slot *slots = NULL;
	struct graph_picture p;
	size_t drawn = 0;
	int kind, r = 0;

	if (c->wanted[GRAPH_LIFE])
		r = store_slots(c->store, device, &slots, &q.slot_count, e);
	q.slots = slots;
	for (kind = 0; r == 0 && kind < GRAPH_KINDS; kind++) {
		if (!c->wanted[kind])
			continue;
		q.kind = (enum graph_kind)kind;
		r = graph_draw(&q, &p, e);
		if (r == -ENODATA) {
			/* No fault of the other graphs. */
			log_warning("%s", e->text);
			r = 0;
			continue;
		}
		if (r < 0)
			break;
		r = put_picture(c, &q, &p, e);
		graph_picture_release(&p);
		drawn++;
	}
	free(slots);
	if (r == 0 && drawn == 0)
		c->failed = true;
	return r;
}

/* The name most like one that is not there. */
static int
unknown_device(struct graph_cli *c, struct err *e)
{
	char best[STORE_NAME_MAX + 1] = "", shown[4 * STORE_NAME_MAX + 1];
	char wanted[4 * STORE_NAME_MAX + 1];
	struct store_devices *list = NULL;
	struct store_device_row row;
	int r;

	r = store_devices_open(c->store, NULL, &list, e);
	while (r >= 0 && (r = store_devices_next(list, &row, e)) > 0) {
		/* Each against the best so far: the nearest of all is left. */
		const char *const two[] = { row.name, best[0] != '\0' ? best : NULL, NULL };
		const char *near = text_nearest_of(c->device, two);

		if (near == row.name)
			(void)text_copy(best, sizeof(best), row.name);
	}
	store_devices_close(list);
	if (r < 0)
		return r;
	c->unknown = true;
	(void)text_escape(wanted, sizeof(wanted), c->device);
	(void)text_escape(shown, sizeof(shown), best);
	if (best[0] == '\0')
		return err_set(e, -ENOENT, "no device '%s' in %s; imgadm-fleet list shows them",
			wanted, c->db);
	return err_set(e, -ENOENT, "no device '%s' in %s; did you mean '%s'?", wanted, c->db,
		shown);
}

static int
draw_one(struct graph_cli *c, struct err *e)
{
	struct store_targets *targets = NULL;
	struct store_target t;
	int r;

	r = store_targets_open(c->store, c->device, &targets, e);
	if (r == -ENOENT)
		return unknown_device(c, e);
	if (r < 0)
		return r;
	r = store_targets_next(targets, &t, e);
	store_targets_close(targets);
	if (r == 0)
		return unknown_device(c, e);
	if (r < 0)
		return r;
	write_waiting(c, t.device);
	return draw_device(c, t.device, t.name, e);
}

static int
draw_all(struct graph_cli *c, struct err *e)
{
	bool progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	struct store_devices *list = NULL;
	struct store_device_row row;
	size_t count = 0;
	int r;

	r = store_devices_open(c->store, NULL, &list, e);
	if (r < 0)
		return r;
	write_waiting(c, 0);
	while ((r = store_devices_next(list, &row, e)) > 0) {
		r = draw_device(c, row.device, row.name, e);
		if (r < 0)
			break;
		if (progress)
			(void)fprintf(stderr, "\r%zu devices drawn ", ++count);
	}
	if (progress && count > 0)
		(void)fprintf(stderr, "\n");
	store_devices_close(list);
	return r;
}

static int
find_places(struct graph_cli *c, struct err *e)
{
	int r;

	r = conf_open(&c->conf, e);
	if (r < 0)
		return r;
	c->db = conf_db(c->conf, c->db);
	c->rrd_dir = conf_rrd_dir(c->conf, c->rrd_dir);
	return 0;
}

static int
run(struct graph_cli *c, struct err *e)
{
	int r;

	if (c->flush)
		return rrdwaiting_write(c->rrd_dir, 0, e) < 0 ? EXIT_STORAGE : EXIT_DONE;
	r = store_open(c->db, STORE_READ, &c->store, e);
	if (r < 0)
		return EXIT_STORAGE;
	r = c->device != NULL ? draw_one(c, e) : draw_all(c, e);
	if (c->unknown)
		return EXIT_USAGE;
	if (r == 0 && c->json != NULL)
		r = graph_json_print(c->json, stdout, e);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(e, -errno, "standard output: %s", strerror(errno));
	if (r < 0)
		return EXIT_STORAGE;
	return c->failed ? EXIT_SOME_FAILED : EXIT_DONE;
}

int
graph_cli_run(int argc, char *argv[])
{
	struct graph_cli c = { .span_s = 86400, .output = "." };
	const char *daemon = getenv("RRDCACHED_ADDRESS");
	struct err e = {0};
	int r, status;

	log_open("imgadm-graph", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	(void)setlocale(LC_CTYPE, "");	/* letters of names; numbers stay as they are */
	c.now_utc_s = clock_utc_s(clock_system());
	c.end_utc_s = c.now_utc_s;
	r = parse_options(&c, argc, argv, &e);
	if (r > 0) {
		/* We have it flushed; librrd must not go there a second time. */
		c.daemon = daemon != NULL && *daemon != '\0' ? strdup(daemon) : NULL;
		(void)unsetenv("RRDCACHED_ADDRESS");
		r = find_places(&c, &e);
		if (r == 0 && !c.flush)
			r = settle_output(&c, &e);
		if (r < 0)
			status = r == -EINVAL || r == -ERANGE ? EXIT_USAGE : EXIT_STORAGE;
		else
			status = run(&c, &e);
	} else {
		status = r == 0 ? EXIT_DONE : EXIT_USAGE;
	}
	if (status == EXIT_USAGE || status == EXIT_STORAGE)
		log_err(&e);
	store_close(c.store);
	graph_json_free(c.json);
	conf_free(c.conf);
	free(c.daemon);
	log_close();
	return status;
}
