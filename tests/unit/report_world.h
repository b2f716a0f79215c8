/*
 * report_world: a device, a network and a centre for tests of report_plan,
 * with time that passes in a moment.
 */
#ifndef IMGADM_TESTS_UNIT_REPORT_WORLD_H
#define IMGADM_TESTS_UNIT_REPORT_WORLD_H

#include "agent-module/report_plan.h"

enum {
	WORLD_ENTRIES_MAX = 4000,
	WORLD_BEGINS_MAX = 4000,
	WORLD_ENTRIES_A_PART = 4,
	WORLD_STRUCTURE_PARTS = 5,
	WORLD_UPDATES = 3,	/* units that can be updated: 1, 2, 3 */
	WORLD_START_MS = 1000000000,
	WORLD_SILENT_MS = 7000,	/* until the engine gives an inform up */
};

enum world_network {
	WORLD_UP,	/* the centre answers after latency_ms */
	WORLD_CUT,	/* nothing comes through */
	WORLD_DEAF,	/* informs arrive, answers do not */
	WORLD_REFUSING,	/* the centre answers with an error */
	WORLD_STALE,	/* notInTimeWindow */
};

struct world_begin {
	enum report_kind kind;
	enum report_reason reason;
	uint32_t request_id, from, to, revision, unit, changes;
	int64_t at_ms;
	bool done;	/* END came after all parts were answered */
};

struct world_slot {
	bool busy;
	struct report_plan_order order;
	uint32_t id;
	int64_t end_ms;
	enum report_plan_end end;
};

struct world {
	struct report_plan *plan;
	int64_t now_ms;		/* the world's; the plan is told now_ms + skew_ms */
	int64_t skew_ms;

	/* The device. */
	struct state_report report;
	struct log_bounds log;
	enum severity severity[WORLD_ENTRIES_MAX + 1];
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	int64_t structure_taken_ms, errors_taken_ms;	/* -1: never */
	uint32_t changes[WORLD_UPDATES], reported[WORLD_UPDATES];
	uint32_t next_id;
	unsigned write_failures;	/* so many writes fail */
	unsigned begin_failures;
	unsigned writes;

	/* The network. */
	enum world_network network;
	int refused_kind;	/* of reports; 0 = none */
	int64_t latency_ms;
	unsigned change_every_sends;	/* the structure changes while it is sent */
	unsigned sends;
	struct world_slot slots[REPORT_PLAN_SLOTS];
	unsigned in_flight, in_flight_most;
	uint32_t random;

	/* What is under way, by kind. */
	struct world_begin *under_way[REPORT_UPDATE + 1];
	uint32_t id[REPORT_UPDATE + 1];

	/* What came of it. */
	struct world_begin begins[WORLD_BEGINS_MAX];
	unsigned begin_count;
	unsigned got[WORLD_ENTRIES_MAX + 1];	/* how often the centre had an entry */
	uint32_t order[WORLD_ENTRIES_MAX * 4];	/* new entries as they came */
	unsigned order_count;
	uint32_t centre_has[WORLD_UPDATES];	/* the newest state of each update */
	unsigned updates_got;
	unsigned forgets;
	int64_t send_ms[WORLD_BEGINS_MAX];	/* when the last informs were sent */
};

/* A device with a centre, nothing reported, all ways off. */
void world_init(struct world *w);
void world_free(struct world *w);
/* agentd is killed and started again. */
void world_restart(struct world *w);
/* Let time pass. */
void world_run(struct world *w, int64_t ms);
void world_entry(struct world *w, enum severity severity);
void world_entries(struct world *w, unsigned count, enum severity severity);
void world_change(struct world *w);	/* of the structure */
void world_clear_log(struct world *w);

/* Reports of a kind that were begun with a reason (0 = any). */
unsigned world_begun(const struct world *w, enum report_kind kind, int reason);
const struct world_begin *world_last(const struct world *w);

/* Asserts that all entries of the memory are with the centre, and that this is written. */
void world_all_arrived(const struct world *w);
/* Asserts that entries came in their order. */
void world_in_order(const struct world *w);

#endif
