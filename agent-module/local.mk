# agent-module/

# The device's state: what imgadm.so, imgadm-agentd and imgadm-device share.
noinst_LTLIBRARIES += agent-module/libstate.la
agent_module_libstate_la_SOURCES = \
	%D%/state.c %D%/state.h %D%/state_private.h \
	%D%/state_create.c \
	%D%/state_device.c \
	%D%/state_log.c \
	%D%/state_reading.c \
	%D%/state_rows.c \
	%D%/state_schema.c %D%/state_schema.h \
	%D%/state_software.c \
	%D%/state_unit.c \
	%D%/state_view.c
