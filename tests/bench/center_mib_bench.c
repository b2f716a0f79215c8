/*
 * What a device's question costs the centre, by the size of the fleet: a walk
 * over IMGADM-CENTER-MIB by GETBULK 50, in SNMPv3 messages with authPriv; the
 * centre's side of them, without the socket.
 *
 *   center_mib_bench FOLDER [DEVICES [WALKS]]
 *
 * Two stores are made in FOLDER, of 10 devices and of DEVICES (20 models).
 * Each device asks every 900 s, in no order; what is kept for a walk has gone
 * old by the next, and what is kept of models is reckoned as often as that
 * wants.  Users are loaded from the store as they come.  CPU is user and system
 * of this process, while a question is answered.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/parse.h"
#include "lib/snmp/pdu.h"
#include "lib/store/store_center.h"
#include "manager/center_engine.h"
#include "manager/center_mib.h"
#include "mibs/imgadm-center-mib.h"
#include "tests/unit/store_world.h"

enum {
	MODELS = 20, UNITS = 12, ENTRIES = 40, EVERY_S = 900, T0 = 1790000000,
	KEY_SIZE = 32, MESSAGE_SIZE = 1500,
};

static const uint8_t engine_id[] = { 0x80, 0, 0x1f, 0x88, 4, 'b', 'e', 'n', 'c', 'h' };

static int64_t now_ms;

static int64_t
clock_ms(void *user)
{
	(void)user;
	return now_ms;
}

static int64_t
clock_s(void *user)
{
	(void)user;
	return T0 + 86400 + now_ms / 1000;
}

static const struct clock bench_clock = { clock_ms, clock_s, NULL };

static void
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "center_mib_bench: %s: %s\n", what, e == NULL ? "" : e->text);
	exit(EXIT_STORAGE);
}

static double
cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
user_name(unsigned number, char *dst, size_t size)
{
	(void)snprintf(dst, size, "u%u", number);
}

/* --- a fleet ----------------------------------------------------------------------- */

static void
put(struct store *s, struct world_machine *m, const char *name, utc_s when)
{
	struct store_target target;
	struct world_poll p;
	struct err e;

	if (!world_target(s, name, &target))
		die(name, NULL);
	world_poll(&p, m, &target, when, SIZE_MAX);
	if (store_poll_put(s, &p.result, NULL, &e) < 0)
		die(name, &e);
	world_poll_release(&p);
}

static void
device(struct store *s, unsigned number)
{
	struct store_user u = { .auth = "SHA-256", .priv = "AES", .auth_key_len = KEY_SIZE,
		.priv_key_len = KEY_SIZE };
	char name[32], address[32];
	struct world_machine m;
	struct err e;

	(void)snprintf(name, sizeof(name), "d%u", number);
	(void)snprintf(address, sizeof(address), "10.%u.%u.%u", number / 65536,
		number / 256 % 256, number % 256);
	if (store_device_add(s, &(struct store_device_new){ .name = name, .address = address },
	    &u.device, &e) < 0)
		die(name, &e);
	user_name(number, u.name, sizeof(u.name));
	if (store_user_add(s, &u, -1, &e) < 0)
		die(name, &e);
	world_machine_init(&m, number, UNITS, UNITS, 1000);
	(void)snprintf(m.structure.device.model, sizeof(m.structure.device.model), "M%u",
		number % MODELS);
	put(s, &m, name, T0);
	world_log_add(&m, ENTRIES);
	m.structure.device.use_count += 5000;
	put(s, &m, name, T0 + 86400);
	world_machine_release(&m);
}

static struct store *
fleet(const char *path, unsigned devices)
{
	struct store *s;
	struct err e;
	unsigned i;

	if (store_open(path, STORE_POLL, &s, &e) < 0)
		die(path, &e);
	for (i = 0; i < devices; i++) {
		if (i % 200 == 0 && store_batch_begin(s, &e) < 0)
			die(path, &e);
		device(s, i + 1);
		if ((i % 200 == 199 || i + 1 == devices) && store_batch_commit(s, &e) < 0)
			die(path, &e);
	}
	return s;
}

/* --- walks --------------------------------------------------------------------------- */

struct bench {
	struct store *store;
	struct center_mib *mib;
	struct center_engine *engine;
	struct usm *usm;
	struct usm_keys keys;	/* of every device, at the centre's engine */
	struct pdu_room room;
	uint64_t bulks;
	double us;
};

static int
find(void *user, const char *name, struct center_engine_user *ret)
{
	struct bench *b = user;
	struct store_user u;
	struct err e;
	int rc = store_user_find(b->store, name, clock_s(NULL), &u, &e);

	if (rc < 0)
		return rc;
	ret->device = u.device;
	ret->sets[0] = snmp_credential_of_keys(u.name, u.auth, u.auth_key, u.auth_key_len,
		u.priv, u.priv_key, u.priv_key_len, &e);
	ret->set_count = 1;
	return ret->sets[0] == NULL ? -1 : 0;
}

static void
begin(struct bench *b)
{
	static const uint8_t key[KEY_SIZE];
	struct center_engine_options o = { .engine_id_len = sizeof(engine_id), .boots = 1,
		.find = find, .user = b };
	struct snmp_credential *c;
	struct err e;

	(void)memcpy(o.engine_id, engine_id, sizeof(engine_id));
	b->usm = usm_new();
	b->mib = center_mib_new(b->store, &bench_clock);
	c = snmp_credential_of_keys("u", "SHA-256", key, sizeof(key), "AES", key, sizeof(key), &e);
	if (b->usm == NULL || b->mib == NULL || c == NULL ||
	    center_engine_new(&o, &b->engine, &e) < 0 ||
	    usm_localize(b->usm, c, engine_id, sizeof(engine_id), &b->keys, &e) < 0)
		die("cannot begin", NULL);
	snmp_credential_free(c);
}

/* One question of a device: the PDU that answers it, in answer's last octets. */
static size_t
question(struct bench *b, unsigned number, const struct pdu *q, uint8_t answer[MESSAGE_SIZE])
{
	uint8_t pdu[512], buf[MESSAGE_SIZE], back[MESSAGE_SIZE];
	struct center_engine_message m;
	char user[32];
	struct usm_message asked = { .id = 1, .engine_id = engine_id,
		.engine_id_len = sizeof(engine_id), .boots = 1,
		.time_s = (uint32_t)(now_ms / 1000), .user = (const uint8_t *)user,
		.context_engine_id = engine_id, .context_engine_id_len = sizeof(engine_id),
		.flags = USM_FLAG_AUTH | USM_FLAG_PRIV | USM_FLAG_REPORTABLE };
	size_t len;
	double us;

	user_name(number, user, sizeof(user));
	asked.user_len = strlen(user);
	asked.pdu_len = pdu_write(q, pdu, sizeof(pdu));
	asked.pdu = pdu + sizeof(pdu) - asked.pdu_len;
	len = usm_write(b->usm, &asked, &b->keys, buf, sizeof(buf));
	us = cpu_us();
	center_engine_take(b->engine, buf + sizeof(buf) - len, len, now_ms, &m);
	if (m.kind != CENTER_ENGINE_REQUEST)
		die(m.cause == NULL ? "no request" : m.cause, NULL);
	len = center_mib_answer(b->mib, m.device, m.pdu, m.pdu_len, answer, MESSAGE_SIZE - 150);
	if (len == 0 || center_engine_answer(b->engine, &m.to, now_ms,
	    answer + MESSAGE_SIZE - 150 - len, len, back, sizeof(back)) == 0)
		die("no answer", NULL);
	b->us += cpu_us() - us;
	b->bulks++;
	(void)memmove(answer, answer + MESSAGE_SIZE - 150 - len, len);
	return len;
}

static void
walk(struct bench *b, unsigned number)
{
	snmp_sub name[SNMP_OID_MAX] = { IMGADM_OID_imgCenterObjects };
	struct snmp_varbind v = { .name = name, .name_len = IMGADM_LEN_imgCenterObjects,
		.type = SNMP_TYPE_NULL };
	struct pdu q = { .tag = PDU_GETBULK, .request_id = 1, .error_index = 50,
		.varbinds = &v, .count = 1 }, a;
	uint8_t answer[MESSAGE_SIZE];
	size_t len;

	for (;;) {
		const struct snmp_varbind *last;

		len = question(b, number, &q, answer);
		if (pdu_read(answer, len, &b->room, &a) < 0 || a.error_status != 0 ||
		    a.count == 0)
			die("a wrong answer", NULL);
		last = &a.varbinds[a.count - 1];
		if (last->type == SNMP_TYPE_END_OF_MIB_VIEW)
			return;
		v.name_len = last->name_len;
		(void)memcpy(name, last->name, last->name_len * sizeof(*name));
	}
}

/* Microseconds of a GETBULK. */
static double
measure(const char *folder, unsigned devices, unsigned walks)
{
	uint64_t seed = devices;
	struct bench b = {0};
	char path[4096];
	unsigned i;

	(void)snprintf(path, sizeof(path), "%s/center-%u.db", folder, devices);
	b.store = fleet(path, devices);
	now_ms = 1000;
	begin(&b);
	for (i = 0; i < walks; i++) {
		now_ms += EVERY_S * 1000 / devices;
		walk(&b, 1 + (unsigned)world_random(&seed, devices));
	}
	center_engine_free(b.engine);
	center_mib_free(b.mib);
	usm_free(b.usm);
	pdu_room_release(&b.room);
	store_close(b.store);
	return b.us / (double)b.bulks;
}

int
main(int argc, char *argv[])
{
	uint32_t devices = 10000, walks = 40000;
	double few, many;

	if (argc < 2 || (argc > 2 && parse_u32(argv[2], 10, 100000, &devices, NULL) < 0) ||
	    (argc > 3 && parse_u32(argv[3], 1, 10000000, &walks, NULL) < 0)) {
		(void)fprintf(stderr, "usage: center_mib_bench FOLDER [DEVICES [WALKS]]\n");
		return EXIT_USAGE;
	}
	few = measure(argv[1], 10, walks);
	many = measure(argv[1], devices, walks);
	(void)printf("reports.getbulk %.1f us vs 10-users %.1f us ratio %.2f\n", many, few,
		few / many);
	return EXIT_DONE;
}
