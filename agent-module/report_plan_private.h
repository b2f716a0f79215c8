/*
 * report_plan_private: what the two files of report_plan share: the plan
 * itself (report_plan.c), and what is due (report_due.c).
 *
 *	           due            begun           all parts        all written
 *	IDLE -----------> BEGINNING ----> SENDING ---------> WRITING -----------> IDLE
 *	                      |              | given up         ^
 *	                      `-> IDLE       `------------------'
 */
#ifndef IMGADM_AGENT_MODULE_REPORT_PLAN_PRIVATE_H
#define IMGADM_AGENT_MODULE_REPORT_PLAN_PRIVATE_H

#include "agent-module/report_plan.h"

enum lane_number { LANE_ERRORS, LANE_STRUCTURE, LANE_UPDATE, LANES };

enum lane_stage { LANE_IDLE, LANE_BEGINNING, LANE_SENDING, LANE_WRITING };

/* Written in this order. */
enum owed { OWED_ACKNOWLEDGE = 1 << 0, OWED_DELIVERED = 1 << 1, OWED_ANSWERED = 1 << 2 };

/* The reports of one kind, one after another. */
struct lane {
	enum report_kind kind;
	enum lane_stage stage;
	bool complete;		/* WRITING: all parts were accepted */
	bool end;		/* to be told that its content can go */
	unsigned todo;		/* WRITING: what is not written */
	bool answers;		/* a request, request_id */
	bool serves_connect;
	uint32_t request_id;
	uint32_t asked_id;	/* the last request seen */
	uint32_t id, parts;
	uint32_t first;		/* the lowest part not accepted */
	uint8_t accepted[REPORT_PARTS_MAX / 8 + 1];
	unsigned refusals;	/* in a row */
	unsigned give_ups;	/* in a row */
	int64_t wait_ms;	/* nothing is begun before */
	bool ever;		/* one was delivered, at last_ms */
	int64_t last_ms;

	/* A structure. */
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	/* An update. */
	uint32_t unit, changes;

	/* Entries. */
	uint32_t generation, from, to;
	bool has_last;
	uint32_t last[REPORT_PLAN_ENTRIES_MAX];
	uint32_t prefix;	/* accepted up to this entry, without a gap */
	uint32_t written;	/* ... and written */
	int64_t unwritten_ms;	/* since when prefix is above written */
};

/* Entries up to a goal, as several reports with one reason. */
struct series {
	bool active;
	enum report_reason reason;
	bool answers;
	uint32_t request_id;
	uint32_t generation, next, goal;
};

struct slot {
	bool busy;
	bool foreign;		/* went to the centre before this one */
	enum lane_number lane;
	uint32_t id, part;
};

struct report_plan {
	uint32_t (*below)(void *user, uint32_t n);
	void *user;
	int64_t told_ms, shift_ms;	/* time as told; what it went back in all */
	int64_t next_ms;	/* of the step: when something is due */

	struct lane lanes[LANES];
	struct series series;
	struct slot slots[REPORT_PLAN_SLOTS];
	bool aged;		/* the lanes' last_ms were taken from the facts */

	bool connect;		/* a structure is owed from connect_ms on */
	int64_t connect_ms;
	bool changed;		/* the centre does not know this structure: */
	uint32_t changed_revision;
	uint8_t changed_digest[STRUCTURE_DIGEST_SIZE];
	int64_t changed_first_ms, changed_last_ms;

	bool met;		/* the centre answered, and its time is known */
	unsigned tries;		/* in vain, in a row */
	int64_t silent_ms;	/* nothing is sent before */
	int64_t silent_since_ms;	/* -1: it answers */
	unsigned stale;		/* notInTimeWindow in a row */
	bool forget;

	enum lane_number writing_lane;	/* what was ordered to be written */
	unsigned writing;
	uint32_t writing_index;
	int64_t write_ms;	/* nothing is written before */
};

/* Look again at at_ms, if not before. */
void report_due_soon(struct report_plan *p, int64_t at_ms);
/* Up to which entry of this generation the centre has them. */
uint32_t report_due_acknowledged(const struct report_facts *f);
/* Whether to begin a report; then *o says which, and its lane is BEGINNING. */
bool report_due_errors(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o);
bool report_due_update(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o);
bool report_due_structure(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o);

#endif
