/*
 * state_help: what the tests of a device's state share.
 */
#ifndef IMGADM_TESTS_UNIT_STATE_HELP_H
#define IMGADM_TESTS_UNIT_STATE_HELP_H

#include <check.h>
#include <string.h>

#include "agent-module/state.h"
#include "lib/base/clock.h"

/* A call that must fail with rc, and say `says`. */
#define REFUSED(call, want, says) do {						\
	struct err e = {0};							\
	int rc_ = (call);							\
	ck_assert_msg(rc_ == (want), "%d, want %d: %s", rc_, (want), e.text);	\
	ck_assert_msg(strstr(e.text, (says)) != NULL, "'%s' lacks '%s'",	\
		e.text, (says));						\
} while (0)
#define DONE(call) do {								\
	struct err e = {0};							\
	int rc_ = (call);							\
	ck_assert_msg(rc_ == 0, "%d: %s", rc_, e.text);				\
} while (0)

/* A new state file (device "dev-1", model "M", serial "S1") in the test's folder. */
const char *help_create(const char *name, uint32_t log_capacity);
struct state *help_open(const char *path, enum state_mode mode);

/* A unit of a type, by symbol; serial and container may be NULL. Its row. */
uint32_t help_unit(struct state *s, const char *symbol, enum unit_type type,
	const char *serial, const char *container);
/* Running software in a bank. */
void help_software(struct state *s, const char *symbol, unsigned bank, const char *id,
	const char *version);
void help_reading(struct state *s, const char *symbol, const char *name, int32_t value);
/* The entry's index, 0 when gathered. */
uint32_t help_error(struct state *s, const char *symbol, const char *code, utc_s time);

/* A view read by a new handle. */
void help_view(const char *path, struct state_view *v);
void help_refresh(struct state *s, struct state_view *v);
/* Fails the test, saying where, when two views differ in what they show. */
void help_same(const struct state_view *a, const struct state_view *b);
/* Contiguous, within the bounds, nothing else. */
void help_log_sound(const struct state_view *v);
const struct unit *help_find(const struct state_view *v, const char *symbol);

/* The revision, after seeing that the digest is that of the rows; ret_change may be NULL. */
uint32_t help_revision(const char *path, int64_t *ret_change);

/* A clock that the test sets. */
struct help_clock {
	struct clock clock;
	int64_t now_utc_s;
};
void help_clock_init(struct help_clock *c, int64_t now_utc_s);

#endif
