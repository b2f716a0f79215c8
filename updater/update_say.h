/*
 * update_say: how an update of one device is told while it goes on.
 *
 * A line a change of state on stdout; how far a download is as a line on a
 * terminal's stderr that is written over; with JSON nothing until the end.
 */
#ifndef IMGADM_UPDATER_UPDATE_SAY_H
#define IMGADM_UPDATER_UPDATE_SAY_H

#include <jansson.h>

#include "lib/structure/update.h"
#include "updater/update_plan.h"

struct update_say {
	bool json;
	bool terminal;		/* stderr is one, and lines may be written over */
	bool open;		/* such a line stands */
};

void update_say_begin(struct update_say *s, bool json);

/* "room-214, ENG (E-30, serial E1180): engine-fw G00-21 → G00-28 → G00-30 ...", a line a unit. */
void update_say_plan(struct update_say *s, const char *device, const struct update_plan *p);

/* "3.1 of 12.0 MiB"; size 0, not known: "3.1 MiB". */
enum { UPDATE_SAY_AMOUNT_SIZE = 96 };
void update_say_amount(uint64_t done, uint64_t size, char *dst, size_t dst_size);

/* "ENG: downloading 3.1 of 12.0 MiB"; with `again`, only how far it is. */
void update_say_row(struct update_say *s, const char *symbol, const struct update *row,
	uint32_t size, bool again);
/* Any other line about a unit; symbol NULL: about all. */
void update_say_line(struct update_say *s, const char *symbol, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* An error, on stderr, whatever the format. */
void update_say_error(struct update_say *s, const char *device, const char *symbol,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
