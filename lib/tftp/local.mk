# lib/tftp: TFTP: packets, state machine (libc only), transfers on libevent.
noinst_LTLIBRARIES += lib/tftp/libtftp.la
lib_tftp_libtftp_la_SOURCES = \
	%D%/tftp_packet.c %D%/tftp_packet.h \
	%D%/tftp_uri.c %D%/tftp_uri.h \
	%D%/tftp_machine.c %D%/tftp_machine.h %D%/tftp_machine_parts.h \
	%D%/tftp_machine_send.c %D%/tftp_machine_take.c

# Transfers, on libevent.
noinst_LTLIBRARIES += lib/tftp/libtftpnet.la
lib_tftp_libtftpnet_la_SOURCES = \
	%D%/tftp_address.c \
	%D%/tftp_client.c %D%/tftp_client.h \
	%D%/tftp_client_act.c %D%/tftp_client_private.h \
	%D%/tftp_file.c %D%/tftp_file.h \
	%D%/tftp_queue.c \
	%D%/tftp_rate.c %D%/tftp_rate.h \
	%D%/tftp_server.c %D%/tftp_server.h %D%/tftp_server_private.h \
	%D%/tftp_table.c \
	%D%/tftp_timers.c %D%/tftp_timers.h \
	%D%/tftp_transfer.c \
	%D%/tftp_wire.c %D%/tftp_wire.h
lib_tftp_libtftpnet_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
lib_tftp_libtftpnet_la_LIBADD = $(EVENT_LIBS)
