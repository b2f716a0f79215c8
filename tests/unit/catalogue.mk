# tests/unit: catalogues.

# What tests of catalogues and of the judge link.
catalogue_fixture = tests/unit/catalogue_fixture.c tests/unit/catalogue_fixture.h
catalogue_test_libs = lib/catalogue/libcatalogue.la lib/structure/libstructure.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/catalogue_version
TESTS += tests/unit/catalogue_version
tests_unit_catalogue_version_SOURCES = tests/unit/catalogue_version.c
tests_unit_catalogue_version_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_version_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_link
TESTS += tests/unit/catalogue_link
tests_unit_catalogue_link_SOURCES = tests/unit/catalogue_link.c $(catalogue_fixture)
tests_unit_catalogue_link_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_link_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_schema
TESTS += tests/unit/catalogue_schema
tests_unit_catalogue_schema_SOURCES = tests/unit/catalogue_schema.c tests/unit/catalogue_rng.c \
	tests/unit/catalogue_rng.h $(catalogue_fixture)
tests_unit_catalogue_schema_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(XML_CFLAGS) \
	-DTOP_SRCDIR=\"$(abs_top_srcdir)\"
tests_unit_catalogue_schema_LDADD = $(UNIT_LDADD) $(catalogue_test_libs) $(XML_LIBS)

check_PROGRAMS += tests/unit/catalogue_hostile
TESTS += tests/unit/catalogue_hostile
tests_unit_catalogue_hostile_SOURCES = tests/unit/catalogue_hostile.c
tests_unit_catalogue_hostile_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_hostile_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

catalogue_lint_says = tests/unit/catalogue_lint_says.c tests/unit/catalogue_lint_says.h

check_PROGRAMS += tests/unit/catalogue_lint
TESTS += tests/unit/catalogue_lint
tests_unit_catalogue_lint_SOURCES = tests/unit/catalogue_lint.c $(catalogue_lint_says) \
	$(catalogue_fixture)
tests_unit_catalogue_lint_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_lint_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_lint_rules
TESTS += tests/unit/catalogue_lint_rules
tests_unit_catalogue_lint_rules_SOURCES = tests/unit/catalogue_lint_rules.c $(catalogue_lint_says) \
	$(catalogue_fixture)
tests_unit_catalogue_lint_rules_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_lint_rules_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_pattern
TESTS += tests/unit/catalogue_pattern
tests_unit_catalogue_pattern_SOURCES = tests/unit/catalogue_pattern.c
tests_unit_catalogue_pattern_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_pattern_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_compare
TESTS += tests/unit/catalogue_compare
tests_unit_catalogue_compare_SOURCES = tests/unit/catalogue_compare.c $(catalogue_fixture)
tests_unit_catalogue_compare_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_compare_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_match
TESTS += tests/unit/catalogue_match
tests_unit_catalogue_match_SOURCES = tests/unit/catalogue_match.c $(catalogue_fixture)
tests_unit_catalogue_match_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_match_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_lint_hostile
TESTS += tests/unit/catalogue_lint_hostile
tests_unit_catalogue_lint_hostile_SOURCES = tests/unit/catalogue_lint_hostile.c
tests_unit_catalogue_lint_hostile_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_lint_hostile_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_example
TESTS += tests/unit/catalogue_example
tests_unit_catalogue_example_SOURCES = tests/unit/catalogue_example.c \
	agent-module/device_model.c agent-module/device_model.h \
	agent-module/device_chance.c agent-module/device_chance.h
tests_unit_catalogue_example_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) \
	-DTOP_SRCDIR=\"$(abs_top_srcdir)\"
tests_unit_catalogue_example_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)

check_PROGRAMS += tests/unit/catalogue_trouble
TESTS += tests/unit/catalogue_trouble
tests_unit_catalogue_trouble_SOURCES = tests/unit/catalogue_trouble.c $(catalogue_lint_says) \
	$(catalogue_fixture)
tests_unit_catalogue_trouble_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_trouble_LDADD = $(UNIT_LDADD) $(catalogue_test_libs)
