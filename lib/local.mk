# lib/: what more than one side needs; a fragment a folder.
include lib/base/local.mk
include lib/structure/local.mk
include lib/out/local.mk
include lib/db/local.mk
include lib/snmp/local.mk
include lib/store/local.mk
