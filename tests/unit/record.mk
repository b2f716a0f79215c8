# tests/unit: what rollouts and troubles leave behind.
audit_test_libs = lib/audit/libaudit.la lib/sign/libsign.la $(UNIT_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/audit
TESTS += tests/unit/audit
tests_unit_audit_SOURCES = %D%/audit.c
tests_unit_audit_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_audit_LDADD = $(UNIT_LDADD) $(audit_test_libs)

rollout_fixture = %D%/rollout_fixture.c %D%/rollout_fixture.h $(store_fixture)
record_test_libs = lib/audit/libaudit.la lib/sign/libsign.la $(store_test_libs) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/store_rollout
TESTS += tests/unit/store_rollout
tests_unit_store_rollout_SOURCES = %D%/store_rollout.c $(rollout_fixture)
tests_unit_store_rollout_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_rollout_LDADD = $(UNIT_LDADD) $(record_test_libs)

check_PROGRAMS += tests/unit/store_rollout_faults
TESTS += tests/unit/store_rollout_faults
tests_unit_store_rollout_faults_SOURCES = %D%/store_rollout_faults.c $(rollout_fixture)
tests_unit_store_rollout_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sqlite3_step \
	-Wl,--wrap=sqlite3_exec -Wl,--wrap=sqlite3_extended_errcode
tests_unit_store_rollout_faults_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_rollout_faults_LDADD = $(UNIT_LDADD) $(record_test_libs)

check_PROGRAMS += tests/unit/store_trouble
TESTS += tests/unit/store_trouble
tests_unit_store_trouble_SOURCES = %D%/store_trouble.c $(rollout_fixture)
tests_unit_store_trouble_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_trouble_LDADD = $(UNIT_LDADD) $(record_test_libs)

check_PROGRAMS += tests/unit/notify
TESTS += tests/unit/notify
tests_unit_notify_SOURCES = %D%/notify.c $(store_fixture)
tests_unit_notify_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_notify_LDADD = $(UNIT_LDADD) lib/notify/libnotify.la $(store_test_libs) $(SODIUM_LIBS)
