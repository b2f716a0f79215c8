# mibs/: the contract between device and centre, and what is made from its
# text: IMGADM-MIB rooted where configure says, the C header, the OID map.
EXTRA_DIST += %D%/IMGADM-MIB.in %D%/mib.awk %D%/fetch-ietf.sh

mibdir = $(datadir)/snmp/mibs
nodist_mib_DATA = %D%/IMGADM-MIB.txt
mibmapdir = $(pkgdatadir)
nodist_mibmap_DATA = %D%/oid-map.txt

BUILT_SOURCES += %D%/imgadm-mib.h
CLEANFILES += %D%/IMGADM-MIB.txt %D%/imgadm-mib.h %D%/oid-map.txt

# Makefile: another --with-mib-root makes them anew.
%D%/IMGADM-MIB.txt: %D%/IMGADM-MIB.in %D%/mib.awk Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	$(AWK) -v mode=text -v root='$(MIB_ROOT)' -f $(srcdir)/%D%/mib.awk \
		$(srcdir)/%D%/IMGADM-MIB.in >$@.tmp && mv -f $@.tmp $@

%D%/imgadm-mib.h: %D%/IMGADM-MIB.txt %D%/mib.awk
	$(AM_V_GEN)$(AWK) -v mode=header -v root='$(MIB_ROOT)' \
		-f $(srcdir)/%D%/mib.awk %D%/IMGADM-MIB.txt >$@.tmp && mv -f $@.tmp $@

%D%/oid-map.txt: %D%/IMGADM-MIB.txt %D%/mib.awk
	$(AM_V_GEN)$(AWK) -v mode=map -v root='$(MIB_ROOT)' \
		-f $(srcdir)/%D%/mib.awk %D%/IMGADM-MIB.txt >$@.tmp && mv -f $@.tmp $@
