# tests/fake/: what plays the devices.
check_PROGRAMS += tests/fake/fleetsim
tests_fake_fleetsim_SOURCES = \
	%D%/fleetsim.c \
	%D%/sim_agent.c %D%/sim_agent.h \
	%D%/sim_ber.c %D%/sim_ber.h \
	%D%/sim_device.c %D%/sim_device.h \
	%D%/sim_fleet.c %D%/sim_fleet.h \
	%D%/sim_model.c %D%/sim_model.h \
	%D%/sim_net.c %D%/sim_net.h \
	%D%/sim_pdu.c %D%/sim_pdu.h \
	%D%/sim_usm.c %D%/sim_usm.h \
	%D%/sim_value.c
nodist_tests_fake_fleetsim_SOURCES = mibs/imgadm-mib.h
tests_fake_fleetsim_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
tests_fake_fleetsim_LDADD = \
	lib/structure/libstructure.la lib/base/libbase.la $(CRYPTO_LIBS)

check_PROGRAMS += tests/fake/snmpask
tests_fake_snmpask_SOURCES = %D%/snmpask.c
tests_fake_snmpask_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_fake_snmpask_LDADD = lib/snmp/libsnmp.la lib/base/libbase.la $(EVENT_LIBS)

# A power cut: a preloaded library, and what builds the folder after it.
check_LTLIBRARIES += tests/fake/powercut.la
tests_fake_powercut_la_SOURCES = %D%/powercut.c %D%/powercut.h
tests_fake_powercut_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_fake_powercut_la_CFLAGS = $(AM_CFLAGS) -U_FORTIFY_SOURCE
check_PROGRAMS += tests/fake/powercut-replay
tests_fake_powercut_replay_SOURCES = %D%/powercut_replay.c %D%/powercut.h

# A foreign module of snmpd that fails in the midst of a SET.
check_LTLIBRARIES += tests/fake/late_module.la
tests_fake_late_module_la_SOURCES = %D%/late_module.c
tests_fake_late_module_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMPAGENT_CFLAGS)
tests_fake_late_module_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

# Devices that report.
check_PROGRAMS += tests/fake/reporter
tests_fake_reporter_SOURCES = %D%/reporter.c tests/unit/store_world.c tests/unit/store_world.h
tests_fake_reporter_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_fake_reporter_LDADD = lib/store/libstore.la lib/report/libreport.la \
	lib/snmp/libsnmp.la lib/db/libdb.la lib/structure/libstructure.la \
	lib/base/libbase.la $(EVENT_LIBS)

# A router's address translation.
check_PROGRAMS += tests/fake/nat
tests_fake_nat_SOURCES = %D%/nat.c

# Copies a datagram on the wire, and sends it again.
check_PROGRAMS += tests/fake/wirecopy
tests_fake_wirecopy_SOURCES = %D%/wirecopy.c

check_PROGRAMS += tests/fake/snmpsay
tests_fake_snmpsay_SOURCES = %D%/snmpsay.c
tests_fake_snmpsay_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
tests_fake_snmpsay_LDADD = lib/snmp/libsnmp.la lib/base/libbase.la $(EVENT_LIBS)

check_PROGRAMS += tests/fake/agentx-master
tests_fake_agentx_master_SOURCES = %D%/agentx_master.c
tests_fake_agentx_master_LDADD = lib/base/libbase.la

udp_tools = tests/fake/udp_address.c tests/fake/udp_address.h tests/fake/udp_tool.c \
	tests/fake/udp_tool.h

# A bad line: delay, loss, doubling, reordering, bandwidth.
check_PROGRAMS += tests/fake/udprelay
tests_fake_udprelay_SOURCES = %D%/udprelay.c $(udp_tools)
tests_fake_udprelay_LDADD = lib/base/libbase.la

check_PROGRAMS += tests/fake/grant_make
tests_fake_grant_make_SOURCES = %D%/grant_make.c
tests_fake_grant_make_LDADD = lib/store/libstore.la lib/db/libdb.la lib/structure/libstructure.la \
	lib/base/libbase.la $(SQLITE_LIBS)

# Somebody who may send datagrams to a TFTP server.
check_PROGRAMS += tests/fake/tftp_hostile
tests_fake_tftp_hostile_SOURCES = %D%/tftp_hostile.c $(udp_tools)
tests_fake_tftp_hostile_LDADD = lib/base/libbase.la
