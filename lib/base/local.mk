# lib/base: errors, log, strings, numbers, clock; no library but libc.
noinst_LTLIBRARIES += lib/base/libbase.la
lib_base_libbase_la_SOURCES = \
	%D%/buf.h \
	%D%/clock.h \
	%D%/err.c %D%/err.h \
	%D%/lock.h \
	%D%/log.h \
	%D%/options.h \
	%D%/parse.h \
	%D%/paths.h \
	%D%/text.h
lib_base_libbase_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DLOCALSTATEDIR='"$(localstatedir)"'
