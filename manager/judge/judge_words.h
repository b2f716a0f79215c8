/*
 * judge_words: units, releases, conditions and rules in words.
 *
 * One way to name each thing, so that all texts of the judge say it alike.
 * What a device said is escaped (text_escape); where names is NULL a serial
 * number stands as JUDGE_SERIAL SYMBOL JUDGE_SERIAL (judge_explain.h).  Pure.
 * A failure is kept by the buf.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_WORDS_H
#define IMGADM_MANAGER_JUDGE_JUDGE_WORDS_H

#include "lib/base/buf.h"
#include "manager/judge/judge_explain.h"

/* "document feeder" of documentFeeder. */
void judge_words_class(enum unit_type type, struct buf *b);
/* "finisher FS-5, serial F0231, rev A" */
void judge_words_thing(const struct judge_problem *p, const struct judge_names *n,
	uint32_t unit, struct buf *b);
/* "rev A", "hardware 1.3 (not listed)", or nothing where revisions do not count. */
void judge_words_rev(const struct judge_problem *p, const struct judge_names *n,
	uint32_t unit, struct buf *b);
/* "FS-5 rev B", "FS-5" */
void judge_words_type(const struct catalogue_set *set, uint32_t unit_type, uint32_t rev,
	struct buf *b);
/* "engine-fw G00-30" */
void judge_words_release(const struct catalogue_set *set, uint32_t release, struct buf *b);
/* What the n-th active bank of a unit runs in a state: "engine-fw G00-30", "engine-fw X9, which is not listed". */
void judge_words_runs(const struct judge_problem *p, uint32_t variable, uint32_t active,
	const uint32_t *state, struct buf *b);
/* "C650-feed rev B or later", "controller-fw 12 or later and no SD-506" */
void judge_words_condition(const struct judge_problem *p, uint32_t node, struct buf *b);
/* "R-101: FS-5 needs the heavy paper path"; made rules: what they say. */
void judge_words_rule(const struct judge_problem *p, uint32_t instance, struct buf *b);
/* Functions that are lost with a unit: "staple and fold"; nothing where it has none. */
void judge_words_functions(const struct judge_problem *p, const struct judge_names *n,
	uint32_t unit, struct buf *b);
/*
 * A change of one variable as an order: "replace FED by C650-feed rev B (in
 * stock, 310; one visit)", "take FIN out of service (staple and fold are lost)",
 * "install engine-fw G00-30 on ENG (it runs G00-21)".
 */
void judge_words_change(const struct judge_problem *p, const struct judge_names *n,
	uint32_t variable, uint32_t value, struct buf *b);
/*
 * All changes of a state but those of the variable `except` (CATALOGUE_NONE =
 * none), joined by semicolons.  Returns how many.
 */
uint32_t judge_words_changes(const struct judge_problem *p, const struct judge_names *n,
	const uint32_t *state, uint32_t except, struct buf *b);
/* Why the centre leaves the unit's software alone; who gives it to the centre, and how. */
void judge_words_not_ours(const struct judge_problem *p, uint32_t unit, struct buf *b);
/* Why a release cannot be had on the bank (place in shape->banks) of a unit: "it is withdrawn: ..." */
void judge_words_not_selectable(const struct judge_problem *p, uint32_t unit, uint32_t bank,
	uint32_t release, struct buf *b);
/* The place in shape->banks of the n-th active bank of a unit. */
uint32_t judge_words_active_bank(const struct judge_problem *p, uint32_t unit, uint32_t active);

#endif
