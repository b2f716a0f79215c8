/*
 * store_image: the centre's library of signed images, and the grants by which
 * devices may fetch them.
 *
 * The image itself is a file, IMAGES/SHA256 (64 hexadecimal digits), with its
 * signatures SHA256.minisig and, where there is one, SHA256.op.minisig beside it,
 * written and synced before the row is; here is what they are.  What was
 * verified is the caller's matter.
 *
 * A *grant* lets one device read one image under a token of 128 random bits (26
 * characters a-z2-7): TOKEN, TOKEN.minisig, TOKEN.op.minisig.  It has a number,
 * which logs carry, never the token.
 *
 * Invariants
 * - A digest is one image, a release (software, creator, seq) is one image.
 * - A grant whose expiry has passed, or whose reads are spent, is not found.
 * - Numbers are never given again.  At most STORE_GRANTS_MAX stand; for one more
 *   spent and expired ones are forgotten.
 *
 * Errors as store.h says, and -EINVAL for a value that may not stand there.
 */
#ifndef IMGADM_LIB_STORE_STORE_IMAGE_H
#define IMGADM_LIB_STORE_STORE_IMAGE_H

#include "lib/store/store.h"
#include "lib/structure/update.h"

enum {
	STORE_IMAGE_LABEL_MAX = 4095,
	STORE_IMAGES_MAX = 10000,
	STORE_TOKEN_SIZE = 27,		/* with its end */
	STORE_GRANTS_MAX = 100000,
	STORE_GRANT_S = 3600,		/* expiry unless said */
	STORE_GRANT_COMPLETED = 1, STORE_GRANT_STARTED = 8,	/* reads unless said */
	STORE_PREFIX_SIZE = 64,
};

struct store_image {
	int64_t number;
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t seq;
	uint64_t size;
	uint8_t sha256[STRUCTURE_DIGEST_SIZE];
	uint8_t key_id[8];
	bool has_operator;	/* SHA256.op.minisig is there */
	char label[STORE_IMAGE_LABEL_MAX + 1];	/* the trusted comment */
	utc_s imported;
	char by[STORE_NAME_MAX + 1];
};
/*
 * Over one with the same digest and release, which keeps its number; number is
 * not read.  -EEXIST: this release has another image, or these very octets are
 * another release; -E2BIG: STORE_IMAGES_MAX are there.
 */
int store_image_put(struct store *s, const struct store_image *i, int64_t *ret_number,
	struct err *e);
/* What store_image_put() would refuse it for, before files are written; else 0. */
int store_image_may(struct store *s, const struct store_image *i, struct err *e);
/* By release.  -ENOENT with e: how to import it. */
int store_image_find(struct store *s, const char *software, const char *creator,
	uint32_t seq, struct store_image *ret, struct err *e);
int store_image_get(struct store *s, int64_t number, struct store_image *ret, struct err *e);
/* Which one has this digest. -ENOENT */
int store_image_digest(struct store *s, const uint8_t sha256[STRUCTURE_DIGEST_SIZE],
	struct store_image *ret, struct err *e);
/* Forget it, and its grants.  -ENOENT.  The file is the caller's matter. */
int store_image_remove(struct store *s, int64_t number, struct err *e);
/* By software, creator, seq; caller frees with free(). */
int store_image_list(struct store *s, struct store_image **ret, size_t *ret_count, struct err *e);

struct store_grant {
	int64_t number;
	char token[STORE_TOKEN_SIZE];
	int64_t image;
	int64_t device;		/* in the store; 0 = none in particular */
	char from[STORE_PREFIX_SIZE];	/* "192.0.2.7/32", "2001:db8::/64", "any" */
	bool single_port;	/* the site is behind NAT */
	utc_s made, expires;
	uint32_t started, completed;	/* reads so far, of the image itself */
	uint32_t started_most, completed_most;
};
/*
 * The token is made here; number and counters too.  expires 0 is an hour after
 * made; started_most and completed_most 0 are what is usual.  -ENOENT: no such
 * image or device; -E2BIG: STORE_GRANTS_MAX stand; -EPERM: it was stopped
 * (store_stop_put()).
 */
int store_grant_add(struct store *s, const struct store_grant *g, struct store_grant *ret,
	struct err *e);
/* A grant that may be read now: 1 with *ret_grant and *ret_image, 0 none. */
int store_grant_find(struct store *s, const char *token, utc_s now, struct store_grant *ret_grant,
	struct store_image *ret_image, struct err *e);
/* Add to the counters of several at once. */
struct store_grant_use { int64_t number; uint32_t started, completed; };
int store_grant_used(struct store *s, const struct store_grant_use *uses, size_t count,
	struct err *e);
/*
 * Withdraw one (number != 0); all of a device (device != 0); all.  How many that
 * were not spent is in *ret_count (may be NULL); none is no error.  The order that one was
 * for is withdrawn, too, or STORE_ORDER_UNGRANTED where the device has it (store_order.h).
 */
int store_grant_withdraw(struct store *s, int64_t number, int64_t device, bool all,
	size_t *ret_count, struct err *e);
/*
 * Leaves those that are no more: withdrawn, or forgotten for want of room.  *seen is what was seen
 * of the store the last time, 0 at first: where nobody wrote since, none is looked for and *count
 * is 0.
 */
int store_grant_gone(struct store *s, int64_t *seen, int64_t *numbers, size_t *count,
	struct err *e);
/* Those that are not spent, by number; who asks looks at `expires`.  free(). */
int store_grant_list(struct store *s, struct store_grant **ret, size_t *ret_count, struct err *e);

#endif
