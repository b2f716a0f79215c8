/*
 * tftpd_folder: a plain folder, served by name, and written to where that is wanted.
 *
 * A name is a path below the folder; a part that begins with a dot, a link in any
 * part, and what is no regular file are refused as if they were not there.  What is
 * written gets its name when it is complete and durable; other transfers go on meanwhile.
 * What a server that was killed left of such files is removed at the beginning.
 */
#ifndef IMGADM_UPDATER_TFTPD_FOLDER_H
#define IMGADM_UPDATER_TFTPD_FOLDER_H

#include "lib/tftp/tftp_server.h"

struct event_base;
struct tftpd_folder;

struct tftpd_folder_options {
	const char *path;
	bool write;
	bool overwrite;		/* files that are there already */
	uint64_t write_most;	/* octets of a file */
};

/* server: whose transfers they are. */
int tftpd_folder_open(const struct tftpd_folder_options *o, struct event_base *base,
	struct tftp_server *server, struct tftp_files *files, struct tftpd_folder **ret,
	struct err *e);
/* When no transfer of it runs any more.  NULL is fine. */
void tftpd_folder_close(struct tftpd_folder *f);

/* As tftp_server_calls.open. */
int tftpd_folder_serve(struct tftpd_folder *f, const struct tftp_asked *asked,
	struct tftp_served *ret);

#endif
