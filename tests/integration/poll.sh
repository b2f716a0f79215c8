#!/bin/sh
# imgadm-poll against a real snmpd with the agent in it: what the device says
# is what the store holds, over v2c and v3, as module and as subagent.
# shellcheck disable=SC2154 # what the sourced files set
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/poll-lib.sh"
IMGADM_DEVICE_STATE=$T/device.db
export IMGADM_DEVICE_STATE
dev() { imgadm-device "$@" >/dev/null; }

# --- the first poll -------------------------------------------------------------
dev init --id lobby-1 --manufacturer Acme --model C650 --serial-number 8841 --capacity 10
dev unit set CTL --type controller --model CB-12 --serial-number C1 --banks 2
dev unit set FUS --type fuser --model FU-2 --serial-number F1 --use-unit impressions \
	--life-expected 200000
dev unit set PRINT --type print
dev software set CTL 1 --id ctl-fw --creator acme --version G00-29 --bank-state running
dev reading set FUS temperature 180.4 --scale -1 --unit C
dev error add FUS C-2557 --severity serviceCall --text 'too hot, "again"'
agent_start module "$T/device.db" || exit 99
fleet add lobby "udp:127.0.0.1:$port" --site berlin >/dev/null
poll
is 'a device is polled' "$poll_status $(counts)" '0 1 0 0 0'
is 'its units are stored' "$(stored units symbol type serial_number life_expected)" \
'DEV device 8841 0
CTL controller C1 0
FUS fuser F1 200000
PRINT print  0'
is 'and its software' "$(stored software unit bank id creator version state)" \
	'CTL 1 ctl-fw acme G00-29 running'
is 'and its log' "$(stored log index severity unit unit_serial_number code text)" \
	'1 serviceCall FUS F1 C-2557 too hot, again'
like 'and itself' "$(fleet list --csv)" '^lobby,berlin,C650,,false,,,answered,.*,lobby-1,8841,'
imgadm-graph --rrd-dir "$T/rrd" --flush
ok 'a round robin file is there' test -n "$(find "$T/rrd" -name 'use-300.rrd')"

# --- steady ------------------------------------------------------------------------
poll
is 'a second poll finds nothing new, with two requests' \
	"$poll_status $(counts) $(said requests)" '0 1 1 0 0 2'
dev count FUS 500
dev unit set CTL --oper-state warning
dev reading set FUS temperature 181.1
poll
is 'what moves is no new structure' "$(counts) $(said requests)" '1 1 0 0 2'
is 'and is stored' "$(stored units symbol oper_state use_count | sed -n '2,3p')" \
'CTL warning 0
FUS unknown 500'
like 'readings too' "$(fleet show lobby --json | tr -d ' \n')" '"temperature","value":1811,"scale":-1'

# --- what a person sees ---------------------------------------------------------------
like 'the last line' "$(imgadm-poll --db "$T/db" --no-rrd $public)" \
	'^polled 1, unchanged 1, silent 0, failed 0, requests 2, [0-9]+\.[0-9][0-9] s$'
is '-q: nothing when all is well' "$(imgadm-poll --db "$T/db" --no-rrd -q $public 2>&1)" ''
if command -v script >/dev/null 2>&1; then
	like 'a terminal is shown progress' \
		"$(script -qec "imgadm-poll --db $T/db --no-rrd $public" /dev/null </dev/null | tr '\r' '\n')" \
		'^polled [01] of 1, silent 0, failed 0'
fi
if command -v rrdcached >/dev/null 2>&1 && command -v rrdtool >/dev/null 2>&1; then
	spawn rrdcached rrdcached -g -b "$T" -l "unix:$T/rrdcached.sock" -p "$T/rrdcached.own" -w 3600
	wait_for 20 test -S "$T/rrdcached.sock"
	RRDCACHED_ADDRESS=unix:$T/rrdcached.sock
	export RRDCACHED_ADDRESS
	dev count DEV 7
	# Samples of earlier runs that wait in a journal are no matter of rrdcached's.
	env -u RRDCACHED_ADDRESS imgadm-graph --rrd-dir "$T/rrd" --flush
	rrd=$(find "$T/rrd" -name 'use-300.rrd')
	last=$(env -u RRDCACHED_ADDRESS rrdtool last "$rrd")
	later() { [ "$(date +%s)" -gt "$last" ]; }
	wait_for 10 later
	poll
	is 'rrdcached takes the updates' "$poll_status $(counts) $(said graphs_failed)" '0 1 1 0 0 0'
	is 'and holds them' "$(env -u RRDCACHED_ADDRESS rrdtool last "$rrd")" "$last"
	stop rrdcached	# which writes what it has
	ok 'until it writes them' test "$(env -u RRDCACHED_ADDRESS rrdtool last "$rrd")" -gt "$last"
	poll
	is 'rrdcached that is gone is a failure' "$poll_status" 3
	like 'that is told in one line' "$(cat "$T/complained")" '^imgadm-poll: .*rrdcached'
	unset RRDCACHED_ADDRESS
fi

# --- another structure -----------------------------------------------------------
dev unit set FUS --serial-number F2
poll
is 'another fuser is found' "$poll_status $(counts)" '0 1 0 0 0'
is 'the part that left is remembered' \
	"$(stored unit-history symbol serial_number | grep -c '^FUS F[12]$')" 2
poll
is 'once' "$(counts)" '1 1 0 0'

# --- the log -------------------------------------------------------------------------
for i in 2 3 4; do dev error add PRINT "J-$i" --text "jam $i"; done
poll
is 'new entries come once' "$(said log_entries) $(said log_entries_lost)" '3 0'
i=5
while [ $i -le 29 ]; do dev error add PRINT "J-$i"; i=$((i + 1)); done
poll
is 'what was overwritten is a recorded gap' \
	"$poll_status $(said log_entries) $(said log_entries_lost)" '0 10 15'
is 'between what is there' "$(stored log index lost_to | tr '\n' ' ')" \
	'1  2  3  4  5 19 20  21  22  23  24  25  26  27  28  29  '
dev error clear
dev error add CTL E-1
poll
is 'a cleared memory is read from its oldest' "$(said log_entries) $(said log_entries_lost)" '1 0'
is 'and what was is kept' "$(stored log code | grep -cv '^$')" 15

# --- the agent starts anew ------------------------------------------------------------
agent_stop
poll
is 'a silent device' "$poll_status $(counts)" '2 1 0 1 0'
like 'is said once' "$(cat "$T/complained")" \
	'^imgadm-poll: lobby \(udp:127.0.0.1:[0-9]+\): (no answer|nothing listens).*; kept its last values$'
poll
is 'not each time' "$poll_status $(cat "$T/complained")" '2 '
is 'and keeps its values' "$(stored units symbol | wc -l)" 4
agent_start agentx "$T/device.db" || exit 99
fleet remove lobby >/dev/null
fleet add lobby "udp:127.0.0.1:$port" >/dev/null
poll
is 'the subagent is polled as the module is' \
	"$poll_status $(counts) $(stored units symbol | tr '\n' ' ')" '0 1 0 0 0 DEV CTL PRINT FUS '
poll
is 'and is steady' "$poll_status $(counts)" '0 1 1 0 0'
stop agentd
poll
is 'a device whose subagent ended' "$poll_status $(counts)" '2 1 0 0 1'
like 'is said to need it' "$(cat "$T/complained")" 'imgadm-agentd'
agent_stop

# --- SNMPv3 --------------------------------------------------------------------------------
agent_start module "$T/device.db" || exit 99
fleet remove lobby >/dev/null
cat >"$T/conf/imgadm.conf" <<EOF
credential centre -v3 -l authPriv -u admin -a SHA-256 -A authpass12 -x AES -X privpass12 -t 2 -r 2
credential wrong -v3 -l authPriv -u admin -a SHA-256 -A notthepass -x AES -X privpass12 -t 2 -r 1
assign 127.0.0.0/8 centre
EOF
fleet add lobby "udp:127.0.0.1:$port" >/dev/null
poll_how=--no-rrd
poll
is 'authPriv' "$poll_status $(counts)" '0 1 0 0 0'
poll
is 'needs no discovery the second time' "$poll_status $(counts) $(said requests)" '0 1 1 0 0 2'
agent_stop
agent_start module "$T/device.db" || exit 99
fleet remove lobby >/dev/null
fleet add lobby "udp:127.0.0.1:$port" --credential wrong >/dev/null
poll
is 'a wrong pass phrase fails' "$poll_status $(counts)" '2 1 0 0 1'
like 'and says whose, and where it stands' "$(cat "$T/complained")" \
	"^imgadm-poll: lobby \(udp:127.0.0.1:[0-9]+\): .*user 'admin'.*; kept its last values; see .*imgadm.conf:2$"
agent_stop
done_testing
