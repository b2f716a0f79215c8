# tests/unit: updates on the device.
check_PROGRAMS += tests/unit/install_plan
TESTS += tests/unit/install_plan
tests_unit_install_plan_SOURCES = %D%/install_plan.c
tests_unit_install_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_install_plan_LDADD = $(UNIT_LDADD) agent-module/libinstallplan.la \
	lib/structure/libstructure.la $(UNIT_LIBS) $(SODIUM_LIBS)
