# tests/unit: the judge.

check_PROGRAMS += tests/unit/store_judge
TESTS += tests/unit/store_judge
tests_unit_store_judge_SOURCES = %D%/store_judge.c $(store_fixture)
tests_unit_store_judge_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_judge_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/judge_run
TESTS += tests/unit/judge_run
tests_unit_judge_run_SOURCES = %D%/judge_run.c $(store_fixture)
tests_unit_judge_run_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_run_LDADD = $(UNIT_LDADD) $(manager_imgadm_judge_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/judge_plan_search
TESTS += tests/unit/judge_plan_search
tests_unit_judge_plan_search_SOURCES = %D%/judge_plan_search.c
tests_unit_judge_plan_search_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_plan_search_LDADD = $(UNIT_LDADD) manager/libjudge.la $(UNIT_LIBS)

# Random devices, as problems and as catalogues.
rules_world = tests/unit/rules_world.c tests/unit/rules_world.h \
	tests/unit/solve_world.c tests/unit/solve_world.h

check_PROGRAMS += tests/unit/judge_solve
TESTS += tests/unit/judge_solve
tests_unit_judge_solve_SOURCES = %D%/judge_solve.c $(rules_world)
tests_unit_judge_solve_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_solve_LDADD = $(UNIT_LDADD) manager/libjudge.la $(catalogue_test_libs)

# libsolv, a peer, is linked into tests only.
rules_libsolv =
if LIBSOLV
rules_libsolv += tests/unit/rules_libsolv.c tests/unit/rules_libsolv.h
endif

check_PROGRAMS += tests/unit/judge_libsolv
TESTS += tests/unit/judge_libsolv
tests_unit_judge_libsolv_SOURCES = %D%/judge_libsolv.c $(rules_libsolv) $(rules_world)
tests_unit_judge_libsolv_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SOLV_CFLAGS)
tests_unit_judge_libsolv_LDADD = $(UNIT_LDADD) manager/libjudge.la $(catalogue_test_libs) \
	$(SOLV_LIBS)

# What tests of the judge on catalogues link.
judge_world = tests/unit/judge_world.c tests/unit/judge_world.h tests/unit/judge_random.c \
	$(catalogue_fixture)
judge_world_libs = manager/libjudge.la $(catalogue_test_libs)

judge_case = tests/unit/judge_case.c tests/unit/judge_case.h $(judge_world)

check_PROGRAMS += tests/unit/judge
TESTS += tests/unit/judge
tests_unit_judge_SOURCES = %D%/judge.c $(judge_case)
tests_unit_judge_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_values
TESTS += tests/unit/judge_values
tests_unit_judge_values_SOURCES = %D%/judge_values.c $(judge_case)
tests_unit_judge_values_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_values_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_shape
TESTS += tests/unit/judge_shape
tests_unit_judge_shape_SOURCES = %D%/judge_shape.c $(judge_world)
tests_unit_judge_shape_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_shape_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_clauses
TESTS += tests/unit/judge_clauses
tests_unit_judge_clauses_SOURCES = %D%/judge_clauses.c $(judge_world)
tests_unit_judge_clauses_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_clauses_LDADD = $(UNIT_LDADD) $(judge_world_libs)

judge_rule = tests/unit/judge_rule.c tests/unit/judge_rule.h $(judge_world)

check_PROGRAMS += tests/unit/judge_truth
TESTS += tests/unit/judge_truth
tests_unit_judge_truth_SOURCES = %D%/judge_truth.c $(judge_rule)
tests_unit_judge_truth_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_truth_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_anchor
TESTS += tests/unit/judge_anchor
tests_unit_judge_anchor_SOURCES = %D%/judge_anchor.c $(judge_rule)
tests_unit_judge_anchor_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_anchor_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_oracle
TESTS += tests/unit/judge_oracle
tests_unit_judge_oracle_SOURCES = %D%/judge_oracle.c $(judge_world)
tests_unit_judge_oracle_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_oracle_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_explain
TESTS += tests/unit/judge_explain
tests_unit_judge_explain_SOURCES = %D%/judge_explain.c $(judge_world)
tests_unit_judge_explain_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_explain_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_field
TESTS += tests/unit/judge_field
tests_unit_judge_field_SOURCES = %D%/judge_field.c $(judge_world)
tests_unit_judge_field_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_field_LDADD = $(UNIT_LDADD) $(judge_world_libs)
