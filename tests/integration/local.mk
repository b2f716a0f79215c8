# tests/integration/

dist_check_SCRIPTS += tests/integration/mib.sh
TESTS += tests/integration/mib.sh

EXTRA_DIST += tests/integration/tftp-lib.sh
dist_check_SCRIPTS += tests/integration/tftp-folder.sh tests/integration/tftp-grant.sh \
	tests/integration/tftp-many.sh
TESTS += tests/integration/tftp-folder.sh tests/integration/tftp-grant.sh \
	tests/integration/tftp-many.sh

check_PROGRAMS += tests/integration/agent_state
tests_integration_agent_state_SOURCES = %D%/agent_state.c
tests_integration_agent_state_LDADD = agent-module/libstate.la \
	lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la \
	$(SQLITE_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/integration/update_actor
tests_integration_update_actor_SOURCES = %D%/update_actor.c
tests_integration_update_actor_LDADD = agent-module/libstate.la \
	lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la \
	$(SQLITE_LIBS) $(SODIUM_LIBS)

dist_check_SCRIPTS += tests/integration/update-room.sh
TESTS += tests/integration/update-room.sh

dist_check_SCRIPTS += tests/integration/update-ticket.sh
TESTS += tests/integration/update-ticket.sh

dist_check_SCRIPTS += tests/integration/update-orders.sh
TESTS += tests/integration/update-orders.sh

dist_check_SCRIPTS += tests/integration/update-push.sh
TESTS += tests/integration/update-push.sh

dist_check_SCRIPTS += tests/integration/update-device.sh
TESTS += tests/integration/update-device.sh

dist_check_SCRIPTS += tests/integration/update-tell.sh
TESTS += tests/integration/update-tell.sh

dist_check_SCRIPTS += tests/integration/fleetsim.sh
TESTS += tests/integration/fleetsim.sh

EXTRA_DIST += tests/integration/agent-lib.sh

dist_check_SCRIPTS += tests/integration/fleet-enrol.sh
TESTS += tests/integration/fleet-enrol.sh

dist_check_SCRIPTS += tests/integration/fleet-report.sh
TESTS += tests/integration/fleet-report.sh

dist_check_SCRIPTS += tests/integration/poll-acknowledge.sh
TESTS += tests/integration/poll-acknowledge.sh

AGENT_TESTS = tests/integration/agent.sh tests/integration/agent-view.sh \
	tests/integration/agent-reload.sh tests/integration/agent-man.sh \
	tests/integration/agent-set.sh tests/integration/agentd.sh \
	tests/integration/update-table.sh tests/integration/update-report.sh
dist_check_SCRIPTS += $(AGENT_TESTS)
TESTS += $(AGENT_TESTS)

dist_check_SCRIPTS += tests/integration/device-report.sh
TESTS += tests/integration/device-report.sh
EXTRA_DIST += tests/data/state/version-1.sql

EXTRA_DIST += tests/integration/reports-lib.sh

check_PROGRAMS += tests/integration/report_state
tests_integration_report_state_SOURCES = %D%/report_state.c
tests_integration_report_state_LDADD = agent-module/libstate.la \
	lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la \
	$(SQLITE_LIBS) $(SODIUM_LIBS)

REPORT_TESTS = tests/integration/reports-ways.sh tests/integration/reports-kill.sh \
	tests/integration/reports-cut.sh tests/integration/advice-hook.sh
dist_check_SCRIPTS += $(REPORT_TESTS)
TESTS += $(REPORT_TESTS)

dist_check_SCRIPTS += tests/integration/digest.sh
TESTS += tests/integration/digest.sh

check_PROGRAMS += tests/integration/rrd_drive
tests_integration_rrd_drive_SOURCES = %D%/rrd_drive.c
tests_integration_rrd_drive_LDADD = $(GRAPH_LIBS) -lm

dist_check_SCRIPTS += tests/integration/rrd.sh
TESTS += tests/integration/rrd.sh

dist_check_SCRIPTS += tests/integration/rrd-journal.sh
TESTS += tests/integration/rrd-journal.sh

dist_check_SCRIPTS += tests/integration/rrd-kill.sh
TESTS += tests/integration/rrd-kill.sh

dist_check_SCRIPTS += tests/integration/graph.sh
TESTS += tests/integration/graph.sh

dist_check_SCRIPTS += tests/integration/engine-say.sh
TESTS += tests/integration/engine-say.sh

dist_check_SCRIPTS += tests/integration/engine.sh
TESTS += tests/integration/engine.sh

dist_check_SCRIPTS += tests/integration/device-library.sh
TESTS += tests/integration/device-library.sh

dist_check_SCRIPTS += tests/integration/device-cli.sh
TESTS += tests/integration/device-cli.sh

check_PROGRAMS += tests/integration/store_fill
tests_integration_store_fill_SOURCES = %D%/store_fill.c \
	tests/unit/store_world.c tests/unit/store_world.h
tests_integration_store_fill_CPPFLAGS = $(AM_CPPFLAGS)
tests_integration_store_fill_LDADD = $(store_test_libs)

dist_check_SCRIPTS += tests/integration/fleet-cli.sh
TESTS += tests/integration/fleet-cli.sh

dist_check_SCRIPTS += tests/integration/fleet-discover.sh
TESTS += tests/integration/fleet-discover.sh

dist_check_SCRIPTS += tests/integration/fleet-full.sh
TESTS += tests/integration/fleet-full.sh

EXTRA_DIST += tests/integration/poll-lib.sh
dist_check_SCRIPTS += tests/integration/poll.sh tests/integration/poll-odd.sh \
	tests/integration/poll-stop.sh \
	tests/integration/poll-errors.sh tests/integration/poll-kill.sh
TESTS += tests/integration/poll.sh tests/integration/poll-odd.sh \
	tests/integration/poll-stop.sh \
	tests/integration/poll-errors.sh tests/integration/poll-kill.sh

dist_check_SCRIPTS += tests/integration/powercut.sh
TESTS += tests/integration/powercut.sh

EXTRA_DIST += tests/integration/center-lib.sh
dist_check_SCRIPTS += tests/integration/center.sh
TESTS += tests/integration/center.sh

dist_check_SCRIPTS += tests/integration/center-report.sh tests/integration/center-kill.sh
TESTS += tests/integration/center-report.sh tests/integration/center-kill.sh

dist_check_SCRIPTS += tests/integration/advise.sh
TESTS += tests/integration/advise.sh

dist_check_SCRIPTS += tests/integration/conf-open.sh
TESTS += tests/integration/conf-open.sh

dist_check_SCRIPTS += tests/integration/center-soon.sh
TESTS += tests/integration/center-soon.sh

dist_check_SCRIPTS += tests/integration/center-flood.sh
TESTS += tests/integration/center-flood.sh

dist_check_SCRIPTS += tests/integration/center-mib.sh
TESTS += tests/integration/center-mib.sh

dist_check_SCRIPTS += tests/integration/integrate-man.sh
TESTS += tests/integration/integrate-man.sh

dist_check_SCRIPTS += tests/integration/orders.sh tests/integration/orders-firewall.sh
TESTS += tests/integration/orders.sh tests/integration/orders-firewall.sh

dist_check_SCRIPTS += tests/integration/agentx.sh
TESTS += tests/integration/agentx.sh

dist_check_SCRIPTS += tests/integration/storm.sh tests/integration/center-powercut.sh
TESTS += tests/integration/storm.sh tests/integration/center-powercut.sh

dist_check_SCRIPTS += tests/integration/firewall.sh
TESTS += tests/integration/firewall.sh

dist_check_SCRIPTS += tests/integration/catalogue-files.sh
TESTS += tests/integration/catalogue-files.sh

EXTRA_DIST += tests/integration/catalogue-lib.sh tests/integration/cut-lib.sh
dist_check_SCRIPTS += tests/integration/catalogue.sh tests/integration/catalogue-edit.sh \
	tests/integration/catalogue-cut.sh
TESTS += tests/integration/catalogue.sh tests/integration/catalogue-edit.sh \
	tests/integration/catalogue-cut.sh

dist_check_SCRIPTS += tests/integration/options.sh
TESTS += tests/integration/options.sh

dist_check_SCRIPTS += tests/integration/image-cut.sh
TESTS += tests/integration/image-cut.sh

dist_check_SCRIPTS += tests/integration/judge.sh tests/integration/judge-ask.sh \
	tests/integration/judge-explain.sh
TESTS += tests/integration/judge.sh tests/integration/judge-ask.sh \
	tests/integration/judge-explain.sh

dist_check_SCRIPTS += tests/integration/center-judge.sh
TESTS += tests/integration/center-judge.sh
EXTRA_DIST += tests/integration/judge-lib.sh
EXTRA_DIST += tests/integration/update-lib.sh

dist_check_SCRIPTS += tests/integration/judge-plan.sh
TESTS += tests/integration/judge-plan.sh

# Images over https.
EXTRA_DIST += tests/fake/https.py tests/integration/https-lib.sh
HTTPS_TESTS = tests/integration/https.sh tests/integration/update-trust.sh \
	tests/integration/man-examples.sh
dist_check_SCRIPTS += $(HTTPS_TESTS)
TESTS += $(HTTPS_TESTS)

EXTRA_DIST += tests/integration/install-lib.sh
INSTALL_TESTS = tests/integration/install.sh tests/integration/install-refuse.sh \
	tests/integration/install-staged.sh tests/integration/install-lock.sh \
	tests/integration/install-cut.sh tests/integration/install-selftest.sh \
	tests/integration/install-dir.sh tests/integration/installers.sh \
	tests/integration/unit-verbs.sh
dist_check_SCRIPTS += $(INSTALL_TESTS)
TESTS += $(INSTALL_TESTS)
check_PROGRAMS += tests/integration/install_state
tests_integration_install_state_SOURCES = %D%/install_state.c
tests_integration_install_state_LDADD = agent-module/libstate.la lib/image/libimage.la \
	lib/sign/libsign.la lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la \
	$(SQLITE_LIBS) $(SODIUM_LIBS)
EXTRA_DIST += tests/integration/tftp-peers-lib.sh tests/data/tftp-interop.txt
dist_check_SCRIPTS += tests/integration/tftp-interop.sh
TESTS += tests/integration/tftp-interop.sh


dist_check_SCRIPTS += tests/integration/image.sh
TESTS += tests/integration/image.sh

dist_check_SCRIPTS += tests/integration/trust.sh
TESTS += tests/integration/trust.sh
dist_check_SCRIPTS += tests/integration/tftp-hostile.sh
TESTS += tests/integration/tftp-hostile.sh
dist_check_SCRIPTS += tests/integration/publish-man.sh
TESTS += tests/integration/publish-man.sh
dist_check_SCRIPTS += tests/integration/readme.sh
TESTS += tests/integration/readme.sh
check_PROGRAMS += tests/integration/audit_drive
tests_integration_audit_drive_SOURCES = %D%/audit_drive.c
tests_integration_audit_drive_LDADD = lib/audit/libaudit.la lib/sign/libsign.la \
	lib/base/libbase.la $(SODIUM_LIBS)
dist_check_SCRIPTS += tests/integration/audit-cut.sh
TESTS += tests/integration/audit-cut.sh
dist_check_SCRIPTS += tests/integration/notify-mail.sh
TESTS += tests/integration/notify-mail.sh

dist_check_SCRIPTS += tests/integration/rollout-plan.sh
TESTS += tests/integration/rollout-plan.sh
