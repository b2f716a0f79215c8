#include <config.h>

#include "lib/db/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/db_private.h"

enum { ROOM_FIRST = 16 };

static void *
grow(void *rows, size_t *room, size_t size)
{
	size_t more = *room == 0 ? ROOM_FIRST : 2 * *room;
	void *grown = more > SIZE_MAX / size ? NULL : realloc(rows, more * size);

	if (grown != NULL)
		*room = more;
	return grown;
}

int
db_rows(struct db_stmt *stmt, size_t size,
	void (*read)(const struct db_stmt *stmt, void *ret_row), void **ret_rows,
	size_t *ret_count, struct err *e)
{
	unsigned char *rows = NULL, *row;
	size_t count = 0, room = 0;
	void *grown;
	int rc;

	while ((rc = db_step(stmt, e)) == 1) {
		if (count == room) {
			grown = grow(rows, &room, size);
			if (grown == NULL) {
				db_reset(stmt);
				rc = err_set(e, -ENOMEM, "%s: out of memory for %zu rows",
					db_path(stmt->db), count + 1);
				break;
			}
			rows = grown;
		}
		row = rows + count++ * size;
		(void)memset(row, 0, size);
		read(stmt, row);
	}
	if (rc < 0) {
		free(rows);
		return rc;
	}
	*ret_rows = rows;
	*ret_count = count;
	return 0;
}
