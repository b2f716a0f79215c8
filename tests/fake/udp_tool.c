#include <config.h>

#include "tests/fake/udp_tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/parse.h"

int64_t
udp_tool_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
udp_tool_die(const char *what)
{
	log_error("%s: %s", what, strerror(errno));
	exit(3);
}

bool
udp_tool_set(const struct udp_tool_number *list, size_t count, int key, const char *text)
{
	struct err e = { "cannot be used" };

	for (size_t i = 0; i < count; i++)
		if (list[i].key == key && parse_u64(text, list[i].least, list[i].most,
		    list[i].value, &e) == 0)
			return true;
	log_error("%s: %s", text, e.text);
	return false;
}
