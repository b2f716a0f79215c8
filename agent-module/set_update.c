/*
 * imgUpdateTable, imgUpdateLock and imgSoftwareFloor in a SET: taken, checked
 * as a row, written with the command last, and taken back.
 */
#include <config.h>

#include "agent-module/set_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"

enum set_status
set_take_text(const struct set_varbind *vb, char *dst)
{
	const char *text = (const char *)vb->octets;

	if (vb->octet_count > 0) {
		if (memchr(text, '\0', vb->octet_count) != NULL ||
		    !text_is_utf8(text, vb->octet_count))
			return SET_WRONG_VALUE;
		memcpy(dst, text, vb->octet_count);
	}
	dst[vb->octet_count] = '\0';
	return SET_NO_ERROR;
}

enum set_status
set_take_date(const struct set_varbind *vb, utc_s *ret_time)
{
	if (vb->octet_count != SET_DATE_SHORT && vb->octet_count != CLOCK_DATE_AND_TIME_SIZE)
		return SET_WRONG_LENGTH;
	return clock_from_date_and_time(vb->octets, vb->octet_count, ret_time) < 0 ?
		SET_WRONG_VALUE : SET_NO_ERROR;
}

/* --- taking ------------------------------------------------------------------------- */

/* The row of that index, new; NULL when out of memory. */
static struct set_update *
update_row(struct set *set, uint32_t key, unsigned at)
{
	struct set_update *rows;

	for (size_t i = 0; i < set->update_count; i++)
		if (set->updates[i].index == key)
			return &set->updates[i];
	rows = realloc(set->updates, (set->update_count + 1) * sizeof(*rows));
	if (rows == NULL)
		return NULL;
	set->updates = rows;
	rows += set->update_count++;
	*rows = (struct set_update){ .index = key, .at = at,
		.owner = UPDATE_OWNER_CENTRE, .command = UPDATE_COMMAND_NONE };
	return rows;
}

/* Text as it may stand in a row: the same check as everywhere. */
static enum set_status
take_clean(const struct set_varbind *vb, char *dst)
{
	struct update_want alone = { .when = UPDATE_WHEN_STAGE_ONLY };
	enum set_status status = set_take_text(vb, dst);

	if (status != SET_NO_ERROR)
		return status;
	(void)text_copy(alone.software, sizeof(alone.software), dst);
	return update_want_check(&alone, NULL) < 0 ? SET_WRONG_VALUE : SET_NO_ERROR;
}

static enum set_status
take_uri(const struct set_varbind *vb, char *dst)
{
	struct update_want alone = { .when = UPDATE_WHEN_STAGE_ONLY };
	enum set_status status = set_take_text(vb, alone.uri);

	if (status != SET_NO_ERROR)
		return status;
	(void)text_copy(dst, UPDATE_URI_MAX + 1, alone.uri);
	return update_want_check(&alone, NULL) < 0 ? SET_WRONG_VALUE : SET_NO_ERROR;
}

static enum set_status
take_octets(struct update_want *w, unsigned column, const struct set_varbind *vb)
{
	if (column == IMGADM_COL_imgUpdateTicket) {
		w->ticket_len = (uint16_t)vb->octet_count;
		if (vb->octet_count > 0)
			memcpy(w->ticket, vb->octets, vb->octet_count);
		return SET_NO_ERROR;
	}
	if (vb->octet_count != 0 && vb->octet_count != STRUCTURE_DIGEST_SIZE)
		return SET_WRONG_LENGTH;
	w->digest_known = vb->octet_count != 0;
	if (w->digest_known)
		memcpy(w->digest, vb->octets, STRUCTURE_DIGEST_SIZE);
	return SET_NO_ERROR;
}

/* Eight zero octets: not stated. */
static enum set_status
take_at(struct update_want *w, const struct set_varbind *vb)
{
	for (size_t i = 0; i < vb->octet_count; i++)
		if (vb->octets[i] != 0)
			return set_take_date(vb, &w->at);
	if (vb->octet_count != SET_DATE_SHORT && vb->octet_count != CLOCK_DATE_AND_TIME_SIZE)
		return SET_WRONG_LENGTH;
	w->at = 0;
	return SET_NO_ERROR;
}

static const struct { unsigned column, want; } WANTS[] = {
	{ IMGADM_COL_imgUpdateBank, STATE_WANT_BANK },
	{ IMGADM_COL_imgUpdateSoftwareId, STATE_WANT_SOFTWARE },
	{ IMGADM_COL_imgUpdateCreator, STATE_WANT_CREATOR },
	{ IMGADM_COL_imgUpdateVersion, STATE_WANT_VERSION },
	{ IMGADM_COL_imgUpdateSequence, STATE_WANT_SEQUENCE },
	{ IMGADM_COL_imgUpdateUri, STATE_WANT_URI },
	{ IMGADM_COL_imgUpdateSize, STATE_WANT_SIZE },
	{ IMGADM_COL_imgUpdateDigest, STATE_WANT_DIGEST },
	{ IMGADM_COL_imgUpdateWhen, STATE_WANT_WHEN },
	{ IMGADM_COL_imgUpdateAt, STATE_WANT_AT },
	{ IMGADM_COL_imgUpdateTicket, STATE_WANT_TICKET },
	{ IMGADM_COL_imgUpdateGroup, STATE_WANT_GROUP },
	{ IMGADM_COL_imgUpdateGroupSize, STATE_WANT_GROUP_SIZE },
	{ IMGADM_COL_imgUpdateExpires, STATE_WANT_EXPIRES },
	{ IMGADM_COL_imgUpdateOrder, STATE_WANT_ORDER },
	{ IMGADM_COL_imgUpdateOwner, STATE_WANT_OWNER },
};

static void
take_number(struct set_update *r, unsigned column, const struct set_varbind *vb)
{
	struct update_want *w = &r->want;
	uint32_t number = (uint32_t)vb->number;

	switch (column) {
	case IMGADM_COL_imgUpdateBank:
		w->bank = (uint8_t)number;
		break;
	case IMGADM_COL_imgUpdateSequence:
		w->sequence = number;
		break;
	case IMGADM_COL_imgUpdateSize:
		w->size = number;
		break;
	case IMGADM_COL_imgUpdateWhen:
		w->when = (enum update_when)number;
		break;
	case IMGADM_COL_imgUpdateGroup:
		w->group = number;
		break;
	case IMGADM_COL_imgUpdateGroupSize:
		w->group_size = number;
		break;
	case IMGADM_COL_imgUpdateExpires:
		w->expires_s = number;
		break;
	case IMGADM_COL_imgUpdateOrder:
		w->order = number;
		r->order_at = vb->at;
		break;
	case IMGADM_COL_imgUpdateOwner:
		r->owner = (enum update_owner)number;
		break;
	case IMGADM_COL_imgUpdateCommand:
		r->command = (enum update_command)number;
		r->command_at = vb->at;
		break;
	}
}

enum set_status
set_take_update(struct set *set, unsigned column, uint32_t key, const struct set_varbind *vb)
{
	struct set_update *r;

	if (key == 0)
		return SET_NO_CREATION;
	r = update_row(set, key, vb->at);
	if (r == NULL)
		return SET_RESOURCE_UNAVAILABLE;
	if ((r->given & 1u << column) != 0)
		return SET_INCONSISTENT_VALUE;
	r->given |= 1u << column;
	for (size_t i = 0; i < sizeof(WANTS) / sizeof(WANTS[0]); i++)
		if (WANTS[i].column == column)
			r->columns |= WANTS[i].want;
	switch (column) {
	case IMGADM_COL_imgUpdateSoftwareId:
		return take_clean(vb, r->want.software);
	case IMGADM_COL_imgUpdateCreator:
		return take_clean(vb, r->want.creator);
	case IMGADM_COL_imgUpdateVersion:
		return take_clean(vb, r->want.version);
	case IMGADM_COL_imgUpdateUri:
		return take_uri(vb, r->want.uri);
	case IMGADM_COL_imgUpdateDigest:
	case IMGADM_COL_imgUpdateTicket:
		return take_octets(&r->want, column, vb);
	case IMGADM_COL_imgUpdateAt:
		return take_at(&r->want, vb);
	default:
		take_number(r, column, vb);
		return SET_NO_ERROR;
	}
}

enum set_status
set_take_floor(struct set *set, uint32_t unit, uint32_t bank, const struct set_varbind *vb)
{
	struct set_floor *rows;

	if (bank < 1 || bank > STRUCTURE_BANKS_MAX)
		return SET_NO_CREATION;
	for (size_t i = 0; i < set->floor_count; i++)
		if (set->floors[i].index == unit && set->floors[i].bank == bank)
			return SET_INCONSISTENT_VALUE;
	rows = realloc(set->floors, (set->floor_count + 1) * sizeof(*rows));
	if (rows == NULL)
		return SET_RESOURCE_UNAVAILABLE;
	set->floors = rows;
	rows[set->floor_count++] = (struct set_floor){ .index = unit, .bank = (uint8_t)bank,
		.floor = (uint32_t)vb->number, .at = vb->at };
	return SET_NO_ERROR;
}

/* --- all together --------------------------------------------------------------------- */

static const struct update *
shown_row(const struct snapshot *now, uint32_t index)
{
	for (size_t i = 0; i < now->update_count; i++)
		if (now->updates[i].unit_index == index)
			return &now->updates[i];
	return NULL;
}

/* Which varbind is to blame. */
static unsigned
blamed(const struct set_update *r, int rc)
{
	if (rc == -ESTALE && r->order_at != 0)
		return r->order_at;
	return rc == -EINVAL && r->command_at != 0 ? r->command_at : r->at;
}

static struct set_verdict
check_update(struct set_update *r, const struct snapshot *now)
{
	const struct update *row = shown_row(now, r->index);
	const struct unit *u = structure_unit(&now->structure, r->index);
	bool done;
	int rc;

	if (row == NULL || u == NULL)
		return set_refused(SET_NO_CREATION, r->at);
	(void)text_copy(r->symbol, sizeof(r->symbol), u->symbol);
	rc = state_update_fits(row, &r->want, r->owner, r->columns, r->command, true, &done,
		NULL);
	return rc < 0 ? set_refused(set_status_of(rc == -EBUSY ? -EINVAL : rc), blamed(r, rc)) :
		SET_FINE;
}

static struct set_verdict
check_floor(struct set_floor *r, const struct snapshot *now)
{
	const struct unit *u = structure_unit(&now->structure, r->index);

	for (size_t i = 0; u != NULL && i < now->structure.software_count; i++) {
		const struct software *w = &now->structure.software[i];

		if (w->unit_index != r->index || w->bank != r->bank)
			continue;
		/* An empty bank has no software whose floor it would be. */
		if (r->floor < w->floor || (w->id[0] == '\0' && r->floor != 0))
			return set_refused(SET_INCONSISTENT_VALUE, r->at);
		(void)text_copy(r->serial, sizeof(r->serial), u->serial_number);
		(void)text_copy(r->software, sizeof(r->software), w->id);
		return SET_FINE;
	}
	return set_refused(SET_NO_CREATION, r->at);
}

struct set_verdict
set_check_updates(struct set *set, const struct snapshot *now)
{
	struct set_verdict v = SET_FINE;

	if (set->lock.given && set->lock.value != now->update_lock)
		return set_refused(SET_INCONSISTENT_VALUE, set->lock.at);
	for (size_t i = 0; v.status == SET_NO_ERROR && i < set->update_count; i++)
		v = check_update(&set->updates[i], now);
	for (size_t i = 0; v.status == SET_NO_ERROR && i < set->floor_count; i++)
		v = check_floor(&set->floors[i], now);
	return v;
}

/* --- writing ---------------------------------------------------------------------------- */

static struct set_verdict
apply_update(struct state *state, struct set_update *r, struct err *e)
{
	int rc;

	r->before = calloc(1, sizeof(*r->before));
	r->after = calloc(1, sizeof(*r->after));
	if (r->before == NULL || r->after == NULL)
		return set_refused(SET_RESOURCE_UNAVAILABLE, r->at);
	rc = state_update_get(state, r->symbol, r->before, e);
	if (rc == 0 && r->before->row.unit_index != r->index)
		rc = err_set(e, -ESTALE, "unit %s: exchanged this moment", r->symbol);
	if (rc == 0) {
		rc = state_update_ask(state, r->symbol, &r->want, r->owner, r->columns,
			r->command, true, NULL, e);
		if (rc == -EBUSY)	/* not at rest any more; the lock is had */
			rc = -EINVAL;
	}
	if (rc == 0)
		rc = state_update_get(state, r->symbol, r->after, e);
	return rc < 0 ? set_refused(set_status_of(rc), blamed(r, rc)) : SET_FINE;
}

static struct set_verdict
apply_floor(struct state *state, struct set_floor *r, struct err *e)
{
	int rc;

	if (r->software[0] == '\0')
		return SET_FINE;	/* 0, as it is */
	rc = state_floor_get(state, r->serial, r->software, &r->before, e);
	if (rc == 0 && r->floor < r->before)
		rc = err_set(e, -ERANGE, "a floor is only raised");
	if (rc == 0 && r->floor > r->before)
		rc = state_floor_raise(state, r->serial, r->software, r->floor, e);
	return rc < 0 ? set_refused(set_status_of(rc), r->at) : SET_FINE;
}

struct set_verdict
set_apply_updates(struct set *set, struct err *e)
{
	struct set_verdict v = SET_FINE;

	if (set->lock.given)
		v = set_refused(set_status_of(state_update_lock_take(set->state, set->lock.value,
			e)), set->lock.at);
	for (size_t i = 0; v.status == SET_NO_ERROR && i < set->floor_count; i++)
		v = apply_floor(set->state, &set->floors[i], e);
	for (size_t i = 0; v.status == SET_NO_ERROR && i < set->update_count; i++)
		v = apply_update(set->state, &set->updates[i], e);
	return v;
}

int
set_undo_updates(struct set *set, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < set->update_count; i++)
		if (set->updates[i].after != NULL)
			rc = state_update_restore(set->state, set->updates[i].before,
				set->updates[i].after, e);
	for (size_t i = set->floor_count; rc == 0 && i-- > 0;)
		if (set->floors[i].software[0] != '\0' &&
		    set->floors[i].floor > set->floors[i].before)
			rc = state_floor_back(set->state, set->floors[i].serial,
				set->floors[i].software, set->floors[i].floor,
				set->floors[i].before, e);
	if (rc == 0 && set->lock.given)
		rc = state_update_lock_back(set->state, set->lock.value, e);
	return rc;
}

void
set_free_updates(struct set *set)
{
	for (size_t i = 0; i < set->update_count; i++) {
		free(set->updates[i].before);
		free(set->updates[i].after);
	}
	free(set->updates);
	free(set->floors);
}
