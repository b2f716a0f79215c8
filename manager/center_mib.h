/*
 * center_mib: what the centre answers when a device asks (IMGADM-CENTER-MIB).
 *
 * The daemon has checked who asks: the user's own device is all that the
 * answer may be made of, and no row of another device is to be told from one
 * that does not exist.
 */
#ifndef IMGADM_MANAGER_CENTER_MIB_H
#define IMGADM_MANAGER_CENTER_MIB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/store/store.h"

struct center_mib;

/* store and clock are borrowed.  NULL when out of memory. */
struct center_mib *center_mib_new(struct store *store, const struct clock *clock);
void center_mib_free(struct center_mib *m);	/* NULL is fine */

/*
 * Answer a GET, GETNEXT or GETBULK (SET: notWritable): pdu is the request's
 * PDU from its tag on, authentic and decrypted, and not otherwise checked.
 * device is the asking user's device in the store; 0 (a site's enrolment user)
 * sees nothing.  The Response-PDU, of the same request id, is written at the
 * end of buf, which holds as much as the message may (GETBULK stops there;
 * another answer that does not fit is tooBig, RFC 3416 4.2): returns its length, it begins at
 * buf + size - length.  0: no PDU that can be answered; nothing is sent.
 */
size_t center_mib_answer(struct center_mib *m, int64_t device, const uint8_t *pdu,
	size_t pdu_len, uint8_t *buf, size_t size);

#endif
