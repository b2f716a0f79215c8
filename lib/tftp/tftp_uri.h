/*
 * tftp_uri: tftp://host[:port]/name, host a name, an IPv4 address or an IPv6
 * address in brackets; port 69 unless given (RFC 3617 without its mode).  Pure.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_URI_H
#define IMGADM_LIB_TFTP_TFTP_URI_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/tftp/tftp_packet.h"

enum { TFTP_HOST_MAX = 255, TFTP_PORT = 69 };

struct tftp_uri {
	char host[TFTP_HOST_MAX + 1];	/* without brackets; ADDRESS%ZONE */
	uint16_t port;
	char name[TFTP_NAME_MAX + 1];	/* %XX undone; not empty; UTF-8, no control characters */
};
/* -EINVAL with e: what is wrong, and the form. */
int tftp_uri_parse(const char *text, struct tftp_uri *ret, struct err *e);

#endif
