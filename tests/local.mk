# tests/: Check programs (*.test-less names, TAP by CK_TAP_LOG_FILE_NAME) and TAP shell scripts (*.sh).
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	SNMPD='$(SNMPD)'; export SNMPD; \
	CK_TAP_LOG_FILE_NAME=-; export CK_TAP_LOG_FILE_NAME; \
	CK_VERBOSITY=silent; export CK_VERBOSITY;

EXTRA_DIST += tests/lib.sh tests/README.md tests/fetch-peers.sh

include tests/unit/local.mk
include tests/fake/local.mk
include tests/replay/local.mk
include tests/integration/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/lint/local.mk

check-valgrind: all
	$(MAKE) check LOG_COMPILER='$(LIBTOOL) --mode=execute valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite'
.PHONY: check-valgrind

# What a build with sanitizers can run: all but the tests that load imgadm.so
# into a snmpd that has no sanitizer's runtime.
SANITIZED_SHELL = tests/integration/device-cli.sh \
	tests/integration/fleet-cli.sh tests/integration/poll-odd.sh
check-sanitized: all
	CK_TIMEOUT_MULTIPLIER=5 IMGADM_TEST_LIGHT=1 TROUBLE_ROUNDS=100 $(MAKE) check TESTS="$$(\
		printf '%s\n' $(TESTS) | grep -E '^tests/(unit|fuzz|replay)/' | \
		tr '\n' ' ') $(SANITIZED_SHELL)"
.PHONY: check-sanitized

# All that make check builds, without running it.
check-programs: all
	$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS) $(check_LTLIBRARIES)
.PHONY: check-programs
