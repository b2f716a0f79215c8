#include <config.h>

#include "lib/cli/cli_audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/cli/cli.h"

enum { PATH_SIZE = 4096 };

int
cli_audit_path(const char *db, char *dst, size_t size, struct err *e)
{
	const char *slash = strrchr(db, '/');
	int folder = slash != NULL ? (int)(slash - db) + 1 : 0;
	int n = snprintf(dst, size, "%.*saudit.log", folder, db);

	if (n < 0 || (size_t)n >= size)
		return err_set(e, -ENAMETOOLONG, "%s: the path of the audit is too long", db);
	return 0;
}

static void
tell(void *user, const struct audit_head *head)
{
	char text[AUDIT_HEAD_TEXT_SIZE];

	(void)user;
	audit_head_text(head, text);
	syslog(LOG_AUTH | LOG_NOTICE, "imgadm-audit head %s", text);
}

int
cli_audit_flush(struct store *s, const char *db, struct err *e)
{
	const struct audit_teller teller = { .tell = tell };
	struct audit_entry *list = NULL;
	char path[PATH_SIZE];
	size_t count = 0;
	int rc = cli_audit_path(db, path, sizeof(path), e);

	while (rc == 0 && (rc = store_audit_waiting(s, &list, &count, e)) == 0 && count > 0) {
		rc = audit_append(path, list, count, &teller, NULL, e);
		if (rc == 0)
			rc = store_audit_done(s, list, count, e);
		free(list);
		list = NULL;
	}
	return rc;
}

void
cli_audit_flush_warn(struct store *s, const char *db)
{
	struct err e = { 0 };

	if (cli_audit_flush(s, db, &e) < 0)
		log_warning("the audit could not be written, what is to stand in it waits in the "
			"store: %s", e.text);
}

struct audit_entry
cli_audit_entry(const char *what)
{
	struct audit_entry en = { .at_utc_s = clock_utc_s(clock_system()) };

	cli_user(en.who, sizeof(en.who));
	(void)text_copy(en.what, sizeof(en.what), what);
	return en;
}
