/*
 * One release more in a catalogue's text, which may be any octets: what is
 * written is what was there with one piece put in.
 */
#include <config.h>

#include "manager/catalogue_edit.h"

#include <errno.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* How much of both is the same from the front, then from the back of what is left. */
static size_t
kept(const uint8_t *data, size_t size, const struct buf *b)
{
	const uint8_t *text = (const uint8_t *)buf_text(b);
	size_t front = 0, back = 0;

	while (front < size && front < b->len && data[front] == text[front])
		front++;
	while (back < size - front && back < b->len - front &&
	    data[size - 1 - back] == text[b->len - 1 - back])
		back++;
	return front + back;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalogue_edit r = {
		.software = "fw", .version = "2", .size = 5, .sha256 = "ab", .file = "f",
	};
	const char *xml = (const char *)data;
	uint32_t n = 0;
	struct buf b;
	int rc;

	buf_init(&b, size + 4096);
	rc = catalogue_edit_add(xml, size, &r, &b, &n, NULL);
	FUZZ_CLAIM(rc == 0 || rc == -ENOENT || rc == -ENOTUNIQ || rc == -ERANGE ||
	    rc == -EMSGSIZE);
	if (rc == 0) {
		FUZZ_CLAIM(n > 0 && n % 100 == 0);
		/* An element without content loses its slash. */
		FUZZ_CLAIM(kept(data, size, &b) + 2 >= size);
		FUZZ_CLAIM(memmem(buf_text(&b), b.len, "release version=\"2\"", 19) != NULL);
	}
	buf_clear(&b);
	rc = catalogue_edit_bump(xml, size, "2026-11-22", &b, &n, NULL);
	FUZZ_CLAIM(rc == 0 || rc == -EINVAL || rc == -ERANGE || rc == -EMSGSIZE);
	FUZZ_CLAIM(rc < 0 || memmem(buf_text(&b), b.len, "2026-11-22", 10) != NULL);
	buf_release(&b);
	return 0;
}
