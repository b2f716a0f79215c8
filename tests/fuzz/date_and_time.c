/* DateAndTime as devices send it. */
#include <config.h>

#include <string.h>

#include "lib/base/clock.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t octets[CLOCK_DATE_AND_TIME_SIZE];
	char text[CLOCK_TEXT_SIZE];
	int64_t utc = -1, back = -1;

	if (clock_from_date_and_time(data, size, &utc) != 0) {
		FUZZ_CLAIM(utc == -1);
		return 0;
	}
	FUZZ_CLAIM(size == 8 || size == CLOCK_DATE_AND_TIME_SIZE);
	FUZZ_CLAIM(utc >= 0);
	clock_text(utc, text, sizeof(text));
	FUZZ_CLAIM(strlen(text) == (utc > 0 && text[0] != '-' ? 19 : 1));
	clock_date_and_time(utc, octets);
	FUZZ_CLAIM(clock_from_date_and_time(octets, sizeof(octets), &back) == 0);
	/* The last day of 9999 is left out: a zone may carry it over. */
	FUZZ_CLAIM(back == utc || (back == 0 && utc > INT64_C(253402214399)));
	return 0;
}
