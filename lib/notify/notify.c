#include <config.h>

#include "lib/notify/notify.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/child.h"
#include "lib/base/text.h"

enum { LOOK_MS = 5, SHOWN_SIZE = 4 * STORE_NOTICE_TEXT_MAX + 1 };

static const char *
event_word(enum store_notice_event event)
{
	switch (event) {
	case STORE_NOTICE_RAISED:
		return "raised";
	case STORE_NOTICE_CHANGED:
		return "changed";
	case STORE_NOTICE_CLEARED:
		return "cleared";
	}
	return "changed";
}

/* 0: it was told; 1: not, e says why; or the failure of all further ones. */
static int
tell(const struct notify_options *o, const struct store_notice *n, const struct clock *clock,
	struct err *e)
{
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"LANG=C.UTF-8", "HOME=/", NULL
	};
	char key[4 * STORE_NOTICE_KEY_MAX + 1], text[SHOWN_SIZE], why[64];
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	const char *argv[] = { o->program, event_word(n->event), key, text, NULL };
	struct child_options c = { .argv = argv, .env = env,
		.limit_ms = o->limit_ms > 0 ? o->limit_ms : NOTIFY_LIMIT_MS };
	struct child_end end = { 0 };
	struct child *child;
	int rc;

	(void)text_escape(key, sizeof(key), n->key);
	(void)text_escape(text, sizeof(text), n->text);
	rc = child_start(&c, clock_monotonic_ms(clock), &child, e);
	if (rc < 0)
		return 1;
	while (child_check(child, clock_monotonic_ms(clock), &end) == 0)
		(void)nanosleep(&pause, NULL);
	child_free(child);
	if (end.status == 0)
		return 0;
	(void)err_set(e, 0, "%s: %s: %s is told again later", o->program,
		child_end_text(&end, why, sizeof(why)), key);
	return 1;
}

int
notify_due(struct store *s, const struct clock *clock, const struct notify_options *o,
	struct notify_result *ret, struct err *e)
{
	struct notify_result result = { 0 };
	struct store_notice *list = NULL;
	size_t count = 0;
	int rc;

	if (o->program[0] != '/')
		return err_set(e, -EINVAL, "the notify program wants a whole path");
	rc = store_notice_due(s, clock_utc_s(clock), o->quiet_s > 0 ? o->quiet_s : NOTIFY_QUIET_S,
		NOTIFY_ONCE_MAX, &list, &count, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (tell(o, &list[i], clock, e) != 0) {
			result.failed++;
			rc = store_notice_failed(s, &list[i], clock_utc_s(clock), e);
			break;
		}
		rc = store_notice_done(s, &list[i], clock_utc_s(clock), e);
		result.told += rc == 0;
	}
	free(list);
	if (rc == 0)
		*ret = result;
	return rc;
}
