# tests/unit: one Check program a module, named as the module; one block a test.
# Each links tests/unit/libsupport.la (a main's body, a folder of its own), what it tests, and Check.
UNIT_LDADD = tests/unit/libsupport.la
UNIT_LIBS = lib/base/libbase.la $(CHECK_LIBS)

check_LTLIBRARIES += tests/unit/libsupport.la
tests_unit_libsupport_la_SOURCES = %D%/support.c %D%/support.h
tests_unit_libsupport_la_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)

check_PROGRAMS += tests/unit/db
TESTS += tests/unit/db
tests_unit_db_SOURCES = %D%/db.c
tests_unit_db_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_db_LDADD = $(UNIT_LDADD) lib/db/libdb.la $(UNIT_LIBS)
