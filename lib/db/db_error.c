#include <config.h>

#include "lib/db/db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"

static int
system_failure(struct db *db, const char *doing, int otherwise, struct err *e)
{
	int cause = sqlite3_system_errno(db->handle);

	switch (cause) {
	case ENOSPC:
	case EDQUOT:
		return err_set(e, -ENOSPC, "%s: cannot %s: %s; free some space",
		    db->path, doing, strerror(cause));
	case EACCES:
	case EPERM:
		return err_set(e, -EACCES, "%s: cannot %s: %s; check owner and mode of "
		    "the file and its folder", db->path, doing, strerror(cause));
	case ENOENT:
	case EROFS:
	case EMFILE:
	case ENFILE:
	case ENOTDIR:
	case EISDIR:
	case ENOMEM:
		return err_set(e, -cause, "%s: cannot %s: %s", db->path, doing,
		    strerror(cause));
	}
	return err_set(e, otherwise, "%s: cannot %s: %s", db->path, doing,
	    cause != 0 ? strerror(cause) : sqlite3_errmsg(db->handle));
}

static int
read_only(struct db *db, int extended, const char *doing, struct err *e)
{
	if (extended == SQLITE_READONLY_DBMOVED)
		return err_set(e, -ESTALE, "%s: cannot %s: the file was moved or "
		    "replaced; open it again", db->path, doing);
	if (extended == SQLITE_READONLY_CANTINIT || extended == SQLITE_READONLY_RECOVERY)
		return err_set(e, -EBUSY, "%s: cannot %s: a writer is just coming or "
		    "going; try again", db->path, doing);
	if (extended == SQLITE_READONLY_ROLLBACK)
		return err_set(e, -EINVAL, "%s: cannot %s: a writer was killed while it "
		    "made the %s; open it once with a program that writes", db->path,
		    doing, db->kind);
	if (faccessat(AT_FDCWD, db->path, W_OK, AT_EACCESS) != 0 && errno == EROFS)
		return err_set(e, -EROFS, "%s: cannot %s: the file system is read-only",
		    db->path, doing);
	return err_set(e, -EACCES, "%s: cannot %s: the file is read-only for this user; "
	    "check owner and mode of the file and its folder", db->path, doing);
}

static int
constraint(struct db *db, int extended, const char *doing, struct err *e)
{
	char why[256];
	bool exists = extended == SQLITE_CONSTRAINT_UNIQUE ||
	    extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
	    extended == SQLITE_CONSTRAINT_ROWID;

	(void)text_escape(why, sizeof(why), sqlite3_errmsg(db->handle));
	return err_set(e, exists ? -EEXIST : -EDOM, "%s: cannot %s: %s", db->path,
	    doing, why);
}

int
db_fail(struct db *db, const char *doing, struct err *e)
{
	int extended = sqlite3_extended_errcode(db->handle);
	char why[256];

	switch (extended & 0xFF) {
	case SQLITE_FULL:
		return err_set(e, -ENOSPC, "%s: cannot %s: no space left on the device; "
		    "free some space", db->path, doing);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return err_set(e, -EBUSY, "%s: cannot %s: another process is using it; "
		    "try again", db->path, doing);
	case SQLITE_READONLY:
		return read_only(db, extended, doing, e);
	case SQLITE_NOTADB:
		return err_set(e, -EINVAL, "%s: not a %s: it is no database; name "
		    "another file", db->path, db->kind);
	case SQLITE_CORRUPT:
		return err_set(e, -EBADMSG, "%s: the %s is damaged; put it back from a "
		    "backup, or save what is left with the .recover command of sqlite3(1)",
		    db->path, db->kind);
	case SQLITE_CANTOPEN:
		return system_failure(db, doing, -EACCES, e);
	case SQLITE_IOERR:
		return system_failure(db, doing, -EIO, e);
	case SQLITE_CONSTRAINT:
		return constraint(db, extended, doing, e);
	case SQLITE_NOMEM:
		return err_set(e, -ENOMEM, "%s: cannot %s: out of memory", db->path,
		    doing);
	case SQLITE_TOOBIG:
		return err_set(e, -EMSGSIZE, "%s: cannot %s: a value is too large",
		    db->path, doing);
	case SQLITE_INTERRUPT:
		return err_set(e, -EINTR, "%s: cannot %s: interrupted", db->path, doing);
	}
	(void)text_escape(why, sizeof(why), sqlite3_errmsg(db->handle));
	return err_set(e, -EINVAL, "%s: cannot %s: %s", db->path, doing, why);
}
