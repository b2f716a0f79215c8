#include <config.h>

#include "lib/audit/audit_line.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

_Static_assert((int)AUDIT_LINE_MAX <= (int)SIGN_FILE_MAX, "sign_words takes a whole line");

enum { HEX_SIZE = 2 * AUDIT_HASH_SIZE + 1, NUMBER_MAX = 20 };

#define PURPOSE "imgadm-audit"
#define FORM "1"
#define HASH_KEY " hash="

static const struct sign_word table[] = {
	{ "n", true, NUMBER_MAX }, { "at", true, NUMBER_MAX }, { "ref", false, 16 },
	{ "who", true, AUDIT_NAME_MAX }, { "what", true, AUDIT_WHAT_MAX },
	{ "rollout", false, AUDIT_NAME_MAX }, { "trouble", false, NUMBER_MAX },
	{ "device", false, AUDIT_NAME_MAX }, { "plan", false, 2 * AUDIT_PLAN_SIZE },
	{ "why", false, AUDIT_TEXT_MAX }, { "before", false, AUDIT_TEXT_MAX },
	{ "after", false, AUDIT_TEXT_MAX }, { "prev", true, 2 * AUDIT_HASH_SIZE },
	{ "hash", true, 2 * AUDIT_HASH_SIZE },
};

/* --- written ---------------------------------------------------------------- */

static bool
is_word(const char *what)
{
	return what[0] != '\0' &&
		strspn(what, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(what);
}

/* A text as it may stand there: UTF-8 without control characters; empty is left out. */
static void
add_text(struct buf *b, const char *key, const char *text, size_t max, bool list)
{
	char whole[AUDIT_TEXT_MAX + 1], clean[AUDIT_TEXT_MAX + 1];

	(void)text_utf8(whole, sizeof(whole), text, strnlen(text, max));
	(void)text_copy(clean, max + 1, whole);
	for (char *p = clean; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	if (clean[0] != '\0')
		(void)sign_words_add(b, key, clean, list);
}

static void
add_number(struct buf *b, const char *key, int64_t value)
{
	if (value != 0)
		(void)buf_printf(b, " %s=%" PRId64, key, value);
}

static void
add_hex(struct buf *b, const char *key, const uint8_t octets[AUDIT_HASH_SIZE])
{
	char hex[HEX_SIZE];

	text_hex(hex, sizeof(hex), octets, AUDIT_HASH_SIZE);
	(void)buf_printf(b, " %s=%s", key, hex);
}

int
audit_line_write(struct buf *b, const struct audit_entry *en,
	const uint8_t prev[AUDIT_HASH_SIZE], uint8_t ret_hash[AUDIT_HASH_SIZE], struct err *e)
{
	uint8_t hash[AUDIT_HASH_SIZE] = { 0 };
	size_t begin = b->len;

	if (en->number <= 0 || en->at_utc_s <= 0 || en->trouble < 0)
		return err_set(e, -EINVAL, "an entry of the audit wants a number and a time");
	if (en->who[0] == '\0' || !is_word(en->what))
		return err_set(e, -EINVAL, "an entry of the audit wants who did it, and what it"
			" was in one word of a-z, 0-9 and -");
	(void)buf_add_text(b, PURPOSE " " FORM);
	add_number(b, "n", en->number);
	add_number(b, "at", en->at_utc_s);
	if (en->ref != 0)
		(void)buf_printf(b, " ref=%016" PRIx64, en->ref);
	add_text(b, "who", en->who, AUDIT_NAME_MAX, false);
	add_text(b, "what", en->what, AUDIT_WHAT_MAX, false);
	add_text(b, "rollout", en->rollout, AUDIT_NAME_MAX, false);
	add_number(b, "trouble", en->trouble);
	add_text(b, "device", en->device, AUDIT_NAME_MAX, false);
	if (en->has_plan)
		add_hex(b, "plan", en->plan);
	add_text(b, "why", en->why, AUDIT_TEXT_MAX, true);
	add_text(b, "before", en->before, AUDIT_TEXT_MAX, false);
	add_text(b, "after", en->after, AUDIT_TEXT_MAX, false);
	add_hex(b, "prev", prev);
	if (b->error == 0)
		(void)crypto_generichash(hash, sizeof(hash),
			(const unsigned char *)b->data + begin, b->len - begin, NULL, 0);
	add_hex(b, "hash", hash);
	(void)buf_add_char(b, '\n');
	if (b->error < 0)
		return err_set(e, b->error, "no room for an entry of the audit");
	(void)memcpy(ret_hash, hash, sizeof(hash));
	return 0;
}

/* --- read ------------------------------------------------------------------- */

/* A number that must be there (least 1), or may be missing (least 0). */
static bool
take_number(const struct sign_words *w, const char *key, int64_t least, int64_t *ret)
{
	char text[NUMBER_MAX + 1];

	*ret = 0;
	if (!sign_words_text(w, key, text, sizeof(text)))
		return least == 0;
	return parse_i64(text, 1, INT64_MAX, ret, NULL) == 0;
}

static bool
take_hex(const struct sign_words *w, const char *key, uint8_t ret[AUDIT_HASH_SIZE])
{
	char text[HEX_SIZE];

	return sign_words_text(w, key, text, sizeof(text)) &&
		strspn(text, "0123456789abcdef") == HEX_SIZE - 1 &&
		text_unhex(text, ret, AUDIT_HASH_SIZE) == 0;
}

static bool
take_ref(const struct sign_words *w, uint64_t *ret)
{
	uint8_t octets[8];
	char text[17];

	*ret = 0;
	if (!sign_words_has(w, "ref"))
		return true;
	if (!sign_words_text(w, "ref", text, sizeof(text)) || strlen(text) != 16 ||
	    text_unhex(text, octets, sizeof(octets)) < 0)
		return false;
	for (size_t i = 0; i < sizeof(octets); i++)
		*ret = *ret << 8 | octets[i];
	return *ret != 0;
}

static bool
take_all(const struct sign_words *w, struct audit_entry *en, struct audit_link *l)
{
	*en = (struct audit_entry){ .has_plan = sign_words_has(w, "plan") };
	(void)sign_words_text(w, "who", en->who, sizeof(en->who));
	(void)sign_words_text(w, "what", en->what, sizeof(en->what));
	(void)sign_words_text(w, "rollout", en->rollout, sizeof(en->rollout));
	(void)sign_words_text(w, "device", en->device, sizeof(en->device));
	(void)sign_words_text(w, "why", en->why, sizeof(en->why));
	(void)sign_words_text(w, "before", en->before, sizeof(en->before));
	(void)sign_words_text(w, "after", en->after, sizeof(en->after));
	return take_number(w, "n", 1, &en->number) && take_number(w, "at", 1, &en->at_utc_s) &&
		take_number(w, "trouble", 0, &en->trouble) && take_ref(w, &en->ref) &&
		(!en->has_plan || take_hex(w, "plan", en->plan)) && is_word(en->what) &&
		take_hex(w, "prev", l->prev) && take_hex(w, "hash", l->hash);
}

int
audit_line_parse(const char *line, size_t len, struct audit_entry *ret,
	struct audit_link *ret_link, struct err *e)
{
	const size_t tail = sizeof(HASH_KEY) - 1 + HEX_SIZE - 1;
	char text[AUDIT_LINE_MAX];
	uint8_t hash[AUDIT_HASH_SIZE] = { 0 };
	struct sign_words w;
	struct audit_entry en;
	struct audit_link l;

	if (len >= AUDIT_LINE_MAX || len <= tail || memchr(line, '\0', len) != NULL)
		return err_set(e, -EBADMSG, "not a line of the audit");
	(void)memcpy(text, line, len);
	text[len] = '\0';
	if (memcmp(text + len - tail, HASH_KEY, sizeof(HASH_KEY) - 1) != 0 ||
	    sign_words_parse(text, PURPOSE, FORM, table, sizeof(table) / sizeof(table[0]),
		    &w, NULL) < 0 || !take_all(&w, &en, &l))
		return err_set(e, -EBADMSG, "not a line of the audit");
	(void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)text, len - tail,
		NULL, 0);
	if (memcmp(hash, l.hash, sizeof(hash)) != 0)
		return err_set(e, -EBADMSG, "the hash of the line is another");
	*ret = en;
	*ret_link = l;
	return 0;
}
