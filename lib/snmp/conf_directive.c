#include <config.h>

#include "lib/snmp/conf_directive.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/resolve.h"

enum { SHOWN_MAX = 160 };

const struct conf_directive conf_directives[CONF_DIRECTIVES] = {
	{ "credential", CONF_CREDENTIAL, 0, 0, "NAME OPTIONS: snmpcmd(1) options by a name" },
	{ "assign", CONF_ASSIGN, 0, 0, "CIDR|DEVICE NAME: which credential a device takes" },
	{ "db", CONF_PATH, 0, 0, "FILE: the centre's database" },
	{ "rrdDir", CONF_PATH, 0, 0, "DIR: round robin files" },
	{ "pollInterval", CONF_SPAN, 1, 86400, "TIME: how often imgadm-poll is started" },
	{ "window", CONF_NUMBER, 1, 16384, "NUMBER: devices asked at a time" },
	{ "silentWindow", CONF_NUMBER, 1, 16384, "NUMBER: silent devices asked at a time" },
	{ "forward", CONF_ADDRESS, 0, 0,
		"ADDRESS: where imgadm-centerd sends copies of what it hears" },
	{ "acknowledge", CONF_TRUTH, 0, 0,
		"yes|no: imgadm-poll tells devices how far their log is stored" },
	{ "judge", CONF_TRUTH, 0, 0, "yes|no: imgadm-poll and imgadm-centerd start the judge" },
	{ "judgeHardware", CONF_CHOICE, 0, 0,
		"none|stock|any: parts that the judge may recommend to replace others by" },
	{ "judgeDrafts", CONF_TRUTH, 0, 0, "yes|no: releases in state draft may be recommended" },
	{ "judgeTickets", CONF_TRUTH, 0, 0,
		"yes|no: releases below a unit's floor may be recommended" },
	{ "judgeTrendy", CONF_TRUTH, 0, 0, "yes|no: newer goes before fewer changed units" },
	{ "judgeProfile", CONF_WORD, 0, 0, "ID: the profile that releases are measured by" },
	{ "catalogueKey", CONF_CATALOGUE_KEY, 0, 0,
		"NAME KEY creators ID,...: whose signature of catalogues is believed" },
	{ "imageKey", CONF_IMAGE_KEY, 0, 0,
		"NAME KEY creators ID,...: whose signature of images is believed" },
	{ "operatorKey", CONF_OPERATOR_KEY, 0, 0,
		"NAME KEY: who signs images and tickets for this fleet" },
	{ "site", CONF_SITE, 0, 0, "NAME imageBase|grantFrom|nat VALUE: where devices fetch"
		" images from" },
	{ "rollout", CONF_ROLLOUT, 0, 0, "NAME KEY=VALUE ...: a policy of rollouts, by its name" },
};

/* Whether word is one of those that stand, with '|' between them, before help's colon. */
static bool
is_choice(const char *help, const char *word)
{
	size_t len = strlen(word), n;

	for (;;) {
		n = strcspn(help, "|:");
		if (n == len && strncmp(help, word, len) == 0)
			return true;
		if (help[n] != '|')
			return false;
		help += n + 1;
	}
}

int
conf_directive_check(const struct conf_directive *d, const char *word, struct err *e)
{
	char shown[SHOWN_MAX];

	if (d->kind == CONF_PATH && word[0] != '/')
		return err_set(e, -EINVAL, "%s wants an absolute path, beginning with '/'",
			d->token);
	if (d->kind == CONF_ADDRESS && snmp_resolve_check(word, NULL, e) < 0) {
		err_prefix(e, "%s", d->token);
		return -EINVAL;
	}
	if (d->kind == CONF_WORD && (word[0] == '\0' || strlen(word) > CONF_WORD_MAX))
		return err_set(e, -EINVAL, "%s wants 1 to %d octets", d->token, CONF_WORD_MAX);
	if (d->kind != CONF_CHOICE || is_choice(d->help, word))
		return 0;
	(void)text_escape(shown, sizeof(shown), word);
	return err_set(e, -EINVAL, "%s '%s': want %.*s", d->token, shown,
		(int)strcspn(d->help, ":"), d->help);
}
