/* The verbs beside an update: a unit is told an advice, or reset. */
#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/text.h"

enum { BUSY_TRIES = 12, BUSY_MS = 5000, STATE_TRIES = 100, STATE_MS = 100 };

static bool
never_stop(void *user)
{
	(void)user;
	return false;
}

static bool
stopping(const struct install *in)
{
	return in->o->stopping != NULL && *in->o->stopping;
}

static const struct state_update *
row_of(const struct install *in, size_t *ret_i)
{
	for (size_t i = 0; i < in->g.count; i++)
		if (strcmp(in->g.members[i].row.symbol, in->symbol) == 0) {
			*ret_i = i;
			return &in->g.members[i].row;
		}
	return NULL;
}

/* The verb about what runs, again while the unit is busy; so it is when we are stopped before. */
static void
say(struct install *in, size_t i, enum install_verb verb, const char *more,
	struct installer_end *ret)
{
	const struct state_update *row = &in->g.members[i].row;
	unsigned running = in->g.members[i].unit.running;
	struct installer_call call = { .state = in->o->state, .verb = verb, .bank = running,
		.symbol = row->symbol, .more = more, .image = -1, .stop = never_stop,
		.held = install_lock_descriptor(in, i) };
	struct install_target t = {0};
	char path[INSTALLER_PATH_MAX];
	int rc = installer_check(row->installer, path, &ret->why);

	if (rc == 0 && running != 0)
		rc = install_target_of_bank(in, i, running, &t, &ret->why);
	if (rc < 0) {
		ret->answer = INSTALL_FAILED;
		return;
	}
	call.path = path;
	call.software = t.software;
	call.version = t.version;
	call.sequence = t.sequence;
	call.sha256 = t.sha256_known ? t.sha256 : NULL;
	call.limit_ms = in->o->verb_limit_s == 0 ? installer_limit_ms(verb) :
		(int64_t)in->o->verb_limit_s * 1000;
	ret->answer = INSTALL_BUSY;
	for (int n = 0; n < BUSY_TRIES && !stopping(in); n++) {
		installer_run(&call, ret);
		if (ret->answer != INSTALL_BUSY)
			return;
		(void)poll(NULL, 0, BUSY_MS);
	}
}

/* --- reset ----------------------------------------------------------------- */

static int
action_set(struct install *in, enum unit_action action, struct err *e)
{
	struct unit u = { .action = action };
	int rc = 0;

	(void)text_copy(u.symbol, sizeof(u.symbol), in->symbol);
	for (int n = 0; n < STATE_TRIES; n++) {
		rc = state_unit_set(in->state, &u, STATE_UNIT_ACTION | STATE_UNIT_KEEP, NULL, e);
		if (rc != -EBUSY)
			break;
		(void)poll(NULL, 0, STATE_MS);
	}
	return rc;
}

/*
 * What was begun and its end not seen is not begun again, since a reset may be the
 * device's own restart, and would never end: the unit says whether it runs.
 * Who is stopped while the unit is busy has begun nothing: it is still asked for.
 */
static int
reset(struct install *in, size_t i, struct err *e)
{
	const struct unit *u = install_unit(in, i);
	struct installer_end end = {0};
	enum unit_action before;
	enum install_verb verb;
	int rc;

	if (u == NULL || (u->action != UNIT_ACTION_RESET && u->action != UNIT_ACTION_RESETTING))
		return 0;
	before = u->action;
	verb = before == UNIT_ACTION_RESET ? INSTALL_RESET : INSTALL_PROBE;
	rc = action_set(in, UNIT_ACTION_RESETTING, e);
	if (rc < 0)
		return rc;
	say(in, i, verb, NULL, &end);
	if (end.answer == INSTALL_BUSY && stopping(in))
		return action_set(in, before, e);
	if (end.answer == INSTALL_OK)
		log_notice("%s: reset", in->symbol);
	else
		log_warning("%s: not reset: %s", in->symbol, end.why.text);
	return action_set(in, end.answer == INSTALL_OK ? UNIT_ACTION_DONE : UNIT_ACTION_FAILED, e);
}

/* Who shows no advice has not failed. */
static int
advise(struct install *in, size_t i, struct err *e)
{
	struct installer_end end = {0};

	say(in, i, INSTALL_ADVISE, in->o->advise, &end);
	if (end.answer == INSTALL_OK || end.answer == INSTALL_UNSUPPORTED)
		return 0;
	return err_set(e, end.answer == INSTALL_BUSY ? -EBUSY : -EIO, "%s: advise: %s",
		in->symbol, end.why.text);
}

/* A state that is just being written is waited for. */
static int
load(struct install *in, struct err *e)
{
	int rc;

	for (int n = 0; (rc = install_load(in, e)) == -EBUSY && n < STATE_TRIES; n++)
		(void)poll(NULL, 0, STATE_MS);
	return rc;
}

int
install_say(struct install *in, struct err *e)
{
	const struct state_update *row;
	size_t i = 0;
	int rc = load(in, e);

	/* Nothing is reset while an update works on it. */
	if (rc == 0 && in->o->reset) {
		rc = install_lock(in, e);
		if (rc == 1)
			rc = load(in, e);
	}
	if (rc < 0)
		return rc;
	row = row_of(in, &i);
	if (row == NULL || row->installer[0] == '\0')
		return in->o->reset ? err_set(e, -ENOENT, "unit %s has no installer", in->symbol) : 0;
	return in->o->reset ? reset(in, i, e) : advise(in, i, e);
}
