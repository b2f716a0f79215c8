#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/base/beside.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

enum {
	PAUSE_MS = 500,		/* a command is looked for so often while it waits */
	BUSY_MS = 100,		/* the state is locked: again after this */
};

struct install_now
install_now(void)
{
	return (struct install_now){ .utc_s = clock_utc_s(clock_system()),
		.ms = clock_monotonic_ms(clock_system()) };
}

static bool
stopping(const struct install *in)
{
	return in->o->stopping != NULL && *in->o->stopping;
}

/* --- one step -------------------------------------------------------------------------------- */

static int
record(struct install *in, struct err *e)
{
	int rc = install_record(in, &in->step, e);

	if (rc == -EBUSY) {
		(void)poll(NULL, 0, BUSY_MS);
		return -EAGAIN;
	}
	/* Another part, or another request: the rows tell. */
	return rc == -ESTALE ? -EAGAIN : rc;
}

static void
wait_for(const struct install *in, int64_t until_ms)
{
	int64_t left = until_ms - install_now().ms;

	if (left > PAUSE_MS)
		left = PAUSE_MS;
	if (left > 0 && !stopping(in))
		(void)poll(NULL, 0, (int)left);
}

/* 0, or -EAGAIN: what is known may be another, look again. */
static int
carry_out(struct install *in, struct install_outcome *o, struct err *e)
{
	const struct install_step *s = &in->step;

	in->asked_ms = 0;
	switch (s->what) {
	case INSTALL_RECORD:
		return record(in, e);
	case INSTALL_FETCH_LABEL:
		install_fetch_label(in, s->member, o);
		break;
	case INSTALL_CHECK_AGAIN:
		install_check_again(in, s->member, o);
		break;
	case INSTALL_FETCH_IMAGE:
		install_fetch_image(in, s->member, o);
		break;
	case INSTALL_CHECK_COPY:
		install_check_copy(in, s->member, o);
		break;
	case INSTALL_CHECK_KEPT:
		install_check_kept(in, s->member, o);
		break;
	case INSTALL_CHECK_PREVIOUS:
		install_check_previous(in, s->member, o);
		break;
	case INSTALL_TRUST_FILE:
		install_trust_file(in, s->member, o);
		break;
	case INSTALL_RUN:
		install_verb(in, s, o);
		break;
	case INSTALL_PAUSE:
		wait_for(in, s->until_ms);
		break;
	case INSTALL_REST:
		break;
	}
	return 0;
}

static int
live(struct install *in, struct err *e)
{
	struct install_outcome o;
	struct install_now now;
	int rc;

	while (!stopping(in)) {
		rc = install_load(in, e);
		if (rc == -EBUSY) {
			(void)poll(NULL, 0, BUSY_MS);
			continue;
		}
		if (rc == 0)
			rc = install_lock(in, e);
		if (rc == 1)
			continue;
		if (rc < 0)
			return rc;
		now = install_now();
		install_plan_next(&in->g, &now, &in->step);
		if (in->step.what == INSTALL_REST)
			return 0;
		o = (struct install_outcome){0};
		rc = carry_out(in, &o, e);
		if (rc == -EAGAIN)
			continue;
		if (rc < 0)
			return rc;
		now = install_now();
		install_plan_answer(&in->g, &in->step, &o, &now);
	}
	return 0;
}

/* --- begin and end ------------------------------------------------------ */

static int
find_fetch(struct install *in, struct err *e)
{
	int n;

	if (in->o->libexec == NULL)
		return beside_find("imgadm-fetch", "IMGADM_FETCH", in->fetch, sizeof(in->fetch), e);
	n = snprintf(in->fetch, sizeof(in->fetch), "%s/imgadm-fetch", in->o->libexec);
	return n > 0 && (size_t)n < sizeof(in->fetch) ? 0 :
		err_set(e, -ENAMETOOLONG, "%s: too long a name", in->o->libexec);
}

int
install_run(const struct install_options *o, struct err *e)
{
	struct install *in = calloc(1, sizeof(*in));
	int rc;

	if (in == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	in->o = o;
	in->folder = -1;
	in->g.trial_s = o->trial_s;
	in->g.commit_after_s = o->commit_after_s;
	for (size_t i = 0; i < UPDATE_GROUP_MAX; i++)
		in->work[i].copy = in->work[i].previous = -1;
	if (o->unit != NULL)
		(void)text_copy(in->symbol, sizeof(in->symbol), o->unit);
	rc = sodium_init() < 0 ? err_set(e, -EIO, "libsodium cannot be set up") : 0;
	if (rc == 0)
		rc = find_fetch(in, e);
	if (rc == 0)
		rc = state_open(o->state, STATE_WRITE, &in->state, e);
	if (rc == 0)
		rc = install_folder_open(in, e);
	if (rc == 0 && (o->reset || o->advise != NULL)) {
		rc = install_say(in, e);
		goto out;
	}
	if (rc == 0)
		rc = live(in, e);
	if (rc == 0 && !stopping(in))
		install_file_sweep(in);
out:
	for (size_t i = 0; i < UPDATE_GROUP_MAX; i++)
		install_work_release(&in->work[i]);
	install_lock_release(in);
	state_view_release(&in->view);
	state_close(in->state);
	if (in->folder >= 0)
		(void)close(in->folder);
	free(in);
	return rc;
}
