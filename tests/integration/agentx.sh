#!/bin/sh
# imgadm-agentd and a master agent that does not behave (tests/fake/agentx_master.c):
# whatever it does on two connections, the daemon lives, takes next to no CPU
# time, and registers at the third.
# shellcheck disable=SC2154 # what the sourced files set
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
state=$T/device.db
agentd=$top_builddir/agent-module/imgadm-agentd
master=$top_builddir/tests/fake/agentx-master
"$top_builddir/tests/integration/agent_state" make "$state" 5 10
CPU_TICKS=200	# 2 s at 100 Hz: one that spins takes as much in 2 s of waiting

ticks()
{
	# shellcheck disable=SC2046 # a word list; the name holds no blank
	set -- $(cat "/proc/$1/stat")
	echo $((${14} + ${15}))
}

for manner in close-at-once close-in-header close-in-payload close-at-register open-error \
	reset-after-open register-error late silent garbage version type; do
	socket=$T/$manner.sock
	spawn master "$master" "$socket" "$manner"
	ok "$manner: a master listens" wait_for 30 test -S "$socket"
	spawn agentd "$agentd" -f --agentx="unix:$socket" --state "$state"
	agentd_pid=$(cat "$T/agentd.pid")
	ok "$manner: registers in the end" wait_for 120 grep -q '^good' "$T/master.log"
	used=$(ticks "$agentd_pid")
	ok "$manner: takes little CPU time" [ "$used" -lt $CPU_TICKS ]
	kill -TERM "$agentd_pid"
	ok "$manner: ends when it is told" wait_for 30 gone "$agentd_pid"
	stop agentd
	stop master KILL
done
done_testing
