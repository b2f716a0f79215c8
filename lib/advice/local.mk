# lib/advice: what a centre wants to stand in imgAdviceTable, and how it gets there.
noinst_LTLIBRARIES += lib/advice/libadvice.la
lib_advice_libadvice_la_SOURCES = \
	%D%/advice.h \
	%D%/advice_plan.c \
	%D%/advice_work.c
nodist_lib_advice_libadvice_la_SOURCES = mibs/imgadm-mib.h
