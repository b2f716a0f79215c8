#include <config.h>

#include "lib/image/image.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

enum { NUMBER_MAX = 10, HEX_SIZE = 2 * SIGN_SHA256_SIZE + 1, SHOWN_SIZE = 256 };

static const struct sign_word words[] = {
	{ "software", true, STRUCTURE_NAME_MAX },
	{ "creator", true, STRUCTURE_NAME_MAX },
	{ "version", true, STRUCTURE_LABEL_MAX },
	{ "seq", true, NUMBER_MAX },
	{ "manufacturer", true, IMAGE_PATTERNS_MAX },
	{ "model", true, IMAGE_PATTERNS_MAX },
	{ "hardware", true, IMAGE_PATTERNS_MAX },
	{ "class", true, STRUCTURE_LABEL_MAX },
	{ "size", true, NUMBER_MAX },
	{ "sha256", true, HEX_SIZE - 1 },
	{ "floor", false, NUMBER_MAX },
	{ "from", false, NUMBER_MAX },
};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* --- lists ----------------------------------------------------------------------- */

/* Item n of a list, with %XX undone; false past the end. */
static bool
item_at(const char *list, size_t n, char *dst, size_t size)
{
	static const struct sign_word one[] = { { "x", true, IMAGE_PATTERNS_MAX } };
	const struct sign_words w = { .table = one, .count = 1, .value = { list } };

	return sign_words_item(&w, "x", n, dst, size);
}

/* How many items: one more than there are commas, so at most IMAGE_PATTERNS_MAX + 1. */
static size_t
item_count(const char *list)
{
	size_t n = 1;

	for (; *list != '\0'; list++)
		n += *list == ',';
	return n;
}

bool
image_list_fits(const char *list, const char *text)
{
	char pattern[IMAGE_PATTERNS_MAX + 1];

	for (size_t n = 0; n < item_count(list); n++) {
		if (item_at(list, n, pattern, sizeof(pattern)) && pattern[0] != '\0' &&
		    text_match(pattern, text))
			return true;
	}
	return false;
}

void
image_list_text(const char *list, char *dst, size_t size)
{
	char pattern[IMAGE_PATTERNS_MAX + 1];
	size_t used = 0;

	if (size > 0)
		dst[0] = '\0';
	for (size_t n = 0; n < item_count(list); n++) {
		if (!item_at(list, n, pattern, sizeof(pattern)))
			continue;
		if (n > 0)
			(void)text_copy(dst + used, size - used, ", ");
		used += strlen(dst + used);
		(void)text_escape(dst + used, size - used, pattern);
		used += strlen(dst + used);
	}
}

int
image_list_add(char list[IMAGE_PATTERNS_MAX + 1], const char *pattern, struct err *e)
{
	size_t used = strlen(list);
	struct buf b;
	int rc = 0;

	if (pattern[0] == '\0')
		return err_set(e, -EINVAL, "an empty pattern");
	buf_init(&b, 4 * IMAGE_PATTERNS_MAX);
	if (used > 0)
		(void)buf_add_char(&b, ',');
	(void)sign_words_add(&b, "", pattern, false);
	/* " =" is what a value has in front of it. */
	if (b.error != 0 || used + b.len - 2 > IMAGE_PATTERNS_MAX)
		rc = err_set(e, b.error == -ENOMEM ? -ENOMEM : -EMSGSIZE,
			"the patterns are longer than %d octets", IMAGE_PATTERNS_MAX);
	if (rc == 0) {
		size_t comma = used > 0;

		if (used > 0)
			list[used] = ',';
		(void)memcpy(list + used + comma, buf_text(&b) + comma + 2, b.len - comma - 2);
		list[used + b.len - 2] = '\0';
	}
	buf_release(&b);
	return rc;
}

/* --- read ------------------------------------------------------------------------ */

static int
take_text(const struct sign_words *w, const char *key, char *dst, size_t size, struct err *e)
{
	/* What fits the row's max fits dst. */
	return sign_words_text(w, key, dst, size) ? 0 :
		err_set(e, -EMSGSIZE, "%s= is longer than %zu octets", key, size - 1);
}

static int
take_list(const struct sign_words *w, const char *key, char dst[IMAGE_PATTERNS_MAX + 1],
	struct err *e)
{
	char pattern[IMAGE_PATTERNS_MAX + 1];
	const char *value = NULL;

	for (size_t i = 0; i < w->count; i++) {
		if (strcmp(w->table[i].key, key) == 0)
			value = w->value[i];
	}
	if (value == NULL || strlen(value) > IMAGE_PATTERNS_MAX)
		return err_set(e, -EMSGSIZE, "%s= is longer than %d octets", key,
			IMAGE_PATTERNS_MAX);
	for (size_t n = 0; n < item_count(value); n++) {
		if (!item_at(value, n, pattern, sizeof(pattern)) || pattern[0] == '\0')
			return err_set(e, -EBADMSG, "%s= has an empty pattern: * fits all", key);
	}
	(void)text_copy(dst, IMAGE_PATTERNS_MAX + 1, value);
	return 0;
}

/* A number of a key that may be left out where `least` is 0. */
static int
take_number(const struct sign_words *w, const char *key, uint32_t least, uint32_t *ret,
	struct err *e)
{
	char text[NUMBER_MAX + 1];
	uint32_t value = 0;
	int rc = 0;

	if (sign_words_has(w, key)) {
		(void)sign_words_text(w, key, text, sizeof(text));
		rc = parse_u32(text, least, UINT32_MAX, &value, e);
	}
	if (rc < 0) {
		err_prefix(e, "%s=", key);
		return -ERANGE;
	}
	*ret = value;
	return 0;
}

static int
take_sha256(const struct sign_words *w, uint8_t ret[SIGN_SHA256_SIZE], struct err *e)
{
	char hex[HEX_SIZE];

	(void)sign_words_text(w, "sha256", hex, sizeof(hex));
	if (strlen(hex) != HEX_SIZE - 1 || text_unhex(hex, ret, SIGN_SHA256_SIZE) < 0)
		return err_set(e, -EBADMSG, "sha256=%s: want 64 hexadecimal digits", hex);
	return 0;
}

static int
take_texts(const struct sign_words *w, struct image_label *l, struct err *e)
{
	int rc = take_text(w, "software", l->software, sizeof(l->software), e), type;

	if (rc == 0)
		rc = take_text(w, "creator", l->creator, sizeof(l->creator), e);
	if (rc == 0)
		rc = take_text(w, "version", l->version, sizeof(l->version), e);
	if (rc == 0)
		rc = take_text(w, "class", l->unit_class, sizeof(l->unit_class), e);
	if (rc == 0 && strcmp(l->software, UPDATE_TRUST_ID) == 0)
		rc = err_set(e, -EBADMSG, "software=%s is the trust file's own id, and no image's",
			UPDATE_TRUST_ID);
	if (rc == 0 && structure_value(NAME_UNIT_TYPE, l->unit_class, &type) < 0) {
		char shown[SHOWN_SIZE];

		(void)text_escape(shown, sizeof(shown), l->unit_class);
		rc = err_set(e, -EBADMSG, "class=%s is no kind of unit", shown);
	}
	if (rc == 0)
		rc = take_list(w, "manufacturer", l->manufacturer, e);
	if (rc == 0)
		rc = take_list(w, "model", l->model, e);
	if (rc == 0)
		rc = take_list(w, "hardware", l->hardware, e);
	return rc;
}

static int
take_numbers(const struct sign_words *w, struct image_label *l, struct err *e)
{
	uint32_t size = 0;
	int rc = take_number(w, "seq", 1, &l->seq, e);

	if (rc == 0)
		rc = take_number(w, "size", 1, &size, e);
	if (rc == 0)
		rc = take_number(w, "floor", 0, &l->floor, e);
	if (rc == 0)
		rc = take_number(w, "from", 0, &l->from, e);
	if (rc == 0)
		rc = take_sha256(w, l->sha256, e);
	l->size = size;
	/* Else it could not run itself once it is committed. */
	if (rc == 0 && l->floor > l->seq)
		rc = err_set(e, -ERANGE, "floor=%" PRIu32 " is above its own seq=%" PRIu32,
			l->floor, l->seq);
	return rc;
}

int
image_label_parse(const char *comment, struct image_label *ret, struct err *e)
{
	struct image_label l = { .seq = 0 };
	struct sign_words w;
	int rc;

	rc = sign_words_parse(comment, IMAGE_PURPOSE, "1", words, WORDS, &w, e);
	if (rc == 0)
		rc = take_texts(&w, &l, e);
	if (rc == 0)
		rc = take_numbers(&w, &l, e);
	if (rc == 0)
		*ret = l;
	return rc;
}

/* --- written --------------------------------------------------------------------- */

static void
write_all(const struct image_label *l, struct buf *b)
{
	char hex[HEX_SIZE];

	(void)buf_add_text(b, IMAGE_PURPOSE " 1");
	(void)sign_words_add(b, "software", l->software, false);
	(void)sign_words_add(b, "creator", l->creator, false);
	(void)sign_words_add(b, "version", l->version, false);
	(void)buf_printf(b, " seq=%" PRIu32, l->seq);
	/* Lists are kept as they are written. */
	(void)buf_printf(b, " manufacturer=%s model=%s hardware=%s", l->manufacturer, l->model,
		l->hardware);
	(void)sign_words_add(b, "class", l->unit_class, false);
	text_hex(hex, sizeof(hex), l->sha256, sizeof(l->sha256));
	(void)buf_printf(b, " size=%" PRIu64 " sha256=%s", l->size, hex);
	if (l->floor != 0)
		(void)buf_printf(b, " floor=%" PRIu32, l->floor);
	if (l->from != 0)
		(void)buf_printf(b, " from=%" PRIu32, l->from);
}

int
image_label_write(const struct image_label *l, struct buf *ret, struct err *e)
{
	struct image_label again;
	struct buf b;
	int rc;

	buf_init(&b, SIGN_FILE_MAX);
	write_all(l, &b);
	rc = b.error;
	if (rc < 0)
		(void)err_set(e, rc, rc == -ENOMEM ? "out of memory" :
			"the label is longer than a signature may be");
	if (rc == 0)
		rc = image_label_parse(buf_text(&b), &again, e);
	if (rc == 0 && buf_add(ret, b.data, b.len) < 0)
		rc = err_set(e, ret->error, "no room for the label");
	buf_release(&b);
	return rc;
}
