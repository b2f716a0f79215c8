#include <config.h>

#include "updater/update_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/durable.h"
#include "lib/base/text.h"

enum { HEX_SIZE = 2 * SIGN_SHA256_SIZE + 1, RANDOM = 7 };	/* .XXXXXX */

int
update_folder_path(const char *folder, const uint8_t sha256[SIGN_SHA256_SIZE],
	const char *end, char ret[UPDATE_PATH_SIZE], struct err *e)
{
	char hex[HEX_SIZE];
	int n;

	text_hex(hex, sizeof(hex), sha256, SIGN_SHA256_SIZE);
	n = snprintf(ret, UPDATE_PATH_SIZE, "%s/%s%s", folder, hex, end);
	return n < 0 || n >= UPDATE_PATH_SIZE ?
		err_set(e, -ENAMETOOLONG, "%s: the name is too long", folder) : 0;
}

/* SHA256.XXXXXX, SHA256.minisig.XXXXXX, SHA256.op.minisig.XXXXXX, ...: never finished. */
static bool
is_left(const char *name)
{
	size_t len = strlen(name);

	return len >= HEX_SIZE - 1 + RANDOM &&
		strspn(name, "0123456789abcdef") == HEX_SIZE - 1 && name[len - RANDOM] == '.' &&
		(len == HEX_SIZE - 1 + RANDOM ||
		 strncmp(name + HEX_SIZE - 1, ".minisig.", 9) == 0 ||
		 strncmp(name + HEX_SIZE - 1, ".op.minisig.", 12) == 0 ||
		 strncmp(name + HEX_SIZE - 1, ".root.minisig.", 14) == 0);
}

static void
sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (is_left(entry->d_name))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	(void)closedir(dir);
}

int
update_folder_open(const char *folder, struct lock **ret_lock, struct err *e)
{
	char path[UPDATE_PATH_SIZE];
	int n, rc;

	if (mkdir(folder, 0755) < 0) {
		if (errno != EEXIST)
			return err_set(e, -errno, "%s: the folder of images cannot be made: %s",
				folder, strerror(errno));
	} else {
		rc = durable_folder(folder);
		if (rc < 0)
			return err_set(e, rc, "%s: %s", folder, strerror(-rc));
	}
	n = snprintf(path, sizeof(path), "%s/.lock", folder);
	if (n < 0 || n >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "%s: the name is too long", folder);
	rc = lock_take(path, ret_lock, NULL, e);
	if (rc == 0)
		sweep(folder);
	return rc;
}

int
update_folder_remove(const char *folder, const uint8_t sha256[SIGN_SHA256_SIZE],
	struct err *e)
{
	static const char *const ends[] = { "", ".minisig", ".op.minisig", ".root.minisig" };
	char path[UPDATE_PATH_SIZE];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(ends) / sizeof(ends[0]); i++) {
		rc = update_folder_path(folder, sha256, ends[i], path, e);
		if (rc == 0 && unlink(path) < 0 && errno != ENOENT)
			rc = err_set(e, -errno, "%s: %s", path, strerror(errno));
	}
	return rc;
}
