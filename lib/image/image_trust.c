#include <config.h>

#include "lib/image/image_trust.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/image/image_trust_private.h"
#include "lib/sign/sign_words.h"

static const char *const kinds[TRUST_KINDS] = {
	"creator", "operator", "revoked", "withdrawn", "root",
};

void
image_trust_free(struct image_trust *t)
{
	free(t);
}

uint32_t
image_trust_serial(const struct image_trust *t)
{
	return t->serial;
}

bool
image_trust_operator_required(const struct image_trust *t)
{
	return t->required;
}

bool
image_trust_has_operator(const struct image_trust *t)
{
	return t->operator_count > 0;
}

static bool
same_id(const struct sign_key *key, const uint8_t id[SIGN_ID_SIZE])
{
	return memcmp(key->id, id, SIGN_ID_SIZE) == 0;
}

bool
image_trust_revoked(const struct image_trust *t, const uint8_t key_id[SIGN_ID_SIZE])
{
	for (size_t i = 0; i < t->revoked_count; i++) {
		if (memcmp(t->revoked[i], key_id, SIGN_ID_SIZE) == 0)
			return true;
	}
	return false;
}

bool
image_trust_withdrawn(const struct image_trust *t, const char *software, uint32_t seq)
{
	for (size_t i = 0; i < t->withdrawn_count; i++) {
		if (t->withdrawn[i].seq == seq && strcmp(t->withdrawn[i].software, software) == 0)
			return true;
	}
	return false;
}

/* --- ids ------------------------------------------------------------------------- */

/* Into its place among n; n + 1, or n when it is there or there is no more room. */
static size_t
id_insert(uint8_t (*ids)[SIGN_ID_SIZE], size_t n, size_t most, const uint8_t id[SIGN_ID_SIZE])
{
	size_t at = 0;

	while (at < n && memcmp(ids[at], id, SIGN_ID_SIZE) < 0)
		at++;
	if (n == most || (at < n && memcmp(ids[at], id, SIGN_ID_SIZE) == 0))
		return n;
	(void)memmove(ids[at + 1], ids[at], (n - at) * SIGN_ID_SIZE);
	(void)memcpy(ids[at], id, SIGN_ID_SIZE);
	return n + 1;
}

size_t
image_trust_ids(const struct image_trust *t, uint8_t (*ret)[SIGN_ID_SIZE], size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < t->creator_count; i++) {
		if (!image_trust_revoked(t, t->creators[i].key.id))
			n = id_insert(ret, n, most, t->creators[i].key.id);
	}
	for (size_t i = 0; i < t->operator_count; i++) {
		if (!image_trust_revoked(t, t->operators[i].id))
			n = id_insert(ret, n, most, t->operators[i].id);
	}
	return n;
}

/* --- lines ----------------------------------------------------------------------- */

static void
say_limits(const struct trust_creator *c, char *dst, size_t size)
{
	(void)snprintf(dst, size, "%s%s%s%s%s", c->software[0] != '\0' ? "software=" : "",
		c->software, c->software[0] != '\0' && c->unit_class[0] != '\0' ? " " : "",
		c->unit_class[0] != '\0' ? "class=" : "", c->unit_class);
}

bool
image_trust_line_at(const struct image_trust *t, size_t n, struct image_trust_line *ret)
{
	const struct trust_place *p;
	const uint8_t *id = NULL;

	if (n >= t->line_count)
		return false;
	p = &t->lines[n];
	*ret = (struct image_trust_line){ .kind = kinds[p->kind] };
	switch (p->kind) {
	case TRUST_CREATOR:
		id = t->creators[p->at].key.id;
		(void)text_copy(ret->who, sizeof(ret->who), t->creators[p->at].id);
		say_limits(&t->creators[p->at], ret->what, sizeof(ret->what));
		break;
	case TRUST_OPERATOR:
		id = t->operators[p->at].id;
		(void)text_copy(ret->what, sizeof(ret->what),
			t->required ? "required" : "optional");
		break;
	case TRUST_REVOKED:
		id = t->revoked[p->at];
		break;
	case TRUST_WITHDRAWN:
		(void)text_copy(ret->who, sizeof(ret->who), t->withdrawn[p->at].software);
		(void)snprintf(ret->what, sizeof(ret->what), "%" PRIu32, t->withdrawn[p->at].seq);
		break;
	case TRUST_ROOT:
		id = t->root.id;
		break;
	}
	if (id != NULL) {
		sign_id_text(id, ret->key_id);
		ret->revoked = image_trust_revoked(t, id);
	}
	return true;
}

/* --- whose key it is ------------------------------------------------------------- */

static int
revoked(const uint8_t key_id[SIGN_ID_SIZE], struct err *e)
{
	char id[SIGN_ID_TEXT_SIZE];

	sign_id_text(key_id, id);
	return err_set(e, -EKEYREVOKED, "signed by the key %s, which was revoked", id);
}

/* Whether a list of whole names holds this one; "" and "*" hold all. */
static bool
list_holds(const char *list, const char *name)
{
	static const struct sign_word one[] = { { "x", true, TRUST_LINE_MAX } };
	const struct sign_words w = { .table = one, .count = 1, .value = { list } };
	char item[TRUST_LINE_MAX + 1];

	if (list[0] == '\0' || strcmp(list, "*") == 0)
		return true;
	for (size_t n = 0; sign_words_item(&w, "x", n, item, sizeof(item)); n++) {
		if (strcmp(item, name) == 0)
			return true;
	}
	return false;
}

int
image_trust_key(const struct image_trust *t, const uint8_t key_id[SIGN_ID_SIZE],
	const struct sign_key **ret_key, struct err *e)
{
	char id[SIGN_ID_TEXT_SIZE];

	for (size_t i = 0; i < t->creator_count; i++) {
		if (!same_id(&t->creators[i].key, key_id))
			continue;
		if (image_trust_revoked(t, key_id))
			return revoked(key_id, e);
		*ret_key = &t->creators[i].key;
		return 0;
	}
	if (image_trust_revoked(t, key_id))
		return revoked(key_id, e);
	sign_id_text(key_id, id);
	return err_set(e, -ENOKEY, "signed by the key %s, which no creator has in the trust file"
		" (serial %" PRIu32 ")", id, t->serial);
}

int
image_trust_creator(const struct image_trust *t, const char *creator,
	const uint8_t key_id[SIGN_ID_SIZE], const char *software, const char *unit_class,
	const struct sign_key **ret_key, struct err *e)
{
	char who[4 * STRUCTURE_NAME_MAX + 1], what[4 * STRUCTURE_NAME_MAX + 1];
	char id[SIGN_ID_TEXT_SIZE];
	const struct trust_creator *c = NULL;

	if (image_trust_revoked(t, key_id))
		return revoked(key_id, e);
	for (size_t i = 0; i < t->creator_count && c == NULL; i++) {
		if (same_id(&t->creators[i].key, key_id) &&
		    strcmp(t->creators[i].id, creator) == 0)
			c = &t->creators[i];
	}
	sign_id_text(key_id, id);
	(void)text_escape(who, sizeof(who), creator);
	if (c == NULL)
		return err_set(e, -ENOKEY, "the key %s is not trusted for the creator '%s'", id,
			who);
	(void)text_escape(what, sizeof(what), software);
	if (!list_holds(c->software, software))
		return err_set(e, -ENOKEY, "the key %s of %s is trusted for the software %s, not"
			" for '%s'", id, who, c->software, what);
	(void)text_escape(what, sizeof(what), unit_class);
	if (!list_holds(c->unit_class, unit_class))
		return err_set(e, -ENOKEY, "the key %s of %s is trusted for units of class %s, not"
			" for '%s'", id, who, c->unit_class, what);
	*ret_key = &c->key;
	return 0;
}

int
image_trust_operator(const struct image_trust *t, const uint8_t key_id[SIGN_ID_SIZE],
	const struct sign_key **ret_key, struct err *e)
{
	char id[SIGN_ID_TEXT_SIZE];

	if (image_trust_revoked(t, key_id))
		return revoked(key_id, e);
	for (size_t i = 0; i < t->operator_count; i++) {
		if (same_id(&t->operators[i], key_id)) {
			*ret_key = &t->operators[i];
			return 0;
		}
	}
	sign_id_text(key_id, id);
	return err_set(e, -ENOKEY, t->operator_count == 0 ?
		"signed by the key %s; the trust file (serial %" PRIu32 ") names no operator" :
		"signed by the key %s, which is no operator's in the trust file (serial %" PRIu32
		")", id, t->serial);
}
