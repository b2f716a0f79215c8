/*
 * Lines of an audit: any octets, as they are and with the hash that they want.
 * What is parsed is of audit.h's limits, and is the same when it is written and
 * read again; a head in words as well.
 */
#include <config.h>

#include "lib/audit/audit_line.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/fuzz/fuzz.h"

static void
claim_text(const char *text, size_t size)
{
	FUZZ_CLAIM(strnlen(text, size) < size && text_is_utf8(text, strlen(text)));
	for (; *text != '\0'; text++)
		FUZZ_CLAIM((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void
claim_line(const char *line, size_t len)
{
	uint8_t hash[AUDIT_HASH_SIZE];
	struct audit_entry en, again;
	struct audit_link l, other;
	struct buf b;
	int rc = audit_line_parse(line, len, &en, &l, NULL);

	FUZZ_CLAIM(rc == 0 || rc == -EBADMSG);
	if (rc < 0)
		return;
	FUZZ_CLAIM(en.number > 0 && en.at_utc_s > 0 && en.trouble >= 0);
	claim_text(en.who, sizeof(en.who));
	claim_text(en.what, sizeof(en.what));
	claim_text(en.rollout, sizeof(en.rollout));
	claim_text(en.device, sizeof(en.device));
	claim_text(en.why, sizeof(en.why));
	claim_text(en.before, sizeof(en.before));
	claim_text(en.after, sizeof(en.after));
	buf_init(&b, AUDIT_LINE_MAX);
	FUZZ_CLAIM(audit_line_write(&b, &en, l.prev, hash, NULL) == 0);
	FUZZ_CLAIM(audit_line_parse(b.data, b.len - 1, &again, &other, NULL) == 0);
	FUZZ_CLAIM(again.number == en.number && again.at_utc_s == en.at_utc_s &&
		again.ref == en.ref && again.trouble == en.trouble &&
		again.has_plan == en.has_plan);
	FUZZ_CLAIM(strcmp(again.who, en.who) == 0 && strcmp(again.why, en.why) == 0 &&
		strcmp(again.before, en.before) == 0 && strcmp(again.after, en.after) == 0);
	FUZZ_CLAIM(memcmp(other.prev, l.prev, sizeof(l.prev)) == 0);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[AUDIT_HEAD_TEXT_SIZE], hex[2 * AUDIT_HASH_SIZE + 1];
	uint8_t hash[AUDIT_HASH_SIZE];
	struct audit_head head, again;
	struct buf b;
	char *whole;

	claim_line((const char *)data, size);
	(void)crypto_generichash(hash, sizeof(hash), data, size, NULL, 0);
	text_hex(hex, sizeof(hex), hash, sizeof(hash));
	buf_init(&b, 2 * AUDIT_LINE_MAX);
	(void)buf_add(&b, data, size);
	if (buf_printf(&b, " hash=%s", hex) == 0)
		claim_line(b.data, b.len);
	buf_release(&b);
	whole = fuzz_text(data, size);
	if (audit_head_parse(whole, &head, NULL) == 0) {
		audit_head_text(&head, text);
		FUZZ_CLAIM(audit_head_parse(text, &again, NULL) == 0 &&
			again.number == head.number);
	}
	free(whole);
	return 0;
}
