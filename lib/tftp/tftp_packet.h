/*
 * tftp_packet: TFTP on the wire, encoded and decoded.
 *
 * RFC 1350 (packets), RFC 2347 (options), RFC 2348 (blksize), RFC 2349
 * (timeout, tsize), RFC 7440 (windowsize).  Only `octet` is spoken.  Pure: no
 * socket, no clock, no allocation; what is decoded points into the datagram.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_PACKET_H
#define IMGADM_LIB_TFTP_TFTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	TFTP_BLOCK_DEFAULT = 512,	/* without the option */
	TFTP_BLOCK_MIN = 8, TFTP_BLOCK_MAX = 65464,	/* RFC 2348 */
	TFTP_WINDOW_MAX = 65535,	/* RFC 7440 */
	TFTP_TIMEOUT_MAX = 255,		/* seconds, RFC 2349 */
	TFTP_NAME_MAX = 255,		/* octets of a file's name that we take */
	TFTP_REQUEST_MAX = 1024,	/* octets of a request; longer is refused */
	TFTP_ERROR_TEXT_MAX = 255,
	TFTP_DATA_HEADER = 4,
	TFTP_DATAGRAM_MAX = TFTP_DATA_HEADER + TFTP_BLOCK_MAX,
};
/* Octets of a file, as tsize tells them: 2^62, so that sums do not overflow. */
#define TFTP_SIZE_MAX (UINT64_C(1) << 62)

enum tftp_opcode {
	TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK,
};

/* Codes of ERROR: RFC 1350, and 8 of RFC 2347. */
enum tftp_error {
	TFTP_E_UNDEFINED = 0, TFTP_E_NOT_FOUND, TFTP_E_ACCESS, TFTP_E_DISK_FULL,
	TFTP_E_ILLEGAL, TFTP_E_UNKNOWN_TID, TFTP_E_EXISTS, TFTP_E_NO_USER,
	TFTP_E_OPTION,
};
/* "file not found", as RFC 1350 says; "unknown error code" for one without a name. */
const char *tftp_error_name(unsigned code);

/* Options as asked or granted; has_*: named in the packet. */
struct tftp_options {
	bool has_blksize, has_timeout, has_tsize, has_windowsize;
	uint16_t blksize;
	uint8_t timeout_s;
	uint64_t tsize;
	uint16_t windowsize;
};

struct tftp_packet {
	enum tftp_opcode opcode;
	/* RRQ, WRQ: terminated within the datagram. */
	const char *name;
	bool octet;		/* mode; another one is to be refused with ERROR 0 */
	struct tftp_options options;	/* RRQ, WRQ, OACK; unknown ones are passed over */
	/* DATA, ACK */
	uint16_t block;		/* as on the wire */
	const uint8_t *data;	/* DATA */
	size_t data_len;
	/* ERROR */
	uint16_t code;
	const char *text;	/* terminated, at most 255; may hold anything: escape it */
};

/*
 * Octets become a packet.  -EBADMSG: no TFTP packet (too short or long, a name
 * or option that is empty or not terminated, an option without a value or twice,
 * or out of its range in an OACK).
 * Taken as they come, since there are such peers: zeros behind the last option;
 * octets behind an ACK; an ERROR whose text is missing, too long or not
 * terminated ("").  An option out of its range in a request counts as not asked
 * (RFC 2347).  An option's name is not case-sensitive.
 */
int tftp_packet_decode(const void *datagram, size_t len, struct tftp_packet *ret);

/*
 * Each returns the length, or 0 where it does not fit into size (or into
 * TFTP_REQUEST_MAX), or a name is empty or too long.  An error's text is cut at
 * TFTP_ERROR_TEXT_MAX.
 */
size_t tftp_packet_request(void *dst, size_t size, enum tftp_opcode opcode, const char *name,
	const struct tftp_options *o);
size_t tftp_packet_oack(void *dst, size_t size, const struct tftp_options *o);
size_t tftp_packet_ack(void *dst, size_t size, uint16_t block);
size_t tftp_packet_error(void *dst, size_t size, unsigned code, const char *text);
/* The header of DATA; the data follow. */
size_t tftp_packet_data(void *dst, size_t size, uint16_t block);

#endif
