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
check_new(const struct conf_keys *keys, const char *directive, const struct conf_catalogue_key *k,
	struct err *e)
{
	char buf[SHOWN_MAX], id[SIGN_ID_TEXT_SIZE];

	for (size_t i = 0; i < keys->count; i++) {
		const struct conf_catalogue_key *other = &keys->list[i];

		if (strcmp(other->name, k->name) == 0)
			return err_set(e, -EINVAL, "%s '%s' stands at %s already:"
			    " take another name", directive, shown(k->name, buf), other->place);
		if (memcmp(other->key.id, k->key.id, SIGN_ID_SIZE) == 0) {
			sign_id_text(k->key.id, id);
			return err_set(e, -EINVAL, "the key %s stands at %s already%s", id,
			    other->place, k->creators[0] != '\0' ?
			    ": give that line all its creators" : "");
		}
	}
	if (keys->count == CONF_CATALOGUE_KEYS_MAX)
		return err_set(e, -EINVAL, "more than %d %s lines", CONF_CATALOGUE_KEYS_MAX,
		    directive);
	return 0;
}

static int
check_form(const char *directive, bool creators, const struct conf_words *w, struct err *e)
{
	if (creators && (w->count != 4 || strcmp(w->word[2], "creators") != 0))
		return err_set(e, -EINVAL, "want %s NAME KEY creators ID,ID...,"
		    " as in: %s acme-2026 RWR... creators acme", directive, directive);
	if (!creators && w->count != 2)
		return err_set(e, -EINVAL, "want %s NAME KEY, as in: %s ops-2026 RWR...",
		    directive, directive);
	return 0;
}

int
conf_key_line(struct conf_keys *keys, const char *directive, bool creators,
	const struct conf_words *w, const char *place, struct err *e)
{
	struct conf_catalogue_key k = { 0 }, *more;
	char buf[SHOWN_MAX];
	int rc;

	rc = check_form(directive, creators, w, e);
	if (rc < 0)
		return rc;
	if (!is_id(w->word[0], strlen(w->word[0])))
		return err_set(e, -EINVAL, "'%s' is no name for a key: want 1 to %d letters,"
		    " digits and . _ : + -", shown(w->word[0], buf), CONF_CREATOR_MAX);
	rc = sign_key_parse(w->word[1], strlen(w->word[1]), &k.key, e);
	if (rc < 0) {
		err_prefix(e, "%s %s", directive, w->word[0]);
		return -EINVAL;
	}
	rc = creators ? check_creators(w->word[3], e) : 0;
	if (rc < 0)
		return rc;
	k.name = strdup(w->word[0]);
	k.creators = strdup(creators ? w->word[3] : "");
	k.place = strdup(place);
	more = realloc(keys->list, (keys->count + 1) * sizeof(*keys->list));
	if (more != NULL)
		keys->list = more;
	if (k.name == NULL || k.creators == NULL || k.place == NULL || more == NULL)
		rc = err_set(e, -ENOMEM, "out of memory");
	else
		rc = check_new(keys, directive, &k, e);
	if (rc < 0)
		key_release(&k);
	else
		keys->list[keys->count++] = k;
	return rc;
}

static const struct conf_catalogue_key *
all(const struct conf *c, enum conf_key_kind kind, size_t *ret_count)
{
	const struct conf_keys *keys = conf_keys_of(c, kind);

	*ret_count = keys->count;
	return keys->list;
}

static const struct conf_catalogue_key *
find(const struct conf *c, enum conf_key_kind kind, const uint8_t id[SIGN_ID_SIZE])
{
	const struct conf_keys *keys = conf_keys_of(c, kind);

	for (size_t i = 0; i < keys->count; i++) {
		if (memcmp(keys->list[i].key.id, id, SIGN_ID_SIZE) == 0)
			return &keys->list[i];
	}
	return NULL;
}

const struct conf_catalogue_key *
conf_catalogue_keys(const struct conf *c, size_t *ret_count)
{
	return all(c, CONF_KEY_CATALOGUE, ret_count);
}

const struct conf_catalogue_key *
conf_catalogue_key_find(const struct conf *c, const uint8_t id[SIGN_ID_SIZE])
{
	return find(c, CONF_KEY_CATALOGUE, id);
}

const struct conf_catalogue_key *
conf_image_keys(const struct conf *c, size_t *ret_count)
{
	return all(c, CONF_KEY_IMAGE, ret_count);
}

const struct conf_catalogue_key *
conf_image_key_find(const struct conf *c, const uint8_t id[SIGN_ID_SIZE])
{
	return find(c, CONF_KEY_IMAGE, id);
}

const struct conf_catalogue_key *
conf_operator_keys(const struct conf *c, size_t *ret_count)
{
	return all(c, CONF_KEY_OPERATOR, ret_count);
}

const struct conf_catalogue_key *
conf_operator_key_find(const struct conf *c, const uint8_t id[SIGN_ID_SIZE])
{
	return find(c, CONF_KEY_OPERATOR, id);
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
