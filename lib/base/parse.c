#include <config.h>

#include "lib/base/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/text.h"

/* What stood there, short and harmless, for a message. */
struct shown {
	char text[96];
};

static const char *
shown(struct shown *s, const char *text)
{
	static const char dots[] = "...";

	if (!text_escape(s->text, sizeof(s->text) - sizeof(dots), text))
		(void)memcpy(s->text + strlen(s->text), dots, sizeof(dots));
	return s->text;
}

/* --- integers ---------------------------------------------------------------- */

/*
 * Digits at *text, which is moved behind them.  -EINVAL without a digit,
 * -ERANGE over 64 bits.
 */
static int
digits(const char **text, uint64_t *ret_value)
{
	const char *p = *text;
	uint64_t v = 0;
	int rc = -EINVAL;

	for (; *p >= '0' && *p <= '9'; p++) {
		unsigned d = (unsigned)(*p - '0');

		if (rc == -EINVAL)
			rc = 0;
		if (v > (UINT64_MAX - d) / 10)
			rc = -ERANGE;
		else
			v = v * 10 + d;
	}
	*text = p;
	*ret_value = v;
	return rc;
}

int
parse_i64(const char *text, int64_t min, int64_t max, int64_t *ret_value,
	struct err *e)
{
	bool negative = *text == '-';
	const char *p = text + negative;
	struct shown s;
	uint64_t v;
	int rc;

	rc = digits(&p, &v);
	if (rc == -EINVAL || *p != '\0')
		return err_set(e, -EINVAL, "'%s' is not a whole number; expected %"
		    PRId64 " to %" PRId64, shown(&s, text), min, max);
	if (rc == 0 && v > (uint64_t)INT64_MAX + negative)
		rc = -ERANGE;
	if (rc == 0) {
		int64_t value = !negative ? (int64_t)v :
		    v == 0 ? 0 : -(int64_t)(v - 1) - 1;

		if (value >= min && value <= max) {
			*ret_value = value;
			return 0;
		}
	}
	return err_set(e, -ERANGE, "%s is out of range; expected %" PRId64 " to %"
	    PRId64, shown(&s, text), min, max);
}

int
parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret_value,
	struct err *e)
{
	const char *p = text;
	struct shown s;
	uint64_t v;
	int rc;

	rc = digits(&p, &v);
	if (rc == -EINVAL || *p != '\0')
		return err_set(e, -EINVAL, "'%s' is not a whole number; expected %"
		    PRIu64 " to %" PRIu64, shown(&s, text), min, max);
	if (rc != 0 || v < min || v > max)
		return err_set(e, -ERANGE, "%s is out of range; expected %" PRIu64
		    " to %" PRIu64, shown(&s, text), min, max);
	*ret_value = v;
	return 0;
}

int
parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret_value,
	struct err *e)
{
	uint64_t v;
	int rc;

	rc = parse_u64(text, min, max, &v, e);
	if (rc == 0)
		*ret_value = (uint32_t)v;
	return rc;
}

int
parse_bool(const char *text, bool *ret_value, struct err *e)
{
	static const char *const names[] = {
		"no", "yes", "false", "true", "off", "on", "0", "1",
	};
	struct shown s;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text_equal_nocase(text, names[i])) {
			*ret_value = i % 2 == 1;
			return 0;
		}
	}
	return err_set(e, -EINVAL, "'%s' is neither yes nor no", shown(&s, text));
}

/* --- numbers with a unit -------------------------------------------------------- */

struct factor {
	const char *name;
	uint64_t factor;
};

/* The unit at *text, which is moved behind its letters; 0 = none such. */
static uint64_t
factor_at(const char **text, const struct factor *factors)
{
	size_t len = strspn(*text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	size_t i;

	for (i = 0; factors[i].name != NULL; i++) {
		if (strlen(factors[i].name) == len &&
		    strncmp(*text, factors[i].name, len) == 0) {
			*text += len;
			return factors[i].factor;
		}
	}
	return 0;
}

int
parse_duration(const char *text, int64_t min_s, int64_t max_s, int64_t *ret_s,
	struct err *e)
{
	static const struct factor units[] = {
		{ "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 },
		{ "w", 7 * 86400 }, { NULL, 0 },
	};
	uint64_t total = 0, last = UINT64_MAX, v, unit;
	const char *p = text;
	struct shown s;
	int rc = 0;

	do {
		int one = digits(&p, &v);

		if (one == -EINVAL)
			goto wrong;
		if (one == -ERANGE)
			rc = one;
		unit = *p == '\0' && last == UINT64_MAX ? 1 : factor_at(&p, units);
		if (unit == 0 || unit >= last)
			goto wrong;
		last = unit;
		if (v > (INT64_MAX - total) / unit)
			rc = -ERANGE;
		else
			total += v * unit;
	} while (*p != '\0');
	if (rc != 0 || (int64_t)total < min_s || (int64_t)total > max_s)
		return err_set(e, -ERANGE, "%s is out of range; expected %" PRId64
		    " to %" PRId64 " seconds", shown(&s, text), min_s, max_s);
	*ret_s = (int64_t)total;
	return 0;
wrong:
	return err_set(e, -EINVAL, "'%s' is not a span of time; expected one such as "
	    "90s, 30min, 2h, 1h30min, 7d or 2w", shown(&s, text));
}

int
parse_size(const char *text, uint64_t min, uint64_t max, uint64_t *ret_octets,
	struct err *e)
{
#define THOUSAND UINT64_C(1000)
#define KIBI UINT64_C(1024)
	static const struct factor units[] = {
		{ "", 1 }, { "B", 1 },
		{ "k", THOUSAND }, { "kB", THOUSAND },
		{ "M", THOUSAND * THOUSAND }, { "MB", THOUSAND * THOUSAND },
		{ "G", THOUSAND * THOUSAND * THOUSAND },
		{ "GB", THOUSAND * THOUSAND * THOUSAND },
		{ "T", THOUSAND * THOUSAND * THOUSAND * THOUSAND },
		{ "TB", THOUSAND * THOUSAND * THOUSAND * THOUSAND },
		{ "Ki", KIBI }, { "KiB", KIBI }, { "Mi", KIBI << 10 },
		{ "MiB", KIBI << 10 }, { "Gi", KIBI << 20 }, { "GiB", KIBI << 20 },
		{ "Ti", KIBI << 30 }, { "TiB", KIBI << 30 }, { NULL, 0 },
	};
	const char *p = text;
	struct shown s;
	uint64_t v, unit;
	int rc;

	rc = digits(&p, &v);
	unit = rc == -EINVAL ? 0 : factor_at(&p, units);
	if (unit == 0 || *p != '\0')
		return err_set(e, -EINVAL, "'%s' is not a size; expected one such as "
		    "1500, 64k or 10MiB", shown(&s, text));
	if (rc != 0 || v > UINT64_MAX / unit || v * unit < min || v * unit > max)
		return err_set(e, -ERANGE, "%s is out of range; expected %" PRIu64
		    " to %" PRIu64 " octets", shown(&s, text), min, max);
	*ret_octets = v * unit;
	return 0;
}

/* --- OIDs ------------------------------------------------------------------------- */

/* ITU-T X.660: 0, 1 or 2; below 0 and 1 at most 39. */
static bool
root_is_sane(const unsigned long *sub, size_t len)
{
	return len >= 2 && sub[0] <= 2 && (sub[0] == 2 || sub[1] <= 39);
}

int
parse_oid(const char *text, size_t most, unsigned long *ret_sub, size_t *ret_len,
	struct err *e)
{
	unsigned long first[2] = { 0 };
	const char *p;
	struct shown s;
	size_t len = 0;
	uint64_t v;
	int pass;

	/* Once to look at all of it, once to write. */
	for (pass = 0; pass < 2; pass++) {
		p = *text == '.' ? text + 1 : text;
		for (len = 0;; len++) {
			if (digits(&p, &v) != 0 || v > UINT32_MAX)
				goto wrong;
			if (len == most)
				return err_set(e, -ERANGE, "'%s' has more than %zu "
				    "sub-identifiers", shown(&s, text), most);
			if (pass == 1)
				ret_sub[len] = (unsigned long)v;
			else if (len < 2)
				first[len] = (unsigned long)v;
			if (*p == '\0')
				break;
			if (*p++ != '.')
				goto wrong;
		}
		if (!root_is_sane(first, len + 1))
			goto wrong;
	}
	*ret_len = len + 1;
	return 0;
wrong:
	return err_set(e, -EINVAL, "'%s' is not an OID; expected digits and dots such "
	    "as 1.3.6.1.2.1.1.3.0", shown(&s, text));
}
