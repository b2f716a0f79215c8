/*
 * update_tickets: files of several tickets, as lines to sign and as signatures.
 *
 * `tickets export` writes a line for each (lib/image/image_ticket.h), `tickets
 * sign` a minisig of four lines for each of them, `tickets import` reads those.
 */
#ifndef IMGADM_UPDATER_UPDATE_TICKETS_H
#define IMGADM_UPDATER_UPDATE_TICKETS_H

#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

enum { TICKETS_FILE_MAX = 8 << 20 };	/* octets: some ten thousand tickets */

/* The whole file, into what was not initialised; buf_release() in any case.  -EFBIG. */
int update_tickets_read(const char *path, struct buf *ret, struct err *e);

/*
 * The next `lines` lines (fewer at the end) behind *at, empty ones before them left
 * out: their octets with the ends, borrowed, in *ret; 0 = there are no more.
 */
size_t update_tickets_next(const struct buf *b, size_t *at, unsigned lines, const char **ret);

#endif
