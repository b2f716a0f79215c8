/*
 * What is signed with an image, and the ticket of one: any octets.  What is parsed
 * is the same when it is written and read again; no ticket and no image is let in
 * that was not signed.
 */
#include <config.h>

#include "lib/image/image_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/fuzz/fuzz.h"

/* Who signed the seeds "image-signed" and "ticket-signed". */
#define TRUST "imgadm-trust 1\nserial 1\n" \
	"creator acme RWRVnpgNCNRbx9niVtL3UPhGpwk/Ds7Kw4vhHDbnD8xE5z45tFQHS+bI\n" \
	"operator RWR/rdrBMLACH6/IRCahsaEUF7MdmCpIcq5ABDnPrNTLpEQC+rRaJw88 optional\n"
#define DEVICE "8841207"
#define SERIAL "E1180"
#define SOFTWARE "engine-fw"
enum { SEQ = 2800 };

/* Errors of sign_words.h, and of values. */
static bool
is_of_words(int rc)
{
	switch (rc) {
	case -EBADMSG: case -ENOMSG: case -ENOTSUP: case -EINVAL: case -EEXIST: case -ENODATA:
	case -EILSEQ: case -EMSGSIZE: case -ERANGE:
		return true;
	}
	return rc == 0;
}

static void
claim_list(const char *list)
{
	char shown[4 * IMAGE_PATTERNS_MAX], longer[IMAGE_PATTERNS_MAX + 1];

	FUZZ_CLAIM(strlen(list) <= IMAGE_PATTERNS_MAX);
	image_list_text(list, shown, sizeof(shown));
	FUZZ_CLAIM(strlen(shown) < sizeof(shown) && text_is_utf8(shown, strlen(shown)));
	FUZZ_CLAIM(strcmp(list, "*") != 0 || image_list_fits(list, "anything"));
	(void)image_list_fits(list, "");
	(void)text_copy(longer, sizeof(longer), list);
	if (image_list_add(longer, "of all, this *", NULL) == 0)
		FUZZ_CLAIM(image_list_fits(longer, "Of all, this one"));
}

static void
claim_label(const char *comment)
{
	struct image_label l, again;
	struct buf b;
	int rc = image_label_parse(comment, &l, NULL);

	FUZZ_CLAIM(is_of_words(rc));
	if (rc < 0)
		return;
	FUZZ_CLAIM(l.size >= 1 && l.size <= UINT32_MAX && l.floor <= l.seq && l.seq > 0);
	claim_list(l.manufacturer);
	claim_list(l.model);
	claim_list(l.hardware);
	buf_init(&b, 2 * SIGN_FILE_MAX);
	rc = image_label_write(&l, &b, NULL);
	/* What was written raw may be longer as %XX. */
	FUZZ_CLAIM(rc == 0 || rc == -EMSGSIZE);
	if (rc == 0) {
		FUZZ_CLAIM(image_label_parse(buf_text(&b), &again, NULL) == 0);
		FUZZ_CLAIM(strcmp(l.software, again.software) == 0 &&
			strcmp(l.creator, again.creator) == 0 &&
			strcmp(l.version, again.version) == 0 &&
			strcmp(l.unit_class, again.unit_class) == 0);
		FUZZ_CLAIM(l.seq == again.seq && l.size == again.size &&
			l.floor == again.floor && l.from == again.from &&
			memcmp(l.sha256, again.sha256, sizeof(l.sha256)) == 0);
	}
	buf_release(&b);
}

static void
claim_ticket(const char *line)
{
	struct image_ticket t, again;
	struct buf b;
	int rc = image_ticket_parse(line, &t, NULL);

	FUZZ_CLAIM(is_of_words(rc));
	if (rc < 0)
		return;
	buf_init(&b, SIGN_FILE_MAX);
	rc = image_ticket_write(&t, &b, NULL);
	FUZZ_CLAIM(rc == 0 || rc == -EMSGSIZE);
	if (rc == 0) {
		FUZZ_CLAIM(b.len <= TICKET_LINE_MAX);
		FUZZ_CLAIM(image_ticket_parse(buf_text(&b), &again, NULL) == 0);
		FUZZ_CLAIM(strcmp(t.device, again.device) == 0 &&
			strcmp(t.unit_serial, again.unit_serial) == 0 &&
			strcmp(t.software, again.software) == 0 && t.seq == again.seq &&
			memcmp(t.sha256, again.sha256, sizeof(t.sha256)) == 0 &&
			memcmp(t.nonce, again.nonce, sizeof(t.nonce)) == 0);
	}
	buf_release(&b);
}

/* As a minisig: a ticket, on the wire or not, says what was signed, or is none. */
static void
claim_signed_ticket(const struct image_trust *trust, const uint8_t *data, size_t size)
{
	uint8_t wire[UPDATE_TICKET_MAX], twice[UPDATE_TICKET_MAX];
	const struct sign_key *key = NULL;
	struct sign_signature s;
	struct image_ticket t, short_t;
	uint16_t len = 0, len_twice = 0;
	int rc = image_ticket_wire(data, size, wire, &len, NULL);

	FUZZ_CLAIM(rc == 0 || rc == -EBADMSG || rc == -EMSGSIZE || rc == -ENOTSUP);
	if (rc == 0) {
		FUZZ_CLAIM(len > 0 && len <= UPDATE_TICKET_MAX);
		FUZZ_CLAIM(image_ticket_wire(wire, len, twice, &len_twice, NULL) == 0);
		FUZZ_CLAIM(len == len_twice && memcmp(wire, twice, len) == 0);
	}
	if (sign_parse(data, size, &s, NULL) < 0 ||
	    image_trust_operator(trust, s.key_id, &key, NULL) < 0)
		return;
	if (image_ticket_read(data, size, key, &t, NULL) < 0)
		return;
	FUZZ_CLAIM(strcmp(t.device, DEVICE) == 0 && strcmp(t.unit_serial, SERIAL) == 0 &&
		strcmp(t.software, SOFTWARE) == 0 && t.seq == SEQ);
	FUZZ_CLAIM(rc < 0 || image_ticket_read(wire, len, key, &short_t, NULL) == 0);
	FUZZ_CLAIM(image_ticket_check(data, size, trust, &t, NULL) == 0);
	t.seq--;
	FUZZ_CLAIM(image_ticket_check(data, size, trust, &t, NULL) == -EACCES);
}

/* As IMAGE.minisig: it passes as what was signed, or is refused with a reason. */
static void
claim_signed_image(const struct image_trust *trust, const uint8_t *data, size_t size)
{
	static const uint8_t nonce[UPDATE_NONCE_SIZE] = { 1 };
	static struct image_passed passed;
	const struct image_unit unit = { .device_id = DEVICE, .manufacturer = "Acme",
		.model = "E-30", .hardware_rev = "2.13", .serial_number = SERIAL,
		.type = UNIT_TYPE_ENGINE, .room = UINT32_MAX, .nonce = nonce };
	struct update_want want = { .software = SOFTWARE, .creator = "acme",
		.version = "G00-30", .sequence = 3000 };
	enum update_reason reason = UPDATE_REASON_NONE;
	int rc;

	if (size <= UPDATE_TICKET_MAX) {
		want.ticket_len = (uint16_t)size;
		if (size > 0)
			(void)memcpy(want.ticket, data, size);
	}
	rc = image_check_label(trust, &unit, &want, data, size, NULL, 0, &passed, &reason, NULL);
	FUZZ_CLAIM(rc == 0 || (rc == -EACCES && reason != UPDATE_REASON_NONE));
	FUZZ_CLAIM(rc < 0 || (strcmp(passed.label.model, "E-3*,E-4?") == 0 &&
		passed.label.size == 100000 && !passed.ticket_used));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_trust *trust = NULL;
	char *text = fuzz_text(data, size);

	claim_label(text);
	claim_ticket(text);
	free(text);
	FUZZ_CLAIM(image_trust_parse(TRUST, sizeof(TRUST) - 1, &trust, NULL) == 0);
	claim_signed_ticket(trust, data, size);
	claim_signed_image(trust, data, size);
	image_trust_free(trust);
	return 0;
}
