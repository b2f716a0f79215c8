/*
 * db_private: what the files of lib/db share, and nobody else.
 */
#ifndef IMGADM_LIB_DB_DB_PRIVATE_H
#define IMGADM_LIB_DB_DB_PRIVATE_H

#include <sqlite3.h>
#include <sys/types.h>
#include <time.h>

#include "lib/db/db.h"

enum {
	DB_TOKEN_SHM_SIZE = 48,	/* the header of a wal-index, first copy */
	DB_URI_SIZE = 4096,
};

/*
 * What the file looked like.  The wal-index header changes with every commit
 * (walformat.html: a counter, the last frame, check sums).  Where the index
 * is not to be had (no writer lives and it may not be written), size and
 * time of file and WAL stand in.
 */
struct db_token {
	dev_t device;
	ino_t inode;
	off_t size, wal_size;
	struct timespec changed, wal_changed;
	bool has_shm;
	uint8_t shm[DB_TOKEN_SHM_SIZE];
};

enum { DB_CACHED_BEGIN, DB_CACHED_BEGIN_READ, DB_CACHED_COMMIT, DB_CACHED_COUNT };

struct db {
	sqlite3 *handle;
	char *path;
	char *wal_path;
	char *kind;
	enum db_mode mode;
	bool immutable;		/* read as a file nobody changes */
	unsigned busy_ms;
	bool waits;		/* a writer, or a reader that may */
	int64_t busy_since_ms;
	sqlite3_file *file;	/* SQLite's own, for its shared memory */
	sqlite3_vfs vfs;	/* of a reader: the default one without sleeps */
	char vfs_name[48];
	bool vfs_registered;
	bool seen_valid;	/* db_changed() was asked before */
	bool seen_racy;		/* written too recently for times to tell */
	struct db_token seen;
	struct db_token begun;	/* immutable: at db_begin_read() */
	struct db_stmt *cached[DB_CACHED_COUNT];
};

struct db_stmt {
	struct db *db;
	sqlite3_stmt *handle;
	const char *doing;	/* "read" or "write", for messages */
	int bind_error;		/* SQLITE_OK, or the first failure */
};

/*
 * The negative errno of what the last call on db->handle said, with e filled;
 * doing is what was tried, "open" or "write".
 */
int db_fail(struct db *db, const char *doing, struct err *e);

/* What the file looks like now. -ENOENT when it is gone. */
int db_token_take(struct db *db, struct db_token *ret_token);

#endif
