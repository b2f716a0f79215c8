# tests/unit: one Check program a module, named as the module; one block a test.
# Each links tests/unit/libsupport.la (a main's body, a folder of its own), what it tests, and Check.
UNIT_LDADD = tests/unit/libsupport.la
UNIT_LIBS = lib/base/libbase.la $(CHECK_LIBS)

check_LTLIBRARIES += tests/unit/libsupport.la
tests_unit_libsupport_la_SOURCES = %D%/support.c %D%/support.h
tests_unit_libsupport_la_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)

include tests/unit/base.mk
include tests/unit/snmp.mk
include tests/unit/center.mk
include tests/unit/catalogue.mk
include tests/unit/judge.mk
include tests/unit/judge_plan.mk
include tests/unit/trouble.mk

store_test_libs = lib/store/libstore.la lib/db/libdb.la lib/structure/libstructure.la \
	lib/base/libbase.la $(CHECK_LIBS)
store_world = %D%/store_world.c %D%/store_world.h
store_fixture = $(store_world) %D%/store_fixture.c %D%/store_fixture.h

include tests/unit/advice.mk
include tests/unit/rollout.mk
include tests/unit/sign.mk
include tests/unit/install.mk
include tests/unit/tftp.mk
include tests/unit/tftp_net.mk
include tests/unit/record.mk

check_PROGRAMS += tests/unit/store
TESTS += tests/unit/store
tests_unit_store_SOURCES = %D%/store.c $(store_fixture)
tests_unit_store_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/update_plan
TESTS += tests/unit/update_plan
tests_unit_update_plan_SOURCES = %D%/update_plan.c
tests_unit_update_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_update_plan_LDADD = $(UNIT_LDADD) updater/libupdate.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/update_heard
TESTS += tests/unit/update_heard
tests_unit_update_heard_SOURCES = %D%/update_heard.c
tests_unit_update_heard_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_update_heard_LDADD = $(UNIT_LDADD) updater/libupdate.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/store_order
TESTS += tests/unit/store_order
tests_unit_store_order_SOURCES = %D%/store_order.c $(store_fixture)
tests_unit_store_order_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_order_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_center
TESTS += tests/unit/store_center
tests_unit_store_center_SOURCES = %D%/store_center.c $(store_fixture)
tests_unit_store_center_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_center_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_report
TESTS += tests/unit/store_report
tests_unit_store_report_SOURCES = %D%/store_report.c %D%/store_reports.c %D%/store_reports.h \
	$(store_fixture)
tests_unit_store_report_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sqlite3_step
tests_unit_store_report_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_report_LDADD = $(UNIT_LDADD) $(store_test_libs) lib/report/libreport.la \
	lib/snmp/libsnmp.la lib/structure/libstructure.la lib/base/libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store_reporter
TESTS += tests/unit/store_reporter
tests_unit_store_reporter_SOURCES = %D%/store_reporter.c %D%/store_reports.c \
	%D%/store_reports.h $(store_fixture)
tests_unit_store_reporter_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_reporter_LDADD = $(UNIT_LDADD) $(store_test_libs) lib/report/libreport.la \
	lib/snmp/libsnmp.la lib/structure/libstructure.la lib/base/libbase.la $(CHECK_LIBS)

check_PROGRAMS += tests/unit/store_crash
TESTS += tests/unit/store_crash
tests_unit_store_crash_SOURCES = %D%/store_crash.c $(store_world)
tests_unit_store_crash_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_crash_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_live
TESTS += tests/unit/store_live
tests_unit_store_live_SOURCES = %D%/store_live.c $(store_world)
tests_unit_store_live_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_live_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_log
TESTS += tests/unit/store_log
tests_unit_store_log_SOURCES = %D%/store_log.c $(store_fixture)
tests_unit_store_log_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_log_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_files
TESTS += tests/unit/store_files
tests_unit_store_files_SOURCES = %D%/store_files.c $(store_fixture)
tests_unit_store_files_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_files_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_forget
TESTS += tests/unit/store_forget
tests_unit_store_forget_SOURCES = %D%/store_forget.c $(store_fixture)
tests_unit_store_forget_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_forget_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/store_model
TESTS += tests/unit/store_model
tests_unit_store_model_SOURCES = %D%/store_model.c $(store_world)
tests_unit_store_model_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_model_LDADD = $(UNIT_LDADD) $(store_test_libs)

check_PROGRAMS += tests/unit/table
TESTS += tests/unit/table
tests_unit_table_SOURCES = %D%/table.c
tests_unit_table_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_table_LDADD = $(UNIT_LDADD) $(TABLES_LIBS) $(SQLITE_LIBS) \
	$(SODIUM_LIBS) $(NETSNMPAGENT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/view
TESTS += tests/unit/view
tests_unit_view_SOURCES = %D%/view.c %D%/state_help.c %D%/state_help.h
tests_unit_view_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_view_LDADD = $(UNIT_LDADD) $(TABLES_LIBS) $(SQLITE_LIBS) \
	$(SODIUM_LIBS) $(NETSNMPAGENT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/config_change
TESTS += tests/unit/config_change
tests_unit_config_change_SOURCES = %D%/config_change.c
tests_unit_config_change_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_config_change_LDADD = $(UNIT_LDADD) agent-module/libagentd.la \
	$(UNIT_LIBS)

check_PROGRAMS += tests/unit/report_plan
TESTS += tests/unit/report_plan
tests_unit_report_plan_SOURCES = %D%/report_plan.c \
	%D%/report_world.c %D%/report_world.h
tests_unit_report_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_report_plan_LDADD = $(UNIT_LDADD) agent-module/libagentd.la \
	$(UNIT_LIBS)

check_PROGRAMS += tests/unit/report_between
TESTS += tests/unit/report_between
tests_unit_report_between_SOURCES = %D%/report_between.c \
	%D%/report_world.c %D%/report_world.h
tests_unit_report_between_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_report_between_LDADD = $(UNIT_LDADD) agent-module/libagentd.la \
	$(UNIT_LIBS)

check_PROGRAMS += tests/unit/link_table
TESTS += tests/unit/link_table
tests_unit_link_table_SOURCES = %D%/link_table.c
tests_unit_link_table_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_link_table_LDADD = $(UNIT_LDADD) agent-module/libagentd.la \
	$(UNIT_LIBS)

check_PROGRAMS += tests/unit/mib
TESTS += tests/unit/mib
tests_unit_mib_SOURCES = %D%/mib.c
nodist_tests_unit_mib_SOURCES = mibs/imgadm-mib.h
tests_unit_mib_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_mib_LDADD = $(UNIT_LDADD) lib/structure/libstructure.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/rrdlayout
TESTS += tests/unit/rrdlayout
tests_unit_rrdlayout_SOURCES = %D%/rrdlayout.c
tests_unit_rrdlayout_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rrdlayout_LDADD = $(UNIT_LDADD) $(GRAPH_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/rrdslots
TESTS += tests/unit/rrdslots
tests_unit_rrdslots_SOURCES = %D%/rrdslots.c
tests_unit_rrdslots_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rrdslots_LDADD = $(UNIT_LDADD) $(GRAPH_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/rrdjournal
TESTS += tests/unit/rrdjournal
tests_unit_rrdjournal_SOURCES = %D%/rrdjournal.c
tests_unit_rrdjournal_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_rrdjournal_LDADD = $(UNIT_LDADD) $(GRAPH_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/forecast
TESTS += tests/unit/forecast
tests_unit_forecast_SOURCES = %D%/forecast.c
tests_unit_forecast_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_forecast_LDADD = $(UNIT_LDADD) $(GRAPH_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/graph_parts
TESTS += tests/unit/graph_parts
tests_unit_graph_parts_SOURCES = %D%/graph_parts.c
tests_unit_graph_parts_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_graph_parts_LDADD = $(UNIT_LDADD) $(GRAPH_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/poll_plan
TESTS += tests/unit/poll_plan
tests_unit_poll_plan_SOURCES = %D%/poll_plan.c tests/replay/device.c tests/replay/device.h
tests_unit_poll_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_poll_plan_LDADD = manager/libpollplan.la lib/report/libreport.la lib/snmp/libsnmp.la \
	lib/structure/libstructure.la lib/base/libbase.la $(CHECK_LIBS)

# The device's state; libstate's and its libraries.
STATE_LIBS = agent-module/libstate.la lib/db/libdb.la lib/structure/libstructure.la
STATE_TEST_SOURCES = tests/unit/state_help.c tests/unit/state_help.h

check_PROGRAMS += tests/unit/state
TESTS += tests/unit/state
tests_unit_state_SOURCES = %D%/state.c $(STATE_TEST_SOURCES)
tests_unit_state_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/state_unit
TESTS += tests/unit/state_unit
tests_unit_state_unit_SOURCES = %D%/state_unit.c $(STATE_TEST_SOURCES)
tests_unit_state_unit_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_unit_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/state_log
TESTS += tests/unit/state_log
tests_unit_state_log_SOURCES = %D%/state_log.c $(STATE_TEST_SOURCES)
tests_unit_state_log_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_log_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/state_report
TESTS += tests/unit/state_report
tests_unit_state_report_SOURCES = %D%/state_report.c $(STATE_TEST_SOURCES)
tests_unit_state_report_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_report_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/state_view
TESTS += tests/unit/state_view
tests_unit_state_view_SOURCES = %D%/state_view.c $(STATE_TEST_SOURCES)
tests_unit_state_view_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_view_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

UPDATE_TEST_SOURCES = tests/unit/update_help.c tests/unit/update_help.h $(STATE_TEST_SOURCES)

check_PROGRAMS += tests/unit/state_floor
TESTS += tests/unit/state_floor
tests_unit_state_floor_SOURCES = %D%/state_floor.c $(UPDATE_TEST_SOURCES)
tests_unit_state_floor_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_floor_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/state_update
TESTS += tests/unit/state_update
tests_unit_state_update_SOURCES = %D%/state_update.c $(UPDATE_TEST_SOURCES)
tests_unit_state_update_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_update_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/orders
TESTS += tests/unit/orders
tests_unit_orders_SOURCES = %D%/orders.c $(STATE_TEST_SOURCES)
nodist_tests_unit_orders_SOURCES = mibs/imgadm-mib.h mibs/imgadm-center-mib.h
tests_unit_orders_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_orders_LDADD = $(UNIT_LDADD) agent-module/liborders.la $(STATE_LIBS) \
	lib/report/libreport.la lib/snmp/libsnmp.la $(UNIT_LIBS) $(EVENT_LIBS)

check_PROGRAMS += tests/unit/state_fault
TESTS += tests/unit/state_fault
tests_unit_state_fault_SOURCES = %D%/state_fault.c $(STATE_TEST_SOURCES)
tests_unit_state_fault_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_state_fault_LDADD = $(UNIT_LDADD) $(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/imgadm_device
TESTS += tests/unit/imgadm_device
tests_unit_imgadm_device_SOURCES = %D%/imgadm_device.c $(STATE_TEST_SOURCES)
tests_unit_imgadm_device_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_imgadm_device_LDADD = $(UNIT_LDADD) agent-module/libfirmware.la \
	$(STATE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/device
TESTS += tests/unit/device
tests_unit_device_SOURCES = %D%/device.c $(STATE_TEST_SOURCES)
tests_unit_device_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_device_LDADD = $(UNIT_LDADD) agent-module/libdevice.la agent-module/liborders.la \
	agent-module/libtrust.la agent-module/libfirmware.la $(STATE_LIBS) lib/out/libout.la \
	lib/report/libreport.la lib/image/libimage.la lib/snmp/libsnmp.la \
	lib/structure/libstructure.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/store_image
TESTS += tests/unit/store_image
tests_unit_store_image_SOURCES = %D%/store_image.c $(store_fixture)
tests_unit_store_image_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_store_image_LDADD = $(UNIT_LDADD) $(store_test_libs)
