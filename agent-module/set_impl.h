/*
 * set_impl: what the two files of a SET share: set.c takes and checks it,
 * set_apply.c writes it and takes it back.
 */
#ifndef IMGADM_AGENT_MODULE_SET_IMPL_H
#define IMGADM_AGENT_MODULE_SET_IMPL_H

#include <stdbool.h>

#include "agent-module/set.h"
#include "mibs/imgadm-mib.h"

/* RowStatus, RFC 2579 */
enum row_status {
	ROW_NOT_GIVEN, ROW_ACTIVE, ROW_NOT_IN_SERVICE, ROW_NOT_READY, ROW_CREATE_AND_GO,
	ROW_CREATE_AND_WAIT, ROW_DESTROY,
};

enum {
	SET_TRUE = 1,		/* TruthValue, RFC 2579 */
	SET_FALSE = 2,
	SET_SCALARS = IMGADM_COL_imgReportAcknowledgedIndex + 1,
};

struct set_scalar {
	bool given;
	uint32_t value;
	unsigned at;
};

struct set_advice {
	struct state_advice row;
	unsigned given;		/* bit = column */
	enum row_status status;
	unsigned at;		/* of the first varbind of the row */
	unsigned status_at;
};

struct set_unit {
	uint32_t index;
	enum unit_admin_state admin;
	unsigned at;
	/* As it was: filled by set_check. */
	char symbol[STRUCTURE_LABEL_MAX + 1];
	enum unit_admin_state before;
};

/* As the state was before, and is after: to take it back. */
struct set_memory {
	struct state_report report;
	struct state_advice advice[STATE_ADVICE_MAX];
	size_t advice_count;
};

struct set {
	unsigned varbinds;
	struct set_scalar scalars[SET_SCALARS];	/* of imgReport, by column */
	struct set_advice *advice;	/* in the order they came */
	size_t advice_count;
	struct set_unit *units;
	size_t unit_count;
	struct state *state;		/* borrowed while something may be taken back */
	bool open, committed;
	struct set_memory before, after;
};

static const struct set_verdict SET_FINE = { SET_NO_ERROR, 0 };

/* That varbind has this status, which may be no error. */
static inline struct set_verdict
set_refused(enum set_status status, unsigned at)
{
	return (struct set_verdict){ status, at };
}

#define SET_SCALAR(set, name) (&(set)->scalars[IMGADM_COL_ ## name])

#endif
