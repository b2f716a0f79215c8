/*
 * store_live: the values that move, of all units or readings of a device, as
 * a few octets each.
 *
 * Units: for each ascending index, the difference to the one before, the
 * operating state as one octet, the use count.  Readings: the difference of
 * the unit index, the index (as a difference within a unit), the value in
 * zigzag.  Numbers are little-endian groups of seven bits, the eighth set while
 * more follow.  Pure; a damaged text ends the iteration, never goes beyond it.
 */
#ifndef IMGADM_LIB_STORE_STORE_LIVE_H
#define IMGADM_LIB_STORE_STORE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store/store.h"

enum {
	STORE_LIVE_UNITS_MAX = STRUCTURE_UNITS_MAX * 16,	/* octets */
	STORE_LIVE_READINGS_MAX = STRUCTURE_READINGS_MAX * 15,
};

/* Reads one after the other; borrows the octets. */
struct store_live_reader {
	const uint8_t *at, *end;
	uint32_t unit, index;	/* of the one before */
};
void store_live_begin(struct store_live_reader *r, const uint8_t *data, size_t len);
bool store_live_unit(struct store_live_reader *r, struct store_unit_live *ret);
bool store_live_reading(struct store_live_reader *r, struct store_reading_live *ret);

/* Appends; the caller gives room for the maximum above. */
struct store_live_writer {
	uint8_t *data;
	size_t len;
	uint32_t unit, index;
};
void store_live_put_unit(struct store_live_writer *w, const struct store_unit_live *u);
void store_live_put_reading(struct store_live_writer *w,
	const struct store_reading_live *r);

/*
 * old with the values of now (count of them, ascending) in their places:
 * what now does not name stays, what old does not hold is left out.
 */
void store_live_merge_units(struct store_live_writer *w, const uint8_t *old, size_t len,
	const struct store_unit_live *now, size_t count);
void store_live_merge_readings(struct store_live_writer *w, const uint8_t *old, size_t len,
	const struct store_reading_live *now, size_t count);

/* Looks up units in ascending order, one pass over all. */
struct store_live_cursor {
	struct store_live_reader reader;
	struct store_unit_live unit;
	bool more;
};
void store_live_cursor(struct store_live_cursor *c, const uint8_t *data, size_t len);
/* False when the unit is not there; *ret is then untouched. */
bool store_live_seek(struct store_live_cursor *c, uint32_t unit_index,
	struct store_unit_live *ret);

#endif
