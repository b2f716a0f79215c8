/*
 * image_asked: an image, a unit and a trust file that go together, for tests of
 * image_check.  A test changes one thing, then asks.
 */
#ifndef IMGADM_TESTS_UNIT_IMAGE_ASKED_H
#define IMGADM_TESTS_UNIT_IMAGE_ASKED_H

#include <stddef.h>
#include <stdint.h>

#include "lib/image/image_check.h"
#include "tests/unit/signer.h"
#include "tests/unit/support.h"

enum { ACME = 1, BETA, OPS, MORE, SIGNERS };
enum { ASKED_SIZE = 100000 };

struct asked {
	struct signer signers[SIGNERS];
	char keys[SIGNERS][SIGNER_KEY_SIZE];
	uint8_t image[ASKED_SIZE + 1];

	/* What a test changes before it asks. */
	struct image_trust *trust;
	struct image_label label;
	struct image_unit unit;
	struct update_want want;
	char minisig[SIGNER_TEXT_SIZE], operator_minisig[SIGNER_TEXT_SIZE];
	size_t minisig_len, operator_len;

	/* What came of it. */
	struct image_passed passed;
	enum update_reason reason;
	struct err e;
};

extern struct asked ask;
extern const uint8_t asked_nonce[UPDATE_NONCE_SIZE];

/* Of every test: all is as it should be; the trust file believes ACME, BETA and OPS. */
void asked_setup(void);
void asked_teardown(void);

/* Another trust file: its lines behind the serial. */
void asked_believe(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void asked_sign_comment(int who, const char *comment);
void asked_sign(int who);	/* the label as it is now */
void asked_sign_operator(int who, const struct image_label *l);
struct image_ticket asked_ticket(void);	/* one that lets the image pass */
void asked_take_ticket(int who, const struct image_ticket *t);

enum update_reason asked_check(void);	/* 0, or the reason */

/* The line of a signer's key, as a trust file has it. */
#define ASKED_KEY(who) (signer_key(&ask.signers[who], ask.keys[who]))
#define PASSES() ck_assert_msg(asked_check() == 0, "%d %s", (int)ask.reason, ask.e.text)
#define REFUSED(why) \
	ck_assert_msg(asked_check() == (why), "%d %s", (int)ask.reason, ask.e.text)
#define SAYS(what) ck_assert_msg(strstr(ask.e.text, what) != NULL, "%s", ask.e.text)

#endif
