/* imgUpdateTable, imgUpdateLock, and what is trusted. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub base[] = { IMGADM_OID_imgUpdateEntry };
static const unsigned columns[] = {
	IMGADM_COL_imgUpdateBank, IMGADM_COL_imgUpdateSoftwareId,
	IMGADM_COL_imgUpdateCreator, IMGADM_COL_imgUpdateVersion,
	IMGADM_COL_imgUpdateSequence, IMGADM_COL_imgUpdateUri,
	IMGADM_COL_imgUpdateSize, IMGADM_COL_imgUpdateDigest,
	IMGADM_COL_imgUpdateWhen, IMGADM_COL_imgUpdateAt,
	IMGADM_COL_imgUpdateTicket, IMGADM_COL_imgUpdateNonce,
	IMGADM_COL_imgUpdateGroup, IMGADM_COL_imgUpdateGroupSize,
	IMGADM_COL_imgUpdateExpires, IMGADM_COL_imgUpdateOrder,
	IMGADM_COL_imgUpdateOwner, IMGADM_COL_imgUpdateCommand,
	IMGADM_COL_imgUpdateState, IMGADM_COL_imgUpdateBytesDone,
	IMGADM_COL_imgUpdateReason, IMGADM_COL_imgUpdateReasonText,
	IMGADM_COL_imgUpdateChanged,
};
/* The URI carries the token, ticket and nonce are half of a leave. */
static const unsigned secrets[] = {
	IMGADM_COL_imgUpdateUri, IMGADM_COL_imgUpdateTicket, IMGADM_COL_imgUpdateNonce,
};

static size_t
rows(const struct snapshot *s)
{
	return s->update_count;
}

static void
key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->updates[row].unit_index;
}

static void
get_progress(const struct update *u, unsigned column, struct cell *c)
{
	switch (column) {
	case IMGADM_COL_imgUpdateNonce:
		cell_octets(c, u->nonce, sizeof(u->nonce));
		break;
	case IMGADM_COL_imgUpdateOwner:
		cell_integer(c, (int32_t)u->owner);
		break;
	case IMGADM_COL_imgUpdateCommand:
		cell_integer(c, (int32_t)u->command);
		break;
	case IMGADM_COL_imgUpdateState:
		cell_integer(c, (int32_t)u->state);
		break;
	case IMGADM_COL_imgUpdateBytesDone:
		cell_number(c, CELL_UNSIGNED32, u->bytes_done);
		break;
	case IMGADM_COL_imgUpdateReason:
		cell_integer(c, (int32_t)u->reason);
		break;
	case IMGADM_COL_imgUpdateReasonText:
		cell_text(c, u->reason_text);
		break;
	case IMGADM_COL_imgUpdateChanged:
		cell_date(c, u->changed);
		break;
	}
}

static void
get_how(const struct update *u, unsigned column, struct cell *c)
{
	const struct update_want *w = &u->want;

	switch (column) {
	case IMGADM_COL_imgUpdateWhen:
		cell_integer(c, (int32_t)w->when);
		break;
	case IMGADM_COL_imgUpdateAt:
		cell_date(c, w->at);
		break;
	case IMGADM_COL_imgUpdateTicket:
		cell_octets(c, w->ticket, w->ticket_len);
		break;
	case IMGADM_COL_imgUpdateGroup:
		cell_number(c, CELL_UNSIGNED32, w->group);
		break;
	case IMGADM_COL_imgUpdateGroupSize:
		cell_number(c, CELL_UNSIGNED32, w->group_size);
		break;
	case IMGADM_COL_imgUpdateExpires:
		cell_number(c, CELL_UNSIGNED32, w->expires_s);
		break;
	case IMGADM_COL_imgUpdateOrder:
		cell_number(c, CELL_UNSIGNED32, w->order);
		break;
	default:
		get_progress(u, column, c);
	}
}

static void
get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct update_want *w = &s->updates[row].want;

	switch (column) {
	case IMGADM_COL_imgUpdateBank:
		cell_number(c, CELL_UNSIGNED32, w->bank);
		break;
	case IMGADM_COL_imgUpdateSoftwareId:
		cell_text(c, w->software);
		break;
	case IMGADM_COL_imgUpdateCreator:
		cell_text(c, w->creator);
		break;
	case IMGADM_COL_imgUpdateVersion:
		cell_text(c, w->version);
		break;
	case IMGADM_COL_imgUpdateSequence:
		cell_number(c, CELL_UNSIGNED32, w->sequence);
		break;
	case IMGADM_COL_imgUpdateUri:
		cell_text(c, w->uri);
		break;
	case IMGADM_COL_imgUpdateSize:
		cell_number(c, CELL_UNSIGNED32, w->size);
		break;
	case IMGADM_COL_imgUpdateDigest:
		cell_octets(c, w->digest, w->digest_known ? STRUCTURE_DIGEST_SIZE : 0);
		break;
	default:
		get_how(&s->updates[row], column, c);
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct table table_update = {
	.name = "imgUpdateTable",
	.base = base,
	.base_len = COUNT(base),
	.columns = columns,
	.column_count = COUNT(columns),
	.secrets = secrets,
	.secret_count = COUNT(secrets),
	.key_len = 1,
	.rows = rows,
	.key = key,
	.get = get,
};

/* --- imgUpdateLock --------------------------------------------------------------------- */

static const table_sub lock_base[] = { IMGADM_OID_imgUpdate };
static const unsigned lock_columns[] = { IMGADM_COL_imgUpdateLock };

static void
lock_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	(void)row;
	(void)column;
	cell_integer(c, (int32_t)s->update_lock);
}

const struct table table_update_lock = {
	.name = "imgUpdateLock",
	.base = lock_base,
	.base_len = COUNT(lock_base),
	.columns = lock_columns,
	.column_count = COUNT(lock_columns),
	.key_len = 1,
	.rows = tables_scalar_rows,
	.key = tables_scalar_key,
	.get = lock_get,
};

/* --- imgTrust -------------------------------------------------------------------------- */

enum { TRUE_VALUE = 1, FALSE_VALUE = 2 };	/* TruthValue, RFC 2579 */

static const table_sub trust_base[] = { IMGADM_OID_imgTrust };
static const unsigned trust_columns[] = {
	IMGADM_COL_imgTrustSerial, IMGADM_COL_imgTrustKeyIds,
	IMGADM_COL_imgTrustOperatorRequired,
};

static void
trust_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct state_trust *t = &s->trust;

	(void)row;
	switch (column) {
	case IMGADM_COL_imgTrustSerial:
		cell_number(c, CELL_UNSIGNED32, t->serial);
		break;
	case IMGADM_COL_imgTrustKeyIds:
		cell_octets(c, t->key_ids, t->key_count * sizeof(t->key_ids[0]));
		break;
	case IMGADM_COL_imgTrustOperatorRequired:
		cell_integer(c, t->operator_required ? TRUE_VALUE : FALSE_VALUE);
		break;
	}
}

const struct table table_trust = {
	.name = "imgTrust",
	.base = trust_base,
	.base_len = COUNT(trust_base),
	.columns = trust_columns,
	.column_count = COUNT(trust_columns),
	.key_len = 1,
	.rows = tables_scalar_rows,
	.key = tables_scalar_key,
	.get = trust_get,
};
