/*
 * reporter: devices that report, without devices.
 *
 *	reporter enrol DB COUNT            devices d0, d1, ... (not polled), users u0, u1, ...
 *	reporter enrol-one DB DEVICE ADDRESS USER PASSPHRASE   keys as net-snmp's tools make them
 *	                                   ("" = not polled; "site:NAME" as device: its user)
 *	reporter send [options] PORT       sends until all is acknowledged, or the deadline
 *
 * Device N is tests/unit/store_world's machine of that number.  A request that
 * is not answered is sent again for good; what was acknowledged is never sent
 * again, so that whatever a centre lost stays lost and can be seen.
 * The last line: "informs N refused N seconds S.SSS", where all was acknowledged.
 * With --share the N senders are one device: each sends its own share of one log.
 * With --tell before it, a line a device: "dN structure 0|1 log INDEX", what was
 * acknowledged.
 */
#include <config.h>

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "lib/report/report.h"
#include "lib/snmp/credential_internal.h"
#include "lib/snmp/engine.h"
#include "lib/store/store_center.h"
#include "tests/unit/store_world.h"

enum { KEY_SIZE = 32, UNITS = 12, SOFTWARE = 10 };

struct sending {
	uint32_t devices, entries, each, window, timeout_ms, deadline_s, machine, repeat, change;
	uint32_t first_id, give_up, from;
	bool structure, spoil, last_part, wrong_key, tell, share;
	const char *port, *user;
	uint32_t next;
	int64_t end_ms;
	uint64_t informs, refused, left;
};

enum { O_DEVICES = OPTIONS_LONG_ONLY, O_ENTRIES, O_EACH, O_WINDOW, O_MS, O_DEADLINE, O_STRUCTURE,
	O_MACHINE, O_USER, O_SPOIL, O_LAST_PART, O_WRONG_KEY, O_REPEAT, O_FIRST_ID, O_GIVE_UP,
	O_TELL, O_CHANGE, O_FROM, O_SHARE };

static const struct option_row rows[] = {
	{ O_DEVICES, "devices", "N", "how many (1)" },
	{ O_FROM, "from", "N", "the number of the first (0)" },
	{ O_SHARE, "share", NULL, "all are the first one, each with its own --entries of its log" },
	{ O_ENTRIES, "entries", "N", "log entries of each (0)" },
	{ O_EACH, "each", "N", "entries of a report (4)" },
	{ O_STRUCTURE, "structure", NULL, "each sends its structure first" },
	{ O_CHANGE, "change", "N", "the structure after N changes (0)" },
	{ O_REPEAT, "repeat", "N", "send each inform so often (1)" },
	{ O_FIRST_ID, "first-id", "N", "the number of a device's first report (2)" },
	{ O_GIVE_UP, "give-up", "N", "a device ends after so many tries without an answer (0: not)" },
	{ O_TELL, "tell", NULL, "what of each device was acknowledged" },
	{ O_WINDOW, "window", "N", "devices at a time (256)" },
	{ O_MS, "timeout-ms", "MS", "of a try (1000)" },
	{ O_DEADLINE, "deadline", "S", "give up (60)" },
	{ O_MACHINE, "machine", "N", "be the machine of this number with the user of another" },
	{ O_USER, "user", "NAME", "use this name" },
	{ O_SPOIL, "spoil-digest", NULL, "a digest that does not agree" },
	{ O_LAST_PART, "without-last-part", NULL, "of a structure" },
	{ O_WRONG_KEY, "wrong-key", NULL, "another key than was enrolled" },
	{ 0 },
};
static const struct options program = {
	.program = "reporter", .usage = "send [options] PORT | enrol ... | enrol-one ...",
	.summary = "Plays devices that report.", .rows = rows,
};

static _Noreturn void
die(const char *what, const struct err *e)
{
	log_error("%s: %s", what, e->text);
	exit(EXIT_STORAGE);
}

static void
keys_of(uint32_t number, uint8_t auth[KEY_SIZE], uint8_t priv[KEY_SIZE])
{
	for (uint32_t i = 0; i < KEY_SIZE; i++) {
		auth[i] = (uint8_t)(number >> (i % 4 * 8) ^ (i * 7 + 1));
		priv[i] = (uint8_t)(auth[i] ^ 0x5a);
	}
}

/* --- enrolling ------------------------------------------------------------------ */

static void
enrol(const char *db, uint32_t count)
{
	struct err e = { 0 };
	struct store *s;
	char name[32];

	if (store_open(db, STORE_TOLD, &s, &e) < 0)
		die("enrol", &e);
	for (uint32_t i = 0; i < count; i++) {
		struct store_user u = { .auth = "SHA-256", .priv = "AES",
			.auth_key_len = KEY_SIZE, .priv_key_len = KEY_SIZE,
			.made = clock_utc_s(clock_system()) };

		if (i % 500 == 0 && ((i > 0 && store_batch_commit(s, &e) < 0) ||
		    store_batch_begin(s, &e) < 0))
			die("enrol", &e);
		(void)snprintf(name, sizeof(name), "d%u", i);
		(void)snprintf(u.name, sizeof(u.name), "u%u", i);
		keys_of(i, u.auth_key, u.priv_key);
		if (store_device_add_unpolled(s, &(struct store_device_new){ .name = name,
		    .address = "" }, &u.device, &e) < 0 || store_user_add(s, &u, -1, &e) < 0)
			die(name, &e);
	}
	if (count > 0 && store_batch_commit(s, &e) < 0)
		die("enrol", &e);
	store_close(s);
}

/* argv: DB DEVICE ADDRESS USER PASSPHRASE */
static void
enrol_one(char *argv[])
{
	const char *const words[] = { "-v3", "-u", argv[3], "-l", "authPriv", "-a", "SHA-256",
		"-A", argv[4], "-x", "AES", "-X", argv[4] };
	struct store_user u = { .auth = "SHA-256", .priv = "AES",
		.made = clock_utc_s(clock_system()) };
	struct store_device_new d = { .name = argv[1], .address = argv[2] };
	struct snmp_credential *c;
	struct err e = { 0 };
	struct store *s;
	int rc = 0;

	c = snmp_credential_new("reporter", 13, (char *const *)(uintptr_t)words, &e);
	if (c == NULL || store_open(argv[0], STORE_TOLD, &s, &e) < 0)
		die("enrol-one", &e);
	(void)snprintf(u.name, sizeof(u.name), "%s", argv[3]);
	u.auth_key_len = c->auth.master_len;
	u.priv_key_len = c->priv.master_len;
	(void)memcpy(u.auth_key, c->auth.master, u.auth_key_len);
	(void)memcpy(u.priv_key, c->priv.master, u.priv_key_len);
	if (strncmp(argv[1], "site:", 5) == 0)
		(void)snprintf(u.site, sizeof(u.site), "%s", argv[1] + 5);
	else if (argv[2][0] == '\0')
		rc = store_device_add_unpolled(s, &d, &u.device, &e);
	else
		rc = store_device_add(s, &d, &u.device, &e);
	if (rc == 0)
		rc = store_user_add(s, &u, -1, &e);
	if (rc < 0)
		die(argv[1], &e);
	store_close(s);
	snmp_credential_free(c);
}

/* --- one device ----------------------------------------------------------------- */

struct device_job {
	struct snmp_job job;	/* first */
	struct snmp_target target;
	struct sending *s;
	struct snmp_credential *credential;
	struct world_machine machine;
	struct report_pack *pack;
	uint32_t report_id;
	unsigned part, parts, sent, unanswered;
	uint32_t number;
	bool structure_done;
	uint32_t acknowledged;	/* log index */
	uint32_t last;		/* that it is to send */
	uint32_t upto;		/* of the report under way */
};

static int64_t
now_ms(void)
{
	return clock_monotonic_ms(clock_system());
}

/* The next report; false when there is none. */
static bool
next_report(struct device_job *j)
{
	struct report_head head = { .id = ++j->report_id, .reason = REPORT_CONNECT,
		.uptime_cs = 1000, .log = j->machine.log };
	struct err e = { 0 };
	uint32_t left = j->last - j->acknowledged;
	int rc;

	report_pack_free(j->pack);
	j->pack = NULL;
	(void)snprintf(head.device_id, sizeof(head.device_id), "%s", j->machine.structure.device.id);
	if (j->s->structure && !j->structure_done) {
		rc = report_pack_structure(&head, &j->machine.structure, &j->pack, &e);
	} else if (left > 0) {
		uint32_t n = left < j->s->each ? left : j->s->each;

		j->upto = j->acknowledged + n;
		rc = report_pack_errors(&head, &j->machine.entries[j->acknowledged], n, &j->pack,
		    &e);
	} else {
		return false;
	}
	if (rc < 0)
		die("report_pack", &e);
	j->parts = report_pack_parts(j->pack);
	j->part = 1;
	j->sent = 0;
	return true;
}

/* This part was acknowledged; false when there is nothing more to send. */
static bool
advance(struct device_job *j)
{
	unsigned parts = j->parts;

	j->s->informs++;
	if (++j->sent < j->s->repeat)
		return true;
	j->sent = 0;
	if (!j->structure_done && j->s->last_part)
		parts--;
	if (++j->part <= parts)
		return true;
	if (j->s->structure && !j->structure_done)
		j->structure_done = true;
	else
		j->acknowledged = j->upto;
	return next_report(j);
}

static bool
job_step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *ret)
{
	struct device_job *j = (struct device_job *)job;

	if (answer != NULL && answer->outcome == SNMP_ANSWERED) {
		j->unanswered = 0;
		if (answer->error_status != 0) {
			j->s->refused++;
			return false;
		}
		if (!advance(j))
			return false;
	} else if (answer != NULL) {
		if (answer->outcome == SNMP_FAULT || now_ms() > j->s->end_ms ||
		    ++j->unanswered == j->s->give_up) {
			j->s->left++;
			return false;
		}
		if (answer->outcome == SNMP_AUTH_FAILED &&
		    (j->s->wrong_key || j->s->user != NULL)) {
			j->s->refused++;
			return false;
		}
	}
	ret->op = SNMP_OP_INFORM;
	ret->value_count = report_pack_part(j->pack, j->part, &ret->values);
	return true;
}

static void
job_done(struct snmp_job *job, enum snmp_end end)
{
	struct device_job *j = (struct device_job *)job;

	j->s->left += end == SNMP_END_STOPPED;
	if (j->s->tell)
		(void)printf("d%u structure %d log %u\n", j->number, j->structure_done,
		    j->acknowledged);
	report_pack_free(j->pack);
	world_machine_release(&j->machine);
	snmp_credential_free(j->credential);
	free(j);
}

static struct snmp_job *
job_next(void *user)
{
	struct sending *s = user;
	uint8_t auth[KEY_SIZE], priv[KEY_SIZE];
	struct device_job *j;
	struct err e = { 0 };
	char name[32];
	uint32_t n = s->from + s->next, share = 0;

	if (s->next == s->devices)
		return NULL;
	if (s->share) {
		share = s->next;
		n = s->from;
	}
	s->next++;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		abort();
	j->s = s;
	j->number = n;
	(void)snprintf(name, sizeof(name), "u%u", n);
	keys_of(s->wrong_key ? n + 1000000 : n, auth, priv);
	j->credential = snmp_credential_of_keys(s->user != NULL ? s->user : name, "SHA-256", auth,
	    sizeof(auth), "AES", priv, sizeof(priv), &e);
	if (j->credential == NULL)
		die(name, &e);
	j->target = (struct snmp_target){ .credential = j->credential,
		.timeout_ms = s->timeout_ms };
	(void)snprintf(j->target.address, sizeof(j->target.address), "udp:127.0.0.1:%s", s->port);
	j->job = (struct snmp_job){ .target = &j->target, .step = job_step, .done = job_done };
	world_machine_init(&j->machine, s->machine != UINT32_MAX ? s->machine : n, UNITS, SOFTWARE,
	    WORLD_LOG_MAX);
	for (uint32_t i = 1; i <= s->change; i++) {
		(void)snprintf(j->machine.structure.software[0].version,
		    sizeof(j->machine.structure.software[0].version), "1.%u", i);
		world_changed(&j->machine, 1 + i);
		j->report_id = 100 * i;
	}
	if (s->spoil)
		j->machine.structure.digest[0] ^= 1;
	world_log_add(&j->machine, s->share ? s->entries * s->devices : s->entries);
	j->acknowledged = share * s->entries;
	j->last = j->acknowledged + s->entries;
	j->report_id += s->first_id - 1 + share * 10000;
	if (!next_report(j)) {
		job_done(&j->job, SNMP_END_DONE);
		return job_next(user);
	}
	return &j->job;
}

static int
send_all(struct sending *s)
{
	struct event_base *base = event_base_new();
	struct snmp_engine_options o = { .window = s->window, .silent_window = s->window,
		.next = job_next, .user = s };
	struct err e = { 0 };
	int64_t begun = now_ms(), ms;
	struct snmp_engine *engine = base == NULL ? NULL : snmp_engine_new(base, &o, &e);

	if (engine == NULL)
		die("engine", &e);
	s->end_ms = begun + (int64_t)s->deadline_s * 1000;
	(void)snmp_engine_run(engine);
	ms = now_ms() - begun;
	snmp_engine_free(engine);
	event_base_free(base);
	(void)printf("informs %llu refused %llu seconds %lld.%03lld\n",
	    (unsigned long long)s->informs, (unsigned long long)s->refused, (long long)(ms / 1000),
	    (long long)(ms % 1000));
	return s->left > 0 ? EXIT_SOME_FAILED : EXIT_DONE;
}

/* --- the command line ----------------------------------------------------------- */

static int
set_option(struct sending *s, int key, const char *a, struct err *e)
{
	switch (key) {
	case O_DEVICES:
		return parse_u32(a, 1, 100000, &s->devices, e);
	case O_ENTRIES:
		return parse_u32(a, 0, WORLD_LOG_MAX, &s->entries, e);
	case O_FROM:
		return parse_u32(a, 0, 100000, &s->from, e);
	case O_SHARE:
		s->share = true;
		break;
	case O_EACH:
		return parse_u32(a, 1, 100, &s->each, e);
	case O_REPEAT:
		return parse_u32(a, 1, 100, &s->repeat, e);
	case O_CHANGE:
		return parse_u32(a, 0, 1000, &s->change, e);
	case O_WINDOW:
		return parse_u32(a, 1, SNMP_ENGINE_WINDOW_MAX, &s->window, e);
	case O_MS:
		return parse_u32(a, 1, 60000, &s->timeout_ms, e);
	case O_DEADLINE:
		return parse_u32(a, 1, 3600, &s->deadline_s, e);
	case O_MACHINE:
		return parse_u32(a, 0, 1000000, &s->machine, e);
	case O_USER:
		s->user = a;
		break;
	case O_STRUCTURE:
		s->structure = true;
		break;
	case O_FIRST_ID:
		return parse_u32(a, 1, 1000000000, &s->first_id, e);
	case O_GIVE_UP:
		return parse_u32(a, 0, 1000, &s->give_up, e);
	case O_TELL:
		s->tell = true;
		break;
	case O_SPOIL:
		s->spoil = true;
		break;
	case O_LAST_PART:
		s->last_part = true;
		break;
	case O_WRONG_KEY:
		s->wrong_key = true;
		break;
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	struct sending s = { .devices = 1, .each = 4, .window = 256, .timeout_ms = 1000,
		.deadline_s = 60, .machine = UINT32_MAX, .repeat = 1, .first_id = 2 };
	struct options_pass pass;
	struct err e = { 0 };
	uint32_t count;
	int key, rc = 0;

	log_open("reporter", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	if (argc == 4 && strcmp(argv[1], "enrol") == 0) {
		if (parse_u32(argv[3], 1, 100000, &count, &e) < 0)
			die("COUNT", &e);
		enrol(argv[2], count);
		return EXIT_DONE;
	}
	if (argc == 7 && strcmp(argv[1], "enrol-one") == 0) {
		enrol_one(argv + 2);
		return EXIT_DONE;
	}
	options_begin(&pass, &program, argc, argv);
	while (rc >= 0 && (key = options_next(&pass, &e)) != OPTIONS_END) {
		if (key == OPTIONS_SHOWN)
			return EXIT_DONE;
		rc = key < 0 ? key : set_option(&s, key, pass.argument, &e);
	}
	if (rc < 0 || options_arguments(&pass, 2, 2, &e) < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	if (s.share && s.entries > WORLD_LOG_MAX / s.devices) {
		log_error("--share: at most %d entries in all", WORLD_LOG_MAX);
		return EXIT_USAGE;
	}
	s.port = argv[pass.index + 1];
	return send_all(&s);
}
