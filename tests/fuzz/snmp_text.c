/* A directive's words, credentials from them, addresses. */
#include <config.h>

#include <string.h>
#include <sys/socket.h>

#include "lib/snmp/conf_words.h"
#include "lib/snmp/credential.h"
#include "lib/snmp/resolve.h"
#include "tests/fuzz/fuzz.h"

static void
claim_credential(const struct conf_words *w, struct err *e)
{
	struct snmp_credential *c = snmp_credential_new("fuzz", w->count, w->word, e);

	if (c == NULL)
		return;
	FUZZ_CLAIM(snmp_credential_version(c) >= 1 && snmp_credential_version(c) <= 3);
	FUZZ_CLAIM((snmp_credential_version(c) == 3) == (snmp_credential_user(c) != NULL));
	FUZZ_CLAIM(snmp_credential_timeout_ms(c) <= 600000);
	FUZZ_CLAIM(snmp_credential_retries(c) >= -1 && snmp_credential_retries(c) <= 10);
	snmp_credential_free(c);
}

static void
claim_address(const char *text, struct err *e)
{
	char numeric[SNMP_ADDRESS_MAX], again[SNMP_ADDRESS_MAX];
	struct sockaddr_storage a;
	size_t len;

	if (snmp_resolve_check(text, numeric, e) == 1) {
		FUZZ_CLAIM(snmp_address_parse(numeric, &a, &len, e) == 0);
		FUZZ_CLAIM(strcmp(snmp_address_text(&a, again), numeric) == 0);
		FUZZ_CLAIM(snmp_resolve_check(numeric, again, e) == 1);
		FUZZ_CLAIM(strcmp(again, numeric) == 0);
	}
	(void)snmp_address_parse(text, &a, &len, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct err e = { "" };
	struct conf_words w;

	if (conf_words_split(text, &w, &e) == 0) {
		FUZZ_CLAIM(w.count >= 0 && w.count <= CONF_WORDS_MAX);
		for (int i = 0; i < w.count; i++)
			FUZZ_CLAIM(strlen(w.word[i]) <= strlen(text));
		claim_credential(&w, &e);
		conf_words_release(&w);
	}
	claim_address(text, &e);
	/* Whatever was said of it is one line. */
	FUZZ_CLAIM(strpbrk(e.text, "\n\r\x1b") == NULL);
	free(text);
	return 0;
}
