#include <config.h>

#include "lib/image/image_ticket.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

enum {
	NUMBER_MAX = 10,
	SHA256_HEX = 2 * SIGN_SHA256_SIZE,
	NONCE_HEX = 2 * UPDATE_NONCE_SIZE,
	SHOWN_SIZE = 4 * STRUCTURE_NAME_MAX + 1,
};

static const struct sign_word words[] = {
	{ "device", true, STRUCTURE_ID_MAX },
	{ "unit-serial", false, STRUCTURE_NAME_MAX },
	{ "software", true, STRUCTURE_NAME_MAX },
	{ "seq", true, NUMBER_MAX },
	{ "sha256", true, SHA256_HEX },
	{ "nonce", true, NONCE_HEX },
};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* --- the line -------------------------------------------------------------------- */

static int
take_hex(const struct sign_words *w, const char *key, uint8_t *ret, size_t size, struct err *e)
{
	char hex[SHA256_HEX + 1];

	(void)sign_words_text(w, key, hex, sizeof(hex));
	if (strlen(hex) != 2 * size || text_unhex(hex, ret, size) < 0)
		return err_set(e, -EBADMSG, "%s=%s: want %zu hexadecimal digits", key, hex,
			2 * size);
	return 0;
}

int
image_ticket_parse(const char *line, struct image_ticket *ret, struct err *e)
{
	struct image_ticket t = { .seq = 0 };
	char number[NUMBER_MAX + 1];
	struct sign_words w;
	int rc;

	if (strlen(line) > TICKET_LINE_MAX)
		return err_set(e, -EMSGSIZE, "a ticket of %zu octets: %d is the most",
			strlen(line), TICKET_LINE_MAX);
	rc = sign_words_parse(line, TICKET_PURPOSE, "1", words, WORDS, &w, e);
	if (rc < 0)
		return rc;
	(void)sign_words_text(&w, "device", t.device, sizeof(t.device));
	(void)sign_words_text(&w, "unit-serial", t.unit_serial, sizeof(t.unit_serial));
	(void)sign_words_text(&w, "software", t.software, sizeof(t.software));
	(void)sign_words_text(&w, "seq", number, sizeof(number));
	rc = parse_u32(number, 1, UINT32_MAX, &t.seq, e);
	if (rc < 0) {
		err_prefix(e, "seq=");
		return -ERANGE;
	}
	rc = take_hex(&w, "sha256", t.sha256, sizeof(t.sha256), e);
	if (rc == 0)
		rc = take_hex(&w, "nonce", t.nonce, sizeof(t.nonce), e);
	if (rc == 0 && sodium_is_zero(t.nonce, sizeof(t.nonce)))
		rc = err_set(e, -EBADMSG, "nonce= is all zeros: the device has made none");
	if (rc == 0)
		*ret = t;
	return rc;
}

int
image_ticket_write(const struct image_ticket *t, struct buf *ret, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct image_ticket again;
	struct buf b;
	int rc;

	buf_init(&b, SIGN_FILE_MAX);
	(void)buf_add_text(&b, TICKET_PURPOSE " 1");
	(void)sign_words_add(&b, "device", t->device, false);
	if (t->unit_serial[0] != '\0')
		(void)sign_words_add(&b, "unit-serial", t->unit_serial, false);
	(void)sign_words_add(&b, "software", t->software, false);
	(void)buf_printf(&b, " seq=%" PRIu32, t->seq);
	text_hex(hex, sizeof(hex), t->sha256, sizeof(t->sha256));
	(void)buf_printf(&b, " sha256=%s", hex);
	text_hex(hex, sizeof(hex), t->nonce, sizeof(t->nonce));
	(void)buf_printf(&b, " nonce=%s", hex);
	rc = b.error;
	if (rc < 0)
		(void)err_set(e, rc, "out of memory for a ticket");
	if (rc == 0)
		rc = image_ticket_parse(buf_text(&b), &again, e);
	if (rc == 0 && buf_add(ret, b.data, b.len) < 0)
		rc = err_set(e, ret->error, "no room for the ticket");
	buf_release(&b);
	return rc;
}

/* --- signed ---------------------------------------------------------------------- */

static int
read_parsed(const struct sign_signature *s, const struct sign_key *key, struct image_ticket *ret,
	struct err *e)
{
	const char *line = NULL;
	int rc = sign_comment(s, key, &line, e);

	if (rc == 0)
		rc = sign_verify(s, key, line, strlen(line), e);
	return rc < 0 ? rc : image_ticket_parse(line, ret, e);
}

int
image_ticket_read(const void *minisig, size_t len, const struct sign_key *key,
	struct image_ticket *ret, struct err *e)
{
	struct sign_signature s;
	int rc = sign_parse(minisig, len, &s, e);

	return rc < 0 ? rc : read_parsed(&s, key, ret, e);
}

static int
for_another(const char *what, const char *said, const char *wanted, struct err *e)
{
	char a[SHOWN_SIZE], b[SHOWN_SIZE];

	(void)text_escape(a, sizeof(a), said);
	(void)text_escape(b, sizeof(b), wanted);
	return err_set(e, -EACCES, "the ticket is for %s '%s', not for '%s'", what, a, b);
}

/* Says it all: the first thing that differs. */
static int
compare(const struct image_ticket *t, const struct image_ticket *want, struct err *e)
{
	if (strcmp(t->device, want->device) != 0)
		return for_another("device", t->device, want->device, e);
	if (strcmp(t->unit_serial, want->unit_serial) != 0)
		return for_another("the part", t->unit_serial, want->unit_serial, e);
	if (strcmp(t->software, want->software) != 0)
		return for_another("software", t->software, want->software, e);
	if (t->seq != want->seq)
		return err_set(e, -EACCES, "the ticket is for seq %" PRIu32 ", not for %" PRIu32,
			t->seq, want->seq);
	if (sodium_memcmp(t->sha256, want->sha256, sizeof(t->sha256)) != 0)
		return err_set(e, -EACCES, "the ticket is for another image of seq %" PRIu32,
			t->seq);
	if (sodium_memcmp(t->nonce, want->nonce, sizeof(t->nonce)) != 0)
		return err_set(e, -EACCES, "the ticket was used, or is older than this part's"
			" nonce: sign another one");
	return 0;
}

int
image_ticket_check(const void *minisig, size_t len, const struct image_trust *t,
	const struct image_ticket *want, struct err *e)
{
	const struct sign_key *key = NULL;
	struct sign_signature s;
	struct image_ticket ticket;
	int rc = sign_parse(minisig, len, &s, e);

	if (rc == 0)
		rc = image_trust_operator(t, s.key_id, &key, e);
	if (rc == 0)
		rc = read_parsed(&s, key, &ticket, e);
	return rc < 0 ? rc : compare(&ticket, want, e);
}

int
image_ticket_wire(const void *minisig, size_t len, uint8_t ret[UPDATE_TICKET_MAX],
	uint16_t *ret_len, struct err *e)
{
	static const char first[] = "untrusted comment: \n";
	const char *text = minisig, *rest;
	struct sign_signature s;
	int rc = sign_parse(minisig, len, &s, e);

	if (rc < 0)
		return rc;
	rest = memchr(text, '\n', len);
	rest = rest != NULL ? rest + 1 : text + len;
	len -= (size_t)(rest - text);
	if (sizeof(first) - 1 + len > UPDATE_TICKET_MAX)
		return err_set(e, -EMSGSIZE, "the ticket has %zu octets, and %d is the most",
			sizeof(first) - 1 + len, UPDATE_TICKET_MAX);
	(void)memcpy(ret, first, sizeof(first) - 1);
	(void)memcpy(ret + sizeof(first) - 1, rest, len);
	*ret_len = (uint16_t)(sizeof(first) - 1 + len);
	return 0;
}
