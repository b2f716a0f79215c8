#include <config.h>

#include "lib/snmp/conf.h"

#include "lib/base/paths.h"

const char *
conf_db(const struct conf *c, const char *option)
{
	const char *line = conf_text(c, "db");
	const char *chosen = paths_choose(option, PATHS_ENV_DB, line);

	return chosen != NULL ? chosen : paths_db(NULL);
}

const char *
conf_rrd_dir(const struct conf *c, const char *option)
{
	const char *line = conf_text(c, "rrdDir");
	const char *chosen = paths_choose(option, PATHS_ENV_RRD_DIR, line);

	return chosen != NULL ? chosen : paths_rrd_dir(NULL);
}
