/*
 * value: a varbind, a request and an answer as plain values.
 *
 * What a manager asks and hears, without a library's types, so that the poll
 * plan is a pure function and a replay can play a device.  No I/O.
 */
#ifndef IMGADM_LIB_SNMP_VALUE_H
#define IMGADM_LIB_SNMP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sub-identifier; as wide as Net-SNMP's oid, so names are not copied. */
typedef unsigned long snmp_sub;

enum {
	SNMP_OID_MAX = 128,	/* sub-identifiers; RFC 3416 */
	SNMP_REQUEST_NAMES_MAX = 64,	/* names in a request of ours */
	SNMP_REQUEST_VALUES_MAX = 256,	/* varbinds of a SET or INFORM of ours */
};

struct snmp_name {
	snmp_sub sub[SNMP_OID_MAX];
	size_t len;
};

/* SMI types and the exceptions of RFC 3416. */
enum snmp_type {
	SNMP_TYPE_INTEGER = 1, SNMP_TYPE_OCTETS, SNMP_TYPE_NULL, SNMP_TYPE_OID,
	SNMP_TYPE_IPADDRESS, SNMP_TYPE_COUNTER32, SNMP_TYPE_GAUGE32,
	SNMP_TYPE_TIMETICKS, SNMP_TYPE_OPAQUE, SNMP_TYPE_COUNTER64,
	SNMP_TYPE_NO_SUCH_OBJECT, SNMP_TYPE_NO_SUCH_INSTANCE,
	SNMP_TYPE_END_OF_MIB_VIEW, SNMP_TYPE_OTHER,
};

/*
 * name and octets/oid are borrowed from the answer they came in and live as
 * long as the call that hands the answer over.
 */
struct snmp_varbind {
	const snmp_sub *name;
	size_t name_len;
	enum snmp_type type;
	union {
		int64_t integer;	/* INTEGER */
		uint64_t number;	/* COUNTER32, GAUGE32, TIMETICKS, COUNTER64 */
		const uint8_t *octets;	/* OCTETS, IPADDRESS, OPAQUE */
		const snmp_sub *oid;	/* OID */
	};
	size_t len;	/* octets, or sub-identifiers of an OID */
};

enum snmp_op {
	SNMP_OP_GET = 1, SNMP_OP_GETNEXT, SNMP_OP_GETBULK,
	/*
	 * These carry values.  Both may be sent again when no answer came, with
	 * the same request id: who receives them may have done them already.
	 */
	SNMP_OP_SET, SNMP_OP_INFORM,
};

/*
 * One request; the names are its own, values are borrowed until the request is
 * encoded (the engine does it before step()'s caller goes on).  66 KB for 64
 * long names: one serves a program, not one a device.
 */
struct snmp_request {
	enum snmp_op op;
	unsigned non_repeaters;		/* GETBULK only */
	unsigned max_repetitions;	/* GETBULK only */
	size_t name_count;
	struct snmp_name names[SNMP_REQUEST_NAMES_MAX];	/* GET, GETNEXT, GETBULK */
	/*
	 * SET and INFORM, which have no names.  An INFORM begins with sysUpTime.0
	 * and snmpTrapOID.0 (RFC 3416 4.2.7).
	 */
	const struct snmp_varbind *values;
	size_t value_count;	/* 1..SNMP_REQUEST_VALUES_MAX */
};

enum snmp_outcome {
	SNMP_ANSWERED = 1,	/* error_status says how */
	SNMP_TIMED_OUT,		/* after all retries */
	SNMP_AUTH_FAILED,	/* v3: unknown user, wrong digest, decryption */
	SNMP_TIME_WINDOW,	/* v3: notInTimeWindow after one resynchronisation */
	SNMP_REFUSED,		/* ICMP port unreachable, no route */
	SNMP_FAULT,		/* ours: no socket, no memory; detail says */
};

struct snmp_answer {
	enum snmp_outcome outcome;
	int error_status;	/* RFC 3416 error-status, 0 = noError */
	int error_index;
	const struct snmp_varbind *varbinds;
	size_t varbind_count;
	unsigned tries;		/* datagrams sent for this request */
	uint64_t rtt_us;	/* since the last try */
	const char *detail;	/* for a person, where outcome is not ANSWERED; may be NULL */
};

/*
 * Name helpers.  Append returns false (and changes nothing) when full; set cuts
 * at SNMP_OID_MAX.
 */
void snmp_name_set(struct snmp_name *n, const snmp_sub *sub, size_t len);
bool snmp_name_append(struct snmp_name *n, snmp_sub sub);
/* <0, 0, >0 in MIB order. */
int snmp_name_compare(const snmp_sub *a, size_t a_len, const snmp_sub *b, size_t b_len);
/* Whether sub lies in or below root. */
bool snmp_name_below(const snmp_sub *root, size_t root_len, const snmp_sub *sub, size_t len);
/* Dotted text into buf, always terminated; returns buf. */
const char *snmp_name_text(const snmp_sub *sub, size_t len, char *buf, size_t size);

#endif
