/*
 * A TFTP URI, any text.  What is taken holds a host, a port and a name that can be
 * asked for.
 */
#include <config.h>

#include "lib/tftp/tftp_uri.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tftp_options none = { 0 };
	uint8_t d[TFTP_REQUEST_MAX];
	char *text = fuzz_text(data, size);
	struct tftp_uri u;
	struct err e;
	int rc = tftp_uri_parse(text, &u, &e);

	FUZZ_CLAIM(rc == 0 || rc == -EINVAL);
	if (rc == 0) {
		FUZZ_CLAIM(u.host[0] != '\0' && strnlen(u.host, sizeof(u.host)) < sizeof(u.host));
		FUZZ_CLAIM(u.port > 0);
		FUZZ_CLAIM(strnlen(u.name, sizeof(u.name)) < sizeof(u.name));
		FUZZ_CLAIM(text_is_utf8(u.name, strlen(u.name)));
		FUZZ_CLAIM(tftp_packet_request(d, sizeof(d), TFTP_RRQ, u.name, &none) > 0);
	} else {
		FUZZ_CLAIM(strnlen(e.text, sizeof(e.text)) < sizeof(e.text));
	}
	free(text);
	return 0;
}
