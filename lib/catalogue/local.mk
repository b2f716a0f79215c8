# lib/catalogue: what the makers say fits together; the one folder that knows libxml2.
# Who links it links lib/structure/libstructure.la and lib/base/libbase.la behind it.
noinst_LTLIBRARIES += lib/catalogue/libcatalogue.la
lib_catalogue_libcatalogue_la_SOURCES = \
	%D%/catalogue.h \
	%D%/catalogue_check.c \
	%D%/catalogue_check_rule.c \
	%D%/catalogue_compare.c %D%/catalogue_compare.h \
	%D%/catalogue_file.c \
	%D%/catalogue_find.c \
	%D%/catalogue_findings.c %D%/catalogue_findings.h \
	%D%/catalogue_link.c %D%/catalogue_link.h \
	%D%/catalogue_link_devices.c \
	%D%/catalogue_link_relations.c \
	%D%/catalogue_link_rules.c \
	%D%/catalogue_link_things.c \
	%D%/catalogue_lint.c %D%/catalogue_lint.h %D%/catalogue_lint_private.h \
	%D%/catalogue_lint_match.c \
	%D%/catalogue_lint_order.c \
	%D%/catalogue_lint_pair.c \
	%D%/catalogue_lint_path.c %D%/catalogue_lint_path.h \
	%D%/catalogue_lint_profile.c \
	%D%/catalogue_lint_reach.c \
	%D%/catalogue_lint_relation.c \
	%D%/catalogue_lint_release.c \
	%D%/catalogue_lint_rule.c \
	%D%/catalogue_pattern.c %D%/catalogue_pattern.h \
	%D%/catalogue_read.c \
	%D%/catalogue_rule.c %D%/catalogue_rule.h \
	%D%/catalogue_scan.c %D%/catalogue_scan.h \
	%D%/catalogue_schema.c %D%/catalogue_schema.h \
	%D%/catalogue_tree.c %D%/catalogue_tree.h \
	%D%/catalogue_value.c %D%/catalogue_value.h \
	%D%/catalogue_version.c %D%/catalogue_version.h
lib_catalogue_libcatalogue_la_CPPFLAGS = $(AM_CPPFLAGS) $(XML_CFLAGS) $(SODIUM_CFLAGS)
lib_catalogue_libcatalogue_la_LIBADD = $(XML_LIBS) $(SODIUM_LIBS)
