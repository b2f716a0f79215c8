/*
 * cli_audit: the centre's audit (lib/audit): where it is, and what waits in the store
 * (lib/store/store_audit.h) written into it.
 *
 * Who changes anything that the audit tells keeps the entry with the change, and then
 * calls cli_audit_flush(): at the end of a command, and in a long run now and then.
 * Each new head goes to syslog, facility auth: "imgadm-audit head 4711:9f86d0...".
 */
#ifndef IMGADM_LIB_CLI_CLI_AUDIT_H
#define IMGADM_LIB_CLI_CLI_AUDIT_H

#include "lib/store/store_audit.h"

/* audit.log in the folder of the store.  -ENAMETOOLONG. */
int cli_audit_path(const char *db, char *dst, size_t size, struct err *e);
/*
 * All that waits is appended, and forgotten in the store.  The store must take writes.  On
 * failure the rest goes on to wait; errors of audit_append() and of the store.
 */
int cli_audit_flush(struct store *s, const char *db, struct err *e);
/*
 * The same for a command that did what it was to do: a failure is a warning on stderr,
 * since what waits is written by the next.
 */
void cli_audit_flush_warn(struct store *s, const char *db);

/* An entry of who runs the program, now; the caller fills in the rest. */
struct audit_entry cli_audit_entry(const char *what);

#endif
