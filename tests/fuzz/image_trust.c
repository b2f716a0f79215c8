/*
 * A trust file: any octets.  What is parsed says of each of its lines and keys what
 * the lines say; and nothing comes into force but what the root signed.
 */
#include <config.h>

#include "lib/image/image_trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "tests/fuzz/fuzz.h"

/* Of the seed "signed". */
#define ROOT "RWToNxf9Vr5gWB8PSfVE+LQ15Wz5bfrYZXsMuxtwjcp7JqQKXd/J4eyU"
#define SIGNED "imgadm-trust 1\nserial 1\ncreator acme " \
	"RWRVnpgNCNRbx9niVtL3UPhGpwk/Ds7Kw4vhHDbnD8xE5z45tFQHS+bI\n"
static const char signature[] = "untrusted comment: signature from minisign secret key\n"
	"RUToNxf9Vr5gWB1JL/uahpT5kYAforiOR3VAE2Zptf/zGfCH7nvDMtV3RFl/u3fOlvCTFiAwnd049ZRjXFJFjuvb"
	"H7j0K2qatAY=\n"
	"trusted comment: imgadm-trust 1 serial=1\n"
	"t40PdMe6P90Kq9RbqH8Ie/xE+TgnEU4r7ZTJp5eX1fvc42aNh8+Bv57L6pB3rja0p5NqT1mpUGzl3dkkHZj+Aw==\n";

enum { LINES_MAX = TRUST_KEYS_MAX + TRUST_REVOKED_MAX + TRUST_WITHDRAWN_MAX + 1 };

struct ids {
	uint8_t id[TRUST_KEYS_MAX][SIGN_ID_SIZE];
	size_t count;
};

static bool
holds(const struct ids *ids, const char *text)
{
	char one[SIGN_ID_TEXT_SIZE];
	size_t i;

	for (i = 0; i < ids->count; i++) {
		sign_id_text(ids->id[i], one);
		if (strcmp(one, text) == 0)
			break;
	}
	return i < ids->count;
}

static void
claim_line(const struct image_trust *t, const struct image_trust_line *l, const struct ids *ids)
{
	uint32_t seq;

	FUZZ_CLAIM(text_is_utf8(l->who, strlen(l->who)) && text_is_utf8(l->what, strlen(l->what)));
	if (strcmp(l->kind, "withdrawn") == 0) {
		FUZZ_CLAIM(parse_u32(l->what, 0, UINT32_MAX, &seq, NULL) == 0);
		FUZZ_CLAIM(image_trust_withdrawn(t, l->who, seq));
	} else if (strcmp(l->kind, "creator") == 0 || strcmp(l->kind, "operator") == 0) {
		FUZZ_CLAIM(holds(ids, l->key_id) == !l->revoked);
	} else if (strcmp(l->kind, "revoked") == 0) {
		FUZZ_CLAIM(!holds(ids, l->key_id));
	} else {
		FUZZ_CLAIM(strcmp(l->kind, "root") == 0);
	}
}

static void
claim_trust(const struct image_trust *t)
{
	static struct image_trust_line l;
	const struct sign_key *key = NULL;
	bool operators = false;
	struct ids ids;
	size_t n = 0;

	ids.count = image_trust_ids(t, ids.id, TRUST_KEYS_MAX);
	FUZZ_CLAIM(ids.count <= TRUST_KEYS_MAX);
	for (size_t i = 0; i < ids.count; i++) {
		FUZZ_CLAIM(i == 0 || memcmp(ids.id[i - 1], ids.id[i], SIGN_ID_SIZE) < 0);
		FUZZ_CLAIM(image_trust_key(t, ids.id[i], &key, NULL) == 0 ||
			image_trust_operator(t, ids.id[i], &key, NULL) == 0);
	}
	for (; image_trust_line_at(t, n, &l); n++) {
		claim_line(t, &l, &ids);
		operators = operators || strcmp(l.kind, "operator") == 0;
	}
	FUZZ_CLAIM(n <= LINES_MAX);
	FUZZ_CLAIM(operators == image_trust_has_operator(t));
	FUZZ_CLAIM(operators || !image_trust_operator_required(t));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct image_trust_file f = { .bytes = (const char *)data, .len = size,
		.signature = signature, .signature_len = sizeof(signature) - 1 };
	const struct image_trust_file other = { .bytes = SIGNED, .len = sizeof(SIGNED) - 1,
		.signature = (const char *)data, .signature_len = size };
	struct image_trust *t = NULL;
	struct sign_key root, next;
	int rc = image_trust_parse(f.bytes, f.len, &t, NULL);

	FUZZ_CLAIM(rc == 0 || rc == -EBADMSG || rc == -EMSGSIZE);
	if (rc == 0)
		claim_trust(t);
	image_trust_free(t);
	FUZZ_CLAIM(sign_key_parse(ROOT, strlen(ROOT), &root, NULL) == 0);
	rc = image_trust_accept(&f, &root, 0, NULL, &t, &next, NULL);
	FUZZ_CLAIM((rc == 0) ==
		(size == sizeof(SIGNED) - 1 && memcmp(data, SIGNED, size) == 0));
	if (rc == 0)
		image_trust_free(t);
	if (image_trust_accept(&other, &root, 0, NULL, &t, &next, NULL) == 0) {
		FUZZ_CLAIM(image_trust_serial(t) == 1);
		image_trust_free(t);
	}
	return 0;
}
