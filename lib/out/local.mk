# lib/out: what programs print: tables, JSON, CSV.
noinst_LTLIBRARIES += lib/out/libout.la
lib_out_libout_la_SOURCES = \
	%D%/jsonout.c %D%/jsonout.h \
	%D%/listing.c %D%/listing.h
lib_out_libout_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
lib_out_libout_la_LIBADD = $(JANSSON_LIBS)
