#include <config.h>

#include "lib/inforce/inforce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/catalogue/catalogue_lint.h"
#include "lib/inforce/inforce_private.h"
#include "lib/inforce/inforce_date.h"

enum { WHY_MAX = 4096 };

/* What was found out about one that is in force. */
struct state {
	char id[STORE_CATALOGUE_ID_MAX + 1];
	char expired[ERR_TEXT_SIZE], key_gone[ERR_TEXT_SIZE];	/* "" = it is not */
};

struct inforce {
	struct catalogue *list[CATALOGUE_SET_MAX];	/* own */
	struct state *states;		/* of each of them */
	size_t count;
	struct catalogue_set *set;	/* own */
	struct buf why;
};

void
inforce_free(struct inforce *j)
{
	if (j == NULL)
		return;
	catalogue_set_free(j->set);
	for (size_t i = 0; i < j->count; i++)
		catalogue_free(j->list[i]);
	free(j->states);
	buf_release(&j->why);
	free(j);
}

const struct catalogue_set *
inforce_set(const struct inforce *j)
{
	return j->set;
}

bool
inforce_stale(const struct inforce *j, const char **ret_why)
{
	if (j->why.len == 0)
		return false;
	if (ret_why != NULL)
		*ret_why = buf_text(&j->why);
	return true;
}

/* --- one catalogue --------------------------------------------------------------- */

const struct sign_word inforce_comment_table[INFORCE_COMMENT_ROWS] = {
	{ "id", true, CATALOGUE_ID_MAX },
	{ "serial", true, 10 },
};

int
inforce_comment_read(const char *comment, char ret_id[CATALOGUE_ID_MAX + 1],
	uint32_t *ret_serial, struct err *e)
{
	char serial[16];
	struct sign_words w;
	int rc = sign_words_parse(comment, INFORCE_COMMENT_PURPOSE, "1", inforce_comment_table,
		INFORCE_COMMENT_ROWS, &w, e);

	if (rc < 0)
		return rc;
	(void)sign_words_text(&w, "serial", serial, sizeof(serial));
	rc = parse_u32(serial, 0, INT32_MAX, ret_serial, e);
	if (rc < 0) {
		err_prefix(e, "the comment's serial");
		return -EBADMSG;
	}
	(void)sign_words_text(&w, "id", ret_id, CATALOGUE_ID_MAX + 1);
	return 0;
}

/* The first creator that the key is not for; NULL when it is for all. */
const char *
inforce_not_covered(const struct conf_catalogue_key *key, const struct catalogue_head *h)
{
	for (uint32_t i = 0; i < h->creator_count; i++) {
		if (!conf_catalogue_key_covers(key, h->creators[i]))
			return h->creators[i];
	}
	return NULL;
}

bool
inforce_expired(const struct catalogue_head *h, utc_s now)
{
	return h->expires_utc_s != 0 && h->expires_utc_s <= now;
}

/* The bytes are those that the key signed, as this id and serial. */
static int
verify(const struct store_catalogue *row, const struct sign_signature *s,
	const struct sign_key *key, const char *bytes, size_t size, struct err *e)
{
	char id[CATALOGUE_ID_MAX + 1] = "";
	const char *comment = NULL;
	uint32_t serial = 0;
	int rc = sign_comment(s, key, &comment, e);

	if (rc == 0)
		rc = inforce_comment_read(comment, id, &serial, e);
	if (rc == 0)
		rc = sign_verify(s, key, bytes, size, e);
	if (rc == 0 && (strcmp(id, row->id) != 0 || serial != row->serial))
		rc = err_set(e, -EBADMSG, "the comment says %s %" PRIu32, id, serial);
	return rc;
}

static void
find_state(const struct store_catalogue *row, const struct catalogue *c,
	const struct conf_catalogue_key *key, utc_s now, struct state *st)
{
	const struct catalogue_head *h = catalogue_head(c);
	const char *creator = key != NULL ? inforce_not_covered(key, h) : NULL;
	char key_id[SIGN_ID_TEXT_SIZE], date[INFORCE_DATE_SIZE];
	struct err e;

	(void)text_copy(st->id, sizeof(st->id), row->id);
	st->expired[0] = st->key_gone[0] = '\0';
	sign_id_text(row->key_id, key_id);
	if (key == NULL)
		(void)err_set(&e, 0, "%s %" PRIu32 " is signed by the key %s, which is not in"
			" imgadm.conf any more: import it with a signature by another one", row->id,
			row->serial, key_id);
	else if (creator != NULL)
		(void)err_set(&e, 0, "%s %" PRIu32 " is signed by the key %s, which imgadm.conf"
			" does not believe for '%s' any more: import it with a signature by"
			" another one", row->id, row->serial, key->name, creator);
	if (key == NULL || creator != NULL)
		(void)text_copy(st->key_gone, sizeof(st->key_gone), e.text);
	if (inforce_expired(h, now)) {
		(void)err_set(&e, 0, "%s %" PRIu32 " expired on %s: import a newer one", row->id,
			row->serial, inforce_date(h->expires_utc_s, date));
		(void)text_copy(st->expired, sizeof(st->expired), e.text);
	}
}

/* One in force: verified, read, and what is to be said of it. */
static int
load_one(struct store *s, const struct conf *c, utc_s now, const struct store_catalogue *row,
	struct catalogue **ret, struct state *ret_state, struct err *e)
{
	const struct conf_catalogue_key *key;
	struct catalogue_findings findings = { 0 };
	char *bytes = NULL, *signature = NULL, name[STORE_CATALOGUE_ID_MAX + 32];
	size_t size = 0, signature_size = 0;
	struct sign_signature sig;
	int rc;

	(void)snprintf(name, sizeof(name), "%s %" PRIu32, row->id, row->serial);
	rc = store_catalogue_bytes(s, row->number, &bytes, &size, &signature, &signature_size, e);
	if (rc < 0)
		return rc;
	rc = sign_parse(signature, signature_size, &sig, e);
	key = rc == 0 ? conf_catalogue_key_find(c, sig.key_id) : NULL;
	if (rc == 0 && key != NULL)
		rc = verify(row, &sig, &key->key, bytes, size, e);
	if (rc < 0) {
		err_prefix(e, "the catalogue %s in the store", name);
		rc = -EBADMSG;
	} else {
		rc = catalogue_read(name, bytes, size, ret, &findings, e);
	}
	if (rc == 0)
		find_state(row, *ret, key, now, ret_state);
	catalogue_findings_release(&findings);
	free(bytes);
	free(signature);
	return rc;
}

/* --- the set --------------------------------------------------------------------- */

static void
add_why(struct inforce *j, const char *text)
{
	if (text[0] != '\0')
		(void)buf_printf(&j->why, "%s%s", j->why.len > 0 ? "; " : "", text);
}

int
inforce_begin(struct store *s, const struct conf *c, utc_s now, const char *without,
	struct inforce **ret, struct err *e)
{
	struct inforce *j = calloc(1, sizeof(*j));
	struct store_catalogue *rows = NULL;
	size_t count = 0, i;
	int rc = store_catalogue_list(s, false, &rows, &count, e);

	if (rc == 0 && j != NULL) {
		buf_init(&j->why, WHY_MAX);
		/* One more is added by an import. */
		j->states = calloc(count + 1, sizeof(*j->states));
	}
	if (rc == 0 && (j == NULL || j->states == NULL))
		rc = err_set(e, -ENOMEM, "out of memory");
	for (i = 0; rc == 0 && i < count && i < CATALOGUE_SET_MAX; i++) {
		if (without != NULL && strcmp(rows[i].id, without) == 0)
			continue;
		rc = load_one(s, c, now, &rows[i], &j->list[j->count], &j->states[j->count], e);
		if (rc < 0)
			break;
		add_why(j, j->states[j->count].expired);
		add_why(j, j->states[j->count].key_gone);
		j->count++;
	}
	free(rows);
	if (rc < 0)
		inforce_free(j);
	else
		*ret = j;
	return rc;
}

int
inforce_add(struct inforce *j, struct catalogue *c, struct err *e)
{
	if (j->count == CATALOGUE_SET_MAX)
		return err_set(e, -E2BIG, "%d catalogues are in force: put what belongs together"
			" into one", CATALOGUE_SET_MAX);
	(void)text_copy(j->states[j->count].id, sizeof(j->states[j->count].id),
		catalogue_head(c)->id);
	j->list[j->count++] = c;
	return 0;
}

size_t
inforce_beside(const struct inforce *j,
	const struct catalogue *const *files, size_t count, const struct catalogue **ret_list)
{
	size_t n = 0, k;

	for (size_t i = 0; i < j->count; i++) {
		for (k = 0; k < count; k++) {
			if (strcmp(catalogue_head(files[k])->id, catalogue_head(j->list[i])->id)
			    == 0)
				break;
		}
		if (k == count)
			ret_list[n++] = j->list[i];
	}
	return n;
}

int
inforce_link(struct inforce *j, bool lint,
	struct catalogue_findings *findings, struct err *e)
{
	int rc = catalogue_set_link((const struct catalogue *const *)j->list, j->count, &j->set,
		findings, e);

	return rc == 0 && lint ? catalogue_lint(j->set, findings, e) : rc;
}

int
inforce_load(struct store *s, const struct conf *c, utc_s now,
	struct inforce **ret, struct err *e)
{
	struct catalogue_findings findings = { 0 };
	struct inforce *j = NULL;
	int rc = inforce_begin(s, c, now, NULL, &j, e);

	if (rc == 0)
		rc = inforce_link(j, false, &findings, e);
	catalogue_findings_release(&findings);
	if (rc < 0)
		inforce_free(j);
	else
		*ret = j;
	return rc;
}

/* --- alarms ---------------------------------------------------------------------- */

static int
alarm_set(struct store *s, enum store_alarm_what what, const char *id, const char *text,
	utc_s now, struct err *e)
{
	return text[0] != '\0' ? store_alarm_raise(s, what, id, now, text, e) :
		store_alarm_clear(s, what, id, e);
}

int
inforce_alarms(struct store *s, const struct inforce *j, utc_s now,
	struct err *e)
{
	int rc = store_alarm_clear(s, STORE_ALARM_BROKEN, "", e);

	for (size_t i = 0; rc == 0 && i < j->count; i++) {
		const struct state *st = &j->states[i];

		rc = alarm_set(s, STORE_ALARM_EXPIRED, st->id, st->expired, now, e);
		if (rc == 0)
			rc = alarm_set(s, STORE_ALARM_KEY_GONE, st->id, st->key_gone, now, e);
	}
	return rc;
}

int
inforce_failed(struct store *s, utc_s now, const struct err *why, struct err *e)
{
	return store_alarm_raise(s, STORE_ALARM_BROKEN, "", now, why->text, e);
}
