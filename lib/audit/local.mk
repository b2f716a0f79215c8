# lib/audit: the log of who did what, hash-chained; lib/sign's words and libsodium.
noinst_LTLIBRARIES += lib/audit/libaudit.la
lib_audit_libaudit_la_SOURCES = \
	%D%/audit.c %D%/audit.h \
	%D%/audit_file.c %D%/audit_file.h \
	%D%/audit_line.c %D%/audit_line.h \
	%D%/audit_read.c
lib_audit_libaudit_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
