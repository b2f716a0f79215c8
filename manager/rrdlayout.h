/*
 * rrdlayout: names, data sources and archives of the round robin files.
 *
 * Pure: text and numbers, no file is touched.
 */
#ifndef IMGADM_MANAGER_RRDLAYOUT_H
#define IMGADM_MANAGER_RRDLAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RRDLAYOUT_PATH_MAX = 1024,	/* a path with its terminator */
	RRDLAYOUT_NAME_MAX = 64,	/* a file's name with its terminator */
	RRDLAYOUT_INTERVAL_MAX_S = 86400,
};

enum rrdlayout_kind { RRDLAYOUT_USE, RRDLAYOUT_UNITS };

/* What a file's name says. */
struct rrdlayout_name {
	enum rrdlayout_kind kind;
	uint32_t file;		/* units: number of the file (struct store_slot) */
	int64_t step_s;
	size_t slots;		/* units: a multiple of eight */
	int64_t until_utc_s;	/* an old file: when its successor began; 0 = in use */
};

/*
 * One hour, or the poll interval if that is longer; with intervals below a
 * minute (a demo) five of them, so that minutes already show curves.
 */
int64_t rrdlayout_units_step(int64_t interval_s);

/* Slots for so many units: rounded up to eight, at least eight. */
size_t rrdlayout_slots(size_t units);

/* dir/KK/KEY: KK is the key's low octet in hex.  False when too long. */
bool rrdlayout_folder(const char *dir, int64_t device,
	char ret_path[RRDLAYOUT_PATH_MAX]);

/* use-300.rrd, units0-3600-8.rrd; an old one has -UNTIL before .rrd. */
void rrdlayout_name(const struct rrdlayout_name *n,
	char ret_name[RRDLAYOUT_NAME_MAX]);
/* The reverse; false for any other name. */
bool rrdlayout_parse(const char *name, struct rrdlayout_name *ret);

/*
 * Data source and archive definitions of a file, as rrd_create takes them.
 * old_slot as in rrdfile_update_units, NULL = none.  Release with
 * rrdlayout_free(); NULL when memory is short.
 */
struct rrdlayout_defs {
	int argc;
	char **argv;
};
struct rrdlayout_defs *rrdlayout_defs(const struct rrdlayout_name *n,
	const int16_t *old_slot);
void rrdlayout_free(struct rrdlayout_defs *d);

/* Octets a file takes with these definitions, about (the header is estimated). */
size_t rrdlayout_size(const struct rrdlayout_name *n);

#endif
