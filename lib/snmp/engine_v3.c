/*
 * SNMPv3 with the user-based security model (RFC 3414), without a wait.
 *
 * libnetsnmp keeps users and engine times in lists of the process: users in
 * one sorted list (10,000 of them cost 195 us a look-up), times in 23 chains.
 * So a slot owns its user and its engine's boots and time, and lends them to the
 * library for the length of one call: the list of users then holds one user at
 * most, and two targets that say one engine id do not disturb each other.
 * The times stay in the library's list until SNMP_ENGINE_TIMES_MAX calls put
 * some there (a datagram may bring an engine id nobody asked for), then all
 * are forgotten.  (free_enginetime() would forget a whole chain, not one engine.)
 *
 * A request goes through at most:
 *   discovery    engine id not known: an empty GET with empty engine id and user
 *                (RFC 3414 4); the report has id, boots and time
 *   the request
 *   rediscovery  a report says unknownEngineIDs: another machine, or one set up
 *                anew; once
 *   resync       a report says notInTimeWindows and carries boots and time; once
 *   restart      the answer's boots or time lie before those we knew (a machine
 *                set back): they are forgotten, so that the next report counts; once
 *
 * A report that is not authenticated can be forged by who sees the request; it
 * ends a request at worst.  Boots and time are taken from authentic messages,
 * and from discovery, where there is nothing better.
 */
#include <config.h>

#include "lib/snmp/engine_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

enum { KEY_MAX = USM_PRIV_KU_LEN };

/* --- the user -------------------------------------------------------------------- */

static bool
key_localize(const struct credential_key *k, const struct credential_key *auth,
	const struct usmUser *u, u_char **ret_key, size_t *ret_len)
{
	u_char *key = calloc(1, KEY_MAX);
	size_t len = KEY_MAX;

	if (key == NULL || generate_kul(auth->protocol, (u_int)auth->protocol_len, u->engineID,
	    (u_int)u->engineIDLen, k->master, (u_int)k->master_len, key, &len) !=
	    SNMPERR_SUCCESS) {
		free(key);
		return false;
	}
	*ret_key = key;
	*ret_len = len;
	return true;
}

static struct usmUser *
user_new(const struct snmp_credential *c, const struct snmp_v3_state *v3)
{
	struct usmUser *u = calloc(1, sizeof(*u));
	bool good;

	if (u == NULL)
		return NULL;
	u->userStatus = RS_ACTIVE;
	u->userStorageType = ST_READONLY;
	u->name = strdup(c->user);
	u->secName = strdup(c->user);
	u->engineID = netsnmp_memdup(v3->engine_id, v3->engine_id_len);
	u->engineIDLen = v3->engine_id_len;
	u->authProtocolLen = c->auth.protocol != NULL ? c->auth.protocol_len :
	    OID_LENGTH(usmNoAuthProtocol);
	u->authProtocol = snmp_duplicate_objid(c->auth.protocol != NULL ? c->auth.protocol :
	    usmNoAuthProtocol, u->authProtocolLen);
	u->privProtocolLen = c->priv.protocol != NULL ? c->priv.protocol_len :
	    OID_LENGTH(usmNoPrivProtocol);
	u->privProtocol = snmp_duplicate_objid(c->priv.protocol != NULL ? c->priv.protocol :
	    usmNoPrivProtocol, u->privProtocolLen);
	good = u->name != NULL && u->secName != NULL && u->engineID != NULL &&
	    u->authProtocol != NULL && u->privProtocol != NULL;
	if (good && c->auth.master_len > 0)
		good = key_localize(&c->auth, &c->auth, u, &u->authKey, &u->authKeyLen);
	if (good && c->priv.master_len > 0)
		good = key_localize(&c->priv, &c->auth, u, &u->privKey, &u->privKeyLen) &&
		    usm_extend_user_kul(u, KEY_MAX) == SNMPERR_SUCCESS;
	if (!good)
		return usm_free_user(u);	/* NULL, always */
	return u;
}

static void
user_lend(struct slot *sl)
{
	if (sl->user != NULL)
		(void)usm_add_user(sl->user);
}

static void
user_take_back(struct slot *sl)
{
	if (sl->user == NULL)
		return;
	(void)usm_remove_user(sl->user);
	sl->user->next = sl->user->prev = NULL;
}

/* --- the time --------------------------------------------------------------------- */

/* What the engine's clock says now, if it went as ours. */
static uint32_t
time_now(const struct slot *sl)
{
	int64_t elapsed = (engine_now_us() / 1000 - sl->heard_ms) / 1000;
	int64_t t = (int64_t)sl->time_s + (elapsed > 0 ? elapsed : 0);

	return t < INT32_MAX ? (uint32_t)t : INT32_MAX;
}

/* Put the slot's boots and time where the library looks for them. */
static Enginetime
time_lend(struct slot *sl)
{
	const struct snmp_v3_state *v3 = &sl->job->target->v3;
	u_int len = (u_int)v3->engine_id_len;
	Enginetime t;

	if (++sl->engine->times_used > SNMP_ENGINE_TIMES_MAX / 2) {
		free_etimelist();
		sl->engine->times_used = 1;
	}
	t = search_enginetime_list(v3->engine_id, len);
	if (t == NULL) {
		(void)set_enginetime(v3->engine_id, len, sl->boots, time_now(sl), TRUE);
		return search_enginetime_list(v3->engine_id, len);
	}
	t->engineBoot = sl->boots;
	t->engineTime = time_now(sl);
	t->lastReceivedEngineTime = snmpv3_local_snmpEngineTime();
	t->authenticatedFlag = TRUE;
	return t;
}

static void
time_take(struct slot *sl, const enginetime *t)
{
	sl->boots = t->engineBoot;
	sl->time_s = t->engineTime;
	sl->heard_ms = engine_now_us() / 1000;
	sl->heard = true;
}

/* --- asking ------------------------------------------------------------------------ */

/* A message around pdu into en->build; its length, 0 when it failed. */
static size_t
wrap(struct slot *sl, uint32_t id, int command, int level, const struct snmp_v3_state *v3,
	const struct snmp_credential *c, uint8_t *pdu_octets, size_t pdu_len)
{
	struct snmp_engine *en = sl->engine;
	netsnmp_session session = { .version = SNMP_VERSION_3, .rcvMsgMaxSize = DATAGRAM_MAX,
	    .sndMsgMaxSize = DATAGRAM_MAX };
	netsnmp_pdu pdu = { 0 };
	size_t offset = 0;

	pdu.version = SNMP_VERSION_3;
	pdu.command = command;
	pdu.msgid = (long)id;
	pdu.securityModel = SNMP_SEC_MODEL_USM;
	pdu.securityLevel = level;
	/* Lent: the library only reads them. */
	pdu.securityName = (char *)(uintptr_t)(v3 != NULL ? c->user : "");
	pdu.securityNameLen = strlen(pdu.securityName);
	pdu.contextName = (char *)(uintptr_t)(v3 != NULL ? c->context : "");
	pdu.contextNameLen = strlen(pdu.contextName);
	if (v3 != NULL) {
		pdu.securityEngineID = pdu.contextEngineID = (u_char *)(uintptr_t)v3->engine_id;
		pdu.securityEngineIDLen = pdu.contextEngineIDLen = v3->engine_id_len;
	}
	if (snmpv3_packet_realloc_rbuild(&en->build, &en->build_size, &offset, &session, &pdu,
	    pdu_octets, pdu_len) != 0)
		return 0;
	return offset;
}

/* An empty GET with an empty engine id (RFC 3414 4) into en->build; its length. */
static size_t
wrap_discovery(struct slot *sl, uint32_t id)
{
	uint8_t pdu[] = { 0xa0, 14, 0x02, 4, (uint8_t)(id >> 24), (uint8_t)(id >> 16),
	    (uint8_t)(id >> 8), (uint8_t)id, 0x02, 1, 0, 0x02, 1, 0, 0x30, 0 };

	return wrap(sl, id, SNMP_MSG_GET, SNMP_SEC_LEVEL_NOAUTH, NULL, NULL, pdu, sizeof(pdu));
}

static int
ask_discovery(struct slot *sl, struct err *e)
{
	struct snmp_engine *en = sl->engine;
	size_t len = wrap_discovery(sl, sl->id);
	int code;

	if (len == 0)
		return err_set(e, -EINVAL, "the discovery request cannot be encoded");
	code = message_keep(&sl->packet, &sl->packet_len, &sl->packet_size,
	    en->build + en->build_size - len, len, e);
	if (code < 0)
		return code;
	sl->state = SLOT_DISCOVERING;
	en->counts.discoveries++;
	slot_send(sl);
	return 0;
}

/* Make the datagram of the slot's PDU, with a new id, and send it. */
static int
ask(struct slot *sl, struct err *e)
{
	struct snmp_engine *en = sl->engine;
	const struct snmp_credential *c = sl->job->target->credential;
	const struct snmp_v3_state *v3 = &sl->job->target->v3;
	size_t len;
	int code;

	if (sl->user == NULL) {
		sl->user = user_new(c, v3);
		if (sl->user == NULL)
			return err_set(e, -ENOMEM, "no key could be made for user '%s':"
			    " memory is short, or the system's cryptography does not allow the"
			    " protocol", c->user);
	}
	(void)time_lend(sl);
	user_lend(sl);
	len = wrap(sl, sl->id, sl->command, c->level, v3, c, sl->pdu, sl->pdu_len);
	user_take_back(sl);
	if (len == 0)
		return err_set(e, -EINVAL, "the request cannot be encoded or encrypted");
	code = message_keep(&sl->packet, &sl->packet_len, &sl->packet_size,
	    en->build + en->build_size - len, len, e);
	if (code < 0)
		return code;
	sl->state = SLOT_ASKING;
	slot_send(sl);
	return 0;
}

int
v3_begin(struct slot *sl, struct err *e)
{
	const struct snmp_v3_state *v3 = &sl->job->target->v3;

	sl->rediscovered = sl->resynced = sl->restarted = false;
	sl->wrong_digest = false;
	return v3->engine_id_len == 0 ? ask_discovery(sl, e) : ask(sl, e);
}

void
v3_probe(struct slot *sl)
{
	struct snmp_engine *en = sl->engine;
	size_t len;

	/* Who cannot decrypt a request drops it unsaid (RFC 3412 7.2): is it that? */
	if (sl->state != SLOT_ASKING || sl->proven || sl->alive ||
	    sl->job->target->credential->level < SNMP_SEC_LEVEL_AUTHPRIV)
		return;
	sl->probe_id = message_new_id(sl);
	len = wrap_discovery(sl, sl->probe_id);
	if (len == 0)
		return;
	socket_send_now(sl, en->build + en->build_size - len, len);
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

/* --- hearing ------------------------------------------------------------------------ */

static bool
take_engine_id(struct slot *sl, const netsnmp_pdu *pdu)
{
	struct snmp_v3_state *v3 = &sl->job->target->v3;

	if (pdu->securityEngineID == NULL || pdu->securityEngineIDLen == 0 ||
	    pdu->securityEngineIDLen > SNMP_ENGINE_ID_MAX)
		return false;
	sl->user = usm_free_user(sl->user);
	(void)memcpy(v3->engine_id, pdu->securityEngineID, pdu->securityEngineIDLen);
	v3->engine_id_len = pdu->securityEngineIDLen;
	return true;
}

/* Boots and time of a report that was not authenticated: better than nothing. */
static void
take_reported_time(struct slot *sl)
{
	const struct snmp_v3_state *v3 = &sl->job->target->v3;
	const enginetime *t = search_enginetime_list(v3->engine_id, (u_int)v3->engine_id_len);

	sl->boots = sl->time_s = 0;
	sl->heard_ms = engine_now_us() / 1000;
	if (t != NULL)
		time_take(sl, t);
}

static void
discovered(struct slot *sl, const netsnmp_pdu *pdu)
{
	if (!take_engine_id(sl, pdu)) {
		sl->engine->counts.dropped++;
		return;
	}
	sl->alive = true;
	take_reported_time(sl);
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

/* A report to a request of our user. */
static void
reported(struct slot *sl, const netsnmp_pdu *pdu)
{
	const struct snmp_v3_state *v3 = &sl->job->target->v3;
	const enginetime *t;

	sl->alive = true;
	switch (snmpv3_get_report_type((netsnmp_pdu *)(uintptr_t)pdu)) {
	case SNMPERR_UNKNOWN_ENG_ID:
		if (sl->rediscovered) {
			fail_auth(sl, "usmStatsUnknownEngineIDs: it does not know its own engine id");
			return;
		}
		sl->rediscovered = true;
		sl->engine->counts.discoveries++;
		discovered(sl, pdu);
		return;
	case SNMPERR_NOT_IN_TIME_WINDOW:
		if (sl->resynced) {
			slot_fail(sl, SNMP_TIME_WINDOW, "usmStatsNotInTimeWindows, also with the"
			    " boots and time it just said: its clock does not run");
			return;
		}
		sl->resynced = true;
		sl->engine->counts.resyncs++;
		t = search_enginetime_list(v3->engine_id, (u_int)v3->engine_id_len);
		if (t != NULL)
			time_take(sl, t);
		ask_again(sl);
		return;
	case SNMPERR_UNKNOWN_USER_NAME:
		fail_auth(sl, "usmStatsUnknownUserNames: no such user there");
		return;
	case SNMPERR_AUTHENTICATION_FAILURE:
		fail_auth(sl, "usmStatsWrongDigests: wrong authentication pass phrase or protocol");
		return;
	case SNMPERR_DECRYPTION_ERR:
		fail_auth(sl, "usmStatsDecryptionErrors: wrong privacy pass phrase or protocol");
		return;
	case SNMPERR_UNSUPPORTED_SEC_LEVEL:
		fail_auth(sl, "usmStatsUnsupportedSecLevels: the user has another security level");
		return;
	case SNMPERR_BAD_CONTEXT:
		fail_auth(sl, "snmpUnknownContexts: no such context there");
		return;
	default:	/* a library's number, not an enum */
		fail_auth(sl, "a report of another kind");
		return;
	}
}

/*
 * A report of an unknown engine id comes under the right one, of which the
 * library knows no user; what could be read of it stands in the PDU.
 */
static bool
is_unknown_engine(int code, netsnmp_pdu *pdu)
{
	return code == SNMPERR_USM_UNKNOWNSECURITYNAME && pdu->command == SNMP_MSG_REPORT &&
	    snmpv3_get_report_type(pdu) == SNMPERR_UNKNOWN_ENG_ID;
}

/* What the response must have in common with the request, RFC 3412 7.2 12. */
static bool
is_response(const struct slot *sl, const netsnmp_pdu *pdu)
{
	const struct snmp_credential *c = sl->job->target->credential;
	const struct snmp_v3_state *v3 = &sl->job->target->v3;

	return pdu->command == SNMP_MSG_RESPONSE && pdu->msgid == (long)sl->id &&
	    pdu->reqid == (long)sl->request_id &&
	    pdu->securityModel == SNMP_SEC_MODEL_USM && pdu->securityLevel == c->level &&
	    pdu->securityEngineIDLen == v3->engine_id_len &&
	    memcmp(pdu->securityEngineID, v3->engine_id, v3->engine_id_len) == 0 &&
	    pdu->securityNameLen == strlen(c->user) &&
	    memcmp(pdu->securityName, c->user, pdu->securityNameLen) == 0 &&
	    pdu->contextNameLen == strlen(c->context) &&
	    memcmp(pdu->contextName, c->context, pdu->contextNameLen) == 0;
}

/* The library could not make an answer of it. */
static void
not_parsed(struct slot *sl, int code, netsnmp_pdu *pdu)
{
	if (is_unknown_engine(code, pdu)) {
		reported(sl, pdu);
		return;
	}
	if (code == SNMPERR_USM_NOTINTIMEWINDOW && !sl->restarted) {
		/* Authentic, but older than what we knew: the machine was set back. */
		sl->restarted = true;
		sl->engine->counts.resyncs++;
		sl->boots = sl->time_s = 0;
		sl->heard_ms = engine_now_us() / 1000;
		ask_again(sl);
		return;
	}
	if (code == SNMPERR_USM_AUTHENTICATIONFAILURE)
		sl->wrong_digest = true;
	sl->engine->counts.dropped++;
}

static void
parsed(struct slot *sl, netsnmp_pdu *pdu, const enginetime *t)
{
	if (pdu->command == SNMP_MSG_REPORT) {
		reported(sl, pdu);
	} else if (!is_response(sl, pdu)) {
		sl->engine->counts.dropped++;
	} else {
		if (pdu->securityLevel >= SNMP_SEC_LEVEL_AUTHNOPRIV && t != NULL)
			time_take(sl, t);
		sl->proven = sl->alive = true;
		slot_answer(sl, pdu);
	}
}

void
v3_received(struct slot *sl, bool probe, uint8_t *data, size_t len)
{
	netsnmp_session session = { .version = SNMP_VERSION_3, .rcvMsgMaxSize = DATAGRAM_MAX,
	    .sndMsgMaxSize = DATAGRAM_MAX, .isAuthoritative = SNMP_SESS_NONAUTHORITATIVE };
	bool discovery = probe || sl->state == SLOT_DISCOVERING;
	netsnmp_pdu *pdu = calloc(1, sizeof(*pdu));
	const enginetime *t = NULL;
	int code;

	if (pdu == NULL) {
		sl->engine->counts.dropped++;
		return;
	}
	if (!discovery) {
		t = time_lend(sl);
		user_lend(sl);
	} else if (++sl->engine->times_used > SNMP_ENGINE_TIMES_MAX / 2) {
		free_etimelist();
		sl->engine->times_used = 1;
	}
	code = snmp_parse(NULL, &session, pdu, data, len);
	if (code != 0 && session.s_snmp_errno != 0)
		code = session.s_snmp_errno;
	if (!discovery)
		user_take_back(sl);
	if (discovery && (code != 0 || pdu->command != SNMP_MSG_REPORT))
		sl->engine->counts.dropped++;
	else if (probe)
		sl->alive = true;
	else if (discovery)
		discovered(sl, pdu);
	else if (code != 0)
		not_parsed(sl, code, pdu);
	else
		parsed(sl, pdu, t);
	snmp_free_pdu(pdu);
}

/* --- the end -------------------------------------------------------------------------- */

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
	sl->user = usm_free_user(sl->user);
}
