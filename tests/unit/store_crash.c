/*
 * The store under kill -9: a process stores batches and says what it
 * committed; it is killed at a random moment, again and again.  Each time the
 * store opens, each device is whole, every entry is there once, and nothing
 * is gone that was said to be committed.  IMGADM_SEED repeats the moments.
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/store/store_read.h"
#include "tests/unit/store_world.h"
#include "tests/unit/support.h"

enum { DEVICES = 8, KILLS = 60, T0 = 1700000000 };

/* Shared with the child: how much of each device was committed. */
struct progress {
	uint32_t log[DEVICES];	/* index up to which the log was committed */
	uint64_t use[DEVICES];
	bool ready;
};

static struct err e;

static void
name_of(unsigned d, char name[16])
{
	(void)snprintf(name, 16, "device-%u", d);
}

/* The machine as it is when its log reached an entry: a pure function of it. */
static void
advance(struct world_machine *m, uint32_t entry)
{
	if (m->log.newest < entry)
		world_log_add(m, entry - m->log.newest);
	m->structure.device.use_count = 1000 + entry;
	m->structure.units[1].use_count = entry;
	(void)snprintf(m->structure.software[0].version, 16, "1.%u", entry / 64);
	structure_digest(&m->structure, m->structure.digest);
	m->structure.revision = entry / 64;
}

/* Batches of devices, each a little further, until it is killed. */
static void
child(const char *path, struct progress *shared, uint64_t seed)
{
	struct world_machine machines[DEVICES];
	struct store_target target;
	struct world_poll polls[DEVICES];
	uint32_t to[DEVICES];
	char name[16];
	struct store *s;
	unsigned d;

	if (store_open(path, STORE_POLL, &s, &e) < 0)
		_exit(1);
	for (d = 0; d < DEVICES; d++)
		world_machine_init(&machines[d], d + 1, 4, 3, 4000);
	shared->ready = true;
	for (;;) {
		if (store_batch_begin(s, &e) < 0)
			_exit(2);
		for (d = 0; d < DEVICES; d++) {
			name_of(d, name);
			if (!world_target(s, name, &target))
				_exit(3);
			to[d] = target.log_index + 1 + (uint32_t)world_random(&seed, 12);
			if (to[d] > WORLD_LOG_MAX)
				_exit(0);
			advance(&machines[d], to[d]);
			world_poll(&polls[d], &machines[d], &target, T0 + to[d], SIZE_MAX);
			if (store_poll_put(s, &polls[d].result, NULL, &e) < 0)
				_exit(4);
			world_poll_release(&polls[d]);
		}
		if (store_batch_commit(s, &e) < 0)
			_exit(5);
		for (d = 0; d < DEVICES; d++) {
			shared->log[d] = to[d];
			shared->use[d] = machines[d].structure.device.use_count;
		}
	}
}

static void
check_log(struct store *s, const char *name, unsigned d, uint32_t to)
{
	struct store_filter f = { .device = name, .gaps = true };
	struct store_log_row row;
	struct store_log *l;
	char text[STRUCTURE_TEXT_MAX + 1];
	uint32_t next = 1;

	ck_assert_int_eq(store_log_open(s, &f, &l, &e), 0);
	while (store_log_next(l, &row, &e) == 1) {
		ck_assert_uint_eq(row.gap_to, 0);
		ck_assert_uint_eq(row.entry.index, next++);
		(void)snprintf(text, sizeof(text), "acme-%u: entry %u of generation %u", d + 1,
			row.entry.index, (d + 1) * 100 + 1);
		ck_assert_str_eq(row.entry.text, text);
	}
	store_log_close(l);
	ck_assert_uint_eq(next - 1, to);
}

static void
check_device(struct store *s, unsigned d, const struct progress *shared)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	struct store_device got = {0};
	struct store_target target;
	char name[16], version[16];
	uint32_t to;

	name_of(d, name);
	ck_assert(world_target(s, name, &target));
	to = target.log_index;
	ck_assert_uint_ge(to, shared->log[d]);
	ck_assert_int_eq(store_device_get(s, name, &got, &e), 0);
	ck_assert_uint_ge(got.row.use_count, shared->use[d]);
	if (to == 0) {
		ck_assert_uint_eq(got.structure.unit_count, 0);
	} else {
		/* Structure, live values, log and cursor are of one moment. */
		ck_assert_uint_eq(got.row.use_count, 1000 + to);
		ck_assert_uint_eq(got.structure.unit_count, 4);
		ck_assert_uint_eq(got.structure.units[1].use_count, to);
		(void)snprintf(version, sizeof(version), "1.%u", to / 64);
		ck_assert_str_eq(got.structure.software[0].version, version);
		ck_assert_int_eq(got.row.last_contact, T0 + to);
		ck_assert_int_eq(structure_check(&got.structure, &e), 0);
		structure_digest(&got.structure, digest);
		ck_assert_mem_eq(digest, got.structure.digest, sizeof(digest));
	}
	check_log(s, name, d, to);
	store_device_release(&got);
}

START_TEST(killed_at_any_moment_nothing_is_half)
{
	const char *given = getenv("IMGADM_SEED"), *path = support_path("store.db");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	struct progress *shared;
	struct timespec wait;
	unsigned d, kills, late = 0;
	char name[16];
	struct store *s;
	int status;
	pid_t pid;

	(void)printf("# seed %" PRIu64 "\n", seed);
	(void)fflush(stdout);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	ck_assert_int_eq(store_open(path, STORE_POLL, &s, &e), 0);
	for (d = 0; d < DEVICES; d++) {
		name_of(d, name);
		ck_assert_int_eq(store_device_add(s, &(struct store_device_new){
			.name = name, .address = name }, NULL, &e), 0);
	}
	store_close(s);
	for (kills = 0; kills < KILLS; kills++) {
		shared->ready = false;
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			child(path, shared, seed + kills);
		wait = (struct timespec){ 0, (long)world_random(&seed, 30000000) };
		(void)nanosleep(&wait, NULL);	/* the random moment */
		(void)kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFSIGNALED(status) || WEXITSTATUS(status) == 0,
			"the child ended with %d", WEXITSTATUS(status));
		late += shared->ready;
		ck_assert_msg(store_open(path, STORE_POLL, &s, &e) == 0, "%s", e.text);
		for (d = 0; d < DEVICES; d++)
			check_device(s, d, shared);
		store_close(s);
	}
	(void)munmap(shared, sizeof(*shared));
	/* It is no proof if it never got to storing. */
	ck_assert_uint_gt(late, KILLS / 4);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_crash");
	TCase *t = tcase_create("crash");

	tcase_add_checked_fixture(t, support_folder_make, support_folder_remove);
	tcase_set_timeout(t, 300);
	tcase_add_test(t, killed_at_any_moment_nothing_is_half);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
