/*
 * conf_rollout: `rollout NAME KEY=VALUE ...` of imgadm.conf: policies of rollouts by name.
 *
 * What the keys are is the updater's matter: here they become the lines "KEY VALUE" of
 * its policy's text, in the order of the file.  Shared by the files of conf; others
 * include conf.h.
 */
#ifndef IMGADM_LIB_SNMP_CONF_ROLLOUT_H
#define IMGADM_LIB_SNMP_CONF_ROLLOUT_H

#include "lib/snmp/conf.h"
#include "lib/snmp/conf_words.h"

enum { CONF_ROLLOUTS_MAX = 256, CONF_ROLLOUT_TEXT_MAX = 4095 };

/* All policies; zero is none. */
struct conf_rollouts {
	struct conf_rollout {
		char *name, *text;	/* own */
	} *list;
	size_t count;
};

/* A line's words; those of one name are put together.  -EINVAL, -ENOMEM. */
int conf_rollout_line(struct conf_rollouts *r, const struct conf_words *w, struct err *e);
/* NULL = there is none. */
const char *conf_rollout_find(const struct conf_rollouts *r, const char *name);
void conf_rollouts_release(struct conf_rollouts *r);

#endif
