# lib/snmp: Net-SNMP as a manager.
noinst_LTLIBRARIES += lib/snmp/libsnmp.la
lib_snmp_libsnmp_la_SOURCES = \
	%D%/ber.c %D%/ber.h \
	%D%/conf.c %D%/conf.h \
	%D%/conf_key.c %D%/conf_key.h \
	%D%/conf_paths.c \
	%D%/conf_reader.c %D%/conf_reader.h \
	%D%/conf_directive.c %D%/conf_directive.h \
	%D%/conf_rollout.c %D%/conf_rollout.h \
	%D%/conf_site.c %D%/conf_site.h \
	%D%/conf_words.c %D%/conf_words.h \
	%D%/credential.c %D%/credential.h %D%/credential_internal.h \
	%D%/engine.c %D%/engine.h %D%/engine_internal.h \
	%D%/engine_message.c %D%/engine_slot.c %D%/engine_socket.c \
	%D%/engine_twins.c %D%/engine_v3.c \
	%D%/resolve.c %D%/resolve.h \
	%D%/keyfile.c %D%/keyfile.h \
	%D%/pdu.c %D%/pdu.h %D%/pdu_write.c \
	%D%/usm.c %D%/usm.h \
	%D%/value.c %D%/value.h
lib_snmp_libsnmp_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS) $(CRYPTO_CFLAGS) $(EVENT_CFLAGS)
# imgadm.conf holds keys that signatures are verified with.
lib_snmp_libsnmp_la_LIBADD = lib/sign/libsign.la $(NETSNMP_LIBS) $(CRYPTO_LIBS) $(EVENT_LIBS)
