#include <config.h>

#include "lib/out/jsonout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

enum {
	TREE_OCTETS_MAX = 1 << 30,
	REAL_DIGITS = 9,	/* what was measured has fewer */
};

json_t *
jsonout_time(int64_t utc_s)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text_iso(utc_s, text, sizeof(text));
	return text[0] == '\0' ? json_null() : json_string(text);
}

json_t *
jsonout_u64(uint64_t value)
{
	char text[TEXT_NUMBER_SIZE];

	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

int
jsonout_print(FILE *out, const json_t *root, struct err *e)
{
	struct buf safe;
	char *text = NULL;
	int rc = -ENOMEM;

	buf_init(&safe, TREE_OCTETS_MAX);
	if (root != NULL)
		text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER |
		    JSON_REAL_PRECISION(REAL_DIGITS) | JSON_ENCODE_ANY);
	if (text != NULL)
		rc = text_escape_json(&safe, text);
	if (rc != 0) {
		(void)err_set(e, rc, "cannot print JSON: %s", strerror(-rc));
		goto out;
	}
	errno = 0;
	if (fputs(buf_text(&safe), out) == EOF || fputc('\n', out) == EOF ||
	    fflush(out) != 0) {
		rc = errno != 0 ? -errno : -EIO;
		(void)err_set(e, rc, "cannot print JSON: %s", strerror(-rc));
	}
out:
	free(text);
	buf_release(&safe);
	return rc;
}
