/*
 * updater/tftpd_sync: files become durable beside the loop, and the end waits for all.
 */
#include <config.h>

#include <event2/event.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/support.h"
#include "updater/tftpd_sync.h"

/* One look takes so many; the end must come also when no further one is left. */
enum { BATCH = 16, ROUNDS = 20 };

static void
done(void *user, int rc)
{
	*(unsigned *)user += rc == 0;
}

START_TEST(the_end_waits_for_all_and_no_more)
{
	struct event_base *base = event_base_new();
	int fd = open(support_path("file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct tftpd_sync *y;

	ck_assert_ptr_nonnull(base);
	ck_assert_int_ge(fd, 0);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned began = 0, ended = 0;

		ck_assert_int_eq(tftpd_sync_new(base, &y), 0);
		while (began < BATCH && tftpd_sync_start(y, fd, done, &ended))
			began++;
		tftpd_sync_free(y);
		ck_assert_uint_eq(ended, began);
	}
	(void)close(fd);
	event_base_free(base);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftpd_sync");
	TCase *tc = tcase_create("tftpd_sync");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_end_waits_for_all_and_no_more);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
