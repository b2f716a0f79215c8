/*
 * store_notice: what people are to be told, and whether they were.
 *
 * A notice stands under a key ("trouble 17", "verdict printer-3") from the moment
 * it is raised until it is cleared.  It is told when it is raised, when it says
 * something else, and when it is cleared: each once, however often it is said
 * here.  What was cleared before anybody was told of it is not told at all.
 *
 * Invariants
 * - A notice is told at least once: who delivers it says so afterwards
 *   (store_notice_done), and killed between it is delivered again.
 * - What changes while it is delivered is due again.
 * - Beyond STORE_NOTICES_MAX a new one is refused; those that stand are never forgotten.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_NOTICE_H
#define IMGADM_LIB_STORE_STORE_NOTICE_H

#include "lib/store/store.h"

enum {
	STORE_NOTICES_MAX = 100000,
	STORE_NOTICE_KEY_MAX = 255,
	STORE_NOTICE_TEXT_MAX = 1023,
	STORE_NOTICE_WAIT_S = 60,	/* after the first failure; doubled with each */
	STORE_NOTICE_WAIT_MAX_S = 3600,
};

enum store_notice_event { STORE_NOTICE_RAISED = 1, STORE_NOTICE_CHANGED, STORE_NOTICE_CLEARED };

/* Plain data. */
struct store_notice {
	char key[STORE_NOTICE_KEY_MAX + 1];
	char text[STORE_NOTICE_TEXT_MAX + 1];	/* one line; of a cleared one the last */
	utc_s at;			/* raised, changed or cleared */
	enum store_notice_event event;	/* out: what is to be told */
	int64_t serial;			/* out: which change of it */
	uint32_t tries;			/* out: that failed */
};

/* It stands with this text.  -EINVAL: no key, no time, not UTF-8; -E2BIG. */
int store_notice_raise(struct store *s, const char *key, const char *text, utc_s at,
	struct err *e);
/* It stands no more; what does not stand is passed over. */
int store_notice_clear(struct store *s, const char *key, utc_s at, struct err *e);

/*
 * What is to be told now, the oldest first, at most `most`; what was told within the
 * last quiet_s is left until later, so that what flaps is told seldom.  NULL with 0; free().
 */
int store_notice_due(struct store *s, utc_s now, int64_t quiet_s, size_t most,
	struct store_notice **ret, size_t *ret_count, struct err *e);
/* This one (as store_notice_due() gave it) was told. */
int store_notice_done(struct store *s, const struct store_notice *n, utc_s now, struct err *e);
/* It could not be: it is tried again later, ever more seldom. */
int store_notice_failed(struct store *s, const struct store_notice *n, utc_s now,
	struct err *e);

#endif
