/*
 * orders: what the centre would write into this device's tables if it could reach
 * it (IMGADM-CENTER-MIB), carried out here.
 *
 * An order is carried out exactly as a SET would be, by the same calls; an order
 * and a SET with the same number are one.  No I/O but the state.
 *
 * Invariants
 * - Orders are carried out by number, advice and updates in one sequence, in one
 *   transaction, and noted in it: not again after a kill (state_orders.h).
 * - One that cannot be carried out keeps no other from it.
 * - What is refused is noted as gone through only when the centre was told
 *   (orders_told()); until then it is tried with each fetch, and refused again.
 * - A row that is not whole (it was fetched while the centre changed it) ends the
 *   sequence before it: the next fetch goes on there.
 */
#ifndef IMGADM_AGENT_MODULE_ORDERS_H
#define IMGADM_AGENT_MODULE_ORDERS_H

#include "agent-module/ask.h"
#include "agent-module/state.h"
#include "agent-module/state_update.h"
#include "lib/report/report.h"

enum { ORDERS_MAX = 2 * ASK_ORDERS_MAX };

/* One of the two is NULL; borrowed from the facts. */
struct orders_item {
	uint32_t number;
	const struct ask_advice *advice;
	const struct ask_update *update;
};
/* Those above `taken`, by number, into ret[ORDERS_MAX]; returns how many. */
size_t orders_due(const struct ask_facts *f, uint32_t taken, struct orders_item *ret);

/* Owns its array; zero is valid. */
struct orders_result {
	size_t advice;		/* rows that changed */
	size_t updates;		/* requests and commands that are new */
	size_t left_out;	/* advice that found no room, or made no sense */
	struct report_update *refused;	/* updates not carried out: failed, and why */
	size_t refused_count;
	uint32_t through;	/* what imgOrderReport shall say; 0 = nothing is to be told */
	bool whole;		/* false: a row was not; fetch again soon */
};
void orders_result_release(struct orders_result *r);

/*
 * Carry out what is new in f, asked of the centre with this serial
 * (state_report.centre_serial); st is the device's structure.
 * -ESTALE: the centre is another by now; else as state.h.  Nothing was done then.
 */
int orders_apply(struct state *s, uint32_t centre_serial, const struct structure *st,
	const struct ask_facts *f, struct orders_result *ret, struct err *e);
/* The centre acknowledged all that r has to tell. */
int orders_told(struct state *s, uint32_t centre_serial, const struct orders_result *r,
	struct err *e);

/*
 * What the centre says it has of log and structure, against what it acknowledged
 * before it was asked (v; nothing acknowledged since): what it lacks is owed again
 * (*ret_lost), what it has beyond is noted.
 */
int orders_agree(struct state *s, const struct ask_facts *f, const struct state_view *v,
	bool *ret_lost, struct err *e);
/* Whether there would be anything to do. */
bool orders_disagree(const struct ask_facts *f, const struct state_view *v);

/*
 * What the device has to tell, as informs, one after the other: how many they are,
 * and the n-th (from 0) with this head as a pack that the caller frees.
 */
size_t orders_reports(const struct orders_result *r);
int orders_report(const struct orders_result *r, size_t n, const struct report_head *head,
	struct report_pack **ret_pack, struct err *e);

#endif
