# lib/mib: MIB tables as sorted arrays, without a library.
noinst_LTLIBRARIES += lib/mib/libmib.la
lib_mib_libmib_la_SOURCES = %D%/table.c %D%/table.h
