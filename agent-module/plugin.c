/*
 * imgadm.so: the tables inside snmpd.
 *
 *   dlmod imgadm /usr/lib/imgadm/imgadm.so
 *   imgadmState /var/lib/imgadm-device/device.db
 *   imgadmAllowWeakSet yes		# a laboratory
 *
 * snmpd closes its modules on SIGHUP and loads them again as it reads its
 * configuration, so deinit_imgadm() takes back all that init_imgadm() gave
 * away: registrations, the tokens, the alarm, where our log goes.
 */
#include <config.h>

#include <stdbool.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "agent-module/serve.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"

/* Called by snmpd by these names. */
void init_imgadm(void);
void deinit_imgadm(void);

#define TOKEN "imgadmState"
#define TOKEN_WEAK "imgadmAllowWeakSet"

enum { LOOK_AFTER_S = 1 };

/* The one thing here without an owner: snmpd calls us without an argument. */
static struct {
	struct serve *serve;
	unsigned alarm;
} plugin;

static void
to_snmpd(void *user, enum log_level level, const char *text)
{
	int priority = LOG_DEBUG;

	(void)user;
	switch (level) {
	case LOG_LEVEL_ERROR:
		priority = LOG_ERR;
		break;
	case LOG_LEVEL_WARNING:
		priority = LOG_WARNING;
		break;
	case LOG_LEVEL_NOTICE:
		priority = LOG_NOTICE;
		break;
	case LOG_LEVEL_INFO:
		priority = LOG_INFO;
		break;
	case LOG_LEVEL_DEBUG:
		break;
	}
	(void)snmp_log(priority, "imgadm: %s\n", text);
}

/*
 * snmpd reads its configuration as root and goes on as another user, so the
 * state is first opened when its loop runs.
 */
static void
look(unsigned alarm, void *user)
{
	(void)alarm;
	(void)user;
	plugin.alarm = 0;
	(void)serve_look(plugin.serve);
}

static void
set_state(const char *token, char *line)
{
	struct err e;
	char path[4096];

	(void)token;
	if (copy_nword(line, path, sizeof(path)) != NULL || path[0] != '/') {
		config_perror("want one file name that begins with /, as in "
			TOKEN " /var/lib/imgadm-device/device.db");
		return;
	}
	if (serve_set_path(plugin.serve, path, &e) < 0)
		log_err(&e);
}

/* For a laboratory: a SET that came without authentication or encryption. */
static void
set_weak(const char *token, char *line)
{
	bool weak = strcmp(line, "yes") == 0;

	(void)token;
	if (!weak && strcmp(line, "no") != 0) {
		config_perror("want yes or no");
		return;
	}
	if (weak)
		log_warning(TOKEN_WEAK " yes: whoever VACM lets write may do so without "
			"authentication");
	serve_allow_set(plugin.serve, weak, false);
}

void
init_imgadm(void)
{
	struct err e;

	log_open("imgadm", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	log_sink(to_snmpd, NULL);
	plugin.serve = serve_new(paths_state(NULL), &e);
	if (plugin.serve == NULL) {
		log_err(&e);
		return;
	}
	serve_register(plugin.serve);
	(void)register_app_config_handler(TOKEN, set_state, NULL, "FILE");
	(void)register_app_config_handler(TOKEN_WEAK, set_weak, NULL, "yes|no");
	plugin.alarm = snmp_alarm_register(LOOK_AFTER_S, 0, look, NULL);
}

void
deinit_imgadm(void)
{
	if (plugin.serve != NULL) {
		if (plugin.alarm != 0)
			snmp_alarm_unregister(plugin.alarm);
		unregister_app_config_handler(TOKEN);
		unregister_app_config_handler(TOKEN_WEAK);
		serve_free(plugin.serve);
	}
	plugin.serve = NULL;
	plugin.alarm = 0;
	log_close();
}
