# lib/inforce: the catalogues in force, from the store to a linked set, and imports into it.
noinst_LTLIBRARIES += lib/inforce/libinforce.la
lib_inforce_libinforce_la_SOURCES = \
	%D%/inforce.c %D%/inforce.h %D%/inforce_private.h \
	%D%/inforce_date.c %D%/inforce_date.h \
	%D%/inforce_import.c
