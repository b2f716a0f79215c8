/*
 * center_engine: what an authoritative engine says to whom, over messages that
 * usm makes as a device would.
 */
#include <config.h>

#include "manager/center_engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/snmp/conf.h"
#include "tests/unit/support.h"

enum { SIZE = 2048, BOOTS = 5, STARTED_MS = 1000, NOW_MS = STARTED_MS + 1000000 };

static const uint8_t engine_id[] = { 0x80, 0, 0x1f, 0x88, 5, 'c', 'e', 'n', 't', 'r', 'e' };
static const uint8_t other_id[] = { 0x80, 0, 0x1f, 0x88, 5, 'd', 'e', 'v', 'i', 'c', 'e' };
/* An inform of no varbinds, request id 0x01020304. */
static const uint8_t inform[] = { 0xa6, 0x0e, 2, 4, 1, 2, 3, 4, 2, 1, 0, 2, 1, 0, 0x30, 0 };
static const uint8_t trap[] = { 0xa7, 0x0e, 2, 4, 1, 2, 3, 4, 2, 1, 0, 2, 1, 0, 0x30, 0 };
static const uint8_t answer[] = { 0xa2, 0x0e, 2, 4, 1, 2, 3, 4, 2, 1, 0, 2, 1, 0, 0x30, 0 };

static struct usm *usm;
static struct center_engine *engine;
static struct err e;
static unsigned asked;		/* of the store */
static bool rotated, removed, failing;

static struct snmp_credential *
credential(const char *user, uint8_t key)
{
	uint8_t auth[32], priv[32];
	struct snmp_credential *c;

	(void)memset(auth, key, sizeof(auth));
	(void)memset(priv, key + 1, sizeof(priv));
	c = snmp_credential_of_keys(user, "SHA-256", auth, sizeof(auth), "AES", priv,
	    sizeof(priv), &e);
	ck_assert_msg(c != NULL, "%s", e.text);
	return c;
}

/* Users u0, u1, ... of devices 100, 101, ...; u0 may have two sets. */
static int
find(void *user, const char *name, struct center_engine_user *ret)
{
	uint32_t number = 0;

	(void)user;
	asked++;
	if (failing)
		return -EIO;
	if (name[0] != 'u' || removed || parse_u32(name + 1, 0, 99, &number, NULL) < 0)
		return -ENOENT;
	ret->device = 100 + number;
	ret->sets[ret->set_count++] = credential(name, rotated ? 'N' : 'K');
	if (rotated)
		ret->sets[ret->set_count++] = credential(name, 'K');
	return 0;
}

static void
setup(void)
{
	struct center_engine_options o = { .engine_id_len = sizeof(engine_id), .boots = BOOTS,
		.started_ms = STARTED_MS, .users = 4, .find = find };
	struct conf *c = conf_new();

	support_folder_make();
	(void)setenv("SNMPCONFPATH", support_folder(), 1);
	ck_assert_int_eq(conf_read(c, &e), 0);
	conf_free(c);
	(void)memcpy(o.engine_id, engine_id, sizeof(engine_id));
	ck_assert_int_eq(center_engine_new(&o, &engine, &e), 0);
	usm = usm_new();
	ck_assert_ptr_nonnull(usm);
	asked = 0;
	rotated = removed = failing = false;
}

static void
teardown(void)
{
	center_engine_free(engine);
	usm_free(usm);
	support_folder_remove();
}

/* What is sent; zero fields are as a good inform of u0 has them. */
struct sent {
	const char *user;
	uint8_t key;		/* 'K' */
	int flags;		/* -1 = none; 0 = all three */
	const uint8_t *engine_id;
	size_t engine_id_len;
	bool no_engine_id;
	uint32_t boots, time_s;
	const uint8_t *pdu;
	size_t pdu_len;
	bool spoil;		/* one octet within the digest's reach */
};

static uint8_t datagram[SIZE];
static size_t datagram_len;
static struct usm_keys keys;

static void
make(const struct sent *s)
{
	struct snmp_credential *c = credential(s->user != NULL && s->user[0] != 0 ? s->user : "u0",
	    s->key != 0 ? s->key : 'K');
	const uint8_t *id = s->engine_id != NULL ? s->engine_id : engine_id;
	struct usm_message m = { .id = 77, .engine_id = id,
		.engine_id_len = s->no_engine_id ? 0 :
		    s->engine_id != NULL ? s->engine_id_len : sizeof(engine_id),
		.boots = s->boots != 0 ? s->boots : BOOTS,
		.time_s = s->time_s != 0 ? s->time_s : (NOW_MS - STARTED_MS) / 1000,
		.user = (const uint8_t *)(s->user != NULL ? s->user : "u0"),
		.context_engine_id = id, .context_engine_id_len = sizeof(engine_id),
		.context = (const uint8_t *)"ctx", .context_len = 3,
		.pdu = s->pdu != NULL ? s->pdu : inform,
		.pdu_len = s->pdu != NULL ? s->pdu_len : sizeof(inform) };
	uint8_t buf[SIZE];

	m.user_len = strlen((const char *)m.user);
	m.flags = s->flags == 0 ? USM_FLAG_AUTH | USM_FLAG_PRIV | USM_FLAG_REPORTABLE :
	    s->flags == -1 ? 0 : (uint8_t)s->flags;
	ck_assert_int_eq(usm_localize(usm, c, id, m.engine_id_len, &keys, &e), 0);
	snmp_credential_free(c);
	datagram_len = usm_write(usm, &m, &keys, buf, sizeof(buf));
	ck_assert_uint_gt(datagram_len, 0);
	(void)memcpy(datagram, buf + sizeof(buf) - datagram_len, datagram_len);
	if (s->spoil)
		datagram[datagram_len - 1] ^= 1;
}

static struct center_engine_message
take_at(const struct sent *s, int64_t now_ms)
{
	struct center_engine_message ret;

	make(s);
	center_engine_take(engine, datagram, datagram_len, now_ms, &ret);
	return ret;
}

static struct center_engine_message
take(const struct sent *s)
{
	return take_at(s, NOW_MS);
}

/* A report of usmStats counter `arc` went back, with these flags and value. */
static void
is_report(const struct center_engine_message *r, uint8_t arc, uint8_t flags, uint8_t value)
{
	uint8_t name[] = { 6, 10, 0x2b, 6, 1, 6, 3, 15, 1, 1, arc, 0, 0x41, 1, value };
	uint8_t copy[SIZE];
	struct usm_message m;

	ck_assert_int_eq(r->kind, CENTER_ENGINE_REPORT);
	(void)memcpy(copy, r->reply, r->reply_len);
	ck_assert(usm_read(copy, r->reply_len, &m));
	ck_assert_uint_eq(m.flags, flags);
	ck_assert_uint_eq(m.id, 77);
	ck_assert_uint_eq(m.boots, BOOTS);
	ck_assert_uint_eq(m.time_s, (NOW_MS - STARTED_MS) / 1000);
	ck_assert_mem_eq(m.engine_id, engine_id, sizeof(engine_id));
	if ((flags & USM_FLAG_AUTH) != 0)
		ck_assert(usm_is_authentic(usm, &keys, copy, r->reply_len, &m));
	ck_assert(usm_read_scoped(usm, &keys, &m));
	ck_assert_uint_eq(m.pdu[0], 0xa8);
	ck_assert_uint_ge(m.pdu_len, sizeof(name));
	ck_assert_mem_eq(m.pdu + m.pdu_len - sizeof(name), name, sizeof(name));
}

START_TEST(an_inform_is_taken_and_answered)
{
	struct center_engine_message r = take(&(struct sent){ 0 });
	uint8_t buf[SIZE];
	struct usm_message m;
	size_t len;

	ck_assert_msg(r.kind == CENTER_ENGINE_REQUEST, "%s", r.cause);
	ck_assert_ptr_null(r.cause);
	ck_assert_str_eq(r.user, "u0");
	ck_assert_int_eq(r.device, 100);
	ck_assert_uint_eq(r.tag, 0xa6);
	ck_assert_uint_eq(r.pdu_len, sizeof(inform));
	ck_assert_mem_eq(r.pdu, inform, sizeof(inform));
	len = center_engine_answer(engine, &r.to, NOW_MS, answer, sizeof(answer), buf, sizeof(buf));
	ck_assert_uint_gt(len, 0);
	ck_assert(usm_read(buf + sizeof(buf) - len, len, &m));
	ck_assert_uint_eq(m.id, 77);
	ck_assert_uint_eq(m.flags, USM_FLAG_AUTH | USM_FLAG_PRIV);
	ck_assert_uint_eq(m.boots, BOOTS);
	ck_assert_uint_eq(m.user_len, 2);
	ck_assert(usm_is_authentic(usm, &keys, buf + sizeof(buf) - len, len, &m));
	ck_assert(usm_read_scoped(usm, &keys, &m));
	ck_assert_uint_eq(m.context_len, 3);
	ck_assert_mem_eq(m.pdu, answer, sizeof(answer));
	/* What the asker cannot take is not sent. */
	r.to.max_size = (uint32_t)len - 1;
	ck_assert_uint_eq(center_engine_answer(engine, &r.to, NOW_MS, answer, sizeof(answer), buf,
	    sizeof(buf)), 0);
}
END_TEST

START_TEST(discovery)
{
	static const uint8_t get[] = { 0xa0, 0x0e, 2, 4, 1, 2, 3, 4, 2, 1, 0, 2, 1, 0, 0x30, 0 };
	struct center_engine_message r = take(&(struct sent){ .user = "", .no_engine_id = true,
		.flags = USM_FLAG_REPORTABLE, .pdu = get, .pdu_len = sizeof(get) });
	struct usm_message m;
	uint8_t copy[SIZE];

	is_report(&r, 4, 0, 1);
	ck_assert_ptr_null(r.cause);
	ck_assert_uint_eq(asked, 0);
	/* The request id comes back. */
	(void)memcpy(copy, r.reply, r.reply_len);
	ck_assert(usm_read(copy, r.reply_len, &m) && usm_read_scoped(usm, NULL, &m));
	ck_assert_mem_eq(m.pdu + 2, "\2\4\1\2\3\4", 6);
	/* Who may not be told is not. */
	r = take(&(struct sent){ .user = "", .no_engine_id = true, .flags = -1 });
	ck_assert_int_eq(r.kind, CENTER_ENGINE_NOTHING);
	ck_assert_uint_eq(center_engine_counts(engine)->unknown_engine_ids, 2);
	r = take(&(struct sent){ .engine_id = other_id, .engine_id_len = sizeof(other_id) });
	is_report(&r, 4, 0, 3);
	ck_assert_ptr_nonnull(r.cause);
}
END_TEST

START_TEST(who_is_refused)
{
	struct center_engine_message r = take(&(struct sent){ .user = "nobody" });

	is_report(&r, 3, 0, 1);
	ck_assert_str_eq(r.cause, "an unknown user");
	ck_assert_str_eq(r.user, "nobody");
	r = take(&(struct sent){ .key = 'X' });
	is_report(&r, 5, 0, 1);
	ck_assert_str_eq(r.cause, "a wrong key");
	r = take(&(struct sent){ .spoil = true });
	is_report(&r, 5, 0, 2);
	r = take(&(struct sent){ .flags = USM_FLAG_REPORTABLE });
	is_report(&r, 1, 0, 1);
	r = take(&(struct sent){ .flags = USM_FLAG_REPORTABLE | USM_FLAG_AUTH });
	is_report(&r, 1, 0, 2);
	/* One user's key under another's name. */
	ck_assert_int_eq(take(&(struct sent){ .user = "u1" }).device, 101);
	/* A Response, a Report: nobody sends these to us. */
	r = take(&(struct sent){ .pdu = answer, .pdu_len = sizeof(answer) });
	ck_assert_int_eq(r.kind, CENTER_ENGINE_NOTHING);
	ck_assert_uint_eq(center_engine_counts(engine)->malformed, 1);
	ck_assert_uint_eq(center_engine_counts(engine)->requests, 1);
}
END_TEST

START_TEST(the_time_window)
{
	const uint32_t t = (NOW_MS - STARTED_MS) / 1000;
	static const int64_t good[] = { 0, 150, -150 }, bad[] = { 151, -151 };
	struct center_engine_message r;

	for (size_t i = 0; i < 3; i++) {
		r = take(&(struct sent){ .time_s = (uint32_t)(t + good[i]) });
		ck_assert_int_eq(r.kind, CENTER_ENGINE_REQUEST);
	}
	for (size_t i = 0; i < 2; i++) {
		r = take(&(struct sent){ .time_s = (uint32_t)(t + bad[i]) });
		is_report(&r, 2, USM_FLAG_AUTH, (uint8_t)(i + 1));
	}
	r = take(&(struct sent){ .boots = BOOTS - 1 });
	is_report(&r, 2, USM_FLAG_AUTH, 3);
	/* What sets a manager's clock is authNoPriv, RFC 3414 4. */
	r = take(&(struct sent){ .flags = USM_FLAG_REPORTABLE | USM_FLAG_AUTH, .boots = 1,
		.time_s = 1 });
	is_report(&r, 2, USM_FLAG_AUTH, 4);
	/* A wrong key learns nothing of it. */
	r = take(&(struct sent){ .boots = BOOTS - 1, .key = 'X' });
	is_report(&r, 5, 0, 1);
}
END_TEST

/* The same octets later: within the window they are good, behind it they are not. */
START_TEST(a_replay)
{
	struct center_engine_message r;
	uint8_t copy[SIZE];
	size_t len;

	make(&(struct sent){ 0 });
	len = datagram_len;
	for (int i = 0; i < 2; i++) {
		(void)memcpy(copy, datagram, len);
		center_engine_take(engine, copy, len, NOW_MS + i * 150000, &r);
		ck_assert_int_eq(r.kind, CENTER_ENGINE_REQUEST);
	}
	(void)memcpy(copy, datagram, len);
	center_engine_take(engine, copy, len, NOW_MS + 151000, &r);
	ck_assert_int_eq(r.kind, CENTER_ENGINE_REPORT);
	ck_assert_uint_eq(center_engine_counts(engine)->not_in_time, 1);
}
END_TEST

START_TEST(a_rotated_user_has_two_keys)
{
	rotated = true;
	ck_assert_int_eq(take(&(struct sent){ .key = 'K' }).kind, CENTER_ENGINE_REQUEST);
	ck_assert_int_eq(take(&(struct sent){ .key = 'N' }).kind, CENTER_ENGINE_REQUEST);
	ck_assert_uint_eq(asked, 1);
	ck_assert_int_eq(take(&(struct sent){ .key = 'X' }).kind, CENTER_ENGINE_REPORT);
}
END_TEST

START_TEST(users_are_read_anew)
{
	ck_assert_int_eq(take(&(struct sent){ 0 }).kind, CENTER_ENGINE_REQUEST);
	ck_assert_int_eq(take(&(struct sent){ 0 }).kind, CENTER_ENGINE_REQUEST);
	ck_assert_uint_eq(asked, 1);
	removed = true;
	ck_assert_int_eq(take_at(&(struct sent){ 0 }, NOW_MS + CENTER_ENGINE_FRESH_MS).kind,
	    CENTER_ENGINE_REPORT);
	ck_assert_uint_eq(asked, 2);
	ck_assert_uint_eq(center_engine_counts(engine)->unknown_users, 1);
	removed = false;
	failing = true;
	ck_assert_int_eq(take(&(struct sent){ 0 }).kind, CENTER_ENGINE_NOTHING);
	ck_assert_uint_eq(center_engine_counts(engine)->store_failures, 1);
	failing = false;
	ck_assert_int_eq(take(&(struct sent){ 0 }).kind, CENTER_ENGINE_REQUEST);
}
END_TEST

/* Five users, four places: who was heard least goes; unknown ones take none. */
START_TEST(the_least_heard_goes)
{
	static const char *const order[] = { "u0", "u1", "u2", "u3", "u0", "u4", "u0" };

	for (size_t i = 0; i < 7; i++)
		ck_assert_int_eq(take(&(struct sent){ .user = order[i] }).kind,
		    CENTER_ENGINE_REQUEST);
	ck_assert_uint_eq(asked, 5);
	for (int i = 0; i < 10; i++)
		(void)take(&(struct sent){ .user = "nobody" });
	ck_assert_uint_eq(asked, 15);
	(void)take(&(struct sent){ .user = "u0" });
	ck_assert_uint_eq(asked, 15);
	(void)take(&(struct sent){ .user = "u1" });
	ck_assert_uint_eq(asked, 16);
}
END_TEST

START_TEST(whose_it_is)
{
	int64_t device = 0;

	make(&(struct sent){ 0 });
	ck_assert_int_eq(center_engine_whose(engine, datagram, datagram_len, &device), -ENOENT);
	(void)take(&(struct sent){ 0 });
	make(&(struct sent){ 0 });
	ck_assert_int_eq(center_engine_whose(engine, datagram, datagram_len, &device), 0);
	ck_assert_int_eq(device, 100);
	ck_assert_int_eq(center_engine_whose(engine, datagram, 5, &device), -ENOENT);
}
END_TEST

START_TEST(traps_are_the_senders)
{
	struct sent s = { .engine_id = other_id, .engine_id_len = sizeof(other_id),
		.flags = USM_FLAG_AUTH | USM_FLAG_PRIV, .boots = 9, .time_s = 500,
		.pdu = trap, .pdu_len = sizeof(trap) };
	struct center_engine_message r = take(&s);

	ck_assert_int_eq(r.kind, CENTER_ENGINE_TRAP);
	ck_assert_int_eq(r.device, 100);
	ck_assert_mem_eq(r.pdu, trap, sizeof(trap));
	ck_assert_int_eq(take(&s).kind, CENTER_ENGINE_TRAP);
	/* Older than what was heard by more than the window. */
	ck_assert_int_eq(take_at(&s, NOW_MS + 151000).kind, CENTER_ENGINE_NOTHING);
	s.time_s = 700;
	ck_assert_int_eq(take_at(&s, NOW_MS + 151000).kind, CENTER_ENGINE_TRAP);
	s.boots = 8;
	s.time_s = 9000;
	ck_assert_int_eq(take(&s).kind, CENTER_ENGINE_NOTHING);
	ck_assert_uint_eq(center_engine_counts(engine)->not_in_time, 2);
	s.boots = 10;
	s.key = 'X';
	ck_assert_str_eq(take(&s).cause, "a trap with a wrong key");
	s.key = 'K';
	s.user = "nobody";
	ck_assert_str_eq(take(&s).cause, "a trap of an unknown user");
	s.user = "u0";
	s.pdu = inform;
	ck_assert_int_eq(take(&s).kind, CENTER_ENGINE_NOTHING);
	s.pdu = trap;
	s.flags = -1;
	ck_assert_int_eq(take(&s).kind, CENTER_ENGINE_NOTHING);
	s.flags = USM_FLAG_AUTH;
	ck_assert_int_eq(take(&s).kind, CENTER_ENGINE_TRAP);
}
END_TEST

/* Any octet spoilt: never taken, never a crash; cut anywhere: the same. */
START_TEST(spoilt_messages)
{
	struct center_engine_message r;
	uint8_t copy[SIZE];
	size_t len;

	make(&(struct sent){ 0 });
	len = datagram_len;
	for (size_t at = 0; at < len; at++) {
		(void)memcpy(copy, datagram, len);
		copy[at] ^= 0x15;
		center_engine_take(engine, copy, len, NOW_MS, &r);
		ck_assert_int_ne(r.kind, CENTER_ENGINE_REQUEST);
		ck_assert_int_ne(r.kind, CENTER_ENGINE_TRAP);
		(void)memcpy(copy, datagram, at);
		center_engine_take(engine, copy, at, NOW_MS, &r);
		ck_assert_int_eq(r.kind, CENTER_ENGINE_NOTHING);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("center_engine");
	TCase *tc = tcase_create("center_engine");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_inform_is_taken_and_answered);
	tcase_add_test(tc, discovery);
	tcase_add_test(tc, who_is_refused);
	tcase_add_test(tc, the_time_window);
	tcase_add_test(tc, a_replay);
	tcase_add_test(tc, a_rotated_user_has_two_keys);
	tcase_add_test(tc, users_are_read_anew);
	tcase_add_test(tc, the_least_heard_goes);
	tcase_add_test(tc, whose_it_is);
	tcase_add_test(tc, traps_are_the_senders);
	tcase_add_test(tc, spoilt_messages);
	suite_add_tcase(s, tc);
	return support_run(s);
}
