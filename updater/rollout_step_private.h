/*
 * What the files of rollout_step share: one member's turn.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_STEP_PRIVATE_H
#define IMGADM_UPDATER_ROLLOUT_STEP_PRIVATE_H

#include "updater/rollout_step.h"
#include "updater/rollout_view.h"

enum { ROLLOUT_SPANS_MAX = 32 };

/* How many of a site's members are under way. */
struct rollout_site {
	const char *name;	/* borrowed; NULL = free */
	uint32_t members, under_way;
};

/* A step over all members. */
struct rollout_run {
	const struct rollout_world *w;
	const struct rollout *r;
	const struct rollout_policy *p;
	utc_s now;
	struct rollout_actions *a;
	struct rollout_site *sites;	/* own; a hash table of site_size places */
	size_t site_size;
	bool counted;		/* sites and under_way are */
	uint32_t under_way;
	/* Whether a window holds for so many minutes more; asked once for each. */
	struct rollout_span {
		uint32_t minutes;
		bool holds;
	} spans[ROLLOUT_SPANS_MAX];
	size_t span_count;
};

/* One member's turn.  `after` is valid once edited is set. */
struct rollout_turn {
	struct rollout_run *run;
	size_t index;
	const struct rollout_member *m;	/* as recorded */
	const struct rollout_facts *f;
	const struct rollout_recipe *recipe;
	struct rollout_view v;		/* of m's stage */
	bool edited;
	struct rollout_member after;
	enum rollout_act act;		/* 0 = none */
	uint16_t stage;			/* of the action */
	enum update_when when;
	bool plan_anew;
};

/* --- rollout_step.c: the run --------------------------------------------------------- */

/* Whether something that takes so long may be begun now: running, and in a window. */
bool rollout_may_begin(struct rollout_run *run, uint32_t minutes);
/* Whether one more of the member's site may be under way, and one more in all. */
bool rollout_has_place(struct rollout_run *run, const struct rollout_member *m);
void rollout_take_place(struct rollout_run *run, const struct rollout_member *m);

/* --- rollout_turn.c: what each turn is made of ---------------------------------------- */

/* The member as it shall be: a copy, made when it is changed first. */
struct rollout_member *rollout_edit(struct rollout_turn *t);
void rollout_act(struct rollout_turn *t, enum rollout_act act);	/* acted = now */
void rollout_go(struct rollout_turn *t, enum rollout_member_state state);
/* To an end; reason 0 = as it is. */
void rollout_end(struct rollout_turn *t, enum rollout_member_state state, int reason,
	const char *text);
/*
 * From now on it is taken back: aborted, or rolled back; when the device shows that it
 * is, the reason says what comes of it (rollout_turn_back).
 */
void rollout_take_back(struct rollout_turn *t, int reason);
/*
 * An attempt failed: tried again, where the cause's budget has a try left, or ended as
 * `end` says.
 */
void rollout_fail(struct rollout_turn *t, enum rollout_member_state end, int reason,
	const char *text);
/* It could not begin in its wave's time: with the last wave, or, in that one, not at all. */
void rollout_put_off(struct rollout_turn *t, int reason);
/* It was sent at least again_s ago, or not in this state. */
bool rollout_again(const struct rollout_turn *t);
/* Not heard of since that moment and for longer than limit_s. */
bool rollout_silent(const struct rollout_turn *t, utc_s since, int64_t limit_s);
/* Read after that moment. */
bool rollout_read_since(const struct rollout_turn *t, utc_s since);

/* --- the states ---------------------------------------------------------------------- */

/* rollout_turn_begin.c: approved, waiting, prechecked. */
void rollout_turn_begin(struct rollout_turn *t);
/* rollout_turn_follow.c: sending to trial; and into them, for what the device shows. */
void rollout_turn_follow(struct rollout_turn *t);
/* rollout_turn_prove.c: proven and soaking. */
void rollout_turn_prove(struct rollout_turn *t);
/* rollout_turn_back.c: being taken back; whether the rollout or a person wants that. */
void rollout_turn_back(struct rollout_turn *t);
bool rollout_turn_close(struct rollout_turn *t);
/* rollout_turn_late.c: unknown, and ends that the device contradicts. */
void rollout_turn_late(struct rollout_turn *t);

#endif
