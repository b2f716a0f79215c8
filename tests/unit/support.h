/*
 * support: what unit tests share: a main, a folder of their own.
 */
#ifndef IMGADM_TESTS_UNIT_SUPPORT_H
#define IMGADM_TESTS_UNIT_SUPPORT_H

#include <check.h>

/*
 * Run a suite and return main()'s status; TAP as the harness asks for.  What
 * the tests leave in their folders is removed, also after a crash of one.
 */
int support_run(Suite *suite);

/*
 * A checked fixture: each test has a new, empty folder of its own.
 * tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove)
 */
void support_folder_make(void);
void support_folder_remove(void);
const char *support_folder(void);

/* folder/name in one of eight static buffers, taken in turn. */
const char *support_path(const char *name);

/* Write a whole file; fails the test when it cannot. */
void support_write(const char *path, const void *data, size_t len);

#endif
