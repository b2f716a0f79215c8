/*
 * rollout_world: a fleet in fake time, and what drives rollout_step() over it, as
 * imgadm-update run does: read, step, record, do; killed wherever a test wants.
 *
 * Devices are small models of imgadm-install: they take an order once, by its number,
 * load, stage, switch, try, prove; each as its kind says.  What is true of a
 * device is known here; the step only ever sees what was read of one that answers.
 */
#ifndef IMGADM_TESTS_UNIT_ROLLOUT_WORLD_H
#define IMGADM_TESTS_UNIT_ROLLOUT_WORLD_H

#include "updater/rollout_person.h"
#include "updater/rollout_step.h"
#include "updater/rollout_wave.h"

enum { WORLD_STEPS_MAX = 4, WORLD_START_S = 1790000000, WORLD_HOUR_S = 3600,
	WORLD_DAY_S = 86400 };

enum world_kind {
	WORLD_GOOD,
	WORLD_BAD_SIGNATURE,	/* refuses the image, each time */
	WORLD_MISSING,		/* the image is not to be had: notFound, each time */
	WORLD_FLAKY,		/* the first two orders time out */
	WORLD_FALLS_BACK,	/* the new software does not start: rolledBack */
	WORLD_LIES,		/* says committed, and runs the old one */
	WORLD_SILENT,		/* never answers from when it has the order */
	WORLD_RETURNS,		/* the same, and is back two days later, updated */
	WORLD_LATE,		/* is not there for the first two days */
	WORLD_SLOW,		/* idle for one hour a day only, loads for two hours */
	WORLD_INCOMPATIBLE,	/* judged so with the new software */
	WORLD_TROUBLED,		/* a new trouble some hours after the switch */
	WORLD_SERVICE,		/* needs service after the switch */
	WORLD_LOCAL,		/* its owner decides by itself */
	WORLD_CHANGED,		/* another shape than planned, other steps */
	WORLD_SWAPPED,		/* another shape, the same steps */
	WORLD_HAS_IT,		/* somebody brought it the new software already */
	WORLD_KINDS,
};

/* A unit of a device, one a step; its row of imgUpdateTable. */
struct world_unit {
	enum update_state state;
	enum update_reason reason;
	uint32_t attempt;
	utc_s at;		/* of this state */
	bool runs_new;
	unsigned switched;	/* how often it was switched to the new one */
};

struct world_device {
	enum world_kind kind;
	struct world_unit unit[WORLD_STEPS_MAX];
	uint32_t taken;		/* orders up to this attempt */
	unsigned orders;	/* how many it took */
	utc_s dark_from, dark_to;	/* does not answer; dark_to 0 = for ever */
	utc_s switched_at;
};

/* What the centre's database holds of an order. */
struct world_order {
	uint32_t attempt;
	uint16_t stage;
	bool withdrawn;
	enum update_when when;
};

struct world {
	struct rollout rollout;
	struct rollout_policy policy;
	struct rollout_recipe recipe;
	struct rollout_plan plan;
	struct rollout_member *members;
	struct rollout_facts *facts;
	struct rollout_seen *seen;	/* WORLD_STEPS_MAX a device */
	struct world_device *devices;
	struct world_order *orders;
	size_t count;
	struct rollout_zones zones;
	struct rollout_actions actions;
	utc_s now;
	bool withdrawn, stop;
	bool bad_release;	/* every device falls back */
	uint64_t seed;
	/* Killed after so many durable or outward operations; 0 = never. */
	uint64_t kill_at, operations;
	uint32_t kill_in;	/* or at one in so many, at random */
	unsigned kills;
	/* The most that were under way at once. */
	uint32_t most_together, most_of_site;
	size_t steps, acts;	/* calls of rollout_step(), actions */
};

/*
 * n devices at `sites` sites, all good, planned and approved with that policy (lines as
 * rollout_policy_parse() takes, over the test's own defaults); steps of the recipe, one a
 * unit; group: all of them one atomic group.
 */
void world_init(struct world *w, size_t n, unsigned sites, unsigned steps, bool group,
	const char *policy, uint64_t seed);
void world_release(struct world *w);

uint32_t world_chance(struct world *w, uint32_t n);	/* 0..n-1 */
/* One run of the program at w->now; false: it was killed. */
bool world_run(struct world *w);
/* Runs every tick_s until `until`, or the rollout is over; polls each hour. */
void world_until(struct world *w, utc_s until, int64_t tick_s);
bool world_over(const struct world *w);
/* Poll every device that answers. */
void world_poll(struct world *w);

size_t world_count(const struct world *w, enum rollout_member_state state);
/* The first member of a kind. */
size_t world_first(const struct world *w, enum world_kind kind);

#endif
