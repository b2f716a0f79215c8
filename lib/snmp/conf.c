#include <config.h>

#include "lib/snmp/conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/parse.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/snmp/conf_key.h"
#include "lib/snmp/conf_directive.h"
#include "lib/snmp/conf_reader.h"
#include "lib/snmp/conf_rollout.h"
#include "lib/snmp/conf_site.h"
#include "lib/snmp/conf_words.h"
#include "lib/snmp/resolve.h"

enum { SHOWN_MAX = 160, NAME_MAX_OCTETS = 64, RANGES_MAX = 4096 };

struct value {
	char *text;		/* CONF_PATH, CONF_ADDRESS */
	int64_t number;		/* CONF_NUMBER, CONF_SPAN, CONF_TRUTH */
	bool set;
};

struct named {
	struct snmp_credential *credential;
	char *place;
};

/* `assign DEVICE NAME` or `assign CIDR NAME`. */
struct assign {
	char *device;		/* NULL = by range */
	struct parse_range range;
	char *name;		/* of the credential, until it is found */
	const struct named *named;
	char *place;
};

struct conf {
	bool read;
	struct value values[CONF_DIRECTIVES];
	struct named *named;	/* ascending by name after conf_read() */
	size_t named_count, named_size;
	struct assign *devices, *ranges;	/* by name; longest prefix first */
	size_t device_count, device_size, range_count, range_size;
	struct conf_keys keys[CONF_KEY_KINDS];
	struct conf_sites sites;
	struct conf_rollouts rollouts;
	struct snmp_credential *fallback;	/* snmp.conf's defaults */
	struct err fallback_err;
	bool fallback_tried;
};

struct conf *
conf_new(void)
{
	return calloc(1, sizeof(struct conf));
}

static void
assigns_free(struct assign *a, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(a[i].device);
		free(a[i].name);
		free(a[i].place);
	}
	free(a);
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CONF_DIRECTIVES; i++)
		free(c->values[i].text);
	for (size_t i = 0; i < c->named_count; i++) {
		snmp_credential_free(c->named[i].credential);
		free(c->named[i].place);
	}
	free(c->named);
	assigns_free(c->devices, c->device_count);
	assigns_free(c->ranges, c->range_count);
	for (size_t i = 0; i < CONF_KEY_KINDS; i++)
		conf_keys_release(&c->keys[i]);
	conf_sites_release(&c->sites);
	conf_rollouts_release(&c->rollouts);
	snmp_credential_free(c->fallback);
	free(c);
}

static const char *
shown(const char *word, char buf[SHOWN_MAX])
{
	(void)text_escape(buf, SHOWN_MAX, word);
	return buf;
}

/* Room for one more of a growing array. */
static int
grow(void **array, size_t count, size_t *size, size_t each, size_t limit, struct err *e)
{
	size_t want = *size == 0 ? 16 : *size * 2;
	void *p;

	if (count >= limit)
		return err_set(e, -EINVAL, "more than %zu of these directives", limit);
	if (count < *size)
		return 0;
	p = realloc(*array, want * each);
	if (p == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	*array = p;
	*size = want;
	return 0;
}

static int
check_name(const char *what, const char *name, struct err *e)
{
	char buf[SHOWN_MAX];

	if (name[0] == '\0' || name[0] == '-' || strlen(name) > NAME_MAX_OCTETS ||
	    strpbrk(name, " \t") != NULL || !text_is_utf8(name, strlen(name)))
		return err_set(e, -EINVAL, "'%s' is no name for a %s: want 1 to %d octets"
		    " without blanks, not beginning with '-'", shown(name, buf), what,
		    NAME_MAX_OCTETS);
	return 0;
}

/* --- credential ----------------------------------------------------------------- */

static int
named_compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strcmp(snmp_credential_name(x->credential), snmp_credential_name(y->credential));
}

static int
line_credential(struct conf *c, const struct conf_words *w, const char *place, struct err *e)
{
	struct named n = { 0 };
	char buf[SHOWN_MAX];
	int code;

	if (w->count < 2)
		return err_set(e, -EINVAL, "want credential NAME OPTIONS,"
		    " as in: credential office -v 2c -c public");
	code = check_name("credential", w->word[0], e);
	for (size_t i = 0; code == 0 && i < c->named_count; i++) {
		if (strcmp(snmp_credential_name(c->named[i].credential), w->word[0]) == 0)
			code = err_set(e, -EINVAL, "credential '%s' stands at %s already:"
			    " take another name", shown(w->word[0], buf), c->named[i].place);
	}
	if (code == 0)
		code = grow((void **)&c->named, c->named_count, &c->named_size, sizeof(n),
		    CONF_CREDENTIALS_MAX, e);
	if (code < 0)
		return code;
	n.credential = snmp_credential_new(w->word[0], w->count - 1, w->word + 1, e);
	n.place = strdup(place);
	if (n.credential == NULL) {
		err_prefix(e, "credential '%s'", shown(w->word[0], buf));
		code = -EINVAL;
	} else if (n.place == NULL) {
		code = err_set(e, -ENOMEM, "out of memory");
	}
	if (code < 0) {
		snmp_credential_free(n.credential);
		free(n.place);
		return code;
	}
	c->named[c->named_count++] = n;
	return 0;
}

static const struct named *
named_find(const struct conf *c, const char *name)
{
	for (size_t low = 0, high = c->named_count; low < high;) {
		size_t mid = low + (high - low) / 2;
		int d = strcmp(name, snmp_credential_name(c->named[mid].credential));

		if (d == 0)
			return &c->named[mid];
		if (d < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static const char *
named_next(const void *user, size_t n)
{
	const struct conf *c = user;

	return n < c->named_count ? snmp_credential_name(c->named[n].credential) : NULL;
}

/* --- assign --------------------------------------------------------------------- */

/* Longest prefix first, so that the first that holds an address is the one. */
static int
range_compare(const void *a, const void *b)
{
	const struct assign *x = a, *y = b;

	if (x->range.v6 != y->range.v6)
		return x->range.v6 ? 1 : -1;
	if (x->range.prefix != y->range.prefix)
		return x->range.prefix > y->range.prefix ? -1 : 1;
	return memcmp(x->range.network, y->range.network, sizeof(x->range.network));
}

static int
device_compare(const void *a, const void *b)
{
	const struct assign *x = a, *y = b;

	return strcmp(x->device, y->device);
}

static int
line_assign(struct conf *c, const struct conf_words *w, const char *place, struct err *e)
{
	struct assign a = { 0 };
	struct in_addr v4;
	bool range;
	int code;

	if (w->count != 2)
		return err_set(e, -EINVAL, "want assign CIDR|DEVICE NAME,"
		    " as in: assign 10.1.0.0/16 office");
	range = strchr(w->word[0], '/') != NULL || strchr(w->word[0], ':') != NULL ||
	    inet_pton(AF_INET, w->word[0], &v4) == 1;
	code = range ? parse_cidr(w->word[0], 0, &a.range, e) : check_name("device", w->word[0], e);
	if (code == 0)
		code = check_name("credential", w->word[1], e);
	if (code == 0 && range)
		code = grow((void **)&c->ranges, c->range_count, &c->range_size, sizeof(a),
		    RANGES_MAX, e);
	else if (code == 0)
		code = grow((void **)&c->devices, c->device_count, &c->device_size, sizeof(a),
		    CONF_ASSIGNS_MAX, e);
	if (code < 0)
		return code;
	a.name = strdup(w->word[1]);
	a.place = strdup(place);
	a.device = range ? NULL : strdup(w->word[0]);
	if (a.name == NULL || a.place == NULL || (!range && a.device == NULL)) {
		free(a.name);
		free(a.place);
		free(a.device);
		return err_set(e, -ENOMEM, "out of memory");
	}
	if (range)
		c->ranges[c->range_count++] = a;
	else
		c->devices[c->device_count++] = a;
	return 0;
}

/* After all files: sorted, each names a credential, none stands twice. */
static int
assigns_settle(const struct conf *c, struct assign *a, size_t count,
	int (*compare)(const void *, const void *), struct err *e)
{
	char buf[SHOWN_MAX];

	if (count > 0)
		qsort(a, count, sizeof(a[0]), compare);
	for (size_t i = 0; i < count; i++) {
		a[i].named = named_find(c, a[i].name);
		if (a[i].named == NULL) {
			const char *near = text_nearest(a[i].name, named_next, c);

			return err_set(e, -EINVAL, "%s: there is no credential '%s'%s%s%s",
			    a[i].place, shown(a[i].name, buf), near != NULL ?
			    "; did you mean '" : ": add a line credential NAME OPTIONS",
			    near != NULL ? near : "", near != NULL ? "'?" : "");
		}
		if (i > 0 && compare(&a[i - 1], &a[i]) == 0)
			return err_set(e, -EINVAL, "%s: the same was assigned at %s already:"
			    " take one of them out", a[i].place, a[i - 1].place);
	}
	return 0;
}

/* --- the other directives ------------------------------------------------------- */

static bool
is_text(enum conf_kind kind)
{
	return kind == CONF_PATH || kind == CONF_ADDRESS || kind == CONF_WORD ||
		kind == CONF_CHOICE;
}

static int
line_value(struct conf *c, size_t at, const struct conf_words *w, struct err *e)
{
	const struct conf_directive *d = &conf_directives[at];
	struct value *v = &c->values[at];
	int code = 0;
	char *text;

	if (w->count != 1)
		return err_set(e, -EINVAL, "%s wants one value: %s", d->token, d->help);
	if (is_text(d->kind)) {
		code = conf_directive_check(d, w->word[0], e);
		if (code < 0)
			return code;
		text = strdup(w->word[0]);
		if (text == NULL)
			return err_set(e, -ENOMEM, "out of memory");
		free(v->text);
		v->text = text;
	} else if (d->kind == CONF_NUMBER) {
		code = parse_i64(w->word[0], d->min, d->max, &v->number, e);
	} else if (d->kind == CONF_TRUTH) {
		bool truth = false;

		code = parse_bool(w->word[0], &truth, e);
		v->number = code == 0 ? truth : v->number;
	} else {
		code = parse_duration(w->word[0], d->min, d->max, &v->number, e);
	}
	if (code < 0)
		err_prefix(e, "%s", d->token);
	else
		v->set = true;
	return code;
}

static size_t
directive_find(const char *token)
{
	size_t i = 0;

	while (i < CONF_DIRECTIVES && !text_equal_nocase(conf_directives[i].token, token))
		i++;
	return i;
}

static int
take_line(void *user, const char *token, const char *value, const char *place, struct err *e)
{
	struct conf *c = user;
	size_t at = directive_find(token);
	struct conf_words w;
	int code = conf_words_split(value, &w, e);

	if (code < 0) {
		err_prefix(e, "%s", token);
		return code;
	}
	switch (conf_directives[at].kind) {
	case CONF_CREDENTIAL:
		code = line_credential(c, &w, place, e);
		break;
	case CONF_ASSIGN:
		code = line_assign(c, &w, place, e);
		break;
	case CONF_CATALOGUE_KEY:
	case CONF_IMAGE_KEY:
	case CONF_OPERATOR_KEY:
		code = conf_key_line(&c->keys[conf_directives[at].kind - CONF_CATALOGUE_KEY],
		    conf_directives[at].token, conf_directives[at].kind != CONF_OPERATOR_KEY, &w,
		    place, e);
		break;
	case CONF_SITE:
		code = conf_site_line(&c->sites, &w, place, e);
		break;
	case CONF_ROLLOUT:
		code = conf_rollout_line(&c->rollouts, &w, e);
		break;
	case CONF_PATH:
	case CONF_ADDRESS:
	case CONF_NUMBER:
	case CONF_SPAN:
	case CONF_TRUTH:
	case CONF_WORD:
	case CONF_CHOICE:
		code = line_value(c, at, &w, e);
		break;
	}
	conf_words_release(&w);
	return code;
}

static const char *
directive_next(const void *user, size_t n)
{
	(void)user;
	return n < CONF_DIRECTIVES ? conf_directives[n].token : NULL;
}

static const char *
nearest(void *user, const char *word)
{
	(void)user;
	return text_nearest(word, directive_next, NULL);
}

int
conf_read(struct conf *c, struct err *e)
{
	/* Registered with the library by pointer: as long-lived as the process. */
	static const char *tokens[CONF_DIRECTIVES + 1];
	const struct conf_reader reader = { .line = take_line, .nearest = nearest, .user = c };
	int code;

	if (c->read)
		return err_set(e, -EINVAL, "this configuration was read already");
	c->read = true;
	for (size_t i = 0; i < CONF_DIRECTIVES; i++)
		tokens[i] = conf_directives[i].token;
	code = conf_reader_run(&reader, tokens, e);
	if (code == 0 && c->named_count > 0)
		qsort(c->named, c->named_count, sizeof(c->named[0]), named_compare);
	if (code == 0)
		code = assigns_settle(c, c->devices, c->device_count, device_compare, e);
	if (code == 0)
		code = assigns_settle(c, c->ranges, c->range_count, range_compare, e);
	return code;
}

/* --- asked ---------------------------------------------------------------------- */

const char *
conf_text(const struct conf *c, const char *token)
{
	size_t at = directive_find(token);

	return at < CONF_DIRECTIVES ? c->values[at].text : NULL;
}

const struct conf_keys *
conf_keys_of(const struct conf *c, enum conf_key_kind kind)
{
	return &c->keys[kind];
}

void
conf_site(const struct conf *c, const char *site, struct conf_site *ret)
{
	conf_site_find(&c->sites, site, ret);
}

const char *
conf_rollout(const struct conf *c, const char *name)
{
	return conf_rollout_find(&c->rollouts, name);
}

bool
conf_number(const struct conf *c, const char *token, int64_t *ret_value)
{
	size_t at = directive_find(token);

	if (at == CONF_DIRECTIVES || is_text(conf_directives[at].kind) || !c->values[at].set)
		return false;
	*ret_value = c->values[at].number;
	return true;
}

const struct snmp_credential *
conf_credential(const struct conf *c, const char *name)
{
	const struct named *n = named_find(c, name);

	return n != NULL ? n->credential : NULL;
}

static bool
prefix_holds(const struct parse_range *r, const uint8_t *octets)
{
	size_t whole = r->prefix / 8;
	unsigned rest = r->prefix % 8;

	if (memcmp(r->network, octets, whole) != 0)
		return false;
	return rest == 0 || (r->network[whole] ^ octets[whole]) >> (8 - rest) == 0;
}

static const struct named *
range_find(const struct conf *c, const char *numeric)
{
	struct sockaddr_storage address;
	uint8_t octets[16] = { 0 };
	size_t len;
	bool v6;

	if (numeric == NULL || snmp_address_parse(numeric, &address, &len, NULL) < 0)
		return NULL;
	v6 = address.ss_family == AF_INET6;
	if (v6)
		(void)memcpy(octets, (const char *)&address +
		    offsetof(struct sockaddr_in6, sin6_addr), 16);
	else
		(void)memcpy(octets, (const char *)&address +
		    offsetof(struct sockaddr_in, sin_addr), 4);
	for (size_t i = 0; i < c->range_count; i++) {
		if (c->ranges[i].range.v6 == v6 && prefix_holds(&c->ranges[i].range, octets))
			return c->ranges[i].named;
	}
	return NULL;
}

static const struct snmp_credential *
fallback(struct conf *c, struct err *e)
{
	if (!c->fallback_tried) {
		c->fallback_tried = true;
		c->fallback = snmp_credential_new("snmp.conf", 0, NULL, &c->fallback_err);
	}
	if (c->fallback == NULL)
		(void)err_set(e, -ENOENT, "no credential is assigned, and snmp.conf's defaults"
		    " make none (%s); add credential and assign lines to imgadm.conf",
		    c->fallback_err.text);
	return c->fallback;
}

const struct snmp_credential *
conf_credential_for(struct conf *c, const char *named, const char *device, const char *numeric,
	struct err *e)
{
	struct assign key = { .device = NULL };
	const struct assign *a = NULL;
	const struct named *n;
	char buf[SHOWN_MAX];

	if (named != NULL && named[0] != '\0') {
		n = named_find(c, named);
		if (n == NULL)
			(void)err_set(e, -ENOENT, "its credential '%s' is not in imgadm.conf:"
			    " add a line credential %s OPTIONS", shown(named, buf), buf);
		return n != NULL ? n->credential : NULL;
	}
	if (device != NULL && c->device_count > 0) {
		key.device = strdup(device);
		if (key.device == NULL) {
			(void)err_set(e, -ENOMEM, "out of memory");
			return NULL;
		}
		a = bsearch(&key, c->devices, c->device_count, sizeof(key), device_compare);
		free(key.device);
	}
	n = a != NULL ? a->named : range_find(c, numeric);
	return n != NULL ? n->credential : fallback(c, e);
}

const char *
conf_exposed(const struct conf *c)
{
	for (size_t i = 0; i < c->named_count; i++) {
		const struct named *n = &c->named[i];
		const char *colon = strrchr(n->place, ':');
		char *file;
		bool public;

		if (colon == NULL || !snmp_credential_has_keys(n->credential))
			continue;
		file = strndup(n->place, (size_t)(colon - n->place));
		public = file != NULL && paths_is_public(file);
		free(file);
		if (public)
			return n->place;
	}
	return NULL;
}

const char *
conf_credential_place(const struct conf *c, const struct snmp_credential *cred)
{
	for (size_t i = 0; i < c->named_count; i++) {
		if (c->named[i].credential == cred)
			return c->named[i].place;
	}
	return "";
}

const char *
conf_directive_at(size_t n, const char **ret_help)
{
	if (n >= CONF_DIRECTIVES)
		return NULL;
	if (ret_help != NULL)
		*ret_help = conf_directives[n].help;
	return conf_directives[n].token;
}
