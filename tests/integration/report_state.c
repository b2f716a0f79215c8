/*
 * What a device reports, for the tests of reports: the state's own calls.
 *
 * report_state FILE set NAME=VALUE...     structure-every, errors-every (seconds), threshold,
 *                                         trigger (1..5), on-connect, on-change (0, 1), by
 *                                         (device, centre: who sets the intervals)
 * report_state FILE centre ADDRESS KEYS   KEYS is a key file; its user
 * report_state FILE no-centre
 * report_state FILE request structure|errors|both ID
 * report_state FILE advise INDEX SUBJECT KIND SEVERITY TEXT RECOMMENDATION (numbers for KIND,
 *                                         SEVERITY)
 * report_state FILE show                  NAME=VALUE lines
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state.h"
#include "agent-module/state_centre.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

static uint32_t
number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

static int
set(struct state *s, int argc, char *argv[], struct err *e)
{
	struct state_report r = { 0 };
	enum state_setter by = STATE_SET_BY_DEVICE;
	unsigned columns = 0;

	for (int i = 0; i < argc; i++) {
		const char *value = strchr(argv[i], '=');
		size_t len = value == NULL ? 0 : (size_t)(value - argv[i]);

		if (value == NULL)
			return err_set(e, -EINVAL, "%s: want NAME=VALUE", argv[i]);
		value++;
		if (strncmp(argv[i], "structure-every", len) == 0) {
			r.structure_every_s = number(value);
			columns |= STATE_REPORT_STRUCTURE_EVERY;
		} else if (strncmp(argv[i], "errors-every", len) == 0) {
			r.errors_every_s = number(value);
			columns |= STATE_REPORT_ERRORS_EVERY;
		} else if (strncmp(argv[i], "threshold", len) == 0) {
			r.threshold = number(value);
			columns |= STATE_REPORT_THRESHOLD;
		} else if (strncmp(argv[i], "trigger", len) == 0) {
			r.severity_trigger = (int)number(value);
			columns |= STATE_REPORT_TRIGGER;
		} else if (strncmp(argv[i], "on-connect", len) == 0) {
			r.on_connect = number(value) != 0;
			columns |= STATE_REPORT_ON_CONNECT;
		} else if (strncmp(argv[i], "on-change", len) == 0) {
			r.on_change = number(value) != 0;
			columns |= STATE_REPORT_ON_CHANGE;
		} else if (strncmp(argv[i], "by", len) == 0) {
			by = strcmp(value, "centre") == 0 ? STATE_SET_BY_CENTRE :
				STATE_SET_BY_DEVICE;
		} else {
			return err_set(e, -EINVAL, "%s: no such setting", argv[i]);
		}
	}
	return state_report_set(s, &r, columns, by, e);
}

static int
set_centre(struct state *s, const char *address, const char *path, struct err *e)
{
	struct state_centre centre = { .set = true };
	char keys[STATE_CENTRE_KEYS_MAX];
	FILE *f = fopen(path, "r");
	const char *user;
	size_t n;

	if (f == NULL)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	n = fread(keys, 1, sizeof(keys) - 1, f);
	(void)fclose(f);
	keys[n] = '\0';
	user = strstr(keys, "\nuser ");
	if (user == NULL)
		return err_set(e, -EINVAL, "%s: no user", path);
	user += strlen("\nuser ");
	(void)text_copy(centre.address, sizeof(centre.address), address);
	(void)snprintf(centre.user, sizeof(centre.user), "%.*s", (int)strcspn(user, "\n"), user);
	return state_centre_set(s, &centre, keys, n, e);
}

static int
request(struct state *s, const char *what, const char *id, struct err *e)
{
	enum state_request r = strcmp(what, "structure") == 0 ? STATE_REQUEST_STRUCTURE :
		strcmp(what, "errors") == 0 ? STATE_REQUEST_ERRORS : STATE_REQUEST_BOTH;

	return state_report_request(s, r, number(id), e);
}

static int
advise(struct state *s, char *argv[], struct err *e)
{
	struct state_advice a = { .index = number(argv[0]),
		.kind = (enum advice_kind)number(argv[2]),
		.severity = (enum severity)number(argv[3]) };

	(void)text_copy(a.subject, sizeof(a.subject), argv[1]);
	(void)text_copy(a.text, sizeof(a.text), argv[4]);
	(void)text_copy(a.recommendation, sizeof(a.recommendation), argv[5]);
	return state_advice_add(s, &a, e);
}

static int
show(struct state *s, struct err *e)
{
	struct state_report r;
	int rc = state_report_load(s, &r, e);

	if (rc < 0)
		return rc;
	printf("acknowledged=%" PRIu32 "\nunacknowledged=%" PRIu32 "\nreported=%" PRIu32
		"\npending=%d\n", r.acknowledged_index, r.unacknowledged, r.reported_revision,
		r.structure_asked.pending + 2 * r.errors_asked.pending);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct state *s = NULL;
	struct err e;
	int rc = -EINVAL;

	log_open("report_state", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	if (argc < 3 || state_open(argv[1], STATE_WRITE, &s, &e) < 0) {
		if (argc >= 3)
			log_err(&e);
		return EXIT_USAGE;
	}
	(void)err_set(&e, rc, "no such command");
	if (strcmp(argv[2], "set") == 0)
		rc = set(s, argc - 3, argv + 3, &e);
	else if (strcmp(argv[2], "centre") == 0 && argc == 5)
		rc = set_centre(s, argv[3], argv[4], &e);
	else if (strcmp(argv[2], "no-centre") == 0)
		rc = state_centre_remove(s, &e);
	else if (strcmp(argv[2], "request") == 0 && argc == 5)
		rc = request(s, argv[3], argv[4], &e);
	else if (strcmp(argv[2], "advise") == 0 && argc == 9)
		rc = advise(s, argv + 3, &e);
	else if (strcmp(argv[2], "show") == 0)
		rc = show(s, &e);
	if (rc < 0)
		log_err(&e);
	state_close(s);
	return rc < 0 ? EXIT_USAGE : EXIT_DONE;
}
