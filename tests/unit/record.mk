# tests/unit: what rollouts and troubles leave behind.
audit_test_libs = lib/audit/libaudit.la lib/sign/libsign.la $(UNIT_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/audit
TESTS += tests/unit/audit
tests_unit_audit_SOURCES = %D%/audit.c
tests_unit_audit_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_audit_LDADD = $(UNIT_LDADD) $(audit_test_libs)
