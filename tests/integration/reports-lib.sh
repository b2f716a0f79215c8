# reports-lib.sh: a device that reports, and a snmptrapd that takes informs; sourced after
# tests/lib.sh.
#
#   receiver_start ADDRESS   a snmptrapd whose only user is the device's, always the same engine
#   receiver_stop [SIG]
#   state_make               a device with units and no error, everything off, in $state, with
#                            $receiver as its centre
#   reporter_start [ARG...]  imgadm-agentd, for $state; ARGs are added
#   reporter_stop [SIG]
#   settings NAME=VALUE...   these, and all other ways of reporting off (report_state.c)
#   error_add CODE [SEVERITY]
#   reports                  what the receiver took, a line an inform:
#                            KIND REASON REQUEST PART/PARTS ID [ENTRY...]
#   entries                  the indices of log entries in the order they came
#   came PATTERN             whether a line of reports begins so
#   forget                   what came so far is not looked at any more
#   shown NAME               report_state show
# shellcheck shell=sh
need snmptrapd
agentd=${top_builddir:?}/agent-module/imgadm-agentd
device=$top_builddir/agent-module/imgadm-device
report_state=$top_builddir/tests/integration/report_state
state=${T:?}/device.db
receivers=0 forgotten=0

oid() { awk -F '\t' -v name="$1" '$1 == name { print "." $2 }' "$top_builddir/mibs/oid-map.txt"; }

hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
auth_key=$(hex) priv_key=$(hex)
printf 'imgadm-key 1\nuser room-214\nauth SHA-256 %s\npriv AES %s\n' "$auth_key" "$priv_key" >"$T/key"
chmod 600 "$T/key"
cat >"$T/receiver.conf" <<EOF
exactEngineID 0x80001f8804746573743a31
createUser room-214 SHA-256 -m 0x$auth_key AES -m 0x$priv_key
authUser log,execute room-214 priv
EOF

receiver_up() { grep -q 'NET-SNMP version' "$T/receiver$receivers.log"; }
# ${receiver_in:-} runs it elsewhere (nsenter).
receiver_start()
{
	receivers=$((receivers + 1))
	receiver=$1
	# shellcheck disable=SC2086 # a word list
	SNMP_PERSISTENT_DIR=$T/receiver-persist spawn "receiver$receivers" ${receiver_in:-} \
		snmptrapd -f -C -c "$T/receiver.conf" -Lo -OQn -m '' "$1"
	wait_for 20 receiver_up || { diag "snmptrapd:"; sed 's/^/# /' "$T/receiver$receivers.log"; return 1; }
}
receiver_stop() { stop "receiver$receivers" "${1:-TERM}"; }

off="structure-every=0 errors-every=0 threshold=0 trigger=5 on-connect=0 on-change=0"
# shellcheck disable=SC2086,SC2120 # a word list; tests give arguments
settings() { "$report_state" "$state" set $off "$@" || diag "settings $*: failed"; }
state_make()
{
	rm -f "$state" "$state"-*
	"$device" -s "$state" init --id lobby-mfp --manufacturer Acme --model C650 >/dev/null &&
	for unit in T1 T2 FIN FUS; do
		"$device" -s "$state" unit set $unit --model "$unit-1" >/dev/null || return 1
	done &&
	settings on-connect=0 &&
	"$report_state" "$state" centre "${receiver:?}" "$T/key"
}
error_add() { "$device" -s "$state" error add T1 "$1" --severity "${2:-error}" >/dev/null; }
shown() { "$report_state" "$state" show | sed -n "s/^$1=//p"; }

# ${reporter_in:-} runs it elsewhere or under a tool.
# shellcheck disable=SC2086 # a word list
reporter_start() { spawn reporter ${reporter_in:-} "$agentd" -f --state "$state" "$@"; }
reporter_stop() { stop reporter "${1:-TERM}"; }

received()
{
	cat "$T"/receiver[0-9].log "$T"/receiver[0-9][0-9].log 2>/dev/null | awk -F '\t' \
		-v structure="$(oid imgStructureReport)" -v errors="$(oid imgErrorReport)" \
		-v id="$(oid imgReportId).0" -v reason="$(oid imgReportReason).0" \
		-v part="$(oid imgReportPart).0" -v parts="$(oid imgReportParts).0" \
		-v request="$(oid imgReportRequestId).0" -v code="$(oid imgErrorCode)." '
	BEGIN { split("connect request standing periodic change occasion accumulated", why, " ") }
	/^\.1\.3\.6\.1\.2\.1\.1\.3\.0 = / {
		kind = "?"; rows = ""; split("", v)
		for (i = 1; i <= NF; i++) {
			n = substr($i, 1, index($i, " = ") - 1)
			v[n] = substr($i, length(n) + 4)
			if (index(n, code) == 1)
				rows = rows " " substr(n, length(code) + 1)
		}
		if (v[".1.3.6.1.6.3.1.1.4.1.0"] == structure) kind = "structure"
		if (v[".1.3.6.1.6.3.1.1.4.1.0"] == errors) kind = "errors"
		print kind, why[v[reason]], v[request], v[part] "/" v[parts], v[id] rows
	}'
}
reports() { received | tail -n +$((forgotten + 1)); }
entries() { received | awk '$1 == "errors" { for (i = 6; i <= NF; i++) print $i }'; }
came() { reports | grep -Eq "^$1"; }
forget() { forgotten=$(received | wc -l); }
all_acknowledged() { [ "$(shown unacknowledged)" = 0 ]; }
silent() { grep -q 'does not take reports' "$T/reporter.log"; }
