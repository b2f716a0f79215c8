#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/image/image_trust.h"
#include "lib/image/image_trust_private.h"
#include "lib/sign/sign_words.h"

enum {
	LINE_WORDS_MAX = 6,
	SHOWN_SIZE = 160,
};

/* A line, cut into words in place. */
struct line {
	char text[TRUST_LINE_MAX + 1];
	char *word[LINE_WORDS_MAX];
	size_t count;
};

/* What was read so far, beside the result. */
struct parsing {
	struct image_trust *t;
	bool has_serial;
	char shown[SHOWN_SIZE];
};

/* --- values ---------------------------------------------------------------------- */

/*
 * The words from `from` on as key=value of a trusted comment: the same octets,
 * the same %XX, each key once.  first (may be NULL) is a key that the word before
 * them has without being written.
 */
static int
take_words(const struct line *l, size_t from, const char *first, const struct sign_word *table,
	size_t count, struct sign_words *ret, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, SIGN_FILE_MAX);
	(void)buf_printf(&b, "%s 1", l->word[0]);
	if (first != NULL)
		(void)buf_printf(&b, " %s=%s", first, l->word[from - 1]);
	for (size_t i = from; i < l->count; i++)
		(void)buf_printf(&b, " %s", l->word[i]);
	rc = b.error < 0 ? err_set(e, b.error, "out of memory") :
		sign_words_parse(buf_text(&b), l->word[0], "1", table, count, ret, e);
	buf_release(&b);
	return rc;
}

static int
take_key(struct parsing *p, const char *word, struct sign_key *ret, struct err *e)
{
	int rc = sign_key_parse(word, strlen(word), ret, e);

	if (rc < 0) {
		(void)text_escape(p->shown, sizeof(p->shown), word);
		err_prefix(e, "'%s'", p->shown);
	}
	return rc;
}

/* A list of whole names, raw; "*" only alone. */
static int
take_list(const struct sign_words *w, const char *key, bool classes, char *dst, size_t size,
	struct err *e)
{
	char item[TRUST_LINE_MAX + 1];
	int type;

	if (!sign_words_has(w, key))
		return 0;
	for (size_t i = 0; i < w->count; i++) {
		if (strcmp(w->table[i].key, key) == 0 && !text_copy(dst, size, w->value[i]))
			return err_set(e, -EMSGSIZE, "%s= is too long", key);
	}
	if (strcmp(dst, "*") == 0)
		return 0;
	for (size_t n = 0; sign_words_item(w, key, n, item, sizeof(item)); n++) {
		if (item[0] == '\0' || strchr(item, '*') != NULL)
			return err_set(e, -EBADMSG, "%s=%s: want whole names parted by commas, or"
				" * alone", key, dst);
		if (classes && structure_value(NAME_UNIT_TYPE, item, &type) < 0)
			return err_set(e, -EBADMSG, "%s=%s: there is a class that is no kind of"
				" unit", key, dst);
	}
	return 0;
}

/* The key id as minisign says it: a number, the octets of which stand the other way. */
static int
take_id(struct parsing *p, const char *word, uint8_t ret[SIGN_ID_SIZE], struct err *e)
{
	char digits[2 * SIGN_ID_SIZE + 1] = "0000000000000000";
	uint8_t octets[SIGN_ID_SIZE];
	size_t len = strlen(word);

	if (len > 0 && len <= 2 * SIGN_ID_SIZE)
		(void)memcpy(digits + 2 * SIGN_ID_SIZE - len, word, len);
	if (len == 0 || len > 2 * SIGN_ID_SIZE ||
	    text_unhex(digits, octets, sizeof(octets)) < 0) {
		(void)text_escape(p->shown, sizeof(p->shown), word);
		return err_set(e, -EBADMSG, "'%s' is no key id: want up to 16 hexadecimal digits,"
			" as minisign shows them", p->shown);
	}
	for (size_t i = 0; i < SIGN_ID_SIZE; i++)
		ret[i] = octets[SIGN_ID_SIZE - 1 - i];
	return 0;
}

static int
want_words(const struct line *l, size_t least, size_t most, const char *form, struct err *e)
{
	return l->count < least || l->count > most ?
		err_set(e, -EBADMSG, "want '%s'", form) : 0;
}

/* --- entries --------------------------------------------------------------------- */

static int
no_room(const char *what, int most, struct err *e)
{
	return err_set(e, -EMSGSIZE, "more than %d %s", most, what);
}

/* One id stands for one key, and an operator is not a creator. */
static int
check_key(const struct image_trust *t, const struct sign_key *key, bool operator, struct err *e)
{
	char id[SIGN_ID_TEXT_SIZE];

	sign_id_text(key->id, id);
	for (size_t i = 0; i < t->creator_count; i++) {
		const struct sign_key *k = &t->creators[i].key;

		if (memcmp(k->id, key->id, SIGN_ID_SIZE) == 0 &&
		    memcmp(k->key, key->key, sizeof(k->key)) != 0)
			return err_set(e, -EBADMSG, "the key id %s stands for two keys", id);
		if (operator && memcmp(k->key, key->key, sizeof(k->key)) == 0)
			return err_set(e, -EBADMSG, "the key %s is the creator %s's, and cannot be"
				" an operator's too", id, t->creators[i].id);
	}
	for (size_t i = 0; i < t->operator_count; i++) {
		const struct sign_key *k = &t->operators[i];

		if (memcmp(k->id, key->id, SIGN_ID_SIZE) == 0 &&
		    memcmp(k->key, key->key, sizeof(k->key)) != 0)
			return err_set(e, -EBADMSG, "the key id %s stands for two keys", id);
		if (memcmp(k->key, key->key, sizeof(k->key)) == 0)
			return err_set(e, -EBADMSG, "the key %s is an operator's already", id);
	}
	return 0;
}

static void
add_place(struct image_trust *t, enum trust_kind kind, size_t at)
{
	t->lines[t->line_count++] = (struct trust_place){ .kind = kind, .at = at };
}

static int
take_creator(struct parsing *p, const struct line *l, struct err *e)
{
	static const struct sign_word head[] = { { "id", true, STRUCTURE_NAME_MAX } };
	static const struct sign_word limits[] = {
		{ "software", false, TRUST_LINE_MAX }, { "class", false, TRUST_LINE_MAX },
	};
	struct line name = { .word = { l->word[0], l->word[1] }, .count = 2 };
	struct image_trust *t = p->t;
	struct trust_creator c = { .id = "" };
	struct sign_words w;
	int rc = want_words(l, 3, 5, "creator ID KEY [software=ID,...] [class=CLASS,...]", e);

	if (rc == 0 && t->creator_count + t->operator_count == TRUST_KEYS_MAX)
		rc = no_room("keys", TRUST_KEYS_MAX, e);
	if (rc == 0)
		rc = take_words(&name, 2, "id", head, 1, &w, e);
	if (rc == 0 && !sign_words_text(&w, "id", c.id, sizeof(c.id)))
		rc = err_set(e, -EMSGSIZE, "the creator's id is too long");
	if (rc == 0)
		rc = take_key(p, l->word[2], &c.key, e);
	if (rc == 0)
		rc = take_words(l, 3, NULL, limits, 2, &w, e);
	if (rc == 0)
		rc = take_list(&w, "software", false, c.software, sizeof(c.software), e);
	if (rc == 0)
		rc = take_list(&w, "class", true, c.unit_class, sizeof(c.unit_class), e);
	if (rc == 0)
		rc = check_key(t, &c.key, false, e);
	for (size_t i = 0; rc == 0 && i < t->creator_count; i++) {
		if (strcmp(t->creators[i].id, c.id) == 0 &&
		    memcmp(t->creators[i].key.key, c.key.key, sizeof(c.key.key)) == 0)
			rc = err_set(e, -EBADMSG, "this key of %s stands twice", c.id);
	}
	if (rc < 0)
		return rc;
	add_place(t, TRUST_CREATOR, t->creator_count);
	t->creators[t->creator_count++] = c;
	return 0;
}

static int
take_operator(struct parsing *p, const struct line *l, struct err *e)
{
	struct image_trust *t = p->t;
	struct sign_key key = { .id = { 0 } };
	bool required = false;
	int rc = want_words(l, 3, 3, "operator KEY required|optional", e);

	if (rc == 0 && t->creator_count + t->operator_count == TRUST_KEYS_MAX)
		rc = no_room("keys", TRUST_KEYS_MAX, e);
	if (rc == 0)
		rc = take_key(p, l->word[1], &key, e);
	if (rc == 0) {
		required = strcmp(l->word[2], "required") == 0;
		if (!required && strcmp(l->word[2], "optional") != 0)
			rc = err_set(e, -EBADMSG, "want 'required' or 'optional' behind the key");
	}
	if (rc == 0)
		rc = check_key(t, &key, true, e);
	if (rc == 0 && t->operator_count > 0 && t->required != required)
		rc = err_set(e, -EBADMSG, "operators are all required, or all optional");
	if (rc < 0)
		return rc;
	t->required = required;
	add_place(t, TRUST_OPERATOR, t->operator_count);
	t->operators[t->operator_count++] = key;
	return 0;
}

static int
take_revoked(struct parsing *p, const struct line *l, struct err *e)
{
	struct image_trust *t = p->t;
	uint8_t id[SIGN_ID_SIZE];
	int rc = want_words(l, 2, 2, "revoked KEYID", e);

	if (rc == 0 && t->revoked_count == TRUST_REVOKED_MAX)
		rc = no_room("revoked keys", TRUST_REVOKED_MAX, e);
	if (rc == 0)
		rc = take_id(p, l->word[1], id, e);
	if (rc == 0 && image_trust_revoked(t, id))
		rc = err_set(e, -EBADMSG, "revoked %s stands twice", l->word[1]);
	if (rc < 0)
		return rc;
	add_place(t, TRUST_REVOKED, t->revoked_count);
	(void)memcpy(t->revoked[t->revoked_count++], id, SIGN_ID_SIZE);
	return 0;
}

static int
take_withdrawn(struct parsing *p, const struct line *l, struct err *e)
{
	static const struct sign_word head[] = { { "software", true, STRUCTURE_NAME_MAX } };
	struct line name = { .word = { l->word[0], l->word[1] }, .count = 2 };
	struct trust_withdrawn gone = { .seq = 0 };
	struct image_trust *t = p->t;
	struct sign_words w;
	int rc = want_words(l, 3, 3, "withdrawn SOFTWARE SEQ", e);

	if (rc == 0 && t->withdrawn_count == TRUST_WITHDRAWN_MAX)
		rc = no_room("withdrawn releases", TRUST_WITHDRAWN_MAX, e);
	if (rc == 0)
		rc = take_words(&name, 2, "software", head, 1, &w, e);
	if (rc == 0 && !sign_words_text(&w, "software", gone.software, sizeof(gone.software)))
		rc = err_set(e, -EMSGSIZE, "the software id is too long");
	if (rc == 0)
		rc = parse_u32(l->word[2], 1, UINT32_MAX, &gone.seq, e);
	if (rc == 0 && image_trust_withdrawn(t, gone.software, gone.seq))
		rc = err_set(e, -EBADMSG, "withdrawn %s %" PRIu32 " stands twice", l->word[1],
			gone.seq);
	if (rc < 0)
		return rc;
	add_place(t, TRUST_WITHDRAWN, t->withdrawn_count);
	t->withdrawn[t->withdrawn_count++] = gone;
	return 0;
}

static int
take_root(struct parsing *p, const struct line *l, struct err *e)
{
	int rc = want_words(l, 2, 2, "root KEY", e);

	if (rc == 0 && p->t->has_root)
		rc = err_set(e, -EBADMSG, "a second root: there is one");
	if (rc == 0)
		rc = take_key(p, l->word[1], &p->t->root, e);
	if (rc < 0)
		return rc;
	p->t->has_root = true;
	add_place(p->t, TRUST_ROOT, 0);
	return 0;
}

static int
take_serial(struct parsing *p, const struct line *l, struct err *e)
{
	int rc = want_words(l, 2, 2, "serial N", e);

	if (rc == 0 && p->has_serial)
		rc = err_set(e, -EBADMSG, "a second serial: there is one");
	if (rc == 0)
		rc = parse_u32(l->word[1], 1, UINT32_MAX, &p->t->serial, e);
	p->has_serial = rc == 0 || p->has_serial;
	return rc;
}

static int
take_entry(struct parsing *p, const struct line *l, struct err *e)
{
	static const struct {
		const char *word;
		int (*take)(struct parsing *p, const struct line *l, struct err *e);
	} entries[] = {
		{ "serial", take_serial }, { "creator", take_creator },
		{ "operator", take_operator }, { "revoked", take_revoked },
		{ "withdrawn", take_withdrawn }, { "root", take_root },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (strcmp(l->word[0], entries[i].word) == 0)
			return entries[i].take(p, l, e);
	}
	(void)text_escape(p->shown, sizeof(p->shown), l->word[0]);
	return err_set(e, -EBADMSG, "'%s': want serial, creator, operator, revoked, withdrawn or"
		" root", p->shown);
}

/* --- the file -------------------------------------------------------------------- */

/* A line's octets into words; -EBADMSG for what no text of ours holds. */
static int
cut_line(const char *text, size_t len, struct line *l, struct err *e)
{
	char *at = l->text;

	l->count = 0;
	if (len > TRUST_LINE_MAX)
		return err_set(e, -EMSGSIZE, "longer than %d octets", TRUST_LINE_MAX);
	if (!text_is_utf8(text, len))
		return err_set(e, -EBADMSG, "is not UTF-8");
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < ' ' ? text[i] != '\t' : text[i] == 0x7f)
			return err_set(e, -EBADMSG, "holds a control character%s",
				text[i] == '\r' ? " (lines end with LF alone)" : "");
		l->text[i] = text[i] == '\t' ? ' ' : text[i];
	}
	l->text[len] = '\0';
	at += strspn(at, " ");
	/* A # begins a comment at the beginning of a line only. */
	while (*at != '\0' && (l->count > 0 || *at != '#')) {
		size_t word = strcspn(at, " ");

		if (l->count == LINE_WORDS_MAX)
			return err_set(e, -EBADMSG, "more words than any entry has");
		l->word[l->count++] = at;
		at += word;
		at += *at != '\0' ? strspn(at, " ") : 0;
		l->word[l->count - 1][word] = '\0';
	}
	return 0;
}

static int
take_line(struct parsing *p, const char *text, size_t len, size_t number, struct err *e)
{
	static const char form[] = TRUST_PURPOSE " 1";
	struct line l;
	int rc;

	if (number == 1)
		return len == strlen(form) && memcmp(text, form, len) == 0 ? 0 :
			err_set(e, -EBADMSG, "want '%s'", form);
	rc = cut_line(text, len, &l, e);
	if (rc < 0 || l.count == 0)
		return rc;
	return take_entry(p, &l, e);
}

/* Errors of the parts become one: the file is not of this form. */
static int
bad(int rc, size_t number, struct err *e)
{
	err_prefix(e, "line %zu", number);
	return rc == -ENOMEM || rc == -EMSGSIZE ? rc : -EBADMSG;
}

static int
take_all(struct parsing *p, const char *bytes, size_t len, struct err *e)
{
	size_t number = 1, at = 0, end;
	int rc = 0;

	for (; rc == 0 && at < len; at = end + 1, number++) {
		const char *newline = memchr(bytes + at, '\n', len - at);

		end = newline != NULL ? (size_t)(newline - bytes) : len;
		rc = take_line(p, bytes + at, end - at, number, e);
		if (rc < 0)
			return bad(rc, number, e);
	}
	if (len == 0)
		return bad(take_line(p, "", 0, 1, e), 1, e);
	if (!p->has_serial)
		return err_set(e, -EBADMSG, "no line says 'serial N'");
	return 0;
}

/* What no line shows by itself: a root is nobody else's id, and is not revoked. */
static int
check_root(const struct image_trust *t, struct err *e)
{
	if (!t->has_root)
		return 0;
	if (image_trust_revoked(t, t->root.id))
		return err_set(e, -EBADMSG, "its root is revoked in the same file");
	for (size_t i = 0; i < t->creator_count + t->operator_count; i++) {
		const struct sign_key *k = i < t->creator_count ? &t->creators[i].key :
			&t->operators[i - t->creator_count];

		if (memcmp(k->id, t->root.id, SIGN_ID_SIZE) == 0 &&
		    memcmp(k->key, t->root.key, sizeof(k->key)) != 0) {
			char id[SIGN_ID_TEXT_SIZE];

			sign_id_text(k->id, id);
			return err_set(e, -EBADMSG, "the key id %s stands for two keys", id);
		}
	}
	return 0;
}

int
image_trust_parse(const char *bytes, size_t len, struct image_trust **ret, struct err *e)
{
	struct parsing p = { .t = NULL };
	int rc;

	if (len > TRUST_FILE_MAX)
		return err_set(e, -EMSGSIZE, "a trust file has at most %d octets, this one %zu",
			TRUST_FILE_MAX, len);
	p.t = calloc(1, sizeof(*p.t));
	if (p.t == NULL)
		return err_set(e, -ENOMEM, "out of memory for the trust file");
	rc = take_all(&p, bytes, len, e);
	if (rc == 0)
		rc = check_root(p.t, e);
	if (rc < 0) {
		image_trust_free(p.t);
		return rc;
	}
	*ret = p.t;
	return 0;
}
