#include <config.h>

#include "tests/unit/trouble_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/support.h"

#define XML "<unit-type id='E' class='engine' manufacturer='A' model='E' use='impressions'>" \
	"<rev id='A' seq='1' hardware='A'/><rev id='B' seq='2' hardware='B'/></unit-type>" \
	"<software id='s' unit-type='E'><release version='1' seq='100'/>" \
	"<release version='2' seq='200'/><release version='3' seq='300'/></software>"

struct trouble_subject
trouble_world_subject(const struct trouble_world *w, const char *rev, uint32_t seq)
{
	uint32_t software = fixture_software(w->set, "s");

	return (struct trouble_subject){ .device_type = CATALOGUE_NONE,
		.type = fixture_type(w->set, "E"), .rev = fixture_rev(w->set, "E", rev),
		.class = UNIT_TYPE_ENGINE, .use_unit = USE_IMPRESSIONS, .software = software,
		.release = catalogue_release_seq(w->set, software, seq) };
}

void
trouble_world_tell(void *user, const struct trouble_told *told)
{
	static const char *const names[] = { [TROUBLE_OPENED] = "opened",
		[TROUBLE_REOPENED] = "reopened", [TROUBLE_CLEARED] = "cleared",
		[TROUBLE_LEFT] = "left" };
	struct trouble_world *w = user;
	size_t len = strlen(w->told);

	w->last = *told;
	snprintf(w->told + len, sizeof(w->told) - len, "%s%s %s%s@%" PRId64, len > 0 ? " " : "",
	    names[told->event], told->unit == 2 ? "2/" : "", w->rules.list[told->rule].rule->id,
	    told->at_s);
}

void
trouble_world_runs(struct trouble_world *w, uint32_t unit, const char *rev, uint32_t seq)
{
	struct trouble_subject s;

	if (seq > 0)
		s = trouble_world_subject(w, rev, seq);
	ck_assert_int_eq(trouble_device_unit(w->device, unit, seq > 0 ? &s : NULL, 0,
	    trouble_world_tell, w), 0);
}

void
trouble_world_begin(struct trouble_world *w, const char *rules)
{
	const struct trouble_fact from = { .kind = TROUBLE_LOG_FROM, .generation = 7, .index = 1 };
	char xml[16384];
	struct err e;

	*w = (struct trouble_world){ .index = 1, .boots = 1, .serial = 1 };
	ck_assert_int_lt(snprintf(xml, sizeof(xml), "%s%s", XML, rules), (int)sizeof(xml));
	w->set = fixture_set(xml, (char *)NULL);
	if (trouble_rules_init(&w->rules, w->set, &e) < 0)
		ck_abort_msg("%s", e.text);
	w->device = trouble_device_new(&w->rules);
	ck_assert_ptr_nonnull(w->device);
	trouble_world_runs(w, 1, "A", 100);
	trouble_world_runs(w, 2, "A", 100);
	ck_assert_int_eq(trouble_device_take(w->device, &from, NULL, NULL), 0);
}

void
trouble_world_end(struct trouble_world *w)
{
	trouble_device_free(w->device);
	trouble_rules_release(&w->rules);
	fixture_free(w->set);
}

/* The next word of a line, and the number it is; 0 if it is none. */
static const char *
next_word(char **line, int64_t *ret_number)
{
	char *word = *line + strspn(*line, " ");

	*line = word + strcspn(word, " ");
	if (**line != '\0')
		*(*line)++ = '\0';
	*ret_number = 0;
	(void)parse_i64(word, INT32_MIN, INT64_C(1) << 40, ret_number, NULL);
	return word;
}

static void
read_args(struct trouble_world *w, struct trouble_fact *f, char kind, char *args)
{
	int64_t first, a, b, c;
	const char *text = next_word(&args, &first);
	bool more = *args != '\0';
	int oper;

	(void)next_word(&args, &a);
	(void)next_word(&args, &b);
	(void)next_word(&args, &c);
	f->code = f->name = text;
	f->value = a * CATALOGUE_MILLION;
	if (kind == 'e') {
		f->kind = TROUBLE_ENTRY;
		f->repeats = more ? (uint32_t)a : 1;
	} else if (kind == 'r' || kind == 'l') {
		f->kind = TROUBLE_READING;
		f->limited = kind == 'l';
		f->low = b * CATALOGUE_MILLION;
		f->high = c * CATALOGUE_MILLION;
	} else if (kind == 'u' || kind == 'b') {
		f->kind = TROUBLE_USE;
		w->boots += kind == 'b';
		f->life_expected = (uint32_t)first;
	} else if (kind == 's') {
		f->kind = TROUBLE_STATE;
		ck_assert_int_eq(structure_value(NAME_UNIT_OPER, text, &oper), 0);
		f->oper_state = (enum unit_oper_state)oper;
	} else if (kind == 'p') {
		f->kind = TROUBLE_PEERS;
		f->peers = (uint32_t)b;
	} else if (kind == 'g') {
		f->kind = TROUBLE_LOG_FROM;
	} else {
		f->kind = kind == 'i' ? TROUBLE_INSTALLED : TROUBLE_SERVICED;
	}
}

struct trouble_fact
trouble_world_fact(struct trouble_world *w, const char *line, char *text)
{
	struct trouble_fact f = { .unit = 1, .use_known = true, .generation = 7 };
	int64_t use, none;
	const char *kind;

	if (line[0] != '\0' && line[1] == '/') {
		f.unit = (uint32_t)(line[0] - '0');
		line += 2;
	}
	ck_assert_uint_lt(strlen(line), 200);
	text_copy(text, 200, line);
	(void)next_word(&text, &f.at_s);
	(void)next_word(&text, &use);
	f.use = (uint64_t)use;
	kind = next_word(&text, &none);
	ck_assert_msg(strlen(kind) == 1 && strchr("erlusipvgb", *kind) != NULL, "not a fact: %s", line);
	read_args(w, &f, *kind, text);
	f.boots = w->boots;
	if (f.kind == TROUBLE_LOG_FROM)
		w->index += 10;
	if (f.kind == TROUBLE_ENTRY || f.kind == TROUBLE_LOG_FROM)
		f.index = w->index;
	else
		f.serial = w->serial++;
	w->index += f.kind == TROUBLE_ENTRY;
	return f;
}

void
trouble_world_live(struct trouble_world *w, const char *script)
{
	char line[200], text[200];
	size_t len;

	for (script += strspn(script, "; \n"); *script != '\0'; script += strspn(script, "; \n")) {
		struct trouble_fact f;

		len = strcspn(script, ";\n");
		ck_assert_uint_lt(len, sizeof(line));
		memcpy(line, script, len);
		line[len] = '\0';
		script += len;
		f = trouble_world_fact(w, line, text);
		ck_assert_msg(trouble_device_take(w->device, &f, trouble_world_tell, w) == 0,
		    "not taken: %s", line);
	}
}

void
trouble_world_says(const char *rules, const char *script, const char *told)
{
	struct trouble_world w;

	trouble_world_begin(&w, rules);
	trouble_world_live(&w, script);
	ck_assert_msg(strcmp(w.told, told) == 0, "told: %s\nnot:  %s\nof:   %s\nby:   %s", w.told, told,
	    script, rules);
	trouble_world_end(&w);
}
