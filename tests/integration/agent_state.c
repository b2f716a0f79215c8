/*
 * A device's state for the agent's tests.
 *
 * agent_state make FILE ENTRIES CAPACITY   a new state: a few units, functions,
 *                                          banks, readings; ENTRIES log entries
 * agent_state write FILE                   write in a tight loop until SIGTERM
 * agent_state change FILE TEXT             unit FUS is another model, TEXT
 *
 * The writer's transaction number k gives every unit the model, description and
 * hardware revision "k", all readings the value k, all banks the version "k",
 * and enters one error with the code "k": an answer in which two differ is
 * mixed of two moments.  Since each raises the revision by one, and the log's
 * newest index too, both run along with k.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state.h"
#include "lib/base/log.h"
#include "tests/bench/plain_table.h"

static volatile sig_atomic_t stopped;

static void
on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

static const struct {
	const char *symbol, *container;
	enum unit_class class;
	enum unit_type type;
	unsigned banks;
} units[] = {
	{ "ENG", "DEV", UNIT_UNIT, UNIT_TYPE_ENGINE, 2 },
	{ "FUS", "ENG", UNIT_UNIT, UNIT_TYPE_FUSER, 1 },
	{ "T1", "DEV", UNIT_UNIT, UNIT_TYPE_INPUT_TRAY, 0 },
	{ "T2", "DEV", UNIT_UNIT, UNIT_TYPE_INPUT_TRAY, 0 },
	{ "NET", "DEV", UNIT_UNIT, UNIT_TYPE_NETWORK_INTERFACE, 1 },
	{ "PRINT", "ENG", UNIT_FUNCTION, UNIT_TYPE_PRINT, 0 },
	{ "SCAN", "DEV", UNIT_FUNCTION, UNIT_TYPE_SCAN, 0 },
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* One transaction: everything says text, and number where it is a number. */
static int
write_all(struct state *s, const char *text, long number, struct err *e)
{
	struct state_error error = { .symbol = PLAIN_UNIT, .code = text,
		.severity = SEVERITY_ERROR, .text = PLAIN_TEXT };
	int r = state_begin(s, e);

	for (size_t i = 0; r == 0 && i < UNITS; i++) {
		struct unit u = { .class = units[i].class, .type = units[i].type,
			.banks = (uint8_t)units[i].banks };
		struct reading reading = { .name = "retries",
			.value = (int32_t)number };

		(void)snprintf(u.symbol, sizeof(u.symbol), "%s", units[i].symbol);
		(void)snprintf(u.model, sizeof(u.model), "%s", text);
		(void)snprintf(u.descr, sizeof(u.descr), "%s", text);
		(void)snprintf(u.hardware_rev, sizeof(u.hardware_rev), "%s", text);
		if (strcmp(u.symbol, PLAIN_UNIT) == 0)
			(void)snprintf(u.serial_number, sizeof(u.serial_number),
				"%s", PLAIN_SERIAL);
		r = state_unit_set_in(s, &u, units[i].container,
			STATE_UNIT_CLASS | STATE_UNIT_TYPE | STATE_UNIT_BANKS |
			STATE_UNIT_CONTAINED_IN | STATE_UNIT_DESCR |
			STATE_UNIT_MODEL | STATE_UNIT_HARDWARE_REV |
			STATE_UNIT_SERIAL_NUMBER, NULL, e);
		if (r == 0)
			r = state_reading_set(s, u.symbol, &reading,
				STATE_READING_VALUE, e);
		for (unsigned bank = 1; r == 0 && bank <= units[i].banks; bank++) {
			struct software sw = { .bank = (uint8_t)bank,
				.state = bank == 1 ? SOFTWARE_RUNNING :
				SOFTWARE_FALLBACK };

			(void)snprintf(sw.id, sizeof(sw.id), "%s", PLAIN_SOFTWARE);
			(void)snprintf(sw.creator, sizeof(sw.creator), "acme");
			(void)snprintf(sw.version, sizeof(sw.version), "%s", text);
			r = state_software_set(s, u.symbol, &sw,
				STATE_SOFTWARE_ID | STATE_SOFTWARE_CREATOR |
				STATE_SOFTWARE_VERSION | STATE_SOFTWARE_STATE, e);
		}
	}
	if (r == 0)
		r = state_error_add(s, &error, NULL, e);
	if (r == 0)
		return state_commit(s, e);
	state_rollback(s);
	return r;
}

static int
fill_log(struct state *s, long entries, struct err *e)
{
	int r = 0;

	for (long i = 1; r == 0 && i < entries;) {
		r = state_begin(s, e);
		/* A thousand in a transaction. */
		for (long end = i + 1000; r == 0 && i < entries && i < end; i++) {
			char code[STRUCTURE_LABEL_MAX + 1];
			struct state_error error = { .symbol = PLAIN_UNIT,
				.code = code, .severity = SEVERITY_ERROR,
				.text = PLAIN_TEXT };

			(void)snprintf(code, sizeof(code), PLAIN_CODE,
				(unsigned long)i);
			r = state_error_add(s, &error, NULL, e);
		}
		if (r == 0)
			r = state_commit(s, e);
	}
	return r;
}

static int
make(const char *path, long entries, long capacity, struct err *e)
{
	static const struct device device = { .id = "lobby-mfp",
		.manufacturer = "Acme", .model = "C650",
		.serial_number = "8841207", .state = DEVICE_OPERATIONAL,
		.use_count = 123456 };
	struct state *s;
	int r = state_create(path, &device, (uint32_t)capacity, e);

	if (r == 0)
		r = state_open(path, STATE_WRITE, &s, e);
	if (r < 0)
		return r;
	r = write_all(s, "0", 0, e);
	if (r == 0)
		r = fill_log(s, entries, e);
	state_close(s);
	return r;
}

static int
write_until_stopped(const char *path, struct err *e)
{
	struct state *s;
	int r = state_open(path, STATE_WRITE, &s, e);

	if (r < 0)
		return r;
	for (long k = 1; r == 0 && !stopped; k++) {
		char text[STRUCTURE_LABEL_MAX + 1];

		(void)snprintf(text, sizeof(text), "%ld", k);
		r = write_all(s, text, k, e);
	}
	state_close(s);
	return r;
}

static int
change(const char *path, const char *model, struct err *e)
{
	struct unit u = { .symbol = "FUS" };
	struct state *s;
	int r = state_open(path, STATE_WRITE, &s, e);

	if (r < 0)
		return r;
	(void)snprintf(u.model, sizeof(u.model), "%s", model);
	r = state_unit_set(s, &u, STATE_UNIT_MODEL, NULL, e);
	state_close(s);
	return r;
}

int
main(int argc, char *argv[])
{
	struct err e = { .text = "usage: agent_state make|write|change FILE ..." };
	int r = -EINVAL;

	log_open("agent_state", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	(void)signal(SIGTERM, on_signal);
	if (argc == 5 && strcmp(argv[1], "make") == 0)
		r = make(argv[2], strtol(argv[3], NULL, 10),
			strtol(argv[4], NULL, 10), &e);
	else if (argc == 3 && strcmp(argv[1], "write") == 0)
		r = write_until_stopped(argv[2], &e);
	else if (argc == 4 && strcmp(argv[1], "change") == 0)
		r = change(argv[2], argv[3], &e);
	if (r < 0)
		log_err(&e);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
