# lib/sign: signatures as minisign makes them, and what their comments say; libsodium only.
noinst_LTLIBRARIES += lib/sign/libsign.la
lib_sign_libsign_la_SOURCES = \
	%D%/sign.c %D%/sign.h \
	%D%/sign_words.c %D%/sign_words.h
lib_sign_libsign_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
lib_sign_libsign_la_LIBADD = $(SODIUM_LIBS)
