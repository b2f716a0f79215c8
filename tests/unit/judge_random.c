/*
 * Catalogues and devices at random.  Names follow numbers, so that a device
 * needs to know nothing of its catalogue: type Tn has model Mn and class n % 3,
 * software Sn has releases v1.. with seq 100...
 */
#include <config.h>

#include "tests/unit/judge_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"

enum {
	TYPES = 5, SOFTWARE = 4, RELEASES = 4, REVS = 3, FEW_STATES = 600,
	DEVICES_PER_CATALOGUE = 20,
};

static const char *const CLASSES[] = {"controller", "engine", "finisher"};

struct making {
	uint64_t *seed;
	struct buf *b;
	uint32_t types, software, rules;
	bool of_device;		/* the relation at work: it has no place */
	uint32_t revs[TYPES];
	bool beta[SOFTWARE];	/* of creator beta */
	uint32_t releases[SOFTWARE];
	bool branches[SOFTWARE];
};

static uint32_t
below(struct making *m, uint32_t n)
{
	return world_below(m->seed, n);
}

static bool
one_in(struct making *m, uint32_t n)
{
	return below(m, n) == 0;
}

static void
add(struct making *m, const char *text)
{
	(void)buf_add_text(m->b, text);
}

/* --- conditions ---------------------------------------------------------------------- */

static void
add_where(struct making *m)
{
	static const char *const where[] = {"self", "parent", "child", "sibling", "device"};

	if (!m->of_device && one_in(m, 4))
		(void)buf_printf(m->b, " where='%s'", where[below(m, 5)]);
	if (one_in(m, 4))
		add(m, " if-present='yes'");
}

static void
add_unit_leaf(struct making *m)
{
	uint32_t type = below(m, m->types);

	if (one_in(m, 5)) {
		(void)buf_printf(m->b, "<unit class='%s'", CLASSES[below(m, 3)]);
	} else {
		(void)buf_printf(m->b, "<unit type='T%u'", (unsigned)type);
		if (m->revs[type] > 0 && !one_in(m, 3)) {
			static const char *const bounds[] = {"rev", "min-rev", "max-rev"};

			(void)buf_printf(m->b, " %s='%c'", bounds[below(m, 3)],
			    (char)('A' + below(m, m->revs[type])));
		}
	}
	add_where(m);
	add(m, "/>");
}

static void
add_software_leaf(struct making *m, bool forbids)
{
	uint32_t s = below(m, m->software);

	(void)buf_printf(m->b, "<software id='S%u' creator='%s'", (unsigned)s,
	    m->beta[s] ? "beta" : "acme");
	if (!one_in(m, 4)) {
		static const char *const bounds[] = {"seq", "min-seq", "max-seq"};
		uint32_t kind = below(m, 3);
		uint32_t seq = 100 * (1 + below(m, m->releases[s]));

		(void)buf_printf(m->b, " %s='%u'", bounds[kind], (unsigned)seq);
	}
	if (m->branches[s] && one_in(m, 4))
		add(m, " branch='x'");
	if (!forbids && one_in(m, 3))
		add(m, " match='some'");
	add_where(m);
	add(m, "/>");
}

static void
add_leaves(struct making *m, uint32_t count, bool forbids)
{
	for (uint32_t i = 0; i < count; i++) {
		if (one_in(m, 2))
			add_unit_leaf(m);
		else
			add_software_leaf(m, forbids);
	}
}

static void
add_conditions(struct making *m, uint32_t count, uint32_t depth)
{
	static const char *const inner[] = {"any", "all", "conflicts"};

	for (uint32_t i = 0; i < count; i++) {
		uint32_t kind = below(m, 3);

		if (depth == 0 || !one_in(m, 3)) {
			add_leaves(m, 1, false);
			continue;
		}
		(void)buf_printf(m->b, "<%s>", inner[kind]);
		if (kind == 2)
			add_leaves(m, 1 + below(m, 2), true);
		else
			add_conditions(m, 1 + below(m, 3), depth - 1);
		(void)buf_printf(m->b, "</%s>", inner[kind]);
	}
}

static void
add_relations(struct making *m, uint32_t rarity)
{
	while (one_in(m, rarity)) {
		static const char *const kinds[] = {"requires", "any", "conflicts"};
		uint32_t kind = below(m, 3);

		(void)buf_printf(m->b, "<%s id='R-%u'%s>", kinds[kind], (unsigned)++m->rules,
		    one_in(m, 6) ? " during='stop'" : "");
		if (kind == 2)
			add_leaves(m, 1 + below(m, 2), true);
		else
			add_conditions(m, 1 + below(m, 2) + (kind == 1), 2);
		(void)buf_printf(m->b, "</%s>", kinds[kind]);
	}
}

/* --- things ---------------------------------------------------------------------------- */

static void
add_device_type(struct making *m)
{
	(void)buf_printf(m->b, "<device-type id='D' creator='acme' manufacturer='Acme' "
	    "model='D*'%s>", one_in(m, 6) ? " closed='yes'" : "");
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t least = below(m, 3) / 2;

		if (one_in(m, 2)) {
			(void)buf_printf(m->b, "<slot class='%s' min='%u' max='%u'/>", CLASSES[i],
			    (unsigned)least, (unsigned)(least + 1 + below(m, 2)));
		}
	}
	m->of_device = true;
	add_relations(m, 2);
	m->of_device = false;
	add(m, "</device-type>");
}

static void
add_rev(struct making *m, uint32_t r)
{
	static const char *const supplies[] = {"ended", "order", "stock"};
	char name = (char)('A' + r);

	(void)buf_printf(m->b, "<rev id='%c' seq='%u' hardware='%c*' supply='%s' price='%u'",
	    name, (unsigned)(10 * (r + 1)), name, supplies[below(m, 3)],
	    (unsigned)(10 * below(m, 4)));
	if (one_in(m, 2))
		(void)buf_printf(m->b, " ships='%u'", (unsigned)(100 * (1 + below(m, 3))));
	add(m, ">");
	add_relations(m, 3);
	add(m, "</rev>");
}

static void
add_type(struct making *m, uint32_t t)
{
	(void)buf_printf(m->b, "<unit-type id='T%u' creator='acme' class='%s' manufacturer='Acme' "
	    "model='M%u'>", (unsigned)t, CLASSES[t % 3], (unsigned)t);
	for (uint32_t r = 0; r < m->revs[t]; r++)
		add_rev(m, r);
	if (t >= 3 && one_in(m, 2))
		(void)buf_printf(m->b, "<replaces type='T%u'/>", (unsigned)(t - 3));
	add_relations(m, 2);
	add(m, "</unit-type>");
}

static void
add_from(struct making *m, uint32_t r)
{
	if (one_in(m, 3))
		(void)buf_printf(m->b, "<from min-seq='%u'/>", (unsigned)(100 * below(m, r + 1)));
	if (one_in(m, 3))
		add(m, "<from fresh='yes'/>");
	if (one_in(m, 4))
		add(m, "<from direction='down' settings='keep'/>");
}

static void
add_release(struct making *m, uint32_t s, uint32_t r)
{
	static const char *const states[] = {
		"qualified", "qualified", "qualified", "draft", "withdrawn",
	};
	uint32_t state = below(m, 5);

	(void)buf_printf(m->b, "<release version='v%u' seq='%u' state='%s' minutes='%u'",
	    (unsigned)(r + 1), (unsigned)(100 * (r + 1)), states[state],
	    (unsigned)below(m, 4));
	if (state == 4) {
		(void)buf_printf(m->b, " because='it stops' severity='%s'",
		    one_in(m, 2) ? "must" : "should");
	} else if (one_in(m, 5)) {
		(void)buf_printf(m->b, " urgency='critical' due='%s'",
		    one_in(m, 2) ? "2026-01-01" : "2040-01-01");
	}
	if (one_in(m, 3)) {
		add(m, " sha256='abababababababababababababababab"
		    "abababababababababababababababab'");
	}
	if (one_in(m, 5))
		(void)buf_printf(m->b, " floor='%u'", (unsigned)(100 * (r + 1)));
	if (m->branches[s] && one_in(m, 2))
		add(m, " branch='x'");
	add(m, ">");
	add_from(m, r);
	add_relations(m, 2);
	add(m, "</release>");
}

/* For the type of its number, and perhaps another. */
static void
add_software(struct making *m, uint32_t s)
{
	uint32_t own = s % m->types, other = below(m, m->types);

	(void)buf_printf(m->b, "<software id='S%u' creator='%s' unit-type='T%u", (unsigned)s,
	    m->beta[s] ? "beta" : "acme", (unsigned)own);
	if (other != own && one_in(m, 3))
		(void)buf_printf(m->b, " T%u", (unsigned)other);
	add(m, "'>");
	for (uint32_t r = 0; r < m->releases[s]; r++)
		add_release(m, s, r);
	add_relations(m, 2);
	add(m, "</software>");
}

static void
add_profile(struct making *m)
{
	if (one_in(m, 2))
		return;
	add(m, "<profile id='P' device-type='D'>");
	for (uint32_t s = 0; s < m->software; s++) {
		if (s == 0 || one_in(m, 2)) {
			(void)buf_printf(m->b, "<software id='S%u' creator='%s' seq='%u'/>",
			    (unsigned)s, m->beta[s] ? "beta" : "acme",
			    (unsigned)(100 * (1 + below(m, m->releases[s]))));
		}
	}
	add(m, "</profile>");
}

void
world_random_catalogue(uint64_t *seed, struct buf *b)
{
	struct making m = {.seed = seed, .b = b};

	m.types = 2 + below(&m, TYPES - 1);
	m.software = 1 + below(&m, SOFTWARE);
	for (uint32_t t = 0; t < m.types; t++)
		m.revs[t] = below(&m, REVS + 1);
	for (uint32_t s = 0; s < m.software; s++) {
		m.beta[s] = one_in(&m, 4);
		m.branches[s] = one_in(&m, 4);
		m.releases[s] = 1 + below(&m, RELEASES);
	}
	add(&m, "<catalogue xmlns='urn:imgadm:catalogue:1' id='acme' serial='1' "
	    "issued='2026-01-01'><creator id='acme'/><creator id='beta'/>");
	add_device_type(&m);
	for (uint32_t t = 0; t < m.types; t++)
		add_type(&m, t);
	for (uint32_t s = 0; s < m.software; s++)
		add_software(&m, s);
	add_profile(&m);
	add(&m, "</catalogue>");
}

/* --- a device ---------------------------------------------------------------------------- */

/* A bank; other software than its own, or nothing known, now and then. */
static void
add_bank(uint64_t *seed, uint32_t software, struct buf *b)
{
	static const char *const states[] = {"running", "trial", "proven", "fallback"};

	(void)buf_printf(b, " sw=%s:S%u/v%u@%s", world_below(seed, 4) == 0 ? "beta" : "acme",
	    (unsigned)(world_below(seed, 8) == 0 ? 7 : software),
	    (unsigned)(1 + world_below(seed, world_below(seed, 5) == 0 ? 9 : 3)),
	    states[world_below(seed, 4)]);
	if (world_below(seed, 3) == 0)
		(void)buf_printf(b, "#%s", world_below(seed, 3) == 0 ? "cd" : "ab");
}

static void
add_unit(uint64_t *seed, uint32_t n, struct buf *b)
{
	uint32_t type = world_below(seed, TYPES), banks = world_below(seed, 3);

	(void)buf_printf(b, ";U%u %s %s%u hw=%c1", (unsigned)n, CLASSES[type % 3],
	    world_below(seed, 8) == 0 ? "X" : "M", (unsigned)type,
	    (char)('A' + world_below(seed, REVS + 1)));
	if (n > 0 && world_below(seed, 3) == 0)
		(void)buf_printf(b, " in=U%u", (unsigned)world_below(seed, n));
	else if (world_below(seed, 4) != 0)
		(void)buf_add_text(b, " in=CHS");
	if (world_below(seed, 8) == 0)
		(void)buf_add_text(b, " standby");
	if (world_below(seed, 12) == 0)
		(void)buf_add_text(b, " absent");
	for (uint32_t i = 0; i < banks; i++)
		add_bank(seed, world_below(seed, 6) == 0 ? 3 : type % SOFTWARE, b);
	if (world_below(seed, 4) == 0)
		(void)buf_printf(b, ";F%u function f in=U%u", (unsigned)n, (unsigned)n);
}

void
world_random_device(uint64_t *seed, uint32_t max_units, struct structure *s)
{
	uint32_t units = 1 + world_below(seed, max_units);
	struct buf b;

	buf_init(&b, 65536);
	(void)buf_printf(&b, "CHS device %s", world_below(seed, 8) == 0 ? "X" : "D1");
	for (uint32_t i = 0; i < units; i++)
		add_unit(seed, i, &b);
	world_assert(b.error == 0, "no memory");
	world_device(s, buf_text(&b));
	for (size_t i = 0; i < s->software_count; i++)
		s->software[i].floor = world_below(seed, 4) == 0 ? 200 : 0;
	buf_release(&b);
}

void
world_random_rest(uint64_t *seed, struct world *w)
{
	judge_policy_default(&w->policy);
	w->now_utc_s = WORLD_NOW;
	w->policy.hardware = (enum judge_hardware)(1 + world_below(seed, 3));
	w->policy.drafts = world_below(seed, 4) == 0;
	w->policy.tickets = world_below(seed, 4) == 0;
	w->policy.trendy = world_below(seed, 4) == 0;
	for (uint32_t i = 0; i < w->shape.unit_count; i++) {
		if (world_below(seed, 8) == 0)
			w->shape.units[i].owner = JUDGE_OWNER_LOCAL;
	}
}

static void
next_catalogue(uint64_t *seed, struct world *w)
{
	struct buf b;

	world_end(w);
	buf_init(&b, 1 << 20);
	(void)buf_add_text(&b, "<?xml version='1.0'?>");
	world_random_catalogue(seed, &b);
	world_assert(b.error == 0, "no memory");
	w->set = fixture_set(buf_text(&b), NULL);
	buf_release(&b);
}

void
world_next(uint64_t *seed, uint32_t n, struct world *w)
{
	struct err e;

	if (n % DEVICES_PER_CATALOGUE == 0)
		next_catalogue(seed, w);
	do {
		world_end_device(w);
		world_random_device(seed, 4, &w->device);
		world_assert(judge_shape_make(w->set, &w->device, &w->shape, &w->names,
		    &e) == 0, "%s", e.text);
		world_random_rest(seed, w);
		world_problem(w);
	} while (world_states(w->p, FEW_STATES) >= FEW_STATES);
}
