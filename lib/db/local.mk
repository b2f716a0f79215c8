# lib/db: a thin layer over SQLite; the only folder that includes sqlite3.h.
noinst_LTLIBRARIES += lib/db/libdb.la
lib_db_libdb_la_SOURCES = \
	%D%/db.c %D%/db.h \
	%D%/db_error.c \
	%D%/db_open.c \
	%D%/db_private.h \
	%D%/db_rows.c \
	%D%/db_stmt.c
lib_db_libdb_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
lib_db_libdb_la_LIBADD = $(SQLITE_LIBS)
