# manager/

# Round robin files and what is computed from them; rrdlib alone knows librrd.
noinst_LTLIBRARIES += manager/librrdfile.la
manager_librrdfile_la_SOURCES = \
	%D%/forecast.c %D%/forecast.h \
	%D%/rrdcached.c %D%/rrdcached.h \
	%D%/rrdfile.c %D%/rrdfile.h \
	%D%/rrdlayout.c %D%/rrdlayout.h \
	%D%/rrdlib.c %D%/rrdlib.h \
	%D%/rrdslots.c %D%/rrdslots.h
manager_librrdfile_la_CPPFLAGS = $(AM_CPPFLAGS) $(RRD_CFLAGS)
manager_librrdfile_la_LIBADD = $(RRD_LIBS) -lm
