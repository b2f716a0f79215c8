#include <config.h>

#include "agent-module/install_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "agent-module/install_plan.h"
#include "lib/base/beside.h"
#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

#define PROGRAM "imgadm-install"

enum { ARGUMENTS_MAX = 24, LIFE_MS = INT32_MAX };

/* What would let a row be looked at anew. */
struct mark {
	uint32_t request, changes, tries;
	enum update_command pending;
	bool reported_in;
};

/* A row as it is known here. */
struct known {
	uint32_t unit_index, request;
	int64_t part_ms;	/* since when the part under way counts; 0 = not proven */
	struct mark mark;	/* of the last start */
	bool marked;
	int64_t not_before_ms;
	int64_t reset_ms;	/* no reset is begun before */
	unsigned failures;
	bool seen;
};

struct job {
	struct child *child;	/* NULL = free */
	uint32_t unit_index, group;
	char name[64];
};

struct install_watch {
	const struct install_watch_options *o;
	char program[PATH_MAX];
	struct event *ended_signal, *timer;
	struct job jobs[INSTALL_WATCH_JOBS_MAX];
	struct known *known;
	size_t known_count;
	bool settled;		/* what was switching at start-up is done */
	bool told;		/* that there is no such program */
	void (*ended)(void *user);
	void *user;
};

/* --- what is known of a row ------------------------------------------------------------ */

static struct known *
known_at(struct install_watch *w, uint32_t unit_index)
{
	for (size_t n = 0; n < w->known_count; n++)
		if (w->known[n].unit_index == unit_index)
			return &w->known[n];
	return NULL;
}

static struct known *
known_of(struct install_watch *w, const struct state_update *row)
{
	struct known *grown, *k = known_at(w, row->row.unit_index);

	if (k != NULL)
		return k;
	grown = realloc(w->known, (w->known_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	w->known = grown;
	k = &w->known[w->known_count++];
	*k = (struct known){ .unit_index = row->row.unit_index };
	return k;
}

static void
forget_gone(struct install_watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->known_count; i++)
		if (w->known[i].seen)
			w->known[n++] = w->known[i];
	w->known_count = n;
}

static struct mark
mark_of(const struct state_update *row)
{
	return (struct mark){ .request = row->request, .changes = row->changes,
		.tries = row->tries, .pending = row->pending, .reported_in = row->reported_in };
}

static bool
same_mark(const struct mark *a, const struct mark *b)
{
	return a->request == b->request && a->changes == b->changes && a->tries == b->tries &&
		a->pending == b->pending && a->reported_in == b->reported_in;
}

/* --- the time to a commit ----------------------------------------------------------------- */

/*
 * tries + 1, if the row is still as it was seen: in another state imgadm-install
 * counts its own tries there.
 */
static int
add_part(struct state *writer, const struct state_update *seen)
{
	struct state_update u;
	int rc = state_begin(writer, NULL);

	if (rc < 0)
		return rc;
	rc = state_update_get(writer, seen->symbol, &u, NULL);
	if (rc == 0 && (u.request != seen->request || u.row.state != seen->row.state ||
	    u.intent != seen->intent || u.tries != seen->tries))
		rc = -ESTALE;
	if (rc == 0) {
		u.tries++;
		rc = state_update_step(writer, &u, STATE_STEP_TRIES, NULL);
	}
	if (rc < 0) {
		state_rollback(writer);
		return rc;
	}
	return state_commit(writer, NULL);
}

static void
count_part(struct install_watch *w, const struct state_update *row, struct known *k,
	struct state *writer, int64_t now_ms)
{
	int64_t part_ms = (int64_t)install_plan_part_s(w->o->commit_after_s) * 1000;

	if (row->row.state != UPDATE_PROVEN || row->intent != UPDATE_INTENT_NONE ||
		row->tries >= install_plan_parts(w->o->commit_after_s)) {
		k->part_ms = 0;
		return;
	}
	if (k->part_ms == 0 || k->request != row->request) {
		k->part_ms = now_ms;
		k->request = row->request;
		return;
	}
	if (now_ms - k->part_ms < part_ms)
		return;
	/* Where it could not be written, the next look does. */
	if (add_part(writer, row) == 0)
		k->part_ms += part_ms;
}

/* --- jobs ------------------------------------------------------------------------------------ */

static struct job *
free_job(struct install_watch *w)
{
	for (size_t n = 0; n < INSTALL_WATCH_JOBS_MAX; n++)
		if (w->jobs[n].child == NULL)
			return &w->jobs[n];
	return NULL;
}

static bool
unit_has_job(const struct install_watch *w, uint32_t unit_index)
{
	for (size_t n = 0; n < INSTALL_WATCH_JOBS_MAX; n++)
		if (w->jobs[n].child != NULL && w->jobs[n].unit_index == unit_index)
			return true;
	return false;
}

static bool
has_job(const struct install_watch *w, const struct state_update *row)
{
	for (size_t n = 0; n < INSTALL_WATCH_JOBS_MAX; n++) {
		const struct job *j = &w->jobs[n];

		if (j->child != NULL && (j->unit_index == row->row.unit_index ||
			(j->group != 0 && install_plan_grouped(row) &&
				j->group == row->row.want.group)))
			return true;
	}
	return false;
}

static void
wait_until(struct install_watch *w, int64_t at_ms)
{
	int64_t ms = at_ms - clock_monotonic_ms(clock_system());
	struct timeval wait;

	if (ms < 0)
		ms = 0;
	wait = (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	(void)event_add(w->timer, &wait);
}

static int
start(struct install_watch *w, struct job *j, const char *symbol, const char *verb, struct err *e)
{
	const struct install_watch_options *o = w->o;
	const char *pairs[][2] = { { "--state", o->state }, { "--unit", symbol },
		{ "--log", o->log }, { "--libexec", o->libexec }, { "--fetch-user", o->fetch_user },
		{ "--ca-file", o->ca_file }, { "--trial", o->trial },
		{ "--commit-after", o->commit_after } };
	const char *argv[ARGUMENTS_MAX] = { w->program };
	struct beside_env env;
	const struct child_options options = { .argv = argv, .env = env.env, .limit_ms = LIFE_MS };
	size_t n = 1;
	int rc;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i][1] != NULL) {
			argv[n++] = pairs[i][0];
			argv[n++] = pairs[i][1];
		}
	if (verb != NULL)
		argv[n++] = verb;
	argv[n] = NULL;
	beside_env(&env);
	rc = child_start(&options, clock_monotonic_ms(clock_system()), &j->child, e);
	if (rc == 0)
		(void)text_copy(j->name, sizeof(j->name), symbol);
	return rc;
}

static void
failed(struct known *k, int64_t now_ms)
{
	int64_t wait = INSTALL_WATCH_RETRY_MS;

	for (unsigned n = 0; n < k->failures && wait < INSTALL_WATCH_RETRY_MAX_MS; n++)
		wait *= 2;
	k->failures++;
	k->marked = false;
	k->not_before_ms = now_ms + (wait < INSTALL_WATCH_RETRY_MAX_MS ? wait :
		INSTALL_WATCH_RETRY_MAX_MS);
}

static bool
is_due(const struct install_watch *w, const struct state_update *row, const struct known *k,
	const struct install_now *now)
{
	struct mark mark = mark_of(row);

	if (has_job(w, row) || !install_plan_wanted(row, now, w->o->commit_after_s))
		return false;
	if (k->marked && !same_mark(&k->mark, &mark))
		return true;
	return now->ms >= k->not_before_ms;
}

static void
begin(struct install_watch *w, const struct state_update *row, struct known *k,
	const struct install_now *now)
{
	struct job *j = free_job(w);
	struct err e;

	if (j == NULL)
		return;		/* when one has ended */
	if (start(w, j, row->symbol, NULL, &e) < 0) {
		if (!w->told)
			log_warning("%s: updates are not carried out: %s", row->symbol, e.text);
		w->told = true;
		failed(k, now->ms);
		return;
	}
	j->unit_index = row->row.unit_index;
	j->group = install_plan_grouped(row) ? row->row.want.group : 0;
	w->told = false;
	k->mark = mark_of(row);
	k->marked = true;
	k->not_before_ms = now->ms + INSTALL_WATCH_AGAIN_MS;
}

/* A child ended, or may have. */
static void
check(evutil_socket_t fd, short what, void *user)
{
	struct install_watch *w = user;
	int64_t now_ms = clock_monotonic_ms(clock_system());
	bool some = false;
	char text[64];

	(void)fd;
	(void)what;
	for (size_t n = 0; n < INSTALL_WATCH_JOBS_MAX; n++) {
		struct job *j = &w->jobs[n];
		struct child_end end;

		if (j->child == NULL || child_check(j->child, now_ms, &end) == 0)
			continue;
		some = true;
		child_free(j->child);
		j->child = NULL;
		for (size_t i = 0; i < w->known_count; i++) {
			struct known *k = &w->known[i];

			if (k->unit_index != j->unit_index)
				continue;
			if (end.status == EXIT_DONE) {
				k->failures = 0;
				continue;
			}
			/* 2: another process has it, from before us. */
			if (end.status != EXIT_SOME_FAILED)
				log_warning("%s: %s of %s: %s", w->program, PROGRAM, j->name,
					child_end_text(&end, text, sizeof(text)));
			failed(k, now_ms);
			wait_until(w, k->not_before_ms);
		}
	}
	if (some || (what & EV_TIMEOUT) != 0)
		w->ended(w->user);
}

/* --- rows ------------------------------------------------------------------ */

static bool
some_switching(const struct state_update *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].row.state == UPDATE_SWITCHING)
			return true;
	return false;
}

void
install_watch_look(struct install_watch *w, struct state *writer)
{
	struct install_now now = { .utc_s = clock_utc_s(clock_system()),
		.ms = clock_monotonic_ms(clock_system()) };
	struct state_update *rows = NULL;
	size_t count = 0;

	if (state_update_list(writer, &rows, &count, NULL) < 0)
		return;		/* what is wrong with the state is said elsewhere */
	for (size_t i = 0; i < w->known_count; i++)
		w->known[i].seen = false;
	w->settled = w->settled || !some_switching(rows, count);
	for (size_t i = 0; i < count; i++) {
		struct known *k = known_of(w, &rows[i]);

		if (k == NULL)
			break;
		k->seen = true;
		count_part(w, &rows[i], k, writer, now.ms);
		if ((w->settled || rows[i].row.state == UPDATE_SWITCHING) &&
			is_due(w, &rows[i], k, &now))
			begin(w, &rows[i], k, &now);
	}
	forget_gone(w);
	free(rows);
}

/* --- resets ---------------------------------------------------------------- */

/*
 * One that fails, as where an update works on the unit, is looked at again when
 * the update's next look allows it: the row of the unit has the back-off.
 */
void
install_watch_resets(struct install_watch *w, const struct structure *st)
{
	int64_t now_ms = clock_monotonic_ms(clock_system());

	for (size_t i = 0; i < st->unit_count; i++) {
		const struct unit *u = &st->units[i];
		struct known *k = known_at(w, u->index);
		struct job *j = free_job(w);
		struct err e;

		if ((u->action != UNIT_ACTION_RESET && u->action != UNIT_ACTION_RESETTING) ||
			j == NULL || k == NULL || unit_has_job(w, u->index) ||
			now_ms < k->reset_ms)
			continue;
		k->reset_ms = now_ms + INSTALL_WATCH_RETRY_MS * 5;
		if (start(w, j, u->symbol, "--reset", &e) < 0)
			log_warning("%s: not reset: %s", u->symbol, e.text);
		else
			*j = (struct job){ .child = j->child, .unit_index = u->index };
	}
}

/* --- begin and end --------------------------------------------------------- */

void
install_watch_program(const struct install_watch_options *o, char *dst, size_t size)
{
	const char *folder = o->libexec;

	if (folder == NULL)
		folder = getenv("IMGADM_LIBEXEC_DIR");
	if (folder == NULL && beside_path(PROGRAM, dst, size) && access(dst, X_OK) == 0)
		return;
	(void)snprintf(dst, size, "%s/%s", folder != NULL ? folder : IMGADM_LIBEXECDIR, PROGRAM);
}

struct install_watch *
install_watch_new(struct event_base *base, const struct install_watch_options *o,
	void (*ended)(void *user), void *user, struct err *e)
{
	struct install_watch *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		w->o = o;
		w->ended = ended;
		w->user = user;
		install_watch_program(o, w->program, sizeof(w->program));
		w->ended_signal = evsignal_new(base, SIGCHLD, check, w);
		w->timer = evtimer_new(base, check, w);
	}
	if (w == NULL || w->ended_signal == NULL || w->timer == NULL ||
		event_add(w->ended_signal, NULL) < 0) {
		(void)err_set(e, -ENOMEM, "out of memory");
		install_watch_free(w);
		return NULL;
	}
	return w;
}

void
install_watch_free(struct install_watch *w)
{
	if (w == NULL)
		return;
	for (size_t n = 0; n < INSTALL_WATCH_JOBS_MAX; n++)
		child_leave(w->jobs[n].child, SIGTERM);
	if (w->ended_signal != NULL)
		event_free(w->ended_signal);
	if (w->timer != NULL)
		event_free(w->timer);
	free(w->known);
	free(w);
}
