# lib/report: reports between device and centre, packed and parsed.
# Uses of lib/snmp only what is pure: values and PDUs.
noinst_LTLIBRARIES += lib/report/libreport.la
lib_report_libreport_la_SOURCES = \
	%D%/report.c %D%/report.h %D%/report_private.h \
	%D%/report_pack.c \
	%D%/report_parse.c \
	%D%/report_update.c \
	%D%/row.c %D%/row.h
