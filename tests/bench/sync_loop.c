/*
 * sync_loop REQUESTS FLEET COMMUNITY: the peer that most C programs are: one
 * device after the other, a session each, snmp_sess_synch_response.
 *
 * REQUESTS is what fleetsim --log-requests wrote for one device, FLEET its
 * list of addresses.  Each device is asked each request over SNMPv2c; what it
 * answers is counted and thrown away.  Prints
 * "DEVICES REQUESTS VARBINDS WALL_US CPU_US", the library's start left out.
 */
#include <config.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { REQUESTS_MAX = 64, NAMES_MAX = 128, LINE_MAX_SIZE = 16384 };

struct request {
	int command;
	long non_repeaters, max_repetitions;
	size_t name_count;
	struct {
		oid sub[MAX_OID_LEN];
		size_t len;
	} names[NAMES_MAX];
};

struct sync_loop {
	struct request *requests;
	size_t request_count;
	const char *community;
	uint64_t devices, asked, varbinds;
};

static int64_t
us(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

static int64_t
cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return us(&u.ru_utime) + us(&u.ru_stime);
}

static int64_t
wall_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool
read_name(const char *text, struct request *r)
{
	char *end;
	size_t len = 0;

	if (r->name_count == NAMES_MAX)
		return false;
	for (;; text = end + 1) {
		if (len == MAX_OID_LEN || *text < '0' || *text > '9')
			return false;
		r->names[r->name_count].sub[len++] = strtoul(text, &end, 10);
		if (*end != '.')
			break;
	}
	r->names[r->name_count++].len = len;
	return *end == '\0';
}

/* "DEVICE get|getnext|getbulk NON-REPEATERS MAX-REPETITIONS OID..." */
static bool
read_request(char *line, struct request *r)
{
	char *save = NULL, *word;
	size_t i = 0;

	for (word = strtok_r(line, " \n", &save); word != NULL;
	    word = strtok_r(NULL, " \n", &save), i++) {
		if (i == 1)
			r->command = strcmp(word, "get") == 0 ? SNMP_MSG_GET :
			    strcmp(word, "getnext") == 0 ? SNMP_MSG_GETNEXT : SNMP_MSG_GETBULK;
		else if (i == 2)
			r->non_repeaters = strtol(word, NULL, 10);
		else if (i == 3)
			r->max_repetitions = strtol(word, NULL, 10);
		else if (i > 3 && !read_name(word, r))
			return false;
	}
	return r->name_count > 0;
}

static bool
read_requests(const char *path, struct sync_loop *s)
{
	static char line[LINE_MAX_SIZE];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return false;
	while (s->request_count < REQUESTS_MAX && fgets(line, sizeof(line), file) != NULL)
		if (!read_request(line, &s->requests[s->request_count++])) {
			s->request_count = 0;
			break;
		}
	(void)fclose(file);
	return s->request_count > 0;
}

static bool
ask(struct sync_loop *s, struct session_list *session, const struct request *r)
{
	struct snmp_pdu *pdu = snmp_pdu_create(r->command), *answer = NULL;
	struct variable_list *v;
	size_t i;
	int rc;

	if (pdu == NULL)
		return false;
	if (r->command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = r->non_repeaters;
		pdu->max_repetitions = r->max_repetitions;
	}
	for (i = 0; i < r->name_count; i++)
		(void)snmp_add_null_var(pdu, r->names[i].sub, r->names[i].len);
	rc = snmp_sess_synch_response(session, pdu, &answer);
	s->asked++;
	if (rc == STAT_SUCCESS)
		for (v = answer->variables; v != NULL; v = v->next_variable)
			s->varbinds++;
	if (answer != NULL)
		snmp_free_pdu(answer);
	return rc == STAT_SUCCESS;
}

static bool
poll_device(struct sync_loop *s, char *address)
{
	struct snmp_session settings;
	struct session_list *session;
	bool good = true;
	size_t i;

	snmp_sess_init(&settings);
	settings.version = SNMP_VERSION_2c;
	settings.peername = address;
	settings.community = (u_char *)(uintptr_t)s->community;
	settings.community_len = strlen(s->community);
	session = snmp_sess_open(&settings);
	if (session == NULL)
		return false;
	for (i = 0; i < s->request_count && good; i++)
		good = ask(s, session, &s->requests[i]);
	(void)snmp_sess_close(session);
	s->devices += good;
	return good;
}

int
main(int argc, char *argv[])
{
	static char line[LINE_MAX_SIZE];
	struct sync_loop s = { 0 };
	int64_t start_wall, start_cpu;
	char *save, *address;
	FILE *fleet;
	int status = 3;

	if (argc != 4) {
		(void)fprintf(stderr, "usage: sync_loop REQUESTS FLEET COMMUNITY\n");
		return 1;
	}
	s.community = argv[3];
	s.requests = calloc(REQUESTS_MAX, sizeof(*s.requests));
	fleet = fopen(argv[2], "r");
	if (s.requests == NULL || fleet == NULL || !read_requests(argv[1], &s)) {
		(void)fprintf(stderr, "sync_loop: cannot read %s or %s\n", argv[1], argv[2]);
		goto out;
	}
	init_snmp("sync_loop");
	start_wall = wall_us();
	start_cpu = cpu_us();
	status = 0;
	while (fgets(line, sizeof(line), fleet) != NULL) {
		save = NULL;
		(void)strtok_r(line, " \n", &save);
		address = strtok_r(NULL, " \n", &save);
		if (address != NULL && !poll_device(&s, address))
			status = 2;
	}
	(void)printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 "\n", s.devices,
		s.asked, s.varbinds, wall_us() - start_wall, cpu_us() - start_cpu);
out:
	if (fleet != NULL)
		(void)fclose(fleet);
	free(s.requests);
	return status;
}
