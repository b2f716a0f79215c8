/*
 * store_world: devices that can be polled without a network, for tests of the
 * store.
 *
 * A machine has an id, a structure that is always valid, and a log in a
 * bounded memory.  world_poll() reads it as a poller would, against a cursor.
 */
#ifndef IMGADM_TESTS_UNIT_STORE_WORLD_H
#define IMGADM_TESTS_UNIT_STORE_WORLD_H

#include "lib/store/store.h"

enum { WORLD_LOG_MAX = 4096 };

struct world_machine {
	struct structure structure;
	uint32_t next_index;	/* of units; never taken again */
	struct log_bounds log;
	struct log_entry *entries;	/* entries[index - 1] of this generation */
};

/* One poll's result with what it points to. */
struct world_poll {
	struct store_poll_result result;
	struct store_unit_live *units;
	struct store_reading_live *readings;
};

/* A folder of its own, removed by world_folder_remove(). */
const char *world_folder(char *path, size_t size);
void world_folder_remove(const char *path);

/* A random number below n, from a state that the seed sets. */
uint64_t world_random(uint64_t *state, uint64_t n);

/* units, software and log as asked; number makes serials and ids differ. */
void world_machine_init(struct world_machine *m, unsigned number, unsigned units,
	unsigned software, uint32_t capacity);
void world_machine_release(struct world_machine *m);
/* Append a unit with a bank of software; serial NULL = none. */
struct unit *world_unit_add(struct world_machine *m, const char *symbol,
	const char *serial);
void world_unit_remove(struct world_machine *m, size_t position);
/* What digest and revision say after a change. */
void world_changed(struct world_machine *m, utc_s when);
void world_log_add(struct world_machine *m, unsigned count);
void world_log_clear(struct world_machine *m);

/*
 * Read m as a steady poller would: structure only when the digest or the id is
 * not the target's, entries above the cursor (at most `most`), live values.
 */
void world_poll(struct world_poll *p, const struct world_machine *m,
	const struct store_target *target, utc_s when, size_t most);
void world_poll_release(struct world_poll *p);

/* The target of a device by name; false when there is none. */
bool world_target(struct store *s, const char *name, struct store_target *ret);

#endif
