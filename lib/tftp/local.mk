# lib/tftp: TFTP: packets, state machine (libc only), transfers on libevent.
noinst_HEADERS += %D%/tftp_packet.h %D%/tftp_machine.h %D%/tftp_uri.h %D%/tftp_client.h
noinst_HEADERS += %D%/tftp_file.h %D%/tftp_server.h
