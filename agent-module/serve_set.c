#include <config.h>

#include "agent-module/serve_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "agent-module/set.h"
#include "lib/base/log.h"

/* One SET that was begun. */
struct begun {
	long transaction;
	uint64_t serial;	/* rises with each; 0 = free */
	struct set *set;
	bool checked, applied;	/* the call that did it was the first of its mode */
	struct set_verdict check, apply;
};

struct serve_set {
	char *path;
	bool weak, master;
	struct state *state;	/* NULL before the first SET */
	struct begun begun[SERVE_SET_OPEN_MAX];
	uint64_t serial;
	struct err failure;	/* the last that was logged */
};

struct serve_set *
serve_set_new(const char *path)
{
	struct serve_set *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->path = strdup(path);
	if (s == NULL || s->path == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

static void
end(struct begun *b)
{
	set_free(b->set);
	*b = (struct begun){ 0 };
}

void
serve_set_forget(struct serve_set *s)
{
	for (size_t i = 0; i < SERVE_SET_OPEN_MAX; i++)
		end(&s->begun[i]);
}

void
serve_set_free(struct serve_set *s)
{
	if (s == NULL)
		return;
	serve_set_forget(s);
	state_close(s->state);
	free(s->path);
	free(s);
}

void
serve_set_allow(struct serve_set *s, bool weak, bool master)
{
	s->weak = weak;
	s->master = master;
}

/* A subagent has no other requests; its PDUs do not tell. */
static bool
from_master(void)
{
	return netsnmp_ds_get_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE) != 0;
}

bool
serve_set_private(const struct serve_set *s, const netsnmp_agent_request_info *info)
{
	const netsnmp_pdu *pdu = info->asp->pdu;

	if (from_master())
		return s->master;
	return pdu->version == SNMP_VERSION_3 && pdu->securityLevel == SNMP_SEC_LEVEL_AUTHPRIV;
}

/* Whether this request may write at all. */
static enum set_status
allowed(const struct serve_set *s, const netsnmp_agent_request_info *info)
{
	if (serve_set_private(s, info))
		return SET_NO_ERROR;
	if (from_master())
		return SET_NOT_WRITABLE;
	return s->weak ? SET_NO_ERROR : SET_AUTHORIZATION_ERROR;
}

static struct begun *
find(struct serve_set *s, long transaction)
{
	for (size_t i = 0; i < SERVE_SET_OPEN_MAX; i++)
		if (s->begun[i].serial != 0 && s->begun[i].transaction == transaction)
			return &s->begun[i];
	return NULL;
}

/* The one of this transaction, or a new one; NULL when out of memory. */
static struct begun *
begin(struct serve_set *s, long transaction)
{
	struct begun *b = find(s, transaction), *oldest = &s->begun[0];
	struct set *set;

	if (b != NULL)
		return b;
	set = set_new();
	if (set == NULL)
		return NULL;
	for (size_t i = 0; i < SERVE_SET_OPEN_MAX; i++)
		if (s->begun[i].serial < oldest->serial)
			oldest = &s->begun[i];
	end(oldest);
	*oldest = (struct begun){ .transaction = transaction, .serial = ++s->serial,
		.set = set };
	return oldest;
}

/* --- the modes ---------------------------------------------------------------------- */

static void
say(netsnmp_agent_request_info *info, netsnmp_request_info *request, enum set_status status)
{
	if (status != SET_NO_ERROR)
		(void)netsnmp_set_request_error(info, request, (int)status);
}

/* Tell the varbind that was refused, where this call has it; at 0: the first. */
static void
tell(netsnmp_agent_request_info *info, netsnmp_request_info *requests,
	const struct set_verdict *v)
{
	if (v->status == SET_NO_ERROR)
		return;
	for (netsnmp_request_info *r = requests; r != NULL; r = r->next)
		if (v->at == 0 || (unsigned)r->index == v->at) {
			say(info, r, v->status);
			return;
		}
}

static void
log_once(struct serve_set *s, const struct err *e)
{
	if (strcmp(s->failure.text, e->text) == 0)
		return;
	s->failure = *e;
	log_warning("SET refused: %s", e->text);
}

static void
to_varbind(const netsnmp_request_info *request, struct set_varbind *vb)
{
	const netsnmp_variable_list *from = request->requestvb;

	*vb = (struct set_varbind){ .name = from->name, .name_len = from->name_length,
		.type = SET_TYPE_OTHER, .at = (unsigned)request->index };
	switch (from->type) {
	case ASN_INTEGER:
		vb->type = SET_TYPE_INTEGER;
		vb->number = *from->val.integer;
		break;
	case ASN_UNSIGNED:	/* Gauge32 too: one tag */
		vb->type = SET_TYPE_UNSIGNED32;
		vb->number = *from->val.integer & 0xffffffff;
		break;
	case ASN_OCTET_STR:
		vb->type = SET_TYPE_OCTETS;
		vb->octets = from->val.string;
		vb->octet_count = from->val_len;
		break;
	}
}

static void
reserve1(struct serve_set *s, netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	enum set_status status = allowed(s, info);
	struct begun *b;
	struct set_varbind vb;

	if (status != SET_NO_ERROR) {
		say(info, requests, status);
		return;
	}
	b = begin(s, info->asp->pdu->transid);
	if (b == NULL) {
		say(info, requests, SET_RESOURCE_UNAVAILABLE);
		return;
	}
	for (; requests != NULL; requests = requests->next) {
		to_varbind(requests, &vb);
		say(info, requests, set_take(b->set, &vb));
	}
}

/* The handle is opened by the first write, and waits no longer than it may. */
static int
writer(struct serve_set *s, struct err *e)
{
	if (s->state != NULL)
		return 0;
	if (state_attach_writer(s->path, SERVE_SET_WAIT_MS, &s->state) < 0)
		return err_set(e, -ENOMEM, "%s: out of memory", s->path);
	return 0;
}

/* As subagent: what CommitSet cannot say well, TestSet can. */
static struct set_verdict
try_lock(struct serve_set *s)
{
	struct err e = { .text = "" };
	int rc = writer(s, &e);

	if (rc == 0)
		rc = state_begin(s->state, &e);
	if (rc == 0) {
		state_rollback(s->state);
		return (struct set_verdict){ SET_NO_ERROR, 0 };
	}
	log_once(s, &e);
	return (struct set_verdict){ rc == -EBUSY || rc == -ENOSPC || rc == -ENOMEM ?
		SET_RESOURCE_UNAVAILABLE : SET_GEN_ERR, 0 };
}

static void
reserve2(struct serve_set *s, struct begun *b, struct view *v,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	if (!b->checked) {
		b->check = set_check(b->set, view_now(v));
		if (b->check.status == SET_NO_ERROR && from_master())
			b->check = try_lock(s);
		b->checked = true;
	}
	tell(info, requests, &b->check);
}

static void
action(struct serve_set *s, struct begun *b, netsnmp_agent_request_info *info,
	netsnmp_request_info *requests)
{
	struct err e = { .text = "" };

	if (b->applied) {
		tell(info, requests, &b->apply);
		return;
	}
	b->applied = true;
	b->apply = (struct set_verdict){ SET_RESOURCE_UNAVAILABLE, 0 };
	if (writer(s, &e) == 0)
		b->apply = set_apply(b->set, s->state, &e);
	if (b->apply.status == SET_NO_ERROR && from_master() && set_commit(b->set, &e) < 0)
		b->apply = (struct set_verdict){ SET_COMMIT_FAILED, 0 };
	if (b->apply.status != SET_NO_ERROR)
		log_once(s, &e);
	else
		s->failure.text[0] = '\0';
	tell(info, requests, &b->apply);
}

static void
commit(struct serve_set *s, struct begun *b, netsnmp_agent_request_info *info,
	netsnmp_request_info *requests)
{
	struct err e = { .text = "" };

	if (set_commit(b->set, &e) < 0) {
		log_once(s, &e);
		say(info, requests, SET_COMMIT_FAILED);
	}
	end(b);
}

static void
undo(struct serve_set *s, struct begun *b, netsnmp_agent_request_info *info,
	netsnmp_request_info *requests)
{
	struct err e = { .text = "" };

	if (set_undo(b->set, &e) < 0) {
		log_once(s, &e);
		say(info, requests, SET_UNDO_FAILED);
	}
	end(b);
}

void
serve_set_handle(struct serve_set *s, struct view *v, netsnmp_agent_request_info *info,
	netsnmp_request_info *requests)
{
	struct begun *b;

	if (info->mode == MODE_SET_RESERVE1) {
		reserve1(s, info, requests);
		return;
	}
	b = find(s, info->asp->pdu->transid);
	if (b == NULL) {
		/* Ended by an earlier call of this mode, or never begun. */
		if (info->mode == MODE_SET_RESERVE2 || info->mode == MODE_SET_ACTION)
			say(info, requests, SET_RESOURCE_UNAVAILABLE);
		return;
	}
	switch (info->mode) {
	case MODE_SET_RESERVE2:
		reserve2(s, b, v, info, requests);
		break;
	case MODE_SET_ACTION:
		action(s, b, info, requests);
		break;
	case MODE_SET_COMMIT:
		commit(s, b, info, requests);
		break;
	case MODE_SET_UNDO:
		undo(s, b, info, requests);
		break;
	case MODE_SET_FREE:
		end(b);
		break;
	}
}
