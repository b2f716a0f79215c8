#include <config.h>

#include "agent-module/trust_accept.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* What the state keeps of a file that was accepted. */
static int
make_row(const struct image_trust_file *f, const struct image_trust *t,
	const struct sign_key *root, struct state_trust *ret, struct err *e)
{
	struct state_trust row = { .serial = image_trust_serial(t), .len = f->len,
		.operator_required = image_trust_operator_required(t) };

	row.bytes = malloc(f->len + 1);
	if (row.bytes == NULL)
		return err_set(e, -ENOMEM, "out of memory for the trust file");
	(void)memcpy(row.bytes, f->bytes, f->len);
	row.bytes[f->len] = '\0';
	row.key_count = image_trust_ids(t, row.key_ids,
		sizeof(row.key_ids) / sizeof(row.key_ids[0]));
	sign_key_text(root, row.root);
	*ret = row;
	return 0;
}

int
trust_accept(const struct image_trust_file *f, const struct state_trust *old,
	struct state_trust *ret, struct err *e)
{
	uint8_t sha256[SIGN_SHA256_SIZE];
	struct image_trust *t = NULL;
	struct sign_key root, next;
	int rc;

	if (old->root[0] == '\0')
		return err_set(e, -ENOENT, "the device has no trust root:"
			" imgadm-device trust root KEY");
	rc = sign_key_parse(old->root, strlen(old->root), &root, e);
	if (rc == 0 && old->serial != 0)
		(void)crypto_hash_sha256(sha256, (const unsigned char *)old->bytes, old->len);
	if (rc == 0)
		rc = image_trust_accept(f, &root, old->serial, old->serial != 0 ? sha256 : NULL,
			&t, &next, e);
	if (rc == 0)
		rc = make_row(f, t, &next, ret, e);
	image_trust_free(t);
	return rc;
}
