#!/bin/sh
# imgadm-fleet report: what it asks of a real agent, whom it does not ask, and
# each refusal; devices that are not polled; imgadm-poll --soon.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${top_builddir:?}"
need sqlite3
fleet=$top_builddir/manager/imgadm-fleet
poll=$top_builddir/manager/imgadm-poll
IMGADM_DB=$T/fleet.db
IMGADM_RRD_DIR=$T/rrd
export IMGADM_DB IMGADM_RRD_DIR
state=$T/device.db
says() { like "$1: says so" "$(cat "$T/err")" "$2"; }
pending() { sqlite3 "$state" 'SELECT structure_pending, errors_pending, request_id <> 0 FROM report'; }

ok "a device" "$agent_state" make "$state" 5 10
ok "its agent" agent_start module "$state" 'createUser reader SHA-256 readpass12 AES readpriv12
rouser reader priv'
closed=$(free_port)
status "add it" 0 "$fleet" add room-1 "127.0.0.1:${port:?}" --site berlin
status "add one that is silent" 0 "$fleet" add room-2 "127.0.0.1:$closed" --site jena
status "add one that only reports" 0 "$fleet" add --no-poll room-3 --site berlin

# --- the command line ---------------------------------------------------------------
status "whom" 1 "$fleet" report --now
says "whom" 'DEVICE.*--site.*--all'
status "what" 1 "$fleet" report room-1
says "what" '--structure-every'
status "both a device and all" 1 "$fleet" report room-1 --all --now
status "a severity there is not" 1 "$fleet" report room-1 --severity bad
says "a severity there is not" '--severity.*serviceCall'
status "no span" 1 "$fleet" report room-1 --structure-every often
says "no span" '--structure-every'
status "no number" 1 "$fleet" report room-1 --threshold many
status "neither yes nor no" 1 "$fleet" report room-1 --on-change perhaps
status "a request of nothing" 1 "$fleet" report room-1 --now=nothing
status "no such device" 1 "$fleet" report room-11 --now
says "no such device" "room-1"
status "no such site" 1 "$fleet" report --site nowhere --now
status "--help" 0 "$fleet" report --help

# --- refused --------------------------------------------------------------------------
echo 'credential weak -v2c -c public
credential reader -v3 -l authPriv -u reader -a SHA-256 -A readpass12 -x AES -X readpriv12 -t 5
credential wrong -v3 -l authPriv -u admin -a SHA-256 -A wrongpass12 -x AES -X privpass12 -t 5
credential admin -v3 -l authPriv -u admin -a SHA-256 -A authpass12 -x AES -X privpass12 -t 5
assign 127.0.0.0/8 weak' >"$T/conf/imgadm.conf"
status "v2c" 2 "$fleet" report room-1 --now
says "v2c" "room-1: credential 'weak' is not SNMPv3 authPriv"
sed -i 's/^assign.*/assign 127.0.0.0\/8 reader/' "$T/conf/imgadm.conf"
status "a user that may not write" 2 "$fleet" report room-1 --now
says "a user that may not write" 'room-1: (noAccess|authorizationError|notWritable)'
sed -i 's/^assign.*/assign 127.0.0.0\/8 wrong/' "$T/conf/imgadm.conf"
status "a wrong key" 2 "$fleet" report room-1 --now
says "a wrong key" 'room-1: .*user or its keys'
is "nothing was asked of it" "$(pending)" '0|0|0'
sed -i 's/^assign.*/assign 127.0.0.0\/8 admin/' "$T/conf/imgadm.conf"
status "a threshold where there is no centre" 2 "$fleet" report room-1 --threshold 5
says "a threshold where there is no centre" 'inconsistentValue.*centre'
status "a request where there is no centre" 2 "$fleet" report room-1 --now
says "a request where there is no centre" 'room-1: .*no centre to report to \(imgadm-device centre set\)'
is "nor was anything asked of it" "$(pending)" '0|0|0'
ok "a centre is set" centre_set "$state"
status "one that has no address" 2 "$fleet" report room-3 --now
says "one that has no address" 'room-3: it has no address'

# --- done -------------------------------------------------------------------------------
status "settings" 0 "$fleet" report room-1 --structure-every 1d --errors-every 5min \
	--severity error --on-connect no --on-change no --threshold 0
is "the structure's interval" "$(get imgReportStructureInterval.0)" 86400
is "the log's" "$(get imgReportErrorLogInterval.0)" 300
is "the severity" "$(get imgReportSeverityTrigger.0)" error
is "on connect" "$(get imgReportOnConnect.0)" false
is "on change" "$(get imgReportOnChange.0)" false
status "off" 0 "$fleet" report room-1 --structure-every off --severity off --on-change yes
is "no interval" "$(get imgReportStructureInterval.0)" 0
is "no severity" "$(get imgReportSeverityTrigger.0)" off
is "on change again" "$(get imgReportOnChange.0)" true
is "what was not named stays" "$(get imgReportErrorLogInterval.0)" 300
status "now: errors" 0 "$fleet" report room-1 --now=errors
is "errors are asked for" "$(pending)" '0|1|1'
first=$(get imgReportRequestId.0)
status "now" 0 "$fleet" report room-1 --now
is "both are asked for" "$(pending)" '1|1|1'
ok "by another number" test "$first" != "$(get imgReportRequestId.0)"
status "a whole fleet of which one is silent" 2 "$fleet" report --all --now=structure
says "a whole fleet of which one is silent" 'room-2: (no answer|nothing listens there)'
like "and counts" "$(cat "$T/out")" '^2 devices: 1 done, 1 failed$'
status "a site" 0 "$fleet" report --site berlin --now=structure
like "counts too" "$(cat "$T/out")" '^1 device: 1 done, 0 failed$'
status "as CSV" 2 "$fleet" report --all --now --csv
like "tells each" "$(cat "$T/out")" 'room-1,(true|yes|1),'

# --- not polled, and soon -------------------------------------------------------------------
status "a run" 2 "$poll" --no-rrd
like "passes over what only reports" "$(cat "$T/out")" '2 devices|polled 2|2 polled'
status "nothing is marked" 0 "$poll" --no-rrd --soon
is "and nothing is said" "$(cat "$T/out" "$T/err")" ''
sqlite3 "$IMGADM_DB" "INSERT INTO soon SELECT id, 1000 FROM device WHERE name = 'room-1'"
before=$(sqlite3 "$IMGADM_DB" 'SELECT failures FROM live WHERE device = 2')
status "one is marked" 0 "$poll" --no-rrd --soon
is "the mark is gone" "$(sqlite3 "$IMGADM_DB" 'SELECT count(*) FROM soon')" 0
is "the other was not asked" "$(sqlite3 "$IMGADM_DB" 'SELECT failures FROM live WHERE device = 2')" "$before"
status "--soon and --device" 1 "$poll" --soon --device room-1
says "--soon and --device" 'do not go together'
status "--device of one that only reports" 1 "$poll" --no-rrd --device room-3
says "--device of one that only reports" 'room-3: it has no address'
is "is no failure of it" "$(sqlite3 "$IMGADM_DB" 'SELECT failures FROM live WHERE device = 3')" 0
status "show it" 0 "$fleet" show room-3
like "tells that it is not polled" "$(cat "$T/out")" '^polled +no'
status "show it as JSON" 0 "$fleet" show --json room-3
like "tells so too" "$(tr -d ' \n' <"$T/out")" '"polled":false,.*"last_report":null'

# --- new ones ----------------------------------------------------------------------------------
sqlite3 "$IMGADM_DB" "UPDATE device SET is_new = 1 WHERE name = 'room-3'"
status "list" 0 "$fleet" list
like "a new one stands first" "$(sed -n 2p "$T/out")" '^room-3 .*new'
like "with what to do" "$(tail -1 "$T/out")" '1 new \(imgadm-fleet approve room-3\)'
status "approve what is not new" 1 "$fleet" approve room-1
says "approve what is not new" 'not new'
status "approve to a name that is taken" 1 "$fleet" approve room-3 --as room-1
says "approve to a name that is taken" 'room-1.*taken'
status "approve to a wrong address" 1 "$fleet" approve room-3 --address tcp:1.2.3.4
status "approve" 0 "$fleet" approve room-3 --as hall --address 127.0.0.9
is "it is polled now" "$(sqlite3 "$IMGADM_DB" "SELECT polled, is_new, address FROM device WHERE name = 'hall'")" '1|0|127.0.0.9'
status "approve nobody" 1 "$fleet" approve room-3
agent_stop
done_testing
