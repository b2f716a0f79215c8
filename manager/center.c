#include <config.h>

#include "manager/center_private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "lib/base/log.h"
#include "lib/base/text.h"

enum { TICK_MS = 1000, ABOUT_MAX = 512, MICROSECONDS = 1000, SECOND_MS = 1000 };

int64_t
center_now_ms(const struct center *c)
{
	return clock_monotonic_ms(c->o.clock);
}

void
center_say(struct center *c, const char *cause, const struct center_peer *from,
	const char *user, const char *about)
{
	char address[SNMP_ADDRESS_MAX] = "", name[SNMP_USER_MAX * 4 + 16] = "", held_text[64] = "";
	char shown[SNMP_USER_MAX * 4 + 1];
	uint64_t held;

	if (!limit_pass(&c->limit, cause, center_now_ms(c), &held))
		return;
	if (user != NULL && user[0] != '\0') {
		(void)text_escape(shown, sizeof(shown), user);
		(void)snprintf(name, sizeof(name), " (user '%s')", shown);
	}
	if (from != NULL)
		(void)center_peer_text(from, address);
	if (held > 0)
		(void)snprintf(held_text, sizeof(held_text), "; %llu more since it was last said",
		    (unsigned long long)held);
	log_warning("%s%s%s%s%s%s%s", address, name, from != NULL ? ": " : "", cause,
	    about != NULL ? ": " : "", about != NULL ? about : "", held_text);
}

/* --- users ---------------------------------------------------------------------- */

static int
find_user(void *center, const char *name, struct center_engine_user *ret)
{
	struct center *c = center;
	struct store_user u = { 0 };
	struct err e = { 0 };
	int rc = store_user_find(c->store, name, clock_utc_s(c->o.clock), &u, &e);

	if (rc == 0) {
		ret->device = u.device;
		ret->sets[0] = snmp_credential_of_keys(u.name, u.auth, u.auth_key,
		    u.auth_key_len, u.priv, u.priv_key, u.priv_key_len, &e);
		ret->set_count = ret->sets[0] != NULL ? 1 : 0;
		rc = ret->sets[0] != NULL ? 0 : -ENOTSUP;
	}
	explicit_bzero(&u, sizeof(u));
	if (rc < 0 && rc != -ENOENT)
		center_say(c, "a user cannot be read", NULL, name, e.text);
	return rc;
}

/* --- the loop ------------------------------------------------------------------- */

static void
plan_commit(struct center *c)
{
	int64_t wait_ms = center_commit_wait_ms(center_queue_count(c->queue),
	    c->waiting_since_ms, center_now_ms(c));
	int64_t again_ms = c->again_ms - center_now_ms(c);
	struct timeval tv = { 0 };

	if (wait_ms < 0)
		return;
	tv.tv_usec = (suseconds_t)((wait_ms > again_ms ? wait_ms : again_ms) * MICROSECONDS);
	(void)event_add(&c->commit_timer, &tv);
}

static void
on_commit(evutil_socket_t fd, short what, void *arg)
{
	struct center *c = arg;

	(void)fd;
	(void)what;
	center_put(c);
	plan_commit(c);
}

/* Sockets were read: put at once what fills a commit. */
static void
on_round(void *arg)
{
	struct center *c = arg;

	if (c->again_ms <= center_now_ms(c) && center_commit_wait_ms(
	    center_queue_count(c->queue), c->waiting_since_ms, center_now_ms(c)) == 0)
		center_put(c);
	plan_commit(c);
}

static void
say_counts(struct center *c, enum log_level level)
{
	const struct center_engine_counts *e = center_engine_counts(c->engine);
	const struct center_net_counts *n = center_net_counts(c->net);
#define N(x) (unsigned long long)(x)

	c->said_ms = center_now_ms(c);
	log_text(level, "%llu datagrams; %llu reports stored, %llu parts, %llu repeats,"
	    " %llu refused, %llu malformed; %llu dropped of full lines, %llu commits failed;"
	    " %llu polls wanted, %llu traps of unknown addresses; users unknown %llu,"
	    " keys wrong %llu, out of time %llu, not decrypted %llu; %llu copies forwarded",
	    N(n->received), N(c->counts.stored), N(c->counts.parts), N(c->counts.repeats),
	    N(c->counts.refused), N(c->counts.malformed + e->malformed),
	    N(center_queue_dropped(c->queue)), N(c->counts.failed_commits), N(c->counts.marks),
	    N(c->counts.unknown_traps), N(e->unknown_users), N(e->wrong_digests),
	    N(e->not_in_time), N(e->decryption_errors), N(c->counts.forwarded));
#undef N
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct center *c = arg;
	struct err e = { 0 };
	int64_t now_ms = center_now_ms(c);

	(void)fd;
	(void)what;
	center_soon_tick(c);
	center_judge_tick(c);
	if (c->rrd != NULL && now_ms - c->begin_ms >= c->o.interval_s * SECOND_MS) {
		c->begin_ms = now_ms;
		if (rrdfile_begin(c->rrd, &e) < 0)
			center_say(c, "a graph cannot be updated; the report is stored", NULL,
			    NULL, e.text);
	}
	if (now_ms - c->said_ms >= CENTER_SAY_EVERY_MS)
		say_counts(c, LOG_LEVEL_INFO);
}

static int
read_forward(struct center *c, struct err *e)
{
	const char *forward = NULL;
	int rc = c->o.reload != NULL ? c->o.reload(c->o.user, &forward, e) : 0;

	if (rc < 0)
		return rc;
	if (forward != NULL)
		return center_forward_open(c, forward, e);
	center_forward_close(c);
	return 0;
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct center *c = arg;
	struct err e = { 0 };

	(void)what;
	switch ((int)number) {
	case SIGCHLD:
		center_soon_child(c);
		center_judge_child(c);
		break;
	case SIGHUP:
		if (read_forward(c, &e) < 0)
			log_error("%s; the configuration stays as it was", e.text);
		else
			log_notice("the configuration was read again");
		break;
	default:
		(void)event_base_loopbreak(c->base);
		break;
	}
}

int
center_run(struct center *c, struct err *e)
{
	uint64_t failed;

	log_notice("ready; engine boots %u", c->o.engine.boots);
	if (event_base_dispatch(c->base) < 0)
		return err_set(e, -EIO, "the event loop failed");
	/* Nobody waits for us any more. */
	store_set_wait(c->store, CENTER_STORE_SAY_MS);
	c->busy_since_ms = 0;
	failed = c->counts.failed_commits;
	while (center_queue_count(c->queue) > 0 && c->counts.failed_commits == failed &&
	    c->busy_since_ms == 0)
		center_put(c);
	say_counts(c, LOG_LEVEL_NOTICE);
	return 0;
}

/* --- begin and end -------------------------------------------------------------- */

static int
add_events(struct center *c, struct err *e)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	const struct timeval tick = { TICK_MS / SECOND_MS, 0 };

	if (event_assign(&c->commit_timer, c->base, -1, 0, on_commit, c) < 0 ||
	    event_assign(&c->tick_timer, c->base, -1, EV_PERSIST, on_tick, c) < 0)
		return err_set(e, -ENOMEM, "out of memory");
	c->events_made = true;
	if (event_add(&c->tick_timer, &tick) < 0)
		return err_set(e, -ENOMEM, "out of memory");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct event *s = evsignal_new(c->base, numbers[i], on_signal, c);

		if (s == NULL || event_add(s, NULL) < 0) {
			if (s != NULL)
				event_free(s);
			return err_set(e, -ENOMEM, "out of memory");
		}
		c->signals[c->signal_count++] = s;
	}
	return 0;
}

static int
make_parts(struct center *c, struct err *e)
{
	struct center_engine_options engine = { .engine_id_len = c->o.engine.id_len,
		.boots = c->o.engine.boots, .started_ms = center_now_ms(c),
		.find = find_user, .user = c };
	const struct center_net_user user = { .take = center_take, .round = on_round, .user = c };
	int rc;

	(void)memcpy(engine.engine_id, c->o.engine.id, c->o.engine.id_len);
	rc = center_engine_new(&engine, &c->engine, e);
	if (rc < 0)
		return rc;
	c->queue = center_queue_new(&(struct center_queue_options){
		.free_item = center_item_free });
	c->mib = center_mib_new(c->store, c->o.clock);
	c->base = event_base_new();
	if (c->queue == NULL || c->mib == NULL || c->base == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = add_events(c, e);
	if (rc == 0)
		rc = read_forward(c, e);
	if (rc == 0)
		rc = center_net_new(c->base, c->o.listen, c->o.listen_count, &user, &c->net, e);
	return rc;
}

int
center_new(const struct center_options *o, struct store *store, struct rrdfile *rrd,
	struct center **ret, struct err *e)
{
	struct center *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	c->o = *o;
	c->store = store;
	store_set_wait(store, CENTER_STORE_WAIT_MS);
	c->rrd = rrd;
	c->forward_fd = -1;
	c->said_ms = c->holes_ms = c->begin_ms = center_now_ms(c);
	rc = make_parts(c, e);
	if (rc < 0) {
		center_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void
center_free(struct center *c)
{
	if (c == NULL)
		return;
	center_net_free(c->net);
	child_free(c->child);
	child_free(c->judge_child);
	for (size_t i = 0; i < c->signal_count; i++)
		event_free(c->signals[i]);
	if (c->events_made) {
		(void)event_del(&c->commit_timer);
		(void)event_del(&c->tick_timer);
	}
	if (c->base != NULL)
		event_base_free(c->base);
	center_forward_close(c);
	center_mib_free(c->mib);
	center_queue_free(c->queue);
	center_engine_free(c->engine);
	pdu_room_release(&c->room);
	free(c);
}
