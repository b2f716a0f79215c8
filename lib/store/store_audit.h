/*
 * store_audit: what is to be written into the audit (lib/audit), kept until it is.
 *
 * What is done to the store and what the audit says of it are one transaction:
 * the entry is kept here, with a random ref.  Who runs next appends what is kept,
 * oldest first, and then says so; killed between, it appends again, and the
 * audit passes over refs that it has.  So each thing done stands in the audit
 * once.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_AUDIT_H
#define IMGADM_LIB_STORE_STORE_AUDIT_H

#include "lib/audit/audit.h"
#include "lib/store/store.h"

enum { STORE_AUDIT_MAX = 1000000 };	/* entries that wait */

/*
 * Keep entries; number and ref are given here.  Within a batch they are part of it.
 * Texts are made UTF-8.  -EINVAL: no time, no who, or what is no word of a-z, 0-9
 * and -; -E2BIG: STORE_AUDIT_MAX wait.
 */
int store_audit_put(struct store *s, const struct audit_entry *entries, size_t count,
	struct err *e);
/*
 * The oldest that wait, at most AUDIT_BATCH_MAX, in their order; NULL with 0; free().
 */
int store_audit_waiting(struct store *s, struct audit_entry **ret, size_t *ret_count,
	struct err *e);
/* These (as store_audit_waiting() gave them) stand in the audit: they are forgotten here. */
int store_audit_done(struct store *s, const struct audit_entry *entries, size_t count,
	struct err *e);

#endif
