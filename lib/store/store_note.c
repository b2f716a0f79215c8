#include <config.h>

#include "lib/store/store_impl.h"

/* A device that says something else each time fills no disk. */
enum { NOTES_MAX = 1000 };

int
store_note_put(struct store *s, int64_t device, enum store_note_kind kind,
	uint32_t generation, uint32_t index, utc_s when, const char *text, struct err *e)
{
	static const enum store_sql sql[] = { SQL_NOTE_AGAIN, SQL_NOTE };
	struct db_stmt *q;
	size_t i;
	int rc;

	for (i = 0; i < 2; i++) {
		q = store_stmt(s, sql[i], &rc, e);
		if (q == NULL)
			return rc;
		db_bind_i64(q, 1, device);
		db_bind_i64(q, 2, kind);
		db_bind_i64(q, 3, generation);
		db_bind_i64(q, 4, index);
		db_bind_text_ref(q, 5, text);
		db_bind_i64(q, 6, when);
		if (sql[i] == SQL_NOTE)
			db_bind_i64(q, 7, NOTES_MAX);
		rc = db_run(q, e);
		if (rc < 0 || db_rows_changed(s->db) > 0)
			return rc;
	}
	return 0;
}
