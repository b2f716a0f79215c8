#include <config.h>

#include "agent-module/installer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent-module/install_child.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

enum { LINE_MAX_OCTETS = 256, ENV_TEXT = PATH_MAX + 32, ENV_COUNT = 4 };

/* --- whose it is ----------------------------------------------------------- */

static bool
is_trusted_owner(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

static int
folder_check(const char *folder, struct err *e)
{
	struct stat st;
	bool others;

	if (stat(folder, &st) < 0)
		return err_set(e, -errno, "%s: %s", folder, strerror(errno));
	if (!is_trusted_owner(&st))
		return err_set(e, -EPERM, "the folder %s belongs to user %ld: it must be root's",
			folder, (long)st.st_uid);
	/* In a sticky folder nobody can take another's file away. */
	others = (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
		!(st.st_uid == 0 && (st.st_mode & S_ISVTX) != 0);
	if (others)
		return err_set(e, -EPERM, "the folder %s can be written by others: chmod go-w",
			folder);
	return 0;
}

static int
folders_check(const char *path, struct err *e)
{
	char folder[INSTALLER_PATH_MAX];
	char *slash;
	int rc = 0;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	while (rc == 0 && (slash = strrchr(folder, '/')) != NULL) {
		if (slash == folder) {
			rc = folder_check("/", e);
			break;
		}
		*slash = '\0';
		rc = folder_check(folder, e);
	}
	return rc;
}

int
installer_check(const char *path, char ret_real[INSTALLER_PATH_MAX], struct err *e)
{
	char real[INSTALLER_PATH_MAX];
	struct stat st;
	int rc;

	if (path[0] != '/')
		return err_set(e, -EINVAL, "installer %s: want a whole path", path);
	if (realpath(path, real) == NULL || stat(real, &st) < 0)
		return err_set(e, -errno, "installer %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || access(real, X_OK) < 0)
		return err_set(e, -EACCES, "installer %s: not a program that can be run", path);
	if (!is_trusted_owner(&st))
		return err_set(e, -EPERM, "installer %s belongs to user %ld: it must be root's",
			path, (long)st.st_uid);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, -EPERM, "installer %s can be written by others: chmod go-w",
			path);
	rc = folders_check(real, e);
	if (rc < 0) {
		err_prefix(e, "installer %s", path);
		return rc;
	}
	memcpy(ret_real, real, sizeof(real));
	return 0;
}

int64_t
installer_limit_ms(enum install_verb verb)
{
	static const int64_t minute = 60 * 1000;

	switch (verb) {
	case INSTALL_WRITE:
		return 30 * minute;
	case INSTALL_VERIFY:
		return 10 * minute;
	case INSTALL_SWITCH:
	case INSTALL_CONFIRM:
	case INSTALL_FALLBACK:
	case INSTALL_RESET:
		return 5 * minute;
	case INSTALL_SPACE:
	case INSTALL_PROBE:
	case INSTALL_ADVISE:
		return minute;
	}
	return minute;
}

/* --- what it prints -------------------------------------------------------- */

struct hearing {
	const struct installer_call *call;
	struct installer_end *end;
	char line[LINE_MAX_OCTETS];
	size_t len;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
digest_from(const char *text, uint8_t ret[STRUCTURE_DIGEST_SIZE])
{
	if (strlen(text) != (size_t)STRUCTURE_DIGEST_SIZE * 2)
		return false;
	for (size_t i = 0; i < STRUCTURE_DIGEST_SIZE; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* version=... sha256=..., in any order, on any line. */
static void
word(struct hearing *h, const char *text)
{
	if (strncmp(text, "version=", 8) == 0 && text_is_utf8(text, strlen(text))) {
		h->end->has_version = text_copy(h->end->version, sizeof(h->end->version), text + 8);
	} else if (strncmp(text, "sha256=", 7) == 0) {
		h->end->has_sha256 = digest_from(text + 7, h->end->sha256);
	}
}

static void
line(struct hearing *h)
{
	char *at = h->line, *next;
	uint32_t percent;

	h->line[h->len] = '\0';
	h->len = 0;
	if (strncmp(at, "progress ", 9) == 0) {
		if (parse_u32(at + 9, 0, 100, &percent, NULL) == 0 && h->call->progress != NULL)
			h->call->progress(h->call->user, percent);
		return;
	}
	while (*at != '\0') {
		next = at + strcspn(at, " \t\r");
		if (*next != '\0')
			*next++ = '\0';
		word(h, at);
		at = next;
	}
}

static int
hear(void *user, const void *data, size_t len)
{
	struct hearing *h = user;
	const char *text = data;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n')
			line(h);
		else if (h->len < sizeof(h->line) - 1 && text[i] != '\0')
			h->line[h->len++] = text[i];
	return 0;
}

/* --- run ------------------------------------------------------------------- */

static void
end_read(const struct installer_call *c, const struct install_child_end *end,
	struct installer_end *ret)
{
	char how[64];

	ret->stopped = end->rc == -ECANCELED;
	ret->answer = INSTALL_FAILED;
	if (end->end.signal == 0 && !end->end.timed_out && end->end.status >= INSTALL_OK &&
		end->end.status <= INSTALL_SERVICE)
		ret->answer = (enum install_answer)end->end.status;
	(void)err_set(&ret->why, 0, "%s: %s%s%s", install_verb_name(c->verb),
		child_end_text(&end->end, how, sizeof(how)), end->said[0] == '\0' ? "" : ": ",
		end->said);
}

void
installer_run(const struct installer_call *c, struct installer_end *ret)
{
	struct installer_end result = {0};
	struct hearing hearing = { .call = c, .end = &result };
	char text[ENV_COUNT][ENV_TEXT], bank[16], sequence[16], size[24];
	const char *env[ENV_COUNT + 1] = { text[0], text[1], text[2], NULL, NULL };
	const char *argv[] = { c->path, install_verb_name(c->verb), c->symbol, bank, c->software,
		c->version, sequence, size, c->more, NULL };
	const struct install_child child = { .argv = argv, .env = env, .limit_ms = c->limit_ms,
		.third = c->image, .held = c->held, .take = hear, .user = &hearing,
		.stop = c->stop, .stop_user = c->user };
	struct install_child_end end;

	(void)snprintf(bank, sizeof(bank), "%u", c->bank);
	(void)snprintf(sequence, sizeof(sequence), "%" PRIu32, c->sequence);
	(void)snprintf(size, sizeof(size), "%" PRIu64, c->size);
	(void)snprintf(text[0], ENV_TEXT,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	(void)snprintf(text[1], ENV_TEXT, "IMGADM_STATE=%s", c->state);
	(void)snprintf(text[2], ENV_TEXT, "IMGADM_WHEN=%s", c->idle ? "idle" : "now");
	if (c->sha256 != NULL) {
		int at = snprintf(text[3], ENV_TEXT, "IMGADM_SHA256=");

		for (size_t i = 0; i < STRUCTURE_DIGEST_SIZE; i++)
			at += snprintf(text[3] + at, ENV_TEXT - (size_t)at, "%02x", c->sha256[i]);
		env[3] = text[3];
	}
	if (install_child_run(&child, &end, &result.why) < 0) {
		result.answer = INSTALL_FAILED;
		*ret = result;
		return;
	}
	(void)hear(&hearing, "\n", 1);
	end_read(c, &end, &result);
	*ret = result;
}
