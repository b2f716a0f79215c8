# tests/unit: the judge's paths and plans.

check_PROGRAMS += tests/unit/judge_path
TESTS += tests/unit/judge_path
tests_unit_judge_path_SOURCES = %D%/judge_path.c $(judge_world)
tests_unit_judge_path_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_path_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_plan
TESTS += tests/unit/judge_plan
tests_unit_judge_plan_SOURCES = %D%/judge_plan.c $(judge_world)
tests_unit_judge_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_plan_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_plan_random
TESTS += tests/unit/judge_plan_random
tests_unit_judge_plan_random_SOURCES = %D%/judge_plan_random.c $(judge_world)
tests_unit_judge_plan_random_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_plan_random_LDADD = $(UNIT_LDADD) $(judge_world_libs)

check_PROGRAMS += tests/unit/judge_say_plan
TESTS += tests/unit/judge_say_plan
tests_unit_judge_say_plan_SOURCES = %D%/judge_say_plan.c $(judge_world)
tests_unit_judge_say_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_judge_say_plan_LDADD = $(UNIT_LDADD) $(judge_world_libs)
