# tests/unit: the tests of lib/base, lib/structure, lib/out and lib/db.

check_PROGRAMS += tests/unit/base
TESTS += tests/unit/base
tests_unit_base_SOURCES = %D%/base.c
tests_unit_base_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_base_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/clock
TESTS += tests/unit/clock
tests_unit_clock_SOURCES = %D%/clock.c
tests_unit_clock_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_clock_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/db
TESTS += tests/unit/db
tests_unit_db_SOURCES = %D%/db.c
tests_unit_db_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_db_LDADD = $(UNIT_LDADD) lib/db/libdb.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/db_processes
TESTS += tests/unit/db_processes
tests_unit_db_processes_SOURCES = %D%/db_processes.c %D%/db_work.c %D%/db_work.h
tests_unit_db_processes_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_db_processes_LDADD = $(UNIT_LDADD) lib/db/libdb.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/db_readers
TESTS += tests/unit/db_readers
tests_unit_db_readers_SOURCES = %D%/db_readers.c %D%/db_work.c %D%/db_work.h
tests_unit_db_readers_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_db_readers_LDADD = $(UNIT_LDADD) lib/db/libdb.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/db_rows
TESTS += tests/unit/db_rows
tests_unit_db_rows_SOURCES = %D%/db_rows.c
tests_unit_db_rows_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_db_rows_LDADD = $(UNIT_LDADD) lib/db/libdb.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/lock
TESTS += tests/unit/lock
tests_unit_lock_SOURCES = %D%/lock.c
tests_unit_lock_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_lock_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/options
TESTS += tests/unit/options
tests_unit_options_SOURCES = %D%/options.c
tests_unit_options_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_options_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/parse
TESTS += tests/unit/parse
tests_unit_parse_SOURCES = %D%/parse.c
tests_unit_parse_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_parse_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/text
TESTS += tests/unit/text
tests_unit_text_SOURCES = %D%/text.c
tests_unit_text_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_text_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/listing
TESTS += tests/unit/listing
tests_unit_listing_SOURCES = %D%/listing.c
tests_unit_listing_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_listing_LDADD = $(UNIT_LDADD) lib/out/libout.la $(JANSSON_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/structure
TESTS += tests/unit/structure
tests_unit_structure_SOURCES = %D%/structure.c
tests_unit_structure_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_structure_LDADD = $(UNIT_LDADD) lib/structure/libstructure.la $(UNIT_LIBS)
EXTRA_DIST += \
	tests/data/digest/README \
	tests/data/digest/vectors.pl \
	tests/data/digest/chassis.txt \
	tests/data/digest/empty.txt \
	tests/data/digest/longest.txt \
	tests/data/digest/printer.txt

check_PROGRAMS += tests/unit/child
TESTS += tests/unit/child
tests_unit_child_SOURCES = %D%/child.c
tests_unit_child_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_child_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/limit
TESTS += tests/unit/limit
tests_unit_limit_SOURCES = %D%/limit.c
tests_unit_limit_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_limit_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/user
TESTS += tests/unit/user
tests_unit_user_SOURCES = %D%/user.c
tests_unit_user_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_user_LDADD = $(UNIT_LDADD) $(UNIT_LIBS)
