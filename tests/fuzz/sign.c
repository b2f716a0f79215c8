/*
 * A .minisig, a public key, a trusted comment: any octets.  What is parsed is of
 * its form; no comment is had that was not signed; what a comment says is the
 * same when it is written and read again.
 */
#include <config.h>

#include "lib/sign/sign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/sign/sign_words.h"
#include "tests/fuzz/fuzz.h"

/* Of the seeds "signature" and "legacy". */
#define KEY "RWRZUdpXbX4jSRrpd2PlU2gokVvPSGk/rRAwOd91NHTgZjAspPbdEK5G"
#define SIGNED "imgadm-catalogue 1 id=acme serial=43"

static const struct sign_word table[] = {
	{ "id", true, 64 }, { "serial", true, 10 }, { "model", false, 256 },
	{ "from", false, 10 },
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };

static void
claim_words(const char *comment)
{
	static struct sign_words w, again;
	char text[SIGN_FILE_MAX], other[SIGN_FILE_MAX];
	struct buf b;

	if (strlen(comment) >= SIGN_FILE_MAX ||
	    sign_words_parse(comment, "imgadm-catalogue", "1", table, ROWS, &w, NULL) < 0)
		return;
	buf_init(&b, 2 * SIGN_FILE_MAX);
	(void)buf_add_text(&b, "imgadm-catalogue 1");
	for (size_t i = 0; i < ROWS; i++) {
		FUZZ_CLAIM(!table[i].required || sign_words_has(&w, table[i].key));
		if (!sign_words_has(&w, table[i].key))
			continue;
		FUZZ_CLAIM(sign_words_text(&w, table[i].key, text, sizeof(text)));
		FUZZ_CLAIM(text[0] != '\0' && strlen(text) <= table[i].max);
		FUZZ_CLAIM(text_is_utf8(text, strlen(text)));
		FUZZ_CLAIM(sign_words_add(&b, table[i].key, text, false) == 0);
		for (size_t n = 0; sign_words_item(&w, table[i].key, n, other, sizeof(other)); n++)
			FUZZ_CLAIM(n <= table[i].max);
	}
	FUZZ_CLAIM(b.len >= SIGN_FILE_MAX || sign_words_parse(buf_text(&b), "imgadm-catalogue",
	    "1", table, ROWS, &again, NULL) == 0);
	for (size_t i = 0; b.len < SIGN_FILE_MAX && i < ROWS; i++) {
		(void)sign_words_text(&w, table[i].key, text, sizeof(text));
		(void)sign_words_text(&again, table[i].key, other, sizeof(other));
		FUZZ_CLAIM(strcmp(text, other) == 0);
	}
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sign_signature s;
	const char *comment = NULL;
	struct sign_key key;
	char *text;
	int rc;

	rc = sign_key_parse((const char *)data, size, &key, NULL);
	FUZZ_CLAIM(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP);
	FUZZ_CLAIM(sign_key_parse(KEY, strlen(KEY), &key, NULL) == 0);
	rc = sign_parse(data, size, &s, NULL);
	FUZZ_CLAIM(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP || rc == -EMSGSIZE);
	if (rc == 0) {
		FUZZ_CLAIM(strnlen(s.unverified, sizeof(s.unverified)) < sizeof(s.unverified));
		rc = sign_comment(&s, &key, &comment, NULL);
		FUZZ_CLAIM(rc == 0 || rc == -ENOKEY || rc == -EBADE);
		FUZZ_CLAIM(rc < 0 || strcmp(comment, SIGNED) == 0);
		claim_words(s.unverified);
	}
	text = fuzz_text(data, size);
	claim_words(text);
	free(text);
	return 0;
}
