# lib/: what more than one side needs; a fragment a folder.
# Convenience libraries name no other one: who links a program or module names them all,
# top first: lib/out/libout.la lib/db/libdb.la lib/structure/libstructure.la lib/base/libbase.la.
include lib/base/local.mk
include lib/structure/local.mk
include lib/catalogue/local.mk
include lib/out/local.mk
include lib/mib/local.mk
include lib/db/local.mk
include lib/sign/local.mk
include lib/audit/local.mk
include lib/snmp/local.mk
include lib/report/local.mk
include lib/store/local.mk
include lib/advice/local.mk
include lib/tftp/local.mk
include lib/image/local.mk
include lib/cli/local.mk
include lib/inforce/local.mk
include lib/notify/local.mk
