/* What devices say, made valid and escaped for every way out. */
#include <config.h>

#include <string.h>

#include "lib/base/text.h"
#include "tests/fuzz/fuzz.h"

/* Nothing in it moves a cursor or begins another line. */
static void
claim_harmless(const char *s)
{
	size_t len = strlen(s), n;
	uint32_t c;

	for (; len > 0; s += n, len -= n) {
		n = text_char(s, len, &c);
		FUZZ_CLAIM(n > 0);
		FUZZ_CLAIM(c >= 0x20 && !(c >= 0x7F && c <= 0x9F));
		FUZZ_CLAIM(!(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069));
	}
}

static void
claim_bounded(const uint8_t *data, size_t size, const char *raw)
{
	char small[32];
	size_t room;

	for (room = 1; room <= sizeof(small); room++) {
		(void)text_utf8(small, room, data, size);
		FUZZ_CLAIM(strlen(small) < room && text_is_utf8(small, strlen(small)));
		(void)text_escape(small, room, raw);
		FUZZ_CLAIM(strlen(small) < room);
		claim_harmless(small);
		(void)text_copy_width(small, room, raw, 7);
		FUZZ_CLAIM(strlen(small) < room && text_width(small) <= 7);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *raw = fuzz_text(data, size), *valid = malloc(3 * size + 1);
	struct buf b;

	FUZZ_CLAIM(valid != NULL);
	buf_init(&b, 12 * size + 16);
	/* Three octets for one: it always fits. */
	(void)text_utf8(valid, 3 * size + 1, data, size);
	FUZZ_CLAIM(text_is_utf8(valid, strlen(valid)));
	FUZZ_CLAIM(text_utf8(valid, 3 * size + 1, valid, strlen(valid)));
	claim_bounded(data, size, raw);
	FUZZ_CLAIM(text_escape_to(&b, raw) == 0);
	claim_harmless(buf_text(&b));
	buf_clear(&b);
	FUZZ_CLAIM(text_escape_csv(&b, valid) == 0);
	FUZZ_CLAIM(buf_text(&b)[0] == '\0' || strchr("=@\t\r\n", buf_text(&b)[0]) == NULL);
	FUZZ_CLAIM(text_is_utf8(buf_text(&b), b.len));
	buf_clear(&b);
	FUZZ_CLAIM(text_escape_xml(&b, raw) == 0);
	FUZZ_CLAIM(strpbrk(buf_text(&b), "<>\"'") == NULL);
	buf_clear(&b);
	FUZZ_CLAIM(text_escape_json(&b, raw) == 0);
	FUZZ_CLAIM(text_match("*", raw) && (size > 200 || text_match(raw, raw) ||
	    strpbrk(raw, "?") != NULL));
	buf_release(&b);
	free(valid);
	free(raw);
	return 0;
}
