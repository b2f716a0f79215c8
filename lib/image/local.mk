# lib/image: signed images: label, trust, what a device checks; lib/sign and libsodium only.
noinst_LTLIBRARIES += lib/image/libimage.la
lib_image_libimage_la_SOURCES = \
	%D%/image.c %D%/image.h \
	%D%/image_check.c %D%/image_check.h \
	%D%/image_ticket.c %D%/image_ticket.h \
	%D%/image_trust.c %D%/image_trust.h \
	%D%/image_trust_accept.c %D%/image_trust_parse.c %D%/image_trust_private.h \
	%D%/image_trust_read.c %D%/image_trust_read.h
lib_image_libimage_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
lib_image_libimage_la_LIBADD = $(SODIUM_LIBS)
