/* Numbers, spans, sizes, OIDs and networks from options and configuration. */
#include <config.h>

#include <string.h>

#include "lib/base/parse.h"
#include "tests/fuzz/fuzz.h"

enum { OID_MAX = 16, ADDRESSES = 300 };

static void
claim_network(const char *text, struct err *e)
{
	char address[PARSE_ADDRESS_SIZE];
	struct parse_range r;
	uint64_t count, n = 0;

	if (parse_cidr(text, 0, &r, e) != 0)
		return;
	count = parse_range_count(&r);
	while (n < ADDRESSES && parse_range_next(&r, address)) {
		FUZZ_CLAIM(parse_range_holds(&r, address));
		n++;
	}
	FUZZ_CLAIM(n == (count < ADDRESSES ? count : ADDRESSES));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	unsigned long sub[OID_MAX];
	struct err e = { "" };
	uint64_t u;
	uint32_t w;
	int64_t i;
	size_t len;
	bool b;

	if (parse_i64(text, -1000, 1000, &i, &e) == 0)
		FUZZ_CLAIM(i >= -1000 && i <= 1000);
	if (parse_u64(text, 5, UINT64_MAX, &u, &e) == 0)
		FUZZ_CLAIM(u >= 5);
	if (parse_u32(text, 0, 65535, &w, &e) == 0)
		FUZZ_CLAIM(w <= 65535);
	(void)parse_bool(text, &b, &e);
	if (parse_duration(text, 1, 86400, &i, &e) == 0)
		FUZZ_CLAIM(i >= 1 && i <= 86400);
	if (parse_moment(text, 1, &i, &e) == 0)
		FUZZ_CLAIM(i >= 0 && i <= INT64_C(253402300799) + 86400);
	if (parse_size(text, 1, 1 << 20, &u, &e) == 0)
		FUZZ_CLAIM(u >= 1 && u <= 1 << 20);
	if (parse_oid(text, OID_MAX, sub, &len, &e) == 0)
		FUZZ_CLAIM(len >= 2 && len <= OID_MAX && sub[0] <= 2);
	claim_network(text, &e);
	/* Whatever was said of it is one line. */
	FUZZ_CLAIM(strpbrk(e.text, "\n\r\x1b") == NULL);
	free(text);
	return 0;
}
