# lib/notify: people are told by a program of theirs; lib/store and lib/base.
noinst_LTLIBRARIES += lib/notify/libnotify.la
lib_notify_libnotify_la_SOURCES = %D%/notify.c %D%/notify.h
