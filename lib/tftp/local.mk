# lib/tftp: TFTP: packets, state machine (libc only), transfers on libevent.
noinst_LTLIBRARIES += lib/tftp/libtftp.la
lib_tftp_libtftp_la_SOURCES = \
	%D%/tftp_packet.c %D%/tftp_packet.h \
	%D%/tftp_uri.c %D%/tftp_uri.h \
	%D%/tftp_machine.c %D%/tftp_machine.h %D%/tftp_machine_parts.h \
	%D%/tftp_machine_send.c %D%/tftp_machine_take.c

noinst_HEADERS += %D%/tftp_client.h
noinst_HEADERS += %D%/tftp_file.h %D%/tftp_server.h
