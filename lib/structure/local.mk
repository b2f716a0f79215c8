# lib/structure: what a device consists of, as plain values.
noinst_LTLIBRARIES += lib/structure/libstructure.la
lib_structure_libstructure_la_SOURCES = \
	%D%/structure.c %D%/structure.h \
	%D%/structure_check.c \
	%D%/structure_name.c \
	%D%/rollout.c %D%/rollout.h \
	%D%/update.c %D%/update.h
lib_structure_libstructure_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
lib_structure_libstructure_la_LIBADD = $(SODIUM_LIBS)
