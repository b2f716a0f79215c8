#include <config.h>

#include "updater/rollout_recipe.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

enum { NUMBER_SIZE = 24, HEX_SIZE = 2 * STRUCTURE_DIGEST_SIZE + 1 };

static const struct sign_word WORDS[] = {
	{ "kind", true, 16 },
	{ "symbol", true, STRUCTURE_LABEL_MAX },
	{ "bank", false, 3 },
	{ "software", false, STRUCTURE_NAME_MAX },
	{ "creator", false, STRUCTURE_NAME_MAX },
	{ "version", false, STRUCTURE_LABEL_MAX },
	{ "seq", false, 10 },
	{ "sha256", false, HEX_SIZE - 1 },
	{ "from", false, STRUCTURE_NAME_MAX },
	{ "fromversion", false, STRUCTURE_LABEL_MAX },
	{ "minutes", false, 10 },
	{ "group", false, 10 },
	{ "size", false, 10 },
	{ "flags", false, 32 },
};

enum { WORD_COUNT = sizeof(WORDS) / sizeof(WORDS[0]) };

static const char *const KIND[] = { "install", "switch", "standby", "visit" };

static const struct flag {
	const char *name;
	size_t offset;
} FLAGS[] = {
	{ "stone", offsetof(struct update_step, stepping_stone) },
	{ "stop", offsetof(struct update_step, stop) },
	{ "back", offsetof(struct update_step, way_back) },
	{ "ticket", offsetof(struct update_step, ticket) },
	{ "down", offsetof(struct update_step, down) },
};
enum { FLAG_COUNT = sizeof(FLAGS) / sizeof(FLAGS[0]) };

static const struct number {
	const char *key;
	size_t offset;		/* of a uint32_t */
} NUMBERS[] = {
	{ "seq", offsetof(struct update_step, seq) },
	{ "minutes", offsetof(struct update_step, minutes) },
	{ "group", offsetof(struct update_step, group) },
	{ "size", offsetof(struct update_step, group_size) },
};
enum { NUMBER_COUNT = sizeof(NUMBERS) / sizeof(NUMBERS[0]) };

/* --- write -------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *key, const char *value)
{
	if (value[0] != '\0')
		(void)sign_words_add(b, key, value, false);
}

static void
add_number(struct buf *b, const char *key, uint32_t value)
{
	char text[NUMBER_SIZE];

	if (value == 0)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu32, value);
	add_text(b, key, text);
}

static void
add_step(struct buf *b, const struct update_step *s)
{
	char hex[HEX_SIZE], flags[64] = "";
	size_t n = 0;

	(void)buf_add_text(b, "step 1");
	add_text(b, "kind", KIND[s->kind - 1]);
	add_text(b, "symbol", s->symbol);
	add_number(b, "bank", s->bank);
	add_text(b, "software", s->software);
	add_text(b, "creator", s->creator);
	add_text(b, "version", s->version);
	add_number(b, "seq", s->seq);
	if (s->digest_known) {
		text_hex(hex, sizeof(hex), s->digest, sizeof(s->digest));
		add_text(b, "sha256", hex);
	}
	add_text(b, "from", s->from_software);
	add_text(b, "fromversion", s->from_version);
	add_number(b, "minutes", s->minutes);
	add_number(b, "group", s->group);
	add_number(b, "size", s->group_size);
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (*(const bool *)((const char *)s + FLAGS[i].offset))
			n += (size_t)snprintf(flags + n, sizeof(flags) - n, "%s%s",
				n > 0 ? "," : "", FLAGS[i].name);
	if (n > 0)
		(void)sign_words_add(b, "flags", flags, true);
	(void)buf_add_char(b, '\n');
}

/* --- stages ------------------------------------------------------------------- */

static bool
symbol_later(const struct rollout_recipe *r, size_t from, const char *symbol)
{
	for (size_t i = from; i < r->count; i++)
		if (strcmp(r->steps[i].symbol, symbol) == 0)
			return true;
	return false;
}

static void
cut_stage(struct rollout_recipe *r, size_t from, size_t to)
{
	size_t n = r->stages++;

	r->stage[n] = (uint8_t)from;
	r->stage[n + 1] = (uint8_t)to;
	for (size_t i = from; i < to; i++) {
		const struct update_step *s = &r->steps[i];

		r->commit_first[n] |= symbol_later(r, to, s->symbol);
		r->stop[n] |= s->stop;
		r->minutes[n] += s->minutes;
		r->way_back &= s->way_back || s->kind == UPDATE_STEP_STANDBY;
	}
}

/* The steps of a group stand together, as many as its size says. */
static int
cut_stages(struct rollout_recipe *r, struct err *e)
{
	size_t i = 0, to;

	r->way_back = true;
	for (; i < r->count; i = to) {
		const struct update_step *s = &r->steps[i];

		if (s->kind == UPDATE_STEP_VISIT)
			return err_set(e, -EINVAL, "%s: a person has to go to the device; no "
				"rollout does that", s->symbol);
		for (to = i + 1; to < r->count && s->group != 0; to++)
			if (r->steps[to].group != s->group)
				break;
		if ((s->group == 0) != (s->group_size == 0) ||
			(s->group != 0 && to - i != s->group_size) ||
			to - i > UPDATE_GROUP_MAX)
			return err_set(e, -EINVAL, "%s: the group of its step is not whole",
				s->symbol);
		cut_stage(r, i, to);
	}
	return 0;
}

int
rollout_recipe_make(const struct update_step *steps, size_t count,
	struct rollout_recipe *ret, struct err *e)
{
	struct rollout_recipe r = {0};
	struct buf b;
	int rc;

	buf_init(&b, ROLLOUT_RECIPE_MAX);
	if (count == 0)
		return err_set(e, -EINVAL, "a device without a step is no member");
	if (count > ROLLOUT_STEPS_MAX)
		return err_set(e, -EMSGSIZE, "more than %d steps for a device", ROLLOUT_STEPS_MAX);
	r.steps = calloc(count, sizeof(*r.steps));
	if (r.steps == NULL)
		return err_set(e, -ENOMEM, "no memory for a recipe");
	r.count = count;
	for (size_t i = 0; i < count; i++) {
		r.steps[i] = steps[i];
		r.steps[i].unit_index = 0;
		r.steps[i].serial_number[0] = '\0';
		r.steps[i].model[0] = '\0';
		add_step(&b, &r.steps[i]);
	}
	rc = cut_stages(&r, e);
	if (rc == 0 && b.error != 0)
		rc = err_set(e, b.error, "a recipe has more than %d octets", ROLLOUT_RECIPE_MAX);
	if (rc == 0) {
		(void)crypto_hash_sha256(r.digest, (const unsigned char *)buf_text(&b), b.len);
		r.text = buf_steal(&b);
		if (r.text == NULL)
			rc = err_set(e, -ENOMEM, "no memory for a recipe");
	}
	buf_release(&b);
	if (rc < 0)
		rollout_recipe_release(&r);
	else
		*ret = r;
	return rc;
}

void
rollout_recipe_release(struct rollout_recipe *r)
{
	free(r->text);
	free(r->steps);
	*r = (struct rollout_recipe){0};
}

/* --- read --------------------------------------------------------------------- */

static int
read_numbers(const struct sign_words *w, struct update_step *s, struct err *e)
{
	char text[NUMBER_SIZE];
	uint32_t v = 0;
	int rc = 0;

	for (size_t i = 0; i < NUMBER_COUNT && rc == 0; i++)
		if (sign_words_text(w, NUMBERS[i].key, text, sizeof(text)) &&
			(rc = parse_u32(text, 0, UINT32_MAX, &v, e)) == 0)
			*(uint32_t *)(void *)((char *)s + NUMBERS[i].offset) = v;
	if (rc == 0 && sign_words_text(w, "bank", text, sizeof(text)) &&
		(rc = parse_u32(text, 0, STRUCTURE_BANKS_MAX, &v, e)) == 0)
		s->bank = (uint8_t)v;
	return rc;
}

static int
read_step(const char *line, struct update_step *ret, struct err *e)
{
	struct update_step s = {0};
	struct sign_words w;
	char text[HEX_SIZE];
	int rc = sign_words_parse(line, "step", "1", WORDS, WORD_COUNT, &w, e);

	if (rc < 0 || (rc = read_numbers(&w, &s, e)) < 0)
		return rc;
	(void)sign_words_text(&w, "kind", text, sizeof(text));
	for (int i = 0; i < UPDATE_STEP_VISIT; i++)
		if (strcmp(KIND[i], text) == 0)
			s.kind = (enum update_step_kind)(i + 1);
	if (s.kind == 0)
		return err_set(e, -EINVAL, "of no kind that there is");
	(void)sign_words_text(&w, "symbol", s.symbol, sizeof(s.symbol));
	(void)sign_words_text(&w, "software", s.software, sizeof(s.software));
	(void)sign_words_text(&w, "creator", s.creator, sizeof(s.creator));
	(void)sign_words_text(&w, "version", s.version, sizeof(s.version));
	(void)sign_words_text(&w, "from", s.from_software, sizeof(s.from_software));
	(void)sign_words_text(&w, "fromversion", s.from_version, sizeof(s.from_version));
	if (sign_words_text(&w, "sha256", text, sizeof(text))) {
		s.digest_known = true;
		if (text_unhex(text, s.digest, sizeof(s.digest)) < 0)
			return err_set(e, -EINVAL, "its sha256 is none");
	}
	for (size_t n = 0; sign_words_item(&w, "flags", n, text, sizeof(text)); n++)
		for (size_t i = 0; i < FLAG_COUNT; i++)
			if (strcmp(FLAGS[i].name, text) == 0)
				*(bool *)((char *)&s + FLAGS[i].offset) = true;
	*ret = s;
	return 0;
}

int
rollout_recipe_parse(const char *text, struct rollout_recipe *ret, struct err *e)
{
	struct update_step *steps = calloc(ROLLOUT_STEPS_MAX, sizeof(*steps));
	struct rollout_recipe r = {0};
	char line[SIGN_FILE_MAX];
	const char *s = text;
	size_t n = 0;
	int rc = steps == NULL ? err_set(e, -ENOMEM, "no memory for a recipe") : 0;

	for (; rc == 0 && *s != '\0'; n++) {
		size_t len = strcspn(s, "\n");

		if (n == ROLLOUT_STEPS_MAX || s[len] == '\0' || len >= sizeof(line)) {
			rc = err_set(e, -EINVAL, "a recipe's line %zu is not whole", n + 1);
			break;
		}
		(void)text_copy(line, len + 1, s);
		if (read_step(line, &steps[n], e) < 0) {
			err_prefix(e, "a recipe's line %zu", n + 1);
			rc = -EINVAL;
		}
		s += len + 1;
	}
	if (rc == 0)
		rc = rollout_recipe_make(steps, n, &r, e);
	if (rc == 0 && strcmp(r.text, text) != 0)
		rc = err_set(e, -EINVAL, "a recipe is not as it was written");
	if (rc < 0)
		rollout_recipe_release(&r);
	else
		*ret = r;
	free(steps);
	return rc;
}
