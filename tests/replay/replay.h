/*
 * replay: a scenario under way: its device, its plan, and of the store what its
 * header promises.
 */
#ifndef IMGADM_TESTS_REPLAY_REPLAY_H
#define IMGADM_TESTS_REPLAY_REPLAY_H

#include "manager/poll_plan.h"
#include "tests/replay/device.h"

enum { WORDS_MAX = 16, STORED_MAX = 20000 };

struct stored {
	char id[STRUCTURE_ID_MAX + 1];
	uint32_t generation, index;
};

struct replay {
	const char *file;
	unsigned line;
	bool failed;
	struct device_fake *device;
	struct poll_plan *plan;
	struct store_target target;
	utc_s now;
	/* The poll under way. */
	bool polling, done;
	struct snmp_request request;
	unsigned requests, pieces;
	uint64_t entries, gap;
	bool structure, readings_whole, restarted;
	size_t units_live, readings_live;
	uint64_t unit_use;	/* of the first live unit */
	enum store_contact contact;
	char reason[STORE_TEXT_MAX + 1];
	char symbol[STRUCTURE_LABEL_MAX + 1];	/* of the second unit, if structure */
	char text[STRUCTURE_TEXT_MAX + 1];	/* of the last entry */
	/* Of all polls. */
	struct stored stored[STORED_MAX];
	size_t stored_count;
};

/* The scenario fails: one diagnostic line with its place. */
void complain(struct replay *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct words {
	size_t count;
	char *word[WORDS_MAX];
};

/* In place; "..." holds blanks together, also behind a =. */
void words_split(char *line, struct words *w);
/* key=VALUE; NULL when it is not there. */
const char *words_value(const struct words *w, const char *key);
uint64_t words_to_number(struct replay *r, const char *text);
uint64_t words_number(struct replay *r, const struct words *w, const char *key,
	uint64_t otherwise);

/* Take the plan's result as the store would, and complain of what it would not. */
void keep(struct replay *r);

#endif
