/*
 * What is sent to a manager or a centre: the wrapper of SNMPv1 and v2c, every
 * PDU, SNMPv1's trap.  What was read lies within what came, and is written and
 * read again as the same.
 */
#include <config.h>

#include "lib/snmp/pdu.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static struct pdu_room room, second;
static uint8_t written[1 << 18];

static bool
within(const void *p, size_t len, const uint8_t *data, size_t size)
{
	const uint8_t *at = p;

	return len == 0 || (at >= data && len <= size && at + len <= data + size);
}

/* sysUpTime and the like of a translated trap do not stand in what came. */
static void
claim_varbind(const struct snmp_varbind *v, const uint8_t *data, size_t size)
{
	FUZZ_CLAIM(v->type >= SNMP_TYPE_INTEGER && v->type <= SNMP_TYPE_OTHER);
	FUZZ_CLAIM(v->name_len >= 2 && v->name_len <= SNMP_OID_MAX);
	if (v->type == SNMP_TYPE_OCTETS || v->type == SNMP_TYPE_OPAQUE ||
	    v->type == SNMP_TYPE_IPADDRESS)
		FUZZ_CLAIM(within(v->octets, v->len, data, size));
	if (v->type == SNMP_TYPE_OID)
		FUZZ_CLAIM(v->len <= SNMP_OID_MAX);
}

static void
claim_same(const struct pdu *pdu)
{
	struct pdu again;
	bool writable = true;
	size_t len;

	for (size_t i = 0; i < pdu->count; i++)
		writable = writable && pdu_varbind_size(&pdu->varbinds[i]) > 0;
	len = pdu_write(pdu, written, sizeof(written));
	FUZZ_CLAIM((len > 0) == writable);
	if (!writable)
		return;
	FUZZ_CLAIM(pdu_read(written + sizeof(written) - len, len, &second, &again) == 0);
	FUZZ_CLAIM(again.tag == pdu->tag && again.request_id == pdu->request_id &&
	    again.error_status == pdu->error_status && again.error_index == pdu->error_index &&
	    again.count == pdu->count);
	for (size_t i = 0; i < pdu->count; i++)
		FUZZ_CLAIM(again.varbinds[i].type == pdu->varbinds[i].type &&
		    snmp_name_compare(again.varbinds[i].name, again.varbinds[i].name_len,
		    pdu->varbinds[i].name, pdu->varbinds[i].name_len) == 0);
}

static void
claim_pdu(const struct pdu *pdu, const uint8_t *data, size_t size)
{
	size_t len;

	FUZZ_CLAIM(within(pdu->octets, pdu->len, data, size));
	for (size_t i = 0; i < pdu->count; i++)
		claim_varbind(&pdu->varbinds[i], data, size);
	if (pdu_notification(pdu, &len) != NULL)
		FUZZ_CLAIM(len <= SNMP_OID_MAX);
	claim_same(pdu);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);	/* a sanitizer sees a step too far */
	struct pdu_message m = { 0 };
	const uint8_t *octets = copy;
	size_t len = size;
	struct pdu pdu;

	FUZZ_CLAIM(copy != NULL);
	if (size > 0)
		(void)memcpy(copy, data, size);
	if (pdu_message_read(copy, size, &m) == 0 && m.version < 3) {
		FUZZ_CLAIM(within(m.community, m.community_len, copy, size));
		FUZZ_CLAIM(within(m.pdu, m.pdu_len, copy, size));
		octets = m.pdu;
		len = m.pdu_len;
	}
	if (pdu_read(octets, len, &room, &pdu) == 0)
		claim_pdu(&pdu, copy, size);
	if (pdu_read_trap1(octets, len, &room, &pdu) == 0)
		claim_pdu(&pdu, copy, size);
	free(copy);
	return 0;
}
