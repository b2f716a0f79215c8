# tests/unit: trouble rules, evaluated.
trouble_test_libs = manager/libtrouble.la $(catalogue_test_libs)
trouble_world = tests/unit/trouble_world.c tests/unit/trouble_world.h $(catalogue_fixture)

check_PROGRAMS += tests/unit/trouble_leaf
TESTS += tests/unit/trouble_leaf
tests_unit_trouble_leaf_SOURCES = tests/unit/trouble_leaf.c $(trouble_world)
tests_unit_trouble_leaf_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_trouble_leaf_LDADD = $(UNIT_LDADD) $(trouble_test_libs)

check_PROGRAMS += tests/unit/trouble
TESTS += tests/unit/trouble
tests_unit_trouble_SOURCES = tests/unit/trouble.c $(trouble_world)
tests_unit_trouble_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_trouble_LDADD = $(UNIT_LDADD) $(trouble_test_libs)

check_PROGRAMS += tests/unit/trouble_property
TESTS += tests/unit/trouble_property
tests_unit_trouble_property_SOURCES = tests/unit/trouble_property.c tests/unit/trouble_oracle.c \
	tests/unit/trouble_oracle.h $(trouble_world)
tests_unit_trouble_property_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_trouble_property_LDADD = $(UNIT_LDADD) $(trouble_test_libs)
