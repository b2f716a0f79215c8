/*
 * update_push: an image to a device that is a TFTP server itself, and what shows that it
 * came whole.
 *
 * Sent by WRQ and read back by RRQ, octet for octet; where the device lets nobody
 * read, the version that the unit says it runs has to show it.
 */
#ifndef IMGADM_UPDATER_UPDATE_PUSH_H
#define IMGADM_UPDATER_UPDATE_PUSH_H

#include <event2/event.h>

#include "lib/store/store_image.h"
#include "lib/tftp/tftp_uri.h"

struct update_push {
	struct event_base *base;	/* borrowed */
	const char *images;	/* the folder of the library */
	const struct store_image *image;
	struct tftp_uri uri;
	bool signature;		/* NAME.minisig, too */
};

/*
 * 0: sent, and *ret_same says whether it was read back and is the same; false: it
 * could not be read, with why in e.  Negative with e: it was not sent (as
 * tftp_client.h), the library's file is not there or not what was imported, or what
 * was read back is another file (-EBADE).
 */
int update_push_run(const struct update_push *p, bool *ret_same, struct err *e);

#endif
