/*
 * state_advice: what the centre tells the device and whoever stands before it;
 * kept in the state file.
 *
 * Invariants: at most STATE_ADVICE_MAX rows; a row does not change but for the
 * two local marks; a serial is never taken again, so that a row that was taken
 * away and made anew under the same index is told apart.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_ADVICE_H
#define IMGADM_AGENT_MODULE_STATE_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/structure/structure.h"

struct state;

enum { STATE_ADVICE_MAX = 64 };

/* imgAdviceKind */
enum advice_kind {
	ADVICE_INCOMPATIBLE = 1, ADVICE_TROUBLE, ADVICE_UPDATE_PLANNED,
	ADVICE_UPDATE_DONE, ADVICE_INFORMATION,
};

/* One row of imgAdviceTable. */
struct state_advice {
	uint32_t index;		/* the manager chose it; not 0 */
	char subject[STRUCTURE_LABEL_MAX + 1];	/* unit symbol, "" = device */
	enum advice_kind kind;
	enum severity severity;
	char text[STRUCTURE_TEXT_MAX + 1];
	char recommendation[STRUCTURE_TEXT_MAX + 1];
	char rule_id[STRUCTURE_NAME_MAX + 1];
	uint32_t catalogue_serial;
	utc_s created;		/* 0 when it is added: now */

	/* The device's own, not in the MIB. */
	uint64_t serial;	/* rises with each row; set by state_advice_add */
	bool acked;		/* somebody read it (imgadm-device advice ack) */
	bool hooked;		/* the hook program had it */
};

/* As in the MIB ("updatePlanned"); NULL when the value has no name. */
const char *advice_kind_name(enum advice_kind kind);

/*
 * Add a row; serial, acked and hooked of `a` are not read.  Where there are
 * STATE_ADVICE_MAX, the oldest (smallest serial) of the lowest severity goes.
 * -EEXIST: the index is taken; -EINVAL: an index 0, a kind, severity or text
 * that is none; -ENOBUFS: full of rows that are all heavier than this one.
 */
int state_advice_add(struct state *s, const struct state_advice *a, struct err *e);
/* -ENOENT: no such row. */
int state_advice_remove(struct state *s, uint32_t index, struct err *e);
/* Somebody read it; index 0 = all.  -ENOENT: no such row. */
int state_advice_ack(struct state *s, uint32_t index, struct err *e);
/*
 * The hook program is about to have the row (mark first: it runs at most
 * once, also over a kill).  A row that went meanwhile is no error.
 */
int state_advice_hooked(struct state *s, uint64_t serial, struct err *e);
/*
 * All rows, ascending by index, into ret_rows[STATE_ADVICE_MAX].
 * A view has them too (state_view.advice).
 */
int state_advice_load(struct state *s, struct state_advice *ret_rows,
	size_t *ret_count, struct err *e);
/*
 * Take a SET back that was durable already: rows of new (read after it) that
 * are not in old (read before it) go, rows of old that are not in new come
 * again with their serials and marks, where their index is free.
 */
int state_advice_restore(struct state *s, const struct state_advice *old,
	size_t old_count, const struct state_advice *new, size_t new_count,
	struct err *e);

#endif
