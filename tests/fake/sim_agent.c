#include <config.h>

#include "tests/fake/sim_agent.h"

#include <inttypes.h>
#include <string.h>

#include "tests/fake/sim_pdu.h"

/* RFC 3412, msgFlags. */
enum { FLAG_AUTH = 1, FLAG_PRIV = 2, FLAG_REPORTABLE = 4 };

/* usmStats... (RFC 3414): the last sub-identifier but the instance. */
enum usm_report {
	UNSUPPORTED_SEC_LEVELS = 1, NOT_IN_TIME_WINDOWS = 2, UNKNOWN_USER_NAMES = 3,
	UNKNOWN_ENGINE_IDS = 4, WRONG_DIGESTS = 5, DECRYPTION_ERRORS = 6,
};

enum { TIME_WINDOW_S = 150, V3_OVERHEAD = 256 };

static void
log_request(const struct sim_agent *a, const struct sim_device *d,
	const struct sim_pdu *pdu)
{
	size_t i, k;

	if (a->request_log == NULL)
		return;
	if (pdu->type == PDU_GETBULK)
		(void)fprintf(a->request_log, "%u getbulk %" PRId64 " %" PRId64, d->number,
			pdu->non_repeaters, pdu->max_repetitions);
	else
		(void)fprintf(a->request_log, "%u %s 0 0", d->number,
			pdu->type == PDU_GET ? "get" : pdu->type == PDU_GETNEXT ? "getnext" :
			pdu->type == PDU_SET ? "set" : "other");
	for (i = 0; i < pdu->name_count; i++) {
		(void)fputc(' ', a->request_log);
		for (k = 0; k < pdu->names[i].len; k++)
			(void)fprintf(a->request_log, "%s%u", k > 0 ? "." : "",
				pdu->names[i].sub[k]);
	}
	(void)fputc('\n', a->request_log);
	(void)fflush(a->request_log);
}

/* --- v1 and v2c ------------------------------------------------------------- */

static size_t
answer_community(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	struct ber_in *in, int64_t version, uint8_t *answer)
{
	struct ber_in community;
	struct sim_pdu pdu;
	struct ber_out out;
	size_t message;

	if (!ber_expect(in, BER_OCTETS, &community) ||
	    (size_t)(community.end - community.p) != strlen(a->community) ||
	    memcmp(community.p, a->community, strlen(a->community)) != 0 ||
	    !sim_pdu_parse(in, version == 0, &pdu)) {
		a->counts.refused++;
		return 0;
	}
	log_request(a, d, &pdu);
	ber_out_init(&out, answer, a->max_size);
	message = ber_open(&out, BER_SEQUENCE);
	ber_put_int(&out, BER_INTEGER, version);
	ber_put(&out, BER_OCTETS, a->community, strlen(a->community));
	if (!sim_pdu_answer(a, d, now_ms, &pdu, &out))
		return 0;
	ber_close(&out, message);
	return (size_t)(out.p - out.start);
}

/* --- v3 ---------------------------------------------------------------------- */

struct v3_request {
	int64_t id, max_size;
	uint8_t flags;
	const uint8_t *message;	/* whole, for its signature */
	size_t message_len;
	struct ber_in engine, user, auth, salt, data;
	int64_t boots, time_s;
	struct ber_in context_name;
};

static bool
v3_parse(struct ber_in *in, struct v3_request *r)
{
	struct ber_in global, flags, security, params;
	int64_t model;

	if (!ber_expect(in, BER_SEQUENCE, &global) || !ber_get_int(&global, &r->id) ||
	    !ber_get_int(&global, &r->max_size) ||
	    !ber_expect(&global, BER_OCTETS, &flags) || flags.end - flags.p != 1 ||
	    !ber_get_int(&global, &model) || model != 3 || r->max_size < 484 ||
	    !ber_expect(in, BER_OCTETS, &security) ||
	    !ber_expect(&security, BER_SEQUENCE, &params) ||
	    !ber_expect(&params, BER_OCTETS, &r->engine) ||
	    !ber_get_int(&params, &r->boots) || !ber_get_int(&params, &r->time_s) ||
	    !ber_expect(&params, BER_OCTETS, &r->user) ||
	    !ber_expect(&params, BER_OCTETS, &r->auth) ||
	    !ber_expect(&params, BER_OCTETS, &r->salt))
		return false;
	r->flags = *flags.p;
	r->data = *in;
	return true;
}

/*
 * Put a scoped PDU into a message and protect it as level says.  scoped is
 * overwritten.
 */
static size_t
v3_wrap(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct v3_request *r, uint8_t level, struct ber_out *scoped, uint8_t *answer)
{
	static const uint8_t no_auth[USM_AUTH_SIZE];
	uint8_t engine[USM_ENGINE_ID_SIZE], salt[USM_SALT_SIZE], auth[USM_AUTH_SIZE];
	size_t message, global, security, params, len = (size_t)(scoped->p - scoped->start), i;
	int64_t time_s = sim_usm_engine_time(d, now_ms);
	uint8_t *auth_at;
	struct ber_out out;

	sim_usm_engine_id(d, engine);
	a->salt++;
	for (i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)(a->salt >> (56 - 8 * i));
	ber_out_init(&out, answer, SIM_MESSAGE_MAX);
	message = ber_open(&out, BER_SEQUENCE);
	ber_put_int(&out, BER_INTEGER, 3);
	global = ber_open(&out, BER_SEQUENCE);
	ber_put_int(&out, BER_INTEGER, r->id);
	ber_put_int(&out, BER_INTEGER, SIM_MESSAGE_MAX);
	ber_put(&out, BER_OCTETS, &level, 1);
	ber_put_int(&out, BER_INTEGER, 3);
	ber_close(&out, global);
	security = ber_open(&out, BER_OCTETS);
	params = ber_open(&out, BER_SEQUENCE);
	ber_put(&out, BER_OCTETS, engine, sizeof(engine));
	ber_put_int(&out, BER_INTEGER, d->boots);
	ber_put_int(&out, BER_INTEGER, time_s);
	ber_put(&out, BER_OCTETS, r->user.p, (size_t)(r->user.end - r->user.p));
	ber_put(&out, BER_OCTETS, no_auth, level & FLAG_AUTH ? sizeof(no_auth) : 0);
	auth_at = out.p - USM_AUTH_SIZE;
	ber_put(&out, BER_OCTETS, salt, level & FLAG_PRIV ? sizeof(salt) : 0);
	ber_close(&out, params);
	ber_close(&out, security);
	if (level & FLAG_PRIV) {
		if (!sim_usm_crypt(a->usm, d, true, d->boots, time_s, salt, scoped->start, len))
			return 0;
		ber_put(&out, BER_OCTETS, scoped->start, len);
	} else {
		ber_put_raw(&out, scoped->start, len);
	}
	ber_close(&out, message);
	if (out.full)
		return 0;
	if (level & FLAG_AUTH) {
		sim_usm_sign(a->usm, d, out.start, (size_t)(out.p - out.start), auth);
		memcpy(auth_at, auth, sizeof(auth));
	}
	return (size_t)(out.p - out.start);
}

/* contextEngineID and contextName go before the PDU. */
static size_t
scoped_open(const struct sim_device *d, const struct v3_request *r, struct ber_out *out)
{
	uint8_t engine[USM_ENGINE_ID_SIZE];
	size_t scoped;

	sim_usm_engine_id(d, engine);
	scoped = ber_open(out, BER_SEQUENCE);
	ber_put(out, BER_OCTETS, engine, sizeof(engine));
	ber_put(out, BER_OCTETS, r->context_name.p,
		(size_t)(r->context_name.end - r->context_name.p));
	return scoped;
}

static size_t
v3_report(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct v3_request *r, enum usm_report what, uint8_t *answer)
{
	uint32_t name[] = { 1, 3, 6, 1, 6, 3, 15, 1, 1, what, 0 };
	uint8_t scoped_buf[512], oid[32];
	size_t scoped, pdu, list, varbind;
	uint8_t level = what == NOT_IN_TIME_WINDOWS ? FLAG_AUTH : 0;
	struct ber_out out;

	a->counts.refused++;
	a->counts.discoveries += what == UNKNOWN_ENGINE_IDS;
	a->counts.resyncs += what == NOT_IN_TIME_WINDOWS;
	if ((r->flags & FLAG_REPORTABLE) == 0)
		return 0;
	ber_out_init(&out, scoped_buf, sizeof(scoped_buf));
	scoped = scoped_open(d, r, &out);
	pdu = ber_open(&out, PDU_REPORT);
	/* The request id of what cannot be read is not known (RFC 3412, 7.1). */
	ber_put_int(&out, BER_INTEGER, 0);
	ber_put_int(&out, BER_INTEGER, 0);
	ber_put_int(&out, BER_INTEGER, 0);
	list = ber_open(&out, BER_SEQUENCE);
	varbind = ber_open(&out, BER_SEQUENCE);
	ber_put(&out, BER_OID, oid, ber_oid_content(name, sizeof(name) / sizeof(name[0]), oid));
	ber_put_int(&out, BER_COUNTER32, (int64_t)(a->counts.refused & 0x7fffffff));
	ber_close(&out, varbind);
	ber_close(&out, list);
	ber_close(&out, pdu);
	ber_close(&out, scoped);
	return v3_wrap(a, d, now_ms, r, level, &out, answer);
}

/* RFC 3414, 3.2 step 6: the signature is over the message without it. */
static bool
v3_signed(struct sim_agent *a, struct sim_device *d, const struct v3_request *r)
{
	uint8_t got[USM_AUTH_SIZE], want[USM_AUTH_SIZE];
	uint8_t *at = (uint8_t *)(uintptr_t)r->auth.p;

	if (r->auth.end - r->auth.p != USM_AUTH_SIZE)
		return false;
	memcpy(got, at, sizeof(got));
	memset(at, 0, sizeof(got));
	sim_usm_sign(a->usm, d, r->message, r->message_len, want);
	return memcmp(got, want, sizeof(want)) == 0;
}

/* 0 = in order; else what is reported (RFC 3414, 3.2). */
static int
v3_check(struct sim_agent *a, struct sim_device *d, int64_t now_ms, struct v3_request *r)
{
	uint8_t engine[USM_ENGINE_ID_SIZE];
	int64_t time_s = sim_usm_engine_time(d, now_ms), late;
	struct ber_in octets;

	sim_usm_engine_id(d, engine);
	if (r->engine.end - r->engine.p != (ptrdiff_t)sizeof(engine) ||
	    memcmp(r->engine.p, engine, sizeof(engine)) != 0)
		return UNKNOWN_ENGINE_IDS;
	if (!sim_usm_is_user(a->usm, r->user.p, (size_t)(r->user.end - r->user.p)))
		return UNKNOWN_USER_NAMES;
	if ((r->flags & (FLAG_AUTH | FLAG_PRIV)) != (FLAG_AUTH | FLAG_PRIV))
		return UNSUPPORTED_SEC_LEVELS;
	if (!v3_signed(a, d, r))
		return WRONG_DIGESTS;
	late = r->time_s - time_s;
	if (r->boots != d->boots || late > TIME_WINDOW_S || late < -TIME_WINDOW_S)
		return NOT_IN_TIME_WINDOWS;
	if (r->salt.end - r->salt.p != USM_SALT_SIZE ||
	    !ber_expect(&r->data, BER_OCTETS, &octets) ||
	    !sim_usm_crypt(a->usm, d, false, r->boots, r->time_s, r->salt.p,
		(uint8_t *)(uintptr_t)octets.p, (size_t)(octets.end - octets.p)) ||
	    octets.p == octets.end || *octets.p != BER_SEQUENCE)
		return DECRYPTION_ERRORS;
	r->data = octets;
	return 0;
}

static size_t
answer_v3(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	struct ber_in *in, struct v3_request *r, uint8_t *answer)
{
	static uint8_t scoped_buf[SIM_MESSAGE_MAX];	/* one answer at a time */
	struct ber_in scoped_in, engine;
	struct sim_pdu pdu;
	struct ber_out out;
	size_t limit = a->max_size, scoped;
	int report;

	if (!v3_parse(in, r))
		return 0;
	report = v3_check(a, d, now_ms, r);
	if (report != 0)
		return v3_report(a, d, now_ms, r, (enum usm_report)report, answer);
	if (!ber_expect(&r->data, BER_SEQUENCE, &scoped_in) ||
	    !ber_expect(&scoped_in, BER_OCTETS, &engine) ||
	    !ber_expect(&scoped_in, BER_OCTETS, &r->context_name) ||
	    !sim_pdu_parse(&scoped_in, false, &pdu))
		return 0;
	a->counts.v3++;
	log_request(a, d, &pdu);
	if ((size_t)r->max_size < limit)
		limit = (size_t)r->max_size;
	ber_out_init(&out, scoped_buf, limit - V3_OVERHEAD);
	scoped = scoped_open(d, r, &out);
	if (!sim_pdu_answer(a, d, now_ms, &pdu, &out))
		return 0;
	ber_close(&out, scoped);
	return v3_wrap(a, d, now_ms, r, FLAG_AUTH | FLAG_PRIV, &out, answer);
}

size_t
sim_agent_answer(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	uint8_t *message, size_t len, uint8_t *answer)
{
	struct ber_in in = { message, message + len }, body;
	struct v3_request r = { .message = message, .message_len = len };
	int64_t version;
	size_t n = 0;

	a->counts.requests++;
	if (!ber_expect(&in, BER_SEQUENCE, &body) || !ber_get_int(&body, &version))
		return 0;
	if (version == 0 || version == 1)
		n = answer_community(a, d, now_ms, &body, version, answer);
	else if (version == 3 && a->usm != NULL)
		n = answer_v3(a, d, now_ms, &body, &r, answer);
	if (n == 0)
		return 0;
	a->counts.answers++;
	d->answered++;
	if ((d->quirks & SIM_RESTART) != 0 && d->answered % 5 == 0)
		sim_device_restart(d, now_ms);
	return n;
}
