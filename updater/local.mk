# updater/

# imgadm-update; one file a subcommand.
noinst_LTLIBRARIES += updater/libupdate.la
updater_libupdate_la_SOURCES = %D%/update_cli.c %D%/update_cli.h

sbin_PROGRAMS += updater/imgadm-update
updater_imgadm_update_SOURCES = %D%/update_main.c
updater_imgadm_update_LDADD = updater/libupdate.la lib/cli/libcli.la lib/catalogue/libcatalogue.la \
	lib/store/libstore.la lib/snmp/libsnmp.la lib/out/libout.la lib/sign/libsign.la lib/db/libdb.la \
	lib/structure/libstructure.la lib/base/libbase.la
