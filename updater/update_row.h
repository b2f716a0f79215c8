/*
 * update_row: one unit's row of imgUpdateTable over SNMP, and what runs on the
 * unit.
 *
 * Each call is one request and its answer (ask.h); what the device says is
 * checked before it is believed.
 */
#ifndef IMGADM_UPDATER_UPDATE_ROW_H
#define IMGADM_UPDATER_UPDATE_ROW_H

#include "lib/structure/update.h"
#include "updater/ask.h"

/*
 * The row and imgUpdateLock.  ASK_REFUSED also where the device has no such row, or
 * says what makes no sense: reason tells.
 */
void update_row_get(struct ask *a, uint32_t unit, struct update *ret_row, uint32_t *ret_lock,
	struct ask_end *ret);

/*
 * imgUpdateLock, all columns of what is wanted, its order number, then the command,
 * as one SET.  want NULL: the lock and the command alone.  A refusal is told in words.
 */
void update_row_set(struct ask *a, uint32_t unit, uint32_t lock, const struct update_want *want,
	enum update_command command, struct ask_end *ret);

/* The unit as it says itself now. */
struct update_row_unit {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char serial_number[STRUCTURE_NAME_MAX + 1];
	enum unit_admin_state admin_state;
	struct software banks[STRUCTURE_BANKS_MAX];	/* bank 0 = there is none */
};
/* ASK_REFUSED also where there is no such unit. */
void update_row_unit(struct ask *a, uint32_t unit, struct update_row_unit *ret_unit,
	struct ask_end *ret);
/* The bank that runs (running, trial or proven), of that software if several; NULL = none. */
const struct software *update_row_running(const struct update_row_unit *u, const char *software);
/* imgTrustSerial, 0 = none is in force. */
void update_row_trust(struct ask *a, uint32_t *ret_serial, struct ask_end *ret);
/* imgUnitAdminState. */
void update_row_admin(struct ask *a, uint32_t unit, enum unit_admin_state state,
	struct ask_end *ret);

#endif
