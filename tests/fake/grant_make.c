/*
 * grant_make: an image and a grant in a store, without a maker, a signature and a
 * device: for tests of the server that reads them.
 *
 *	grant_make DB make SHA256 SIZE [FROM [SECONDS [STARTED COMPLETED]]]	prints number, token
 *	grant_make DB show NUMBER		prints "started N completed N", or "none"
 *	grant_make DB lock			takes the store's lock, says so, waits for a line
 */
#include <config.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/store/store_image.h"

static int
show(struct store *s, int64_t number, struct err *e)
{
	struct store_grant *grants;
	size_t n;
	int rc = store_grant_list(s, &grants, &n, e);
	bool found = false;

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (grants[i].number == number) {
			(void)printf("started %u completed %u\n", grants[i].started,
				grants[i].completed);
			found = true;
		}
	if (rc == 0)
		free(grants);
	if (rc == 0 && !found)
		(void)puts("none");
	return rc;
}

static int
lock(const char *path)
{
	sqlite3 *db;
	int rc = sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK ? 0 : 1;

	if (rc == 0) {
		(void)puts("locked");
		(void)fflush(stdout);
		(void)getchar();
	}
	(void)sqlite3_close(db);
	return rc;
}

static int
make(struct store *s, int argc, char *argv[], struct err *e)
{
	utc_s now = clock_utc_s(clock_system());
	struct store_image image = { .software = "engine-fw", .creator = "acme", .version = "1",
		.label = "imgadm-image 1", .imported = now, .by = "test" };
	struct store_grant grant = { .from = "any", .made = now }, made;
	uint32_t n[2] = { 0, 0 };
	int64_t in_s = 0;
	int rc = text_unhex(argv[3], image.sha256, sizeof(image.sha256));

	if (rc == 0)
		rc = parse_u64(argv[4], 0, INT64_MAX, &image.size, e);
	/* One release an image: the digest says which. */
	image.seq = (uint32_t)image.sha256[0] << 16 | (uint32_t)image.sha256[1] << 8 |
	    image.sha256[2];
	if (rc == 0 && argc > 5)
		(void)text_copy(grant.from, sizeof(grant.from), argv[5]);
	if (rc == 0 && argc > 6)
		rc = parse_i64(argv[6], -3600, 3600, &in_s, e);
	if (argc > 6) {
		grant.made = now - 2 * 3600;
		grant.expires = now + in_s;
	}
	for (int i = 0; rc == 0 && i < 2 && argc > 7 + i; i++)
		rc = parse_u32(argv[7 + i], 1, 1000, &n[i], e);
	grant.started_most = n[0];
	grant.completed_most = n[1];
	if (rc == 0)
		rc = store_image_put(s, &image, &grant.image, e);
	if (rc == 0)
		rc = store_grant_add(s, &grant, &made, e);
	if (rc == 0)
		(void)printf("%lld %s\n", (long long)made.number, made.token);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct err e = { .text = "usage" };
	struct store *s = NULL;
	int64_t number;
	int rc = -EINVAL;

	log_open("grant_make", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	if (argc == 3 && strcmp(argv[2], "lock") == 0)
		return lock(argv[1]);
	if (argc > 3)
		rc = store_open(argv[1], STORE_TOLD, &s, &e);
	if (rc == 0 && strcmp(argv[2], "show") == 0) {
		rc = parse_i64(argv[3], 1, INT64_MAX, &number, &e);
		if (rc == 0)
			rc = show(s, number, &e);
	} else if (rc == 0 && argc > 4) {
		rc = make(s, argc, argv, &e);
	}
	if (rc < 0)
		log_err(&e);
	store_close(s);
	return rc < 0;
}
