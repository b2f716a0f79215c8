#!/bin/sh
# One process works on a unit: over groups that change, over a restart of imgadm-agentd, and over
# its death; and what the units of a group do not need any more goes.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
. "$top_srcdir/tests/integration/install-lib.sh"
: "${device:?}" "${install:?}" "${state:?}" "${T:?}"
is_row() { [ "$(row "$1")" = "$2" ]; }
comes() { wait_for 60 is_row "$1" "$2" || { diag "$1: $(row "$1") $(reason_text "$1")"; diag "$(cat "$T"/*.log | tail -5)"; return 1; }; }
images() { find "$state.updates" -name 'u*' ! -name '*.lock' | wc -l; }
# An installer that notes its verbs, and whose write waits while there is a file.
installer_before="echo \"\$1 \$2\" >>'$T/verbs'; case \$1 in write)
mkdir '$T/writing' 2>/dev/null || echo \$2 >>'$T/two'
while [ -e '$T/hold' ]; do sleep 0.05; done
rmdir '$T/writing' ;; esac"
verbs() { grep -c "^$1" "$T/verbs"; }

ok 'keys, images, a server, a device' world
for unit in E1 E2 E3; do ok "unit $unit with two banks" unit $unit 2; done

# --- a group's leavings -----------------------------------------------------------------
start E1 2.0 200 --group 5 --group-size 2; start E2 2.0 200 --group 5 --group-size 2
ok 'a group is proven' run E1
"$device" update confirm E1 >/dev/null; "$device" update confirm E2 >/dev/null
run E2
is 'and committed' "$(row E1), $(row E2)" 'committed none, committed none'
is 'of both nothing is left in the folder' "$(images)" 0

# --- a row that is asked for anew, in another group, while its process lives --------------
ok 'one of a group' start E3 2.0 200 --group 6 --group-size 2
spawn six "$install" --unit E3 --trial 5
ok 'waits for the other' comes E3 'staged none'
kill -STOP "$(cat "$T/six.pid")"
# Another part in its place ends the update; the new part is asked for in another group.
ok 'the part is exchanged' "$device" unit set E3 --serial-number S-new --hardware-rev 2.13
"$device" software set E3 1 --id fw --creator acme --version 1.0 --seq 100 >/dev/null
ok 'and asked for in another' start E3 2.0 200 --group 7 --group-size 2
kill -CONT "$(cat "$T/six.pid")"
ok 'the same process takes it up' comes E3 'staged none'
status 'a second one is refused' 2 timeout 20 "$install" --group 7
like 'since the first has it' "$(cat "$T/err")" 'another run \(pid [0-9]+'
"$device" update abort E3 >/dev/null
ok 'aborted' comes E3 'failed aborted'
ok 'it ends' wait_for 20 gone "$(cat "$T/six.pid")"
rm "$T/six.pid"
is 'and nothing is kept, of the part that is gone neither' "$(images)" 0

# --- imgadm-agentd ends while an installer writes ------------------------------------------
agentd() { spawn agentd imgadm-agentd -f --state "$state" --trial 5; }
# written SYMBOL: its installer is in the midst of the write
written() { grep -q "^write $1" "$T/verbs"; }
image 3.0 300
for signal in TERM KILL; do
	: >"$T/verbs"; : >"$T/hold"
	agentd
	start E2 3.0 300
	ok "$signal: the installer writes" wait_for 30 written E2
	stop agentd $signal
	is "$signal: it goes on without imgadm-agentd" "$(row E2)" 'verifying none'
	status "$signal: a second one is refused" 2 "$install" --unit E2
	agentd
	rm "$T/hold"
	ok "$signal: and comes to its end under the next" comes E2 'proven none'
	is "$signal: the new software runs, whole" "$(truth E2)" 3.0
	[ $signal = TERM ] || is 'KILL: what ran on was not begun again' "$(verbs write)" 1
	"$device" update rollback E2 >/dev/null
	comes E2 'rolledBack aborted'
	stop agentd
done
not_ok 'no bank was written by two at once' test -e "$T/two"
stop tftpd
done_testing
