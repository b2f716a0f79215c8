#include <config.h>

#include "tests/replay/replay.h"

#include <string.h>

#include "lib/base/parse.h"


void
words_split(char *line, struct words *w)
{
	char *p = line, *out;
	bool quoted;

	w->count = 0;
	while (w->count < WORDS_MAX) {
		while (*p == ' ' || *p == '\t')
			p++;
		if (*p == '\0' || *p == '#' || *p == '\n')
			return;
		w->word[w->count++] = out = p;
		for (quoted = false; *p != '\0' && *p != '\n'; p++) {
			if (*p == '"') {
				quoted = !quoted;
				continue;
			}
			if (!quoted && (*p == ' ' || *p == '\t'))
				break;
			*out++ = *p;
		}
		if (*p != '\0')
			p++;
		*out = '\0';
	}
}

const char *
words_value(const struct words *w, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 1; i < w->count; i++)
		if (strncmp(w->word[i], key, len) == 0 && w->word[i][len] == '=')
			return w->word[i] + len + 1;
	return NULL;
}

uint64_t
words_to_number(struct replay *r, const char *text)
{
	struct err e = {0};
	int64_t n = 0;

	if (text[0] == '+')
		text++;
	if (parse_i64(text, INT64_MIN, INT64_MAX, &n, &e) < 0)
		complain(r, "%s", e.text);
	return (uint64_t)n;
}

uint64_t
words_number(struct replay *r, const struct words *w, const char *key, uint64_t otherwise)
{
	const char *value = words_value(w, key);

	return value == NULL ? otherwise : words_to_number(r, value);
}
