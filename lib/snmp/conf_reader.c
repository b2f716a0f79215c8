/*
 * How the library's reader is made to tell (Net-SNMP 5.9):
 *
 * - Its messages go to the log callback, "FILE: line N: Error|Warning: text".
 *   While we read they are taken apart; none reaches stderr.
 * - A handler learns its place by having the reader warn of it: the warning
 *   comes back through the callback with file and line before it.
 * - `noTokenWarnings` in snmp.conf would hide our own mistakes: it is undone
 *   after the first pass (the reader makes two: tokens that matter before MIBs,
 *   then the others).
 * - A file that exists and cannot be opened is passed over by the reader, and a
 *   folder's name over 280 octets is cut: both are looked for beforehand.
 * - DONT_PERSIST_STATE would also stop reading imgadm.conf; so the persistent
 *   folder is set to what is no folder, and saving is switched off.
 * - MIB modules are not parsed: MIBS and MIBDIRS are empty while the library is
 *   set up, and as they were afterwards.
 */
#include <config.h>

#include "lib/snmp/conf_reader.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

enum {
	PLACE_MAX = 512,
	/* The library's buffer for "FOLDER/imgadm.local.conf" has 300 octets. */
	FOLDER_MAX = 280,
};

static const char application[] = "imgadm";
static const char place_mark[] = "imgadm-place";

/* A read under way. */
struct reading {
	const struct conf_reader *reader;
	char place[PLACE_MAX];	/* set by the mark */
	int code;		/* of the first error */
	struct err err;
};

/* What handlers and log callback of the library find us by; NULL between reads. */
static struct reading *reading;

static void
fail(int code, const struct err *e)
{
	if (reading->code != 0)
		return;
	reading->code = code;
	reading->err = *e;
}

/* --- the log -------------------------------------------------------------------- */

/* "FILE: line N: LEVEL: TEXT" taken apart; false for any other message. */
static bool
message_parse(const char *msg, char place[PLACE_MAX], const char **ret_level,
	const char **ret_text)
{
	const char *line = NULL, *at = msg, *end;
	int n;

	/* A file's name may hold ": line " itself; the last one counts. */
	while ((at = strstr(at, ": line ")) != NULL) {
		line = at;
		at++;
	}
	if (line == NULL)
		return false;
	at = line + strlen(": line ");
	end = strchr(at, ':');
	if (end == NULL || end[1] != ' ')
		return false;
	n = snprintf(place, PLACE_MAX, "%.*s:%.*s", (int)(line - msg), msg, (int)(end - at), at);
	if (n < 0 || n >= PLACE_MAX)
		return false;
	*ret_level = end + 2;
	*ret_text = strstr(*ret_level, ": ");
	if (*ret_text == NULL)
		return false;
	*ret_text += 2;
	return true;
}

/* Directives we do not know are another program's in snmp.conf, and wrong elsewhere. */
static bool
is_snmp_conf(const char *place)
{
	const char *base = strrchr(place, '/');

	base = base != NULL ? base + 1 : place;
	return strncmp(base, "snmp.", 5) == 0;
}

static void
message_take(const char *place, const char *level, const char *text)
{
	static const char unknown[] = "Unknown token: ";
	char escaped[ERR_TEXT_SIZE / 2], raw[ERR_TEXT_SIZE / 4], word[64];
	const char *near;
	struct err e;
	size_t len;

	if (strncmp(text, place_mark, strlen(place_mark)) == 0) {
		(void)text_copy(reading->place, sizeof(reading->place), place);
		return;
	}
	if (is_snmp_conf(place) && strncmp(level, "Warning", 7) == 0)
		return;
	if (strncmp(text, unknown, strlen(unknown)) != 0) {
		len = strcspn(text, "\n");
		len -= len > 0 && text[len - 1] == '.';
		(void)snprintf(raw, sizeof(raw), "%.*s", (int)len, text);
		(void)text_escape(escaped, sizeof(escaped), raw);
		if (strncmp(text, "Blank line following ", 21) == 0)
			(void)err_set(&e, -EINVAL, "%s: a directive without a value;"
			    " see imgadm.conf(5)", place);
		else
			(void)err_set(&e, -EINVAL, "%s: %s; see imgadm.conf(5)", place, escaped);
		fail(-EINVAL, &e);
		return;
	}
	text += strlen(unknown);
	len = strlen(text);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '.'))
		len--;
	(void)snprintf(word, sizeof(word), "%.*s", (int)(len < 48 ? len : 48), text);
	near = reading->reader->nearest(reading->reader->user, word);
	(void)text_escape(escaped, sizeof(escaped), word);
	if (near != NULL)
		(void)err_set(&e, -EINVAL, "%s: unknown directive '%s'; did you mean '%s'?", place,
		    escaped, near);
	else
		(void)err_set(&e, -EINVAL, "%s: unknown directive '%s'; see imgadm.conf(5)",
		    place, escaped);
	fail(-EINVAL, &e);
}

/* The library's log: to the read under way, else to our debug log. */
static int
logged(int major, int minor, void *server, void *client)
{
	const struct snmp_log_message *m = server;
	const char *level, *text;
	char place[PLACE_MAX], line[LOG_TEXT_MAX];

	(void)major;
	(void)minor;
	(void)client;
	if (reading != NULL && message_parse(m->msg, place, &level, &text)) {
		message_take(place, level, text);
		return SNMPERR_SUCCESS;
	}
	if (log_wants(LOG_LEVEL_DEBUG)) {
		(void)snprintf(line, sizeof(line), "%s", m->msg);
		line[strcspn(line, "\n")] = '\0';
		log_debug("libnetsnmp: %s", line);
	}
	return SNMPERR_SUCCESS;
}

/* --- lines ---------------------------------------------------------------------- */

static void
handle_line(const char *token, char *value)
{
	struct err e;
	int code;

	if (reading == NULL || reading->code != 0)
		return;
	reading->place[0] = '\0';
	netsnmp_config_warn("%s", place_mark);
	code = reading->reader->line(reading->reader->user, token, value, reading->place, &e);
	if (code < 0) {
		err_prefix(&e, "%s", reading->place);
		fail(code, &e);
	}
}

static int
after_first_pass(int major, int minor, void *server, void *client)
{
	(void)major;
	(void)minor;
	(void)server;
	(void)client;
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_NO_TOKEN_WARNINGS, 0);
	return SNMPERR_SUCCESS;
}

/* --- files that would be passed over -------------------------------------------- */

static int
check_folder(const char *folder, size_t len, struct err *e)
{
	static const char *const names[] = { "imgadm.conf", "imgadm.local.conf" };
	char path[FOLDER_MAX + 64], shown[sizeof(path)];

	if (len > FOLDER_MAX)
		return err_set(e, -EINVAL, "SNMPCONFPATH: a folder's name has %zu octets:"
		    " at most %d", len, FOLDER_MAX);
	(void)snprintf(path, sizeof(path), "%.*s/.", (int)len, folder);
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return 0;	/* not there, or not ours: another user's ~/.snmp */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%.*s/%s", (int)len, folder, names[i]);
		if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 || errno == ENOENT)
			continue;
		(void)text_escape(shown, sizeof(shown), path);
		return err_set(e, -errno, "%s: %s; let the user who runs this read it", shown,
		    strerror(errno));
	}
	return 0;
}

static int
check_folders(struct err *e)
{
	const char *path = getenv("SNMPCONFPATH");
	int code = 0;

	if (path == NULL)
		path = get_configuration_directory();
	while (path != NULL && *path != '\0' && code == 0) {
		size_t len = strcspn(path, ":");

		if (len > 0)
			code = check_folder(path, len, e);
		path += len;
		if (*path == ':')
			path++;
	}
	return code;
}

/* --- the library ---------------------------------------------------------------- */

/* Set name for a while; the old value is the caller's to put back and free. */
static char *
environment_empty(const char *name)
{
	const char *old = getenv(name);
	char *kept = old != NULL ? strdup(old) : NULL;

	(void)setenv(name, "", 1);
	return kept;
}

static void
environment_restore(const char *name, char *old)
{
	if (old != NULL)
		(void)setenv(name, old, 1);
	else
		(void)unsetenv(name);
	free(old);
}

static void
library_init(const char *const tokens[])
{
	char *mibs = environment_empty("MIBS"), *mibdirs = environment_empty("MIBDIRS");

	snmp_disable_log();
	(void)snmp_enable_calllog();
	(void)snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, logged, NULL);
	(void)snmp_register_callback(SNMP_CALLBACK_LIBRARY,
	    SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, after_first_pass, NULL);
	set_persistent_directory("/dev/null");
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	for (size_t i = 0; tokens[i] != NULL; i++)
		(void)register_config_handler(application, tokens[i], handle_line, NULL, NULL);
	init_snmp(application);
	environment_restore("MIBS", mibs);
	environment_restore("MIBDIRS", mibdirs);
}

int
conf_reader_run(const struct conf_reader *r, const char *const tokens[], struct err *e)
{
	static bool ready;
	struct reading now = { .reader = r };
	int code = check_folders(e);

	if (code < 0)
		return code;
	reading = &now;
	if (!ready) {
		ready = true;
		library_init(tokens);
	} else {
		/*
		 * What read_premib_configs() and read_configs() do but for telling
		 * the library's parts, which are ready since the first time.
		 */
		free_config();
		(void)read_config_files(PREMIB_CONFIG);
		(void)after_first_pass(0, 0, NULL, NULL);
		(void)read_config_files(NORMAL_CONFIG);
	}
	reading = NULL;
	if (now.code < 0 && e != NULL)
		*e = now.err;
	return now.code;
}
