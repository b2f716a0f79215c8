# mibs/: the contract between device and centre, and what is made from its
# text: IMGADM-MIB and IMGADM-CENTER-MIB rooted where configure says, the C
# headers, the OID maps.
EXTRA_DIST += %D%/IMGADM-MIB.in %D%/IMGADM-CENTER-MIB.in %D%/mib.awk %D%/fetch-ietf.sh

mibdir = $(datadir)/snmp/mibs
nodist_mib_DATA = %D%/IMGADM-MIB.txt %D%/IMGADM-CENTER-MIB.txt
mibmapdir = $(pkgdatadir)
nodist_mibmap_DATA = %D%/oid-map.txt %D%/center-oid-map.txt

BUILT_SOURCES += %D%/imgadm-mib.h %D%/imgadm-center-mib.h
CLEANFILES += \
	%D%/IMGADM-MIB.txt %D%/imgadm-mib.h %D%/oid-map.txt \
	%D%/IMGADM-CENTER-MIB.txt %D%/imgadm-center-mib.h %D%/center-oid-map.txt

MIB_AWK = $(AWK) -v root='$(MIB_ROOT)' -f $(srcdir)/%D%/mib.awk

# Makefile: another --with-mib-root makes them anew.
%D%/IMGADM-MIB.txt: %D%/IMGADM-MIB.in %D%/mib.awk Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	$(MIB_AWK) -v mode=text $(srcdir)/%D%/IMGADM-MIB.in >$@.tmp && mv -f $@.tmp $@

%D%/imgadm-mib.h: %D%/IMGADM-MIB.txt %D%/mib.awk
	$(AM_V_GEN)$(MIB_AWK) -v mode=header %D%/IMGADM-MIB.txt >$@.tmp && mv -f $@.tmp $@

%D%/oid-map.txt: %D%/IMGADM-MIB.txt %D%/mib.awk
	$(AM_V_GEN)$(MIB_AWK) -v mode=map %D%/IMGADM-MIB.txt >$@.tmp && mv -f $@.tmp $@

CENTER_MIB_AWK = $(MIB_AWK) -v module=IMGADM-CENTER-MIB

%D%/IMGADM-CENTER-MIB.txt: %D%/IMGADM-CENTER-MIB.in %D%/mib.awk Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	$(CENTER_MIB_AWK) -v mode=text $(srcdir)/%D%/IMGADM-CENTER-MIB.in >$@.tmp && mv -f $@.tmp $@

%D%/imgadm-center-mib.h: %D%/IMGADM-CENTER-MIB.txt %D%/mib.awk
	$(AM_V_GEN)$(CENTER_MIB_AWK) -v mode=header %D%/IMGADM-CENTER-MIB.txt >$@.tmp && mv -f $@.tmp $@

%D%/center-oid-map.txt: %D%/IMGADM-CENTER-MIB.txt %D%/mib.awk
	$(AM_V_GEN)$(CENTER_MIB_AWK) -v mode=map %D%/IMGADM-CENTER-MIB.txt >$@.tmp && mv -f $@.tmp $@
