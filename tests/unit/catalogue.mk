# tests/unit: catalogues.

check_PROGRAMS += tests/unit/catalogue_version
TESTS += tests/unit/catalogue_version
tests_unit_catalogue_version_SOURCES = tests/unit/catalogue_version.c
tests_unit_catalogue_version_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_version_LDADD = $(UNIT_LDADD) lib/catalogue/libcatalogue.la $(UNIT_LIBS)
