/*
 * What the agent's tables are measured against: a table as Net-SNMP's own
 * container table helper makes one, over rows in memory that look like those
 * of imgErrorTable, with as many sub-identifiers in their names.
 *
 * As a module:    dlmod plain_table .../plain_table.so
 * As a subagent:  plain_subagent SOCKET
 * PLAIN_ROWS says how many rows; PLAIN_OID, where it stands (the tests put it
 * where ENTITY-MIB is, to be in the way).
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "tests/bench/plain_table.h"

enum { COLUMN_FIRST = 2, COLUMN_LAST = 13, OID_MAX = 32 };

struct row {
	netsnmp_index index;	/* what the helper sorts by: first */
	oid number;
	u_char date[11];
	char unit[33], serial[65], code[33], text[256], software[65], version[33];
	unsigned long boots, uptime_s, repeats;
	long severity;
	struct counter64 use_count;
};

/* Loaded by name and without an argument: what to take back at the end. */
static struct {
	netsnmp_handler_registration *registration;
	netsnmp_table_registration_info *info;
	netsnmp_container *rows;
} plain;

static void
text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

static void
set_text(netsnmp_variable_list *vb, const char *value)
{
	(void)snmp_set_var_typed_value(vb, ASN_OCTET_STR, value, strlen(value));
}

static void
set_unsigned(netsnmp_variable_list *vb, unsigned long value)
{
	(void)snmp_set_var_typed_value(vb, ASN_UNSIGNED, &value, sizeof(value));
}

static void
answer(netsnmp_variable_list *vb, const struct row *row, unsigned column)
{
	switch (column) {
	case 2:
		(void)snmp_set_var_typed_value(vb, ASN_OCTET_STR, row->date,
			sizeof(row->date));
		break;
	case 3:
		set_unsigned(vb, row->boots);
		break;
	case 4:
		set_unsigned(vb, row->uptime_s);
		break;
	case 5:
		set_text(vb, row->unit);
		break;
	case 6:
		set_text(vb, row->serial);
		break;
	case 7:
		set_text(vb, row->code);
		break;
	case 8:
		(void)snmp_set_var_typed_integer(vb, ASN_INTEGER, row->severity);
		break;
	case 9:
		set_text(vb, row->text);
		break;
	case 10:
		(void)snmp_set_var_typed_value(vb, ASN_COUNTER64,
			&row->use_count, sizeof(row->use_count));
		break;
	case 11:
		set_text(vb, row->software);
		break;
	case 12:
		set_text(vb, row->version);
		break;
	case 13:
		set_unsigned(vb, row->repeats);
		break;
	}
}

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler;
	(void)registration;
	if (info->mode != MODE_GET)
		return SNMP_ERR_GENERR;
	for (; requests != NULL; requests = requests->next) {
		const struct row *row;
		const netsnmp_table_request_info *table;

		if (requests->processed)
			continue;
		row = netsnmp_container_table_row_extract(requests);
		table = netsnmp_extract_table_info(requests);
		if (row == NULL || table == NULL)
			(void)netsnmp_set_request_error(info, requests,
				SNMP_NOSUCHINSTANCE);
		else
			answer(requests->requestvb, row, table->colnum);
	}
	return SNMP_ERR_NOERROR;
}

static void
add_row(unsigned long number)
{
	static const u_char date[11] = { 0x07, 0xea, 11, 22, 9, 12, 5, 0, '+', 0, 0 };
	struct row *row = calloc(1, sizeof(*row));

	if (row == NULL)
		return;
	row->number = number;
	row->index.oids = &row->number;
	row->index.len = 1;
	memcpy(row->date, date, sizeof(row->date));
	text(row->unit, sizeof(row->unit), PLAIN_UNIT);
	text(row->serial, sizeof(row->serial), PLAIN_SERIAL);
	(void)snprintf(row->code, sizeof(row->code), PLAIN_CODE, number);
	text(row->text, sizeof(row->text), PLAIN_TEXT);
	text(row->software, sizeof(row->software), PLAIN_SOFTWARE);
	text(row->version, sizeof(row->version), PLAIN_VERSION);
	row->boots = 1;
	row->uptime_s = 4711;
	row->repeats = 1;
	row->severity = 3;
	row->use_count.low = 123456;
	(void)CONTAINER_INSERT(plain.rows, row);
}

static void
free_row(void *row, void *user)
{
	(void)user;
	free(row);
}

static size_t
where(oid *name)
{
	const char *given = getenv("PLAIN_OID");
	size_t len = OID_MAX;

	if (given == NULL)
		given = PLAIN_OID;
	return read_objid(given, name, &len) ? len : 0;
}

void
init_plain_table(void)
{
	const char *count = getenv("PLAIN_ROWS");
	unsigned long rows = count == NULL ? 100 : strtoul(count, NULL, 10);
	oid name[OID_MAX];
	size_t len = where(name);

	plain.rows = netsnmp_container_find("plain_table:table_container");
	plain.info = calloc(1, sizeof(*plain.info));
	plain.registration = netsnmp_create_handler_registration("plain_table",
		handle, name, len, HANDLER_CAN_RONLY);
	if (plain.rows == NULL || plain.info == NULL || plain.registration == NULL)
		return;
	for (unsigned long i = 1; i <= rows; i++)
		add_row(i);
	(void)CONTAINER_FIRST(plain.rows);	/* sorts */
	netsnmp_table_helper_add_indexes(plain.info, ASN_UNSIGNED, 0);
	plain.info->min_column = COLUMN_FIRST;
	plain.info->max_column = COLUMN_LAST;
	if (netsnmp_container_table_register(plain.registration, plain.info,
		plain.rows, TABLE_CONTAINER_KEY_NETSNMP_INDEX) != SNMPERR_SUCCESS)
		plain.registration = NULL;
}

void
deinit_plain_table(void)
{
	if (plain.rows != NULL)
		CONTAINER_CLEAR(plain.rows, free_row, NULL);
	if (plain.registration != NULL)
		(void)netsnmp_container_table_unregister(plain.registration);
	plain.registration = NULL;
	plain.rows = NULL;
}
