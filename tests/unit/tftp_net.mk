# tests/unit: TFTP: transfers on libevent.
tftp_net_libs = lib/tftp/libtftpnet.la lib/tftp/libtftp.la $(UNIT_LIBS) $(EVENT_LIBS)

check_PROGRAMS += tests/unit/tftp_server
TESTS += tests/unit/tftp_server
tests_unit_tftp_server_SOURCES = %D%/tftp_server.c %D%/tftp_loop.c %D%/tftp_loop.h
tests_unit_tftp_server_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(EVENT_CFLAGS)
tests_unit_tftp_server_LDADD = $(UNIT_LDADD) $(tftp_net_libs)

check_PROGRAMS += tests/unit/tftp_timers
TESTS += tests/unit/tftp_timers
tests_unit_tftp_timers_SOURCES = %D%/tftp_timers.c
tests_unit_tftp_timers_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_timers_LDADD = $(UNIT_LDADD) $(tftp_net_libs)

check_PROGRAMS += tests/unit/tftp_client
TESTS += tests/unit/tftp_client
tests_unit_tftp_client_SOURCES = %D%/tftp_client.c
tests_unit_tftp_client_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(EVENT_CFLAGS)
tests_unit_tftp_client_LDADD = $(UNIT_LDADD) $(tftp_net_libs)

check_PROGRAMS += tests/unit/tftpd_sync
TESTS += tests/unit/tftpd_sync
tests_unit_tftpd_sync_SOURCES = %D%/tftpd_sync.c
tests_unit_tftpd_sync_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(EVENT_CFLAGS)
tests_unit_tftpd_sync_LDADD = $(UNIT_LDADD) updater/libtftpd.la $(tftp_net_libs)
