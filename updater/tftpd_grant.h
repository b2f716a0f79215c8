/*
 * tftpd_grant: names that are grants: TOKEN, TOKEN.minisig, TOKEN.op.minisig.
 *
 * What is refused is refused alike, whether the token is unknown, spent,
 * expired or another's: nothing is learned by asking.  Reads are counted here
 * first and written behind, many in a transaction, with waits too short to be
 * felt; until then they count all the same.
 */
#ifndef IMGADM_UPDATER_TFTPD_GRANT_H
#define IMGADM_UPDATER_TFTPD_GRANT_H

#include "lib/store/store_image.h"
#include "lib/tftp/tftp_server.h"

struct event_base;
struct tftpd_grants;

enum {
	TFTPD_GRANT_WAIT_MS = 5,	/* for another writer of the store */
	TFTPD_GRANT_END_WAIT_MS = 5000,	/* the last time */
};

/* images is the folder of images.  All borrowed but what is opened.  Negative errno with e. */
int tftpd_grants_open(struct event_base *base, const char *db, const char *images,
	struct tftp_files *files, struct tftpd_grants **ret, struct err *e);
/* What was counted is written.  NULL is fine. */
void tftpd_grants_close(struct tftpd_grants *g);

/* Whether a name has the form of a grant's: then no other file is meant. */
bool tftpd_grants_is(const char *name);

/* As tftp_server_calls.open, began and ended for such names. */
int tftpd_grants_serve(struct tftpd_grants *g, const struct tftp_asked *asked,
	struct tftp_served *ret);
void tftpd_grants_began(struct tftpd_grants *g, const struct tftp_served *s);
void tftpd_grants_ended(struct tftpd_grants *g, const struct tftp_ended *end);

/* Ends the transfers of grants that were withdrawn. */
void tftpd_grants_look(struct tftpd_grants *g, struct tftp_server *server);

/* "grant 12, image" for logs; never the token. */
void tftpd_grants_text(uint64_t tag, char *dst, size_t size);

#endif
