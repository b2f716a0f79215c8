#include <config.h>

#include "tests/unit/support.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char base[PATH_MAX];
static char folder[PATH_MAX + 32];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);	/* the folder stays and shows it */
	return 0;
}

static void
remove_all(const char *path)
{
	(void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int
support_run(Suite *suite)
{
	const char *tmp = getenv("TMPDIR");
	SRunner *runner;
	int failed;

	(void)snprintf(base, sizeof(base), "%s/imgadm-unit-XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	if (mkdtemp(base) == NULL) {
		perror(base);
		return EXIT_FAILURE;
	}
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	remove_all(base);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void
support_folder_make(void)
{
	(void)snprintf(folder, sizeof(folder), "%s/test-XXXXXX", base);
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

void
support_folder_remove(void)
{
	remove_all(folder);
}

const char *
support_folder(void)
{
	return folder;
}

const char *
support_path(const char *name)
{
	static char paths[8][PATH_MAX + 256];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

void
support_write(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}
