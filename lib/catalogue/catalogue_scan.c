#include <config.h>

#include "lib/catalogue/catalogue_scan.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/catalogue/catalogue.h"

static bool
begins(const struct scan *s, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(s->end - s->at) >= len && memcmp(s->at, text, len) == 0;
}

void
scan_begin(struct scan *s, const char *data, size_t size)
{
	*s = (struct scan){ .at = data, .end = data + size, .line = 1 };
	if (begins(s, "\xef\xbb\xbf"))
		s->at += 3;
}

static void
go(struct scan *s, const char *to)
{
	for (; s->at < to; s->at++)
		s->line += *s->at == '\n';
}

/* Behind the next `mark`; to the end where there is none: the parser complains. */
static void
past(struct scan *s, const char *mark)
{
	const char *to = memmem(s->at, (size_t)(s->end - s->at), mark, strlen(mark));

	go(s, to == NULL ? s->end : to + strlen(mark));
}

/* Through a tag; values longer than they may be end it, or too many. */
static int
through_tag(struct scan *s, uint32_t *ret_line, struct err *e)
{
	const char *tag = s->at, *value;
	unsigned count = 0;
	char quote;

	while (s->at < s->end && *s->at != '>') {
		quote = *s->at;
		*ret_line = s->line;
		if (s->at - tag > SCAN_TAG_MAX)
			return err_set(e, -EINVAL, "a tag is longer than %d octets", SCAN_TAG_MAX);
		if (quote != '"' && quote != '\'') {
			go(s, s->at + 1);
			continue;
		}
		if (++count > SCAN_ATTRIBUTES_MAX)
			return err_set(e, -EINVAL, "a tag has more than %d attributes",
			    SCAN_ATTRIBUTES_MAX);
		go(s, s->at + 1);
		value = s->at;
		while (s->at < s->end && *s->at != quote) {
			if (s->at - value >= CATALOGUE_ATTRIBUTE_MAX)
				return err_set(e, -EINVAL, "the value of an attribute is longer "
				    "than %d octets", CATALOGUE_ATTRIBUTE_MAX);
			go(s, s->at + 1);
		}
		if (s->at < s->end)
			go(s, s->at + 1);
	}
	return 0;
}

int
scan_tag(struct scan *s, uint32_t *ret_line, struct err *e)
{
	uint32_t line;
	const char *tag;

	for (;;) {
		tag = memchr(s->at, '<', (size_t)(s->end - s->at));
		go(s, tag == NULL ? s->end : tag);
		if (tag == NULL)
			return 0;
		line = s->line;
		if (begins(s, "<!--")) {
			go(s, s->at + 4);
			past(s, "-->");
		} else if (begins(s, "<?")) {
			past(s, "?>");
		} else if (begins(s, "<![CDATA[")) {
			past(s, "]]>");
		} else if (begins(s, "<!")) {
			*ret_line = line;
			return err_set(e, -EINVAL, "a DOCTYPE or another declaration (<!...) has "
			    "no place in a catalogue; there are no entities; take it out");
		} else if (begins(s, "</")) {
			past(s, ">");
		} else {
			if (through_tag(s, ret_line, e) < 0)
				return -EINVAL;
			*ret_line = line;
			return 1;
		}
	}
}

/* <?xml version="1.0" encoding="UTF-8"?>: no other encoding. */
static int
check_declaration(const struct scan *from, struct err *e)
{
	struct scan s = *from;
	const char *end, *name;
	size_t len;
	char quote, encoding[32];

	if (!begins(&s, "<?xml ") && !begins(&s, "<?xml\t") && !begins(&s, "<?xml\n") &&
	    !begins(&s, "<?xml\r"))
		return 0;
	end = memmem(s.at, (size_t)(s.end - s.at), "?>", 2);
	if (end == NULL || end - s.at > CATALOGUE_ATTRIBUTE_MAX)
		return err_set(e, -EINVAL, "the XML declaration has no end");
	name = memmem(s.at, (size_t)(end - s.at), "encoding", 8);
	if (name == NULL)
		return 0;
	for (name += 8; name < end && *name != '"' && *name != '\''; name++)
		continue;
	quote = name < end ? *name++ : '\0';
	for (len = 0; name + len < end && name[len] != quote; len++)
		continue;
	text_utf8(encoding, sizeof(encoding), name, len);
	if (!text_equal_nocase(encoding, "UTF-8"))
		return err_set(e, -EINVAL, "the declared encoding is '%s'; a catalogue is in "
		    "UTF-8", encoding);
	return 0;
}

int
scan_bytes(const char *data, size_t size, uint32_t *ret_line, struct err *e)
{
	struct scan s;
	uint32_t c;
	size_t len;

	scan_begin(&s, data, size);
	*ret_line = 1;
	if (begins(&s, "\xff\xfe") || begins(&s, "\xfe\xff"))
		return err_set(e, -EINVAL, "this is UTF-16; a catalogue is in UTF-8");
	if (check_declaration(&s, e) < 0)
		return -EINVAL;
	while (s.at < s.end) {
		*ret_line = s.line;
		if ((unsigned char)*s.at >= 0x20 && (unsigned char)*s.at < 0x7f) {
			s.at++;
			continue;
		}
		len = text_char(s.at, (size_t)(s.end - s.at), &c);
		if (len == 0)
			return err_set(e, -EINVAL, "byte 0x%02x is no UTF-8; a catalogue is in "
			    "UTF-8", (unsigned char)*s.at);
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0))
			return err_set(e, -EINVAL, "control character U+%04X has no place here",
			    c);
		s.line += c == '\n';
		s.at += len;
	}
	return 0;
}
