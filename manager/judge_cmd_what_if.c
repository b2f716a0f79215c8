/* imgadm-judge what-if: a device as it would be with another unit or other software. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/store/store_center.h"
#include "manager/judge/judge_words.h"
#include "manager/judge_open.h"
#include "manager/judge_record.h"

enum { UNIT = CLI_KEY_OWN, SOFTWARE, CHANGES_MAX = 32, NAME_SIZE = 256 };

struct change {
	bool software;
	const char *text;	/* SYMBOL=... */
	char symbol[STRUCTURE_LABEL_MAX + 1];
	const char *what;	/* behind the '=' */
	/* Of software: how the release would get there. */
	enum judge_no_path route;
	uint32_t release, hops;
};

struct what_if {
	struct cli *cli;
	struct judge_opened o;
	struct change changes[CHANGES_MAX];
	size_t change_count;
	struct structure structure;	/* with the changes */
	struct judge_device *with;
	struct store_judgement before, after;
};

/* --- a unit ---------------------------------------------------------------------- */

/* A text that a pattern matches: what its wildcards stand for is left out. */
static void
sample(const char *pattern, char *dst, size_t size)
{
	size_t n = 0;

	for (; pattern != NULL && *pattern != '\0' && n + 1 < size; pattern++)
		if (*pattern != '*')
			dst[n++] = *pattern == '?' ? '0' : *pattern;
	dst[n] = '\0';
}

/* The unit as one of this type and revision says what it is. */
static int
become(const struct catalogue_set *set, uint32_t type, uint32_t rev, struct unit *u,
	struct err *e)
{
	static const char serial[] = "serial:";
	const struct catalogue_unit_type *t = &set->unit_types[type];
	const char *hardware = rev == CATALOGUE_NONE ? NULL : set->revs[rev].hardware;
	uint32_t is_rev = CATALOGUE_NONE;

	u->type = t->class;
	sample(t->manufacturer, u->manufacturer, sizeof(u->manufacturer));
	sample(t->model, u->model, sizeof(u->model));
	u->serial_number[0] = u->hardware_rev[0] = '\0';
	if (t->part != NULL && strncmp(t->part, serial, sizeof(serial) - 1) == 0)
		sample(t->part + sizeof(serial) - 1, u->serial_number, sizeof(u->serial_number));
	else if (t->part != NULL)
		sample(t->part, u->hardware_rev, sizeof(u->hardware_rev));
	if (hardware != NULL)
		sample(hardware, u->hardware_rev, sizeof(u->hardware_rev));
	if (catalogue_unit_type_match(set, u, &is_rev) != type || is_rev != rev)
		return err_set(e, -EINVAL, "%s: no unit can be made up that is told to be this one "
			"and no other", t->id);
	if (t->banks > u->banks)
		u->banks = t->banks;
	return 0;
}

/* FS-5, or FS-5/B: a type and its revision; without one, the newest. */
static int
find_type(const struct catalogue_set *set, const char *what, uint32_t *ret_type,
	uint32_t *ret_rev, struct err *e)
{
	const char *slash = strrchr(what, '/');
	char id[NAME_SIZE], shown[4 * NAME_SIZE];
	const struct catalogue_unit_type *t;
	uint32_t type;

	(void)snprintf(id, sizeof(id), "%.*s", slash == NULL ? (int)sizeof(id) - 1 :
		(int)(slash - what), what);
	(void)text_escape(shown, sizeof(shown), id);
	type = catalogue_unit_type_find(set, id);
	if (type == CATALOGUE_NONE)
		return err_set(e, -EINVAL, "no catalogue in force knows a unit type '%s'", shown);
	t = &set->unit_types[type];
	*ret_type = type;
	*ret_rev = t->rev_count == 0 ? CATALOGUE_NONE : t->first_rev + t->rev_count - 1;
	if (slash == NULL)
		return 0;
	for (uint32_t r = t->first_rev; r < t->first_rev + t->rev_count; r++) {
		if (strcmp(set->revs[r].id, slash + 1) == 0) {
			*ret_rev = r;
			return 0;
		}
	}
	(void)text_escape(shown, sizeof(shown), slash + 1);
	return err_set(e, -EINVAL, "%s has no revision '%s'", t->id, shown);
}

/* Other software does not come with it: what is in its banks was the old part's. */
static void
empty_banks(struct structure *s, uint32_t index)
{
	size_t n = 0;

	for (size_t i = 0; i < s->software_count; i++)
		if (s->software[i].unit_index != index)
			s->software[n++] = s->software[i];
	s->software_count = n;
}

static void
take_out(struct structure *s, size_t at)
{
	empty_banks(s, s->units[at].index);
	(void)memmove(&s->units[at], &s->units[at + 1],
		(s->unit_count - at - 1) * sizeof(*s->units));
	s->unit_count--;
}

/* With its functions; a unit that sits in it has to be taken out before. */
static int
take_out_whole(struct structure *s, size_t at, const char *text, struct err *e)
{
	uint32_t index = s->units[at].index;

	for (size_t i = 0; i < s->unit_count; i++) {
		const struct unit *u = &s->units[i];

		if (u->contained_in == index && u->class == UNIT_UNIT)
			return err_set(e, -EINVAL, "%s: %s is in it: take that out before, with "
				"--unit %s=-", text, u->symbol, u->symbol);
	}
	for (size_t i = s->unit_count; i-- > 0;) {
		if (s->units[i].contained_in == index || s->units[i].index == index)
			take_out(s, i);
	}
	return 0;
}

static int
change_unit(struct what_if *x, const struct change *c, struct err *e)
{
	const struct catalogue_set *set = inforce_set(x->o.catalogues);
	struct structure *s = &x->structure;
	uint32_t type = 0, rev = 0, highest = 0;
	struct unit *u = NULL;
	size_t i;
	int rc;

	for (i = 0; i < s->unit_count; i++) {
		if (s->units[i].index > highest)
			highest = s->units[i].index;
		if (strcmp(s->units[i].symbol, c->symbol) == 0)
			break;
	}
	if (strcmp(c->what, "-") == 0) {
		if (i == s->unit_count)
			return err_set(e, -EINVAL, "%s: it has no such unit to be taken out",
				c->text);
		return take_out_whole(s, i, c->text, e);
	}
	rc = find_type(set, c->what, &type, &rev, e);
	if (rc < 0)
		return rc;
	if (i < s->unit_count) {
		u = &s->units[i];
		if (catalogue_unit_type_match(set, u, &highest) != type)
			empty_banks(s, u->index);
		return become(set, type, rev, u, e);
	}
	u = structure_add_unit(s);
	if (u == NULL)
		return err_set(e, -ENOMEM, "no room for another unit");
	*u = (struct unit){ .index = highest + 1, .class = UNIT_UNIT, .contained_in =
		s->units[0].index, .oper_state = UNIT_OPER_OK,
		.admin_state = UNIT_ADMIN_IN_SERVICE, .use_unit = USE_NOT_COUNTED,
		.action = UNIT_ACTION_NONE };
	(void)text_copy(u->symbol, sizeof(u->symbol), c->symbol);
	return become(set, type, rev, u, e);
}

/* --- software -------------------------------------------------------------------- */

/* SOFTWARE:VERSION, at whichever colon makes a release that there is. */
static int
find_release(const struct what_if *x, const char *what, uint32_t *ret, struct err *e)
{
	char software[NAME_SIZE];
	int rc = -EINVAL;

	for (const char *p = strchr(what, ':'); p != NULL; p = strchr(p + 1, ':')) {
		(void)snprintf(software, sizeof(software), "%.*s", (int)(p - what), what);
		rc = judge_open_release(&x->o, software, p + 1, ret, e);
		if (rc == 0)
			return 0;
	}
	return rc == -EINVAL ? err_set(e, -EINVAL, "--software wants SYMBOL=SOFTWARE:VERSION") : rc;
}

static struct software *
bank_of(struct structure *s, const struct unit *u)
{
	struct software *first = NULL;
	size_t i;

	for (i = 0; i < s->software_count; i++) {
		struct software *w = &s->software[i];

		if (w->unit_index != u->index)
			continue;
		if (first == NULL)
			first = w;
		if (w->state == SOFTWARE_RUNNING || w->state == SOFTWARE_TRIAL ||
		    w->state == SOFTWARE_PROVEN)
			return w;
	}
	if (first != NULL)
		return first;
	if (structure_add_software(s) == NULL)
		return NULL;
	for (i = 0; i + 1 < s->software_count && s->software[i].unit_index < u->index; i++)
		continue;
	(void)memmove(&s->software[i + 1], &s->software[i],
		(s->software_count - 1 - i) * sizeof(*s->software));
	s->software[i] = (struct software){ .unit_index = u->index, .bank = 1,
		.state = SOFTWARE_RUNNING };
	return &s->software[i];
}

/* How it gets there from what runs now, where the unit is as it is. */
static void
find_route(struct what_if *x, struct change *c)
{
	const struct judge_device *d = x->o.device;
	struct judge_path path;
	uint32_t unit, bank;
	struct err e;

	c->route = JUDGE_PATH_FOUND;
	if (judge_device_unit(d, c->symbol, &unit, &e) < 0)
		return;
	bank = judge_words_active_bank(d->problem, unit, 0);
	if (bank == CATALOGUE_NONE || d->shape.banks[bank].release == c->release)
		return;
	c->route = judge_path_find(d->set, &d->shape, &d->policy, unit, bank, c->release, NULL,
		&path);
	c->hops = c->route == JUDGE_PATH_FOUND ? path.count : 0;
}

static int
change_software(struct what_if *x, struct change *c, struct err *e)
{
	const struct catalogue_set *set = inforce_set(x->o.catalogues);
	const struct catalogue_release *r;
	struct structure *s = &x->structure;
	struct software *w;
	struct unit *u;
	size_t i;
	int rc;

	for (i = 0; i < s->unit_count; i++)
		if (strcmp(s->units[i].symbol, c->symbol) == 0)
			break;
	if (i == s->unit_count) {
		uint32_t unit;

		rc = judge_device_unit(x->o.device, c->symbol, &unit, e);
		return rc < 0 ? -EINVAL : err_set(e, -EINVAL, "%s: it is taken out", c->text);
	}
	u = &s->units[i];
	rc = find_release(x, c->what, &c->release, e);
	if (rc < 0)
		return -EINVAL;
	find_route(x, c);
	r = &set->releases[c->release];
	if (u->banks == 0)
		u->banks = 1;
	w = bank_of(s, u);
	if (w == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	(void)text_copy(w->id, sizeof(w->id), set->software[r->software].id);
	(void)text_copy(w->creator, sizeof(w->creator), set->software[r->software].creator);
	(void)text_copy(w->version, sizeof(w->version), r->version);
	w->digest_known = false;
	w->state = SOFTWARE_RUNNING;
	return 0;
}

/* --- what comes of it ----------------------------------------------------------------- */

static bool
has_rule(const struct store_judgement *j, const struct store_judge_rule *r)
{
	for (size_t i = 0; i < j->rule_count; i++)
		if (strcmp(j->rules[i].id, r->id) == 0 &&
		    strcmp(j->rules[i].symbol, r->symbol) == 0 &&
		    j->rules[i].violated == r->violated)
			return true;
	return false;
}

static const char *
no_route(enum judge_no_path why)
{
	switch (why) {
	case JUDGE_PATH_FOUND:
		return NULL;
	case JUDGE_PATH_NO_FROM:
		return "no <from> leads there from what runs";
	case JUDGE_PATH_FLOOR:
		return "it is below the unit's floor";
	case JUDGE_PATH_STATE:
		return "it is a draft, or withdrawn";
	case JUDGE_PATH_LONG:
		return "it takes too many installations";
	case JUDGE_PATH_MEMORY:
		return "memory did not suffice to find out";
	}
	return NULL;
}

static void
rest(const struct what_if *x, struct buf *b)
{
	const struct judgement *j = &x->with->judgement;

	if (j->recommended != NULL && j->end == JUDGE_RECOMMENDED)
		(void)judge_words_changes(x->with->problem, &x->with->names, j->recommended,
			CATALOGUE_NONE, b);
}

static void
print_rules(const struct what_if *x, const struct store_judgement *of,
	const struct store_judgement *other, bool same, const char *word)
{
	char text[2 * STORE_JUDGE_SAID_MAX], shown[4 * sizeof(text)];

	for (size_t i = 0; i < of->rule_count; i++) {
		if (has_rule(other, &of->rules[i]) != same)
			continue;
		judge_record_fill(of->rules[i].text, &x->with->structure, text, sizeof(text));
		(void)text_escape(shown, sizeof(shown), text);
		(void)printf("  %-6s %-9s %s\n", word,
			of->rules[i].violated ? "violated" : "unknown", shown);
	}
}

static void
print_text(const struct what_if *x)
{
	struct buf b;

	(void)printf("%s with", x->o.device->names.device);
	for (size_t i = 0; i < x->change_count; i++)
		(void)printf("%s %s", i == 0 ? "" : ",", x->changes[i].text);
	(void)printf(": %s%s\n", x->before.verdict == x->after.verdict ? "still " : "",
		store_verdict_name(x->after.verdict));
	print_rules(x, &x->after, &x->before, false, "new");
	print_rules(x, &x->after, &x->before, true, "still");
	print_rules(x, &x->before, &x->after, false, "gone");
	for (size_t i = 0; i < x->change_count; i++) {
		const struct change *c = &x->changes[i];

		if (!c->software)
			continue;
		if (c->route != JUDGE_PATH_FOUND)
			(void)printf("%s cannot be installed: %s\n", c->what, no_route(c->route));
		else if (c->hops > 1)
			(void)printf("%s takes %u installations, by stepping stones\n", c->what,
				c->hops);
	}
	buf_init(&b, STORE_JUDGE_PLAN_MAX);
	rest(x, &b);
	if (b.len > 0)
		(void)printf("What else: %s\n", buf_text(&b));
	buf_release(&b);
}

static json_t *
rules_json(const struct store_judgement *of, const struct store_judgement *other, bool same)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < of->rule_count; i++)
		if (has_rule(other, &of->rules[i]) == same)
			(void)json_array_append_new(list, json_pack("{s:s, s:s?, s:b}",
				"rule", of->rules[i].id, "symbol", of->rules[i].symbol[0] == '\0' ?
				NULL : of->rules[i].symbol, "violated", of->rules[i].violated));
	return list;
}

static int
print_json(const struct what_if *x, struct err *e)
{
	json_t *routes = json_array(), *root;
	struct buf b;
	int rc;

	for (size_t i = 0; i < x->change_count; i++)
		if (x->changes[i].software)
			(void)json_array_append_new(routes, json_pack("{s:s, s:b, s:s?, s:i}",
				"change", x->changes[i].text, "installable",
				x->changes[i].route == JUDGE_PATH_FOUND, "why_not",
				no_route(x->changes[i].route), "installations",
				(int)x->changes[i].hops));
	buf_init(&b, STORE_JUDGE_PLAN_MAX);
	rest(x, &b);
	root = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s?}",
		"device", x->o.device->names.device,
		"verdict_now", store_verdict_name(x->before.verdict),
		"verdict", store_verdict_name(x->after.verdict),
		"new", rules_json(&x->after, &x->before, false),
		"still", rules_json(&x->after, &x->before, true),
		"gone", rules_json(&x->before, &x->after, false), "software", routes,
		"else", b.len == 0 ? NULL : buf_text(&b));
	rc = jsonout_print(stdout, root, e);
	json_decref(root);
	buf_release(&b);
	return rc;
}

/* --- the command ------------------------------------------------------------------ */

static int
add_change(struct what_if *x, bool software, const char *text, struct err *e)
{
	const char *equals = strchr(text, '=');
	struct change *c = &x->changes[x->change_count];

	if (x->change_count == CHANGES_MAX)
		return err_set(e, -EINVAL, "more than %d changes", CHANGES_MAX);
	if (equals == NULL || equals == text || equals[1] == '\0' ||
	    (size_t)(equals - text) > STRUCTURE_LABEL_MAX)
		return err_set(e, -EINVAL, "--%s '%.40s': want SYMBOL=%s",
			software ? "software" : "unit", text,
			software ? "SOFTWARE:VERSION" : "TYPE[/REV], or SYMBOL=-");
	*c = (struct change){ .software = software, .text = text, .what = equals + 1,
		.release = CATALOGUE_NONE };
	(void)memcpy(c->symbol, text, (size_t)(equals - text));
	x->change_count++;
	return 0;
}

static int
make(struct what_if *x, struct err *e)
{
	const struct catalogue_set *set = inforce_set(x->o.catalogues);
	char name[STORE_NAME_MAX + 1];
	int64_t device = 0;
	int rc;

	rc = store_device_key(x->o.store, x->o.device->names.device, &device, e);
	if (rc == 0)
		rc = store_judge_structure(x->o.store, device, name, &x->structure, e);
	for (int software = 0; software <= 1; software++)
		for (size_t i = 0; rc == 0 && i < x->change_count; i++)
			if (x->changes[i].software == (software != 0))
				rc = software ? change_software(x, &x->changes[i], e) :
					change_unit(x, &x->changes[i], e);
	if (rc == 0)
		rc = structure_check(&x->structure, e);
	if (rc == 0) {
		struct structure copy = x->structure;

		x->structure = (struct structure){0};
		rc = judge_device_of(x->o.store, device, &copy, name, set, &x->o.policy,
			clock_utc_s(clock_system()), &x->with, e);
	}
	if (rc == 0)
		rc = judge_record_make(x->with->problem, &x->with->judgement, &x->after, e);
	if (rc == 0)
		rc = judge_record_make(x->o.device->problem, &x->o.device->judgement, &x->before,
			e);
	return rc;
}

int
judge_cmd_what_if(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ UNIT, "unit", "SYMBOL=TYPE[/REV]", "with this unit there; SYMBOL=- without it" },
		{ SOFTWARE, "software", "SYMBOL=SOFTWARE:VERSION", "with this release running" },
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge what-if",
		.usage = "DEVICE [--unit SYMBOL=TYPE[/REV]] [--software SYMBOL=SOFTWARE:VERSION]",
		.summary = "Would it fit? The device as it would be; nothing is changed.",
		.rows = rows,
	};
	struct what_if x = { .cli = user };
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(x.cli, &p, 1, 1, &status)) > 0)
		if (add_change(&x, rc == SOFTWARE, p.argument, &e) < 0)
			return cli_error(&e, -EINVAL);
	if (rc < 0)
		return status;
	if (x.change_count == 0) {
		log_error("what-if: say what would change: --unit or --software");
		return EXIT_USAGE;
	}
	status = judge_open(x.cli, p.argv[p.index], &x.o);
	if (status == EXIT_DONE) {
		judge_open_warn(&x.o);
		rc = make(&x, &e);
		if (rc == 0 && x.cli->format == LISTING_JSON)
			rc = print_json(&x, &e);
		else if (rc == 0)
			print_text(&x);
		if (rc < 0)
			status = cli_error(&e, rc);
	}
	store_judgement_release(&x.before);
	store_judgement_release(&x.after);
	judge_device_free(x.with);
	structure_release(&x.structure);
	judge_opened_close(&x.o);
	return status;
}
