# manager/trouble: the trouble rules as pure functions of facts; a line a module.
noinst_LTLIBRARIES += manager/libtrouble.la
manager_libtrouble_la_SOURCES =
manager_libtrouble_la_SOURCES += %D%/trouble_fact.c %D%/trouble_fact.h
manager_libtrouble_la_SOURCES += %D%/trouble_rules.c %D%/trouble_rules.h
manager_libtrouble_la_SOURCES += %D%/trouble_state.c %D%/trouble_state.h
manager_libtrouble_la_SOURCES += %D%/trouble_leaf.c %D%/trouble_leaf.h
manager_libtrouble_la_SOURCES += %D%/trouble_eval.c %D%/trouble_eval.h
manager_libtrouble_la_SOURCES += %D%/trouble_device.c %D%/trouble_device.h \
	%D%/trouble_device_pack.c %D%/trouble_device_private.h
manager_libtrouble_la_SOURCES += %D%/trouble_act.c %D%/trouble_act.h
manager_libtrouble_la_SOURCES += %D%/trouble_cure.c %D%/trouble_cure.h
