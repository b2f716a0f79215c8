# agent-module/

# The device's state: what imgadm.so, imgadm-agentd and imgadm-device share.
noinst_LTLIBRARIES += agent-module/libstate.la
agent_module_libstate_la_SOURCES = \
	%D%/state.c %D%/state.h %D%/state_private.h \
	%D%/state_advice.c %D%/state_advice.h \
	%D%/state_centre.c %D%/state_centre.h \
	%D%/state_create.c \
	%D%/state_device.c \
	%D%/state_log.c \
	%D%/state_orders.c %D%/state_orders.h \
	%D%/state_reading.c \
	%D%/state_report.c %D%/state_report.h \
	%D%/state_rows.c \
	%D%/state_schema.c %D%/state_schema.h \
	%D%/state_software.c \
	%D%/state_unit.c \
	%D%/state_floor.c \
	%D%/state_trust.c \
	%D%/state_update.c %D%/state_update.h \
	%D%/state_update_mark.c \
	%D%/state_update_row.c \
	%D%/state_view.c \
	%D%/wake.c %D%/wake.h

# The door to it for firmware: a convenience library, and as libimgadm-device
# an installed one that shows nothing but imgadm_device_*.
noinst_LTLIBRARIES += agent-module/libfirmware.la
agent_module_libfirmware_la_SOURCES = \
	%D%/imgadm_device.c \
	%D%/state_input.c %D%/state_input.h
imgadmincludedir = $(includedir)/imgadm
imgadminclude_HEADERS = %D%/imgadm/device.h

lib_LTLIBRARIES += agent-module/libimgadm-device.la
agent_module_libimgadm_device_la_SOURCES =
agent_module_libimgadm_device_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined \
	-version-info 0:0:0 -export-symbols-regex '^imgadm_device_'
agent_module_libimgadm_device_la_LIBADD = agent-module/libfirmware.la \
	agent-module/libstate.la lib/db/libdb.la lib/structure/libstructure.la \
	lib/base/libbase.la

# What is asked of the centre, and the orders among it carried out.
noinst_LTLIBRARIES += agent-module/liborders.la
agent_module_liborders_la_SOURCES = \
	%D%/ask.c %D%/ask.h \
	%D%/orders.c %D%/orders.h
nodist_agent_module_liborders_la_SOURCES = mibs/imgadm-mib.h mibs/imgadm-center-mib.h
agent_module_liborders_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)

# imgadm-device
noinst_LTLIBRARIES += agent-module/libdevice.la
agent_module_libdevice_la_SOURCES = \
	%D%/device_advice.c \
	%D%/device_ask.c \
	%D%/device_attention.c %D%/device_attention.h \
	%D%/device_birth.c \
	%D%/device_centre.c \
	%D%/device_chance.c %D%/device_chance.h \
	%D%/device_cli.c %D%/device_cli.h \
	%D%/device_demo.c \
	%D%/device_error.c \
	%D%/device_init.c \
	%D%/device_life.c %D%/device_life.h \
	%D%/device_model.c %D%/device_model.h \
	%D%/device_orders.c %D%/device_orders.h \
	%D%/device_reading.c \
	%D%/device_report.c \
	%D%/device_show.c \
	%D%/device_software.c \
	%D%/device_trust.c \
	%D%/device_unit.c \
	%D%/device_update.c \
	%D%/device_update_show.c
nodist_agent_module_libdevice_la_SOURCES = mibs/imgadm-mib.h mibs/imgadm-center-mib.h
agent_module_libdevice_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(EVENT_CFLAGS)
agent_module_libdevice_la_LIBADD = $(JANSSON_LIBS) $(EVENT_LIBS)

# A trust file in the place of the one in force: by hand, and as an update.
noinst_LTLIBRARIES += agent-module/libtrust.la
agent_module_libtrust_la_SOURCES = %D%/trust_accept.c %D%/trust_accept.h
agent_module_libtrust_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
agent_module_libtrust_la_LIBADD = $(SODIUM_LIBS)

bin_PROGRAMS += agent-module/imgadm-device
agent_module_imgadm_device_SOURCES = %D%/device_main.c
agent_module_imgadm_device_LDADD = agent-module/libdevice.la \
	agent-module/liborders.la agent-module/libtrust.la \
	agent-module/libfirmware.la agent-module/libstate.la lib/out/libout.la lib/image/libimage.la \
	lib/report/libreport.la lib/snmp/libsnmp.la lib/sign/libsign.la lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la

# What the agent answers, the same in imgadm.so and imgadm-agentd.
noinst_LTLIBRARIES += agent-module/libtables.la
agent_module_libtables_la_SOURCES = \
	%D%/serve.c %D%/serve.h \
	%D%/serve_set.c %D%/serve_set.h \
	%D%/set.c %D%/set.h %D%/set_impl.h \
	%D%/set_apply.c \
	%D%/set_update.c \
	%D%/table_advice.c \
	%D%/table_device.c \
	%D%/table_entity.c \
	%D%/table_log.c \
	%D%/table_reading.c \
	%D%/table_report.c \
	%D%/table_software.c \
	%D%/table_unit.c \
	%D%/table_update.c \
	%D%/tables.c %D%/tables.h \
	%D%/view.c %D%/view.h
agent_module_libtables_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMPAGENT_CFLAGS)

# What the tables stand on, beside Net-SNMP.
TABLES_LIBS = \
	agent-module/libtables.la \
	lib/mib/libmib.la \
	agent-module/libstate.la \
	lib/db/libdb.la \
	lib/structure/libstructure.la \
	lib/base/libbase.la

# The module: Net-SNMP's symbols are snmpd's own, ours are nobody else's.
pkglib_LTLIBRARIES = agent-module/imgadm.la
agent_module_imgadm_la_SOURCES = %D%/plugin.c
agent_module_imgadm_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMPAGENT_CFLAGS)
agent_module_imgadm_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^(de)?init_imgadm$$'
agent_module_imgadm_la_LIBADD = $(TABLES_LIBS) $(SQLITE_LIBS) $(SODIUM_LIBS)

# The daemon.
noinst_LTLIBRARIES += agent-module/libagentd.la
agent_module_libagentd_la_SOURCES = \
	%D%/advice_hook.c %D%/advice_hook.h \
	%D%/agentd.c %D%/agentd.h \
	%D%/agentx_loop.c %D%/agentx_loop.h \
	%D%/config_change.c %D%/config_change.h \
	%D%/install_watch.c %D%/install_watch.h \
	%D%/link_table.c %D%/link_table.h \
	%D%/link_watch.c %D%/link_watch.h \
	%D%/locate.c %D%/locate.h \
	%D%/orders_run.c %D%/orders_run.h \
	%D%/report_centre.c %D%/report_centre.h \
	%D%/report_content.c %D%/report_content.h \
	%D%/report_due.c \
	%D%/report_plan.c %D%/report_plan.h %D%/report_plan_private.h \
	%D%/report_send.c %D%/report_send.h
agent_module_libagentd_la_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMPAGENT_CFLAGS) \
	$(EVENT_CFLAGS) -DIMGADM_LIBEXECDIR='"$(libexecdir)/imgadm"'

AGENTD_LIBS = agent-module/libagentd.la agent-module/libinstallplan.la agent-module/liborders.la lib/report/libreport.la lib/snmp/libsnmp.la \
	$(TABLES_LIBS) $(SQLITE_LIBS) $(SODIUM_LIBS) $(EVENT_LIBS) $(NETSNMPAGENT_LIBS)

sbin_PROGRAMS += agent-module/imgadm-agentd
agent_module_imgadm_agentd_SOURCES = %D%/agent_main.c
agent_module_imgadm_agentd_LDADD = $(AGENTD_LIBS)

# imgadm-install: the decision is a library of its own, which imgadm-agentd asks too.
noinst_LTLIBRARIES += agent-module/libinstallplan.la
agent_module_libinstallplan_la_SOURCES = \
	%D%/install_plan.c %D%/install_plan.h %D%/install_plan_private.h \
	%D%/install_plan_answer.c \
	%D%/install_plan_back.c \
	%D%/install_plan_prepare.c \
	%D%/install_plan_run.c

# Programs that imgadm-agentd and imgadm-install start.
imgadmexecdir = $(libexecdir)/imgadm
imgadmexec_PROGRAMS = agent-module/imgadm-fetch agent-module/imgadm-install \
	agent-module/imgadm-install-dir

noinst_LTLIBRARIES += agent-module/libfetch.la
agent_module_libfetch_la_SOURCES = \
	%D%/fetch.c %D%/fetch.h \
	%D%/fetch_https.c \
	%D%/fetch_tftp.c
agent_module_libfetch_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(EVENT_CFLAGS)

agent_module_imgadm_fetch_SOURCES = %D%/fetch_main.c
agent_module_imgadm_fetch_LDADD = agent-module/libfetch.la lib/tftp/libtftpnet.la \
	lib/tftp/libtftp.la lib/base/libbase.la $(CURL_LIBS) $(EVENT_LIBS)

noinst_LTLIBRARIES += agent-module/libinstall.la
agent_module_libinstall_la_SOURCES = \
	%D%/install.c %D%/install.h %D%/install_private.h \
	%D%/install_check.c \
	%D%/install_child.c %D%/install_child.h \
	%D%/install_fetch.c \
	%D%/install_file.c \
	%D%/install_load.c \
	%D%/install_lock.c \
	%D%/install_record.c \
	%D%/install_say.c \
	%D%/install_selftest.c %D%/install_selftest.h \
	%D%/installer.c %D%/installer.h

INSTALL_LIBS = agent-module/libinstall.la agent-module/libinstallplan.la \
	agent-module/libtrust.la \
	agent-module/libstate.la lib/image/libimage.la lib/sign/libsign.la lib/db/libdb.la \
	lib/structure/libstructure.la lib/base/libbase.la $(SQLITE_LIBS) $(SODIUM_LIBS)

agent_module_imgadm_install_SOURCES = %D%/install_main.c
agent_module_imgadm_install_LDADD = $(INSTALL_LIBS)

agent_module_imgadm_install_dir_SOURCES = %D%/install_dir_main.c
agent_module_imgadm_install_dir_LDADD = agent-module/libinstallplan.la \
	lib/structure/libstructure.la lib/base/libbase.la $(SODIUM_LIBS)
