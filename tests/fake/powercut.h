/*
 * powercut: what a power cut would leave of a folder, which kill -9 does not
 * show (what was written without fsync survives a kill).
 *
 * powercut.so, preloaded into a program, notes every durable operation on the
 * files below a folder; powercut-replay builds the folder as it may look after
 * the cut.  Environment of the program:
 *
 *   POWERCUT_DIR=FOLDER	what is watched; absolute, without links
 *   POWERCUT_LOG=FILE		where the operations are noted; not below FOLDER
 *   POWERCUT_AT=N		the N-th operation (from 1) and all after it do not happen: who
 *				would do one is killed; 0 or nothing: none
 *   POWERCUT_DEAF=N		the N-th fsync (from 1) is noted as if it were not
 *				called: the test must then fail
 *   POWERCUT_DEAF_CUT=N	cut with the N-th operation after that fsync, of the process
 *				that called it
 *
 * The operations of all processes count together, through a counter beside the
 * log (FILE.count).
 *
 * What is seen: calls through the C library's symbols, as SQLite and our own
 * code make them.  Not seen: stdio (fopen, fwrite) inside the C library, and
 * writes through mmap; what must be durable uses neither.
 */
#ifndef IMGADM_TESTS_FAKE_POWERCUT_H
#define IMGADM_TESTS_FAKE_POWERCUT_H

#include <stdint.h>

enum powercut_op {
	POWERCUT_CREATE = 1,	/* path is a new name of a new file */
	POWERCUT_KNOWN,		/* path was there: its file is this one; no operation */
	POWERCUT_WRITE,
	POWERCUT_TRUNCATE,	/* to offset octets */
	POWERCUT_SYNC,		/* the file's content is durable */
	POWERCUT_SYNC_DIR,	/* the names in path are durable */
	POWERCUT_RENAME,	/* path becomes path2 */
	POWERCUT_LINK,		/* path2 is another name of path's file */
	POWERCUT_SYMLINK,	/* path2 points to the text path */
	POWERCUT_UNLINK,
};

/* A record of the log; path, path2 and data follow. */
struct powercut_record {
	uint32_t magic, op;
	uint64_t inode;
	uint64_t offset;
	uint32_t path_len, path2_len, data_len;
	uint32_t number;	/* of the operation; 0: none */
};

#define POWERCUT_MAGIC 0x50574354u

#endif
