# tests/fuzz: a target for each parser of what comes from outside.
#
# Each target is one file with LLVMFuzzerTestOneInput() that claims what must
# hold for any input (FUZZ_CLAIM), and seeds in tests/fuzz/seeds/NAME/.
# `configure --enable-fuzzer CC=clang` links it with libFuzzer, and `make fuzz
# FUZZ_SECONDS=60` runs all; otherwise it is linked with seeds.c and runs its
# seeds, and every beginning of them, in `make check`.  What a fuzzer finds is
# put among the seeds and so becomes a regression test.
#
# To add one: NAME.c, seeds/NAME/*, and a block of three lines here:
#	FUZZ_TARGETS += tests/fuzz/NAME
#	tests_fuzz_NAME_SOURCES = %D%/NAME.c
#	tests_fuzz_NAME_LDADD = $(FUZZ_LDADD) lib/what/libwhat.la lib/base/libbase.la
FUZZ_SECONDS = 60
FUZZ_TARGETS =

check_LTLIBRARIES += tests/fuzz/libfuzz.la
tests_fuzz_libfuzz_la_SOURCES = %D%/fuzz.c %D%/fuzz.h
EXTRA_DIST += %D%/seeds

if FUZZER
FUZZ_LDADD = tests/fuzz/libfuzz.la $(FUZZ_LIBS)
else
check_LTLIBRARIES += tests/fuzz/libseeds.la
tests_fuzz_libseeds_la_SOURCES = %D%/seeds.c
FUZZ_LDADD = tests/fuzz/libseeds.la tests/fuzz/libfuzz.la
TESTS += $(FUZZ_TARGETS)
endif

FUZZ_TARGETS += tests/fuzz/date_and_time
tests_fuzz_date_and_time_SOURCES = %D%/date_and_time.c
tests_fuzz_date_and_time_LDADD = $(FUZZ_LDADD) lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/parse
tests_fuzz_parse_SOURCES = %D%/parse.c
tests_fuzz_parse_LDADD = $(FUZZ_LDADD) lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/catalogue
tests_fuzz_catalogue_SOURCES = %D%/catalogue.c
tests_fuzz_catalogue_CPPFLAGS = $(AM_CPPFLAGS) $(XML_CFLAGS) \
	-DTOP_SRCDIR=\"$(abs_top_srcdir)\"
tests_fuzz_catalogue_LDADD = $(FUZZ_LDADD) lib/catalogue/libcatalogue.la \
	lib/structure/libstructure.la lib/base/libbase.la $(XML_LIBS)

FUZZ_TARGETS += tests/fuzz/trouble_state
tests_fuzz_trouble_state_SOURCES = %D%/trouble_state.c
tests_fuzz_trouble_state_LDADD = $(FUZZ_LDADD) manager/libtrouble.la \
	lib/catalogue/libcatalogue.la lib/structure/libstructure.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/text
tests_fuzz_text_SOURCES = %D%/text.c
tests_fuzz_text_LDADD = $(FUZZ_LDADD) lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/center_mib
tests_fuzz_center_mib_SOURCES = %D%/center_mib.c tests/unit/store_world.c tests/unit/store_world.h
tests_fuzz_center_mib_CPPFLAGS = $(AM_CPPFLAGS)
tests_fuzz_center_mib_LDADD = $(FUZZ_LDADD) manager/libcenter.la lib/mib/libmib.la \
	lib/store/libstore.la lib/snmp/libsnmp.la lib/db/libdb.la lib/structure/libstructure.la \
	lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/snmp_text
tests_fuzz_snmp_text_SOURCES = %D%/snmp_text.c
tests_fuzz_snmp_text_LDADD = $(FUZZ_LDADD) lib/snmp/libsnmp.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/snmp_message
tests_fuzz_snmp_message_SOURCES = %D%/snmp_message.c
tests_fuzz_snmp_message_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS) $(EVENT_CFLAGS)
tests_fuzz_snmp_message_LDADD = $(FUZZ_LDADD) lib/snmp/libsnmp.la lib/base/libbase.la \
	$(NETSNMP_LIBS)

FUZZ_TARGETS += tests/fuzz/snmp_pdu
tests_fuzz_snmp_pdu_SOURCES = %D%/snmp_pdu.c
tests_fuzz_snmp_pdu_LDADD = $(FUZZ_LDADD) lib/snmp/libsnmp.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/report_parse
tests_fuzz_report_parse_SOURCES = %D%/report_parse.c
tests_fuzz_report_parse_LDADD = $(FUZZ_LDADD) lib/report/libreport.la lib/snmp/libsnmp.la \
	lib/structure/libstructure.la lib/base/libbase.la $(SODIUM_LIBS)

FUZZ_TARGETS += tests/fuzz/catalogue_edit
tests_fuzz_catalogue_edit_SOURCES = %D%/catalogue_edit.c
tests_fuzz_catalogue_edit_LDADD = $(FUZZ_LDADD) manager/libjudgecli.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/audit
tests_fuzz_audit_SOURCES = %D%/audit.c
tests_fuzz_audit_LDADD = $(FUZZ_LDADD) lib/audit/libaudit.la lib/sign/libsign.la \
	lib/base/libbase.la $(SODIUM_LIBS)

FUZZ_TARGETS += tests/fuzz/sign
tests_fuzz_sign_SOURCES = %D%/sign.c
tests_fuzz_sign_LDADD = $(FUZZ_LDADD) lib/sign/libsign.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/center_engine
tests_fuzz_center_engine_SOURCES = %D%/center_engine.c
tests_fuzz_center_engine_LDADD = $(FUZZ_LDADD) manager/libcenter.la lib/snmp/libsnmp.la \
	lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/tftp_packet
tests_fuzz_tftp_packet_SOURCES = %D%/tftp_packet.c $(tftp_hostile)
tests_fuzz_tftp_packet_LDADD = $(FUZZ_LDADD) lib/tftp/libtftp.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/tftp_uri
tests_fuzz_tftp_uri_SOURCES = %D%/tftp_uri.c
tests_fuzz_tftp_uri_LDADD = $(FUZZ_LDADD) lib/tftp/libtftp.la lib/base/libbase.la

FUZZ_TARGETS += tests/fuzz/image_trust
tests_fuzz_image_trust_SOURCES = %D%/image_trust.c
tests_fuzz_image_trust_LDADD = $(FUZZ_LDADD) lib/image/libimage.la lib/sign/libsign.la \
	lib/structure/libstructure.la lib/base/libbase.la $(SODIUM_LIBS)

FUZZ_TARGETS += tests/fuzz/image_comment
tests_fuzz_image_comment_SOURCES = %D%/image_comment.c
tests_fuzz_image_comment_LDADD = $(FUZZ_LDADD) lib/image/libimage.la lib/sign/libsign.la \
	lib/structure/libstructure.la lib/base/libbase.la $(SODIUM_LIBS)

check_PROGRAMS += $(FUZZ_TARGETS)

# What is found lies in tests/fuzz/found; the corpus that grew in tests/fuzz/corpus.
fuzz-targets: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(FUZZ_TARGETS)
fuzz: fuzz-targets
if FUZZER
	@printf '%s\n' $(FUZZ_TARGETS) | FUZZ_SECONDS=$(FUZZ_SECONDS) \
		xargs -P "$$(nproc)" -n 1 sh $(srcdir)/tests/fuzz/run.sh $(srcdir)
else
	@echo 'fuzz: configure with --enable-fuzzer CC=clang' >&2; exit 1
endif
EXTRA_DIST += tests/fuzz/run.sh

clean-local: fuzz-clean
fuzz-clean:
	rm -rf tests/fuzz/found tests/fuzz/corpus
.PHONY: fuzz fuzz-targets fuzz-clean
