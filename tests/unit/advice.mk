# tests/unit: what a device is told and what it may ask.
check_PROGRAMS += tests/unit/store_facts
TESTS += tests/unit/store_facts
tests_unit_store_facts_SOURCES = %D%/store_facts.c $(store_fixture)
tests_unit_store_facts_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_facts_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/center_mib
TESTS += tests/unit/center_mib
tests_unit_center_mib_SOURCES = %D%/center_mib.c $(store_fixture)
nodist_tests_unit_center_mib_SOURCES = mibs/imgadm-mib.h mibs/imgadm-center-mib.h
tests_unit_center_mib_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_center_mib_LDADD = $(UNIT_LDADD) manager/libcenter.la lib/mib/libmib.la \
	lib/snmp/libsnmp.la $(store_test_libs)

check_PROGRAMS += tests/unit/advice
TESTS += tests/unit/advice
tests_unit_advice_SOURCES = %D%/advice.c
tests_unit_advice_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_advice_LDADD = $(UNIT_LDADD) lib/advice/libadvice.la lib/snmp/libsnmp.la \
	$(store_test_libs)
