#include <config.h>

#include "agent-module/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "agent-module/serve_set.h"
#include "agent-module/tables.h"
#include "agent-module/view.h"
#include "lib/base/log.h"

_Static_assert(sizeof(table_sub) == sizeof(oid), "table_sub is Net-SNMP's oid");
_Static_assert(TABLE_NAME_MAX <= MAX_OID_LEN, "names fit Net-SNMP's");

struct serve {
	char *path;
	struct view *view;
	struct serve_set *set;
	bool weak, master;	/* what serve_allow_set() said */
	netsnmp_handler_registration *registered[TABLES_TREES];
	/* What a handler is given: its tree and us. */
	struct served {
		struct serve *serve;
		const struct table_tree *tree;
	} served[TABLES_TREES];
};

static uint32_t
uptime_ticks(void)
{
	return (uint32_t)netsnmp_get_agent_uptime();
}

static int64_t
utc_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
set_number(netsnmp_variable_list *vb, u_char type, uint64_t number)
{
	unsigned long value = (unsigned long)number;

	(void)snmp_set_var_typed_value(vb, type, &value, sizeof(value));
}

static void
set_value(netsnmp_variable_list *vb, const struct cell *c)
{
	switch (c->kind) {
	case CELL_INTEGER:
		(void)snmp_set_var_typed_integer(vb, ASN_INTEGER, c->integer);
		return;
	case CELL_UNSIGNED32:
		set_number(vb, ASN_UNSIGNED, c->number);
		return;
	case CELL_COUNTER32:
		set_number(vb, ASN_COUNTER, c->number);
		return;
	case CELL_TIMETICKS:
		set_number(vb, ASN_TIMETICKS, c->number);
		return;
	case CELL_COUNTER64: {
		struct counter64 value = {
			.high = (u_long)(c->number >> 32),
			.low = (u_long)(c->number & 0xffffffff),
		};

		(void)snmp_set_var_typed_value(vb, ASN_COUNTER64, &value,
			sizeof(value));
		return;
	}
	case CELL_OCTETS:
		(void)snmp_set_var_typed_value(vb, ASN_OCTET_STR, c->octets,
			c->len);
		return;
	case CELL_OID:
		(void)snmp_set_var_typed_value(vb, ASN_OBJECT_ID, c->oid,
			c->len * sizeof(oid));
		return;
	}
}

/* Below authPriv a secret reads as no octets: the table stays dense. */
static void
answer_value(const struct served *served, const struct table_place *place,
	const struct snapshot *s, const netsnmp_agent_request_info *info,
	netsnmp_variable_list *vb)
{
	struct cell cell;

	table_value(place, s, &cell);
	if (table_is_secret(place) && !serve_set_private(served->serve->set, info))
		cell_text(&cell, "");
	set_value(vb, &cell);
}

static void
answer_get(const struct served *served, const struct snapshot *s,
	netsnmp_agent_request_info *info, netsnmp_request_info *request)
{
	netsnmp_variable_list *vb = request->requestvb;
	struct table_place place;

	switch (table_get(served->tree, s, vb->name, vb->name_length, &place)) {
	case TABLE_FOUND:
		answer_value(served, &place, s, info, vb);
		return;
	case TABLE_NO_OBJECT:
		(void)netsnmp_set_request_error(info, request, SNMP_NOSUCHOBJECT);
		return;
	case TABLE_NO_INSTANCE:
		(void)netsnmp_set_request_error(info, request,
			SNMP_NOSUCHINSTANCE);
		return;
	}
}

/* Where there is no next value the varbind stays NULL: the agent goes on. */
static void
answer_next(const struct served *served, const struct snapshot *s,
	const netsnmp_agent_request_info *info, netsnmp_request_info *request)
{
	netsnmp_variable_list *vb = request->requestvb;
	table_sub name[TABLE_NAME_MAX];
	struct table_place place;

	if (!table_next(served->tree, s, vb->name, vb->name_length, &place))
		return;
	(void)snmp_set_var_objid(vb, name, table_name(&place, s, name));
	answer_value(served, &place, s, info, vb);
}

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct served *served = handler->myvoid;
	const struct snapshot *s;

	(void)registration;
	if (MODE_IS_SET(info->mode)) {
		serve_set_handle(served->serve->set, served->serve->view, info, requests);
		return SNMP_ERR_NOERROR;
	}
	if (info->mode != MODE_GET && info->mode != MODE_GETNEXT)
		return SNMP_ERR_GENERR;	/* was not registered for */
	s = view_of(served->serve->view, info->asp->pdu->transid);
	for (; requests != NULL; requests = requests->next) {
		if (requests->processed != 0)
			continue;
		if (info->mode == MODE_GET)
			answer_get(served, s, info, requests);
		else
			answer_next(served, s, info, requests);
	}
	return SNMP_ERR_NOERROR;
}

static void
register_tree(struct serve *s, size_t i)
{
	const struct table_tree *tree = &tables_trees[i];
	netsnmp_handler_registration *r;
	int code;

	s->served[i] = (struct served){ s, tree };
	r = netsnmp_create_handler_registration(tree->name, handle, tree->root,
		tree->root_len, i == TABLES_WRITABLE ? HANDLER_CAN_RWRITE :
		HANDLER_CAN_RONLY);
	if (r == NULL) {
		log_error("%s: not registered: out of memory", tree->name);
		return;
	}
	r->handler->myvoid = &s->served[i];
	code = netsnmp_register_handler(r);	/* frees r when it fails */
	if (code == MIB_REGISTERED_OK)
		s->registered[i] = r;
	else if (code == MIB_DUPLICATE_REGISTRATION)
		log_warning("%s: served by another module of this agent, left to it",
			tree->name);
	else
		log_error("%s: not registered: Net-SNMP says %d", tree->name, code);
}

static struct view *
new_view(const char *path)
{
	struct view_options options = {
		.path = path,
		.utc_ms = utc_ms,
		.uptime_ticks = uptime_ticks,
	};

	return view_new(&options);
}

struct serve *
serve_new(const char *path, struct err *e)
{
	struct serve *s = calloc(1, sizeof(*s));

	if (s == NULL || serve_set_path(s, path, e) < 0) {
		(void)err_set(e, -ENOMEM, "%s: out of memory", path);
		serve_free(s);
		return NULL;
	}
	return s;
}

void
serve_register(struct serve *s)
{
	for (size_t i = 0; i < TABLES_TREES; i++)
		register_tree(s, i);
}

void
serve_unregistered(struct serve *s)
{
	for (size_t i = 0; i < TABLES_TREES; i++)
		s->registered[i] = NULL;
}

void
serve_free(struct serve *s)
{
	if (s == NULL)
		return;
	for (size_t i = TABLES_TREES; i-- > 0;)
		if (s->registered[i] != NULL)
			(void)netsnmp_unregister_handler(s->registered[i]);
	serve_set_free(s->set);
	view_free(s->view);
	free(s->path);
	free(s);
}

int
serve_set_path(struct serve *s, const char *path, struct err *e)
{
	char *copy = strdup(path);
	struct view *view = new_view(path);
	struct serve_set *set = serve_set_new(path);

	if (copy == NULL || view == NULL || set == NULL) {
		free(copy);
		view_free(view);
		serve_set_free(set);
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	}
	free(s->path);
	view_free(s->view);
	serve_set_free(s->set);
	s->path = copy;
	s->view = view;
	s->set = set;
	serve_set_allow(set, s->weak, s->master);
	return 0;
}

const char *
serve_path(const struct serve *s)
{
	return s->path;
}

const struct snapshot *
serve_look(struct serve *s)
{
	return view_now(s->view);
}

void
serve_forget(struct serve *s)
{
	view_forget(s->view);
	serve_set_forget(s->set);
}

void
serve_allow_set(struct serve *s, bool weak, bool master)
{
	s->weak = weak;
	s->master = master;
	serve_set_allow(s->set, weak, master);
}
