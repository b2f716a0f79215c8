#include <config.h>

#include "lib/catalogue/catalogue_value.h"

#include <errno.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/catalogue/catalogue.h"

static bool
id_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("._:+-", c) != NULL);
}

bool
catalogue_value_is_id(const char *text, size_t len)
{
	if (len == 0 || len > CATALOGUE_ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!id_char(text[i]))
			return false;
	return true;
}

static int
parse_ids(const char *text, struct err *e)
{
	size_t len, count = 0;

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		len = strcspn(text, " ");
		if (!catalogue_value_is_id(text, len))
			return err_set(e, -EINVAL, "'%s' begins no identifier: letters, digits "
			    "and ._:+-, at most %d", text, CATALOGUE_ID_MAX);
		text += len;
		count++;
	}
	if (count == 0)
		return err_set(e, -EINVAL, "at least one identifier is expected");
	return 0;
}

static int
parse_text(const struct catalogue_schema_attribute *a, const char *text, struct err *e)
{
	size_t len = strlen(text);

	if (len < a->least)
		return err_set(e, -EINVAL, "empty; leave the attribute out if there is nothing "
		    "to say");
	if (len > a->most)
		return err_set(e, -EINVAL, "%zu octets; at most %u are allowed", len,
		    (unsigned)a->most);
	return 0;
}

/* A name that is safe in any folder and in a TFTP request. */
static int
parse_file(const char *text, struct err *e)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		if (!id_char(text[i]) || text[i] == ':')
			break;
	if (len == 0 || len > 128 || i < len || text[0] == '.' || text[0] == '-')
		return err_set(e, -EINVAL, "'%s': the name of a file is expected: letters, "
		    "digits and ._+-, no folder, no dot or - in front, at most 128", text);
	return 0;
}

/* YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ; a day counts from its beginning in UTC. */
static int
parse_date(const char *text, uint64_t *ret_number, struct err *e)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	char full[sizeof(form)];
	size_t len = strlen(text), i;
	int64_t moment;

	if (len == 10 || len == sizeof(form) - 1) {
		text_copy(full, sizeof(full), text);
		if (len == 10)
			text_copy(full + 10, sizeof(full) - 10, "T00:00:00Z");
		for (i = 0; i < sizeof(form) - 1; i++)
			if (form[i] == 'd' ? full[i] < '0' || full[i] > '9' : full[i] != form[i])
				break;
		if (i == sizeof(form) - 1 && parse_moment(full, 0, &moment, NULL) == 0) {
			*ret_number = (uint64_t)moment;
			return 0;
		}
	}
	return err_set(e, -EINVAL, "'%s': a day (2026-11-22) or a moment in UTC "
	    "(2026-11-22T09:12:05Z) from 1970 on is expected", text);
}

static const char *
choice_at(const void *user, size_t n)
{
	const char *const *names = user;

	return names[n];
}

static const char *
class_at(const void *user, size_t n)
{
	(void)user;
	return catalogue_class_at(n);
}

static int
not_one_of(const char *text, const char *(*at)(const void *, size_t), const void *user,
	struct err *e)
{
	const char *near = text_nearest(text, at, user);
	struct buf list;
	const char *name;

	buf_init(&list, 600);
	for (size_t i = 0; (name = at(user, i)) != NULL; i++)
		(void)buf_printf(&list, "%s%s", i > 0 ? ", " : "", name);
	err_set(e, -EINVAL, "'%s' is none of %s%s%s%s", text, buf_text(&list),
	    near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
	    near != NULL ? "'?" : "");
	buf_release(&list);
	return -EINVAL;
}

static int
parse_choice(const char *const *names, const char *text, uint64_t *ret_number, struct err *e)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], text) == 0) {
			*ret_number = i;
			return 0;
		}
	}
	return not_one_of(text, choice_at, names, e);
}

static int
parse_class(const char *text, uint64_t *ret_number, struct err *e)
{
	int value;

	if (structure_value(NAME_UNIT_TYPE, text, &value) < 0 || value >= UNIT_TYPE_PRINT)
		return not_one_of(text, class_at, NULL, e);
	*ret_number = (uint64_t)value;
	return 0;
}

/* -12.5 as millionths. */
static int
parse_decimal(bool positive, const char *text, uint64_t *ret_number, struct err *e)
{
	bool minus = text[0] == '-';
	const char *p = text + minus, *point;
	int64_t value = 0;
	size_t digits = strspn(p, "0123456789"), decimals = 0, i;

	point = p + digits;
	if (*point == '.')
		decimals = strspn(point + 1, "0123456789");
	if (digits == 0 || digits > 9 || (*point == '.' && (decimals == 0 || decimals > 6)) ||
	    point[*point == '.' ? decimals + 1 : 0] != '\0')
		return err_set(e, -EINVAL, "'%s': a number is expected, with at most 9 digits and 6 "
		    "decimals", text);
	for (i = 0; i < digits; i++)
		value = value * 10 + (p[i] - '0');
	for (i = 0; i < 6; i++)
		value = value * 10 + (i < decimals ? point[1 + i] - '0' : 0);
	if (positive && (minus || value == 0))
		return err_set(e, -EINVAL, "'%s': a number above 0 is expected", text);
	*ret_number = (uint64_t)(minus ? -value : value);
	return 0;
}

/* 1h30min; each number has its unit. */
static int
parse_span(uint64_t most, const char *text, uint64_t *ret_number, struct err *e)
{
	size_t len = strlen(text);
	int64_t seconds;
	int rc;

	if (len > 0 && text[len - 1] >= '0' && text[len - 1] <= '9')
		return err_set(e, -EINVAL, "'%s': a span needs a unit: 90s, 30min, 2h, 7d, 2w", text);
	rc = parse_duration(text, 1, (int64_t)most, &seconds, e);
	if (rc == 0)
		*ret_number = (uint64_t)seconds;
	return rc < 0 ? -EINVAL : 0;
}

static int
parse_window(uint64_t most, const char *text, uint64_t *ret_number, struct err *e)
{
	static const struct {
		const char *name;
		unsigned unit;
	} units[] = {
		{ " impressions", USE_IMPRESSIONS }, { " sheets", USE_SHEETS },
		{ " jobs", USE_JOBS }, { " hours", USE_HOURS }, { " cycles", USE_CYCLES },
		{ " restarts", WINDOW_RESTARTS },
	};
	size_t digits = strspn(text, "0123456789"), i;
	char number[24];
	uint64_t amount;

	if (text[digits] != ' ') {
		if (parse_span(most, text, &amount, NULL) == 0) {
			*ret_number = amount * WINDOW_UNITS + WINDOW_SECONDS;
			return 0;
		}
	} else if (digits > 0 && digits < sizeof(number)) {
		(void)memcpy(number, text, digits);
		number[digits] = '\0';
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
			if (strcmp(text + digits, units[i].name) != 0)
				continue;
			if (parse_u64(number, 1, most, &amount, e) < 0)
				return -EINVAL;
			*ret_number = amount * WINDOW_UNITS + units[i].unit;
			return 0;
		}
	}
	return err_set(e, -EINVAL, "'%s' is no window: a number with impressions, sheets, jobs, hours, "
	    "cycles or restarts behind a blank, or a span such as 30min, 2h or 7d", text);
}

static int
parse_percent(const char *text, uint64_t *ret_number, struct err *e)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	for (size_t i = 0; i < digits && digits <= 3; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (digits == 0 || digits > 3 || strcmp(text + digits, "%") != 0 || value < 1 || value > 100)
		return err_set(e, -EINVAL, "'%s': 1%% to 100%% is expected", text);
	*ret_number = value;
	return 0;
}

int
catalogue_value_parse(const struct catalogue_schema_attribute *a, const char *text,
	uint64_t *ret_number, struct err *e)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	switch (a->kind) {
	case VALUE_ID:
		if (!catalogue_value_is_id(text, strlen(text)))
			return err_set(e, -EINVAL, "'%s': an identifier is expected: letters, "
			    "digits and ._:+-, at most %d", text, CATALOGUE_ID_MAX);
		return 0;
	case VALUE_IDS:
		return parse_ids(text, e);
	case VALUE_TEXT:
		return parse_text(a, text, e);
	case VALUE_FILE:
		return parse_file(text, e);
	case VALUE_NUMBER:
		return parse_u64(text, a->least, a->most, ret_number, e) < 0 ? -EINVAL : 0;
	case VALUE_SIZE:
		return parse_size(text, a->least, a->most, ret_number, e) < 0 ? -EINVAL : 0;
	case VALUE_DATE:
		return parse_date(text, ret_number, e);
	case VALUE_CHOICE:
		return parse_choice(a->names, text, ret_number, e);
	case VALUE_CLASS:
		return parse_class(text, ret_number, e);
	case VALUE_DIGEST:
		if (text_unhex(text, digest, sizeof(digest)) < 0)
			return err_set(e, -EINVAL, "64 hexadecimal digits are expected (SHA-256)");
		return 0;
	case VALUE_DECIMAL:
		return parse_decimal(a->least == 1, text, ret_number, e);
	case VALUE_WINDOW:
		return parse_window(a->most, text, ret_number, e);
	case VALUE_SPAN:
		return parse_span(a->most, text, ret_number, e);
	case VALUE_PERCENT:
		return parse_percent(text, ret_number, e);
	}
	return -EINVAL;
}
