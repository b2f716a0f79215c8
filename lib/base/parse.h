/*
 * parse: text from outside becomes a number, a time span, an address range.
 *
 * Invariants: the whole text must be used up (no leading or trailing space,
 * no sign where none makes sense); what does not fit min..max is refused,
 * never clamped.  Each returns 0, or -EINVAL (not of that form) or -ERANGE
 * (outside min..max) with e saying what stood there and what was expected;
 * ret_* is untouched then.  e may be NULL.  A caller adds the option's or
 * directive's name with err_prefix().
 */
#ifndef IMGADM_LIB_BASE_PARSE_H
#define IMGADM_LIB_BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

/* Decimal only: "12", and "-12" for i64. */
int parse_i64(const char *text, int64_t min, int64_t max, int64_t *ret_value,
	struct err *e);
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value,
	struct err *e);
int parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret_value,
	struct err *e);

/* yes, no, true, false, on, off, 1, 0; upper or lower case. */
int parse_bool(const char *text, bool *ret_value, struct err *e);

/*
 * A span of time in seconds: one or more numbers with a unit, the greatest
 * first: "90s", "30min", "2h", "1h30min", "7d", "2w".  A bare number is seconds.
 */
int parse_duration(const char *text, int64_t min_s, int64_t max_s,
	int64_t *ret_s, struct err *e);

/*
 * A moment as UTC seconds: "now", a day "2026-11-22", or a day and a time
 * "2026-11-22 09:12", "2026-11-22T09:12:05"; local time, unless a Z or a zone
 * "+01:00" follows the time.  From 1970 (UTC) to 9999; a day that does not exist
 * is refused.
 */
int parse_moment(const char *text, int64_t now_utc_s, int64_t *ret_utc_s,
	struct err *e);

/*
 * Octets: a bare number, or one with k, M, G, T (1,000s) or Ki, Mi, Gi, Ti
 * (1,024s), with or without a B after it: "1500", "64k", "10MiB".
 */
int parse_size(const char *text, uint64_t min, uint64_t max,
	uint64_t *ret_octets, struct err *e);

/*
 * A dotted OID, ".1.3.6" or "1.3.6": 2 to most sub-identifiers of 32 bits,
 * the first 0..2, the second 0..39 below 0 and 1.  An unsigned long each, as
 * wide as Net-SNMP's oid.
 */
int parse_oid(const char *text, size_t most, unsigned long *ret_sub,
	size_t *ret_len, struct err *e);

enum {
	PARSE_ADDRESS_SIZE = 46,	/* INET6_ADDRSTRLEN */
};

/*
 * A range of addresses.  Plain data.  For networks of more than two addresses
 * the iteration leaves out those that are no host's: IPv4's network and
 * broadcast address, IPv6's subnet-router anycast address (RFC 4291 2.6.1).
 */
struct parse_range {
	bool v6;
	unsigned prefix;	/* length, 0..32 or 0..128 */
	uint8_t network[16];	/* network order; IPv4 uses the first 4 */
	uint8_t next[16], last[16];	/* of the iteration */
	bool done;
};

/*
 * "10.1.4.0/24", "2001:db8::/120", or one address, which is a range of one.
 * Bits set behind the prefix are refused (a mistyped network), and so is a
 * range of more than `most` addresses to iterate (0 = any size).
 */
int parse_cidr(const char *text, uint64_t most, struct parse_range *ret_range,
	struct err *e);

/* How many addresses parse_range_next() will give; UINT64_MAX when more. */
uint64_t parse_range_count(const struct parse_range *range);

/* The next address as text; false at the end. */
bool parse_range_next(struct parse_range *range,
	char ret_address[PARSE_ADDRESS_SIZE]);

/* Whether a numeric address lies in the network; false for what is none. */
bool parse_range_holds(const struct parse_range *range, const char *address);

#endif
