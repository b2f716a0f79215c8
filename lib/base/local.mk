# lib/base: errors, log, strings, numbers, clock; no library but libc.
noinst_LTLIBRARIES += lib/base/libbase.la
lib_base_libbase_la_SOURCES = \
	%D%/err.c %D%/err.h
