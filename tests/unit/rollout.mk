# tests/unit: the rollout's decision.
rollout_test_libs = updater/librollout.la lib/sign/libsign.la lib/structure/libstructure.la \
	$(UNIT_LIBS) $(SODIUM_LIBS)
rollout_world = %D%/rollout_world.c %D%/rollout_world.h

check_PROGRAMS += tests/unit/rollout_simulation
TESTS += tests/unit/rollout_simulation
tests_unit_rollout_simulation_SOURCES = %D%/rollout_simulation.c $(rollout_world)
tests_unit_rollout_simulation_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_simulation_LDADD = $(UNIT_LDADD) $(rollout_test_libs)

check_PROGRAMS += tests/unit/rollout_window
TESTS += tests/unit/rollout_window
tests_unit_rollout_window_SOURCES = %D%/rollout_window.c
tests_unit_rollout_window_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_window_LDADD = $(UNIT_LDADD) updater/librolloutzone.la $(rollout_test_libs)

check_PROGRAMS += tests/unit/rollout_step
TESTS += tests/unit/rollout_step
tests_unit_rollout_step_SOURCES = %D%/rollout_step.c $(rollout_world)
tests_unit_rollout_step_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_step_LDADD = $(UNIT_LDADD) $(rollout_test_libs)

check_PROGRAMS += tests/unit/rollout_plan
TESTS += tests/unit/rollout_plan
tests_unit_rollout_plan_SOURCES = %D%/rollout_plan.c
tests_unit_rollout_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_plan_LDADD = $(UNIT_LDADD) $(rollout_test_libs)

check_PROGRAMS += tests/unit/rollout_lost
TESTS += tests/unit/rollout_lost
tests_unit_rollout_lost_SOURCES = %D%/rollout_lost.c $(rollout_world)
tests_unit_rollout_lost_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_lost_LDADD = $(UNIT_LDADD) $(rollout_test_libs)

check_PROGRAMS += tests/unit/rollout_select
TESTS += tests/unit/rollout_select
tests_unit_rollout_select_SOURCES = %D%/rollout_select.c
tests_unit_rollout_select_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_select_LDADD = $(UNIT_LDADD) $(rollout_test_libs)

check_PROGRAMS += tests/unit/rollout_load
TESTS += tests/unit/rollout_load
tests_unit_rollout_load_SOURCES = %D%/rollout_load.c $(store_fixture)
tests_unit_rollout_load_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rollout_load_LDADD = $(UNIT_LDADD) updater/librolloutload.la updater/librollout.la \
	lib/audit/libaudit.la lib/sign/libsign.la $(store_test_libs) $(SODIUM_LIBS)
