#include <config.h>

#include "manager/center_engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snmp/ber.h"

enum {
	ENGINE_ID_MIN = 5,		/* RFC 3411 */
	MILLISECONDS = 1000,
	TAG_GET = 0xa0, TAG_GETNEXT = 0xa1, TAG_SET = 0xa3, TAG_GETBULK = 0xa5,
	TAG_INFORM = 0xa6, TAG_TRAP = 0xa7, TAG_REPORT = 0xa8,
	TAG_COUNTER32 = 0x41, TAG_OID = 0x06,
	ID_OCTETS_MAX = 5,		/* of a request id */
};

/* usmStats, RFC 3414 5: the last but one sub-identifier of each. */
enum stat {
	STAT_LEVELS = 1, STAT_TIME, STAT_USERS, STAT_ENGINES, STAT_DIGESTS, STAT_DECRYPTION,
};

/* An engine that sent us traps. */
struct sender {
	uint8_t id[SNMP_ENGINE_ID_MAX];
	size_t id_len;		/* 0 = free */
	uint32_t boots, time_s;	/* the latest that was authentic ... */
	int64_t heard_ms;	/* ... and when */
};

struct center_engine {
	struct center_engine_options o;
	struct usm *usm;
	struct center_keys *keys;
	struct center_engine_counts counts;
	struct sender senders[CENTER_ENGINE_SENDERS];
	uint8_t reply[CENTER_ENGINE_ANSWER_MAX];
};

/* A message on its way through. */
struct passage {
	struct center_engine *en;
	uint8_t *data;
	size_t len;
	int64_t now_ms;
	struct usm_message m;
	struct center_engine_message *ret;
};

int
center_engine_new(const struct center_engine_options *o, struct center_engine **ret,
	struct err *e)
{
	struct center_engine *en;

	if (o->engine_id_len < ENGINE_ID_MIN || o->engine_id_len > SNMP_ENGINE_ID_MAX)
		return err_set(e, -EINVAL, "an engine id of %zu octets: want %d to %d",
		    o->engine_id_len, ENGINE_ID_MIN, SNMP_ENGINE_ID_MAX);
	if (o->boots == 0 || o->boots > USM_NUMBER_MAX)
		return err_set(e, -EINVAL, "engine boots of %u: want 1 to %d", o->boots,
		    USM_NUMBER_MAX);
	en = calloc(1, sizeof(*en));
	if (en == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	en->o = *o;
	en->usm = usm_new();
	en->keys = center_keys_new(o->users);
	if (en->usm == NULL || en->keys == NULL) {
		center_engine_free(en);
		return err_set(e, -ENOMEM, "out of memory");
	}
	*ret = en;
	return 0;
}

void
center_engine_free(struct center_engine *en)
{
	if (en == NULL)
		return;
	center_keys_free(en->keys);
	usm_free(en->usm);
	free(en);
}

const struct center_engine_counts *
center_engine_counts(const struct center_engine *en)
{
	return &en->counts;
}

static uint32_t
engine_time_s(const struct center_engine *en, int64_t now_ms)
{
	int64_t t = (now_ms - en->o.started_ms) / MILLISECONDS;

	return t < 0 ? 0 : t > USM_NUMBER_MAX ? USM_NUMBER_MAX : (uint32_t)t;
}

/* --- reports -------------------------------------------------------------------- */

/* The request id of a PDU as it stands, octet for octet; 0 octets when it has none. */
static struct ber
request_id(const struct ber *pdu)
{
	struct ber b = *pdu, id = { NULL, NULL };
	uint8_t tag;
	size_t n;

	if (!ber_header(&b, &tag, &n) || !ber_enter(&b, BER_INTEGER, &id) ||
	    id.end - id.p > ID_OCTETS_MAX || id.end == id.p)
		return (struct ber){ NULL, NULL };
	return id;
}

/* The Report-PDU of one counter, at the end of buf. */
static size_t
report_pdu(enum stat stat, uint64_t value, const struct ber *id, uint8_t *buf, size_t size)
{
	const uint8_t name[] = { TAG_OID, 10, 0x2b, 6, 1, 6, 3, 15, 1, 1, (uint8_t)stat, 0 };
	struct ber_writer w = { .start = buf, .p = buf + size, .end = buf + size };
	uint32_t v = (uint32_t)value;	/* a Counter32 wraps */
	const uint8_t octets[] = { 0, (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
		(uint8_t)v };
	const uint8_t *mark = w.p;
	size_t skip = 0;

	while (skip < 4 && octets[skip] == 0 && octets[skip + 1] < 0x80)
		skip++;
	ber_put(&w, octets + skip, sizeof(octets) - skip);
	ber_put_header(&w, TAG_COUNTER32, mark);
	ber_put(&w, name, sizeof(name));
	ber_put_header(&w, BER_SEQUENCE, w.end);
	ber_put_header(&w, BER_SEQUENCE, w.end);
	ber_put_number(&w, 0);
	ber_put_number(&w, 0);
	if (id->p == NULL) {
		ber_put_number(&w, 0);
	} else {
		mark = w.p;
		ber_put(&w, id->p, (size_t)(id->end - id->p));
		ber_put_header(&w, BER_INTEGER, mark);
	}
	ber_put_header(&w, TAG_REPORT, w.end);
	return w.full ? 0 : (size_t)(w.end - w.p);
}

/*
 * Something is wrong: count it, and tell who can be told (RFC 3412 7.2 6).
 * keys: with them the report is authentic (RFC 3414 3.2 7: time alone).
 */
static void
refuse(struct passage *p, enum stat stat, uint64_t *count, const char *cause,
	const struct usm_keys *keys)
{
	struct center_engine *en = p->en;
	struct ber id = { NULL, NULL };
	uint8_t pdu[128];
	size_t len;

	(*count)++;
	p->ret->kind = CENTER_ENGINE_NOTHING;
	p->ret->cause = cause;
	if ((p->m.flags & USM_FLAG_REPORTABLE) == 0)
		return;
	if ((p->m.flags & USM_FLAG_PRIV) == 0) {
		struct usm_message plain = p->m;

		if (usm_read_scoped(en->usm, NULL, &plain))
			id = request_id(&(struct ber){ plain.pdu, plain.pdu + plain.pdu_len });
	}
	len = report_pdu(stat, *count, &id, pdu, sizeof(pdu));
	len = usm_write(en->usm, &(struct usm_message){
		.id = p->m.id,
		.flags = keys != NULL ? USM_FLAG_AUTH : 0,
		.engine_id = en->o.engine_id, .engine_id_len = en->o.engine_id_len,
		.boots = en->o.boots, .time_s = engine_time_s(en, p->now_ms),
		.user = p->m.user, .user_len = p->m.user_len,
		.context_engine_id = en->o.engine_id, .context_engine_id_len = en->o.engine_id_len,
		.pdu = pdu + sizeof(pdu) - len, .pdu_len = len,
	}, keys, en->reply, sizeof(en->reply));
	if (len == 0)
		return;
	p->ret->kind = CENTER_ENGINE_REPORT;
	p->ret->reply = en->reply + sizeof(en->reply) - len;
	p->ret->reply_len = len;
}

static void
drop(struct passage *p, uint64_t *count, const char *cause)
{
	(*count)++;
	p->ret->kind = CENTER_ENGINE_NOTHING;
	p->ret->cause = cause;
}

/* --- users ---------------------------------------------------------------------- */

static void
sets_free(struct center_engine_user *u)
{
	for (size_t i = 0; i < u->set_count; i++)
		snmp_credential_free(u->sets[i]);
}

/* Ask the store, and localize to an engine; what cannot be localized is left out. */
static int
read_user(struct center_engine *en, const char *name, const uint8_t *engine_id,
	size_t engine_id_len, struct center_keys_entry *ret)
{
	struct center_engine_user u = { 0 };
	int rc = en->o.find(en->o.user, name, &u);

	if (rc < 0)
		return rc;
	ret->device = u.device;
	ret->set_count = 0;
	for (size_t i = 0; i < u.set_count; i++) {
		if (usm_localize(en->usm, u.sets[i], engine_id, engine_id_len,
		    &ret->sets[ret->set_count], NULL) == 0)
			ret->set_count++;
	}
	sets_free(&u);
	return ret->set_count > 0 ? 0 : -ENOTSUP;
}

static bool
is_name(const struct usm_message *m)
{
	return m->user_len >= 1 && m->user_len <= SNMP_USER_MAX &&
	    memchr(m->user, '\0', m->user_len) == NULL;
}

/* The user at our engine, fresh; NULL when there is none, and the passage is over. */
static struct center_keys_entry *
user_here(struct passage *p)
{
	struct center_engine *en = p->en;
	struct center_keys_entry *x = NULL;
	int rc = -ENOENT;

	if (is_name(&p->m)) {
		x = center_keys_find(en->keys, p->m.user, p->m.user_len);
		if (x != NULL && p->now_ms - x->read_ms < CENTER_ENGINE_FRESH_MS)
			return x;
		if (x == NULL) {
			struct center_keys_entry fresh = { 0 };

			/* Who is not known takes no place from those who are. */
			rc = read_user(en, p->ret->user, en->o.engine_id, en->o.engine_id_len,
			    &fresh);
			if (rc == 0) {
				x = center_keys_take(en->keys, p->m.user, p->m.user_len);
				x->device = fresh.device;
				x->set_count = fresh.set_count;
				(void)memcpy(x->sets, fresh.sets, sizeof(x->sets));
			}
			explicit_bzero(&fresh, sizeof(fresh));
		} else {
			rc = read_user(en, x->user, en->o.engine_id, en->o.engine_id_len, x);
			if (rc < 0)
				center_keys_drop(en->keys, x);
		}
		if (rc == 0) {
			x->read_ms = p->now_ms;
			return x;
		}
	}
	if (rc == -ENOENT)
		refuse(p, STAT_USERS, &en->counts.unknown_users, "an unknown user", NULL);
	else
		drop(p, &en->counts.store_failures, "a user could not be looked up");
	return NULL;
}

/* Which of the sets the message is authentic under; NULL = none. */
static const struct usm_keys *
authentic_set(struct passage *p, const struct center_keys_entry *x)
{
	uint8_t mac[USM_MAC_MAX];

	if (p->m.mac_len > sizeof(mac))
		return NULL;
	(void)memcpy(mac, p->m.mac, p->m.mac_len);
	for (size_t i = 0; i < x->set_count; i++) {
		/* Looking zeroes the digest in the datagram. */
		(void)memcpy(p->m.mac, mac, p->m.mac_len);
		if (usm_is_authentic(p->en->usm, &x->sets[i], p->data, p->len, &p->m))
			return &x->sets[i];
	}
	return NULL;
}

/* --- what is in it -------------------------------------------------------------- */

/* Decrypted and a PDU of a kind that comes to us; false: the passage is over. */
static bool
open_scoped(struct passage *p, const struct usm_keys *keys)
{
	struct center_engine *en = p->en;
	struct ber b;
	uint8_t tag;
	size_t len;

	if (!usm_read_scoped(en->usm, keys, &p->m)) {
		if ((p->m.flags & USM_FLAG_PRIV) != 0)
			refuse(p, STAT_DECRYPTION, &en->counts.decryption_errors,
			    "a message that cannot be decrypted", NULL);
		else
			drop(p, &en->counts.malformed, "a malformed message");
		return false;
	}
	b = (struct ber){ p->m.pdu, p->m.pdu + p->m.pdu_len };
	if (p->m.context_len > SNMP_CONTEXT_MAX ||
	    p->m.context_engine_id_len > SNMP_ENGINE_ID_MAX ||
	    !ber_header(&b, &tag, &len) || len > (size_t)(b.end - b.p)) {
		drop(p, &en->counts.malformed, "a malformed message");
		return false;
	}
	p->ret->tag = tag;
	p->ret->pdu = p->m.pdu;
	p->ret->pdu_len = (size_t)(b.p - p->m.pdu) + len;
	return true;
}

static void
keep_return(struct passage *p, const struct usm_keys *keys)
{
	struct center_engine_return *to = &p->ret->to;

	to->id = p->m.id;
	to->max_size = p->m.max_size;
	(void)memcpy(to->user, p->ret->user, sizeof(to->user));
	(void)memcpy(to->context_engine_id, p->m.context_engine_id, p->m.context_engine_id_len);
	to->context_engine_id_len = (uint8_t)p->m.context_engine_id_len;
	(void)memcpy(to->context, p->m.context, p->m.context_len);
	to->context_len = (uint8_t)p->m.context_len;
	to->keys = *keys;
}

/* RFC 3412 7.2: what a PDU of this kind means to us. */
static void
classify(struct passage *p, const struct usm_keys *keys)
{
	struct center_engine *en = p->en;

	switch (p->ret->tag) {
	case TAG_GET:
	case TAG_GETNEXT:
	case TAG_GETBULK:
	case TAG_SET:
	case TAG_INFORM:
		en->counts.requests++;
		keep_return(p, keys);
		p->ret->kind = CENTER_ENGINE_REQUEST;
		return;
	case TAG_TRAP:
		en->counts.traps++;
		p->ret->kind = CENTER_ENGINE_TRAP;
		return;
	}
	drop(p, &en->counts.malformed, "a PDU that nobody sends to a centre");
}

/* --- the two ways --------------------------------------------------------------- */

/* RFC 3414 3.2 7a: we are authoritative. */
static bool
is_timely_here(const struct passage *p)
{
	int64_t apart = (int64_t)p->m.time_s - engine_time_s(p->en, p->now_ms);

	return p->en->o.boots < USM_NUMBER_MAX && p->m.boots == p->en->o.boots &&
	    apart <= USM_TIME_WINDOW_S && apart >= -USM_TIME_WINDOW_S;
}

static void
take_here(struct passage *p)
{
	struct center_engine *en = p->en;
	const struct center_keys_entry *x = user_here(p);
	const struct usm_keys *keys;

	if (x == NULL)
		return;
	p->ret->device = x->device;
	if ((p->m.flags & USM_FLAG_AUTH) == 0) {
		refuse(p, STAT_LEVELS, &en->counts.unsupported_levels,
		    "a message without authentication", NULL);
		return;
	}
	keys = authentic_set(p, x);
	if (keys == NULL) {
		refuse(p, STAT_DIGESTS, &en->counts.wrong_digests, "a wrong key", NULL);
		return;
	}
	if (!is_timely_here(p)) {
		/* RFC 3414 4: who does not know our time yet asks for it so. */
		refuse(p, STAT_TIME, &en->counts.not_in_time,
		    p->m.boots == 0 && p->m.time_s == 0 ? NULL :
		    "a message outside the time window", keys);
		return;
	}
	if ((p->m.flags & USM_FLAG_PRIV) == 0) {
		refuse(p, STAT_LEVELS, &en->counts.unsupported_levels,
		    "a message without privacy", NULL);
		return;
	}
	if (open_scoped(p, keys))
		classify(p, keys);
}

static struct sender *
sender_of(struct center_engine *en, const uint8_t *id, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ id[i]) * 16777619u;
	return &en->senders[(h ^ h >> 16) % CENTER_ENGINE_SENDERS];
}

/* RFC 3414 3.2 7b: the sender is authoritative; what it said is kept. */
static bool
is_timely_there(struct passage *p)
{
	struct sender *s = sender_of(p->en, p->m.engine_id, p->m.engine_id_len);
	bool known = s->id_len == p->m.engine_id_len &&
	    memcmp(s->id, p->m.engine_id, s->id_len) == 0;
	int64_t expected = known ? s->time_s + (p->now_ms - s->heard_ms) / MILLISECONDS : 0;

	if (p->m.boots == USM_NUMBER_MAX || (known && (p->m.boots < s->boots ||
	    (p->m.boots == s->boots && p->m.time_s < expected - USM_TIME_WINDOW_S))))
		return false;
	if (!known || p->m.boots > s->boots || p->m.time_s > s->time_s) {
		(void)memcpy(s->id, p->m.engine_id, p->m.engine_id_len);
		s->id_len = p->m.engine_id_len;
		s->boots = p->m.boots;
		s->time_s = p->m.time_s;
		s->heard_ms = p->now_ms;
	}
	return true;
}

static void
take_there(struct passage *p)
{
	struct center_engine *en = p->en;
	struct center_keys_entry x = { 0 };
	const struct usm_keys *keys = NULL;
	int rc = is_name(&p->m) ? read_user(en, p->ret->user, p->m.engine_id,
	    p->m.engine_id_len, &x) : -ENOENT;

	if (rc == -ENOENT) {
		drop(p, &en->counts.unknown_users, "a trap of an unknown user");
	} else if (rc < 0) {
		drop(p, &en->counts.store_failures, "a user could not be looked up");
	} else if ((keys = authentic_set(p, &x)) == NULL) {
		drop(p, &en->counts.wrong_digests, "a trap with a wrong key");
	} else if (!is_timely_there(p)) {
		drop(p, &en->counts.not_in_time, "a trap outside the time window");
	} else if (open_scoped(p, keys)) {
		p->ret->device = x.device;
		if (p->ret->tag == TAG_TRAP)
			classify(p, keys);
		else
			drop(p, &en->counts.malformed, "a PDU that nobody sends to a centre");
	}
	explicit_bzero(&x, sizeof(x));
}

void
center_engine_take(struct center_engine *en, uint8_t *data, size_t len, int64_t now_ms,
	struct center_engine_message *ret)
{
	struct passage p = { .en = en, .data = data, .len = len, .now_ms = now_ms, .ret = ret };
	size_t name;

	*ret = (struct center_engine_message){ .kind = CENTER_ENGINE_NOTHING };
	if (!usm_read(data, len, &p.m)) {
		drop(&p, &en->counts.malformed, "a malformed message");
		return;
	}
	name = p.m.user_len < SNMP_USER_MAX ? p.m.user_len : SNMP_USER_MAX;
	(void)memcpy(ret->user, p.m.user, name);
	if (p.m.engine_id_len == en->o.engine_id_len &&
	    memcmp(p.m.engine_id, en->o.engine_id, en->o.engine_id_len) == 0)
		take_here(&p);
	else if ((p.m.flags & (USM_FLAG_REPORTABLE | USM_FLAG_AUTH)) == USM_FLAG_AUTH &&
	    p.m.engine_id_len >= ENGINE_ID_MIN && p.m.engine_id_len <= SNMP_ENGINE_ID_MAX)
		take_there(&p);
	else if (p.m.engine_id_len == 0) {
		refuse(&p, STAT_ENGINES, &en->counts.unknown_engine_ids, NULL, NULL);
		en->counts.discoveries++;
	} else
		refuse(&p, STAT_ENGINES, &en->counts.unknown_engine_ids,
		    "a message for another engine", NULL);
}

int
center_engine_whose(struct center_engine *en, uint8_t *data, size_t len, int64_t *ret_device)
{
	struct center_keys_entry *x;
	struct usm_message m;

	if (!usm_read(data, len, &m) || !is_name(&m))
		return -ENOENT;
	x = center_keys_find(en->keys, m.user, m.user_len);
	if (x == NULL)
		return -ENOENT;
	*ret_device = x->device;
	return 0;
}

size_t
center_engine_answer(struct center_engine *en, const struct center_engine_return *to,
	int64_t now_ms, const uint8_t *pdu, size_t pdu_len, uint8_t *buf, size_t size)
{
	size_t len = usm_write(en->usm, &(struct usm_message){
		.id = to->id,
		.flags = USM_FLAG_AUTH | USM_FLAG_PRIV,
		.engine_id = en->o.engine_id, .engine_id_len = en->o.engine_id_len,
		.boots = en->o.boots, .time_s = engine_time_s(en, now_ms),
		.user = (const uint8_t *)to->user, .user_len = strlen(to->user),
		.context_engine_id = to->context_engine_id,
		.context_engine_id_len = to->context_engine_id_len,
		.context = to->context, .context_len = to->context_len,
		.pdu = pdu, .pdu_len = pdu_len,
	}, &to->keys, buf, size);

	return len <= to->max_size ? len : 0;
}
