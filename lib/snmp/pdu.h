/*
 * pdu: SNMP's protocol data units, read and written in place.
 *
 * What a poll hears is some forty varbinds a datagram, what a centre hears
 * thousands of informs a second; libnetsnmp makes each varbind a list element
 * with copies, which costs as much as the system calls of the whole exchange.
 * Here names go into one array, and strings stay where they came.  Pure; what
 * comes is hostile: nothing is read past the end, and a PDU that is not whole
 * is none.
 *
 * RFC 3416 3 (the PDUs), RFC 3417 8 (their encoding), RFC 1157 4.1.6 (SNMPv1's
 * trap), RFC 3584 3.1 (as a notification).
 */
#ifndef IMGADM_LIB_SNMP_PDU_H
#define IMGADM_LIB_SNMP_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/snmp/value.h"

enum pdu_tag {
	PDU_GET = 0xa0, PDU_GETNEXT, PDU_RESPONSE, PDU_SET,
	PDU_TRAP1,	/* SNMPv1's Trap-PDU: pdu_read_trap1() */
	PDU_GETBULK, PDU_INFORM,
	PDU_TRAP2,	/* SNMPv2-Trap-PDU */
	PDU_REPORT,
};

/*
 * error-status of a response, RFC 3416 3.  The last of those an SNMPv1 manager
 * understands is genErr.
 */
enum pdu_error {
	PDU_NO_ERROR, PDU_TOO_BIG, PDU_NO_SUCH_NAME, PDU_BAD_VALUE, PDU_READ_ONLY,
	PDU_GEN_ERR, PDU_NO_ACCESS, PDU_WRONG_TYPE, PDU_WRONG_LENGTH,
	PDU_WRONG_ENCODING, PDU_WRONG_VALUE, PDU_NO_CREATION,
	PDU_INCONSISTENT_VALUE, PDU_RESOURCE_UNAVAILABLE, PDU_COMMIT_FAILED,
	PDU_UNDO_FAILED, PDU_AUTHORIZATION_ERROR, PDU_NOT_WRITABLE,
	PDU_INCONSISTENT_NAME,
};

/* Any PDU but SNMPv1's trap. */
struct pdu {
	enum pdu_tag tag;
	int64_t request_id;
	int error_status;	/* GETBULK: non-repeaters.  Negative ones as 0 */
	int error_index;	/* GETBULK: max-repetitions.  Negative ones as 0 */
	/*
	 * Read: in the room, until it is used again; strings in the octets that
	 * were read.  To be written: borrowed.
	 */
	const struct snmp_varbind *varbinds;
	size_t count;
	/* Read only: the PDU as it came, tag and length included; borrowed. */
	const uint8_t *octets;
	size_t len;
};

/* Memory that is used again from PDU to PDU.  Zero is valid and empty. */
struct pdu_room {
	struct snmp_varbind *varbinds;
	size_t varbind_size;
	snmp_sub *subs;
	size_t sub_size;
};
void pdu_room_release(struct pdu_room *room);

/*
 * Read the PDU that octets begin with; what follows it is ignored.  0; -EBADMSG
 * when it is none, one of SNMPv1's traps, or not whole; -ENOMEM.
 * A value of a type without a name of ours, or of a length its type cannot
 * have, is SNMP_TYPE_OTHER: the sender's nonsense is one varbind's matter.
 */
int pdu_read(const uint8_t *octets, size_t len, struct pdu_room *room,
	struct pdu *ret_pdu);

/*
 * What a PDU says, without its tag and request id: the same content sent again
 * under another id is the same there.  NULL when it is no PDU.
 */
const uint8_t *pdu_content(const uint8_t *octets, size_t len, size_t *ret_len);

/*
 * SNMPv1's Trap-PDU as the notification it would be in SNMPv2 (RFC 3584 3.1):
 * tag PDU_TRAP2, request id 0, varbinds sysUpTime.0, snmpTrapOID.0, the trap's
 * own, then snmpTrapAddress.0 and snmpTrapEnterprise.0 where it has not brought
 * them itself.  -EBADMSG also for a generic-trap outside 0..6; -ENOMEM.
 */
int pdu_read_trap1(const uint8_t *octets, size_t len, struct pdu_room *room,
	struct pdu *ret_pdu);

/*
 * The name of a notification: the value of its second varbind where the first
 * two are sysUpTime.0 and snmpTrapOID.0 (RFC 3416 4.2.6).  NULL when they are
 * not; *ret_len is its sub-identifiers.
 */
const snmp_sub *pdu_notification(const struct pdu *pdu, size_t *ret_len);

/*
 * Write pdu at the end of buf: its length, it begins at buf + size - length;
 * 0 when it does not fit, a name has fewer than 2 or more than SNMP_OID_MAX
 * sub-identifiers or one over 2^32-1, or a value is SNMP_TYPE_OTHER.  Numbers
 * are as short as they can be; INTEGERs are written whole, also those that are
 * not of 32 bits.
 */
size_t pdu_write(const struct pdu *pdu, uint8_t *buf, size_t size);

/* Octets that pdu_write() takes for a varbind, its header included; 0 = it cannot be written. */
size_t pdu_varbind_size(const struct snmp_varbind *v);

/* --- the message around it, SNMPv1 and v2c (RFC 1157 4, RFC 3417 8) --------- */

struct pdu_message {
	int version;		/* 1, 2 (v2c) or 3 */
	/* Of versions 1 and 2; a message of version 3 is usm_read()'s. */
	const uint8_t *community;
	size_t community_len;
	uint8_t tag;		/* what the PDU begins with; any context tag */
	const uint8_t *pdu;
	size_t pdu_len;
};

/* -EBADMSG when it is no SNMP message of version 1..3, or not whole. Borrowed. */
int pdu_message_read(const uint8_t *octets, size_t len, struct pdu_message *ret_message);

/*
 * Put the wrapper before a PDU that stands in buf's last m->pdu_len octets (as
 * pdu_write() leaves it; m->pdu is not read).  The whole length, 0 when it does
 * not fit.
 */
size_t pdu_message_write(const struct pdu_message *m, uint8_t *buf, size_t size);

#endif
