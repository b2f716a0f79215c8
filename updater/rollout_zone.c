#include <config.h>

#include "updater/rollout_zone.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "updater/rollout_tzif.h"

struct zone {
	char name[ROLLOUT_ZONE_MAX + 1];
	struct rollout_tzif tzif;
};

struct rollout_zone_files {
	const char *folder;
	struct zone zones[ROLLOUT_ZONES_MAX];
	size_t count;
};

struct rollout_zone_files *
rollout_zone_new(const char *folder)
{
	struct rollout_zone_files *z = calloc(1, sizeof(*z));

	if (z != NULL)
		z->folder = folder;
	return z;
}

void
rollout_zone_free(struct rollout_zone_files *z)
{
	if (z == NULL)
		return;
	for (size_t i = 0; i < z->count; i++)
		rollout_tzif_release(&z->zones[i].tzif);
	free(z);
}

/* A whole file of at most size octets. */
static int
read_file(const char *path, uint8_t *data, size_t size, size_t *ret_len, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	size_t len = 0;
	ssize_t n = 0;
	int rc = 0;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s; is the package tzdata installed, and the "
			"zone's name right?", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		rc = err_set(e, -EBADMSG, "%s: is no file", path);
		goto out;
	}
	while (len < size && (n = read(fd, data + len, size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		rc = err_set(e, -errno, "%s: %s", path, strerror(errno));
	else
		*ret_len = len;
out:
	(void)close(fd);
	return rc;
}

static int
load(struct rollout_zone_files *z, const char *name, struct zone **ret, struct err *e)
{
	struct zone *zone = &z->zones[z->count];
	char path[PATH_MAX];
	uint8_t *data;
	size_t len = 0;
	int rc;

	if (z->count == ROLLOUT_ZONES_MAX)
		return err_set(e, -ENOSPC, "more than %d time zones", ROLLOUT_ZONES_MAX);
	if (snprintf(path, sizeof(path), "%s/%s", z->folder, name) >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "the time zones' folder has too long a name");
	data = malloc(ROLLOUT_TZIF_SIZE_MAX + 1u);
	if (data == NULL)
		return err_set(e, -ENOMEM, "no memory for a time zone");
	rc = read_file(path, data, ROLLOUT_TZIF_SIZE_MAX + 1u, &len, e);
	if (rc == 0 && (rc = rollout_tzif_parse(data, len, &zone->tzif, e)) < 0)
		err_prefix(e, "%s", path);
	free(data);
	if (rc < 0)
		return rc;
	(void)text_copy(zone->name, sizeof(zone->name), name);
	z->count++;
	*ret = zone;
	return 0;
}

static bool
is_name(const char *name)
{
	char text[ROLLOUT_WINDOW_TEXT_SIZE];
	struct rollout_window w;

	return snprintf(text, sizeof(text), "00:00-24:00 %s", name) < (int)sizeof(text) &&
		rollout_window_parse(text, &w, NULL) == 0;
}

static int
offset(void *user, const char *name, int64_t utc_s, int32_t *ret_offset_s, struct err *e)
{
	struct rollout_zone_files *z = user;
	struct zone *zone = NULL;
	int rc;

	if (strcmp(name, "UTC") == 0) {
		*ret_offset_s = 0;
		return 0;
	}
	for (size_t i = 0; i < z->count && zone == NULL; i++)
		if (strcmp(z->zones[i].name, name) == 0)
			zone = &z->zones[i];
	if (zone == NULL) {
		if (!is_name(name))
			return err_set(e, -ENOENT, "that is no time zone's name");
		if ((rc = load(z, name, &zone, e)) < 0)
			return rc;
	}
	*ret_offset_s = rollout_tzif_offset(&zone->tzif, utc_s);
	return 0;
}

struct rollout_zones
rollout_zone_ask(struct rollout_zone_files *z)
{
	return (struct rollout_zones){ .offset = offset, .user = z };
}
