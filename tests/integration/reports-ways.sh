#!/bin/sh
# The nine ways a device reports, each alone, to a snmptrapd that acknowledges.  What the centre
# wants it says by SET to snmpd with imgadm.so, beside which imgadm-agentd runs.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/reports-lib.sh"
: "${agentd:?}" "${device:?}" "${report_state:?}" "${state:?}" "${top_builddir:?}"

ok "a receiver" receiver_start "udp:127.0.0.1:$(free_port)"
ok "a device" state_make
need snmpset
port=$(free_port)
ok "its snmpd" snmpd_start agent "$port" "createUser admin SHA-256 authpass12 AES privpass12
rwuser admin priv
dlmod imgadm $top_builddir/agent-module/.libs/imgadm.so
imgadmState $state"
# centre_sets NAME TYPE VALUE...: one PDU
centre_sets()
{
	set_pdu=
	while [ $# -gt 0 ]; do
		set_pdu="$set_pdu $(oid "$1").0 $2 $3"
		shift 3
	done
	# shellcheck disable=SC2086 # a word list
	snmpset -v3 -l authPriv -u admin -a SHA-256 -A authpass12 -x AES -X privpass12 -m '' -t 10 \
		"127.0.0.1:$port" $set_pdu
}

# --- C8: structure on connect
settings on-connect=1
reporter_start
ok "connect: the structure is sent at the start" wait_for 30 came "structure connect 0 1/"
reported() { [ "$(shown reported)" != 0 ]; }
ok "... after the answer" wait_for 30 reported
settings

# --- C9: structure on request
forget
ok "the centre asks" centre_sets imgReportRequest i 2 imgReportRequestId u 4711
ok "request: the structure is sent, and echoes the request's number" \
	wait_for 30 came "structure request 4711 "
answered() { [ "$(shown pending)" = 0 ]; }
ok "the request is answered" wait_for 30 answered
# The same id again is the same request: another kind after it shows that nothing came between.
forget
ok "the centre asks again, with the same id" centre_sets imgReportRequest i 2 imgReportRequestId u 4711
ok "and with another" centre_sets imgReportRequestId u 4712 imgReportRequest i 3
ok "a second request is answered" wait_for 30 came "errors request 4712 "
not_ok "the same id twice is one request" came "structure"

# --- C10: structure periodically
forget
settings structure-every=1
ok "periodic: the structure comes by itself" wait_for 30 came "structure periodic 0 "
settings

# --- C11: structure on change
forget
settings on-change=1
"$device" -s "$state" unit set FUS --model FS-8 >/dev/null
ok "change: the structure is sent when it changed" wait_for 30 came "structure change 0 "
settings

# --- C19: the error log on a standing request
forget
error_add E-1 warning
ok "the centre sets an interval" centre_sets imgReportErrorLogInterval u 1
ok "standing: the centre's interval sends the error log" wait_for 30 came "errors standing 0 1/1 [0-9]+ 1$"
ok "the entry is acknowledged" wait_for 30 all_acknowledged
settings

# --- C20: the error log on a single request
error_add E-2 warning
forget
snmpd_stop agent
"$report_state" "$state" request errors 4713	# which agentd sees without snmpd, too
ok "single request: the whole memory is sent" wait_for 30 came "errors request 4713 1/1 [0-9]+ 1 2$"
ok "... and acknowledged" wait_for 30 all_acknowledged

# --- C21: the error log periodically, by the device's own setting
error_add E-3 warning
forget
settings errors-every=1 by=device
ok "periodic: the device's own interval sends the error log" \
	wait_for 30 came "errors periodic 0 1/1 [0-9]+ 3$"
settings

# --- C22: an entry of the set severity at once
ok "all is acknowledged" wait_for 30 all_acknowledged
settings trigger=3
error_add E-4 warning
forget
begun=$(date +%s)
error_add E-5 error
ok "occasion: an entry of weight is sent, and what waited with it" \
	wait_for 30 came "errors occasion 0 1/1 [0-9]+ 4 5$"
diag "it came within $(($(date +%s) - begun)) s"
not_ok "the warning alone was not sent" came "errors .* 4$"
settings

# --- C23: at the accumulated number
ok "all is acknowledged" wait_for 30 all_acknowledged
settings threshold=3
forget
error_add E-6 warning
error_add E-7 warning
error_add E-8 warning
# Two entries fill a part, so a report of fewer than three would have one.
ok "accumulated: the third entry sends all three" \
	wait_for 30 came "errors accumulated 0 1/2 [0-9]+ 6 7$"
ok "... in two parts" wait_for 30 came "errors accumulated 0 2/2 [0-9]+ 8$"
not_ok "not before" came "errors .* 1/1 "
settings

# --- another centre, and none
forget
settings on-connect=1
first=${receiver:?}
ok "another receiver" receiver_start "udp:127.0.0.1:$(free_port)"
"$report_state" "$state" centre "$receiver" "$T/key"
ok "another centre is a connect" wait_for 30 came "structure connect 0 1/"
ok "... and got it itself" grep -q "$(oid imgStructureReport)" "$T/receiver2.log"
"$report_state" "$state" no-centre
settings on-connect=1 trigger=1
forget
error_add E-9 error
"$report_state" "$state" centre "$first" "$T/key"
ok "without a centre nothing was sent, with one everything is" wait_for 30 came "errors occasion 0 "
is "each entry came, in order, and first to last" "$(entries | awk '!seen[$1]++' | tr '\n' ' ')" "1 2 3 4 5 6 7 8 9 "
# snmptrapd takes reports and answers no request, so the device's orders stay unasked.
is "the log is quiet" "$(grep -v ': orders: the centre could not be asked' "$T/reporter.log")" ""
pid=$(cat "$T/reporter.pid")
kill "$pid"
wait "$pid"
is "SIGTERM ends it with 0" $? 0
rm "$T/reporter.pid"
not_ok "and its socket is gone" test -e "$state.wake"
done_testing
