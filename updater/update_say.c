#include <config.h>

#include "updater/update_say.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

enum { LINE_MAX_OCTETS = 8192, SHOWN = 4 * STRUCTURE_NAME_MAX + 1, SIZE_TEXT = 40,
	SAID_MAX = 1024 };

static void
overwrite(struct update_say *s)
{
	if (s->open)
		(void)fputs("\r\033[K", stderr);
	s->open = false;
}

void
update_say_begin(struct update_say *s, bool json)
{
	*s = (struct update_say){ .json = json,
		.terminal = !json && isatty(STDERR_FILENO) != 0 };
}

/* --- the plan ------------------------------------------------------------------ */

static bool
is_software(const struct update_step *s)
{
	return s->kind == UPDATE_STEP_INSTALL || s->kind == UPDATE_STEP_SWITCH;
}

/* Steps of one unit that follow each other: how many from the first on. */
static size_t
run_length(const struct update_plan *p, size_t first)
{
	const struct update_step *s = &p->steps[first];
	size_t n = 1;

	while (is_software(s) && first + n < p->count && is_software(&p->steps[first + n]) &&
	    p->steps[first + n].unit_index == s->unit_index &&
	    p->steps[first + n].group == s->group)
		n++;
	return n;
}

static void
add_escaped(struct buf *b, const char *before, const char *text)
{
	(void)buf_add_text(b, before);
	(void)text_escape_to(b, text);
}

static void
say_way(struct buf *b, const struct update_step *s, size_t count)
{
	const struct update_step *last = &s[count - 1];

	add_escaped(b, ": ", last->software);
	if (strcmp(s->from_software, last->software) == 0)
		add_escaped(b, " ", s->from_version);
	else if (s->from_version[0] != '\0')
		add_escaped(b, " over ", s->from_version);
	for (size_t i = 0; i < count; i++)
		add_escaped(b, " → ", s[i].version);
	for (size_t i = 0; i + 1 < count; i++) {
		(void)buf_add_text(b, i == 0 ? count > 2 ? " (stepping stones: " :
			" (stepping stone: " : ", ");
		(void)text_escape_to(b, s[i].version);
	}
	if (count > 1)
		(void)buf_add_char(b, ')');
	else if (s->stepping_stone)
		(void)buf_add_text(b, " (a stepping stone)");
}

static void
say_notes(struct buf *b, const struct update_step *s, size_t count)
{
	unsigned minutes = 0;
	bool stop = false, ticket = false, back = true, down = false;

	for (size_t i = 0; i < count; i++) {
		minutes += s[i].minutes;
		stop |= s[i].stop;
		ticket |= s[i].ticket;
		back &= s[i].way_back;
		down |= s[i].down;
	}
	if (s->kind == UPDATE_STEP_SWITCH)
		(void)buf_printf(b, ", stands in bank %u", s->bank);
	if (down)
		(void)buf_add_text(b, ", downward");
	if (ticket)
		(void)buf_add_text(b, ", below the floor: needs a ticket");
	(void)buf_printf(b, ", %u minute%s, %zu restart%s", minutes, minutes == 1 ? "" : "s", count,
		count == 1 ? "" : "s");
	if (stop)
		(void)buf_add_text(b, ", out of service meanwhile");
	(void)buf_printf(b, ", way back: %s", back ? "yes" : "no");
}

static void
say_step(struct buf *b, const char *device, const struct update_step *s, size_t count)
{
	add_escaped(b, "", device);
	add_escaped(b, ", ", s->symbol);
	add_escaped(b, " (", s->model);
	if (s->serial_number[0] != '\0')
		add_escaped(b, ", serial ", s->serial_number);
	(void)buf_add_char(b, ')');
	if (s->kind == UPDATE_STEP_STANDBY) {
		(void)buf_add_text(b, ": out of service");
	} else if (s->kind == UPDATE_STEP_VISIT) {
		(void)buf_add_text(b, ": a visit: imgadm-judge plan says which part");
	} else {
		say_way(b, s, count);
		say_notes(b, s, count);
	}
	if (s->group != 0)
		(void)buf_printf(b, ", at once with the %u others of its group",
			s->group_size - 1);
	(void)buf_add_char(b, '\n');
}

void
update_say_plan(struct update_say *s, const char *device, const struct update_plan *p)
{
	struct buf b;
	size_t n;

	if (s->json)
		return;
	buf_init(&b, LINE_MAX_OCTETS * (size_t)UPDATE_PLAN_STEPS_MAX);
	for (size_t i = 0; i < p->count; i += n) {
		n = run_length(p, i);
		say_step(&b, device, &p->steps[i], n);
	}
	(void)fputs(buf_text(&b), stdout);
	(void)fflush(stdout);
	buf_release(&b);
}

/* --- how far it is ---------------------------------------------------------------- */

/* Octets as "3.1"; the unit goes by `of`. */
static void
amount(uint64_t octets, uint64_t of, char *dst, size_t size, const char **ret_unit)
{
	uint64_t one = of >= 1024 * 1024 ? 1024 * 1024 : 1024;

	*ret_unit = one == 1024 ? "KiB" : "MiB";
	text_decimal(dst, size, (int64_t)((octets * 10 + one / 2) / one), -1);
}

void
update_say_amount(uint64_t done, uint64_t size, char *dst, size_t dst_size)
{
	char left[SIZE_TEXT], all[SIZE_TEXT];
	const char *unit;

	amount(size > 0 && done > size ? size : done, size > 0 ? size : done, left,
		sizeof(left), &unit);
	if (size == 0) {
		(void)snprintf(dst, dst_size, "%s %s", left, unit);
		return;
	}
	amount(size, size, all, sizeof(all), &unit);
	(void)snprintf(dst, dst_size, "%s of %s %s", left, all, unit);
}

static void
row_text(const struct update *row, uint32_t size, char *dst, size_t dst_size)
{
	const char *name = update_name(UPDATE_NAME_STATE, (int)row->state);
	char done[UPDATE_SAY_AMOUNT_SIZE], text[4 * STRUCTURE_TEXT_MAX + 1];

	if (row->state == UPDATE_DOWNLOADING && size > 0) {
		update_say_amount(row->bytes_done, size, done, sizeof(done));
		(void)snprintf(dst, dst_size, "%s %s", name, done);
	} else if (row->state == UPDATE_FAILED || row->state == UPDATE_ROLLED_BACK) {
		(void)text_escape(text, sizeof(text), row->reason_text);
		(void)snprintf(dst, dst_size, "%s: %s%s%s", name,
			update_name(UPDATE_NAME_REASON, (int)row->reason),
			text[0] != '\0' ? ": " : "", text);
	} else {
		(void)text_copy(dst, dst_size, name);
	}
}

void
update_say_row(struct update_say *s, const char *symbol, const struct update *row,
	uint32_t size, bool again)
{
	char text[SAID_MAX + 4 * STRUCTURE_TEXT_MAX], shown[SHOWN];

	if (s->json || (again && !s->terminal))
		return;
	row_text(row, size, text, sizeof(text));
	(void)text_escape(shown, sizeof(shown), symbol);
	overwrite(s);
	if (again) {
		(void)fprintf(stderr, "%s: %s", shown, text);
		(void)fflush(stderr);
		s->open = true;
		return;
	}
	(void)printf("%s: %s\n", shown, text);
	(void)fflush(stdout);
}

void
update_say_line(struct update_say *s, const char *symbol, const char *fmt, ...)
{
	char text[SAID_MAX], shown[SHOWN];
	va_list ap;

	if (s->json)
		return;
	overwrite(s);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)text_escape(shown, sizeof(shown), symbol != NULL ? symbol : "");
	(void)printf("%s%s%s\n", shown, symbol != NULL ? ": " : "", text);
	(void)fflush(stdout);
}

void
update_say_error(struct update_say *s, const char *device, const char *symbol,
	const char *fmt, ...)
{
	char text[SAID_MAX], shown[SHOWN];
	va_list ap;

	overwrite(s);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)text_escape(shown, sizeof(shown), symbol != NULL ? symbol : "");
	log_error("%s%s%s: %s", device, symbol != NULL ? ": " : "", shown, text);
}
