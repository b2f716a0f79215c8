/*
 * tftpd_listen: addresses to listen on, as text and back.
 */
#ifndef IMGADM_UPDATER_TFTPD_LISTEN_H
#define IMGADM_UPDATER_TFTPD_LISTEN_H

#include "lib/tftp/tftp_server.h"

/*
 * "192.0.2.1:6969", "[2001:db8::1]:69", either without its port (69), "[::]" with a
 * zone "[fe80::1%eth0]".  -EINVAL with e.
 */
int tftpd_listen_parse(const char *text, struct tftp_listen *ret, struct err *e);

/*
 * [::] hears IPv4, too, unless an IPv4 address is listed with the same port: then
 * each has its own.
 */
void tftpd_listen_settle(struct tftp_listen *l, size_t count);

/* All of IPv6 and all of IPv4, port 69; IPv4 alone where there is no IPv6.  How many. */
size_t tftpd_listen_default(struct tftp_listen ret[2]);

/* What the server is bound to, a line each, into a file that is there whole or not at all. */
int tftpd_listen_write(const struct tftp_server *s, const char *path, struct err *e);
/* The same into the log. */
void tftpd_listen_log(const struct tftp_server *s);

#endif
