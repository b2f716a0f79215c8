/*
 * update_plan: what imgadm-judge plans for a device, asked of it as a child.
 *
 * The judge stands beside this program, in PATH, or where IMGADM_JUDGE says.
 */
#ifndef IMGADM_UPDATER_UPDATE_PLAN_H
#define IMGADM_UPDATER_UPDATE_PLAN_H

#include <string.h>

#include "lib/structure/update.h"

enum {
	UPDATE_PLAN_STEPS_MAX = 256,
	UPDATE_PLAN_OUTPUT_MAX = 4 * 1024 * 1024,	/* octets */
	UPDATE_PLAN_LIMIT_MS = 120 * 1000,
};

enum update_step_kind {
	UPDATE_STEP_INSTALL = 1, UPDATE_STEP_SWITCH, UPDATE_STEP_STANDBY, UPDATE_STEP_VISIT,
};

struct update_step {
	enum update_step_kind kind;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	uint32_t unit_index;
	char serial_number[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	uint8_t bank;		/* SWITCH: that one */
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t seq;
	char from_software[STRUCTURE_NAME_MAX + 1];
	char from_version[STRUCTURE_LABEL_MAX + 1];
	bool stepping_stone, stop, way_back, ticket, down;
	uint32_t minutes;
	uint32_t group, group_size;	/* 0 = alone */
	bool digest_known;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
};

struct update_plan {
	char end[32];		/* "ready", "nothingToDo", or why there is none */
	bool stale;		/* the catalogues are: nothing is begun on them */
	char *text;		/* own: what the judge says of it, lines */
	struct update_step *steps;	/* own */
	size_t count;
};

/* The device's trust file, which no catalogue lists: its unit is the first. */
static inline bool
update_is_trust(const struct update_step *s)
{
	return strcmp(s->software, UPDATE_TRUST_ID) == 0;
}

struct update_plan_ask {
	const char *device;
	const char *software, *version;	/* NULL: what is recommended */
	const char *symbol;	/* the unit, or NULL */
	const char *db;		/* path of the store */
	bool drafts, tickets;
	bool quiet;		/* what the judge refuses is in e, not on stderr */
};

/*
 * -ENOENT: no judge; -EINVAL: the judge refused what was asked, and has said so on
 * stderr (e is empty then; with quiet e has the first line of it); -EIO: it failed, or
 * says what makes no sense;
 * -ENOMEM.  A plan that there is not is no failure: end says.
 */
int update_plan_get(const struct update_plan_ask *a, struct update_plan *ret, struct err *e);
void update_plan_release(struct update_plan *p);
/* As imgadm-judge --json prints it; pure. */
int update_plan_parse(const char *json, size_t len, struct update_plan *ret, struct err *e);

/*
 * Have the device polled (imgadm-poll beside us, IMGADM_POLL), so that the plan is
 * made from what runs now.  A device that does not answer stays as it was known.
 */
void update_plan_refresh(const char *db, const char *device);
/* Have all that changed judged (imgadm-judge run); what fails leaves verdicts as they were. */
void update_plan_judge(const char *db);

#endif
