#include <config.h>

#include "agent-module/advice_hook.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

enum { RETRY_MS = 1000, SAID_SIZE = 2 * STRUCTURE_TEXT_MAX + 2 };

static const char PATH_ALONE[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct advice_hook {
	struct advice_hook_options o;
	struct event *ended_signal, *timer;
	struct child *child;
	const char *running;	/* o.program or o.install */
	struct state_advice row;	/* that it runs for */
	bool owed;		/* the program has that row to come */
	uint64_t done;		/* the greatest serial that was started */
	int failed;		/* what marking said last; told once */
	void (*ended)(void *user);
	void *user;
};

static void
wait_until(struct advice_hook *h, int64_t at_ms)
{
	int64_t ms = at_ms - clock_monotonic_ms(clock_system());
	struct timeval wait;

	if (ms < 0)
		ms = 0;
	wait = (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	(void)event_add(h->timer, &wait);
}

/* --- who is told ----------------------------------------------------------- */

static void
start(struct advice_hook *h, const char *const *argv, int64_t limit_ms)
{
	const char *env[] = { PATH_ALONE, NULL };
	const struct child_options options = { .argv = argv, .env = env, .limit_ms = limit_ms };
	struct err e;

	h->running = argv[0];
	if (child_start(&options, clock_monotonic_ms(clock_system()), &h->child, &e) < 0)
		log_warning("advice %" PRIu32 ": %s", h->row.index, e.text);
	else
		wait_until(h, child_deadline_ms(h->child));
}

static void
tell_program(struct advice_hook *h)
{
	const struct state_advice *a = &h->row;
	char index[16];
	const char *kind = advice_kind_name(a->kind);
	const char *severity = structure_name(NAME_SEVERITY, (int)a->severity);
	const char *argv[] = { h->o.program, index, a->subject, kind == NULL ? "" : kind,
		severity == NULL ? "" : severity, a->text, a->recommendation, NULL };

	h->owed = false;
	(void)snprintf(index, sizeof(index), "%" PRIu32, a->index);
	start(h, argv, ADVICE_HOOK_LIMIT_MS);
}

/* The text, and what is recommended on a line of its own. */
static void
tell_unit(struct advice_hook *h)
{
	const struct state_advice *a = &h->row;
	char said[SAID_SIZE];
	const char *argv[] = { h->o.install, "--state", h->o.state, "--unit", a->subject,
		"--log", h->o.log, "--advise", said, NULL };

	(void)snprintf(said, sizeof(said), "%s%s%s", a->text,
		a->recommendation[0] == '\0' ? "" : "\n", a->recommendation);
	start(h, argv, ADVICE_HOOK_UNIT_LIMIT_MS);
}

/* Whether the subject is a unit that can be told: it has a row where it has an installer. */
static bool
unit_is_told(const struct advice_hook *h, const struct state_view *view,
	const struct state_advice *a)
{
	const struct unit *u;

	if (h->o.install == NULL || a->subject[0] == '\0')
		return false;
	u = structure_unit_by_symbol(&view->structure, a->subject);
	for (size_t i = 0; u != NULL && i < view->update_count; i++)
		if (view->updates[i].unit_index == u->index)
			return true;
	return false;
}

/* A child may have ended, its time may be over, or a row waits to be marked. */
static void
check(evutil_socket_t fd, short what, void *user)
{
	struct advice_hook *h = user;
	struct child_end end;
	char text[64];

	(void)fd;
	(void)what;
	if (h->child != NULL) {
		if (child_check(h->child, clock_monotonic_ms(clock_system()), &end) == 0) {
			wait_until(h, child_deadline_ms(h->child));
			return;
		}
		if (end.status != 0 || end.timed_out)
			log_warning("%s: of advice %" PRIu32 ": %s", h->running, h->row.index,
				child_end_text(&end, text, sizeof(text)));
		child_free(h->child);
		h->child = NULL;
		if (h->owed) {
			tell_program(h);
			if (h->child != NULL)
				return;
		}
	}
	if (h->ended != NULL)
		h->ended(h->user);
}

struct advice_hook *
advice_hook_new(struct event_base *base, const struct advice_hook_options *o, struct err *e)
{
	struct advice_hook *h = calloc(1, sizeof(*h));

	if (h != NULL) {
		h->o = *o;
		h->ended_signal = evsignal_new(base, SIGCHLD, check, h);
		h->timer = evtimer_new(base, check, h);
	}
	if (h == NULL || h->ended_signal == NULL || h->timer == NULL ||
		event_add(h->ended_signal, NULL) < 0) {
		(void)err_set(e, -ENOMEM, "advice: out of memory");
		advice_hook_free(h);
		return NULL;
	}
	return h;
}

void
advice_hook_free(struct advice_hook *h)
{
	if (h == NULL)
		return;
	child_free(h->child);
	if (h->ended_signal != NULL)
		event_free(h->ended_signal);
	if (h->timer != NULL)
		event_free(h->timer);
	free(h);
}

void
advice_hook_on_end(struct advice_hook *h, void (*ended)(void *user), void *user)
{
	h->ended = ended;
	h->user = user;
}

/* The oldest row that nobody was told of; NULL = none. */
static const struct state_advice *
next_row(struct advice_hook *h, const struct state_view *view)
{
	const struct state_advice *next = NULL;
	uint64_t greatest = 0;

	for (size_t i = 0; i < view->advice_count; i++)
		if (view->advice[i].serial > greatest)
			greatest = view->advice[i].serial;
	if (greatest < h->done)
		h->done = 0;	/* rows went, or it is another state */

	for (size_t i = 0; i < view->advice_count; i++) {
		const struct state_advice *a = &view->advice[i];

		/* A view may be older than our mark. */
		if (!a->hooked && a->serial > h->done &&
			(h->o.program != NULL || unit_is_told(h, view, a)) &&
			(next == NULL || a->serial < next->serial))
			next = a;
	}
	return next;
}

void
advice_hook_look(struct advice_hook *h, const struct state_view *view, struct state *writer)
{
	const struct state_advice *a;
	struct err e;
	int r;

	while (h->child == NULL && (a = next_row(h, view)) != NULL) {
		r = state_advice_hooked(writer, a->serial, &e);
		if (r < 0) {
			if (r != h->failed && r != -EBUSY)
				log_warning("advice %" PRIu32 " is not handed on: %s",
					a->index, e.text);
			h->failed = r;
			wait_until(h, clock_monotonic_ms(clock_system()) + RETRY_MS);
			return;
		}
		h->failed = 0;
		h->done = a->serial;
		h->row = *a;
		h->owed = h->o.program != NULL;
		if (unit_is_told(h, view, a))
			tell_unit(h);
		if (h->child == NULL && h->owed)
			tell_program(h);
	}
}
