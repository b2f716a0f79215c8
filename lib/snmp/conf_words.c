#include <config.h>

#include "lib/snmp/conf_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/*
 * One word from *from to *to, both moved on.  It shrinks only, so it can be
 * written where it was read.
 */
static int
one_word(const char **from, char **to, struct err *e)
{
	const char *p = *from;
	char *out = *to, quote = '\0';

	for (; *p != '\0' && (quote != '\0' || !is_blank(*p)); p++) {
		if ((unsigned char)*p < 0x20 && *p != '\t')
			return err_set(e, -EINVAL, "a control character (0x%02x)",
			    (unsigned char)*p);
		if (quote != '\0' && *p == quote) {
			quote = '\0';
		} else if (quote == '\0' && (*p == '\'' || *p == '"')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'') {
			if (p[1] == '\0')
				return err_set(e, -EINVAL, "a backslash at the end");
			*out++ = *++p;
		} else {
			*out++ = *p;
		}
	}
	if (quote != '\0')
		return err_set(e, -EINVAL, "a quote (%c) that does not end", quote);
	if (*p != '\0')
		p++;	/* before out's NUL overwrites the blank */
	*out++ = '\0';
	*from = p;
	*to = out;
	return 0;
}

int
conf_words_split(const char *line, struct conf_words *ret, struct err *e)
{
	struct conf_words w = { .text = strdup(line), .size = strlen(line) };
	const char *from = w.text;
	char *to = w.text;
	int code = 0;

	if (w.text == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (;;) {
		while (is_blank(*from))
			from++;
		if (*from == '\0' || *from == '#')
			break;
		if (w.count == CONF_WORDS_MAX) {
			code = err_set(e, -EINVAL, "more than %d words", CONF_WORDS_MAX);
			break;
		}
		w.word[w.count] = to;
		code = one_word(&from, &to, e);
		if (code < 0)
			break;
		w.count++;
	}
	if (code < 0)
		conf_words_release(&w);
	else
		*ret = w;
	return code;
}

void
conf_words_release(struct conf_words *w)
{
	if (w->text != NULL)
		explicit_bzero(w->text, w->size);
	free(w->text);
	*w = (struct conf_words){ 0 };
}
