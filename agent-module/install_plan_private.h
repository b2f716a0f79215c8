/* install_plan_private: what the files of install_plan share.  Nobody else includes it. */
#ifndef IMGADM_AGENT_MODULE_INSTALL_PLAN_PRIVATE_H
#define IMGADM_AGENT_MODULE_INSTALL_PLAN_PRIVATE_H

#include "agent-module/install_plan.h"

/* What one decision is made of; borrowed. */
struct install_view {
	const struct install_group *g;
	const struct install_now *now;
	struct install_step *s;
};

#define INSTALL_EACH(v, i) for (size_t i = 0; i < (v)->g->count; i++)

const struct install_member *install_at(const struct install_view *v, size_t i);
/* From requested to staged. */
bool install_preparing(const struct install_member *m);
bool install_one_bank(const struct install_member *m);
bool install_clock_set(const struct install_now *now);
/* The request is older than it may be. */
bool install_lapsed(const struct state_update *row, const struct install_now *now);

/* Makes the step a RECORD, and gives what it changes of member i. */
struct install_change *install_change_of(const struct install_view *v, size_t i);
/* The same with a new state; no reason, no text. */
struct install_change *install_state_of(const struct install_view *v, size_t i,
	enum update_state state);
void install_label_set(struct install_change *c, unsigned n, uint8_t bank,
	enum software_state state);
void install_run_verb(const struct install_view *v, size_t i, enum install_verb verb, uint8_t bank);
void install_do(const struct install_view *v, size_t i, enum install_do what);
void install_pause(const struct install_view *v, int64_t until_ms);
void install_rest(const struct install_view *v, utc_s until_s);

/* Takes up commands that mean nothing here; true: that is the step. */
bool install_take_stray(const struct install_view *v, enum update_state state, unsigned kept);
#define INSTALL_KEEPS(command) (1u << (command))

/*
 * A try is recorded before it is made.  INSTALL_TRY_GO: it is; RECORD: that is
 * the step; OVER: there were `most`.
 */
enum install_try { INSTALL_TRY_GO, INSTALL_TRY_RECORD, INSTALL_TRY_OVER };
enum install_try install_try(const struct install_view *v, size_t i, uint32_t most);

/* The phases; each fills the step. */
void install_prepare(const struct install_view *v);	/* install_plan_prepare.c */
void install_switching(const struct install_view *v);	/* install_plan_run.c */
void install_trial(const struct install_view *v);
void install_proven(const struct install_view *v);
void install_back(const struct install_view *v);	/* install_plan_back.c */
/* All of the group go back because of member `who`. */
void install_go_back(const struct install_view *v, size_t who, enum update_reason reason,
	const struct err *why);

#endif
