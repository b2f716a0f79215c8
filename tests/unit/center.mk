# tests/unit: the tests of imgadm-centerd's modules.
CENTER_TEST_LIBS = manager/libcenter.la lib/snmp/libsnmp.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/center_engine
TESTS += tests/unit/center_engine
tests_unit_center_engine_SOURCES = %D%/center_engine.c
tests_unit_center_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_center_engine_LDADD = $(UNIT_LDADD) $(CENTER_TEST_LIBS)

check_PROGRAMS += tests/unit/center_queue
TESTS += tests/unit/center_queue
tests_unit_center_queue_SOURCES = %D%/center_queue.c
tests_unit_center_queue_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_center_queue_LDADD = $(UNIT_LDADD) $(CENTER_TEST_LIBS)
