/*
 * ber: the little of ASN.1's basic encoding that a message's envelope needs.
 *
 * Varbinds are libnetsnmp's matter; here are the header of a message, whose id
 * is read before anything else, and SNMPv3's wrapping.  Pure, bounded, no
 * allocation.
 */
#ifndef IMGADM_LIB_SNMP_BER_H
#define IMGADM_LIB_SNMP_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_SEQUENCE = 0x30,
};

/* --- reading: p moves towards end --- */

struct ber {
	const uint8_t *p, *end;
};

/*
 * Tag and length; the content follows at b->p, and need not be there: the
 * length is not held against the end.  False: cut short, a length of more
 * than four octets, or the indefinite form (RFC 3417 8 forbids it).
 */
bool ber_header(struct ber *b, uint8_t *ret_tag, size_t *ret_len);
/* An INTEGER of one to five octets. */
bool ber_integer(struct ber *b, int64_t *ret_value);
/* One of least..most. */
bool ber_number(struct ber *b, uint32_t least, uint32_t most, uint32_t *ret_value);
/* What lies within a value of this tag; b moves behind it. */
bool ber_enter(struct ber *b, uint8_t tag, struct ber *ret_inner);

/* --- writing: from the end of a buffer, p moves towards start --- */

struct ber_writer {
	uint8_t *start, *p, *end;
	bool full;		/* something did not fit; stays */
};

void ber_put(struct ber_writer *w, const void *octets, size_t len);
/* Before what was written since mark (a value of w->p). */
void ber_put_header(struct ber_writer *w, uint8_t tag, const uint8_t *mark);
void ber_put_octets(struct ber_writer *w, const void *octets, size_t len);
void ber_put_number(struct ber_writer *w, uint32_t value);

#endif
