/*
 * response: the PDU of an answer, read in place.
 *
 * What a poll hears is some forty varbinds a datagram; libnetsnmp makes each of
 * them a list element with copies, which costs as much as the system calls of
 * the whole exchange.  Here names go into one array, and strings stay where
 * they came.  Pure; what comes is hostile: nothing is read past the end, and a
 * message that is not whole is none.
 *
 * RFC 3416 3 (GetResponse-PDU), RFC 3417 8 (the encoding).
 */
#ifndef IMGADM_LIB_SNMP_RESPONSE_H
#define IMGADM_LIB_SNMP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/snmp/value.h"

enum {
	RESPONSE_TAG = 0xa2,	/* GetResponse-PDU */
};

/* Memory that is used again from answer to answer.  Zero is valid and empty. */
struct response_room {
	struct snmp_varbind *varbinds;
	size_t varbind_size;
	snmp_sub *subs;
	size_t sub_size;
};

void response_room_release(struct response_room *room);

struct response {
	int64_t request_id;
	int error_status, error_index;	/* negative ones as 0 */
	/* In the room: until it is used again; strings in the octets that were read. */
	const struct snmp_varbind *varbinds;
	size_t varbind_count;
};

/*
 * Read the GetResponse-PDU that octets begin with; what follows it is ignored.
 * 0; -EBADMSG when it is none or not whole, -ENOMEM.
 * A value of a type without a name of ours, or of a length its type cannot
 * have, is SNMP_TYPE_OTHER: the device's nonsense is one varbind's matter.
 */
int response_read(const uint8_t *octets, size_t len, struct response_room *room,
	struct response *ret_response);

#endif
