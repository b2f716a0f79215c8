# tests/unit: TFTP: packets, URIs, the machine; two machines over a network that is not there.
tftp_test_libs = lib/tftp/libtftp.la $(UNIT_LIBS)
tftp_world = tests/unit/tftp_world.c tests/unit/tftp_world.h
tftp_hostile = tests/unit/tftp_hostile.c tests/unit/tftp_hostile.h

check_PROGRAMS += tests/unit/tftp_property
TESTS += tests/unit/tftp_property
tests_unit_tftp_property_SOURCES = %D%/tftp_property.c $(tftp_world) $(tftp_hostile)
tests_unit_tftp_property_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_property_LDADD = $(UNIT_LDADD) $(tftp_test_libs)

tftp_drive = tests/unit/tftp_drive.c tests/unit/tftp_drive.h

check_PROGRAMS += tests/unit/tftp_machine
TESTS += tests/unit/tftp_machine
tests_unit_tftp_machine_SOURCES = %D%/tftp_machine.c $(tftp_drive)
tests_unit_tftp_machine_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_machine_LDADD = $(UNIT_LDADD) $(tftp_test_libs)

check_PROGRAMS += tests/unit/tftp_machine_window
TESTS += tests/unit/tftp_machine_window
tests_unit_tftp_machine_window_SOURCES = %D%/tftp_machine_window.c $(tftp_drive)
tests_unit_tftp_machine_window_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_machine_window_LDADD = $(UNIT_LDADD) $(tftp_test_libs)

check_PROGRAMS += tests/unit/tftp_packet
TESTS += tests/unit/tftp_packet
tests_unit_tftp_packet_SOURCES = %D%/tftp_packet.c
tests_unit_tftp_packet_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_packet_LDADD = $(UNIT_LDADD) $(tftp_test_libs)

check_PROGRAMS += tests/unit/tftp_uri
TESTS += tests/unit/tftp_uri
tests_unit_tftp_uri_SOURCES = %D%/tftp_uri.c
tests_unit_tftp_uri_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_uri_LDADD = $(UNIT_LDADD) $(tftp_test_libs)

check_PROGRAMS += tests/unit/tftp_goodput
TESTS += tests/unit/tftp_goodput
tests_unit_tftp_goodput_SOURCES = %D%/tftp_goodput.c $(tftp_world)
tests_unit_tftp_goodput_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_tftp_goodput_LDADD = $(UNIT_LDADD) $(tftp_test_libs)
