#include <config.h>

#include "manager/center_tables.h"

#include "manager/center_facts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- groups of scalars ---------------------------------------------------------- */

static size_t
scalar_rows(const struct snapshot *s)
{
	return s->loaded ? 1 : 0;
}

static void
scalar_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	(void)s;
	(void)row;
	ret_key[0] = 0;
}

static const table_sub device_base[] = { IMGADM_OID_imgCenterDevice };
static const unsigned device_columns[] = {
	IMGADM_COL_imgCenterDeviceName, IMGADM_COL_imgCenterLastContact,
	IMGADM_COL_imgCenterVerdict, IMGADM_COL_imgCenterVerdictText,
	IMGADM_COL_imgCenterJudged, IMGADM_COL_imgCenterTroubles,
	IMGADM_COL_imgCenterStructureRevision, IMGADM_COL_imgCenterStructureDigest,
	IMGADM_COL_imgCenterLogGeneration, IMGADM_COL_imgCenterLogIndex,
};

static void
device_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct store_facts *f = &s->facts;

	(void)row;
	switch (column) {
	case IMGADM_COL_imgCenterDeviceName:
		cell_text(c, f->name);
		break;
	case IMGADM_COL_imgCenterLastContact:
		cell_date(c, f->last_contact);
		break;
	case IMGADM_COL_imgCenterVerdict:
		cell_integer(c, (int32_t)f->verdict);
		break;
	case IMGADM_COL_imgCenterVerdictText:
		cell_text(c, f->verdict_text);
		break;
	case IMGADM_COL_imgCenterJudged:
		cell_date(c, f->judged);
		break;
	case IMGADM_COL_imgCenterTroubles:
		cell_number(c, CELL_UNSIGNED32, f->troubles);
		break;
	case IMGADM_COL_imgCenterStructureRevision:
		cell_number(c, CELL_UNSIGNED32, f->revision);
		break;
	case IMGADM_COL_imgCenterStructureDigest:
		cell_octets(c, f->digest, f->has_structure ? STRUCTURE_DIGEST_SIZE : 0);
		break;
	case IMGADM_COL_imgCenterLogGeneration:
		cell_number(c, CELL_UNSIGNED32, f->log_generation);
		break;
	case IMGADM_COL_imgCenterLogIndex:
		cell_number(c, CELL_UNSIGNED32, f->log_index);
		break;
	}
}

static const struct table device_table = {
	.name = "imgCenterDevice",
	.base = device_base, .base_len = COUNT(device_base),
	.columns = device_columns, .column_count = COUNT(device_columns),
	.key_len = 1, .rows = scalar_rows, .key = scalar_key, .get = device_get,
};

static const table_sub orders_base[] = { IMGADM_OID_imgCenterOrders };
static const unsigned orders_columns[] = { IMGADM_COL_imgCenterOrdersNewest };

static void
orders_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	(void)row;
	(void)column;
	cell_number(c, CELL_UNSIGNED32, s->facts.orders_newest);
}

static const struct table orders_table = {
	.name = "imgCenterOrders",
	.base = orders_base, .base_len = COUNT(orders_base),
	.columns = orders_columns, .column_count = COUNT(orders_columns),
	.key_len = 1, .rows = scalar_rows, .key = scalar_key, .get = orders_get,
};

/* --- the units ---------------------------------------------------------- */

static const table_sub unit_base[] = { IMGADM_OID_imgCenterUnitEntry };
static const unsigned unit_columns[] = {
	IMGADM_COL_imgCenterUnitSymbol, IMGADM_COL_imgCenterUnitSoftwareId,
	IMGADM_COL_imgCenterUnitSoftwareVersion, IMGADM_COL_imgCenterUnitAdvisedId,
	IMGADM_COL_imgCenterUnitAdvisedCreator, IMGADM_COL_imgCenterUnitAdvisedVersion,
	IMGADM_COL_imgCenterUnitSameModel, IMGADM_COL_imgCenterUnitSameSoftware,
	IMGADM_COL_imgCenterUnitErrorRate, IMGADM_COL_imgCenterUnitModelErrorRate,
};

static size_t
unit_rows(const struct snapshot *s)
{
	return s->facts.unit_count;
}

static void
unit_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->facts.units[row].index;
}

static void
unit_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct store_facts_unit *u = &s->facts.units[row];

	switch (column) {
	case IMGADM_COL_imgCenterUnitSymbol:
		cell_text(c, u->symbol);
		break;
	case IMGADM_COL_imgCenterUnitSoftwareId:
		cell_text(c, u->software);
		break;
	case IMGADM_COL_imgCenterUnitSoftwareVersion:
		cell_text(c, u->version);
		break;
	case IMGADM_COL_imgCenterUnitAdvisedId:
		cell_text(c, u->advised);
		break;
	case IMGADM_COL_imgCenterUnitAdvisedCreator:
		cell_text(c, u->advised_creator);
		break;
	case IMGADM_COL_imgCenterUnitAdvisedVersion:
		cell_text(c, u->advised_version);
		break;
	case IMGADM_COL_imgCenterUnitSameModel:
		cell_number(c, CELL_UNSIGNED32, u->same_model);
		break;
	case IMGADM_COL_imgCenterUnitSameSoftware:
		cell_number(c, CELL_UNSIGNED32, u->same_software);
		break;
	case IMGADM_COL_imgCenterUnitErrorRate:
		cell_integer(c, u->error_rate);
		break;
	case IMGADM_COL_imgCenterUnitModelErrorRate:
		cell_integer(c, u->model_error_rate);
		break;
	}
}

static const struct table unit_table = {
	.name = "imgCenterUnitTable",
	.base = unit_base, .base_len = COUNT(unit_base),
	.columns = unit_columns, .column_count = COUNT(unit_columns),
	.key_len = 1, .rows = unit_rows, .key = unit_key, .get = unit_get,
};

/* --- advice ---------------------------------------------------------- */

/* Rows that are numbered from 1 on. */
static void
place_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	(void)s;
	ret_key[0] = row + 1;
}

static const table_sub advice_base[] = { IMGADM_OID_imgCenterAdviceEntry };
static const unsigned advice_columns[] = {
	IMGADM_COL_imgCenterAdviceSubject, IMGADM_COL_imgCenterAdviceKind,
	IMGADM_COL_imgCenterAdviceSeverity, IMGADM_COL_imgCenterAdviceText,
	IMGADM_COL_imgCenterAdviceRecommendation, IMGADM_COL_imgCenterAdviceRuleId,
	IMGADM_COL_imgCenterAdviceCatalogueSerial, IMGADM_COL_imgCenterAdviceCreated,
};

static size_t
advice_rows(const struct snapshot *s)
{
	return s->told_count;
}

static void
advice_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct store_advice_row *a = s->told[row];

	switch (column) {
	case IMGADM_COL_imgCenterAdviceSubject:
		cell_text(c, a->item.subject);
		break;
	case IMGADM_COL_imgCenterAdviceKind:
		cell_integer(c, (int32_t)a->item.kind);
		break;
	case IMGADM_COL_imgCenterAdviceSeverity:
		cell_integer(c, (int32_t)a->item.severity);
		break;
	case IMGADM_COL_imgCenterAdviceText:
		cell_text(c, a->item.text);
		break;
	case IMGADM_COL_imgCenterAdviceRecommendation:
		cell_text(c, a->item.recommendation);
		break;
	case IMGADM_COL_imgCenterAdviceRuleId:
		cell_text(c, a->item.rule_id);
		break;
	case IMGADM_COL_imgCenterAdviceCatalogueSerial:
		cell_number(c, CELL_UNSIGNED32, a->item.catalogue_serial);
		break;
	case IMGADM_COL_imgCenterAdviceCreated:
		cell_date(c, a->created);
		break;
	}
}

static const struct table advice_table = {
	.name = "imgCenterAdviceTable",
	.base = advice_base, .base_len = COUNT(advice_base),
	.columns = advice_columns, .column_count = COUNT(advice_columns),
	.key_len = 1, .rows = advice_rows, .key = place_key, .get = advice_get,
};

/* --- plans ---------------------------------------------------------- */

static const table_sub plan_base[] = { IMGADM_OID_imgCenterPlanEntry };
static const unsigned plan_columns[] = {
	IMGADM_COL_imgCenterPlanUnit, IMGADM_COL_imgCenterPlanSoftwareId,
	IMGADM_COL_imgCenterPlanVersion, IMGADM_COL_imgCenterPlanWhen,
};

static size_t
plan_rows(const struct snapshot *s)
{
	return s->facts.plan_count;
}

static void
plan_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct store_facts_plan *p = &s->facts.plans[row];

	switch (column) {
	case IMGADM_COL_imgCenterPlanUnit:
		cell_text(c, p->symbol);
		break;
	case IMGADM_COL_imgCenterPlanSoftwareId:
		cell_text(c, p->software);
		break;
	case IMGADM_COL_imgCenterPlanVersion:
		cell_text(c, p->version);
		break;
	case IMGADM_COL_imgCenterPlanWhen:
		cell_date(c, p->when);
		break;
	}
}

static const struct table plan_table = {
	.name = "imgCenterPlanTable",
	.base = plan_base, .base_len = COUNT(plan_base),
	.columns = plan_columns, .column_count = COUNT(plan_columns),
	.key_len = 1, .rows = plan_rows, .key = place_key, .get = plan_get,
};

/* --- orders about advice ---------------------------------------------------------- */

static const table_sub order_base[] = { IMGADM_OID_imgCenterAdviceOrderEntry };
static const unsigned order_columns[] = {
	IMGADM_COL_imgCenterAdviceOrderVerb, IMGADM_COL_imgCenterAdviceOrderIndex,
	IMGADM_COL_imgCenterAdviceOrderSubject, IMGADM_COL_imgCenterAdviceOrderKind,
	IMGADM_COL_imgCenterAdviceOrderSeverity, IMGADM_COL_imgCenterAdviceOrderText,
	IMGADM_COL_imgCenterAdviceOrderRecommendation,
	IMGADM_COL_imgCenterAdviceOrderRuleId,
	IMGADM_COL_imgCenterAdviceOrderCatalogueSerial,
	IMGADM_COL_imgCenterAdviceOrderCreated,
};

enum { VERB_PUT = 1, VERB_REMOVE };	/* imgCenterAdviceOrderVerb */

static size_t
order_rows(const struct snapshot *s)
{
	return s->order_count;
}

static void
order_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->orders[row]->number;
}

static void
order_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct store_advice_row *a = s->orders[row];

	switch (column) {
	case IMGADM_COL_imgCenterAdviceOrderVerb:
		cell_integer(c, a->wanted ? VERB_PUT : VERB_REMOVE);
		break;
	case IMGADM_COL_imgCenterAdviceOrderIndex:
		cell_number(c, CELL_UNSIGNED32, a->index);
		break;
	case IMGADM_COL_imgCenterAdviceOrderSubject:
		cell_text(c, a->item.subject);
		break;
	case IMGADM_COL_imgCenterAdviceOrderKind:
		cell_integer(c, (int32_t)a->item.kind);
		break;
	case IMGADM_COL_imgCenterAdviceOrderSeverity:
		cell_integer(c, (int32_t)a->item.severity);
		break;
	case IMGADM_COL_imgCenterAdviceOrderText:
		cell_text(c, a->item.text);
		break;
	case IMGADM_COL_imgCenterAdviceOrderRecommendation:
		cell_text(c, a->item.recommendation);
		break;
	case IMGADM_COL_imgCenterAdviceOrderRuleId:
		cell_text(c, a->item.rule_id);
		break;
	case IMGADM_COL_imgCenterAdviceOrderCatalogueSerial:
		cell_number(c, CELL_UNSIGNED32, a->item.catalogue_serial);
		break;
	case IMGADM_COL_imgCenterAdviceOrderCreated:
		cell_date(c, a->created);
		break;
	}
}

static const struct table order_table = {
	.name = "imgCenterAdviceOrderTable",
	.base = order_base, .base_len = COUNT(order_base),
	.columns = order_columns, .column_count = COUNT(order_columns),
	.key_len = 1, .rows = order_rows, .key = order_key, .get = order_get,
};

/* --- orders about updates ---------------------------------------------------------- */

static const table_sub update_base[] = { IMGADM_OID_imgCenterUpdateOrderEntry };
static const unsigned update_columns[] = {
	IMGADM_COL_imgCenterUpdateOrderUnit, IMGADM_COL_imgCenterUpdateOrderUnitSerial,
	IMGADM_COL_imgCenterUpdateOrderBank, IMGADM_COL_imgCenterUpdateOrderSoftwareId,
	IMGADM_COL_imgCenterUpdateOrderCreator, IMGADM_COL_imgCenterUpdateOrderVersion,
	IMGADM_COL_imgCenterUpdateOrderSequence, IMGADM_COL_imgCenterUpdateOrderUri,
	IMGADM_COL_imgCenterUpdateOrderSize, IMGADM_COL_imgCenterUpdateOrderDigest,
	IMGADM_COL_imgCenterUpdateOrderWhen, IMGADM_COL_imgCenterUpdateOrderAt,
	IMGADM_COL_imgCenterUpdateOrderTicket, IMGADM_COL_imgCenterUpdateOrderGroup,
	IMGADM_COL_imgCenterUpdateOrderGroupSize, IMGADM_COL_imgCenterUpdateOrderExpires,
	IMGADM_COL_imgCenterUpdateOrderCommand,
};

static size_t
update_rows(const struct snapshot *s)
{
	return s->facts.update_count;
}

static void
update_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->facts.updates[row].number;
}

/* What image, and where it is to be had. */
static void
update_get_image(const struct update_want *w, unsigned column, struct cell *c)
{
	switch (column) {
	case IMGADM_COL_imgCenterUpdateOrderSoftwareId:
		cell_text(c, w->software);
		break;
	case IMGADM_COL_imgCenterUpdateOrderCreator:
		cell_text(c, w->creator);
		break;
	case IMGADM_COL_imgCenterUpdateOrderVersion:
		cell_text(c, w->version);
		break;
	case IMGADM_COL_imgCenterUpdateOrderSequence:
		cell_number(c, CELL_UNSIGNED32, w->sequence);
		break;
	case IMGADM_COL_imgCenterUpdateOrderUri:
		cell_text(c, w->uri);
		break;
	case IMGADM_COL_imgCenterUpdateOrderSize:
		cell_number(c, CELL_UNSIGNED32, w->size);
		break;
	case IMGADM_COL_imgCenterUpdateOrderDigest:
		cell_octets(c, w->digest, w->digest_known ? sizeof(w->digest) : 0);
		break;
	}
}

static void
update_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct store_order *o = &s->facts.updates[row];
	const struct update_want *w = &o->want;

	switch (column) {
	case IMGADM_COL_imgCenterUpdateOrderUnit:
		cell_integer(c, (int32_t)o->unit_index);
		break;
	case IMGADM_COL_imgCenterUpdateOrderUnitSerial:
		cell_text(c, o->unit_serial);
		break;
	case IMGADM_COL_imgCenterUpdateOrderBank:
		cell_number(c, CELL_UNSIGNED32, w->bank);
		break;
	case IMGADM_COL_imgCenterUpdateOrderWhen:
		/* An order that starts nothing has none. */
		cell_integer(c, (int32_t)(w->when == 0 ? UPDATE_WHEN_STAGE_ONLY : w->when));
		break;
	case IMGADM_COL_imgCenterUpdateOrderAt:
		cell_date(c, w->at);
		break;
	case IMGADM_COL_imgCenterUpdateOrderTicket:
		cell_octets(c, w->ticket, w->ticket_len);
		break;
	case IMGADM_COL_imgCenterUpdateOrderGroup:
		cell_number(c, CELL_UNSIGNED32, w->group);
		break;
	case IMGADM_COL_imgCenterUpdateOrderGroupSize:
		cell_number(c, CELL_UNSIGNED32, w->group_size);
		break;
	case IMGADM_COL_imgCenterUpdateOrderExpires:
		cell_number(c, CELL_UNSIGNED32, w->expires_s);
		break;
	case IMGADM_COL_imgCenterUpdateOrderCommand:
		cell_integer(c, (int32_t)o->command);
		break;
	default:
		update_get_image(w, column, c);
		break;
	}
}

static const struct table update_table = {
	.name = "imgCenterUpdateOrderTable",
	.base = update_base, .base_len = COUNT(update_base),
	.columns = update_columns, .column_count = COUNT(update_columns),
	.key_len = 1, .rows = update_rows, .key = update_key, .get = update_get,
};

/* --- the tree ---------------------------------------------------------- */

static const table_sub root[] = { IMGADM_OID_imgCenterObjects };
static const struct table *const tables[] = {
	&device_table, &unit_table, &advice_table, &plan_table, &orders_table, &order_table,
	&update_table,
};

const struct table_tree center_tables = {
	.name = "IMGADM-CENTER-MIB",
	.root = root, .root_len = COUNT(root),
	.tables = tables, .table_count = COUNT(tables),
};
