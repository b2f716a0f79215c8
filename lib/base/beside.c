#include <config.h>

#include "lib/base/beside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

void
beside_env(struct beside_env *ret)
{
	static const char *const passed[BESIDE_ENV_MAX] = { "PATH", "HOME", "TZ",
		"SNMPCONFPATH", "SNMP_PERSISTENT_DIR", "RRDCACHED_ADDRESS", "LC_ALL", "MIBS",
		"MIBDIRS" };
	size_t n = 0;

	for (size_t i = 0; i < BESIDE_ENV_MAX; i++) {
		const char *value = getenv(passed[i]);
		int len = value == NULL ? -1 : snprintf(ret->text[n], BESIDE_ENV_TEXT, "%s=%s",
			passed[i], value);

		if (len <= 0 || len >= BESIDE_ENV_TEXT)
			continue;
		ret->env[n] = ret->text[n];
		n++;
	}
	ret->env[n] = NULL;
}

bool
beside_path(const char *name, char *ret_path, size_t size)
{
	size_t len = strlen(name) + 1;
	ssize_t n;
	char *slash;

	n = size <= len ? -1 : readlink("/proc/self/exe", ret_path, size - len);
	if (n <= 0)
		return false;
	ret_path[n] = '\0';
	slash = strrchr(ret_path, '/');
	if (slash == NULL)
		return false;
	(void)memcpy(slash + 1, name, len);
	return true;
}

static bool
can_run(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* In the folders of PATH; those that are not absolute are passed over. */
static bool
in_path(const char *name, char *ret_path, size_t size)
{
	const char *at = getenv("PATH");

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, ":");
		int n = at[0] != '/' ? -1 : snprintf(ret_path, size, "%.*s/%s", (int)len, at, name);

		if (n > 0 && (size_t)n < size && can_run(ret_path))
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

int
beside_find(const char *name, const char *variable, char *ret_path, size_t size,
	struct err *e)
{
	const char *named = getenv(variable);
	int n;

	if (named != NULL && named[0] != '\0') {
		n = snprintf(ret_path, size, "%s", named);
		if (n > 0 && (size_t)n < size && can_run(ret_path))
			return 0;
		return err_set(e, -ENOENT, "%s names no program that can be run", variable);
	}
	if ((beside_path(name, ret_path, size) && can_run(ret_path)) ||
	    in_path(name, ret_path, size))
		return 0;
	return err_set(e, -ENOENT, "%s is neither beside this program nor in PATH; %s may name it",
		name, variable);
}
