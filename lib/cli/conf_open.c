#include <config.h>

#include "lib/cli/conf_open.h"

#include <errno.h>

#include "lib/base/log.h"

int
conf_open(struct conf **ret, struct err *e)
{
	struct conf *conf = conf_new();
	const char *place;
	int rc;

	if (conf == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = conf_read(conf, e);
	if (rc < 0) {
		conf_free(conf);
		return rc;
	}
	place = conf_exposed(conf);
	if (place != NULL)
		log_warning("%s: every user of this system can read its pass phrases: "
			"chmod o-r", place);
	*ret = conf;
	return 0;
}
