/*
 * audit_drive: appends to an audit, for tests under a power cut.
 *
 *	audit_drive append FILE FROM TO	entries FROM to TO, each by itself with its number
 *					as ref; the head of each that was acknowledged on stdout
 *	audit_drive verify FILE [HEAD]	exit 0: intact, and HEAD is of it; its entries on stdout
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audit/audit.h"
#include "lib/base/parse.h"

static int
append(const char *path, const char *from, const char *to, struct err *e)
{
	char text[AUDIT_HEAD_TEXT_SIZE];
	struct audit_head head;
	uint32_t n, last;
	int rc;

	if (parse_u32(from, 1, 1000000, &n, e) < 0 || parse_u32(to, 1, 1000000, &last, e) < 0)
		return -1;
	for (; n <= last; n++) {
		struct audit_entry en = { .at_utc_s = 1700000000, .ref = n, .who = "anna",
			.what = "move", .rollout = "3f5a", .before = "sending", .after = "staged" };

		(void)snprintf(en.device, sizeof(en.device), "device-%u", n);
		rc = audit_append(path, &en, 1, NULL, &head, e);
		if (rc < 0)
			return rc;
		audit_head_text(&head, text);
		(void)printf("%s\n", text);
		(void)fflush(stdout);
	}
	return 0;
}

static int
verify(const char *path, const char *given, struct err *e)
{
	struct audit_head head;
	struct audit_verdict v;
	int rc = 0;

	if (given != NULL)
		rc = audit_head_parse(given, &head, e);
	if (rc == 0)
		rc = audit_verify(path, &head, given != NULL, &v, e);
	if (rc < 0)
		return rc;
	(void)printf("%lld\n", (long long)v.entries);
	return v.first == AUDIT_INTACT ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	struct err e = { "usage: audit_drive append FILE FROM TO | verify FILE [HEAD]" };
	int rc = -1;

	if (argc == 5 && strcmp(argv[1], "append") == 0)
		rc = append(argv[2], argv[3], argv[4], &e);
	else if ((argc == 3 || argc == 4) && strcmp(argv[1], "verify") == 0)
		rc = verify(argv[2], argv[3], &e);
	if (rc < 0)
		(void)fprintf(stderr, "audit_drive: %s\n", e.text);
	return rc < 0;
}
