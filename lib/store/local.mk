# lib/store: the centre's database, as whole operations.
noinst_LTLIBRARIES += lib/store/libstore.la
lib_store_libstore_la_SOURCES = \
	%D%/store.c %D%/store.h \
	%D%/store_acknowledge.c \
	%D%/store_advice.c %D%/store_advice.h \
	%D%/store_facts.c %D%/store_facts.h \
	%D%/store_models.c %D%/store_models.h \
	%D%/store_alarm.c \
	%D%/store_audit.c %D%/store_audit.h \
	%D%/store_approve.c \
	%D%/store_catalogue.c %D%/store_catalogue.h \
	%D%/store_center.h \
	%D%/store_device.c \
	%D%/store_devices.c \
	%D%/store_engine.c \
	%D%/store_forget.c \
	%D%/store_grant.c \
	%D%/store_impl.h \
	%D%/store_lists.c \
	%D%/store_live.c %D%/store_live.h \
	%D%/store_judge.c %D%/store_judge.h \
	%D%/store_judge_pack.c %D%/store_judge_pack.h \
	%D%/store_judge_read.c \
	%D%/store_log.c \
	%D%/store_nearest.c \
	%D%/store_log_list.c \
	%D%/store_note.c \
	%D%/store_notice.c %D%/store_notice.h \
	%D%/store_image.c %D%/store_image.h \
	%D%/store_rule.c \
	%D%/store_trouble.c %D%/store_trouble.h \
	%D%/store_trouble_fact.c \
	%D%/store_trouble_feed.c \
	%D%/store_ticket.c %D%/store_ticket.h \
	%D%/store_order.c %D%/store_order.h \
	%D%/store_order_through.c \
	%D%/store_part.c \
	%D%/store_prune.c \
	%D%/store_put.c \
	%D%/store_rate.c %D%/store_rate.h \
	%D%/store_read.h \
	%D%/store_report.c %D%/store_report_impl.h \
	%D%/store_reporter.c \
	%D%/store_rollout.c %D%/store_rollout.h \
	%D%/store_rollout_impl.h \
	%D%/store_rollout_read.c \
	%D%/store_rollout_row.c \
	%D%/store_rollout_step.c \
	%D%/store_row.h \
	%D%/store_schema.c %D%/store_schema.h \
	%D%/store_schema_cure.c \
	%D%/store_slots.c \
	%D%/store_soon.c \
	%D%/store_sql.c \
	%D%/store_stop.c \
	%D%/store_structure.c \
	%D%/store_targets.c \
	%D%/store_unit.c \
	%D%/store_user.c
