#!/bin/sh
# The simulated fleet, asked by Net-SNMP's own tools: every other test that
# uses it believes what it says.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need snmpwalk snmpbulkwalk snmpget snmpset
sim=${top_builddir:?}/tests/fake/fleetsim
v2='-v2c -c public -t 2 -r 2 -On -OQ'
v3='-v3 -u sim -l authPriv -a SHA-256 -A simauth-pass -x AES -X simpriv-pass -t 2 -r 2 -On -OQ'
root=$(sed -n 's/^#define IMGADM_OIDTXT_imgadmMIB "\(.*\)"/\1/p' "$top_builddir/mibs/imgadm-mib.h")
objects=$root.1

# oid NAME: from the header
oid() { sed -n "s/^#define IMGADM_OIDTXT_$1 \"\(.*\)\"/\1/p" "$top_builddir/mibs/imgadm-mib.h"; }
# sim_start OPTION...: a fleet that $T/ctl commands; its port in $port
sim_start()
{
	rm -f "$T/ctl" && mkfifo "$T/ctl"
	: >"$T/sim.log"
	"$sim" "$@" <"$T/ctl" >"$T/sim.log" 2>&1 &
	echo $! >"$T/sim.pid"
	exec 9>"$T/ctl"
	wait_for 10 grep -q '^ready ' "$T/sim.log" || { cat "$T/sim.log"; exit 99; }
	port=$(sed -n 's/^ready [0-9.]*:\([0-9]*\) .*/\1/p' "$T/sim.log")
}
# tell COMMAND...: and wait until it is done; the answer in $answer
tell()
{
	tell_lines=$(wc -l <"$T/sim.log")
	echo "$*" >&9
	wait_for 10 sh -c '[ "$(wc -l <"$1")" -gt "$2" ]' sh "$T/sim.log" "$tell_lines"
	answer=$(tail -1 "$T/sim.log")
}
sim_stop() { exec 9>&-; stop sim; }
# get N NAME...: of device N
# shellcheck disable=SC2086,SC2046
get() { n=$1; shift; snmpget $v2 -Ov "127.1.0.$n:$port" $(for o in "$@"; do echo "$(oid "$o").0"; done) 2>&1; }
# shellcheck disable=SC2086
walk() { snmpbulkwalk $v2 "127.1.0.$1:$port" "$2" 2>&1 | grep -v 'No more variables'; }

# --- a healthy device ---------------------------------------------------------
sim_start --devices 9 --log-requests "$T/requests" --fleet "$T/fleet"
# shellcheck disable=SC2086
{
snmpwalk $v2 "127.1.0.2:$port" .1.3 >"$T/next" 2>"$T/err"
snmpbulkwalk $v2 "127.1.0.2:$port" .1.3 >"$T/bulk" 2>>"$T/err"
snmpbulkwalk $v2 -Cr1 "127.1.0.2:$port" .1.3 >"$T/bulk1" 2>>"$T/err"
snmpbulkwalk $v2 -Cr500 "127.1.0.2:$port" .1.3 >"$T/bulk500" 2>>"$T/err"
snmpbulkwalk $v3 "127.1.0.2:$port" .1.3 >"$T/bulk3" 2>>"$T/err"
}
for f in next bulk bulk1 bulk500 bulk3; do
	grep -v '^.1.3.6.1.2.1.1.3.0' "$T/$f" | grep -v 'No more variables' >"$T/$f.same"
done
is 'no tool complains' "$(cat "$T/err")" ''
# 6 without sysUpTime, 14 scalars, 12 units of 17, 10 software of 7, 6 readings of 7, 200 entries of 12
is 'a walk finds every varbind once' "$(grep -c ' = ' "$T/next.same") $(grep ' = ' "$T/next.same" | cut -d' ' -f1 |
	sort -u | wc -l)" '2736 2736'
for f in bulk bulk1 bulk500 bulk3; do
	ok "$f finds the same" diff "$T/next.same" "$T/$f.same"
done
# shellcheck disable=SC2086
like 'v1 walks, without Counter64' "$(snmpwalk -v1 -c public -On "127.1.0.2:$port" "$(oid imgDevice)" 2>&1 |
	tr '\n' ' ')" "$(oid imgDeviceState).0 = INTEGER: 2 (End of MIB)? *$"
if [ -n "$(find "$top_builddir/mibs/ietf" -name 'SNMPv2-SMI*' 2>/dev/null)" ]; then
	is 'types are those of the MIB' "$(snmpget -v2c -c public -m IMGADM-MIB "127.1.0.2:$port" \
		"$(oid imgDeviceUseCount).0" "$(oid imgUnitContainedIn).5" "$(oid imgErrorLogOverwritten).0" \
		"$(oid imgStructureRevision).0" 2>&1 | sed 's/.*= \([A-Za-z0-9]*\):.*/\1/' | tr '\n' ' ')" \
		'Counter64 INTEGER Counter32 Gauge32 '
else
	diag 'types are not compared: no IETF MIB modules here; mibs/fetch-ietf.sh gets them'
fi
like 'noSuchInstance below a column' "$(snmpget -v2c -c public "127.1.0.2:$port" "$(oid imgUnitSymbol).99" 2>&1)" \
	'No Such Instance'
like 'noSuchObject elsewhere' "$(snmpget -v2c -c public "127.1.0.2:$port" .1.3.6.1.2.1.2.1.0 2>&1)" 'No Such Object'
like 'a SET is refused' "$(snmpset -v2c -c public "127.1.0.2:$port" "$(oid imgUnitAdminState).3" i 2 2>&1)" \
	notWritable
is 'another community is not answered' "$(snmpget -v2c -c secret -t 0.3 -r 0 "127.1.0.2:$port" \
	.1.3.6.1.2.1.1.5.0 2>&1 | grep -c Timeout)" 1
is 'each device is itself' "$(get 7 imgDeviceId)" '"sim-00007"'
is 'the fleet file names them' "$(sed -n 7p "$T/fleet") $(wc -l <"$T/fleet")" \
	"sim-00007 udp:127.1.0.7:$port 9"
: >"$T/requests"
# shellcheck disable=SC2086
snmpbulkget -v2c -c public -Cn1 -Cr3 "127.1.0.3:$port" 1.3.6.1.2.1.1.3 "$(oid imgUnitSymbol)" >/dev/null 2>&1
like 'requests are logged' "$(cat "$T/requests")" "^3 getbulk 1 3 1.3.6.1.2.1.1.3 $(oid imgUnitSymbol)\$"

# --- what moves -----------------------------------------------------------------
before=$(get 4 imgDeviceUseCount)
tell tick 5 4
is 'a tick is ten impressions' "$(get 4 imgDeviceUseCount)" "$((before + 50))"
is 'of that device only' "$(get 5 imgStructureRevision)" 1
before=$(get 4 imgStructureDigest)
tell change 4
is 'a change raises the revision' "$(get 4 imgStructureRevision)" 2
unlike 'and changes the digest' "$(get 4 imgStructureDigest)" "^$before\$"
tell entries 30 4
is 'entries are added' "$(get 4 imgErrorLogOldest imgErrorLogNewest imgErrorLogOverwritten | tr '\n' ' ')" '1 230 0 '
tell entries 900 4
is 'and the oldest overwritten' "$(get 4 imgErrorLogOldest imgErrorLogNewest imgErrorLogOverwritten | tr '\n' ' ')" \
	'131 1130 130 '
is 'the table holds as many' "$(walk 4 "$(oid imgErrorRepeats)" | wc -l)" 1000
before=$(get 4 imgErrorLogGeneration)
tell clear 4
is 'cleared: a new generation, empty' "$(get 4 imgErrorLogGeneration imgErrorLogOldest imgErrorLogNewest | tr '\n' ' ')" \
	"$((before + 1)) 0 0 "
is 'and no row' "$(walk 4 "$(oid imgErrorTable)" | grep -c "$(oid imgErrorTable)\.1")" 0
tell restart 4
ok 'a restart sets sysUpTime back' sh -c \
	'[ "$(snmpget -v2c -c public -Ovt "$1" .1.3.6.1.2.1.1.3.0)" -lt 6000 ]' sh "127.1.0.4:$port"
tell silent 34
is 'silent devices are silent, the same share each time' "$(for i in 1 2 3 4 5 6 7 8 9; do
	snmpget -v2c -c public -t 0.3 -r 0 "127.1.0.$i:$port" .1.3.6.1.2.1.1.5.0 >/dev/null 2>&1 || printf '%s ' $i
	done)" '3 6 9 '
tell silent 0
tell latency 300
is 'an answer takes as long as it is told' "$(snmpget -v2c -c public -t 0.1 -r 0 "127.1.0.1:$port" \
	.1.3.6.1.2.1.1.5.0 2>&1 | grep -c Timeout) $(snmpget -v2c -c public -t 5 -r 0 "127.1.0.1:$port" \
	.1.3.6.1.2.1.1.5.0 | grep -c sim-00001)" '1 1'
tell latency 0
tell nonsense
like 'a wrong command is told' "$answer" "^error: 'nonsense'"
tell stats
like 'statistics' "$answer" '^stats requests [0-9]+ answers [0-9]+ varbinds [0-9]+ .* cpu_us [0-9]+$'

# --- v3 ---------------------------------------------------------------------------
# shellcheck disable=SC2086
{
like 'a wrong pass phrase' "$(snmpget $v3 -A wrong-pass "127.1.0.5:$port" .1.3.6.1.2.1.1.5.0 2>&1)" \
	'Authentication failure'
like 'an unknown user' "$(snmpget $v3 -u nobody "127.1.0.5:$port" .1.3.6.1.2.1.1.5.0 2>&1)" \
	'Unknown user'
like 'too little security' "$(snmpget $v3 -l authNoPriv "127.1.0.5:$port" .1.3.6.1.2.1.1.5.0 2>&1)" \
	'[Uu]nsupported security level'
tell stats
engine_before=${answer##*resyncs }
ok 'an engine that is known is not discovered' snmpget $v3 -e 0x80001f8805666c656500000005 -Z 1,1 \
	"127.1.0.5:$port" .1.3.6.1.2.1.1.5.0
tell stats
unlike 'and out of its time window it says so' "${answer##*resyncs }" "^$engine_before\$"
}
status 'SIGTERM ends it' 0 sh -c 'kill "$(cat "$1")"; while kill -0 "$(cat "$1")" 2>/dev/null; do
	case $(sed "s/.*) //" "/proc/$(cat "$1")/stat" 2>/dev/null) in ""|Z*) break ;; esac; sleep 0.05; done' sh "$T/sim.pid"
sim_stop

# --- limits --------------------------------------------------------------------------
sim_start --devices 2 --max-varbinds 100
is 'a limit of 100 varbinds' "$(snmpbulkget -v2c -c public -Cn0 -Cr50 "127.1.0.1:$port" "$(oid imgErrorTime)" \
	"$(oid imgErrorUnit)" "$(oid imgErrorCode)" 2>&1 | grep -c =)" 99
is 'at least one repetition' "$(
	# shellcheck disable=SC2046
	snmpbulkget -v2c -c public -Cn0 -Cr5 "127.1.0.1:$port" $(for i in $(seq 110); do
		oid imgErrorTime; done) 2>&1 | grep -c =)" 110
sim_stop
sim_start --devices 2 --max-size 1472
n=$(snmpbulkget -v2c -c public -Cn0 -Cr200 "127.1.0.1:$port" "$(oid imgErrorText)" 2>&1 | grep -c =)
ok 'a limit of 1,472 octets shortens a GETBULK' test "$n" -gt 10 -a "$n" -lt 100
# shellcheck disable=SC2046
like 'and makes a GET tooBig' "$(snmpget -v2c -c public "127.1.0.1:$port" $(for i in $(seq 60); do
	echo "$(oid imgErrorText).$i"; done) 2>&1)" 'tooBig'
sim_stop

# --- what goes wrong ------------------------------------------------------------------
sim_start --devices 20 --quirk not-increasing=1 --quirk nobulk=2 --quirk toobig=3 --quirk bad-types=4 \
	--quirk bad-utf8=5 --quirk wrong-id=6 --quirk restart=7 --quirk no-agent=8 --quirk genErr=9 \
	--quirk wrong-address=10 --quirk wrong-digest=11 --quirk moving=12 --quirk oversize=13 \
	--quirk clone-engine=14-15 --quirk clone-id=16
name=.1.3.6.1.2.1.1.5.0
like 'not-increasing' "$(walk 1 "$(oid imgUnitTable)")" 'OID not increasing'
like 'nobulk: no answer' "$(snmpbulkget -v2c -c public -t 0.3 -r 0 "127.1.0.2:$port" "$(oid imgUnitTable)" 2>&1)" Timeout
like 'nobulk: GETNEXT' "$(snmpwalk -v2c -c public "127.1.0.2:$port" "$(oid imgUnitSymbol)" 2>&1)" DEV
# snmpbulkwalk asks for less until it fits: GET of eleven does not.
# shellcheck disable=SC2046
like 'toobig' "$(snmpget -v2c -c public "127.1.0.3:$port" $(for i in $(seq 11); do
	echo "$(oid imgUnitSymbol).$i"; done) 2>&1)" tooBig
like 'bad-types' "$(snmpget -v2c -c public "127.1.0.4:$port" "$(oid imgUnitSymbol).1" 2>&1)" 'INTEGER: -7'
like 'bad-utf8' "$(snmpget -v2c -c public "127.1.0.5:$port" "$(oid imgErrorText).1" 2>&1)" 'FF FE 1B'
like 'wrong-id' "$(snmpget -v2c -c public -t 0.3 -r 0 "127.1.0.6:$port" $name 2>&1)" Timeout
ok 'restart: sysUpTime goes back' sh -c 'for i in 1 2 3 4 5; do
	snmpget -v2c -c public -Ovt "$1" .1.3.6.1.2.1.1.3.0; done >"$2" && [ "$(snmpget -v2c -c public -Ovt "$1" \
	.1.3.6.1.2.1.1.3.0)" -lt 6000 ] && [ "$(head -1 "$2")" -gt 6000 ]' sh "127.1.0.7:$port" "$T/uptime"
is 'no-agent' "$(walk 8 .1.3 | grep -c =)" 7
like 'genErr' "$(get 9 imgDeviceId)" genError
like 'wrong-address' "$(snmpget -d -v2c -c public "127.1.0.10:$port" $name 2>&1)" \
	"Received .* from UDP: \[127.1.0.31\]:$port"
like 'wrong-digest' "$(get 11 imgStructureDigest)" '"ZZZZ'
walk 12 "$(oid imgUnitTable)" >/dev/null
unlike 'moving' "$(get 12 imgStructureRevision)" '^1$'
is 'oversize' "$(snmpget -v2c -c public -OQv "127.1.0.13:$port" "$(oid imgUnitDescr).1" 2>&1 | tr -d '"\n' | wc -c)" 400
# shellcheck disable=SC2086
is 'clone-engine: the engine of device 1, at two' "$(for i in 14 15; do
	snmpget $v3 -e 0x80001f8805666c656500000001 -Ov "127.1.0.$i:$port" $name; done | tr '\n' ' ')" \
	'"sim-00014" "sim-00015" '
is 'clone-id' "$(get 16 imgDeviceId)" '"sim-00001"'
is 'the rest is healthy' "$(walk 17 .1.3 | grep -c =)" 2737
tell quirk none
is 'and so are all when told' "$(get 9 imgDeviceId)" '"sim-00009"'
tell quirk genErr 17
like 'a quirk can come later' "$(get 17 imgDeviceId)" genError
sim_stop

# --- options --------------------------------------------------------------------------
sim_start --devices 1 --units 30 --software 45 --readings 20 --log 5 --capacity 5 --community other --port "$(free_port)"
v2='-v2c -c other -t 2 -r 2 -On -OQ'
is 'rows as asked' "$(walk 1 "$objects" | grep -c =)" "$((14 + 30 * 17 + 45 * 7 + 20 * 7 + 5 * 12))"
sim_stop
for bad in '--devices 0' '--port 70000' '--quirk odd' '--quirk genErr=5' '--address 10.0.0.1' '--log 7 --capacity 5' \
	'--max-size 100' '--auth-pass short' 'more' '--silent x'; do
	# shellcheck disable=SC2086
	status "'$bad' is refused" 1 "$sim" $bad
done
status '--help' 0 "$sim" --help
done_testing
