# tests/bench/: figures against peers.  PART.sh is a part; see run.sh.
bench:
	@$(MAKE) -s all $(check_PROGRAMS) $(check_LTLIBRARIES) >&2
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/run.sh $(BENCH)
.PHONY: bench
EXTRA_DIST += tests/bench/run.sh tests/bench/reports.sh

EXTRA_DIST += tests/bench/poll.sh tests/bench/store.sh
check_PROGRAMS += tests/bench/measure
tests_bench_measure_SOURCES = %D%/measure.c

check_PROGRAMS += tests/bench/sync_loop
tests_bench_sync_loop_SOURCES = %D%/sync_loop.c
tests_bench_sync_loop_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_bench_sync_loop_LDADD = $(NETSNMP_LIBS)

# What the agent is measured against: the same rows in a plain container table.
check_LTLIBRARIES += tests/bench/plain_table.la
tests_bench_plain_table_la_SOURCES = %D%/plain_table.c %D%/plain_table.h
tests_bench_plain_table_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMPAGENT_CFLAGS)
tests_bench_plain_table_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -rpath /nowhere

check_PROGRAMS += tests/bench/plain_subagent
tests_bench_plain_subagent_SOURCES = %D%/plain_subagent.c %D%/plain_table.c \
	%D%/plain_table.h
tests_bench_plain_subagent_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMPAGENT_CFLAGS)
tests_bench_plain_subagent_LDADD = $(NETSNMPAGENT_LIBS)

check_PROGRAMS += tests/bench/walk
tests_bench_walk_SOURCES = %D%/walk.c
tests_bench_walk_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_bench_walk_LDADD = $(NETSNMP_LIBS)

EXTRA_DIST += tests/bench/agent.sh

check_PROGRAMS += tests/bench/engine_bench
tests_bench_engine_bench_SOURCES = tests/bench/engine_bench.c
nodist_tests_bench_engine_bench_SOURCES = mibs/imgadm-mib.h
tests_bench_engine_bench_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_bench_engine_bench_LDADD = lib/snmp/libsnmp.la lib/base/libbase.la $(EVENT_LIBS)
check_PROGRAMS += tests/bench/store_bench
tests_bench_store_bench_SOURCES = %D%/store_bench.c
tests_bench_store_bench_LDADD = $(store_test_libs)

check_PROGRAMS += tests/bench/center_mib_bench
tests_bench_center_mib_bench_SOURCES = %D%/center_mib_bench.c $(store_world)
nodist_tests_bench_center_mib_bench_SOURCES = mibs/imgadm-mib.h mibs/imgadm-center-mib.h
tests_bench_center_mib_bench_LDADD = manager/libcenter.la lib/mib/libmib.la \
	lib/snmp/libsnmp.la $(store_test_libs)

check_PROGRAMS += tests/bench/catalogue_bench
tests_bench_catalogue_bench_SOURCES = %D%/catalogue_bench.c
tests_bench_catalogue_bench_LDADD = lib/catalogue/libcatalogue.la lib/structure/libstructure.la \
	lib/base/libbase.la
EXTRA_DIST += tests/bench/judge.sh

check_PROGRAMS += tests/bench/judge_bench
tests_bench_judge_bench_SOURCES = %D%/judge_bench.c $(rules_libsolv) $(rules_world)
tests_bench_judge_bench_CPPFLAGS = $(AM_CPPFLAGS) $(SOLV_CFLAGS)
tests_bench_judge_bench_LDADD = manager/libjudge.la lib/catalogue/libcatalogue.la \
	lib/structure/libstructure.la lib/base/libbase.la $(SOLV_LIBS)

check_PROGRAMS += tests/bench/judge_fleet
tests_bench_judge_fleet_SOURCES = %D%/judge_fleet.c
tests_bench_judge_fleet_LDADD = $(store_test_libs)

check_PROGRAMS += tests/bench/tftp_load
tests_bench_tftp_load_SOURCES = %D%/tftp_load.c $(udp_tools)
tests_bench_tftp_load_LDADD = lib/base/libbase.la
EXTRA_DIST += tests/bench/tftp.sh

EXTRA_DIST += tests/bench/trouble.sh
check_PROGRAMS += tests/bench/trouble_bench
tests_bench_trouble_bench_SOURCES = %D%/trouble_bench.c
tests_bench_trouble_bench_LDADD = manager/libtrouble.la lib/catalogue/libcatalogue.la \
	lib/structure/libstructure.la lib/base/libbase.la
