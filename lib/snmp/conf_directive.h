/*
 * conf_directive: every directive that imgadm.conf may hold; private to this
 * folder.
 */
#ifndef IMGADM_LIB_SNMP_CONF_DIRECTIVE_H
#define IMGADM_LIB_SNMP_CONF_DIRECTIVE_H

#include <stdint.h>

#include "lib/base/err.h"

enum { CONF_DIRECTIVES = 20, CONF_WORD_MAX = 64 };

enum conf_kind {
	CONF_CREDENTIAL, CONF_ASSIGN, CONF_CATALOGUE_KEY, CONF_IMAGE_KEY,
	CONF_OPERATOR_KEY, CONF_SITE, CONF_ROLLOUT,
	CONF_PATH,		/* absolute; one value */
	CONF_ADDRESS,		/* transport specifier; one value */
	CONF_NUMBER,		/* min..max */
	CONF_SPAN,		/* of time: 90s, 5min; in seconds min..max */
	CONF_TRUTH,		/* yes or no: 1 or 0 */
	CONF_WORD,		/* at most CONF_WORD_MAX octets; one value */
	CONF_CHOICE,		/* one of the words before the colon of its help */
};

struct conf_directive {
	const char *token;
	enum conf_kind kind;
	int64_t min, max;
	const char *help;
};

extern const struct conf_directive conf_directives[CONF_DIRECTIVES];

/* Whether a path, address, word or choice may be this directive's value. -EINVAL. */
int conf_directive_check(const struct conf_directive *d, const char *word, struct err *e);

#endif
