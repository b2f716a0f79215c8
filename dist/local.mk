# dist/: what is installed beside the programs, and the demo.
EXTRA_DIST += %D%/demo.sh

# What catalogues look like, for editors and other tools.
dist_pkgdata_DATA = %D%/imgadm-catalogue.rng

# How imgadm-poll is started: by cron or by systemd, to be copied.
exampledir = $(docdir)/examples
nodist_example_DATA = %D%/imgadm-poll.service %D%/imgadm.cron
dist_example_DATA = %D%/imgadm-poll.timer %D%/catalogue-example.xml \
	%D%/catalogue-small.xml
EXTRA_DIST += %D%/imgadm-poll.service.in %D%/imgadm.cron.in
CLEANFILES += %D%/imgadm-poll.service %D%/imgadm.cron
%D%/imgadm-poll.service: %D%/imgadm-poll.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@sbindir[@]|$(sbindir)|' \
		-e 's|@localstatedir[@]|$(localstatedir)|' $(srcdir)/%D%/imgadm-poll.service.in >$@
%D%/imgadm.cron: %D%/imgadm.cron.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@sbindir[@]|$(sbindir)|' \
		$(srcdir)/%D%/imgadm.cron.in >$@

# How snmpd of a device is told of the tables: as module, as subagent.
AGENT_EXAMPLES = %D%/snmpd-imgadm.conf %D%/snmpd-agentx.conf \
	%D%/imgadm-agentd.service
nodist_example_DATA += $(AGENT_EXAMPLES)
EXTRA_DIST += %D%/snmpd-imgadm.conf.in %D%/snmpd-agentx.conf.in \
	%D%/imgadm-agentd.service.in
CLEANFILES += $(AGENT_EXAMPLES)
$(AGENT_EXAMPLES): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@sbindir[@]|$(sbindir)|' \
		-e 's|@pkglibdir[@]|$(pkglibdir)|' \
		-e 's|@localstatedir[@]|$(localstatedir)|' $< >$@

# What a device's firmware says, as a program to begin with; tests run it.
check_PROGRAMS += dist/examples/firmware
dist_examples_firmware_SOURCES = dist/examples/firmware.c
dist_examples_firmware_CPPFLAGS = -I$(top_srcdir)/agent-module
dist_examples_firmware_LDADD = agent-module/libimgadm-device.la
dist_example_DATA += dist/examples/firmware.c

# Installers of units that RAUC or SWUpdate write; tests run them with the real ones.
dist_example_SCRIPTS = %D%/examples/installer-rauc.sh %D%/examples/installer-swupdate.sh \
	%D%/examples/notify-mail.sh

# How devices' reports are received, and how images are served.
CENTRE_EXAMPLES = %D%/imgadm-centerd.service %D%/imgadm-tftpd.service
nodist_example_DATA += $(CENTRE_EXAMPLES)
EXTRA_DIST += %D%/imgadm-centerd.service.in %D%/imgadm-tftpd.service.in
CLEANFILES += $(CENTRE_EXAMPLES)
$(CENTRE_EXAMPLES): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@sbindir[@]|$(sbindir)|' \
		-e 's|@localstatedir[@]|$(localstatedir)|g' $< >$@
