#include <config.h>

#include "manager/beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
