/*
 * image_trust_private: what the files of image_trust share.
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_TRUST_PRIVATE_H
#define IMGADM_LIB_IMAGE_IMAGE_TRUST_PRIVATE_H

#include "lib/image/image_trust.h"

/* A line's kind; the place in image_trust_kind[] is its name. */
enum trust_kind { TRUST_CREATOR, TRUST_OPERATOR, TRUST_REVOKED, TRUST_WITHDRAWN, TRUST_ROOT };
enum { TRUST_KINDS = TRUST_ROOT + 1 };

/* A creator's key; what it counts for, as lists of whole names ("" = all). */
struct trust_creator {
	char id[STRUCTURE_NAME_MAX + 1];
	struct sign_key key;
	char software[TRUST_LINE_MAX + 1], unit_class[TRUST_LINE_MAX + 1];
};

struct trust_withdrawn {
	char software[STRUCTURE_NAME_MAX + 1];
	uint32_t seq;
};

/* Where a line of the file is kept. */
struct trust_place {
	enum trust_kind kind;
	size_t at;
};

enum {
	TRUST_LINES_MAX = TRUST_KEYS_MAX + TRUST_REVOKED_MAX + TRUST_WITHDRAWN_MAX + 1,
};

struct image_trust {
	uint32_t serial;
	struct trust_creator creators[TRUST_KEYS_MAX];
	size_t creator_count;
	struct sign_key operators[TRUST_KEYS_MAX];
	size_t operator_count;
	bool required;
	uint8_t revoked[TRUST_REVOKED_MAX][SIGN_ID_SIZE];
	size_t revoked_count;
	struct trust_withdrawn withdrawn[TRUST_WITHDRAWN_MAX];
	size_t withdrawn_count;
	bool has_root;
	struct sign_key root;
	struct trust_place lines[TRUST_LINES_MAX];
	size_t line_count;
};

bool image_trust_revoked(const struct image_trust *t, const uint8_t key_id[SIGN_ID_SIZE]);

#endif
