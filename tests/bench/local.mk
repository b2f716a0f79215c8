# tests/bench/

check_PROGRAMS += tests/bench/engine_bench
tests_bench_engine_bench_SOURCES = tests/bench/engine_bench.c
nodist_tests_bench_engine_bench_SOURCES = mibs/imgadm-mib.h
tests_bench_engine_bench_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_bench_engine_bench_LDADD = lib/snmp/libsnmp.la lib/base/libbase.la
