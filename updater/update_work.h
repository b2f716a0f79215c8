/*
 * update_work: one step of a plan, or the members of an atomic group, carried out
 * on one device.
 *
 * For each unit an order, with a grant for its image; the order is SET where the
 * device answers, and else waits for it.  Then the row is followed: by GET, or, where
 * the device cannot be asked, by what it reports (store_update).  It is done when
 * the version was read back from the unit that was to run.
 *
 * May be killed and begun again at any time: what runs already is done, what is under way
 * is followed, and an order and its SET are one request.
 */
#ifndef IMGADM_UPDATER_UPDATE_WORK_H
#define IMGADM_UPDATER_UPDATE_WORK_H

#include "lib/store/store_image.h"
#include "lib/store/store_order.h"
#include "updater/update_open.h"
#include "updater/update_plan.h"
#include "updater/update_row.h"
#include "updater/update_say.h"

enum { UPDATE_WORK_TIMEOUT_S = 3600 };

struct update_work_options {
	enum update_when when;
	utc_s at;
	uint8_t bank;		/* 0 = the device's choice */
	bool confirm;		/* proven becomes committed */
	bool wait;		/* a device that does not answer is waited for */
	int64_t timeout_s;	/* of each step */
};

enum update_work_how {
	UPDATE_WORK_DONE = 1,	/* the version was read back; committed, or left proven */
	UPDATE_WORK_STAGED,	/* it stands there, and is switched to later */
	UPDATE_WORK_FAILED,	/* refused, failed, rolled back: reason */
	UPDATE_WORK_OPEN,	/* ordered, and not seen through: it goes on */
};

/* One unit's; plain data. */
struct update_member {
	const struct update_step *step;
	struct store_image image;	/* of an INSTALL */
	uint32_t order;		/* 0 = none so far */
	struct update_want want;
	enum update_command command;
	struct update row;	/* as it was seen last */
	bool seen;		/* row is of this order */
	bool sent;		/* the device has it */
	bool read_back;
	unsigned misread;	/* reads of another version, after it said that it is proven */
	int64_t requested_ms;	/* since when, monotonic, it is seen requested; 0 = it is not */
	bool idle_told;		/* that nothing takes it up was said */
	bool switched, confirmed;	/* was asked to */
	uint32_t confirm_order;	/* by which, where it was an order; 0 = by none */
	char version[STRUCTURE_LABEL_MAX + 1];	/* that runs, as read back */
	enum update_work_how how;	/* 0 = under way */
	char reason[ERR_TEXT_SIZE];
};

struct update_work {
	struct update_opened *o;	/* borrowed, both */
	struct update_say *say;
	struct update_work_options options;
	char by[STORE_NAME_MAX + 1];
	const char *again;	/* the command that goes on with the rest; NULL = none is known */
	bool answers;		/* the device did, last time */
	bool order_told;	/* that the order waits was said */
	struct update_member members[UPDATE_GROUP_MAX];
	size_t count, rest;
};

/*
 * Carry out steps[0..count-1] (INSTALL or SWITCH; several: one group); the members
 * say how each ended.  `rest` steps of the plan come behind them: a unit that runs
 * what one of those is for has these behind it.  The exit status; what went wrong
 * was said.
 */
int update_work_do(struct update_work *w, const struct update_step *steps, size_t count,
	size_t rest);

/* update_follow.c: until each member ended, the time is over, or a signal came. */
void update_work_follow(struct update_work *w);
/* update_work.c: SET of a member that the device does not have so far. */
void update_work_send(struct update_work *w, struct update_member *m);
/*
 * Whether the row is this very request, made before and under way: then it is
 * followed under its own number, and an order of ours that nobody has is withdrawn.
 */
bool update_work_adopt(struct update_work *w, struct update_member *m, const struct update *row);
/* It ended: how, and why. */
void update_work_end(struct update_member *m, enum update_work_how how, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
