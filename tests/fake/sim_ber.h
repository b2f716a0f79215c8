/*
 * sim_ber: as much of BER as SNMP needs, for the simulated fleet.
 *
 * Reading never leaves the bytes it was given; writing never leaves the
 * buffer: a writer that is full stays full and says so.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_BER_H
#define IMGADM_TESTS_FAKE_SIM_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BER_INTEGER = 0x02, BER_OCTETS = 0x04, BER_NULL = 0x05, BER_OID = 0x06,
	BER_SEQUENCE = 0x30, BER_COUNTER32 = 0x41, BER_GAUGE32 = 0x42,
	BER_TIMETICKS = 0x43, BER_COUNTER64 = 0x46,
	BER_NO_SUCH_OBJECT = 0x80, BER_NO_SUCH_INSTANCE = 0x81,
	BER_END_OF_MIB_VIEW = 0x82,
	BER_OID_MAX = 128,	/* sub-identifiers */
};

struct ber_in {
	const uint8_t *p, *end;
};

struct ber_out {
	uint8_t *start, *p, *end;
	bool full;	/* something did not fit; p is where it was */
};

/* The next value, whatever it is; false at the end and on nonsense. */
bool ber_next(struct ber_in *in, uint8_t *ret_tag, struct ber_in *ret_content);
/* The next value, which must have this tag. */
bool ber_expect(struct ber_in *in, uint8_t tag, struct ber_in *ret_content);
bool ber_get_int(struct ber_in *in, int64_t *ret_value);
bool ber_get_oid(struct ber_in *in, uint32_t ret_sub[BER_OID_MAX], size_t *ret_len);

void ber_out_init(struct ber_out *out, void *buf, size_t size);
/* A constructed value: open returns what close wants. */
size_t ber_open(struct ber_out *out, uint8_t tag);
void ber_close(struct ber_out *out, size_t opened);
void ber_put(struct ber_out *out, uint8_t tag, const void *octets, size_t len);
void ber_put_int(struct ber_out *out, uint8_t tag, int64_t value);
void ber_put_raw(struct ber_out *out, const void *octets, size_t len);

/* Content octets of an INTEGER or a Counter64 into buf (9 at most). */
size_t ber_int_content(int64_t value, uint8_t buf[9]);
size_t ber_unsigned_content(uint64_t value, uint8_t buf[9]);
/* Content octets of a sub-identifier (5 at most), or of a whole OID. */
size_t ber_sub_content(uint32_t sub, uint8_t *buf);
size_t ber_oid_content(const uint32_t *sub, size_t len, uint8_t *buf);
/* How many octets tag and length take before len octets, and write them. */
size_t ber_header_size(size_t len);
uint8_t *ber_header(uint8_t *p, uint8_t tag, size_t len);

#endif
