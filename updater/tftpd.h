/*
 * tftpd: the server of imgadm-tftpd: what is asked for comes from grants or from a
 * folder; what became of it goes to the log.
 */
#ifndef IMGADM_UPDATER_TFTPD_H
#define IMGADM_UPDATER_TFTPD_H

#include "updater/tftpd_folder.h"
#include "updater/tftpd_listen.h"

struct tftpd;

struct tftpd_options {
	struct tftp_server_options server;
	bool grants;
	const char *db, *images;	/* of grants */
	struct tftpd_folder_options folder;	/* path NULL: none */
	const char *port_file;		/* or NULL */
	const char *user;		/* to go on as, when all is bound; or NULL */
};

/*
 * Bind, become the user, open store and folders.  Options are borrowed as long as it
 * lives.  Negative errno with e.
 */
int tftpd_new(const struct tftpd_options *o, struct tftpd **ret, struct err *e);
/* Until SIGTERM or SIGINT; then each transfer is ended with an ERROR. */
int tftpd_run(struct tftpd *d, struct err *e);
void tftpd_free(struct tftpd *d);	/* NULL is fine */

#endif
