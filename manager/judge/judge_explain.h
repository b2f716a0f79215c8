/*
 * judge_explain: a judgement in sentences, that a service technician follows.
 *
 * Every unit is named by symbol, model, serial number and revision; every rule
 * by its id and `because`; every explanation ends in what to do.  The texts are
 * made of what catalogues and devices said, which is valid UTF-8 without
 * control characters or is escaped here.  Pure.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_EXPLAIN_H
#define IMGADM_MANAGER_JUDGE_JUDGE_EXPLAIN_H

#include "lib/base/buf.h"
#include "manager/judge/judge.h"

/* "FIN (finisher FS-5, serial F0231, rev A)" */
void judge_say_unit(const struct judge_problem *p, const struct judge_names *n,
	uint32_t unit, struct buf *b);

/* "lobby-mfp (C650, serial 8841207) is incompatible: 1 rule is violated." */
void judge_say_verdict(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b);

/* A row of the table below the verdict: who, what it is, how it stands to the rule. */
enum { JUDGE_FACT_SIZE = 512, JUDGE_FACTS_MAX = 64 };
struct judge_fact {
	char symbol[STRUCTURE_LABEL_MAX * 4 + 1];	/* escaped; "-": nothing is there */
	char thing[JUDGE_FACT_SIZE];	/* "finisher FS-5, serial F0231, rev A" */
	char verb[JUDGE_FACT_SIZE];	/* "needs", "with engine-fw 3 needs"; "is", "runs" */
	char what[JUDGE_FACT_SIZE];	/* "C650-feed rev B or later"; "rev A" */
	char rule[JUDGE_FACT_SIZE];	/* "R-101: FS-5 needs ..."; empty but in the first row */
};
/*
 * Of an instance in a state: its anchor first, then who it is about, or that
 * nobody is.  Returns how many, at most room.
 */
uint32_t judge_say_instance(const struct judge_problem *p, const struct judge_names *n,
	uint32_t instance, const uint32_t *state, struct judge_fact *ret, uint32_t room);

/*
 * The chain: the smallest conflict as sentences, why the alternatives fall
 * away, and "What to do: ...", each a line.
 */
int judge_explain(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b, struct err *e);

/*
 * Why the release is not what is recommended for the unit (place in the shape), and
 * the nearest that fits.  All searches for it together take at most twice the nodes
 * of policy; where they run out, it says that the search gave up.
 */
int judge_why_not(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, uint32_t unit, uint32_t release, struct buf *b,
	struct err *e);

/* The plan, a line a step: "ENG engine-fw G00-21 -> G00-28 -> G00-30 (stepping stone: G00-28), 12 minutes, 2 restarts, way back: yes". */
void judge_say_plan(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b);

/*
 * What shall stand in the advice table of an incompatible device (C13, C14): a row
 * a unit that has to change, one of the device for rules of the device itself,
 * and one for what no change cures; at most room.  Serial numbers
 * stand as JUDGE_SERIAL SYMBOL JUDGE_SERIAL, which judge_fill_serials() puts in:
 * so devices of one shape share them.
 */
#define JUDGE_SERIAL '\001'
struct judge_advice {
	char subject[STRUCTURE_LABEL_MAX + 1];	/* empty = the device */
	enum severity severity;
	char text[2 * STRUCTURE_TEXT_MAX];	/* cut to STRUCTURE_TEXT_MAX after filling */
	char recommendation[2 * STRUCTURE_TEXT_MAX];	/* the structure in full, shortest form */
	char rule_id[STRUCTURE_NAME_MAX + 1];
	uint32_t catalogue_serial;
};
uint32_t judge_advices(const struct judge_problem *p, const struct judgement *j,
	struct judge_advice *ret, uint32_t room);
/* dst of size octets, cut between characters. */
void judge_fill_serials(const char *text, const struct judge_names *n,
	const struct judge_shape *shape, char *dst, size_t size);

#endif
