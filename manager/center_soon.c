/*
 * Polls that are wanted soon: one run of imgadm-poll --soon at a time, at most
 * every CENTER_SOON_EVERY_MS, as long as devices are marked in the store.
 */
#include <config.h>

#include "manager/center_private.h"

#include <errno.h>

#include "lib/base/beside.h"
#include "lib/base/log.h"

static void
start(struct center *c)
{
	const char *const argv[] = { c->o.poll, "--soon", "--quiet", "--db", c->o.db,
		c->rrd != NULL ? "--rrd-dir" : "--no-rrd", c->rrd != NULL ? c->o.rrd_dir : NULL,
		NULL };
	struct beside_env env;
	struct err e = { 0 };

	beside_env(&env);
	c->child_started_ms = center_now_ms(c);
	if (child_start(&(struct child_options){ .argv = argv, .env = env.env,
	    .limit_ms = CENTER_SOON_LIMIT_MS }, c->child_started_ms, &c->child, &e) < 0)
		center_say(c, "imgadm-poll cannot be started", NULL, NULL, e.text);
}

void
center_soon_child(struct center *c)
{
	struct child_end end;
	char text[64];

	if (c->child == NULL || child_check(c->child, center_now_ms(c), &end) == 0)
		return;
	child_free(c->child);
	c->child = NULL;
	/* That some devices did not answer, it has stored. */
	if (end.status != EXIT_DONE && end.status != EXIT_SOME_FAILED)
		center_say(c, "imgadm-poll --soon failed", NULL, NULL,
		    child_end_text(&end, text, sizeof(text)));
}

void
center_soon_tick(struct center *c)
{
	int64_t now_ms = center_now_ms(c);
	struct err e = { 0 };
	uint64_t marked = 0;

	center_soon_child(c);
	if (now_ms - c->holes_ms >= CENTER_HOLES_EVERY_MS) {
		utc_s now = clock_utc_s(c->o.clock);
		int rc = store_mark_holes(c->store, now - CENTER_HOLES_AGE_S, now, NULL, &e);

		if (rc >= 0)
			rc = store_parts_forget(c->store, now - STORE_PARTS_AGE_S, &e);
		/* Where another process writes, the next tick tries again. */
		if (rc != -EBUSY)
			c->holes_ms = now_ms;
		if (rc < 0 && rc != -EBUSY)
			center_say(c, "the store cannot be tidied", NULL, NULL, e.text);
	}
	if (c->o.poll == NULL || c->child != NULL ||
	    (c->child_started_ms != 0 && now_ms - c->child_started_ms < CENTER_SOON_EVERY_MS))
		return;
	c->soon = false;
	if (store_soon_count(c->store, &marked, &e) < 0)
		center_say(c, "the store cannot be read", NULL, NULL, e.text);
	else if (marked > 0)
		start(c);
}
