#include <config.h>

#include "lib/store/store_judge_pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

enum { FORMAT = 1, ROWS_MAX = 4096 };

/* --- to octets --------------------------------------------------------------------- */

static void
put_number(struct buf *b, int64_t value)
{
	uint8_t octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
	(void)buf_add(b, octets, sizeof(octets));
}

static void
put_text(struct buf *b, const char *text)
{
	size_t len = strlen(text);

	put_number(b, (int64_t)len);
	(void)buf_add(b, text, len);
}

static void
pack_rows(const struct store_judgement *j, struct buf *b)
{
	put_number(b, (int64_t)j->unit_count);
	for (size_t i = 0; i < j->unit_count; i++) {
		const struct store_judge_unit *u = &j->units[i];

		put_text(b, u->symbol);
		put_number(b, (int64_t)u->verdict);
		put_text(b, u->software);
		put_text(b, u->creator);
		put_text(b, u->version);
		put_text(b, u->advised);
	}
	put_number(b, (int64_t)j->rule_count);
	for (size_t i = 0; i < j->rule_count; i++) {
		const struct store_judge_rule *r = &j->rules[i];

		put_number(b, r->violated);
		put_text(b, r->id);
		put_text(b, r->symbol);
		put_text(b, r->text);
	}
	put_number(b, (int64_t)j->advice_count);
	for (size_t i = 0; i < j->advice_count; i++) {
		const struct store_judge_advice *a = &j->advices[i];

		put_text(b, a->subject);
		put_number(b, (int64_t)a->severity);
		put_text(b, a->text);
		put_text(b, a->recommendation);
		put_text(b, a->rule_id);
		put_number(b, a->catalogue_serial);
	}
}

void
store_judge_pack(const struct store_judgement *j, struct buf *b)
{
	put_number(b, FORMAT);
	put_number(b, (int64_t)j->verdict);
	put_number(b, (int64_t)j->end);
	put_number(b, j->proven);
	put_text(b, j->text);
	put_text(b, j->device_type);
	put_text(b, j->plan == NULL ? "" : j->plan);
	for (int i = 0; i < STORE_JUDGE_COSTS; i++) {
		put_number(b, j->cost_now[i]);
		put_number(b, j->cost[i]);
	}
	pack_rows(j, b);
}

/* --- and back ---------------------------------------------------------------------- */

struct reader {
	const uint8_t *data;
	size_t left;
	bool bad;
};

static int64_t
get_number(struct reader *r)
{
	uint64_t value = 0;

	if (r->left < 8) {
		r->bad = true;
		return 0;
	}
	for (int i = 0; i < 8; i++)
		value = value << 8 | r->data[i];
	r->data += 8;
	r->left -= 8;
	return (int64_t)value;
}

/* A text of at most size - 1 octets. */
static void
get_text(struct reader *r, char *dst, size_t size)
{
	int64_t len = get_number(r);

	dst[0] = '\0';
	if (len < 0 || (uint64_t)len >= size || (uint64_t)len > r->left ||
	    !text_is_utf8((const char *)r->data, (size_t)len)) {
		r->bad = true;
		return;
	}
	(void)memcpy(dst, r->data, (size_t)len);
	dst[len] = '\0';
	r->data += len;
	r->left -= (size_t)len;
}

static int64_t
get_range(struct reader *r, int64_t least, int64_t most)
{
	int64_t value = get_number(r);

	if (value < least || value > most) {
		r->bad = true;
		return least;
	}
	return value;
}

/* Room for as many rows as are said to come; 0 or -ENOMEM. */
static int
get_rows(struct reader *r, void **ret, size_t *ret_count, size_t each)
{
	int64_t count = get_range(r, 0, ROWS_MAX);

	if (r->bad || count == 0)
		return 0;
	*ret = calloc((size_t)count, each);
	if (*ret == NULL)
		return -ENOMEM;
	*ret_count = (size_t)count;
	return 0;
}

static int
unpack_units(struct reader *r, struct store_judgement *j)
{
	void *p = NULL;
	int rc = get_rows(r, &p, &j->unit_count, sizeof(*j->units));

	j->units = p;
	for (size_t i = 0; !r->bad && i < j->unit_count; i++) {
		struct store_judge_unit *u = &j->units[i];

		get_text(r, u->symbol, sizeof(u->symbol));
		u->verdict = (enum store_verdict)get_range(r, 0, STORE_NOT_APPLICABLE);
		get_text(r, u->software, sizeof(u->software));
		get_text(r, u->creator, sizeof(u->creator));
		get_text(r, u->version, sizeof(u->version));
		get_text(r, u->advised, sizeof(u->advised));
	}
	return rc;
}

static int
unpack_rules(struct reader *r, struct store_judgement *j)
{
	void *p = NULL;
	int rc = get_rows(r, &p, &j->rule_count, sizeof(*j->rules));

	j->rules = p;
	for (size_t i = 0; !r->bad && i < j->rule_count; i++) {
		struct store_judge_rule *u = &j->rules[i];

		u->violated = get_range(r, 0, 1) != 0;
		get_text(r, u->id, sizeof(u->id));
		get_text(r, u->symbol, sizeof(u->symbol));
		get_text(r, u->text, sizeof(u->text));
	}
	return rc;
}

static int
unpack_advices(struct reader *r, struct store_judgement *j)
{
	void *p = NULL;
	int rc = get_rows(r, &p, &j->advice_count, sizeof(*j->advices));

	j->advices = p;
	for (size_t i = 0; !r->bad && i < j->advice_count; i++) {
		struct store_judge_advice *a = &j->advices[i];

		get_text(r, a->subject, sizeof(a->subject));
		a->severity = (enum severity)get_range(r, SEVERITY_INFORMATION,
			SEVERITY_SERVICE_CALL);
		get_text(r, a->text, sizeof(a->text));
		get_text(r, a->recommendation, sizeof(a->recommendation));
		get_text(r, a->rule_id, sizeof(a->rule_id));
		a->catalogue_serial = (uint32_t)get_range(r, 0, UINT32_MAX);
	}
	return rc;
}

static int
unpack_plan(struct reader *r, struct store_judgement *j)
{
	char *plan = malloc(STORE_JUDGE_PLAN_MAX + 1);

	if (plan == NULL)
		return -ENOMEM;
	get_text(r, plan, STORE_JUDGE_PLAN_MAX + 1);
	if (plan[0] != '\0')
		j->plan = strdup(plan);
	if (plan[0] != '\0' && j->plan == NULL) {
		free(plan);
		return -ENOMEM;
	}
	free(plan);
	return 0;
}

int
store_judge_unpack(const uint8_t *data, size_t size, struct store_judgement *ret, struct err *e)
{
	struct reader r = { .data = data, .left = size };
	int rc;

	if (get_number(&r) != FORMAT)
		return err_set(e, -EBADMSG, "a judgement is packed in another way");
	ret->verdict = (enum store_verdict)get_range(&r, STORE_COMPATIBLE, STORE_NOT_APPLICABLE);
	ret->end = (enum store_judge_end)get_range(&r, STORE_JUDGE_NOTHING_TO_DO,
		STORE_JUDGE_FIRST_CONFIRM);
	ret->proven = get_range(&r, 0, 1) != 0;
	get_text(&r, ret->text, sizeof(ret->text));
	get_text(&r, ret->device_type, sizeof(ret->device_type));
	rc = unpack_plan(&r, ret);
	for (int i = 0; i < STORE_JUDGE_COSTS; i++) {
		ret->cost_now[i] = get_number(&r);
		ret->cost[i] = get_number(&r);
	}
	if (rc == 0)
		rc = unpack_units(&r, ret);
	if (rc == 0)
		rc = unpack_rules(&r, ret);
	if (rc == 0)
		rc = unpack_advices(&r, ret);
	if (rc < 0)
		return err_set(e, rc, "out of memory for a judgement");
	return r.bad || r.left > 0 ? err_set(e, -EBADMSG, "a judgement is damaged") : 0;
}

void
store_judgement_release(struct store_judgement *j)
{
	free(j->plan);
	free(j->units);
	free(j->rules);
	free(j->advices);
	*j = (struct store_judgement){0};
}
