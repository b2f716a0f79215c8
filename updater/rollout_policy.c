#include <config.h>

#include "updater/rollout_policy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

enum {
	LINE_MAX_SIZE = 256, ALL = 1000, RETRY_MAX = 1000,
	MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, YEAR_S = 366 * DAY_S,
};

/* How a key's value is written. */
enum form { FORM_SPAN, FORM_SHARE, FORM_COUNT, FORM_IMPRESSIONS };

static const struct key {
	const char *name;
	size_t offset;		/* of the field */
	enum form form;
	int64_t least, most;
} KEYS[] = {
	{ "site-share", offsetof(struct rollout_policy, site_permille), FORM_SHARE, 1, ALL },
	{ "together", offsetof(struct rollout_policy, together), FORM_COUNT, 1,
		ROLLOUT_MEMBERS_MAX },
	{ "stop-share", offsetof(struct rollout_policy, stop_permille), FORM_SHARE, 0, ALL },
	{ "stop-count", offsetof(struct rollout_policy, stop_count), FORM_COUNT, 0,
		ROLLOUT_MEMBERS_MAX },
	{ "wave-share", offsetof(struct rollout_policy, wave_permille), FORM_SHARE, 1, ALL },
	{ "soak", offsetof(struct rollout_policy, soak_s), FORM_SPAN, 0, YEAR_S },
	{ "soak-impressions", offsetof(struct rollout_policy, soak_impressions),
		FORM_IMPRESSIONS, 0, 1000000000 },
	{ "soak-limit", offsetof(struct rollout_policy, soak_limit_s), FORM_SPAN, 1, YEAR_S },
	{ "wait-limit", offsetof(struct rollout_policy, wait_limit_s), FORM_SPAN, 1, YEAR_S },
	{ "load-limit", offsetof(struct rollout_policy, load_limit_s), FORM_SPAN, 1, YEAR_S },
	{ "switch-limit", offsetof(struct rollout_policy, switch_limit_s), FORM_SPAN, 1, YEAR_S },
	{ "trial-limit", offsetof(struct rollout_policy, trial_limit_s), FORM_SPAN, 1, YEAR_S },
	{ "judge-limit", offsetof(struct rollout_policy, judge_limit_s), FORM_SPAN, 1, YEAR_S },
	{ "again", offsetof(struct rollout_policy, again_s), FORM_SPAN, 1, DAY_S },
	{ "fresh", offsetof(struct rollout_policy, fresh_s), FORM_SPAN, 1, DAY_S },
	{ "retry-after", offsetof(struct rollout_policy, retry_after_s), FORM_SPAN, 1,
		ROLLOUT_RETRY_AFTER_MAX_S },
};
enum { KEY_COUNT = sizeof(KEYS) / sizeof(KEYS[0]) };

static const char *const APPROVAL[] = { "one", "two-person", "auto" };

void
rollout_policy_default(struct rollout_policy *ret)
{
	*ret = (struct rollout_policy){
		.waves = { { .count = 5 }, { .permille = 10 }, { .permille = 100 }, {0} },
		.wave_count = 4,
		.site_permille = 250, .together = 200,
		.stop_permille = 50, .stop_count = 1, .wave_permille = 900,
		.soak_s = DAY_S, .soak_impressions = 50, .soak_limit_s = 14 * DAY_S,
		.wait_limit_s = 7 * DAY_S, .load_limit_s = 4 * HOUR_S,
		.switch_limit_s = 2 * DAY_S, .trial_limit_s = HOUR_S, .judge_limit_s = DAY_S,
		.again_s = 15 * MINUTE_S, .fresh_s = 10 * MINUTE_S,
		.retry = { [ROLLOUT_CAUSE_NETWORK] = 5, [ROLLOUT_CAUSE_IMAGE] = 2,
			[ROLLOUT_CAUSE_DEVICE] = 3, [ROLLOUT_CAUSE_START] = 0 },
		.retry_after_s = HOUR_S, .idle = true, .approval = ROLLOUT_APPROVAL_ONE,
	};
}

const char *
rollout_approval_name(enum rollout_approval_kind k)
{
	if (k < ROLLOUT_APPROVAL_ONE || k > ROLLOUT_APPROVAL_AUTO)
		return NULL;
	return APPROVAL[k - 1];
}

/* --- a value ------------------------------------------------------------------- */

/* "25%", "0.5%" */
static int
parse_share(const char *text, int64_t least, int64_t most, int64_t *ret, struct err *e)
{
	char whole[8];
	size_t len = strlen(text), digits = strspn(text, "0123456789");
	uint32_t percent;
	int64_t v;
	int rc;

	if (digits == 0 || digits >= sizeof(whole) || text[len - 1] != '%' ||
		(digits + 1 != len && (text[digits] != '.' || digits + 3 != len ||
			strchr("0123456789", text[digits + 1]) == NULL)))
		return err_set(e, -EINVAL, "a share is written as 10%% or 0.5%%");
	(void)text_copy(whole, digits + 1, text);
	if ((rc = parse_u32(whole, 0, 100, &percent, e)) < 0)
		return rc;
	v = (int64_t)percent * 10 + (digits + 1 != len ? text[digits + 1] - '0' : 0);
	if (v < least || v > most)
		return err_set(e, -ERANGE, "a share is at least 0.1%% and at most 100%%");
	*ret = v;
	return 0;
}

static int
parse_key(const struct key *k, const char *text, struct rollout_policy *p, struct err *e)
{
	char *field = (char *)p + k->offset;
	int64_t v = 0;
	int rc = 0;

	switch (k->form) {
	case FORM_SPAN:
		rc = parse_duration(text, k->least, k->most, &v, e);
		break;
	case FORM_SHARE:
		rc = parse_share(text, k->least, k->most, &v, e);
		break;
	case FORM_COUNT:
	case FORM_IMPRESSIONS:
		rc = parse_i64(text, k->least, k->most, &v, e);
		break;
	}
	if (rc < 0)
		return rc;
	switch (k->form) {
	case FORM_SPAN:
		*(int64_t *)(void *)field = v;
		break;
	case FORM_SHARE:
		*(uint16_t *)(void *)field = (uint16_t)v;
		break;
	case FORM_COUNT:
		*(uint32_t *)(void *)field = (uint32_t)v;
		break;
	case FORM_IMPRESSIONS:
		*(uint64_t *)(void *)field = (uint64_t)v;
		break;
	}
	return 0;
}

/* The next word of *s, "" at the end; -ERANGE for one that is too long. */
static int
take_word(const char **s, char *word, size_t size, struct err *e)
{
	size_t n;

	*s += strspn(*s, " \t");
	n = strcspn(*s, " \t");
	if (n >= size)
		return err_set(e, -ERANGE, "too long a word");
	(void)text_copy(word, n + 1, *s);
	*s += n;
	return 0;
}

static int
parse_waves(const char *s, struct rollout_policy *p, struct err *e)
{
	unsigned n = 0;
	char word[24];
	int64_t v = 0;
	int rc;

	for (;; n++) {
		struct rollout_wave_size *w = &p->waves[n];

		if ((rc = take_word(&s, word, sizeof(word), e)) < 0)
			return rc;
		if (word[0] == '\0' || n == ROLLOUT_WAVES_MAX)
			return err_set(e, -EINVAL, "waves end with \"rest\", and are at most %d",
				ROLLOUT_WAVES_MAX);
		*w = (struct rollout_wave_size){0};
		if (strcmp(word, "rest") == 0)
			break;
		if (strchr(word, '%') != NULL) {
			if ((rc = parse_share(word, 1, ALL, &v, e)) < 0)
				return rc;
			w->permille = (uint16_t)v;
		} else if ((rc = parse_u32(word, 1, ROLLOUT_MEMBERS_MAX, &w->count, e)) < 0) {
			return rc;
		}
	}
	p->wave_count = n + 1;
	if (s[strspn(s, " \t")] != '\0')
		return err_set(e, -EINVAL, "behind \"rest\" there is no wave");
	return 0;
}

static int
parse_retry(const char *s, struct rollout_policy *p, struct err *e)
{
	char cause[16];
	int c = 0;
	uint32_t v;
	int rc = take_word(&s, cause, sizeof(cause), e);

	if (rc < 0)
		return rc;
	if (rollout_value(ROLLOUT_NAME_CAUSE, cause, &c) < 0 || c == ROLLOUT_CAUSE_NEVER)
		return err_set(e, -EINVAL, "causes are network, image, device and start");
	s += strspn(s, " \t");
	if ((rc = parse_u32(s, 0, RETRY_MAX, &v, e)) == 0)
		p->retry[c] = (uint16_t)v;
	return rc;
}

static int
parse_approval(const char *s, struct rollout_policy *p, struct err *e)
{
	for (int i = 0; i < ROLLOUT_APPROVAL_AUTO; i++)
		if (strcmp(APPROVAL[i], s) == 0) {
			p->approval = (enum rollout_approval_kind)(i + 1);
			return 0;
		}
	return err_set(e, -EINVAL, "approval is one, two-person or auto");
}

static int
parse_line(const char *s, struct rollout_policy *p, struct err *e)
{
	char word[LINE_MAX_SIZE], shown[LINE_MAX_SIZE];
	int rc = take_word(&s, word, sizeof(word), e);

	if (rc < 0 || word[0] == '\0' || word[0] == '#')
		return rc;
	s += strspn(s, " \t");
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(KEYS[i].name, word) == 0)
			return parse_key(&KEYS[i], s, p, e);
	if (strcmp(word, "waves") == 0)
		return parse_waves(s, p, e);
	if (strcmp(word, "retry") == 0)
		return parse_retry(s, p, e);
	if (strcmp(word, "idle") == 0)
		return parse_bool(s, &p->idle, e);
	if (strcmp(word, "approval") == 0)
		return parse_approval(s, p, e);
	if (strcmp(word, "window") == 0) {
		if (p->window_count == ROLLOUT_WINDOWS_MAX)
			return err_set(e, -ERANGE, "more than %d windows", ROLLOUT_WINDOWS_MAX);
		rc = rollout_window_parse(s, &p->windows[p->window_count], e);
		p->window_count += rc == 0;
		return rc;
	}
	(void)text_escape(shown, sizeof(shown), word);
	return err_set(e, -EINVAL, "\"%s\" is no key of a policy", shown);
}

int
rollout_policy_parse(const char *text, struct rollout_policy *ret, struct err *e)
{
	struct rollout_policy p;
	char line[LINE_MAX_SIZE];
	unsigned n = 0;

	rollout_policy_default(&p);
	while (*text != '\0') {
		size_t len = strcspn(text, "\n"), end = len;
		int rc;

		n++;
		if (len >= sizeof(line))
			return err_set(e, -ERANGE, "line %u of the policy is too long", n);
		while (end > 0 && strchr(" \t\r", text[end - 1]) != NULL)
			end--;
		(void)text_copy(line, end + 1, text);
		if ((rc = parse_line(line, &p, e)) < 0) {
			err_prefix(e, "line %u of the policy", n);
			return rc;
		}
		text += len + (text[len] == '\n');
	}
	if (p.soak_limit_s < p.soak_s)
		return err_set(e, -ERANGE, "the policy's soak-limit is shorter than its soak");
	*ret = p;
	return 0;
}

/* --- the text ------------------------------------------------------------------- */

static void
add_share(struct buf *b, unsigned permille)
{
	(void)buf_printf(b, " %u", permille / 10);
	if (permille % 10 != 0)
		(void)buf_printf(b, ".%u", permille % 10);
	(void)buf_add_char(b, '%');
}

static void
add_key(struct buf *b, const struct key *k, const struct rollout_policy *p)
{
	const char *field = (const char *)p + k->offset;

	(void)buf_add_text(b, k->name);
	switch (k->form) {
	case FORM_SPAN:
		(void)buf_printf(b, " %" PRId64 "s", *(const int64_t *)(const void *)field);
		break;
	case FORM_SHARE:
		add_share(b, *(const uint16_t *)(const void *)field);
		break;
	case FORM_COUNT:
		(void)buf_printf(b, " %" PRIu32, *(const uint32_t *)(const void *)field);
		break;
	case FORM_IMPRESSIONS:
		(void)buf_printf(b, " %" PRIu64, *(const uint64_t *)(const void *)field);
		break;
	}
	(void)buf_add_char(b, '\n');
}

int
rollout_policy_text(const struct rollout_policy *p,
	char ret_text[ROLLOUT_POLICY_MAX + 1], struct err *e)
{
	struct buf b;
	char window[ROLLOUT_WINDOW_TEXT_SIZE];
	int rc;

	buf_init(&b, ROLLOUT_POLICY_MAX);
	(void)buf_add_text(&b, "waves");
	for (unsigned i = 0; i < p->wave_count; i++)
		if (p->waves[i].count > 0)
			(void)buf_printf(&b, " %" PRIu32, p->waves[i].count);
		else if (p->waves[i].permille > 0)
			add_share(&b, p->waves[i].permille);
		else
			(void)buf_add_text(&b, " rest");
	(void)buf_add_char(&b, '\n');
	for (size_t i = 0; i < KEY_COUNT; i++)
		add_key(&b, &KEYS[i], p);
	for (int c = ROLLOUT_CAUSE_NETWORK; c < ROLLOUT_CAUSE_NEVER; c++)
		(void)buf_printf(&b, "retry %s %u\n", rollout_name(ROLLOUT_NAME_CAUSE, c),
			p->retry[c]);
	(void)buf_printf(&b, "idle %s\n", p->idle ? "yes" : "no");
	for (unsigned i = 0; i < p->window_count; i++) {
		rollout_window_text(&p->windows[i], window);
		(void)buf_printf(&b, "window %s\n", window);
	}
	rc = buf_printf(&b, "approval %s\n", rollout_approval_name(p->approval));
	if (rc < 0)
		(void)err_set(e, rc, "the policy's text is too long");
	else
		(void)text_copy(ret_text, ROLLOUT_POLICY_MAX + 1, buf_text(&b));
	buf_release(&b);
	return rc;
}
