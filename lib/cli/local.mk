# lib/cli: what the subcommands of the centre's programs share.
noinst_LTLIBRARIES += lib/cli/libcli.la
lib_cli_libcli_la_SOURCES = %D%/cli.c %D%/cli.h
lib_cli_libcli_la_LIBADD = lib/cli/libconfopen.la

# imgadm.conf, as our programs read it.
noinst_LTLIBRARIES += lib/cli/libconfopen.la
lib_cli_libconfopen_la_SOURCES = %D%/conf_open.c %D%/conf_open.h

# A device as it is written to.
noinst_LTLIBRARIES += lib/cli/libtarget.la
lib_cli_libtarget_la_SOURCES = %D%/target.c %D%/target.h

# The centre's audit.
noinst_LTLIBRARIES += lib/cli/libcliaudit.la
lib_cli_libcliaudit_la_SOURCES = %D%/cli_audit.c %D%/cli_audit.h
lib_cli_libcliaudit_la_LIBADD = lib/audit/libaudit.la
