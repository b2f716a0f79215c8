#!/bin/sh
# snmpd closes and loads the module again with every SIGHUP: a hundred times
# under running bulkwalks, and some times under valgrind.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${device:?}" "${module:?}" "${v2c:?}" "${v3:?}" "${agent_conf:?}" "${top_builddir:?}"
state=$T/device.db

restarts() { grep -c 'NET-SNMP version .* restarted' "$T/agent.log" || true; }
restarted() { [ "$(restarts)" -ge "$1" ]; }
# walk_on N: bulkwalks until told to stop; $T/walk.N has a line for each
walk_on()
{
	while [ ! -e "$T/stop" ]; do
		# shellcheck disable=SC2086 # word list
		snmpbulkwalk $v2c -On -t 60 -r 1 "$(target)" .1.3.6.1.4.1.8072.9999.9999 2>&1 |
			awk '/No Such|Timeout|not increasing/ {bad = $0} /^\.1.* = / {n++} END {print n, bad}'
	done >"$T/walk.$1"
}
# reload TIMES DEADLINE: SIGHUPs, each when the last one was taken
reload()
{
	reload_n=0
	while [ "$reload_n" -lt "$1" ]; do
		reload_n=$((reload_n + 1))
		kill -HUP "$(cat "$T/agent.pid")" || return 1
		wait_for "$2" restarted $reload_n || return 1
	done
}
# reload_under_walks TIMES DEADLINE NAME WALKERS
reload_under_walks()
{
	rm -f "$T/stop" "$T"/walk.*
	pids=
	for n in $4; do
		walk_on $n &
		pids="$pids $!"
	done
	wait_for "$2" sh -c "cat '$T'/walk.1 | grep -q ."
	ok "$3: takes $1 SIGHUPs while it is walked" reload "$1" "$2"
	: >"$T/stop"
	# shellcheck disable=SC2086
	wait $pids
	is "$3: every walk came to its end" "$(cat "$T"/walk.* | grep -v '^[0-9]* $' | head -3)" ''
	ok "$3: many walks were made" test "$(cat "$T"/walk.* | grep -c .)" -ge 2
	is "$3: and all saw the whole tree" \
		"$(cat "$T"/walk.* | sort -u | xargs)" "$varbinds"
	is "$3: it answers as before" "$(get imgDeviceId.0)" lobby-mfp
	unlike "$3: nothing went wrong" "$(grep -v '^Connection' "$T/agent.log")" \
		'(IMGADM|ENTITY)-MIB|imgadm: .*(cannot|error)'
}

"$agent_state" make "$state" 30 100
# device, structure, log, report; the update of unit 1, its lock and trust; rows
varbinds=$((6 + 3 + 5 + 12 + 23 + 1 + 3 + 8 * 17 + 4 * 7 + 7 * 7 + 30 * 12))
ok "starts" agent_start module "$state"
reload_under_walks 100 30 "snmpd" "1 2 3"
agent_stop

if ! command -v valgrind >/dev/null 2>&1; then
	ok "valgrind # SKIP valgrind is not installed" true
	done_testing
	exit
fi
# Debug information is kept, so that the unloaded module has names in a leak.
snmpd_wrap="valgrind --quiet --leak-check=full --errors-for-leak-kinds=none --keep-debuginfo=yes --log-file=$T/valgrind.log"
snmpd_deadline=120
ok "valgrind: starts" agent_start module "$state"
reload_under_walks 4 120 "valgrind" 1
# Also with a state that changes, goes and comes between.
"$device" -s "$state" error add FUS C-1 >/dev/null
is "valgrind: a change shows" "$(get imgErrorLogNewest.0)" 31
mv "$state" "$T/away"
like "valgrind: a missing state is answered" "$(get imgDeviceId.0)" 'No Such Instance'
ok "valgrind: takes a SIGHUP without a state" reload 1 120
mv "$T/away" "$state"
is "valgrind: and the state again" "$(get imgDeviceId.0)" lobby-mfp
agent_stop
# What is Net-SNMP's own is Net-SNMP's: ours is a stack with our files in it.
awk '/(init_imgadm|deinit_imgadm|plugin\.c|serve\.c|view\.c|table[a-z_]*\.c|state[a-z_]*\.c|structure[a-z_]*\.c|db[a-z_]*\.c|log\.c)/' \
	"$T/valgrind.log" >"$T/frames"
is "valgrind: no error and no leak of ours" "$(head -20 "$T/frames")" ''
done_testing
