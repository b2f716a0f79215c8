#include <config.h>

#include "tests/unit/store_fixture.h"

struct store *store;
struct world_machine machine;
struct store_target target;
struct err e;

void
open_store(void)
{
	OK(store_open(support_path("store.db"), STORE_POLL, &store, &e));
}

void
fixture_setup(void)
{
	support_folder_make();
	open_store();
	OK(store_device_add(store, &(struct store_device_new){ .name = "alpha",
		.address = "10.0.0.1", .site = "berlin" }, NULL, &e));
	world_machine_init(&machine, 1, 6, 4, 50);
	ck_assert(world_target(store, "alpha", &target));
}

void
fixture_teardown(void)
{
	store_close(store);
	world_machine_release(&machine);
	support_folder_remove();
}

struct store_poll_outcome
poll_at(const char *name, struct world_machine *m, utc_s when)
{
	struct store_poll_outcome o;
	struct world_poll p;

	ck_assert(world_target(store, name, &target));
	world_poll(&p, m, &target, when, SIZE_MAX);
	OK(store_poll_put(store, &p.result, &o, &e));
	world_poll_release(&p);
	return o;
}

struct store_device
get(const char *name)
{
	struct store_device d = {0};

	OK(store_device_get(store, name, &d, &e));
	return d;
}

uint64_t
count_log(const struct store_filter *f)
{
	struct store_log_row row;
	struct store_log *l;
	uint64_t n = 0;

	OK(store_log_open(store, f, &l, &e));
	while (store_log_next(l, &row, &e) == 1)
		n++;
	store_log_close(l);
	return n;
}
