# tests/unit: signatures, and the catalogues that are kept for them.
signer = %D%/signer.c %D%/signer.h
image_test_libs = lib/image/libimage.la lib/sign/libsign.la lib/structure/libstructure.la \
	$(UNIT_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/sign
TESTS += tests/unit/sign
tests_unit_sign_SOURCES = %D%/sign.c
tests_unit_sign_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_sign_LDADD = $(UNIT_LDADD) lib/sign/libsign.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/sign_words
TESTS += tests/unit/sign_words
tests_unit_sign_words_SOURCES = %D%/sign_words.c
tests_unit_sign_words_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_sign_words_LDADD = $(UNIT_LDADD) lib/sign/libsign.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/store_catalogue
TESTS += tests/unit/store_catalogue
tests_unit_store_catalogue_SOURCES = %D%/store_catalogue.c $(store_fixture)
tests_unit_store_catalogue_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_catalogue_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/catalogue_edit
TESTS += tests/unit/catalogue_edit
tests_unit_catalogue_edit_SOURCES = %D%/catalogue_edit.c
tests_unit_catalogue_edit_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_catalogue_edit_LDADD = $(UNIT_LDADD) manager/libjudgecli.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/inforce
TESTS += tests/unit/inforce
tests_unit_inforce_SOURCES = %D%/inforce.c $(signer)
tests_unit_inforce_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_inforce_LDADD = $(UNIT_LDADD) lib/inforce/libinforce.la \
	lib/catalogue/libcatalogue.la lib/store/libstore.la lib/snmp/libsnmp.la lib/db/libdb.la \
	lib/structure/libstructure.la $(UNIT_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/image
TESTS += tests/unit/image
tests_unit_image_SOURCES = %D%/image.c $(signer)
tests_unit_image_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_image_LDADD = $(UNIT_LDADD) $(image_test_libs)

check_PROGRAMS += tests/unit/image_trust
TESTS += tests/unit/image_trust
tests_unit_image_trust_SOURCES = %D%/image_trust.c $(signer)
tests_unit_image_trust_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_image_trust_LDADD = $(UNIT_LDADD) $(image_test_libs)

image_asked = %D%/image_asked.c %D%/image_asked.h $(signer)

check_PROGRAMS += tests/unit/image_check
TESTS += tests/unit/image_check
tests_unit_image_check_SOURCES = %D%/image_check.c $(image_asked)
tests_unit_image_check_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_image_check_LDADD = $(UNIT_LDADD) $(image_test_libs)

check_PROGRAMS += tests/unit/image_ticket
TESTS += tests/unit/image_ticket
tests_unit_image_ticket_SOURCES = %D%/image_ticket.c $(image_asked)
tests_unit_image_ticket_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_image_ticket_LDADD = $(UNIT_LDADD) $(image_test_libs)
