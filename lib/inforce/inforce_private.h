/*
 * inforce_private: what loading a set and importing into it share;
 * others include inforce.h.
 */
#ifndef IMGADM_LIB_INFORCE_INFORCE_PRIVATE_H
#define IMGADM_LIB_INFORCE_INFORCE_PRIVATE_H

#include "lib/sign/sign_words.h"
#include "lib/inforce/inforce.h"

#define INFORCE_COMMENT_PURPOSE "imgadm-catalogue"
enum { INFORCE_COMMENT_ROWS = 2 };
extern const struct sign_word inforce_comment_table[INFORCE_COMMENT_ROWS];

/* What a trusted comment says of a catalogue; errors as sign_words.h. */
int inforce_comment_read(const char *comment, char ret_id[CATALOGUE_ID_MAX + 1],
	uint32_t *ret_serial, struct err *e);

/* The first creator that the key is not for; NULL when it is for all. */
const char *inforce_not_covered(const struct conf_catalogue_key *key,
	const struct catalogue_head *h);
bool inforce_expired(const struct catalogue_head *h, utc_s now);

/* Those in force but `without` (may be NULL), verified and read, not linked so far. */
int inforce_begin(struct store *s, const struct conf *c, utc_s now,
	const char *without, struct inforce **ret, struct err *e);
/* One more, which j owns then; on failure (-E2BIG) it stays the caller's. */
int inforce_add(struct inforce *j, struct catalogue *c, struct err *e);
/*
 * Those of j whose id none of the files has, into ret_list (room for
 * CATALOGUE_SET_MAX); how many.  Borrowed from j.
 */
size_t inforce_beside(const struct inforce *j,
	const struct catalogue *const *files, size_t count, const struct catalogue **ret_list);
/* Link; once.  With lint, what the linter finds is told, too: of what comes in. */
int inforce_link(struct inforce *j, bool lint,
	struct catalogue_findings *findings, struct err *e);

#endif
