#include <config.h>

#include "manager/rrdlayout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOUR_S = 3600,
	DAY_S = 86400,
	FINEST_ROWS_MAX = 2880,	/* keeps a poll each few seconds from filling a disk */
	LEVELS_MAX = 6,
	DEF_MAX = 96,
	DEFS_MAX = 256,		/* 2 x 64 data sources and some archives */
};

/* A level: rows of `pdps` steps each. */
struct level {
	int64_t pdps, rows;
};

int64_t
rrdlayout_units_step(int64_t interval_s)
{
	if (interval_s < 60)
		return interval_s * 5;
	return interval_s < HOUR_S ? HOUR_S : interval_s;
}

size_t
rrdlayout_slots(size_t units)
{
	return units == 0 ? 8 : (units + 7) / 8 * 8;
}

bool
rrdlayout_folder(const char *dir, int64_t device, char ret_path[RRDLAYOUT_PATH_MAX])
{
	int n;

	n = snprintf(ret_path, RRDLAYOUT_PATH_MAX, "%s/%02x/%" PRId64, dir,
		(unsigned)(device & 0xff), device);
	return n > 0 && n < RRDLAYOUT_PATH_MAX - RRDLAYOUT_NAME_MAX;
}

void
rrdlayout_name(const struct rrdlayout_name *n, char ret_name[RRDLAYOUT_NAME_MAX])
{
	char until[32] = "";

	if (n->until_utc_s > 0)
		(void)snprintf(until, sizeof(until), "-%" PRId64, n->until_utc_s);
	if (n->kind == RRDLAYOUT_USE)
		(void)snprintf(ret_name, RRDLAYOUT_NAME_MAX, "use-%" PRId64 "%s.rrd",
			n->step_s, until);
	else
		(void)snprintf(ret_name, RRDLAYOUT_NAME_MAX,
			"units%" PRIu32 "-%" PRId64 "-%zu%s.rrd", n->file, n->step_s,
			n->slots, until);
}

/* Decimal digits at *p; moves *p behind them. */
static bool
take_number(const char **p, int64_t max, int64_t *ret)
{
	const char *s = *p;
	int64_t v = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (v > (max - (*s - '0')) / 10)
			return false;
		v = v * 10 + (*s - '0');
	}
	*p = s;
	*ret = v;
	return true;
}

static bool
take_text(const char **p, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*p, text, len) != 0)
		return false;
	*p += len;
	return true;
}

bool
rrdlayout_parse(const char *name, struct rrdlayout_name *ret)
{
	struct rrdlayout_name n = {0};
	char again[RRDLAYOUT_NAME_MAX];
	const char *p = name;
	int64_t v;

	if (take_text(&p, "use")) {
		n.kind = RRDLAYOUT_USE;
	} else if (take_text(&p, "units")) {
		n.kind = RRDLAYOUT_UNITS;
		if (!take_number(&p, UINT32_MAX, &v))
			return false;
		n.file = (uint32_t)v;
	} else {
		return false;
	}
	if (!take_text(&p, "-") || !take_number(&p, INT32_MAX, &n.step_s))
		return false;
	if (n.kind == RRDLAYOUT_UNITS) {
		if (!take_text(&p, "-") || !take_number(&p, 4096, &v))
			return false;
		n.slots = (size_t)v;
	}
	if (take_text(&p, "-") && !take_number(&p, INT64_MAX / 2, &n.until_utc_s))
		return false;
	rrdlayout_name(&n, again);	/* one spelling only */
	if (strcmp(again, name) != 0)
		return false;
	*ret = n;
	return true;
}

/*
 * The levels of a file, finest first: a day, a week, a month, a year, five
 * years.  A level whose rows would be no coarser than those of the one before
 * makes that one longer instead.
 */
static size_t
levels(const struct rrdlayout_name *n, struct level ret[LEVELS_MAX])
{
	const struct {
		int64_t row_s, cover_s;
	} wanted[] = {
		{ 60, 50 * HOUR_S },
		{ HOUR_S / 2, 204 * HOUR_S },
		{ (n->kind == RRDLAYOUT_USE ? 2 : 4) * HOUR_S, 35 * (int64_t)DAY_S },
		{ DAY_S, 400 * (int64_t)DAY_S },
		{ 7 * DAY_S, 1830 * (int64_t)DAY_S },
	};
	size_t count = 1, i;
	int64_t pdps, rows;

	ret[0].pdps = 1;
	ret[0].rows = 50 * HOUR_S / n->step_s;
	if (ret[0].rows > FINEST_ROWS_MAX)
		ret[0].rows = FINEST_ROWS_MAX;
	if (ret[0].rows < 2)
		ret[0].rows = 2;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		pdps = (wanted[i].row_s + n->step_s / 2) / n->step_s;
		if (pdps < 1)
			pdps = 1;
		rows = wanted[i].cover_s / (pdps * n->step_s) + 1;
		if (pdps > ret[count - 1].pdps)
			ret[count++] = (struct level){ pdps, rows };
		else if (rows > ret[count - 1].rows)
			ret[count - 1].rows = rows;
	}
	return count;
}

enum function { AVERAGE, MAX, MIN, FUNCTIONS };

/*
 * Whether a level has an archive of a function.  Rows of one step are their own
 * extremes; the lowest of a night is zero, and what is left of a life only falls,
 * so those are kept by the day and coarser.
 */
static bool
has_archive(const struct rrdlayout_name *n, const struct level *l, size_t position,
	enum function function)
{
	switch (function) {
	case AVERAGE:
		return true;
	case MAX:
		if (n->kind == RRDLAYOUT_USE)
			return position > 0;
		break;
	case MIN:
	case FUNCTIONS:
		break;
	}
	return l->pdps * n->step_s >= DAY_S - n->step_s / 2;
}

static bool
add_def(struct rrdlayout_defs *d, const char *text)
{
	if (d->argc >= DEFS_MAX)
		return false;
	d->argv[d->argc] = strdup(text);
	if (d->argv[d->argc] == NULL)
		return false;
	d->argc++;
	return true;
}

static bool
add_use_sources(struct rrdlayout_defs *d, int64_t step_s)
{
	/*
	 * A hundred pages a second is more than any press prints; a demo that
	 * lives fast may do what such a press does in a minute at each poll.
	 */
	int64_t max = step_s < 60 ? 6000 / step_s : 100;
	int64_t heartbeat_s = step_s * 5 / 2 + 1;
	char text[DEF_MAX];
	int i;

	(void)snprintf(text, sizeof(text), "DS:impr:DERIVE:%" PRId64 ":0:%" PRId64,
		heartbeat_s, max);
	if (!add_def(d, text))
		return false;
	for (i = 1; i <= 4; i++) {
		(void)snprintf(text, sizeof(text), "DS:e%d:ABSOLUTE:%" PRId64 ":0:U", i,
			heartbeat_s);
		if (!add_def(d, text))
			return false;
	}
	return true;
}

static bool
add_unit_sources(struct rrdlayout_defs *d, const struct rrdlayout_name *n,
	const int16_t *old_slot)
{
	static const char letter[2] = { 'u', 'l' };
	static const char *const range[2] = { "0:U", "-100:100" };
	int64_t heartbeat_s = n->step_s * 5 / 2 + 1;
	char text[DEF_MAX], from[16];
	size_t slot, k;

	for (slot = 0; slot < n->slots; slot++) {
		for (k = 0; k < 2; k++) {
			/* A slot without a source must not take its namesake. */
			from[0] = '\0';
			if (old_slot != NULL && old_slot[slot] >= 0)
				(void)snprintf(from, sizeof(from), "=%c%d[1]", letter[k],
					old_slot[slot]);
			else if (old_slot != NULL)
				(void)snprintf(from, sizeof(from), "=none[1]");
			(void)snprintf(text, sizeof(text), "DS:%c%zu%s:GAUGE:%" PRId64 ":%s",
				letter[k], slot, from, heartbeat_s, range[k]);
			if (!add_def(d, text))
				return false;
		}
	}
	return true;
}

static bool
add_archives(struct rrdlayout_defs *d, const struct rrdlayout_name *n)
{
	static const char *const names[FUNCTIONS] = { "AVERAGE", "MAX", "MIN" };
	struct level l[LEVELS_MAX];
	char text[DEF_MAX];
	size_t count, i;
	int function;

	count = levels(n, l);
	for (function = AVERAGE; function < FUNCTIONS; function++) {
		for (i = 0; i < count; i++) {
			if (!has_archive(n, &l[i], i, (enum function)function))
				continue;
			(void)snprintf(text, sizeof(text), "RRA:%s:0.5:%" PRId64 ":%" PRId64,
				names[function], l[i].pdps, l[i].rows);
			if (!add_def(d, text))
				return false;
		}
	}
	return true;
}

struct rrdlayout_defs *
rrdlayout_defs(const struct rrdlayout_name *n, const int16_t *old_slot)
{
	struct rrdlayout_defs *d;
	bool ok;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->argv = calloc(DEFS_MAX + 1, sizeof(*d->argv));
	ok = d->argv != NULL;
	if (ok && n->kind == RRDLAYOUT_USE)
		ok = add_use_sources(d, n->step_s);
	else if (ok)
		ok = add_unit_sources(d, n, old_slot);
	if (!ok || !add_archives(d, n)) {
		rrdlayout_free(d);
		return NULL;
	}
	return d;
}

void
rrdlayout_free(struct rrdlayout_defs *d)
{
	int i;

	if (d == NULL)
		return;
	for (i = 0; i < d->argc; i++)
		free(d->argv[i]);
	free(d->argv);
	free(d);
}

size_t
rrdlayout_size(const struct rrdlayout_name *n)
{
	size_t sources = n->kind == RRDLAYOUT_USE ? 5 : 2 * n->slots;
	size_t rows = 0, archives = 0, count, i;
	struct level l[LEVELS_MAX];
	int function;

	count = levels(n, l);
	for (i = 0; i < count; i++) {
		for (function = AVERAGE; function < FUNCTIONS; function++) {
			if (!has_archive(n, &l[i], i, (enum function)function))
				continue;
			rows += (size_t)l[i].rows;
			archives++;
		}
	}
	/* rrd_format.h: per source 232, per archive 128, per pair 80 octets. */
	return 144 + sources * 232 + archives * 128 + sources * archives * 80 +
		rows * sources * sizeof(double);
}
