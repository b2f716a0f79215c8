# updater/

# imgadm-update; one file a subcommand.
noinst_LTLIBRARIES += updater/libupdate.la
updater_libupdate_la_SOURCES = %D%/update_cli.c %D%/update_cli.h
updater_libupdate_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
updater_libupdate_la_LIBADD = lib/cli/libtarget.la lib/report/libreport.la $(JANSSON_LIBS) $(EVENT_LIBS) $(SODIUM_LIBS)
# imgadm-update device: one device's updates, ordered and followed.
updater_libupdate_la_SOURCES += %D%/ask.c %D%/ask.h
updater_libupdate_la_SOURCES += %D%/update_device.c %D%/update_follow.c
updater_libupdate_la_SOURCES += %D%/update_abort.c %D%/update_status.c %D%/update_tell.c
updater_libupdate_la_SOURCES += %D%/update_unit.c %D%/update_grants.c
updater_libupdate_la_SOURCES += %D%/update_heard.c %D%/update_heard.h
updater_libupdate_la_SOURCES += %D%/update_open.c %D%/update_open.h
updater_libupdate_la_SOURCES += %D%/update_owner.c %D%/update_owner.h
updater_libupdate_la_SOURCES += %D%/update_plan.c %D%/update_plan.h
updater_libupdate_la_SOURCES += %D%/update_push.c %D%/update_push.h
updater_libupdate_la_SOURCES += %D%/update_row.c %D%/update_row.h
updater_libupdate_la_SOURCES += %D%/update_say.c %D%/update_say.h
updater_libupdate_la_SOURCES += %D%/update_told.c %D%/update_told.h
updater_libupdate_la_SOURCES += %D%/update_work.c %D%/update_work.h
# imgadm-update plan, approve, audit: rollouts.
updater_libupdate_la_SOURCES += %D%/rollout_gather.c %D%/rollout_gather.h
updater_libupdate_la_SOURCES += %D%/rollout_make.c %D%/rollout_make.h
updater_libupdate_la_SOURCES += %D%/rollout_say.c %D%/rollout_say.h
updater_libupdate_la_SOURCES += %D%/update_approve.c %D%/update_audit.c
updater_libupdate_la_SOURCES += %D%/update_rollout.c
updater_libupdate_la_SOURCES += %D%/update_rollouts.c %D%/update_rollouts.h
# imgadm-update image.
updater_libupdate_la_SOURCES += %D%/update_folder.c %D%/update_folder.h
updater_libupdate_la_SOURCES += %D%/update_image.c %D%/update_image.h
updater_libupdate_la_SOURCES += %D%/update_image_check.c
updater_libupdate_la_SOURCES += %D%/update_image_comment.c
updater_libupdate_la_SOURCES += %D%/update_image_import.c
updater_libupdate_la_SOURCES += %D%/update_image_list.c
updater_libupdate_la_SOURCES += %D%/update_image_match.c %D%/update_image_match.h
updater_libupdate_la_SOURCES += %D%/update_tickets.c %D%/update_tickets.h
updater_libupdate_la_SOURCES += %D%/update_tickets_export.c %D%/update_tickets_import.c
updater_libupdate_la_SOURCES += %D%/update_tickets_sign.c
updater_libupdate_la_SOURCES += %D%/update_trust.c %D%/update_trust.h
updater_libupdate_la_SOURCES += %D%/update_label.c %D%/update_label.h

sbin_PROGRAMS += updater/imgadm-update
updater_imgadm_update_SOURCES = %D%/update_main.c
updater_imgadm_update_LDADD = updater/libupdate.la updater/librolloutload.la updater/librollout.la \
	lib/cli/libcliaudit.la lib/inforce/libinforce.la lib/cli/libcli.la \
	lib/tftp/libtftpnet.la lib/tftp/libtftp.la \
	lib/image/libimage.la lib/catalogue/libcatalogue.la lib/store/libstore.la \
	lib/snmp/libsnmp.la lib/out/libout.la lib/sign/libsign.la lib/db/libdb.la \
	lib/structure/libstructure.la lib/base/libbase.la

# imgadm-tftp.
TFTP_LIBS = lib/tftp/libtftpnet.la lib/tftp/libtftp.la lib/base/libbase.la
noinst_LTLIBRARIES += updater/libtftpcli.la
updater_libtftpcli_la_SOURCES = %D%/tftp_cli.c %D%/tftp_cli.h %D%/tftp_get.c %D%/tftp_put.c
updater_libtftpcli_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
updater_libtftpcli_la_LIBADD = $(EVENT_LIBS)

bin_PROGRAMS += updater/imgadm-tftp
updater_imgadm_tftp_SOURCES = %D%/tftp_main.c
updater_imgadm_tftp_LDADD = updater/libtftpcli.la $(TFTP_LIBS)

# imgadm-tftpd.
noinst_LTLIBRARIES += updater/libtftpd.la
updater_libtftpd_la_SOURCES = \
	%D%/tftpd.c %D%/tftpd.h \
	%D%/tftpd_folder.c %D%/tftpd_folder.h \
	%D%/tftpd_grant.c %D%/tftpd_grant.h \
	%D%/tftpd_listen.c %D%/tftpd_listen.h \
	%D%/tftpd_sweep.c %D%/tftpd_sweep.h \
	%D%/tftpd_sync.c %D%/tftpd_sync.h
updater_libtftpd_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
updater_libtftpd_la_LIBADD = $(EVENT_LIBS)

sbin_PROGRAMS += updater/imgadm-tftpd
updater_imgadm_tftpd_SOURCES = %D%/tftpd_main.c
updater_imgadm_tftpd_LDADD = updater/libtftpd.la lib/tftp/libtftpnet.la lib/tftp/libtftp.la \
	lib/store/libstore.la lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la

# The rollout's decision, pure: what to do next, from the record, the facts and the time.
noinst_LTLIBRARIES += updater/librollout.la
updater_librollout_la_SOURCES = \
	%D%/rollout_person.c %D%/rollout_person.h \
	%D%/rollout_plan.c %D%/rollout_plan.h \
	%D%/rollout_policy.c %D%/rollout_policy.h \
	%D%/rollout_recipe.c %D%/rollout_recipe.h \
	%D%/rollout_select.c %D%/rollout_select.h \
	%D%/rollout_step.c %D%/rollout_step.h %D%/rollout_step_private.h \
	%D%/rollout_stop.c %D%/rollout_stop.h \
	%D%/rollout_turn.c %D%/rollout_turn_back.c %D%/rollout_turn_begin.c \
	%D%/rollout_turn_follow.c %D%/rollout_turn_late.c %D%/rollout_turn_prove.c \
	%D%/rollout_tzif.c %D%/rollout_tzif.h \
	%D%/rollout_tzrule.c %D%/rollout_tzrule.h \
	%D%/rollout_view.c %D%/rollout_view.h \
	%D%/rollout_wave.c %D%/rollout_wave.h \
	%D%/rollout_window.c %D%/rollout_window.h
updater_librollout_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
updater_librollout_la_LIBADD = lib/sign/libsign.la lib/structure/libstructure.la \
	lib/base/libbase.la $(SODIUM_LIBS)
# The system's time zones: the one file of the rollout's decision that reads.
noinst_LTLIBRARIES += updater/librolloutzone.la
updater_librolloutzone_la_SOURCES = %D%/rollout_zone.c %D%/rollout_zone.h
updater_librolloutzone_la_LIBADD = updater/librollout.la
# A rollout as the store has it.
noinst_LTLIBRARIES += updater/librolloutload.la
updater_librolloutload_la_SOURCES = %D%/rollout_load.c %D%/rollout_load.h
updater_librolloutload_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
