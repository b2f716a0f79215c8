# lib/catalogue: what the makers say fits together; the one folder that knows libxml2.
noinst_HEADERS += lib/catalogue/catalogue.h
noinst_LTLIBRARIES += lib/catalogue/libcatalogue.la
lib_catalogue_libcatalogue_la_SOURCES = \
	%D%/catalogue_version.c %D%/catalogue_version.h
