#include <config.h>

#include "lib/snmp/conf_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

enum { SHOWN_MAX = 160 };

static const char *
shown(const char *word, char buf[SHOWN_MAX])
{
	(void)text_escape(buf, SHOWN_MAX, word);
	return buf;
}

static void
key_release(struct conf_catalogue_key *k)
{
	free(k->name);
	free(k->creators);
	free(k->place);
}

void
conf_keys_release(struct conf_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		key_release(&keys->list[i]);
	free(keys->list);
	*keys = (struct conf_keys){ 0 };
}

/* As ids of catalogues are: letters, digits and . _ : + - */
static bool
is_id(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && strchr("._:+-", c) == NULL)
			return false;
	}
	return len > 0 && len <= CONF_CREATOR_MAX;
}

static int
check_creators(const char *list, struct err *e)
{
	char buf[SHOWN_MAX];

	for (const char *at = list;;) {
		size_t len = strcspn(at, ",");

		if (!is_id(at, len))
			return err_set(e, -EINVAL, "'%s' names no creators: want ids of 1 to %d"
			    " letters, digits and . _ : + -, parted by commas without blanks",
			    shown(list, buf), CONF_CREATOR_MAX);
		if (at[len] == '\0')
			return 0;
		at += len + 1;
	}
}

/* A name names one line, and a key id one key: a signature is looked up by it. */
static int
check_new(const struct conf_keys *keys, const struct conf_catalogue_key *k, struct err *e)
{
	char buf[SHOWN_MAX], id[SIGN_ID_TEXT_SIZE];

	for (size_t i = 0; i < keys->count; i++) {
		const struct conf_catalogue_key *other = &keys->list[i];

		if (strcmp(other->name, k->name) == 0)
			return err_set(e, -EINVAL, "catalogueKey '%s' stands at %s already:"
			    " take another name", shown(k->name, buf), other->place);
		if (memcmp(other->key.id, k->key.id, SIGN_ID_SIZE) == 0) {
			sign_id_text(k->key.id, id);
			return err_set(e, -EINVAL, "the key %s stands at %s already: give that"
			    " line all its creators", id, other->place);
		}
	}
	if (keys->count == CONF_CATALOGUE_KEYS_MAX)
		return err_set(e, -EINVAL, "more than %d catalogueKey lines",
		    CONF_CATALOGUE_KEYS_MAX);
	return 0;
}

int
conf_key_line(struct conf_keys *keys, const struct conf_words *w, const char *place,
	struct err *e)
{
	struct conf_catalogue_key k = { 0 }, *more;
	char buf[SHOWN_MAX];
	int rc;

	if (w->count != 4 || strcmp(w->word[2], "creators") != 0)
		return err_set(e, -EINVAL, "want catalogueKey NAME KEY creators ID,ID...,"
		    " as in: catalogueKey acme-2026 RWR... creators acme");
	if (!is_id(w->word[0], strlen(w->word[0])))
		return err_set(e, -EINVAL, "'%s' is no name for a key: want 1 to %d letters,"
		    " digits and . _ : + -", shown(w->word[0], buf), CONF_CREATOR_MAX);
	rc = sign_key_parse(w->word[1], strlen(w->word[1]), &k.key, e);
	if (rc < 0) {
		err_prefix(e, "catalogueKey %s", w->word[0]);
		return -EINVAL;
	}
	rc = check_creators(w->word[3], e);
	if (rc < 0)
		return rc;
	k.name = strdup(w->word[0]);
	k.creators = strdup(w->word[3]);
	k.place = strdup(place);
	more = realloc(keys->list, (keys->count + 1) * sizeof(*keys->list));
	if (more != NULL)
		keys->list = more;
	if (k.name == NULL || k.creators == NULL || k.place == NULL || more == NULL)
		rc = err_set(e, -ENOMEM, "out of memory");
	else
		rc = check_new(keys, &k, e);
	if (rc < 0)
		key_release(&k);
	else
		keys->list[keys->count++] = k;
	return rc;
}

const struct conf_catalogue_key *
conf_catalogue_key_find(const struct conf *c, const uint8_t id[SIGN_ID_SIZE])
{
	size_t count;
	const struct conf_catalogue_key *list = conf_catalogue_keys(c, &count);

	for (size_t i = 0; i < count; i++) {
		if (memcmp(list[i].key.id, id, SIGN_ID_SIZE) == 0)
			return &list[i];
	}
	return NULL;
}

bool
conf_catalogue_key_covers(const struct conf_catalogue_key *key, const char *creator)
{
	size_t want = strlen(creator);

	for (const char *at = key->creators;; at++) {
		size_t len = strcspn(at, ",");

		if (len == want && memcmp(at, creator, len) == 0)
			return true;
		at += len;
		if (*at == '\0')
			return false;
	}
}
