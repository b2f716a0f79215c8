#include <config.h>

#include "agent-module/report_centre.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "agent-module/locate.h"
#include "agent-module/state_centre.h"
#include "agent-module/state_report.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/snmp/keyfile.h"

struct report_centre {
	struct event_base *base;
	struct event *retry;
	void (*ready)(void *user);
	void *user;
	bool loaded;		/* set and serial are what the state said */
	bool set;
	uint32_t serial;
	struct state_centre centre;
	struct snmp_credential *credential;
	uint8_t engine_id[KEYFILE_ENGINE_MAX];
	size_t engine_id_len;
	struct locate *locate;
	bool looking;
	char numeric[SNMP_ADDRESS_MAX];	/* "" while it is looked for */
	char said[ERR_TEXT_SIZE];	/* the last complaint */
};

static void
complain(struct report_centre *c, const struct err *e)
{
	if (strcmp(c->said, e->text) != 0)
		log_warning("the centre %s cannot be reported to: %s", c->centre.address, e->text);
	(void)snprintf(c->said, sizeof(c->said), "%s", e->text);
}

static void
try_again(struct report_centre *c)
{
	const struct timeval wait = { .tv_sec = REPORT_CENTRE_RETRY_MS / 1000 };

	(void)event_add(c->retry, &wait);
}

static void
found(void *user, const char *numeric, const struct err *e)
{
	struct report_centre *c = user;

	c->looking = false;
	if (numeric == NULL) {
		complain(c, e);
		try_again(c);
		return;
	}
	c->said[0] = '\0';
	if (strcmp(numeric, c->numeric) == 0)
		return;
	(void)text_copy(c->numeric, sizeof(c->numeric), numeric);
	c->ready(c->user);
}

/* A name or an address without a port is meant with the port of notifications. */
static void
with_port(const char *spec, char *ret, size_t size)
{
	const char *rest = spec, *colon;

	if (strncmp(rest, "udp:", 4) == 0)
		rest += 4;
	else if (strncmp(rest, "udp6:", 5) == 0)
		rest += 5;
	colon = strrchr(rest, ':');
	if (rest[0] == '[' ? strchr(rest, ']') != NULL && strchr(rest, ']')[1] == '\0' :
		colon == NULL)
		(void)snprintf(ret, size, "%s:%d", spec, REPORT_CENTRE_PORT);
	else
		(void)snprintf(ret, size, "%s", spec);
}

static void
look_up(struct report_centre *c)
{
	char spec[STATE_CENTRE_ADDRESS_MAX + 8], numeric[SNMP_ADDRESS_MAX];
	struct err e;
	int r;

	locate_free(c->locate);
	c->locate = NULL;
	with_port(c->centre.address, spec, sizeof(spec));
	r = snmp_resolve_check(spec, numeric, &e);
	if (r < 0) {
		complain(c, &e);
		return;
	}
	if (r == 1) {
		found(c, numeric, &e);
		return;
	}
	c->locate = locate_new(c->base, spec, found, c, &e);
	c->looking = c->locate != NULL;
	if (c->locate == NULL) {
		complain(c, &e);
		try_again(c);
	}
}

/* 0 with credential and engine id, or a negative errno with e. */
static int
read_keys(struct report_centre *c, struct err *e)
{
	struct keyfile keys;
	int r = keyfile_read(c->centre.key_file, &keys, e);

	if (r < 0)
		return r;
	c->credential = keyfile_credential(&keys, e);
	c->engine_id_len = keys.engine_id_len;
	memcpy(c->engine_id, keys.engine_id, sizeof(c->engine_id));
	keyfile_wipe(&keys);
	return c->credential == NULL ? -EINVAL : 0;
}

/* What the centre needs and does not have yet. */
static void
complete(struct report_centre *c)
{
	struct err e;

	if (!c->centre.set)
		return;
	if (c->credential == NULL && read_keys(c, &e) < 0) {
		complain(c, &e);
		try_again(c);
		return;
	}
	look_up(c);
}

static void
retry(evutil_socket_t fd, short what, void *user)
{
	struct report_centre *c = user;

	(void)fd;
	(void)what;
	if (!c->loaded)
		c->ready(c->user);	/* who then loads it */
	else
		complete(c);
}

struct report_centre *
report_centre_new(struct event_base *base, void (*ready)(void *user), void *user, struct err *e)
{
	struct report_centre *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->retry = evtimer_new(base, retry, c);
	if (c == NULL || c->retry == NULL) {
		(void)err_set(e, -ENOMEM, "out of memory");
		free(c);
		return NULL;
	}
	c->base = base;
	c->ready = ready;
	c->user = user;
	return c;
}

static void
forget(struct report_centre *c)
{
	locate_free(c->locate);
	c->locate = NULL;
	snmp_credential_free(c->credential);
	c->credential = NULL;
	c->engine_id_len = 0;
	c->numeric[0] = '\0';
	c->looking = false;
	c->centre = (struct state_centre){ 0 };
	c->loaded = false;
	(void)event_del(c->retry);
}

void
report_centre_free(struct report_centre *c)
{
	if (c == NULL)
		return;
	forget(c);
	event_free(c->retry);
	free(c);
}

bool
report_centre_is_another(const struct report_centre *c, const struct state_report *r)
{
	return !c->loaded || c->set != r->centre || c->serial != r->centre_serial;
}

uint32_t
report_centre_serial(const struct report_centre *c)
{
	return c->loaded ? c->serial : 0;
}

void
report_centre_load(struct report_centre *c, struct state *state, const struct state_report *r)
{
	struct err e;

	forget(c);
	if (r->centre && state_centre_load(state, &c->centre, &e) < 0) {
		complain(c, &e);
		try_again(c);
		return;
	}
	c->loaded = true;
	c->set = r->centre;
	c->serial = r->centre_serial;
	complete(c);
}

const struct snmp_credential *
report_centre_credential(const struct report_centre *c)
{
	return c->credential;
}

const char *
report_centre_address(const struct report_centre *c)
{
	return c->numeric[0] == '\0' ? NULL : c->numeric;
}

const char *
report_centre_name(const struct report_centre *c)
{
	return c->centre.address;
}

const char *
report_centre_user(const struct report_centre *c)
{
	return c->centre.user;
}

size_t
report_centre_engine_id(const struct report_centre *c, const uint8_t **ret_id)
{
	*ret_id = c->engine_id;
	return c->engine_id_len;
}

void
report_centre_find(struct report_centre *c)
{
	if (c->credential != NULL && !c->looking)
		look_up(c);
}
