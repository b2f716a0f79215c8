/*
 * SNMPv3's discovery, time and reports (RFC 3414), without a wait.
 *
 * A request goes through at most:
 *   discovery    engine id not known: an empty GET with empty engine id and user
 *                (RFC 3414 4); the report has id, boots and time
 *   the request
 *   rediscovery  a report says unknownEngineIDs: another machine, or one set up
 *                anew; once
 *   resync       a report says notInTimeWindows and carries boots and time; once
 *   restart      an authentic message's boots or time lie before those we knew
 *                (a machine set back): ours are forgotten, asked again; once
 *
 * A report that is not authenticated can be forged by who sees the request; it
 * ends a request at worst.  Boots and time are taken from authentic messages,
 * and from reports where there is nothing better: a wrong time costs a resync.
 */
#include <config.h>

#include "lib/snmp/engine_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

/* --- the time ------------------------------------------------------------------- */

/* What the engine's clock says now, if it went as ours. */
static uint32_t
time_now(const struct slot *sl)
{
	int64_t elapsed = (engine_now_us() / 1000 - sl->heard_ms) / 1000;
	int64_t t = (int64_t)sl->time_s + (elapsed > 0 ? elapsed : 0);

	return t < USM_NUMBER_MAX ? (uint32_t)t : USM_NUMBER_MAX;
}

static void
time_take(struct slot *sl, uint32_t boots, uint32_t time_s)
{
	sl->boots = boots;
	sl->time_s = sl->latest_s = time_s;
	sl->heard_ms = engine_now_us() / 1000;
	sl->heard = true;
}

/* RFC 3414 3.2 7b, for a message that is authentic. */
static bool
is_timely(struct slot *sl, const struct usm_message *m)
{
	uint32_t now = time_now(sl);

	if (m->boots > sl->boots || (m->boots == sl->boots && m->time_s > sl->latest_s)) {
		time_take(sl, m->boots, m->time_s);
		return m->boots < USM_NUMBER_MAX;
	}
	sl->heard = true;
	return m->boots == sl->boots && m->boots < USM_NUMBER_MAX &&
	    (m->time_s >= now || now - m->time_s <= USM_TIME_WINDOW_S);
}

/* --- asking --------------------------------------------------------------------- */

static uint8_t
level_flags(int level)
{
	switch (level) {
	case SNMP_SEC_LEVEL_AUTHPRIV:
		return USM_FLAG_AUTH | USM_FLAG_PRIV;
	case SNMP_SEC_LEVEL_AUTHNOPRIV:
		return USM_FLAG_AUTH;
	default:
		return 0;
	}
}

/* An empty GET with an empty engine id (RFC 3414 4), at the end of en->wrapped. */
static size_t
write_discovery(struct slot *sl, uint32_t id)
{
	const uint8_t pdu[] = { 0xa0, 14, 0x02, 4, (uint8_t)(id >> 24), (uint8_t)(id >> 16),
	    (uint8_t)(id >> 8), (uint8_t)id, 0x02, 1, 0, 0x02, 1, 0, 0x30, 0 };
	const struct usm_message m = { .id = id, .flags = USM_FLAG_REPORTABLE, .pdu = pdu,
	    .pdu_len = sizeof(pdu) };

	return usm_write(sl->engine->usm, &m, &sl->keys, sl->engine->wrapped, DATAGRAM_MAX);
}

static int
send_wrapped(struct slot *sl, size_t len, enum slot_state state, struct err *e)
{
	int code = message_keep(&sl->packet, &sl->packet_len, &sl->packet_size,
	    sl->engine->wrapped + DATAGRAM_MAX - len, len, e);

	if (code < 0)
		return code;
	sl->state = state;
	slot_send(sl);
	return 0;
}

/* Make the datagram of the slot's PDU and send it. */
static int
ask(struct slot *sl, struct err *e)
{
	struct snmp_engine *en = sl->engine;
	const struct snmp_credential *c = sl->job->target->credential;
	const struct snmp_v3_state *v3 = &sl->job->target->v3;
	struct usm_message m = {
		.id = sl->id, .flags = level_flags(c->level) | USM_FLAG_REPORTABLE,
		.engine_id = v3->engine_id, .engine_id_len = v3->engine_id_len,
		.user = (const uint8_t *)c->user, .user_len = strlen(c->user),
		.context_engine_id = v3->engine_id, .context_engine_id_len = v3->engine_id_len,
		.context = (const uint8_t *)c->context, .context_len = strlen(c->context),
		.pdu = sl->pdu, .pdu_len = sl->pdu_len,
	};
	size_t len;
	int code;

	if (!sl->keys_made) {
		code = usm_localize(en->usm, c, v3->engine_id, v3->engine_id_len, &sl->keys, e);
		if (code < 0)
			return code;
		sl->keys_made = true;
	}
	if (c->level > SNMP_SEC_LEVEL_NOAUTH) {
		m.boots = sl->boots;
		m.time_s = time_now(sl);
	}
	len = usm_write(en->usm, &m, &sl->keys, en->wrapped, DATAGRAM_MAX);
	if (len == 0)
		return err_set(e, -EMSGSIZE, "the request is too long, or cannot be encrypted");
	return send_wrapped(sl, len, SLOT_ASKING, e);
}

int
v3_begin(struct slot *sl, struct err *e)
{
	sl->rediscovered = sl->resynced = sl->restarted = false;
	sl->wrong_digest = false;
	if (sl->job->target->v3.engine_id_len > 0)
		return ask(sl, e);
	sl->engine->counts.discoveries++;
	return send_wrapped(sl, write_discovery(sl, sl->id), SLOT_DISCOVERING, e);
}

bool
v3_wants_probe(const struct slot *sl)
{
	const struct snmp_credential *c = sl->job->target->credential;

	/* Who cannot decrypt a request drops it unsaid (RFC 3412 7.2): is it that? */
	return c->version == 3 && c->level >= SNMP_SEC_LEVEL_AUTHPRIV &&
	    sl->state == SLOT_ASKING && !sl->proven && !sl->alive && sl->probe_id == 0;
}

void
v3_probe(struct slot *sl)
{
	struct snmp_engine *en = sl->engine;
	size_t len;

	if (!v3_wants_probe(sl))
		return;
	sl->probe_id = message_new_id(sl);
	len = write_discovery(sl, sl->probe_id);
	socket_send_now(sl, en->wrapped + DATAGRAM_MAX - len, len);
	en->counts.requests++;
	en->counts.discoveries++;
	sl->datagrams++;
}

/* Once more with what was just learned; not a retry: its tries begin anew. */
static void
ask_again(struct slot *sl)
{
	struct err e;

	sl->tries = 0;
	/* A late report to the last round must not count in this one. */
	sl->id = message_new_id(sl);
	if (ask(sl, &e) < 0) {
		(void)text_copy(sl->engine->detail, sizeof(sl->engine->detail), e.text);
		slot_fail(sl, SNMP_FAULT, sl->engine->detail);
	}
}

/* --- hearing -------------------------------------------------------------------- */

/* A report has told the engine id, and its boots and time. */
static void
discovered(struct slot *sl, const struct usm_message *m)
{
	struct snmp_v3_state *v3 = &sl->job->target->v3;

	if (m->engine_id_len == 0 || m->engine_id_len > SNMP_ENGINE_ID_MAX) {
		sl->engine->counts.dropped++;
		return;
	}
	sl->alive = true;
	sl->keys_made = false;
	(void)memcpy(v3->engine_id, m->engine_id, m->engine_id_len);
	v3->engine_id_len = m->engine_id_len;
	time_take(sl, m->boots, m->time_s);
	ask_again(sl);
}

static void
fail_auth(struct slot *sl, const char *why)
{
	const struct snmp_credential *c = sl->job->target->credential;
	char user[4 * SNMP_USER_MAX + 1];

	(void)text_escape(user, sizeof(user), c->user);
	(void)snprintf(sl->engine->detail, sizeof(sl->engine->detail),
	    "authentication failed for user '%s' (%s)", user, why);
	slot_fail(sl, SNMP_AUTH_FAILED, sl->engine->detail);
}

/* What a report may say: a counter of usmStats (RFC 3414 5), or another. */
enum complaint {
	COMPLAINT_OTHER, COMPLAINT_LEVEL = 1, COMPLAINT_TIME, COMPLAINT_USER,
	COMPLAINT_ENGINE, COMPLAINT_DIGEST, COMPLAINT_DECRYPTION,
	COMPLAINT_CONTEXT,
};

static enum complaint
complaint_of(const struct pdu *report)
{
	static const snmp_sub usm_stats[] = { 1, 3, 6, 1, 6, 3, 15, 1, 1 };
	static const snmp_sub contexts[] = { 1, 3, 6, 1, 6, 3, 12, 1, 5 };
	const size_t stats_len = sizeof(usm_stats) / sizeof(usm_stats[0]);
	const struct snmp_varbind *v = report->varbinds;

	if (report->count == 0)
		return COMPLAINT_OTHER;
	if (snmp_name_below(contexts, sizeof(contexts) / sizeof(contexts[0]), v->name, v->name_len))
		return COMPLAINT_CONTEXT;
	if (v->name_len <= stats_len ||
	    !snmp_name_below(usm_stats, stats_len, v->name, v->name_len) ||
	    v->name[stats_len] < COMPLAINT_LEVEL || v->name[stats_len] > COMPLAINT_DECRYPTION)
		return COMPLAINT_OTHER;
	return (enum complaint)v->name[stats_len];
}

/* A report to a request of our user. */
static void
reported(struct slot *sl, const struct pdu *report, const struct usm_message *m)
{
	sl->alive = true;
	switch (complaint_of(report)) {
	case COMPLAINT_ENGINE:
		if (sl->rediscovered) {
			fail_auth(sl, "usmStatsUnknownEngineIDs: not the engine id it said");
			return;
		}
		sl->rediscovered = true;
		sl->engine->counts.discoveries++;
		discovered(sl, m);
		return;
	case COMPLAINT_TIME:
		if (sl->resynced) {
			slot_fail(sl, SNMP_TIME_WINDOW, "usmStatsNotInTimeWindows, also with the"
			    " boots and time it just said: its clock does not run");
			return;
		}
		sl->resynced = true;
		sl->engine->counts.resyncs++;
		time_take(sl, m->boots, m->time_s);
		ask_again(sl);
		return;
	case COMPLAINT_USER:
		fail_auth(sl, "usmStatsUnknownUserNames: no such user there");
		return;
	case COMPLAINT_DIGEST:
		fail_auth(sl, "usmStatsWrongDigests: wrong authentication pass phrase or protocol");
		return;
	case COMPLAINT_DECRYPTION:
		fail_auth(sl, "usmStatsDecryptionErrors: wrong privacy pass phrase or protocol");
		return;
	case COMPLAINT_LEVEL:
		fail_auth(sl, "usmStatsUnsupportedSecLevels: the user has another security level");
		return;
	case COMPLAINT_CONTEXT:
		fail_auth(sl, "snmpUnknownContexts: no such context there");
		return;
	case COMPLAINT_OTHER:
		fail_auth(sl, "a report of another kind");
		return;
	}
}

static bool
equal(const uint8_t *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* What a response must have in common with the request, RFC 3412 7.2 12. */
static bool
is_ours(const struct slot *sl, const struct pdu *r, const struct usm_message *m)
{
	const struct snmp_credential *c = sl->job->target->credential;
	const struct snmp_v3_state *v3 = &sl->job->target->v3;

	return r->request_id == sl->request_id &&
	    (m->flags & ~USM_FLAG_REPORTABLE) == level_flags(c->level) &&
	    equal(m->engine_id, m->engine_id_len, v3->engine_id, v3->engine_id_len) &&
	    equal(m->user, m->user_len, c->user, strlen(c->user)) &&
	    equal(m->context_engine_id, m->context_engine_id_len, v3->engine_id,
	    v3->engine_id_len) &&
	    equal(m->context, m->context_len, c->context, strlen(c->context));
}

/*
 * Whether an authenticated message comes from our engine and user, untampered
 * and now.  Where it is not so, what follows from that has been done.
 */
static bool
is_trusted(struct slot *sl, const struct usm_message *m, uint8_t *data, size_t len)
{
	const struct snmp_credential *c = sl->job->target->credential;
	const struct snmp_v3_state *v3 = &sl->job->target->v3;

	if (!equal(m->engine_id, m->engine_id_len, v3->engine_id, v3->engine_id_len) ||
	    !equal(m->user, m->user_len, c->user, strlen(c->user))) {
		sl->engine->counts.dropped++;
		return false;
	}
	if (!usm_is_authentic(sl->engine->usm, &sl->keys, data, len, m)) {
		sl->wrong_digest = true;
		sl->engine->counts.dropped++;
		return false;
	}
	if (is_timely(sl, m))
		return true;
	if (sl->restarted) {
		sl->engine->counts.dropped++;
		return false;
	}
	/* Older than what we knew: the machine was set back, or this is an old message. */
	sl->restarted = true;
	sl->engine->counts.resyncs++;
	sl->boots = sl->time_s = sl->latest_s = 0;
	sl->heard_ms = engine_now_us() / 1000;
	ask_again(sl);
	return false;
}

/* A response within an envelope that is_trusted. */
static void
responded(struct slot *sl, const struct pdu *response, const struct usm_message *m)
{
	if (!is_ours(sl, response, m)) {
		sl->engine->counts.dropped++;
		return;
	}
	sl->proven = sl->alive = true;
	slot_answer(sl, response);
}

void
v3_received(struct slot *sl, bool probe, uint8_t *data, size_t len)
{
	bool discovery = probe || sl->state == SLOT_DISCOVERING, authenticated;
	struct usm_message m;
	struct pdu pdu;
	int code = -EBADMSG;

	if (!usm_read(data, len, &m)) {
		sl->engine->counts.dropped++;
		return;
	}
	authenticated = (m.flags & USM_FLAG_AUTH) != 0;
	if (authenticated && !discovery && !is_trusted(sl, &m, data, len))
		return;
	if (!(authenticated && discovery) && usm_read_scoped(sl->engine->usm, &sl->keys, &m))
		code = pdu_read(m.pdu, m.pdu_len, &sl->engine->room, &pdu);
	if (code == -ENOMEM)
		slot_fail(sl, SNMP_FAULT, "out of memory");
	else if (code < 0 || (pdu.tag != PDU_REPORT && (discovery || pdu.tag != PDU_RESPONSE)))
		sl->engine->counts.dropped++;
	else if (pdu.tag == PDU_RESPONSE)
		responded(sl, &pdu, &m);
	else if (probe)
		sl->alive = true;
	else if (discovery)
		discovered(sl, &m);
	else
		reported(sl, &pdu, &m);
}

/* --- the end -------------------------------------------------------------------- */

void
v3_timed_out(struct slot *sl)
{
	if (sl->wrong_digest)
		fail_auth(sl, "its answers have a wrong digest: wrong authentication pass phrase,"
		    " or forged");
	else if (sl->state == SLOT_ASKING && sl->alive && !sl->proven &&
	    sl->job->target->credential->level >= SNMP_SEC_LEVEL_AUTHPRIV)
		fail_auth(sl, "it answers discovery, but no encrypted request:"
		    " wrong privacy pass phrase or protocol");
	else
		slot_fail(sl, SNMP_TIMED_OUT, NULL);
}

void
v3_end(struct slot *sl)
{
	struct snmp_v3_state *v3 = &sl->job->target->v3;

	if (sl->heard) {
		v3->boots = sl->boots;
		v3->time_s = time_now(sl);
		v3->heard_utc_s = (int64_t)time(NULL);
	}
	explicit_bzero(&sl->keys, sizeof(sl->keys));
	sl->keys_made = false;
}
