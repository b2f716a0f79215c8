#include <config.h>

#include "lib/catalogue/catalogue_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_findings.h"

#define TEXT(c, e, a) tree_text(c, e, ATTRIBUTE_##a)
#define HAS(c, e, a) tree_has(c, e, ATTRIBUTE_##a)
#define NUMBER(c, e, a, otherwise) tree_number(c, e, ATTRIBUTE_##a, otherwise)
#define U32(c, e, a, otherwise) ((uint32_t)tree_number(c, e, ATTRIBUTE_##a, otherwise))
#define DECIMAL(c, e, a, otherwise) \
	((int64_t)tree_number(c, e, ATTRIBUTE_##a, (uint64_t)(otherwise)))
#define EACH_CHILD(c, e, i) \
	(uint32_t i = (e) + 1; i < (c)->elements[e].end; i = (c)->elements[i].end)

/* --- windows --------------------------------------------------------------------- */

/* Of attribute a, if it is there; the unit of use is the rule's. */
static struct catalogue_window
window(struct catalogue_rule *r, const struct catalogue *c, uint32_t e, enum catalogue_attribute a)
{
	uint64_t number = tree_number(c, e, a, 0);
	unsigned unit = number % WINDOW_UNITS;
	struct catalogue_window w = { CATALOGUE_NO_AXIS, (uint32_t)(number / WINDOW_UNITS) };

	if (number == 0)
		return w;
	w.axis = unit == WINDOW_SECONDS ? CATALOGUE_TIME :
	    unit == WINDOW_RESTARTS ? CATALOGUE_RESTARTS : CATALOGUE_USE;
	if (w.axis == CATALOGUE_USE)
		r->use_unit = (enum unit_use_unit)unit;
	return w;
}

#define WINDOW(a) window(r, c, e, ATTRIBUTE_##a)

/* --- scope and treat --------------------------------------------------------------- */

static void
fill_revs(struct linker *l, const struct thing *at, struct catalogue_scope *scope)
{
	const struct catalogue *c = l->files[at->catalogue];
	const struct {
		const char *id;
		uint32_t *bound;
	} bounds[] = {
		{ TEXT(c, at->e, REV), &scope->min_rev_seq },
		{ TEXT(c, at->e, REV), &scope->max_rev_seq },
		{ TEXT(c, at->e, MIN_REV), &scope->min_rev_seq },
		{ TEXT(c, at->e, MAX_REV), &scope->max_rev_seq },
	};

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		uint32_t rev = bounds[i].id == NULL ? CATALOGUE_NONE :
		    link_rev(l, scope->type, bounds[i].id, at);

		scope->any_rev &= bounds[i].id == NULL;
		if (rev != CATALOGUE_NONE)
			*bounds[i].bound = l->set->revs[rev].seq;
	}
	if (scope->min_rev_seq > scope->max_rev_seq)
		LINK_REPORT(l, at, "min-rev is after max-rev: nothing lies between them");
}

/* A maker's rule is about something of its creators'; the operator's about all. */
static void
check_speaker(struct linker *l, const struct thing *at, const struct catalogue_scope *scope)
{
	const struct catalogue *c = l->files[at->catalogue];
	const struct things *of[] = { &l->unit_types, &l->software, &l->device_types };
	const uint32_t places[] = { scope->type, scope->software, scope->device_type };

	if (link_is_operator(c))
		return;
	for (size_t i = 0; i < 3; i++)
		if (places[i] != CATALOGUE_NONE && of[i]->list[places[i]].creator != NULL &&
		    link_speaks_for(c, of[i]->list[places[i]].creator))
			return;
	LINK_REPORT(l, at, "this rule is about nothing of its creators': <scope> has to name a unit "
	    "type, a software or a device type of theirs; only the operator's may speak of all");
}

static void
fill_scope(struct linker *l, const struct thing *at, struct catalogue_scope *scope)
{
	const struct catalogue *c = l->files[at->catalogue];
	uint32_t e = at->e;

	if (HAS(c, e, DEVICE_TYPE))
		scope->device_type = link_attribute(l, &l->device_types, ATTRIBUTE_DEVICE_TYPE, at);
	if (HAS(c, e, UNIT_TYPE))
		scope->type = link_attribute(l, &l->unit_types, ATTRIBUTE_UNIT_TYPE, at);
	if (scope->type != CATALOGUE_NONE) {
		scope->class = l->set->unit_types[scope->type].class;
		fill_revs(l, at, scope);
	} else if (HAS(c, e, CLASS)) {
		scope->class = (enum unit_type)NUMBER(c, e, CLASS, UNIT_TYPE_OTHER);
	} else if (HAS(c, e, FUNCTION)) {
		scope->class = (enum unit_type)(NUMBER(c, e, FUNCTION, 0) + UNIT_TYPE_PRINT);
	}
	if (HAS(c, e, SOFTWARE))
		scope->software = link_attribute(l, &l->software, ATTRIBUTE_SOFTWARE, at);
	scope->any_release = !HAS(c, e, SEQ) && !HAS(c, e, MIN_SEQ) && !HAS(c, e, MAX_SEQ);
	scope->min_seq = U32(c, e, SEQ, NUMBER(c, e, MIN_SEQ, 0));
	scope->max_seq = U32(c, e, SEQ, NUMBER(c, e, MAX_SEQ, UINT32_MAX));
	check_speaker(l, at, scope);
}

static void
fill_treat(struct linker *l, const struct thing *at, struct catalogue_rule *r)
{
	const struct catalogue *c = l->files[at->catalogue];
	struct catalogue_treat *treat = &r->treat;
	struct thing child = *at;
	uint32_t e = at->e;

	treat->place = link_place(l, at->catalogue, e);
	treat->confirm_drop = U32(c, e, CONFIRM_DROP, 0);
	treat->over = WINDOW(OVER);
	treat->quarantine_s = U32(c, e, QUARANTINE, 0);
	child.e = e = e + 1;
	if (c->elements[e].element == ELEMENT_INSTALL) {
		treat->kind = CATALOGUE_INSTALL;
		treat->to_seq = U32(c, e, TO_SEQ, 0);
		treat->software = link_attribute(l, &l->software, ATTRIBUTE_SOFTWARE, &child);
		if (treat->software != CATALOGUE_NONE)
			(void)link_release(l, treat->software, treat->to_seq, &child);
	} else if (c->elements[e].element == ELEMENT_SWITCH) {
		treat->kind = NUMBER(c, e, TO, 0) == 0 ? CATALOGUE_SWITCH_BANK :
		    CATALOGUE_SWITCH_STANDBY;
	} else if (c->elements[e].element == ELEMENT_RESET) {
		treat->kind = CATALOGUE_RESET;
	} else {
		treat->kind = CATALOGUE_ADVISE;
		treat->text = TEXT(c, e, TEXT);
	}
}

/* --- conditions -------------------------------------------------------------------- */

static void
add_code(struct linker *l, struct catalogue_rule_node *n, const char *code)
{
	if (n->code_count++ == 0)
		n->first_code = l->set->rule_code_count;
	l->s->rule_codes[l->set->rule_code_count++] = code;
}

/* The codes of a sequence, cut apart in *texts. */
static void
fill_codes(struct linker *l, struct catalogue_rule_node *n, const char *codes, char **texts)
{
	size_t len;

	for (codes += strspn(codes, " "); *codes != '\0'; codes += strspn(codes, " ")) {
		len = strcspn(codes, " ");
		(void)memcpy(*texts, codes, len);
		(*texts)[len] = '\0';
		add_code(l, n, *texts);
		*texts += len + 1;
		codes += len;
	}
}

static void
fill_bound(struct catalogue_rule_node *n, const struct catalogue *c, uint32_t e)
{
	n->side = HAS(c, e, MAX) ? CATALOGUE_AT_MOST : CATALOGUE_AT_LEAST;
	n->bound = n->side == CATALOGUE_AT_MOST ? DECIMAL(c, e, MAX, 0) : DECIMAL(c, e, MIN, 0);
	n->clear = DECIMAL(c, e, CLEAR, n->bound);
}

static void
fill_level(struct catalogue_rule_node *n, const struct catalogue *c, uint32_t e)
{
	n->source = HAS(c, e, READING) ? CATALOGUE_READING : HAS(c, e, STATE) ?
	    CATALOGUE_OPER_STATE : NUMBER(c, e, USE, 0) == 0 ? CATALOGUE_USE_COUNT :
	    CATALOGUE_LIFE;
	if (n->source == CATALOGUE_OPER_STATE)
		n->state = (enum unit_oper_state)(NUMBER(c, e, STATE, 0) + UNIT_OPER_UNKNOWN);
	else
		fill_bound(n, c, e);
}

/* What the leaves have in common; of those that a kind has not, nothing was given. */
static void
fill_leaf(struct linker *l, struct catalogue_rule *r, const struct catalogue *c, uint32_t e,
	struct catalogue_rule_node *n)
{
	n->reading = TEXT(c, e, READING);
	n->within = WINDOW(WITHIN);
	n->gap = WINDOW(GAP);
	n->dedupe = WINDOW(DEDUPE);
	n->per = WINDOW(PER);
	n->over = WINDOW(OVER);
	n->exposure = WINDOW(EXPOSURE);
	if (HAS(c, e, CODE))
		add_code(l, n, TEXT(c, e, CODE));
}

static void
fill_node(struct linker *l, struct catalogue_rule *r, const struct thing *at,
	struct catalogue_rule_node *n, char **texts)
{
	const struct catalogue *c = l->files[at->catalogue];
	enum catalogue_element kind = c->elements[at->e].element;
	uint32_t e = at->e;

	*n = (struct catalogue_rule_node){
		.kind = (enum catalogue_rule_kind)(kind - ELEMENT_RULE_ALL + CATALOGUE_RULE_ALL),
		.place = link_place(l, at->catalogue, e),
		.hold = WINDOW(HOLD),
	};
	if (n->kind >= CATALOGUE_RULE_COUNT)
		fill_leaf(l, r, c, e, n);
	if (kind == ELEMENT_RULE_AT_LEAST || kind == ELEMENT_COUNT || kind == ELEMENT_DEVIATE)
		n->min = U32(c, e, MIN, 1);
	if (kind == ELEMENT_COUNT || kind == ELEMENT_DEVIATE)
		n->clear_count = U32(c, e, CLEAR, n->min - 1);
	if (kind == ELEMENT_RATE || kind == ELEMENT_PEER)
		fill_bound(n, c, e);
	if (kind == ELEMENT_RATE && n->exposure.axis == CATALOGUE_NO_AXIS)
		n->exposure = n->per.amount < n->over.amount ? n->per : n->over;
	if (kind == ELEMENT_SEQUENCE)
		fill_codes(l, n, TEXT(c, e, CODES), texts);
	if (kind == ELEMENT_LEVEL)
		fill_level(n, c, e);
	if (kind == ELEMENT_CHANGE)
		n->bound = DECIMAL(c, e, BY, 0);
	if (kind == ELEMENT_TREND)
		n->bound = DECIMAL(c, e, LIMIT, 0);
	if (kind == ELEMENT_DEVIATE) {
		n->of = U32(c, e, OF, 1);
		n->band_given = HAS(c, e, LOW);
		n->low = DECIMAL(c, e, LOW, 0);
		n->high = DECIMAL(c, e, HIGH, 0);
	}
	if (kind == ELEMENT_PEER)
		n->peers = U32(c, e, PEERS, 3);
}

/* Breadth first, so that a node's children stand side by side. */
static void
fill_when(struct linker *l, struct catalogue_rule *r, uint32_t catalogue, uint32_t when,
	char **texts)
{
	const struct catalogue *c = l->files[catalogue];
	struct catalogue_rule_node *nodes = l->s->rule_nodes;
	uint32_t elements[CATALOGUE_RULE_NODES_MAX];
	uint32_t root = l->set->rule_node_count, n;
	struct thing at = { r->id, NULL, catalogue, when + 1 };

	r->first_node = root;
	elements[0] = at.e;
	fill_node(l, r, &at, &nodes[root], texts);
	l->set->rule_node_count++;
	for (n = root; n < l->set->rule_node_count; n++) {
		for EACH_CHILD(c, elements[n - root], i) {
			if (nodes[n].child_count++ == 0)
				nodes[n].first_child = l->set->rule_node_count;
			at.e = i;
			elements[l->set->rule_node_count - root] = i;
			fill_node(l, r, &at, &nodes[l->set->rule_node_count++], texts);
		}
	}
	r->node_count = l->set->rule_node_count - root;
}

/* --- rules ------------------------------------------------------------------------- */

static void
fill_inhibit(struct linker *l, struct catalogue_rule *r, const struct thing *at)
{
	const struct catalogue *c = l->files[at->catalogue];
	uint32_t e = at->e;

	if (r->inhibit_count++ == 0)
		r->first_inhibit = l->set->inhibit_count;
	/* The rule it names may not be filled yet: link_inhibits() does that. */
	l->s->inhibits[l->set->inhibit_count++] = (struct catalogue_inhibit){
		.code = TEXT(c, e, BY), .rule = CATALOGUE_NONE, .window = WINDOW(FOR),
		.place = link_place(l, at->catalogue, e),
	};
}

static void
fill_part(struct linker *l, struct catalogue_rule *r, const struct thing *at, char **texts)
{
	const struct catalogue *c = l->files[at->catalogue];
	enum catalogue_element kind = c->elements[at->e].element;
	uint32_t e = at->e;

	if (kind == ELEMENT_SCOPE) {
		fill_scope(l, at, &r->scope);
	} else if (kind == ELEMENT_WHEN) {
		fill_when(l, r, at->catalogue, e, texts);
	} else if (kind == ELEMENT_CLEAR) {
		r->clear = WINDOW(HOLD);
	} else if (kind == ELEMENT_INHIBIT) {
		fill_inhibit(l, r, at);
	} else if (kind == ELEMENT_BLACKOUT) {
		if (r->blackout_count++ == 0)
			r->first_blackout = l->set->blackout_count;
		l->s->blackouts[l->set->blackout_count++] = (struct catalogue_blackout){
			(enum catalogue_after)(NUMBER(c, e, AFTER, 0) + CATALOGUE_AFTER_INSTALL),
			WINDOW(FOR), link_place(l, at->catalogue, e),
		};
	} else if (kind == ELEMENT_FLEET) {
		r->fleet = (struct catalogue_fleet){
			.devices = U32(c, e, DEVICES, 1),
			.against = HAS(c, e, AGAINST) ? (enum catalogue_against)
			    (NUMBER(c, e, AGAINST, 0) + CATALOGUE_OTHER_RELEASES) : 0,
			.ratio = NUMBER(c, e, RATIO, 0),
		};
	} else if (kind == ELEMENT_TREAT) {
		fill_treat(l, at, r);
	}
}

static void
fill_rule(struct linker *l, const struct thing *at, char **texts)
{
	const struct catalogue *c = l->files[at->catalogue];
	struct catalogue_rule *r = &l->s->rules[l->set->rule_count++];
	struct thing part = *at;

	*r = (struct catalogue_rule){
		.id = at->id,
		.because = TEXT(c, at->e, BECAUSE),
		.place = link_place(l, at->catalogue, at->e),
		.severity = (enum catalogue_rule_severity)
		    (NUMBER(c, at->e, SEVERITY, 1) + CATALOGUE_MINOR),
		.acts = NUMBER(c, at->e, MODE, 0) == 1,
		.daily = U32(c, at->e, DAILY, 0),
		.scope = { .device_type = CATALOGUE_NONE, .type = CATALOGUE_NONE,
			.software = CATALOGUE_NONE, .any_rev = true, .any_release = true,
			.max_rev_seq = UINT32_MAX, .max_seq = UINT32_MAX },
		.treat = { .software = CATALOGUE_NONE },
	};
	for EACH_CHILD(c, at->e, i) {
		part.e = i;
		fill_part(l, r, &part, texts);
	}
}

/* --- what inhibits what -------------------------------------------------------------- */

/* The rules that <inhibit rule=> names: of the own catalogue, and never in a circle. */
static void
link_inhibits(struct linker *l, uint32_t rule, struct catalogue_rule *r, uint32_t e)
{
	const struct catalogue *c = l->files[r->place.catalogue];
	uint32_t n = r->first_inhibit;

	for EACH_CHILD(c, e, i) {
		const struct thing at = { r->id, NULL, r->place.catalogue, i };
		const char *id = TEXT(c, i, RULE);

		if (c->elements[i].element != ELEMENT_INHIBIT)
			continue;
		if (id != NULL) {
			l->s->inhibits[n].rule = catalogue_rule_find(l->set, c->head.id, id);
			if (l->s->inhibits[n].rule == CATALOGUE_NONE)
				LINK_REPORT(l, &at, "no rule '%s' is in this catalogue", id);
			if (l->s->inhibits[n].rule == rule)
				LINK_REPORT(l, &at, "rule '%s' inhibits itself: take it out", id);
		}
		n++;
	}
}

/*
 * Ranks, by a walk from each rule to those that inhibit it: a rule has its rank
 * when they have.  What is met again on the way closes a circle.
 */
static int
rank_rules(struct linker *l)
{
	enum { NEW, OPEN, DONE };
	uint32_t count = l->set->rule_count, rank = 0, depth = 0, i;
	uint32_t *stack = calloc((size_t)count + 1, sizeof(*stack));
	uint32_t *next = calloc((size_t)count + 1, sizeof(*next));
	uint8_t *state = calloc((size_t)count + 1, sizeof(*state));

	for (i = 0; i < count && stack != NULL && next != NULL && state != NULL; i++) {
		if (state[i] == NEW)
			stack[depth++] = i;
		while (depth > 0) {
			uint32_t at = stack[depth - 1], by;
			struct catalogue_rule *r = &l->s->rules[at];

			state[at] = OPEN;
			if (next[at] == r->inhibit_count) {
				state[at] = DONE;
				r->rank = rank++;
				depth--;
				continue;
			}
			by = l->s->inhibits[r->first_inhibit + next[at]++].rule;
			if (by == CATALOGUE_NONE || by == at || state[by] == DONE)
				continue;
			if (state[by] == NEW)
				stack[depth++] = by;
			else
				findings_add(l->findings, false,
				    l->files[r->place.catalogue]->head.name, r->place.line,
				    "rule '%s' is inhibited by '%s', and so in a circle by itself: "
				    "none of them would tell; say which is the cause", r->id,
				    l->s->rules[by].id);
		}
	}
	i = stack == NULL || next == NULL || state == NULL;
	free(stack);
	free(next);
	free(state);
	return i ? -ENOMEM : 0;
}

/* --- all --------------------------------------------------------------------------- */

struct amounts {
	size_t nodes, codes, octets;	/* octets: of the codes of sequences */
};

static struct amounts
count_parts(const struct linker *l)
{
	struct amounts n = { 1, 1, 1 };

	for (uint32_t i = 0; i < l->set->catalogue_count; i++) {
		const struct catalogue *c = l->files[i];

		for (uint32_t e = 0; e < c->element_count; e++) {
			enum catalogue_element kind = c->elements[e].element;

			n.nodes += kind >= ELEMENT_RULE_ALL && kind <= ELEMENT_PEER;
			n.codes += kind == ELEMENT_SEQUENCE ? CATALOGUE_SEQUENCE_MAX :
			    kind >= ELEMENT_COUNT && kind <= ELEMENT_ABSENT;
			if (kind == ELEMENT_SEQUENCE)
				n.octets += strlen(TEXT(c, e, CODES)) + 1;
		}
	}
	return n;
}

int
link_rules(struct linker *l)
{
	struct set_storage *s = l->s;
	const struct amounts n = count_parts(l);
	char *texts;

	if (l->rules.count > CATALOGUE_RULES_MAX) {
		LINK_REPORT(l, &l->rules.list[CATALOGUE_RULES_MAX], "a set has at most %d rules",
		    CATALOGUE_RULES_MAX);
		return 0;
	}
	s->rules = calloc((size_t)l->rules.count + 1, sizeof(*s->rules));
	s->rule_nodes = calloc(n.nodes, sizeof(*s->rule_nodes));
	s->rule_codes = calloc(n.codes, sizeof(*s->rule_codes));
	s->code_texts = texts = calloc(n.octets, 1);
	s->inhibits = calloc(link_count(l, ELEMENT_INHIBIT) + 1, sizeof(*s->inhibits));
	s->blackouts = calloc(link_count(l, ELEMENT_BLACKOUT) + 1, sizeof(*s->blackouts));
	if (s->rules == NULL || s->rule_nodes == NULL || s->rule_codes == NULL || texts == NULL ||
	    s->inhibits == NULL || s->blackouts == NULL)
		return -ENOMEM;
	l->set->rules = s->rules;
	l->set->rule_nodes = s->rule_nodes;
	l->set->rule_codes = s->rule_codes;
	l->set->inhibits = s->inhibits;
	l->set->blackouts = s->blackouts;
	for (uint32_t i = 0; i < l->rules.count; i++)
		fill_rule(l, &l->rules.list[i], &texts);
	for (uint32_t i = 0; i < l->rules.count; i++)
		link_inhibits(l, i, &s->rules[i], l->rules.list[i].e);
	return rank_rules(l);
}
