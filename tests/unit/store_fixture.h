/*
 * store_fixture: a store in a folder of its own with one device, "alpha", and
 * the machine that stands there; for tests of the store.
 */
#ifndef IMGADM_TESTS_UNIT_STORE_FIXTURE_H
#define IMGADM_TESTS_UNIT_STORE_FIXTURE_H

#include <check.h>

#include "lib/store/store_read.h"
#include "tests/unit/store_world.h"
#include "tests/unit/support.h"

enum { T0 = 1700000000, DAY = 86400 };

extern struct store *store;
extern struct world_machine machine;
extern struct store_target target;	/* of the last poll_at() */
extern struct err e;

#define OK(call) do { \
	int ok_rc = (call); \
	ck_assert_msg(ok_rc == 0, "%s: %d %s", #call, ok_rc, e.text); \
} while (0)

void fixture_setup(void);
void fixture_teardown(void);

/* Open the store again. */
void open_store(void);
/* Poll a device as a poller would, and put what came. */
struct store_poll_outcome poll_at(const char *name, struct world_machine *m, utc_s when);
/* One device whole; store_device_release() it. */
struct store_device get(const char *name);
/* Rows that a filter lists. */
uint64_t count_log(const struct store_filter *f);

#endif
