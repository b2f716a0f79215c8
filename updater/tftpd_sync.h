/*
 * tftpd_sync: files are made durable while the loop goes on.
 *
 * The kernel does it beside (io_submit(2) with IOCB_CMD_FSYNC) and says when it is done.
 * Where it cannot, or TFTPD_SYNC_MAX run already, the caller does it itself, and waits.
 */
#ifndef IMGADM_UPDATER_TFTPD_SYNC_H
#define IMGADM_UPDATER_TFTPD_SYNC_H

#include <stdbool.h>

struct event_base;
struct tftpd_sync;

enum { TFTPD_SYNC_MAX = 64 };	/* at once */

/* rc: 0 or the negative errno of fsync. */
typedef void tftpd_sync_done(void *user, int rc);

/* -ENOMEM.  A kernel without it is none of this's errors. */
int tftpd_sync_new(struct event_base *base, struct tftpd_sync **ret);
/* Waits for those that run, and tells.  NULL is fine. */
void tftpd_sync_free(struct tftpd_sync *y);

/* Begin with a file or a folder; fd may be closed at once.  false: not to be had now. */
bool tftpd_sync_start(struct tftpd_sync *y, int fd, tftpd_sync_done *done, void *user);

#endif
