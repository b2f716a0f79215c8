#include <config.h>

#include "lib/image/image_check.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

enum { SHOWN_SIZE = 4 * STRUCTURE_NAME_MAX + 1, LIST_SHOWN_SIZE = IMAGE_PATTERNS_MAX };

/* What goes through all checks; nothing of it is given out before all passed. */
struct check {
	const struct image_trust *trust;
	const struct image_unit *unit;
	const struct update_want *want;
	struct image_passed passed;
	enum update_reason reason;	/* NONE until one is refused */
	struct err *e;
};

static int refuse(struct check *c, enum update_reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int
refuse(struct check *c, enum update_reason reason, const char *fmt, ...)
{
	char text[ERR_TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->reason = reason;
	return err_set(c->e, -EACCES, "%s", text);
}

/* The same where e says already why. */
static int
refused(struct check *c, enum update_reason reason)
{
	c->reason = reason;
	return -EACCES;
}

/* --- whose it is, and what it says ----------------------------------------------- */

static int
check_signature(struct check *c, const void *minisig, size_t len)
{
	struct image_passed *p = &c->passed;
	const struct sign_key *key = NULL;
	const char *comment = NULL;
	int rc;

	if (sign_parse(minisig, len, &p->signature, c->e) < 0)
		return refused(c, UPDATE_REASON_BAD_SIGNATURE);
	rc = image_trust_key(c->trust, p->signature.key_id, &key, c->e);
	if (rc < 0)
		return refused(c, rc == -EKEYREVOKED ? UPDATE_REASON_REVOKED_KEY :
			UPDATE_REASON_UNKNOWN_CREATOR);
	if (sign_comment(&p->signature, key, &comment, c->e) < 0 ||
	    image_label_parse(comment, &p->label, c->e) < 0)
		return refused(c, UPDATE_REASON_BAD_SIGNATURE);
	return 0;
}

static int
check_wanted_text(struct check *c, const char *what, const char *said, const char *wanted)
{
	char a[SHOWN_SIZE], b[SHOWN_SIZE];

	if (strcmp(said, wanted) == 0)
		return 0;
	(void)text_escape(a, sizeof(a), said);
	(void)text_escape(b, sizeof(b), wanted);
	return refuse(c, UPDATE_REASON_BAD_SIGNATURE, "signed as %s '%s', and '%s' is wanted",
		what, a, b);
}

static int
check_wanted(struct check *c)
{
	const struct image_label *l = &c->passed.label;
	const struct update_want *w = c->want;
	int rc = check_wanted_text(c, "software", l->software, w->software);

	if (rc == 0)
		rc = check_wanted_text(c, "software of", l->creator, w->creator);
	if (rc == 0)
		rc = check_wanted_text(c, "version", l->version, w->version);
	if (rc == 0 && l->seq != w->sequence)
		rc = refuse(c, UPDATE_REASON_BAD_SIGNATURE, "signed as seq %" PRIu32
			", and %" PRIu32 " is wanted", l->seq, w->sequence);
	if (rc == 0 && w->size != 0 && l->size != w->size)
		rc = refuse(c, UPDATE_REASON_DIGEST_MISMATCH, "signed as %" PRIu64
			" octets, and %" PRIu32 " are wanted", l->size, w->size);
	if (rc == 0 && w->digest_known &&
	    sodium_memcmp(l->sha256, w->digest, sizeof(l->sha256)) != 0)
		rc = refuse(c, UPDATE_REASON_DIGEST_MISMATCH,
			"signed with another SHA-256 than is wanted");
	return rc;
}

static int
check_trusted(struct check *c)
{
	const struct image_label *l = &c->passed.label;
	const struct sign_key *key = NULL;
	int rc = image_trust_creator(c->trust, l->creator, c->passed.signature.key_id,
		l->software, l->unit_class, &key, c->e);

	if (rc < 0)
		return refused(c, rc == -EKEYREVOKED ? UPDATE_REASON_REVOKED_KEY :
			UPDATE_REASON_UNKNOWN_CREATOR);
	c->passed.key = *key;
	if (image_trust_withdrawn(c->trust, l->software, l->seq))
		return refuse(c, UPDATE_REASON_WITHDRAWN, "%s %s (seq %" PRIu32
			") was withdrawn", l->software, l->version, l->seq);
	return 0;
}

/* --- whether it fits the unit ---------------------------------------------------- */

static int
check_list(struct check *c, enum update_reason reason, const char *what, const char *list,
	const char *is)
{
	char patterns[LIST_SHOWN_SIZE], shown[SHOWN_SIZE];

	if (image_list_fits(list, is))
		return 0;
	image_list_text(list, patterns, sizeof(patterns));
	(void)text_escape(shown, sizeof(shown), is);
	return refuse(c, reason, "signed for %s %s, this unit %s%s%s", what, patterns,
		is[0] != '\0' ? "is '" : "does not say", shown, is[0] != '\0' ? "'" : "");
}

static int
check_unit(struct check *c)
{
	const struct image_label *l = &c->passed.label;
	const char *class = structure_name(NAME_UNIT_TYPE, (int)c->unit->type);
	int rc = check_list(c, UPDATE_REASON_WRONG_UNIT, "manufacturer", l->manufacturer,
		c->unit->manufacturer);

	if (rc == 0)
		rc = check_list(c, UPDATE_REASON_WRONG_UNIT, "model", l->model, c->unit->model);
	if (rc == 0 && (class == NULL || strcmp(class, l->unit_class) != 0))
		rc = refuse(c, UPDATE_REASON_WRONG_UNIT, "signed for units of class %s, this one"
			" is of class %s", l->unit_class, class != NULL ? class : "unknown");
	if (rc == 0)
		rc = check_list(c, UPDATE_REASON_WRONG_HARDWARE, "hardware", l->hardware,
			c->unit->hardware_rev);
	return rc;
}

/* A ticket that lets this release below the floor; e says why not. */
static int
check_ticket(struct check *c)
{
	const struct image_label *l = &c->passed.label;
	struct image_ticket t = { .seq = l->seq };
	int rc;

	if (c->want->ticket_len == 0)
		return refuse(c, UPDATE_REASON_VERSION_FLOOR, "seq %" PRIu32 " is below the floor"
			" %" PRIu32 ", and no ticket lets it", l->seq, c->unit->floor);
	if (c->unit->nonce == NULL || sodium_is_zero(c->unit->nonce, UPDATE_NONCE_SIZE))
		return refuse(c, UPDATE_REASON_VERSION_FLOOR, "seq %" PRIu32 " is below the floor"
			" %" PRIu32 ", and this unit has no nonce for a ticket", l->seq,
			c->unit->floor);
	if (!text_copy(t.device, sizeof(t.device), c->unit->device_id) ||
	    !text_copy(t.unit_serial, sizeof(t.unit_serial), c->unit->serial_number))
		return refuse(c, UPDATE_REASON_INTERNAL, "an id or serial number is too long");
	(void)text_copy(t.software, sizeof(t.software), l->software);
	(void)memcpy(t.sha256, l->sha256, sizeof(t.sha256));
	(void)memcpy(t.nonce, c->unit->nonce, sizeof(t.nonce));
	rc = image_ticket_check(c->want->ticket, c->want->ticket_len, c->trust, &t, c->e);
	if (rc < 0) {
		err_prefix(c->e, "seq %" PRIu32 " is below the floor %" PRIu32, l->seq,
			c->unit->floor);
		return refused(c, rc == -EKEYREVOKED ? UPDATE_REASON_REVOKED_KEY :
			UPDATE_REASON_VERSION_FLOOR);
	}
	c->passed.ticket_used = true;
	return 0;
}

static int
check_release(struct check *c)
{
	const struct image_label *l = &c->passed.label;
	const struct image_unit *u = c->unit;
	int rc = l->seq < u->floor ? check_ticket(c) : 0;

	if (rc == 0 && u->running_known && u->running_seq < l->from)
		rc = refuse(c, UPDATE_REASON_VERSION_FLOOR, "it wants seq %" PRIu32 " or later to"
			" be running, and %" PRIu32 " runs: a release between them comes first",
			l->from, u->running_seq);
	if (rc == 0 && l->size > u->room)
		rc = refuse(c, UPDATE_REASON_NO_SPACE, "%" PRIu64 " octets, and there is room for"
			" %" PRIu64, l->size, u->room);
	return rc;
}

/* --- the operator's signature ---------------------------------------------------- */

int
image_operator_write(const struct image_label *l, struct buf *ret, struct err *e)
{
	char hex[2 * SIGN_SHA256_SIZE + 1];

	text_hex(hex, sizeof(hex), l->sha256, sizeof(l->sha256));
	(void)buf_add_text(ret, IMAGE_OPERATOR_PURPOSE " 1");
	(void)sign_words_add(ret, "software", l->software, false);
	(void)sign_words_add(ret, "version", l->version, false);
	(void)buf_printf(ret, " seq=%" PRIu32 " sha256=%s", l->seq, hex);
	return ret->error < 0 ? err_set(e, ret->error, "no room for the comment") : 0;
}

int
image_operator_check(const struct sign_signature *s, const struct sign_key *key,
	const struct image_label *l, struct err *e)
{
	static const struct sign_word table[] = {
		{ "software", true, STRUCTURE_NAME_MAX }, { "version", true, STRUCTURE_LABEL_MAX },
		{ "seq", true, 10 }, { "sha256", true, 2 * SIGN_SHA256_SIZE },
	};
	char software[STRUCTURE_NAME_MAX + 1], version[STRUCTURE_LABEL_MAX + 1], number[11],
		hex[2 * SIGN_SHA256_SIZE + 1];
	uint8_t sha256[SIGN_SHA256_SIZE];
	const char *comment = NULL;
	struct sign_words w;
	uint32_t seq = 0;
	int rc = sign_comment(s, key, &comment, e);

	if (rc == 0)
		rc = sign_words_parse(comment, IMAGE_OPERATOR_PURPOSE, "1", table, 4, &w, e);
	if (rc < 0)
		return rc;
	(void)sign_words_text(&w, "software", software, sizeof(software));
	(void)sign_words_text(&w, "version", version, sizeof(version));
	(void)sign_words_text(&w, "seq", number, sizeof(number));
	(void)sign_words_text(&w, "sha256", hex, sizeof(hex));
	if (parse_u32(number, 1, UINT32_MAX, &seq, NULL) < 0 || seq != l->seq ||
	    strcmp(software, l->software) != 0 || strcmp(version, l->version) != 0)
		return err_set(e, -EACCES, "the operator signed another release than %s %s (seq %"
			PRIu32 ")", l->software, l->version, l->seq);
	if (text_unhex(hex, sha256, sizeof(sha256)) < 0 ||
	    sodium_memcmp(sha256, l->sha256, sizeof(sha256)) != 0)
		return err_set(e, -EACCES, "the operator signed another image of %s %s",
			l->software, l->version);
	return 0;
}

static int
check_operator(struct check *c, const void *minisig, size_t len)
{
	struct image_passed *p = &c->passed;
	const struct sign_key *key = NULL;
	int rc;

	if (!image_trust_operator_required(c->trust))
		return 0;
	if (minisig == NULL)
		return refuse(c, UPDATE_REASON_BAD_SIGNATURE, "the operator's signature is"
			" required here, and there is none (.op.minisig)");
	rc = sign_parse(minisig, len, &p->operator_signature, c->e);
	if (rc == 0)
		rc = image_trust_operator(c->trust, p->operator_signature.key_id, &key, c->e);
	if (rc == 0)
		rc = image_operator_check(&p->operator_signature, key, &p->label, c->e);
	if (rc < 0) {
		err_prefix(c->e, "the operator's signature");
		return refused(c, rc == -EKEYREVOKED ? UPDATE_REASON_REVOKED_KEY :
			UPDATE_REASON_BAD_SIGNATURE);
	}
	p->operator_key = *key;
	p->has_operator = true;
	return 0;
}

int
image_check_label(const struct image_trust *t, const struct image_unit *u,
	const struct update_want *want, const void *minisig, size_t minisig_len,
	const void *operator_minisig, size_t operator_len,
	struct image_passed *ret, enum update_reason *ret_reason, struct err *e)
{
	struct check c = { .trust = t, .unit = u, .want = want, .reason = UPDATE_REASON_NONE,
		.e = e };
	int rc = check_signature(&c, minisig, minisig_len);

	if (rc == 0)
		rc = check_wanted(&c);
	if (rc == 0)
		rc = check_trusted(&c);
	if (rc == 0)
		rc = check_unit(&c);
	if (rc == 0)
		rc = check_release(&c);
	if (rc == 0)
		rc = check_operator(&c, operator_minisig, operator_len);
	if (rc < 0) {
		*ret_reason = c.reason;
		return rc;
	}
	*ret = c.passed;
	return 0;
}

/* --- the image ------------------------------------------------------------------- */

static int
check_content(struct check *c, const struct sign_content *content)
{
	const struct image_passed *p = &c->passed;

	if (content->size < p->label.size)
		return refuse(c, UPDATE_REASON_DIGEST_MISMATCH, "%" PRIu64 " octets, and %" PRIu64
			" were signed for: the end is missing", content->size, p->label.size);
	if (sodium_memcmp(content->sha256, p->label.sha256, sizeof(content->sha256)) != 0)
		return refuse(c, UPDATE_REASON_DIGEST_MISMATCH,
			"another SHA-256 than was signed");
	if (sign_verify_content(&p->signature, &p->key, content, c->e) < 0)
		return refused(c, UPDATE_REASON_BAD_SIGNATURE);
	if (p->has_operator && sign_verify_content(&p->operator_signature, &p->operator_key,
	    content, c->e) < 0) {
		err_prefix(c->e, "the operator's signature");
		return refused(c, UPDATE_REASON_BAD_SIGNATURE);
	}
	return 0;
}

int
image_check_file(const struct image_passed *p, int fd, enum update_reason *ret_reason,
	struct err *e)
{
	struct check c = { .passed = *p, .e = e };
	struct sign_content content;
	int rc = sign_content_fd(fd, p->label.size, &content, e);

	if (rc == -EFBIG) {
		rc = refuse(&c, UPDATE_REASON_TOO_LARGE, "more than the %" PRIu64 " octets that"
			" were signed for", p->label.size);
	} else if (rc < 0) {
		c.reason = UPDATE_REASON_INTERNAL;
	} else {
		rc = check_content(&c, &content);
	}
	if (rc < 0)
		*ret_reason = c.reason;
	return rc;
}
