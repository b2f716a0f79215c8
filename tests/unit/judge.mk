# tests/unit: the judge.

check_PROGRAMS += tests/unit/store_judge
TESTS += tests/unit/store_judge
tests_unit_store_judge_SOURCES = %D%/store_judge.c $(store_fixture)
tests_unit_store_judge_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_judge_LDADD = $(UNIT_LDADD) $(store_test_libs)
