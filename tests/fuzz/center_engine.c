/*
 * Datagrams to the centre: what any of them can make of the engine.  The user
 * "u0" has the keys that the seeds were made with, boots 5, time 1000, and
 * sends traps from another engine.  What is authentic must be what a holder of the
 * keys sent, so that nearly nothing is; no input gets more than a report, and
 * no report is longer than its limit.
 */
#include <config.h>

#include "manager/center_engine.h"

#include <errno.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { BOOTS = 5, NOW_MS = 1000000 };

static int
find(void *user, const char *name, struct center_engine_user *ret)
{
	uint8_t auth[32], priv[32];

	(void)user;
	if (strcmp(name, "u0") != 0)
		return -ENOENT;
	(void)memset(auth, 'K', sizeof(auth));
	(void)memset(priv, 'L', sizeof(priv));
	ret->device = 7;
	ret->sets[0] = snmp_credential_of_keys(name, "SHA-256", auth, sizeof(auth), "AES",
	    priv, sizeof(priv), NULL);
	ret->set_count = 1;
	return ret->sets[0] != NULL ? 0 : -ENOMEM;
}

static struct center_engine *
engine_make(void)
{
	static const uint8_t id[] = { 0x80, 0, 0x1f, 0x88, 5, 'c', 'e', 'n', 't', 'r', 'e' };
	struct center_engine_options o = { .engine_id_len = sizeof(id), .boots = BOOTS,
		.users = 16, .find = find };
	struct center_engine *en = NULL;

	(void)memcpy(o.engine_id, id, sizeof(id));
	FUZZ_CLAIM(center_engine_new(&o, &en, NULL) == 0);
	return en;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct center_engine *en;
	struct center_engine_message m;
	uint8_t *copy = malloc(size > 0 ? size : 1), out[8192];
	int64_t device;
	size_t len;

	if (en == NULL)
		en = engine_make();
	FUZZ_CLAIM(copy != NULL);
	if (size > 0)
		(void)memcpy(copy, data, size);
	(void)center_engine_whose(en, copy, size, &device);
	center_engine_take(en, copy, size, NOW_MS, &m);
	switch (m.kind) {
	case CENTER_ENGINE_NOTHING:
		FUZZ_CLAIM(m.cause != NULL || m.reply == NULL);
		break;
	case CENTER_ENGINE_REPORT:
		FUZZ_CLAIM(m.reply_len > 0 && m.reply_len <= CENTER_ENGINE_ANSWER_MAX);
		break;
	case CENTER_ENGINE_REQUEST:
	case CENTER_ENGINE_TRAP:
		FUZZ_CLAIM(m.device == 7 && m.pdu_len >= 2 && m.pdu_len <= size &&
		    m.pdu[0] == m.tag);
		if (m.kind == CENTER_ENGINE_TRAP)
			break;
		len = center_engine_answer(en, &m.to, NOW_MS, m.pdu, m.pdu_len, out, sizeof(out));
		FUZZ_CLAIM(len <= sizeof(out));
		break;
	}
	free(copy);
	return 0;
}
