# tests/unit: the judge.

check_PROGRAMS += tests/unit/store_judge
TESTS += tests/unit/store_judge
tests_unit_store_judge_SOURCES = %D%/store_judge.c $(store_fixture)
tests_unit_store_judge_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_judge_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/judge_plan_search
TESTS += tests/unit/judge_plan_search
tests_unit_judge_plan_search_SOURCES = %D%/judge_plan_search.c
tests_unit_judge_plan_search_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_plan_search_LDADD = $(UNIT_LDADD) manager/libjudge.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/judge_solve
TESTS += tests/unit/judge_solve
tests_unit_judge_solve_SOURCES = %D%/judge_solve.c %D%/solve_world.c %D%/solve_world.h
tests_unit_judge_solve_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_solve_LDADD = $(UNIT_LDADD) manager/libjudge.la $(UNIT_LIBS)
