#include <config.h>

#include "lib/sign/sign_words.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/text.h"

enum { SHOWN_SIZE = 160 };

static bool
is_plain(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("._:*,+-", c) != NULL);
}

static bool
is_key(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') &&
		    text[i] != '-')
			return false;
	}
	return len > 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * Undo %XX of len octets at text: 0 with the length, -EILSEQ, or -EMSGSIZE when
 * it does not fit.  dst is terminated.
 */
static int
unescape(const char *text, size_t len, char *dst, size_t size, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
			int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -EILSEQ;
			c = (char)(high * 16 + low);
			if ((unsigned char)c < ' ' || c == 0x7f)
				return -EILSEQ;
			i += 2;
		} else if (!is_plain(c)) {
			return -EILSEQ;
		}
		if (n + 1 >= size)
			return -EMSGSIZE;
		dst[n++] = c;
	}
	if (!text_is_utf8(dst, n))
		return -EILSEQ;
	dst[n] = '\0';
	*ret_len = n;
	return 0;
}

/* --- read ------------------------------------------------------------------------ */

static const struct sign_word *
row_find(const struct sign_words *w, const char *key, size_t len, size_t *ret_row)
{
	for (size_t i = 0; i < w->count; i++) {
		if (strlen(w->table[i].key) == len && memcmp(w->table[i].key, key, len) == 0) {
			*ret_row = i;
			return &w->table[i];
		}
	}
	return NULL;
}

/* The next word, cut off in place; NULL at the end.  "" where blanks are doubled. */
static char *
word_next(char **text)
{
	char *word = *text, *blank;

	if (word == NULL)
		return NULL;
	blank = strchr(word, ' ');
	if (blank != NULL)
		*blank = '\0';
	*text = blank != NULL ? blank + 1 : NULL;
	return word;
}

static int
take_value(struct sign_words *w, char *word, struct err *e)
{
	char shown[SHOWN_SIZE], plain[SIGN_FILE_MAX];
	char *equals = strchr(word, '=');
	const struct sign_word *row;
	size_t len = 0, at = 0;
	int rc;

	(void)text_escape(shown, sizeof(shown), word);
	if (equals == NULL || !is_key(word, (size_t)(equals - word)))
		return err_set(e, -EBADMSG, "'%s' in the comment is no key=value", shown);
	row = row_find(w, word, (size_t)(equals - word), &at);
	if (row == NULL)
		return err_set(e, -EINVAL, "the comment says '%s', and there is no such key here",
		    shown);
	if (w->value[at] != NULL)
		return err_set(e, -EEXIST, "the comment says %s= twice", row->key);
	if (equals[1] == '\0')
		return err_set(e, -EBADMSG, "the comment says nothing behind %s=", row->key);
	rc = unescape(equals + 1, strlen(equals + 1), plain, sizeof(plain), &len);
	if (rc < 0)
		return err_set(e, -EILSEQ, "'%s' in the comment: want A-Z a-z 0-9 . _ : * , + -"
		    " and %%XX for what else UTF-8 has", shown);
	if (len > row->max)
		return err_set(e, -EMSGSIZE, "'%s' in the comment is longer than %zu octets",
		    shown, row->max);
	w->value[at] = equals + 1;
	return 0;
}

static int
check_purpose(const char *word, const char *version_word, const char *purpose,
	const char *version, struct err *e)
{
	char shown[SHOWN_SIZE];

	(void)text_escape(shown, sizeof(shown), word);
	if (strcmp(word, purpose) != 0)
		return err_set(e, -ENOMSG, "it was signed as '%s', not as '%s'", shown, purpose);
	(void)text_escape(shown, sizeof(shown), version_word != NULL ? version_word : "");
	if (version_word == NULL || strcmp(version_word, version) != 0)
		return err_set(e, -ENOTSUP, "the comment is %s of version '%s', and %s is what is"
		    " known here", purpose, shown, version);
	return 0;
}

int
sign_words_parse(const char *comment, const char *purpose, const char *version,
	const struct sign_word *table, size_t count, struct sign_words *ret_words,
	struct err *e)
{
	struct sign_words *w = ret_words;
	size_t len = strlen(comment);
	char *rest = w->text, *word, *second;
	int rc;

	if (count > SIGN_WORDS_MAX || len >= sizeof(w->text))
		return err_set(e, -EMSGSIZE, "a comment of %zu octets is longer than any", len);
	w->table = table;
	w->count = count;
	for (size_t i = 0; i < SIGN_WORDS_MAX; i++)
		w->value[i] = NULL;
	(void)memcpy(w->text, comment, len + 1);
	word = word_next(&rest);
	second = word_next(&rest);
	rc = check_purpose(word, second, purpose, version, e);
	while (rc == 0 && (word = word_next(&rest)) != NULL)
		rc = take_value(w, word, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (table[i].required && w->value[i] == NULL)
			rc = err_set(e, -ENODATA, "the comment does not say %s=", table[i].key);
	}
	return rc;
}

static const char *
value_of(const struct sign_words *w, const char *key)
{
	size_t at = 0;

	return row_find(w, key, strlen(key), &at) != NULL ? w->value[at] : NULL;
}

bool
sign_words_has(const struct sign_words *w, const char *key)
{
	return value_of(w, key) != NULL;
}

static bool
give(const char *text, size_t len, char *dst, size_t size)
{
	size_t n;

	if (unescape(text, len, dst, size, &n) == 0)
		return true;
	if (size > 0)
		dst[0] = '\0';
	return false;
}

bool
sign_words_text(const struct sign_words *w, const char *key, char *dst, size_t size)
{
	const char *value = value_of(w, key);

	if (value == NULL) {
		if (size > 0)
			dst[0] = '\0';
		return false;
	}
	return give(value, strlen(value), dst, size);
}

bool
sign_words_item(const struct sign_words *w, const char *key, size_t n, char *dst, size_t size)
{
	const char *value = value_of(w, key);

	while (value != NULL && n > 0) {
		value = strchr(value, ',');
		if (value != NULL)
			value++;
		n--;
	}
	if (value == NULL) {
		if (size > 0)
			dst[0] = '\0';
		return false;
	}
	return give(value, strcspn(value, ","), dst, size);
}

/* --- written --------------------------------------------------------------------- */

int
sign_words_add(struct buf *b, const char *key, const char *value, bool list)
{
	(void)buf_printf(b, " %s=", key);
	for (; *value != '\0'; value++) {
		if (is_plain(*value) && (*value != ',' || list))
			(void)buf_add_char(b, *value);
		else
			(void)buf_printf(b, "%%%02X", (unsigned)(unsigned char)*value);
	}
	return b->error;
}
