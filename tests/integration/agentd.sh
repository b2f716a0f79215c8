#!/bin/sh
# imgadm-agentd: its command line, in the background, a master that goes and
# comes, and what it tells the master of (entConfigChange).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${device:?}" "${module:?}" "${v2c:?}" "${v3:?}" "${agent_conf:?}" "${top_builddir:?}"
need snmptrapd
state=$T/device.db
agentd=$top_builddir/agent-module/imgadm-agentd
socket=unix:$T/agentx.sock
"$agent_state" make "$state" 5 10

# --- the command line
status "--help" 0 "$agentd" --help
like "--help tells of --agentx" "$(cat "$T/out")" '--agentx\[=SOCKET\]'
status "--version" 0 "$agentd" --version
status "an unknown option" 1 "$agentd" --agentx --sate=x
like "an unknown option names the nearest" "$(cat "$T/err")" "did you mean --state"
status "--agentx and --notify" 1 "$agentd" --agentx --notify
status "a log that is none" 1 "$agentd" --agentx -L nowhere
status "an argument" 1 "$agentd" --agentx x
status "a pid file that cannot be" 3 "$agentd" --agentx="$socket" --state "$state" --pid-file "$T/no/pid"
like "a pid file that cannot be is named" "$(cat "$T/err")" "$T/no/pid"

# --- before there is a master, and in the background
answers() { [ "$(get imgDeviceId.0)" = lobby-mfp ]; }
master()
{
	snmpd_start agent "$port" "$agent_conf
master agentx
agentXSocket $socket
trap2sink 127.0.0.1:$trap_port public"
}
traps() { grep -c '1\.3\.6\.1\.2\.1\.47\.2\.0\.1' "$T/trapd.log" || true; }
told() { [ "$(traps)" -ge "$1" ]; }
port=$(free_port) trap_port=$(free_port) agent_mode=agentx
mkdir -p "$T/trapd"
echo 'disableAuthorization yes' >"$T/trapd/snmptrapd.conf"
spawn trapd snmptrapd -f -C -c "$T/trapd/snmptrapd.conf" -Lo -On -m '' "udp:127.0.0.1:$trap_port"
wrap=
if command -v valgrind >/dev/null 2>&1; then
	wrap="valgrind --quiet --leak-check=full --error-exitcode=99 --log-file=$T/valgrind.log"
fi
# shellcheck disable=SC2086 # a word list
spawn agentd $wrap "$agentd" -f --agentx="$socket" --state "$state"
ok "says that there is no master" wait_for 60 grep -q "no master agent answers" "$T/agentd.log"
ok "a master starts" master
ok "connects when the master comes" wait_for 60 answers
is "says so once" "$(grep -c 'connected to the master' "$T/agentd.log")" 1
walk imgObjects >"$T/before"

for signal in TERM KILL; do
	snmpd_stop agent $signal
	ok "SIG$signal to the master is noticed" wait_for 60 grep -q 'master agent is gone' "$T/agentd.log"
	: >"$T/agentd.log"
	ok "a master starts again" master
	ok "connects again" wait_for 60 answers
	walk imgObjects >"$T/after"
	ok "and serves the same" cmp "$T/before" "$T/after"
	is "entLastChangeTime is before the new master's start" "$(ticks .1.3.6.1.2.1.47.1.4.1.0)" 0
done
unlike "no error on the way" "$(cat "$T/agentd.log")" 'error|cannot|refused|did not take'

# --- entConfigChange
told_before=$(traps)
"$device" -s "$state" unit set FUS --model FS-8 >/dev/null
ok "a change of the structure is told (entConfigChange)" wait_for 60 told $((told_before + 1))
for model in a b c d e; do "$device" -s "$state" unit set FUS --model $model >/dev/null; done
ok "what came within 5 s is told after them" wait_for 60 told $((told_before + 2))
is "many changes were two notifications" "$(($(traps) - told_before))" 2
"$device" -s "$state" error add FUS C-1 >/dev/null
"$device" -s "$state" unit set T1 --model x >/dev/null
ok "an error is no change of the structure, a tray is" wait_for 60 told $((told_before + 3))
is "an error alone was not told" "$(($(traps) - told_before))" 3

# --- a second one, on what the first serves
spawn second "$agentd" -f --agentx="$socket" --state "$state"
ok "a second agentd is refused the tables and says so" \
	wait_for 60 grep -q 'did not take a table' "$T/second.log"
stop second
ok "the first goes on" answers
pid=$(cat "$T/agentd.pid")
kill "$pid"
ok "SIGTERM ends it" wait_for 60 gone "$pid"
wait "$pid"
is "its exit status is 0${wrap:+, with no error and no leak under valgrind}" $? 0
[ -z "$wrap" ] || diag "$(head -40 "$T/valgrind.log")"
rm "$T/agentd.pid"
like "without it the table is gone" "$(get imgDeviceId.0)" 'No Such'

# --- beside the module: only the notification
snmpd_stop agent
ok "snmpd with the module" snmpd_start agent "$port" "$agent_conf
master agentx
agentXSocket $socket
trap2sink 127.0.0.1:$trap_port public
dlmod imgadm $module
imgadmState $state"
status "starts in the background" 0 "$agentd" --notify="$socket" --state "$state" \
	--pid-file "$T/agentd.lock" -L syslog
background=$(cat "$T/agentd.lock")
echo "$background" >"$T/background.pid"
ok "the pid file names it" kill -0 "$background"
status "a second one with the same pid file" 3 "$agentd" --notify="$socket" --state "$state" \
	--pid-file "$T/agentd.lock"
like "... is told who holds it" "$(cat "$T/err")" "$background"
told_before=$(traps)
# It looks at the state each second: the first look is the base, so change until told.
change_and_told()
{
	"$device" -s "$state" unit set FUS --model "m$(date +%s%N)" >/dev/null
	told $((told_before + 1))
}
ok "--notify tells of a change" wait_for 60 change_and_told
unlike "--notify registers no table" "$(cat "$T/agent.log")" 'duplicate.*(IMGADM|ENTITY)'
is "the module answers" "$(get imgDeviceId.0)" lobby-mfp
kill "$background"
ok "SIGTERM ends it in the background" wait_for 60 gone "$background"
stop background
stop agent
stop trapd
done_testing
