# tests/unit: the tests of lib/snmp and lib/report.
SNMP_LIBS = lib/snmp/libsnmp.la $(UNIT_LIBS)
SNMP_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(EVENT_CFLAGS)

check_PROGRAMS += tests/unit/snmp_value
TESTS += tests/unit/snmp_value
tests_unit_snmp_value_SOURCES = %D%/snmp_value.c
tests_unit_snmp_value_CPPFLAGS = $(SNMP_TEST_CPPFLAGS)
tests_unit_snmp_value_LDADD = $(UNIT_LDADD) $(SNMP_LIBS)

check_PROGRAMS += tests/unit/snmp_conf
TESTS += tests/unit/snmp_conf
tests_unit_snmp_conf_SOURCES = %D%/snmp_conf.c
tests_unit_snmp_conf_CPPFLAGS = $(SNMP_TEST_CPPFLAGS)
tests_unit_snmp_conf_LDADD = $(UNIT_LDADD) $(SNMP_LIBS)

check_PROGRAMS += tests/unit/snmp_resolve
TESTS += tests/unit/snmp_resolve
tests_unit_snmp_resolve_SOURCES = %D%/snmp_resolve.c
tests_unit_snmp_resolve_CPPFLAGS = $(SNMP_TEST_CPPFLAGS)
tests_unit_snmp_resolve_LDADD = $(UNIT_LDADD) $(SNMP_LIBS)

check_PROGRAMS += tests/unit/snmp_usm
TESTS += tests/unit/snmp_usm
tests_unit_snmp_usm_SOURCES = %D%/snmp_usm.c
tests_unit_snmp_usm_CPPFLAGS = $(SNMP_TEST_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_snmp_usm_LDADD = $(UNIT_LDADD) $(SNMP_LIBS) $(NETSNMP_LIBS)

check_PROGRAMS += tests/unit/snmp_engine
TESTS += tests/unit/snmp_engine
tests_unit_snmp_engine_SOURCES = %D%/snmp_engine.c %D%/engine_peer.c %D%/engine_peer.h
tests_unit_snmp_engine_CPPFLAGS = $(SNMP_TEST_CPPFLAGS)
tests_unit_snmp_engine_LDADD = $(UNIT_LDADD) $(SNMP_LIBS) $(EVENT_LIBS)

check_PROGRAMS += tests/unit/snmp_engine_jobs
TESTS += tests/unit/snmp_engine_jobs
tests_unit_snmp_engine_jobs_SOURCES = %D%/snmp_engine_jobs.c %D%/engine_peer.c %D%/engine_peer.h
tests_unit_snmp_engine_jobs_CPPFLAGS = $(SNMP_TEST_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_snmp_engine_jobs_LDADD = $(UNIT_LDADD) $(SNMP_LIBS) $(EVENT_LIBS)

check_PROGRAMS += tests/unit/snmp_pdu
TESTS += tests/unit/snmp_pdu
tests_unit_snmp_pdu_SOURCES = %D%/snmp_pdu.c
tests_unit_snmp_pdu_CPPFLAGS = $(SNMP_TEST_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_snmp_pdu_LDADD = $(UNIT_LDADD) $(SNMP_LIBS) $(NETSNMP_LIBS)

report_made = %D%/report_made.c %D%/report_made.h

check_PROGRAMS += tests/unit/report
TESTS += tests/unit/report
tests_unit_report_SOURCES = %D%/report.c $(report_made)
tests_unit_report_CPPFLAGS = $(SNMP_TEST_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_report_LDADD = $(UNIT_LDADD) lib/report/libreport.la lib/structure/libstructure.la \
	$(SNMP_LIBS) $(NETSNMP_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/report_wrong
TESTS += tests/unit/report_wrong
tests_unit_report_wrong_SOURCES = %D%/report_wrong.c $(report_made)
tests_unit_report_wrong_CPPFLAGS = $(SNMP_TEST_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_unit_report_wrong_LDADD = $(UNIT_LDADD) lib/report/libreport.la lib/structure/libstructure.la \
	$(SNMP_LIBS) $(NETSNMP_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/snmp_keyfile
TESTS += tests/unit/snmp_keyfile
tests_unit_snmp_keyfile_SOURCES = %D%/snmp_keyfile.c
tests_unit_snmp_keyfile_CPPFLAGS = $(SNMP_TEST_CPPFLAGS)
tests_unit_snmp_keyfile_LDADD = $(UNIT_LDADD) $(SNMP_LIBS)
