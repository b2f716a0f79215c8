#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "agent-module/device_life.h"
#include "agent-module/state_input.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"

enum {
	KEY_MODEL = DEVICE_KEY_OWN, KEY_NAME, KEY_ID, KEY_SEED, KEY_CAPACITY, KEY_LIVE,
	KEY_SPEED, KEY_FOR,
};

enum { SPEED_DEFAULT = 600, FOR_MAX_S = 10 * 365 * 86400 };

struct demo {
	const struct model *model;	/* NULL: C650, or what the file says */
	const char *name, *id;
	uint64_t seed;
	uint32_t capacity;
	bool live;
	int64_t speed;			/* device seconds a second */
	int64_t for_s;			/* 0 = until a signal */
};

static const char *
nth_model(const void *user, size_t n)
{
	(void)user;
	return model_name_at(n);
}

static int
model_option(const char *argument, struct demo *d, struct err *e)
{
	char shown[64];
	const char *near = text_nearest(argument, nth_model, NULL);

	d->model = model_find(argument);
	if (d->model != NULL)
		return 0;
	(void)text_escape(shown, sizeof(shown), argument);
	return err_set(e, -EINVAL, "--model: no such demo model '%s'; %s%s%sthere are C650 and P40",
		shown, near != NULL ? "did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'? " : "");
}

static int
demo_option(int key, const char *argument, struct demo *d, struct err *e)
{
	char checked[STRUCTURE_TEXT_MAX + 1];
	int rc = 0;

	switch (key) {
	case KEY_MODEL:
		return model_option(argument, d, e);
	case KEY_NAME:
		d->name = argument;
		return state_input_text("--name", argument, checked, sizeof(checked), e);
	case KEY_ID:
		d->id = argument;
		return state_input_text("--id", argument, checked, STRUCTURE_ID_MAX + 1, e);
	case KEY_SEED:
		rc = parse_u64(argument, 0, UINT64_MAX, &d->seed, e);
		break;
	case KEY_CAPACITY:
		rc = parse_u32(argument, 1, STATE_LOG_CAPACITY_MAX, &d->capacity, e);
		break;
	case KEY_LIVE:
		d->live = true;
		break;
	case KEY_SPEED:
		rc = parse_i64(argument, 1, LIFE_SPEED_MAX, &d->speed, e);
		break;
	case KEY_FOR:
		rc = parse_duration(argument, 1, FOR_MAX_S, &d->for_s, e);
		break;
	default:
		break;
	}
	if (rc < 0)
		err_prefix(e, "%s", key == KEY_SEED ? "--seed" : key == KEY_CAPACITY ?
			"--capacity" : key == KEY_SPEED ? "--speed" : "--for");
	return rc;
}

/* --- living -------------------------------------------------------------------- */

/*
 * Wait for the next tick; true when a signal said to end.  The signals are
 * blocked, so that a tick is never cut.
 */
static bool
wait_until(int64_t deadline_ms, const sigset_t *ends)
{
	int64_t left_ms;

	do {
		struct timespec ts;

		left_ms = deadline_ms - clock_monotonic_ms(clock_system());
		if (left_ms < 0)
			left_ms = 0;
		ts.tv_sec = left_ms / 1000;
		ts.tv_nsec = left_ms % 1000 * 1000000;
		if (sigtimedwait(ends, NULL, &ts) > 0)
			return true;
	} while (left_ms > 0);
	return false;
}

/* Tick n is due n seconds after the start: late ones are made up for. */
static int
live_on(const struct demo *d, struct life *l, struct state *s)
{
	int64_t start_ms = clock_monotonic_ms(clock_system());
	sigset_t ends;
	struct err e = {0};
	int rc = 0;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	for (int64_t n = 1; rc == 0 && (d->for_s == 0 || n <= d->for_s); n++) {
		if (wait_until(start_ms + n * LIFE_TICK_MS, &ends))
			break;
		rc = life_tick(l, s, d->speed, &e);
	}
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

/* The model that the file is of. */
static int
model_of(const struct device_cli *cli, struct demo *d)
{
	struct state_view v = {0};
	const struct model *m;
	int status = device_cli_view(cli, &v);

	if (status != 0)
		return status;
	m = model_find(v.structure.device.model);
	if (m == NULL || (d->model != NULL && m != d->model)) {
		log_error("%s: is not a demo device of %s, but of model '%s'; name another file",
			paths_state(cli->state), d->model != NULL ? d->model->name : "C650 or P40",
			v.structure.device.model);
		status = EXIT_USAGE;
	}
	d->model = m;
	state_view_release(&v);
	return status;
}

static int
live(const struct device_cli *cli, struct demo *d)
{
	struct life *l = NULL;
	struct state *s = NULL;
	struct err e = {0};
	int status = model_of(cli, d), rc;

	if (status != 0)
		return status;
	rc = state_open(paths_state(cli->state), STATE_WRITE, &s, &e);
	if (rc == 0)
		rc = state_boot(s, &e);
	if (rc < 0) {
		log_err(&e);
		status = EXIT_STORAGE;
		goto out;
	}
	l = life_new(d->model, d->seed);
	if (l == NULL) {
		log_error("out of memory");
		status = EXIT_STORAGE;
		goto out;
	}
	status = live_on(d, l, s);
out:
	life_free(l);
	state_close(s);
	return status;
}

int
device_demo(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_MODEL, "model", "MODEL", "C650 (colour, finisher; the default) or P40" },
		{ KEY_NAME, "name", "TEXT", "what people call it" },
		{ KEY_ID, "id", "ID", "its stable key [made of model and serial number]" },
		{ KEY_SEED, "seed", "N", "another N, another device [1]" },
		{ KEY_CAPACITY, "capacity", "N", "entries the error log holds [1000]" },
		{ KEY_LIVE, "live", NULL, "let it live, a new one or the one there is" },
		{ KEY_SPEED, "speed", "N", "device seconds a second [600]" },
		{ KEY_FOR, "for", "SPAN", "live this long: 90s, 5min [until SIGTERM]" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device demo", .usage = "[options]",
		.summary = "Make a believable device, and let it live if you like.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct demo d = { .seed = 1, .speed = SPEED_DEFAULT };
	struct options_pass p;
	struct err e = {0};
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		rc = demo_option(key, p.argument, &d, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	if (!d.live || access(paths_state(cli.state), F_OK) < 0) {
		rc = life_create(paths_state(cli.state),
			d.model != NULL ? d.model : model_find(model_name_at(0)), d.id, d.name,
			d.seed, d.capacity, &e);
		if (rc < 0) {
			status = device_cli_error(&e, rc);
			return rc == -ENOENT ? EXIT_STORAGE : status;
		}
	}
	return d.live ? live(&cli, &d) : EXIT_DONE;
}
