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

enum { RETRY_MS = 1000 };

struct advice_hook {
	const char *program;
	struct event *ended_signal, *timer;
	struct child *child;
	uint32_t index;		/* of the row it runs for */
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
			log_warning("%s: of advice %" PRIu32 ": %s", h->program, h->index,
				child_end_text(&end, text, sizeof(text)));
		child_free(h->child);
		h->child = NULL;
	}
	if (h->ended != NULL)
		h->ended(h->user);
}

struct advice_hook *
advice_hook_new(struct event_base *base, const char *program, struct err *e)
{
	struct advice_hook *h = calloc(1, sizeof(*h));

	if (h != NULL) {
		h->program = program;
		h->ended_signal = evsignal_new(base, SIGCHLD, check, h);
		h->timer = evtimer_new(base, check, h);
	}
	if (h == NULL || h->ended_signal == NULL || h->timer == NULL ||
		event_add(h->ended_signal, NULL) < 0) {
		(void)err_set(e, -ENOMEM, "%s: out of memory", program);
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

static int
start(struct advice_hook *h, const struct state_advice *a, struct err *e)
{
	char index[16];
	const char *kind = advice_kind_name(a->kind);
	const char *severity = structure_name(NAME_SEVERITY, (int)a->severity);
	const char *argv[] = { h->program, index, a->subject, kind == NULL ? "" : kind,
		severity == NULL ? "" : severity, a->text, a->recommendation, NULL };
	const char *env[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		NULL };
	const struct child_options options = { .argv = argv, .env = env,
		.limit_ms = ADVICE_HOOK_LIMIT_MS };
	int r;

	(void)snprintf(index, sizeof(index), "%" PRIu32, a->index);
	r = child_start(&options, clock_monotonic_ms(clock_system()), &h->child, e);
	if (r < 0)
		return r;
	h->index = a->index;
	wait_until(h, child_deadline_ms(h->child));
	return 0;
}

/* The oldest row that the program did not have; NULL = none. */
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
				log_warning("advice %" PRIu32 " is not given to %s: %s",
					a->index, h->program, e.text);
			h->failed = r;
			wait_until(h, clock_monotonic_ms(clock_system()) + RETRY_MS);
			return;
		}
		h->failed = 0;
		h->done = a->serial;
		if (start(h, a, &e) < 0)
			log_warning("advice %" PRIu32 ": %s", a->index, e.text);
	}
}
