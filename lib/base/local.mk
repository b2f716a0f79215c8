# lib/base: errors, log, strings, numbers, clock; no library but libc.
noinst_LTLIBRARIES += lib/base/libbase.la
lib_base_libbase_la_SOURCES = \
	%D%/beside.c %D%/beside.h \
	%D%/buf.c %D%/buf.h \
	%D%/child.c %D%/child.h \
	%D%/clock.c %D%/clock.h \
	%D%/daemonize.c %D%/daemonize.h \
	%D%/durable.c %D%/durable.h \
	%D%/err.c %D%/err.h \
	%D%/limit.c %D%/limit.h \
	%D%/lock.c %D%/lock.h \
	%D%/log.c %D%/log.h \
	%D%/options.c %D%/options.h \
	%D%/parse.c %D%/parse_cidr.c %D%/parse_moment.c %D%/parse.h \
	%D%/paths.c %D%/paths.h \
	%D%/text.c %D%/text_compare.c %D%/text_number.c %D%/text_width.c %D%/text.h \
	%D%/user.c %D%/user.h
lib_base_libbase_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DLOCALSTATEDIR='"$(localstatedir)"'
