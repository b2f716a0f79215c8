#!/bin/sh
# SETs: who may, what is refused, one PDU as one transaction over tables and
# modules, a locked state, kill -9 in each phase; in snmpd and as subagent.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${device:?}" "${module:?}" "${v2c:?}" "${v3:?}" "${agent_conf:?}" "${top_builddir:?}"
need snmpset snmptranslate python3 sqlite3
late=$top_builddir/tests/fake/.libs/late_module.so
[ -e "$late" ] || skip_all "$late is not built"
foreign=.1.3.6.1.4.1.8072.9999.9999.4711.0
state=$T/device.db
# snmpset itself refuses what the MIB does not allow, where it knows the name.
structure_every=$(snmptranslate -m IMGADM-MIB -On IMGADM-MIB::imgReportStructureInterval.0)
advice=$(snmptranslate -m IMGADM-MIB -On IMGADM-MIB::imgAdviceEntry)
weak='-v3 -l authNoPriv -u weak -a SHA-256 -A authpass12'
conf="createUser weak SHA-256 authpass12
rwuser weak auth
rwcommunity private
sysContact nobody
dlmod late_module $late"

# shellcheck disable=SC2086 # word lists
put() { snmpset ${session:-$v3} -m "${mib-IMGADM-MIB}" -t "${patience:-10}" -r 0 -OqvU "$(target)" "$@" 2>&1; }
refused() { refused_name=$1 refused_as=$2; shift 2; like "$refused_name: $refused_as" "$(put "$@")" "Reason: .*($refused_as)|Reason: \($refused_as"; }
d() { "$device" --state "$state" "$@"; }
# All that a SET can change, as one line.
all() { sqlite3 "$state" "SELECT structure_every_s, errors_every_s, threshold, severity_trigger, on_connect, on_change, request_id, structure_pending, errors_pending, acknowledged_generation, acknowledged_index FROM report; SELECT idx, subject, kind, severity, text FROM advice ORDER BY idx; SELECT admin_state FROM unit WHERE idx = 2" | tr '\n' ' '; }
generation() { get imgErrorLogGeneration.0; }
# several PREFIX...: a SET over several tables, in no order
several()
{
	put imgAdviceText.77 s hot imgReportStructureInterval.0 u "$1" imgUnitAdminState.2 i standby \
		imgAdviceRowStatus.77 i createAndGo imgReportOnChange.0 i false imgAdviceKind.77 i trouble \
		imgReportRequestId.0 u "$1" imgReportRequest.0 i both
}
clean()
{
	sqlite3 "$state" "DELETE FROM advice; UPDATE report SET structure_every_s = 5, on_change = 1, request_id = 0, structure_pending = 0, errors_pending = 0, advice_stamp = advice_stamp + 1; UPDATE unit SET admin_state = 1 WHERE idx = 2; UPDATE device SET units_stamp = units_stamp + 1"
}
listen()
{
	# Where imgadm-agentd is the agent, it listens there itself.
	rm -f "$T/woken" "$T/woken.up" "$state.wake"
	spawn listener python3 -c 'import socket,sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
open(sys.argv[2] + ".up", "w")
while s.recv(10): open(sys.argv[2], "w")' "$state.wake" "$T/woken"
	wait_for 20 test -e "$T/woken.up"
}
# Holds the write lock until it is stopped.
lock()
{
	rm -f "$T/locked"
	spawn locker python3 -c 'import sqlite3,sys,time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w")
while True: time.sleep(1)' "$state" "$T/locked"
	wait_for 20 test -e "$T/locked"
}

values()
{
	mode=$1
	refused "$mode: what cannot be written" notWritable imgDeviceModel.0 s x
	refused "$mode: a column that cannot be written" notWritable imgUnitSymbol.2 s x
	refused "$mode: nor at all" notWritable imgReportUnacknowledged.0 u 1
	mib='' refused "$mode: another type" wrongType "$structure_every" i 1
	refused "$mode: a value beyond" wrongValue imgReportSeverityTrigger.0 i 6
	refused "$mode: no truth" wrongValue imgReportOnConnect.0 i 3
	refused "$mode: no such instance" noCreation imgReportStructureInterval.1 u 1
	refused "$mode: no such unit" noCreation imgUnitAdminState.999 i standby
	is "$mode: an interval" "$(put imgReportStructureInterval.0 u 60)" 60
	is "$mode: is read back" "$(get imgReportStructureInterval.0)" 60
	like "$mode: as the centre's" "$(sqlite3 "$state" 'SELECT structure_every_s, structure_by FROM report')" '^60\|2$'
	d centre remove
	refused "$mode: a threshold without a centre" inconsistentValue imgReportErrorLogThreshold.0 u 5
	refused "$mode: a request without a centre" inconsistentValue \
		imgReportRequest.0 i both imgReportRequestId.0 u 6
	centre_set "$state"
	refused "$mode: a request without its number" inconsistentValue imgReportRequest.0 i both
	refused "$mode: a number without a request" inconsistentValue imgReportRequestId.0 u 7
	refused "$mode: request 0" inconsistentValue imgReportRequest.0 i both imgReportRequestId.0 u 0
	like "$mode: nothing was asked by then" "$(all)" '\|0\|0\|0\|0\|0 '
	is "$mode: a request, the number first" "$(put imgReportRequestId.0 u 7 imgReportRequest.0 i structure | head -1)" 7
	is "$mode: reads none" "$(get imgReportRequest.0)" none
	is "$mode: its number" "$(get imgReportRequestId.0)" 7
	is "$mode: and is pending" "$(sqlite3 "$state" 'SELECT structure_pending, structure_request, errors_pending FROM report')" '1|7|0'
	g=$(generation)
	refused "$mode: a generation alone" inconsistentValue imgReportAcknowledgedGeneration.0 u "$g"
	refused "$mode: an index alone" inconsistentValue imgReportAcknowledgedIndex.0 u 3
	refused "$mode: another generation" inconsistentValue imgReportAcknowledgedIndex.0 u 3 \
		imgReportAcknowledgedGeneration.0 u $((g + 1))
	refused "$mode: above the newest" inconsistentValue imgReportAcknowledgedIndex.0 u 1000 \
		imgReportAcknowledgedGeneration.0 u "$g"
	is "$mode: both" "$(put imgReportAcknowledgedIndex.0 u 3 imgReportAcknowledgedGeneration.0 u "$g" | head -1)" 3
	refused "$mode: lower" inconsistentValue imgReportAcknowledgedIndex.0 u 2 \
		imgReportAcknowledgedGeneration.0 u "$g"
	is "$mode: the same again" "$(put imgReportAcknowledgedIndex.0 u 3 imgReportAcknowledgedGeneration.0 u "$g" | head -1)" 3
	is "$mode: as it was" "$(get imgReportAcknowledgedIndex.0)" 3
	sqlite3 "$state" 'UPDATE report SET acknowledged_generation = 0, acknowledged_index = 0'

	is "$mode: an advice" "$(put imgAdviceRowStatus.7 i createAndGo imgAdviceText.7 s 'fuser worn' imgAdviceSubject.7 s FUS imgAdviceSeverity.7 i warning | head -1)" createAndGo
	is "$mode: is active" "$(get imgAdviceRowStatus.7)" active
	is "$mode: its text" "$(get imgAdviceText.7)" 'fuser worn'
	is "$mode: a default" "$(get imgAdviceKind.7)" information
	like "$mode: made now" "$(get imgAdviceCreated.7)" "^$(date +%Y)-"
	refused "$mode: the index is taken" inconsistentValue imgAdviceRowStatus.7 i createAndGo
	refused "$mode: a row does not change" inconsistentValue imgAdviceText.7 s other
	refused "$mode: a column of no row" inconsistentName imgAdviceText.8 s other
	refused "$mode: createAndWait" wrongValue imgAdviceRowStatus.8 i createAndWait
	refused "$mode: notInService" wrongValue imgAdviceRowStatus.7 i notInService
	mib='' refused "$mode: a text too long" wrongLength "$advice.10.8" i 4 \
		"$advice.7.8" s "$(printf '%065d' 0)"
	refused "$mode: no UTF-8" wrongValue imgAdviceRowStatus.8 i createAndGo imgAdviceText.8 x ff
	refused "$mode: no date" wrongValue imgAdviceRowStatus.8 i createAndGo \
		imgAdviceCreated.8 x 07e60d01000000002b0000
	mib='' refused "$mode: a date too short" wrongLength "$advice.10.8" i 4 \
		"$advice.9.8" x 07e60c010000000000
	mib='' refused "$mode: index 0" noCreation "$advice.10.0" i 4
	is "$mode: one row by then" "$(walk imgAdviceRowStatus | wc -l)" 1
	is "$mode: destroy" "$(put imgAdviceRowStatus.7 i destroy)" destroy
	is "$mode: destroy of none" "$(put imgAdviceRowStatus.7 i destroy)" destroy
	like "$mode: no row" "$(get imgAdviceRowStatus.7)" 'No Such Instance'
	is "$mode: a unit put out of service" "$(put imgUnitAdminState.2 i standby)" standby
	is "$mode: is" "$(get imgUnitAdminState.2)" standby
	clean
	ok "$mode: somebody listens" listen
	is "$mode: several tables at once" "$(several 1234 | tail -1)" both
	is "$mode: all of it" "$(all | cut -d' ' -f1-3)" "1234|3600|0|3|1|0|1234|1|1|0|0 77||2|1|hot 2"
	ok "$mode: and agentd is told" wait_for 20 test -e "$T/woken"
	stop listener
	rm -f "$state.wake"
	clean
}

locked()
{
	mode=$1
	before=$(all)
	ok "$mode: somebody holds the lock" lock
	refused "$mode: locked" resourceUnavailable imgReportOnChange.0 i false
	# Beside a SET that is refused without a look at the state: the rest is snmpset's.
	# shellcheck disable=SC2086 # word list
	waited=$(python3 -c 'import subprocess, sys, time
def run(*args):
	t = time.monotonic()
	out = subprocess.run(["snmpset"] + sys.argv[1:] + list(args), stderr=subprocess.STDOUT, stdout=subprocess.PIPE).stdout
	return time.monotonic() - t, out
locked, other = [], []
for _ in range(12):
	t, out = run("imgReportOnChange.0", "i", "false")
	assert b"resourceUnavailable" in out, out
	locked.append(t)
	t, out = run("imgDeviceModel.0", "s", "x")
	assert b"notWritable" in out, out
	other.append(t)
print(int(1000 * (min(locked) - min(other))))' $v3 -m IMGADM-MIB -t 10 -r 0 "$(target)")
	diag "a SET of a locked state is refused after about ${waited:-?} ms"
	ok "$mode: refused within 100 ms" test "${waited:-1000}" -lt 100
	stop locker
	is "$mode: nothing changed" "$(all)" "$before"
	is "$mode: free again" "$(put imgReportOnChange.0 i true)" true
}

# phase NAME VALUE WANTED: the foreign varbind before and after ours
fails()
{
	before=$(all)
	like "$1, behind ours" "$(put imgReportErrorLogInterval.0 u 999 imgUnitAdminState.2 i standby \
		imgAdviceRowStatus.5 i createAndGo "$foreign" i "$2")" "$3"
	is "$1, behind ours: nothing changed" "$(all)" "$before"
	like "$1, before ours" "$(put "$foreign" i "$2" imgReportErrorLogInterval.0 u 999 \
		imgUnitAdminState.2 i standby imgAdviceRowStatus.5 i createAndGo)" "$3"
	is "$1, before ours: nothing changed" "$(all)" "$before"
}

"$agent_state" make "$state" 5 10
ok "a centre is set" centre_set "$state"
is "unit 2 is there" "$(sqlite3 "$state" 'SELECT admin_state FROM unit WHERE idx = 2')" 1

# --- in snmpd
ok "snmpd" agent_start module "$state" "$conf"
session='-v2c -c private'
refused "v2c" authorizationError imgReportStructureInterval.0 u 60
session=$weak
refused "authNoPriv" authorizationError imgReportStructureInterval.0 u 60
refused "authNoPriv, what cannot be written" authorizationError imgDeviceModel.0 s x
session=
is "nothing changed" "$(get imgReportStructureInterval.0)" 86400
values module
locked module
for p in 1:RESERVE1:wrongValue 2:RESERVE2:wrongValue 3:ACTION:commitFailed; do
	fails "a foreign varbind that fails in $(echo "$p" | cut -d: -f2)" "${p%%:*}1" "${p##*:}"
done
like "a read-only sysContact behind ours" "$(put imgReportErrorLogInterval.0 u 999 .1.3.6.1.2.1.1.4.0 s me)" notWritable
is "nothing changed either" "$(get imgReportErrorLogInterval.0)" 3600
for p in 1:RESERVE1 2:RESERVE2 3:ACTION 4:COMMIT; do
	for where in before behind; do
		clean
		before=$(all) patience=2
		case $where in
		before) put "$foreign" i "${p%%:*}2" imgReportErrorLogInterval.0 u 999 imgAdviceRowStatus.5 i createAndGo ;;
		behind) put imgReportErrorLogInterval.0 u 999 imgAdviceRowStatus.5 i createAndGo "$foreign" i "${p%%:*}2" ;;
		esac >/dev/null
		patience=
		ok "kill -9 in ${p##*:} ($where): snmpd is gone" wait_for 20 gone "$(cat "$T/agent.pid")"
		after=$(all)
		# What COMMIT did before the kill is done, whole.
		case $p-$where in
		4:*-behind) is "kill -9 in ${p##*:} ($where): all of it" "$after" \
			"$(echo "$before" | sed 's/|3600|/|999|/; s/ / 5||5|1| /')" ;;
		*) is "kill -9 in ${p##*:} ($where): nothing of it" "$after" "$before" ;;
		esac
		agent_stop
		sqlite3 "$state" 'UPDATE report SET errors_every_s = 3600'
		ok "and starts again" agent_start module "$state" "$conf"
	done
done
clean
agent_stop
ok "a laboratory" agent_start module "$state" "$conf
imgadmAllowWeakSet yes"
session='-v2c -c private'
is "v2c writes there" "$(put imgReportStructureInterval.0 u 61)" 61
session=
agent_stop
clean

# --- as subagent
ok "a subagent that does not trust its master" agent_start agentx "$state" "$conf"
refused "authPriv" notWritable imgReportStructureInterval.0 u 60
agent_stop
agentd_options=--trust-master
ok "one that is told to" agent_start agentx "$state" "$conf"
is "authPriv writes there" "$(put imgReportStructureInterval.0 u 62)" 62
agent_stop
agentd_options=
mkdir -p "$T/conf"
echo 'imgadmTrustMaster yes' >"$T/conf/imgadm-agentd.conf"
agentd_wrap="env SNMPCONFPATH=$T/conf"
ok "one that does" agent_start agentx "$state" "$conf"
values agentx
locked agentx
for p in 1:RESERVE1:wrongValue 2:RESERVE2:wrongValue 3:ACTION:commitFailed; do
	fails "agentx: a foreign varbind that fails in $(echo "$p" | cut -d: -f2)" "${p%%:*}1" "${p##*:}"
done
agent_stop
done_testing
