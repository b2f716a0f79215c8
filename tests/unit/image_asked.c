#include <config.h>

#include "tests/unit/image_asked.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct asked ask;

const uint8_t asked_nonce[UPDATE_NONCE_SIZE] = { 4, 7, 1, 1 };

void
asked_believe(const char *fmt, ...)
{
	char text[8192];
	int n = snprintf(text, sizeof(text), "imgadm-trust 1\nserial 7\n");
	va_list ap;

	va_start(ap, fmt);
	n += vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	image_trust_free(ask.trust);
	ask.trust = NULL;
	ck_assert_msg(image_trust_parse(text, (size_t)n, &ask.trust, &ask.e) == 0, "%s",
		ask.e.text);
}

void
asked_sign_comment(int who, const char *comment)
{
	ask.minisig_len = signer_sign(&ask.signers[who], ask.image, ASKED_SIZE, comment,
		ask.minisig);
}

/* The label as it is now. */
void
asked_sign(int who)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_msg(image_label_write(&ask.label, &b, &ask.e) == 0, "%s", ask.e.text);
	asked_sign_comment(who, buf_text(&b));
	buf_release(&b);
}

void
asked_sign_operator(int who, const struct image_label *l)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_operator_write(l, &b, &ask.e), 0);
	ask.operator_len = signer_sign(&ask.signers[who], ask.image, ASKED_SIZE, buf_text(&b),
		ask.operator_minisig);
	buf_release(&b);
}

struct image_ticket
asked_ticket(void)
{
	struct image_ticket t = { .device = "8841207", .unit_serial = "E1180",
		.software = "engine-fw", .seq = 3000 };

	(void)memcpy(t.sha256, ask.label.sha256, sizeof(t.sha256));
	(void)memcpy(t.nonce, asked_nonce, sizeof(t.nonce));
	return t;
}

void
asked_take_ticket(int who, const struct image_ticket *t)
{
	char text[SIGNER_TEXT_SIZE];
	struct buf b;
	size_t n;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_msg(image_ticket_write(t, &b, &ask.e) == 0, "%s", ask.e.text);
	n = signer_sign(&ask.signers[who], b.data, b.len, buf_text(&b), text);
	ck_assert_int_eq(image_ticket_wire(text, n, ask.want.ticket, &ask.want.ticket_len,
		&ask.e), 0);
	buf_release(&b);
}

void
asked_setup(void)
{
	support_folder_make();
	for (uint8_t i = ACME; i < SIGNERS; i++)
		signer_make(&ask.signers[i], i);
	randombytes_buf(ask.image, sizeof(ask.image));
	ask.label = (struct image_label){ .software = "engine-fw", .creator = "acme",
		.version = "G00-30", .seq = 3000, .manufacturer = "Acme", .model = "E-3*",
		.hardware = "2.*,3.0", .unit_class = "engine", .size = ASKED_SIZE };
	(void)crypto_hash_sha256(ask.label.sha256, ask.image, ASKED_SIZE);
	ask.unit = (struct image_unit){ .device_id = "8841207", .manufacturer = "Acme",
		.model = "E-30", .hardware_rev = "2.13", .serial_number = "E1180",
		.type = UNIT_TYPE_ENGINE, .running_known = true, .running_seq = 2100,
		.room = ASKED_SIZE, .nonce = asked_nonce };
	ask.want = (struct update_want){ .software = "engine-fw", .creator = "acme",
		.version = "G00-30", .sequence = 3000 };
	ask.trust = NULL;
	ask.operator_len = 0;
	asked_believe("creator acme %s\ncreator beta %s\noperator %s optional\n",
		ASKED_KEY(ACME), ASKED_KEY(BETA),
		ASKED_KEY(OPS));
	asked_sign(ACME);
}

void
asked_teardown(void)
{
	image_trust_free(ask.trust);
	support_folder_remove();
}

/* 0, or the reason. */
enum update_reason
asked_check(void)
{
	int rc;

	ask.reason = UPDATE_REASON_NONE;
	ask.e.text[0] = '\0';
	rc = image_check_label(ask.trust, &ask.unit, &ask.want, ask.minisig, ask.minisig_len,
		ask.operator_len > 0 ? ask.operator_minisig : NULL, ask.operator_len,
			&ask.passed, &ask.reason, &ask.e);
	ck_assert_int_eq(rc, ask.reason == UPDATE_REASON_NONE ? 0 : -EACCES);
	if (rc == 0)
		return 0;
	ck_assert_str_ne(ask.e.text, "");
	return ask.reason;
}
