/*
 * update_actor: plays imgadm-install for tests of the centre's side: walks the
 * rows of a device's state through an update, without an image.
 *
 *	update_actor STATE MODE [MS]
 *
 * MODE good: proven, and committed when it is confirmed; fail: badSignature while
 * verifying; back: rolledBack from trial; liar: says proven while the old version
 * runs; slow: stays in downloading until it is aborted; lost: the image is not found.
 * What is to be switched to at a moment waits for a command.  A step takes MS [500].
 * Ends by SIGTERM.
 */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent-module/state.h"
#include "agent-module/state_update.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

static volatile sig_atomic_t ended;

static void
end(int signal)
{
	(void)signal;
	ended = 1;
}

static void
step(struct state *s, struct state_update *u, enum update_state state, unsigned columns)
{
	struct err e;

	u->row.state = state;
	if (state_update_step(s, u, STATE_STEP_STATE | STATE_STEP_TAKEN | columns, &e) < 0)
		(void)fprintf(stderr, "update_actor: %s: %s\n", u->symbol, e.text);
}

static void
fail(struct state *s, struct state_update *u, enum update_state state,
	enum update_reason reason, const char *text)
{
	u->row.reason = reason;
	(void)text_copy(u->row.reason_text, sizeof(u->row.reason_text), text);
	step(s, u, state, 0);
}

/* The bank that is not the running one holds what is wanted, and runs. */
static void
switch_bank(struct state *s, const struct state_update *u)
{
	const struct update_want *w = &u->row.want;
	unsigned to = w->bank != 0 ? w->bank : 2;
	struct software sw = { .bank = (uint8_t)(to == 1 ? 2 : 1),
		.state = SOFTWARE_FALLBACK };
	struct err e;

	(void)state_software_set(s, u->symbol, &sw, STATE_SOFTWARE_STATE, &e);
	sw = (struct software){ .bank = (uint8_t)to, .state = SOFTWARE_RUNNING };
	(void)text_copy(sw.id, sizeof(sw.id), w->software);
	(void)text_copy(sw.creator, sizeof(sw.creator), w->creator);
	(void)text_copy(sw.version, sizeof(sw.version), w->version);
	if (state_software_set(s, u->symbol, &sw, STATE_SOFTWARE_STATE | STATE_SOFTWARE_ID |
	    STATE_SOFTWARE_CREATOR | STATE_SOFTWARE_VERSION, &e) < 0)
		(void)fprintf(stderr, "update_actor: %s: %s\n", u->symbol, e.text);
}

/* Whether all of its group stand there. */
static bool
group_stands(const struct state_update *list, size_t count, const struct state_update *u)
{
	uint32_t there = 0;

	for (size_t i = 0; i < count; i++)
		there += list[i].row.want.group == u->row.want.group &&
			list[i].row.state >= UPDATE_STAGED && list[i].row.state <= UPDATE_PROVEN;
	return u->row.want.group == 0 || there >= u->row.want.group_size;
}

/* One step of a row. */
static void
act(struct state *s, const char *mode, const struct state_update *list, size_t count,
	struct state_update *u)
{
	bool at_rest_switch = u->row.command == UPDATE_COMMAND_SWITCH;

	if (u->pending == UPDATE_COMMAND_ABORT && u->row.state <= UPDATE_STAGED) {
		fail(s, u, UPDATE_FAILED, UPDATE_REASON_ABORTED, "aborted");
		return;
	}
	if (u->pending == UPDATE_COMMAND_ROLLBACK &&
	    (u->row.state == UPDATE_TRIAL || u->row.state == UPDATE_PROVEN)) {
		fail(s, u, UPDATE_ROLLED_BACK, UPDATE_REASON_ABORTED, "");
		return;
	}
	switch (u->row.state) {
	case UPDATE_REQUESTED:
		u->row.bytes_done = u->row.want.size / 3;
		step(s, u, at_rest_switch ? UPDATE_SWITCHING : UPDATE_DOWNLOADING,
			STATE_STEP_BYTES);
		break;
	case UPDATE_DOWNLOADING:
		if (strcmp(mode, "lost") == 0)
			fail(s, u, UPDATE_FAILED, UPDATE_REASON_NOT_FOUND, "");
		else if (strcmp(mode, "slow") != 0)
			step(s, u, UPDATE_VERIFYING, 0);
		break;
	case UPDATE_VERIFYING:
		if (strcmp(mode, "fail") == 0)
			fail(s, u, UPDATE_FAILED, UPDATE_REASON_BAD_SIGNATURE,
				"the signature is \033[31mwrong");
		else
			step(s, u, UPDATE_STAGED, 0);
		break;
	case UPDATE_STAGED:
		if (group_stands(list, count, u) && ((u->row.want.when != UPDATE_WHEN_STAGE_ONLY &&
		    u->row.want.when != UPDATE_WHEN_AT) ||
		    u->pending == UPDATE_COMMAND_SWITCH))
			step(s, u, UPDATE_SWITCHING, 0);
		break;
	case UPDATE_SWITCHING:
		if (strcmp(mode, "liar") != 0 && strcmp(mode, "back") != 0)
			switch_bank(s, u);
		step(s, u, UPDATE_TRIAL, 0);
		break;
	case UPDATE_TRIAL:
		if (strcmp(mode, "back") == 0)
			fail(s, u, UPDATE_ROLLED_BACK, UPDATE_REASON_DID_NOT_START, "no sign");
		else
			step(s, u, UPDATE_PROVEN, 0);
		break;
	case UPDATE_PROVEN:
		if (u->pending == UPDATE_COMMAND_CONFIRM)
			step(s, u, UPDATE_COMMITTED, 0);
		break;
	case UPDATE_IDLE: case UPDATE_COMMITTED: case UPDATE_FAILED: case UPDATE_ROLLED_BACK:
		break;
	}
}

int
main(int argc, char *argv[])
{
	struct timespec pause = { .tv_nsec = 500 * 1000 * 1000 };
	uint32_t ms;
	struct state_update *list;
	struct state *s = NULL;
	struct err e;
	size_t count;

	(void)signal(SIGTERM, end);
	if (argc == 4 && parse_u32(argv[3], 1, 999, &ms, NULL) == 0)
		pause.tv_nsec = (long)ms * 1000 * 1000;
	if (argc < 3 || state_open(argv[1], STATE_WRITE, &s, &e) < 0) {
		(void)fprintf(stderr, "update_actor: %s\n", argc < 3 ? "STATE MODE" : e.text);
		return 1;
	}
	while (!ended) {
		list = NULL;
		count = 0;
		if (state_update_list(s, &list, &count, &e) < 0)
			(void)fprintf(stderr, "update_actor: %s\n", e.text);
		for (size_t i = 0; i < count; i++)
			act(s, argv[2], list, count, &list[i]);
		free(list);
		(void)nanosleep(&pause, NULL);
	}
	state_close(s);
	return 0;
}
