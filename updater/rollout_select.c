#include <config.h>

#include "updater/rollout_select.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

enum {
	RUNNING_MAX = STRUCTURE_NAME_MAX + 24,	/* SOFTWARE:MIN-MAX */
	TYPE_MAX = 2 * STRUCTURE_NAME_MAX + 1,	/* TYPE/REV */
	LIST_MAX = 10 + 1 + 2 * ROLLOUT_DIGEST_SIZE,	/* COUNT:HEX */
	/* A longer list of names stands as its digest. */
	NAMES_MAX = 256,
};

static const struct sign_word WORDS[] = {
	{ "software", false, STRUCTURE_NAME_MAX },
	{ "version", false, STRUCTURE_LABEL_MAX },
	{ "unit", false, STRUCTURE_LABEL_MAX },
	{ "with", false, 16 },
	{ "model", false, STRUCTURE_NAME_MAX },
	{ "site", false, STRUCTURE_NAME_MAX },
	{ "unit-type", false, TYPE_MAX },
	{ "running", false, RUNNING_MAX },
	{ "verdict", false, ROLLOUT_VERDICT_TEXT_MAX },
	{ "trouble", false, ROLLOUT_RULE_MAX },
	{ "devices", false, NAMES_MAX },
	{ "list", false, LIST_MAX },
};
enum { WORD_COUNT = sizeof(WORDS) / sizeof(WORDS[0]) };

void
rollout_selection_release(struct rollout_selection *s)
{
	for (size_t i = 0; i < s->device_count; i++)
		free(s->devices[i]);
	free(s->devices);
	*s = (struct rollout_selection){ 0 };
}

/* --- its pieces ------------------------------------------------------------------- */

static int
take(char *dst, size_t size, const char *text, size_t len, const char *what, struct err *e)
{
	char word[TYPE_MAX + 1];

	if (len == 0 || len >= sizeof(word) || len >= size)
		return err_set(e, -EINVAL, "%s: empty, or longer than %zu characters", what,
			size - 1);
	memcpy(word, text, len);
	word[len] = '\0';
	if (!text_is_utf8(word, len))
		return err_set(e, -EINVAL, "%s: not UTF-8", what);
	(void)text_copy(dst, size, word);
	return 0;
}

int
rollout_select_unit_type(struct rollout_selection *s, const char *text, struct err *e)
{
	size_t len = strcspn(text, "/");
	int rc = take(s->unit_type, sizeof(s->unit_type), text, len, "unit type", e);

	s->revision[0] = '\0';
	if (rc == 0 && text[len] == '/')
		rc = take(s->revision, sizeof(s->revision), text + len + 1,
			strlen(text + len + 1), "revision of a unit type", e);
	return rc;
}

int
rollout_select_running(struct rollout_selection *s, const char *text, struct err *e)
{
	char low[16], high[16];
	size_t len = strcspn(text, ":"), n;
	uint32_t from = 0, to = 0;
	int rc = take(s->running, sizeof(s->running), text, len, "running software", e);

	s->running_min = s->running_max = 0;
	if (rc < 0 || text[len] == '\0')
		return rc;
	text += len + 1;
	n = strcspn(text, "-");
	rc = take(low, sizeof(low), text, n, "sequence", e);
	if (rc == 0)
		rc = parse_u32(low, 0, UINT32_MAX, &from, e);
	to = UINT32_MAX;
	if (rc == 0 && text[n] == '-') {
		rc = take(high, sizeof(high), text + n + 1, strlen(text + n + 1), "sequence", e);
		if (rc == 0)
			rc = parse_u32(high, 0, UINT32_MAX, &to, e);
	}
	if (rc == 0 && (to < from || to == 0))
		rc = err_set(e, -EINVAL, "sequences %" PRIu32 "-%" PRIu32 ": none is in between",
			from, to);
	if (rc == 0) {
		s->running_min = from;
		s->running_max = to;
	}
	return rc < 0 ? -EINVAL : 0;
}

int
rollout_select_verdict(struct rollout_selection *s, const char *text, struct err *e)
{
	static const char *const names[] = { "compatible", "incompatible", "unknown",
		"notApplicable" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], text) == 0) {
			(void)text_copy(s->verdict, sizeof(s->verdict), text);
			return 0;
		}
	return err_set(e, -EINVAL, "'%.40s': want compatible, incompatible, unknown or "
		"notApplicable", text);
}

int
rollout_select_device(struct rollout_selection *s, const char *name, struct err *e)
{
	size_t len = strlen(name), size;
	char **more;

	if (len == 0 || len > STRUCTURE_NAME_MAX || !text_is_utf8(name, len))
		return err_set(e, -EINVAL, "'%.80s' is no device's name", name);
	if (s->device_count == ROLLOUT_MEMBERS_MAX)
		return err_set(e, -E2BIG, "more than %d devices", ROLLOUT_MEMBERS_MAX);
	/* Grown at 16, 32, 64, ... */
	if (s->device_count == 0 || (s->device_count >= 16 &&
	    (s->device_count & (s->device_count - 1)) == 0)) {
		size = s->device_count == 0 ? 16 : 2 * s->device_count;
		more = realloc(s->devices, size * sizeof(*more));
		if (more == NULL)
			return err_set(e, -ENOMEM, "no memory for a selection");
		s->devices = more;
	}
	s->devices[s->device_count] = strdup(name);
	if (s->devices[s->device_count] == NULL)
		return err_set(e, -ENOMEM, "no memory for a selection");
	s->device_count++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_devices(struct rollout_selection *s)
{
	size_t n = 0;

	if (s->device_count > 1)
		qsort(s->devices, s->device_count, sizeof(*s->devices), by_name);
	for (size_t i = 0; i < s->device_count; i++)
		if (n > 0 && strcmp(s->devices[n - 1], s->devices[i]) == 0)
			free(s->devices[i]);
		else
			s->devices[n++] = s->devices[i];
	s->device_count = n;
}

bool
rollout_select_narrows(const struct rollout_selection *s)
{
	return s->model[0] != '\0' || s->site[0] != '\0' || s->unit_type[0] != '\0' ||
		s->running[0] != '\0' || s->verdict[0] != '\0' || s->trouble[0] != '\0' ||
		s->device_count > 0 || s->list_only;
}

bool
rollout_select_names(const struct rollout_selection *s, const char *name)
{
	const char *key = name;

	return s->device_count > 0 && bsearch(&key, s->devices, s->device_count,
		sizeof(*s->devices), by_name) != NULL;
}

/* --- written --------------------------------------------------------------------- */

static void
add(struct buf *b, const char *key, const char *value)
{
	if (value[0] != '\0')
		(void)sign_words_add(b, key, value, false);
}

/* The names, parted by commas; a name with a comma makes a list of them a digest. */
static int
add_devices(struct buf *b, const struct rollout_selection *s, struct err *e)
{
	uint8_t digest[ROLLOUT_DIGEST_SIZE];
	char text[LIST_MAX + 1], hex[2 * ROLLOUT_DIGEST_SIZE + 1];
	crypto_hash_sha256_state state;
	struct buf names;
	bool plain = true;

	if (s->list_only || s->device_count == 0)
		return 0;
	buf_init(&names, NAMES_MAX);
	(void)crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < s->device_count; i++) {
		const char *name = s->devices[i];

		plain &= strchr(name, ',') == NULL;
		(void)buf_printf(&names, "%s%s", i > 0 ? "," : "", name);
		(void)crypto_hash_sha256_update(&state, (const unsigned char *)name, strlen(name));
		(void)crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
	}
	(void)crypto_hash_sha256_final(&state, digest);
	if (names.error == -ENOMEM) {
		buf_release(&names);
		return err_set(e, -ENOMEM, "no memory for a selection");
	}
	if (names.error == 0 && plain) {
		(void)sign_words_add(b, "devices", buf_text(&names), true);
	} else {
		text_hex(hex, sizeof(hex), digest, sizeof(digest));
		(void)snprintf(text, sizeof(text), "%zu:%s", s->device_count, hex);
		add(b, "list", text);
	}
	buf_release(&names);
	return 0;
}

static void
add_list(struct buf *b, const struct rollout_selection *s)
{
	char text[LIST_MAX + 1], hex[2 * ROLLOUT_DIGEST_SIZE + 1];

	if (!s->list_only)
		return;
	text_hex(hex, sizeof(hex), s->list_digest, sizeof(s->list_digest));
	(void)snprintf(text, sizeof(text), "%zu:%s", s->list_count, hex);
	add(b, "list", text);
}

static void
add_conditions(struct buf *b, const struct rollout_selection *s)
{
	char text[TYPE_MAX + RUNNING_MAX];

	add(b, "model", s->model);
	add(b, "site", s->site);
	(void)snprintf(text, sizeof(text), "%s%s%s", s->unit_type,
		s->revision[0] != '\0' ? "/" : "", s->revision);
	add(b, "unit-type", text);
	if (s->running_max == 0)
		(void)snprintf(text, sizeof(text), "%s", s->running);
	else if (s->running_max == UINT32_MAX)
		(void)snprintf(text, sizeof(text), "%s:%" PRIu32, s->running, s->running_min);
	else
		(void)snprintf(text, sizeof(text), "%s:%" PRIu32 "-%" PRIu32, s->running,
			s->running_min, s->running_max);
	add(b, "running", text);
	add(b, "verdict", s->verdict);
	add(b, "trouble", s->trouble);
}

int
rollout_select_text(struct rollout_selection *s,
	char ret_text[ROLLOUT_SELECTION_MAX + 1], struct err *e)
{
	struct buf b;
	int rc;

	sort_devices(s);
	buf_init(&b, ROLLOUT_SELECTION_MAX);
	(void)buf_add_text(&b, "selection 1");
	add(&b, "software", s->software);
	add(&b, "version", s->version);
	add(&b, "unit", s->unit);
	if (s->drafts || s->tickets)
		(void)sign_words_add(&b, "with", s->drafts && s->tickets ? "drafts,tickets" :
			s->drafts ? "drafts" : "tickets", true);
	add_conditions(&b, s);
	rc = add_devices(&b, s, e);
	add_list(&b, s);
	if (rc == 0 && b.error == -ENOMEM)
		rc = err_set(e, -ENOMEM, "no memory for a selection");
	else if (rc == 0 && b.error != 0)
		rc = err_set(e, -EMSGSIZE, "a selection has at most %d octets",
			ROLLOUT_SELECTION_MAX);
	if (rc == 0)
		(void)text_copy(ret_text, ROLLOUT_SELECTION_MAX + 1, buf_text(&b));
	buf_release(&b);
	return rc;
}

/* --- read -------------------------------------------------------------------------- */

static int
parse_list(const char *text, struct rollout_selection *s, struct err *e)
{
	const char *hex = strchr(text, ':');
	char count[16];
	uint32_t n = 0;

	if (hex == NULL || (size_t)(hex - text) >= sizeof(count) ||
	    text_unhex(hex + 1, s->list_digest, sizeof(s->list_digest)) < 0)
		return err_set(e, -EINVAL, "a selection's list is COUNT:HEX");
	memcpy(count, text, (size_t)(hex - text));
	count[hex - text] = '\0';
	if (parse_u32(count, 1, ROLLOUT_MEMBERS_MAX, &n, e) < 0)
		return -EINVAL;
	s->list_only = true;
	s->list_count = n;
	return 0;
}

static int
parse_words(const struct sign_words *w, struct rollout_selection *s, struct err *e)
{
	char text[NAMES_MAX + 1];
	int rc = 0;

	(void)sign_words_text(w, "software", s->software, sizeof(s->software));
	(void)sign_words_text(w, "version", s->version, sizeof(s->version));
	(void)sign_words_text(w, "unit", s->unit, sizeof(s->unit));
	(void)sign_words_text(w, "model", s->model, sizeof(s->model));
	(void)sign_words_text(w, "site", s->site, sizeof(s->site));
	(void)sign_words_text(w, "trouble", s->trouble, sizeof(s->trouble));
	if (sign_words_text(w, "unit-type", text, sizeof(text)))
		rc = rollout_select_unit_type(s, text, e);
	if (rc == 0 && sign_words_text(w, "running", text, sizeof(text)))
		rc = rollout_select_running(s, text, e);
	if (rc == 0 && sign_words_text(w, "verdict", text, sizeof(text)))
		rc = rollout_select_verdict(s, text, e);
	if (rc == 0 && sign_words_text(w, "list", text, sizeof(text)))
		rc = parse_list(text, s, e);
	for (size_t n = 0; rc == 0 && sign_words_item(w, "with", n, text, sizeof(text)); n++) {
		s->drafts |= strcmp(text, "drafts") == 0;
		s->tickets |= strcmp(text, "tickets") == 0;
	}
	for (size_t n = 0; rc == 0 && sign_words_item(w, "devices", n, text, sizeof(text)); n++)
		rc = rollout_select_device(s, text, e);
	if (rc == 0 && (s->software[0] == '\0') != (s->version[0] == '\0'))
		rc = err_set(e, -EINVAL, "a selection has software and version, or neither");
	return rc;
}

int
rollout_select_parse(const char *text, struct rollout_selection *ret, struct err *e)
{
	struct rollout_selection s = { 0 };
	char again[ROLLOUT_SELECTION_MAX + 1];
	struct sign_words w;
	int rc = sign_words_parse(text, "selection", "1", WORDS, WORD_COUNT, &w, e);

	if (rc < 0)
		return rc == -ENOMEM ? rc : -EINVAL;
	rc = parse_words(&w, &s, e);
	if (rc == 0)
		rc = rollout_select_text(&s, again, e);
	if (rc == 0 && strcmp(again, text) != 0)
		rc = err_set(e, -EINVAL, "a selection is not as it is written");
	if (rc < 0)
		rollout_selection_release(&s);
	else
		*ret = s;
	return rc;
}
