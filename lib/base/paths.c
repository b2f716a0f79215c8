#include <config.h>

#include "lib/base/paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *
paths_choose(const char *option, const char *environment, const char *otherwise)
{
	const char *value;

	if (option != NULL && option[0] != '\0')
		return option;
	value = getenv(environment);
	if (value != NULL && value[0] != '\0')
		return value;
	return otherwise;
}

const char *
paths_db(const char *option)
{
	return paths_choose(option, PATHS_ENV_DB,
	    LOCALSTATEDIR "/lib/imgadm/imgadm.db");
}

const char *
paths_rrd_dir(const char *option)
{
	return paths_choose(option, PATHS_ENV_RRD_DIR,
	    LOCALSTATEDIR "/lib/imgadm/rrd");
}

const char *
paths_images(const char *option)
{
	return paths_choose(option, PATHS_ENV_IMAGES,
	    LOCALSTATEDIR "/lib/imgadm/images");
}

const char *
paths_state(const char *option)
{
	return paths_choose(option, PATHS_ENV_STATE,
	    LOCALSTATEDIR "/lib/imgadm-device/device.db");
}

bool
paths_is_public(const char *path)
{
	char *whole = realpath(path, NULL), *slash;
	struct stat st;
	bool open;

	if (whole == NULL)
		return false;
	open = stat(whole, &st) == 0 && (st.st_mode & S_IROTH) != 0;
	while (open && (slash = strrchr(whole, '/')) != NULL && slash != whole) {
		*slash = '\0';
		open = stat(whole, &st) == 0 && (st.st_mode & S_IXOTH) != 0;
	}
	free(whole);
	return open;
}
