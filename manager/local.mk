# manager/
include manager/judge/local.mk
include manager/trouble/local.mk

# SETs to many devices: of imgadm-fleet's and of imgadm-poll's.
noinst_LTLIBRARIES += manager/libfleetset.la
manager_libfleetset_la_SOURCES = %D%/fleet_set.c %D%/fleet_set.h
manager_libfleetset_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
manager_libfleetset_la_LIBADD = lib/cli/libtarget.la $(EVENT_LIBS)

# Advice to many devices: imgadm-fleet's and imgadm-judge's.
noinst_LTLIBRARIES += manager/libfleetadvice.la
manager_libfleetadvice_la_SOURCES = %D%/fleet_advice.c %D%/fleet_advice.h
manager_libfleetadvice_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
manager_libfleetadvice_la_LIBADD = lib/cli/libtarget.la $(EVENT_LIBS)

# The poll plan is pure: no I/O, no clock.
noinst_LTLIBRARIES += manager/libpollplan.la
manager_libpollplan_la_SOURCES = \
	%D%/poll_plan.c %D%/poll_plan.h %D%/poll_plan_private.h \
	%D%/poll_plan_result.c \
	%D%/poll_plan_rows.c %D%/poll_plan_rows.h \
	%D%/poll_plan_scalars.c %D%/poll_plan_scalars.h \
	%D%/poll_plan_walk.c %D%/poll_plan_walk.h

noinst_LTLIBRARIES += manager/libpoll.la
manager_libpoll_la_SOURCES = \
	%D%/poll.c %D%/poll.h \
	%D%/poll_acknowledge.c %D%/poll_acknowledge.h \
	%D%/poll_names.c %D%/poll_names.h \
	%D%/poll_judge.c %D%/poll_judge.h \
	%D%/poll_say.c %D%/poll_say.h \
	%D%/poll_sink.c %D%/poll_sink.h
nodist_manager_libpoll_la_SOURCES = mibs/imgadm-mib.h
manager_libpoll_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
manager_libpoll_la_LIBADD = manager/libfleetset.la $(EVENT_LIBS)

# imgadm-centerd: what devices report to.
noinst_LTLIBRARIES += manager/libcenter.la
manager_libcenter_la_SOURCES = \
	%D%/center.c %D%/center.h %D%/center_private.h \
	%D%/center_commit.c %D%/center_commit.h \
	%D%/center_engine.c %D%/center_engine.h \
	%D%/center_facts.c %D%/center_facts.h \
	%D%/center_forward.c \
	%D%/center_graph.c \
	%D%/center_judge.c \
	%D%/center_keys.c %D%/center_keys.h \
	%D%/center_mib.c %D%/center_mib.h \
	%D%/center_net.c %D%/center_net.h \
	%D%/center_put.c \
	%D%/center_queue.c %D%/center_queue.h \
	%D%/center_soon.c \
	%D%/center_tables.c %D%/center_tables.h \
	%D%/center_take.c
nodist_manager_libcenter_la_SOURCES = mibs/imgadm-mib.h mibs/imgadm-center-mib.h
manager_libcenter_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
manager_libcenter_la_LIBADD = $(EVENT_LIBS)

sbin_PROGRAMS += manager/imgadm-centerd
manager_imgadm_centerd_SOURCES = %D%/center_main.c
manager_imgadm_centerd_LDADD = manager/libcenter.la lib/cli/libconfopen.la manager/librrdfile.la \
	lib/store/libstore.la lib/report/libreport.la lib/mib/libmib.la lib/snmp/libsnmp.la \
	lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la

sbin_PROGRAMS += manager/imgadm-poll
manager_imgadm_poll_SOURCES = %D%/poll_main.c
manager_imgadm_poll_LDADD = manager/libpoll.la lib/cli/libconfopen.la manager/libpollplan.la \
	manager/librrdfile.la lib/store/libstore.la lib/report/libreport.la lib/snmp/libsnmp.la \
	lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la

bin_PROGRAMS += manager/imgadm
manager_imgadm_SOURCES = %D%/imgadm_main.c
manager_imgadm_CPPFLAGS = $(AM_CPPFLAGS) \
	-DBINDIR='"$(bindir)"' -DSBINDIR='"$(sbindir)"'
manager_imgadm_LDADD = lib/base/libbase.la

# Round robin files and what is computed from them; rrdlib alone knows librrd.
noinst_LTLIBRARIES += manager/librrdfile.la
manager_librrdfile_la_SOURCES = \
	%D%/forecast.c %D%/forecast.h \
	%D%/rrdcached.c %D%/rrdcached.h \
	%D%/rrdfile.c %D%/rrdfile.h \
	%D%/rrdfolder.c %D%/rrdfolder.h \
	%D%/rrdjournal.c %D%/rrdjournal.h \
	%D%/rrdlayout.c %D%/rrdlayout.h \
	%D%/rrdlib.c %D%/rrdlib.h \
	%D%/rrdslots.c %D%/rrdslots.h \
	%D%/rrdstart.c %D%/rrdstart.h \
	%D%/rrdwaiting.c %D%/rrdwaiting.h
manager_librrdfile_la_CPPFLAGS = $(AM_CPPFLAGS) $(RRD_CFLAGS)
manager_librrdfile_la_LIBADD = $(RRD_LIBS) -lm

noinst_LTLIBRARIES += manager/libgraph.la
manager_libgraph_la_SOURCES = \
	%D%/graph.c %D%/graph.h \
	%D%/graph_args.c %D%/graph_args.h \
	%D%/graph_cli.c %D%/graph_cli.h \
	%D%/graph_errors.c \
	%D%/graph_file.c %D%/graph_file.h \
	%D%/graph_json.c %D%/graph_json.h \
	%D%/graph_life.c \
	%D%/graph_theme.c %D%/graph_theme.h \
	%D%/graph_time.c %D%/graph_time.h \
	%D%/graph_use.c \
	%D%/graph_work.c %D%/graph_work.h
manager_libgraph_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
manager_libgraph_la_LIBADD = lib/cli/libconfopen.la $(JANSSON_LIBS)

# What graphs stand on; each library before those it needs.
GRAPH_LIBS = manager/libgraph.la manager/librrdfile.la lib/out/libout.la lib/store/libstore.la \
	lib/snmp/libsnmp.la lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la

bin_PROGRAMS += manager/imgadm-graph
manager_imgadm_graph_SOURCES = %D%/graph_main.c
manager_imgadm_graph_LDADD = $(GRAPH_LIBS)

# imgadm-fleet; one file a subcommand.
noinst_LTLIBRARIES += manager/libfleet.la
manager_libfleet_la_SOURCES = \
	%D%/fleet_add.c \
	%D%/fleet_advise.c \
	%D%/fleet_approve.c \
	%D%/fleet_cli.c %D%/fleet_cli.h \
	%D%/fleet_discover.c \
	%D%/fleet_enrol.c \
	%D%/fleet_export.c \
	%D%/fleet_history.c \
	%D%/fleet_list.c \
	%D%/fleet_log.c \
	%D%/fleet_probe.c %D%/fleet_probe.h \
	%D%/fleet_prune.c \
	%D%/fleet_remove.c \
	%D%/fleet_report.c \
	%D%/fleet_rows.c \
	%D%/fleet_show.c \
	%D%/fleet_show_json.c
nodist_manager_libfleet_la_SOURCES = mibs/imgadm-mib.h
manager_libfleet_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(EVENT_CFLAGS)
manager_libfleet_la_LIBADD = manager/libfleetadvice.la manager/libfleetset.la $(JANSSON_LIBS) $(EVENT_LIBS)

sbin_PROGRAMS += manager/imgadm-fleet
manager_imgadm_fleet_SOURCES = %D%/fleet_main.c
manager_imgadm_fleet_LDADD = manager/libfleet.la lib/cli/libcli.la manager/librrdfile.la \
	lib/advice/libadvice.la lib/store/libstore.la lib/snmp/libsnmp.la lib/out/libout.la \
	lib/db/libdb.la \
	lib/structure/libstructure.la lib/base/libbase.la

# imgadm-judge; one file a subcommand.
noinst_LTLIBRARIES += manager/libjudgecli.la
manager_libjudgecli_la_SOURCES =
manager_libjudgecli_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
manager_libjudgecli_la_LIBADD = $(JANSSON_LIBS) $(SODIUM_LIBS)
manager_libjudgecli_la_SOURCES += %D%/judge_cli.c %D%/judge_cli.h
manager_libjudgecli_la_SOURCES += %D%/catalogue_edit.c %D%/catalogue_edit.h
manager_libjudgecli_la_SOURCES += %D%/judge_catalogue_add_release.c
manager_libjudgecli_la_SOURCES += %D%/judge_catalogue_check.c
manager_libjudgecli_la_SOURCES += %D%/judge_catalogue_import.c
manager_libjudgecli_la_SOURCES += %D%/judge_catalogue_list.c
manager_libjudgecli_la_SOURCES += %D%/judge_catalogue_rollback.c
manager_libjudgecli_la_SOURCES += %D%/judge_device.c %D%/judge_device.h
manager_libjudgecli_la_SOURCES += %D%/judge_record.c %D%/judge_record.h
manager_libjudgecli_la_SOURCES += %D%/judge_run_context.c %D%/judge_run_context.h
manager_libjudgecli_la_SOURCES += %D%/judge_run.c %D%/judge_run.h
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_diff.c
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_fleet.c
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_matrix.c
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_what_if.c
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_run.c
manager_libjudgecli_la_SOURCES += %D%/judge_open.c %D%/judge_open.h
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_explain.c %D%/judge_cmd_why_not.c
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_show.c
manager_libjudgecli_la_SOURCES += %D%/judge_cmd_plan.c
manager_libjudgecli_la_SOURCES += %D%/judge_named.c %D%/judge_named.h

sbin_PROGRAMS += manager/imgadm-judge
manager_imgadm_judge_SOURCES = %D%/judge_main.c
manager_imgadm_judge_LDADD = manager/libjudgecli.la lib/inforce/libinforce.la lib/cli/libcli.la manager/libjudge.la \
	lib/catalogue/libcatalogue.la manager/libfleetadvice.la lib/advice/libadvice.la lib/store/libstore.la lib/snmp/libsnmp.la lib/out/libout.la lib/db/libdb.la \
	lib/structure/libstructure.la lib/base/libbase.la
