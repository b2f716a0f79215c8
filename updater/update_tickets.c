#include <config.h>

#include "updater/update_tickets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
update_tickets_read(const char *path, struct buf *ret, struct err *e)
{
	FILE *f = fopen(path, "re");
	char piece[4096];
	int rc = 0;
	size_t got;

	buf_init(ret, TICKETS_FILE_MAX);
	if (f == NULL) {
		rc = -errno;
		return err_set(e, rc, "%s: %s", path, strerror(-rc));
	}
	while (rc == 0 && (got = fread(piece, 1, sizeof(piece), f)) > 0)
		rc = buf_add(ret, piece, got);
	if (rc == 0 && ferror(f))
		rc = err_set(e, -EIO, "%s: cannot be read", path);
	else if (rc == -ENOMEM)
		rc = err_set(e, rc, "%s: no memory", path);
	else if (rc < 0)
		rc = err_set(e, -EFBIG, "%s: over %d octets: no file of tickets", path,
			TICKETS_FILE_MAX);
	(void)fclose(f);
	return rc;
}

size_t
update_tickets_next(const struct buf *b, size_t *at, unsigned lines, const char **ret)
{
	size_t from = *at, end;
	const char *nl;

	while (from < b->len && (b->data[from] == '\n' || b->data[from] == '\r'))
		from++;
	for (end = from; lines > 0 && end < b->len; lines--) {
		nl = memchr(b->data + end, '\n', b->len - end);
		end = nl != NULL ? (size_t)(nl - b->data) + 1 : b->len;
	}
	*ret = b->data + from;
	*at = end;
	return end - from;
}
