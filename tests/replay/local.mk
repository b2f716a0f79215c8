# tests/replay/: scenarios with fake time and fake network against the poll plan.
check_PROGRAMS += tests/replay/replay
tests_replay_replay_SOURCES = \
	%D%/device.c %D%/device.h \
	%D%/keep.c \
	%D%/replay.c %D%/replay.h \
	%D%/words.c
tests_replay_replay_LDADD = manager/libpollplan.la lib/report/libreport.la lib/snmp/libsnmp.la \
	lib/structure/libstructure.la lib/base/libbase.la
TESTS += tests/replay/replay
EXTRA_DIST += %D%/README $(REPLAY_SCENARIOS)
REPLAY_SCENARIOS = \
	%D%/agent-without-state.scenario \
	%D%/bad-text.scenario \
	%D%/changed-between.scenario \
	%D%/changed-during-walk.scenario \
	%D%/changed-each-time.scenario \
	%D%/digest-changed.scenario \
	%D%/digest-wrong.scenario \
	%D%/duplicate-symbol.scenario \
	%D%/first-poll.scenario \
	%D%/generr-once.scenario \
	%D%/limit-100-varbinds.scenario \
	%D%/log-generation-during-walk.scenario \
	%D%/log-generation.scenario \
	%D%/log-goes-on.scenario \
	%D%/log-long.scenario \
	%D%/log-made-while-walked.scenario \
	%D%/log-new-entries.scenario \
	%D%/log-nonsense-bounds.scenario \
	%D%/log-overwritten-during-walk.scenario \
	%D%/log-overwritten.scenario \
	%D%/log-spoiled.scenario \
	%D%/log-timeout.scenario \
	%D%/log-went-back.scenario \
	%D%/long-way.scenario \
	%D%/missing-columns.scenario \
	%D%/more-rows-than-limit.scenario \
	%D%/no-agent.scenario \
	%D%/nobulk-generr.scenario \
	%D%/nobulk-silent.scenario \
	%D%/nonsense-types.scenario \
	%D%/not-increasing.scenario \
	%D%/odd-index.scenario \
	%D%/readings-came.scenario \
	%D%/replaced-device.scenario \
	%D%/restart.scenario \
	%D%/silent.scenario \
	%D%/slow-repetitions.scenario \
	%D%/standard-only-view.scenario \
	%D%/steady.scenario \
	%D%/timeout-mid-walk.scenario \
	%D%/toobig.scenario \
	%D%/unknown-enumeration.scenario \
	%D%/uptime-wraps.scenario \
	%D%/v1-no-agent.scenario \
	%D%/v1.scenario
