/*
 * Datagrams of a device: the id, an SNMPv3 envelope with its digest and cipher.
 * The keys are those the seeds were made with.
 */
#include <config.h>

#include "lib/snmp/engine_internal.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static struct usm *usm;

static void
keys_make(struct usm_keys *k, bool des)
{
	*k = (struct usm_keys){ .auth = NETSNMP_USMAUTH_HMACSHA1, .mac_len = 12, .auth_len = 20,
		.priv_len = 16, .des = des };
	(void)memset(k->auth_key, 'a', k->auth_len);
	(void)memset(k->priv_key, 'p', k->priv_len);
	k->priv_protocol = sc_get_priv_oid(
	    des ? USM_CREATE_USER_PRIV_DES : USM_CREATE_USER_PRIV_AES, &k->priv_protocol_len);
}

static bool
within(const uint8_t *p, size_t len, const uint8_t *data, size_t size)
{
	return p >= data && len <= size && p + len <= data + size;
}

static void
claim_envelope(const uint8_t *data, size_t size, bool des)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	struct usm_message m;
	struct usm_keys k;

	FUZZ_CLAIM(copy != NULL);
	if (size > 0)
		(void)memcpy(copy, data, size);
	keys_make(&k, des);
	if (usm_read(copy, size, &m)) {
		FUZZ_CLAIM(within(m.engine_id, m.engine_id_len, copy, size));
		FUZZ_CLAIM(within(m.user, m.user_len, copy, size));
		FUZZ_CLAIM(within(m.mac, m.mac_len, copy, size));
		FUZZ_CLAIM(m.boots <= USM_NUMBER_MAX && m.time_s <= USM_NUMBER_MAX);
		FUZZ_CLAIM((m.flags & USM_FLAG_PRIV) == 0 || (m.flags & USM_FLAG_AUTH) != 0);
		(void)usm_is_authentic(usm, &k, copy, size, &m);
		if (usm_read_scoped(usm, &k, &m) && (m.flags & USM_FLAG_PRIV) == 0)
			FUZZ_CLAIM(within(m.pdu, m.pdu_len, copy, size));
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int version = 0;

	if (usm == NULL) {
		snmp_disable_log();
		usm = usm_new();
		FUZZ_CLAIM(usm != NULL);
	}
	if (message_peek(data, size, &version) != 0)
		FUZZ_CLAIM(version >= 1 && version <= 3);
	claim_envelope(data, size, false);
	claim_envelope(data, size, true);
	return 0;
}
