/*
 * set_impl: what the files of a SET share: set.c takes and checks it,
 * set_apply.c writes it and takes it back; set_update.c does both for updates
 * and floors.
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
	SET_DATE_SHORT = 8,	/* DateAndTime without a zone */
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
	unsigned columns;	/* STATE_UNIT_ADMIN_STATE, STATE_UNIT_ACTION */
	enum unit_admin_state admin;
	enum unit_action action;
	unsigned at, action_at;
	/* As it was: filled by set_check. */
	char symbol[STRUCTURE_LABEL_MAX + 1];
	enum unit_admin_state before;
	enum unit_action action_before;
};

/* One row of imgUpdateTable. */
struct set_update {
	uint32_t index;
	unsigned at;		/* of the first varbind of the row */
	unsigned command_at, order_at;	/* 0: not given */
	unsigned given;		/* bit = column */
	unsigned columns;	/* enum state_want_column */
	struct update_want want;
	enum update_owner owner;
	enum update_command command;
	char symbol[STRUCTURE_LABEL_MAX + 1];	/* filled by set_check */
	struct state_update *before, *after;	/* filled by set_apply */
};

/* imgSoftwareFloor of one bank. */
struct set_floor {
	uint32_t index;
	uint8_t bank;
	uint32_t floor;
	unsigned at;
	/* Filled by set_check; before by set_apply. */
	char serial[STRUCTURE_NAME_MAX + 1];
	char software[STRUCTURE_NAME_MAX + 1];
	uint32_t before;
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
	struct set_update *updates;
	size_t update_count;
	struct set_floor *floors;
	size_t floor_count;
	struct set_scalar lock;		/* imgUpdateLock */
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

/* What somebody did between check and lock is inconsistent with the SET. */
enum set_status set_status_of(int rc);

/* Octets of a varbind as text or time. */
enum set_status set_take_text(const struct set_varbind *vb, char *dst);
enum set_status set_take_date(const struct set_varbind *vb, utc_s *ret_time);

/* --- updates and floors (set_update.c) ----------------------------------------------- */

enum set_status set_take_update(struct set *set, unsigned column, uint32_t key,
	const struct set_varbind *vb);
enum set_status set_take_floor(struct set *set, uint32_t unit, uint32_t bank,
	const struct set_varbind *vb);
struct set_verdict set_check_updates(struct set *set, const struct snapshot *now);
/* Within state_begin and state_commit; Command of each row last. */
struct set_verdict set_apply_updates(struct set *set, struct err *e);
int set_undo_updates(struct set *set, struct err *e);
void set_free_updates(struct set *set);

#define SET_SCALAR(set, name) (&(set)->scalars[IMGADM_COL_ ## name])

#endif
