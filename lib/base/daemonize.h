/*
 * daemonize: going to the background once it is known that it works.
 *
 * The parent waits until the child says that it is ready, or ends, and takes
 * over its exit status: whoever started the daemon sees its errors.
 */
#ifndef IMGADM_LIB_BASE_DAEMONIZE_H
#define IMGADM_LIB_BASE_DAEMONIZE_H

#include "lib/base/err.h"

/*
 * Fork.  In the child: 0, and *ret_ready is for daemonize_ready().  In the
 * parent, when the child is ready or has ended: 1, and *ret_status is the
 * status to exit with.  Negative errno with e when there is no process to be
 * had.
 */
int daemonize_begin(int *ret_ready, int *ret_status, struct err *e);

/*
 * The child is ready: leave terminal, session, folder and the standard
 * descriptors, and let the parent go.
 */
int daemonize_ready(int ready, struct err *e);

#endif
