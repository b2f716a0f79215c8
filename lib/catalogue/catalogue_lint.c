#include <config.h>

#include "lib/catalogue/catalogue_lint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/catalogue/catalogue_findings.h"
#include "lib/catalogue/catalogue_lint_private.h"

/* --- findings -------------------------------------------------------------------- */

__attribute__((format(printf, 4, 0))) static void
add(struct lint *l, bool warning, struct catalogue_place at, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_SIZE];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	findings_add(warning ? &l->warnings : &l->errors, warning,
	    l->set->catalogues[at.catalogue].name, at.line, "%s", text);
}

void
lint_error(struct lint *l, struct catalogue_place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(l, false, at, fmt, ap);
	va_end(ap);
}

void
lint_warning(struct lint *l, struct catalogue_place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(l, true, at, fmt, ap);
	va_end(ap);
}

void
lint_finding(struct lint *l, bool warning, struct catalogue_place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(l, warning, at, fmt, ap);
	va_end(ap);
}

bool
lint_step(struct lint *l, uint64_t n, struct catalogue_place at)
{
	l->steps -= n < l->steps ? n : l->steps;
	if (l->steps > 0)
		return true;
	if (!l->stopped)
		lint_warning(l, at, "too many things here may concern each other to compare them "
		    "all: from here on some were not; narrow the patterns and conditions");
	l->stopped = true;
	return false;
}

const char *
lint_place(const struct lint *l, struct catalogue_place at, char ret[LINT_PLACE_SIZE])
{
	(void)snprintf(ret, LINT_PLACE_SIZE, "%.100s:%u", l->set->catalogues[at.catalogue].name,
	    at.line);
	return ret;
}

bool
lint_before(struct catalogue_place a, struct catalogue_place b)
{
	return a.catalogue != b.catalogue ? a.catalogue < b.catalogue : a.line < b.line;
}

bool
lint_same_branch(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/* --- conditions ------------------------------------------------------------------ */

static enum lint_value
join(enum catalogue_node_kind kind, enum lint_value a, enum lint_value b)
{
	if (a == LINT_NOTHING || b == LINT_NOTHING)
		return a == LINT_NOTHING ? b : a;
	if (kind == CATALOGUE_OR)
		return a > b ? a : b;
	return a < b ? a : b;
}

enum lint_value
lint_evaluate(struct lint *l, uint32_t root, lint_leaf *leaf, void *user)
{
	struct frame {
		const struct catalogue_node *node;
		uint32_t next;
		enum lint_value value;
	} stack[CATALOGUE_DEPTH_MAX];
	const struct catalogue_node *nodes = l->set->nodes;
	enum lint_value value = LINT_NOTHING;
	size_t depth = 0;

	stack[depth++] = (struct frame){ &nodes[root], 0, LINT_NOTHING };
	while (depth > 0) {
		struct frame *f = &stack[depth - 1];
		bool joins = f->node->kind == CATALOGUE_AND || f->node->kind == CATALOGUE_OR;

		if (joins && f->next < f->node->child_count && depth < CATALOGUE_DEPTH_MAX) {
			stack[depth++] = (struct frame){
				&nodes[f->node->first_child + f->next++], 0, LINT_NOTHING };
			continue;
		}
		value = joins ? f->value : leaf(l, f->node, user);
		if (--depth > 0) {
			f = &stack[depth - 1];
			f->value = join(f->node->kind, f->value, value);
		}
	}
	return value;
}

/* --- all ------------------------------------------------------------------------- */

int
catalogue_lint(const struct catalogue_set *set, struct catalogue_findings *findings, struct err *e)
{
	static int (*const parts[])(struct lint *l) = { lint_versions, lint_releases, lint_matches,
		lint_paths, lint_orders, lint_relations, lint_pairs, lint_profiles,
		lint_rules };
	size_t from = findings->count, before = findings->errors;
	struct lint l = { .set = set, .steps = LINT_STEPS };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = parts[i](&l);
	if (rc < 0)
		err_set(e, rc, "out of memory while the catalogues were checked");
	findings_move(findings, &l.errors);
	findings_move(findings, &l.warnings);
	findings_sort(findings, from);
	return rc < 0 ? rc : findings_end(findings, from, before, e);
}
