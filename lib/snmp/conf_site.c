#include <config.h>

#include "lib/snmp/conf_site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

enum { SHOWN_MAX = 160, NAME_MAX_OCTETS = 64 };

static const char *const KEYS[] = { "imageBase", "grantFrom", "nat", NULL };
enum { IMAGE_BASE, GRANT_FROM, NAT };

static const char *
shown(const char *word, char buf[SHOWN_MAX])
{
	(void)text_escape(buf, SHOWN_MAX, word);
	return buf;
}

void
conf_sites_release(struct conf_sites *sites)
{
	for (size_t i = 0; i < sites->count; i++) {
		struct conf_site_lines *l = &sites->list[i];

		free(l->name);
		free(l->image_base);
		free(l->grant_from);
		for (size_t k = 0; k < sizeof(l->place) / sizeof(l->place[0]); k++)
			free(l->place[k]);
	}
	free(sites->list);
	*sites = (struct conf_sites){ 0 };
}

/* --- values ------------------------------------------------------------ */

/* What is put behind it is a token or a digest: it ends where a name begins. */
static int
check_base(const char *text, struct err *e)
{
	const char *host = NULL;
	char buf[SHOWN_MAX];

	if (strncmp(text, "tftp://", 7) == 0)
		host = text + 7;
	else if (strncmp(text, "https://", 8) == 0)
		host = text + 8;
	if (host == NULL || host[0] == '/' || host[0] == '\0' ||
	    text[strlen(text) - 1] != '/' || strpbrk(text, " \"<>\\^`{|}?#%") != NULL ||
	    !text_is_utf8(text, strlen(text)))
		return err_set(e, -EINVAL, "imageBase '%s': want tftp://HOST[:PORT]/ or"
		    " https://HOST[:PORT]/PATH/, with a '/' at the end", shown(text, buf));
	if (strlen(text) > CONF_IMAGE_BASE_MAX)
		return err_set(e, -EINVAL, "imageBase: at most %d octets", CONF_IMAGE_BASE_MAX);
	return 0;
}

static int
check_from(const char *text, struct err *e)
{
	struct parse_range range;
	int rc;

	if (strcmp(text, "lastSeen") == 0 || strcmp(text, "any") == 0)
		return 0;
	rc = parse_cidr(text, 0, &range, e);
	if (rc < 0)
		err_prefix(e, "grantFrom wants lastSeen, any or a network");
	return rc;
}

/* --- lines ------------------------------------------------------------- */

static struct conf_site_lines *
lines_of(const struct conf_sites *sites, const char *name)
{
	for (size_t i = 0; i < sites->count; i++)
		if (strcmp(sites->list[i].name, name) == 0)
			return &sites->list[i];
	return NULL;
}

/* The site's lines, a new entry where it has none; NULL with *ret_rc and e. */
static struct conf_site_lines *
lines_get(struct conf_sites *sites, const char *name, int *ret_rc, struct err *e)
{
	struct conf_site_lines *l = lines_of(sites, name), *more;

	if (l != NULL)
		return l;
	if (sites->count == CONF_SITES_MAX) {
		*ret_rc = err_set(e, -EINVAL, "more than %d sites", CONF_SITES_MAX);
		return NULL;
	}
	more = realloc(sites->list, (sites->count + 1) * sizeof(*more));
	if (more != NULL) {
		sites->list = more;
		l = &more[sites->count];
		*l = (struct conf_site_lines){ .name = strdup(name) };
	}
	if (l == NULL || l->name == NULL) {
		*ret_rc = err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	sites->count++;
	return l;
}

static int
key_find(const char *word, int *ret_key, struct err *e)
{
	const char *near;
	char buf[SHOWN_MAX];

	for (int k = 0; KEYS[k] != NULL; k++)
		if (text_equal_nocase(KEYS[k], word)) {
			*ret_key = k;
			return 0;
		}
	near = text_nearest_of(word, KEYS);
	return err_set(e, -EINVAL, "site: unknown word '%s'%s%s%s", shown(word, buf),
	    near != NULL ? "; did you mean '" : "; want imageBase, grantFrom or nat",
	    near != NULL ? near : "", near != NULL ? "'?" : "");
}

static int
value_check(int key, const char *value, bool *ret_nat, struct err *e)
{
	int rc;

	if (key == IMAGE_BASE)
		return check_base(value, e);
	if (key == GRANT_FROM)
		return check_from(value, e);
	rc = parse_bool(value, ret_nat, e);
	if (rc < 0)
		err_prefix(e, "nat");
	return rc;
}

int
conf_site_line(struct conf_sites *sites, const struct conf_words *w, const char *place,
	struct err *e)
{
	struct conf_site_lines *l;
	char buf[SHOWN_MAX], *text, *at;
	bool nat = false;
	int key = 0, rc;

	if (w->count != 3)
		return err_set(e, -EINVAL, "want site NAME imageBase|grantFrom|nat VALUE, as in:"
		    " site berlin imageBase tftp://192.0.2.1:6969/");
	if (w->word[0][0] == '\0' || strlen(w->word[0]) > NAME_MAX_OCTETS ||
	    !text_is_utf8(w->word[0], strlen(w->word[0])))
		return err_set(e, -EINVAL, "'%s' is no name for a site: want 1 to %d octets, or *"
		    " for every other one", shown(w->word[0], buf), NAME_MAX_OCTETS);
	rc = key_find(w->word[1], &key, e);
	if (rc == 0)
		rc = value_check(key, w->word[2], &nat, e);
	l = rc < 0 ? NULL : lines_get(sites, w->word[0], &rc, e);
	if (l == NULL)
		return rc;
	if (l->place[key] != NULL)
		return err_set(e, -EINVAL, "site '%s' %s stands at %s already: take one of them"
		    " out", shown(l->name, buf), KEYS[key], l->place[key]);
	text = strdup(w->word[2]);
	at = strdup(place);
	if (text == NULL || at == NULL) {
		free(text);
		free(at);
		return err_set(e, -ENOMEM, "out of memory");
	}
	l->place[key] = at;
	if (key == IMAGE_BASE) {
		l->image_base = text;
	} else if (key == GRANT_FROM) {
		l->grant_from = text;
	} else {
		l->nat = nat;
		free(text);
	}
	return 0;
}

/* --- asked ------------------------------------------------------------- */

void
conf_site_find(const struct conf_sites *sites, const char *name, struct conf_site *ret)
{
	const struct conf_site_lines *by[2] = {
		name[0] != '\0' ? lines_of(sites, name) : NULL, lines_of(sites, "*"),
	};
	bool nat_known = false;

	*ret = (struct conf_site){ 0 };
	for (size_t i = 0; i < 2; i++) {
		if (by[i] == NULL)
			continue;
		if (ret->image_base == NULL)
			ret->image_base = by[i]->image_base;
		if (ret->grant_from == NULL)
			ret->grant_from = by[i]->grant_from;
		if (!nat_known && by[i]->place[NAT] != NULL) {
			nat_known = true;
			ret->nat = by[i]->nat;
		}
	}
	if (ret->grant_from == NULL)
		ret->grant_from = "lastSeen";
}
