/*
 * The judge, after structures came: one run of `imgadm-judge run` at a time, at
 * most every CENTER_JUDGE_EVERY_MS, in a process of its own, so that the loop
 * never waits for it.  What comes while it runs, the next run judges.
 */
#include <config.h>

#include "manager/center_private.h"

#include "lib/base/beside.h"
#include "lib/base/log.h"
#include "lib/store/store_judge.h"

static void
start(struct center *c)
{
	const char *const argv[] = { c->o.judge, "run", "--quiet", "--db", c->o.db, NULL };
	struct beside_env env;
	struct err e = { 0 };

	beside_env(&env);
	c->judge_started_ms = center_now_ms(c);
	if (child_start(&(struct child_options){ .argv = argv, .env = env.env,
	    .limit_ms = CENTER_JUDGE_LIMIT_MS }, c->judge_started_ms, &c->judge_child, &e) < 0)
		center_say(c, "imgadm-judge cannot be started", NULL, NULL, e.text);
}

void
center_judge_note(struct center *c, const struct store_report_outcome *o)
{
	c->judge_wanted = c->judge_wanted || o->stored.structure_new;
}

void
center_judge_child(struct center *c)
{
	struct child_end end;
	char text[64];

	if (c->judge_child == NULL || child_check(c->judge_child, center_now_ms(c), &end) == 0)
		return;
	child_free(c->judge_child);
	c->judge_child = NULL;
	/* That some devices cannot be judged, it has said. */
	if (end.status != EXIT_DONE && end.status != EXIT_SOME_FAILED)
		center_say(c, "imgadm-judge run failed", NULL, NULL,
		    child_end_text(&end, text, sizeof(text)));
}

void
center_judge_tick(struct center *c)
{
	int64_t now_ms = center_now_ms(c);
	struct err e = { 0 };
	bool in_use = false;

	center_judge_child(c);
	if (c->o.judge == NULL || !c->judge_wanted || c->judge_child != NULL ||
	    (c->judge_started_ms != 0 && now_ms - c->judge_started_ms < CENTER_JUDGE_EVERY_MS))
		return;
	if (store_judge_in_use(c->store, &in_use, &e) < 0) {
		center_say(c, "the store cannot be read", NULL, NULL, e.text);
		return;
	}
	c->judge_wanted = false;
	if (in_use)
		start(c);
}
