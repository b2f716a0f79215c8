/* user: rights that are given up are gone, also where there were hardly any. */
#include <config.h>

#include "lib/base/user.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support.h"

/* A line of /proc/self/status, without its name and first blank. */
static const char *
status_of(const char *name)
{
	static char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	size_t len = strlen(name);
	bool found = false;

	ck_assert_ptr_nonnull(f);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strncmp(line, name, len) == 0 && line[len] == ':';
	(void)fclose(f);
	ck_assert_msg(found, "no %s", name);
	line[strcspn(line, "\n")] = '\0';
	return line + len + 2;
}

/* In a process of its own, since there is no way back. */
static void
apart(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		what();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* ck_assert in a child would not be heard of. */
#define MUST(what) do { \
	if (!(what)) { \
		(void)fprintf(stderr, "# line %d: %s\n", __LINE__, #what); \
		_exit(1); \
	} \
} while (0)

static void
must_have_nothing(void)
{
	MUST(strcmp(status_of("NoNewPrivs"), "1") == 0);
	MUST(strcmp(status_of("CapPrm"), "0000000000000000") == 0);
	MUST(strcmp(status_of("CapEff"), "0000000000000000") == 0);
	MUST(strcmp(status_of("CapInh"), "0000000000000000") == 0);
	MUST(strcmp(status_of("CapAmb"), "0000000000000000") == 0);
}

static struct user
other(void)
{
	struct user u;

	MUST(user_find("nobody", &u, NULL) == 0);
	return u;
}

static void
from_root(void)
{
	struct user u = other();
	char ids[64];

	MUST(user_become(&u, NULL) == 0);
	(void)snprintf(ids, sizeof(ids), "%ld\t%ld\t%ld\t%ld", (long)u.uid, (long)u.uid,
		(long)u.uid, (long)u.uid);
	MUST(strcmp(status_of("Uid"), ids) == 0);
	(void)snprintf(ids, sizeof(ids), "%ld\t%ld\t%ld\t%ld", (long)u.gid, (long)u.gid,
		(long)u.gid, (long)u.gid);
	MUST(strcmp(status_of("Gid"), ids) == 0);
	MUST(strspn(status_of("Groups"), " ") == strlen(status_of("Groups")));
	MUST(seteuid(0) < 0 && setuid(0) < 0 && setgid(0) < 0);
	must_have_nothing();
}

static void
from_itself(void)
{
	struct user u = { .uid = getuid(), .gid = getgid() };

	if (u.uid == 0) {
		u = other();
		MUST(setgid(u.gid) == 0 && setuid(u.uid) == 0);
	}
	MUST(user_become(&u, NULL) == 0);
	MUST(getuid() == u.uid);
	must_have_nothing();
}

/* As a service manager starts what may open low ports. */
static void
from_itself_with_a_capability(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
	struct user u = other();

	MUST(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
	MUST(setgid(u.gid) == 0 && setuid(u.uid) == 0);
	data[0].permitted = data[0].inheritable = data[0].effective =
		1U << CAP_NET_BIND_SERVICE | 1U << CAP_SETUID;
	MUST(syscall(SYS_capset, &head, data) == 0);
	MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) == 0);
	MUST(user_become(&u, NULL) == 0);
	must_have_nothing();
}

static void
from_one_that_was_root(void)
{
	struct user u = other();
	struct err e = { "" };

	MUST(setresuid(u.uid, u.uid, 0) == 0);
	MUST(user_become(&u, &e) == -EPERM);
	MUST(strstr(e.text, "can be had again") != NULL);
}

static void
from_another(void)
{
	struct user u = { .uid = getuid() + 1, .gid = getgid() };

	if (getuid() == 0)
		MUST(setuid(other().uid) == 0);
	u.uid = getuid() + 1;
	MUST(user_become(&u, NULL) == -EPERM);
}

static void
confined(void)
{
	MUST(user_confine(NULL) == 0);
	must_have_nothing();
}

START_TEST(rights_are_gone)
{
	apart(from_itself);
	apart(from_another);
	apart(confined);
	if (geteuid() != 0)
		return;
	apart(from_root);
	apart(from_itself_with_a_capability);
	apart(from_one_that_was_root);
}
END_TEST

START_TEST(who_is_none)
{
	struct user u = { .uid = 0 };
	struct err e = { "" };

	ck_assert_int_eq(user_become(&u, &e), -EINVAL);
	ck_assert_int_eq(user_find("no such user", &u, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.text, "'no such user'"));
	ck_assert_int_eq(user_find("root", &u, &e), 0);
	ck_assert_uint_eq(u.uid, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("user");
	TCase *tc = tcase_create("user");

	tcase_set_timeout(tc, 120);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, rights_are_gone);
	tcase_add_test(tc, who_is_none);
	return support_run(suite);
}
