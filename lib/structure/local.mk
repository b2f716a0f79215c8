# lib/structure: what a device consists of, as plain values.
noinst_LTLIBRARIES += lib/structure/libstructure.la
lib_structure_libstructure_la_SOURCES = \
	%D%/structure.h
