# center-lib.sh: imgadm-centerd under test, sourced after tests/lib.sh.
#
#   center_start OPTION...  imgadm-centerd on $center_db ($T/db) and $T/rrd at
#                           127.0.0.1:$center_port (chosen the first time); its messages
#                           in $T/centerd.log; $center_wrap runs it
#   center_stop             by SIGTERM: its last line tells the counts
#   center_kill             with SIGKILL
#   counted WORDS           the number before these words in its last line
#   enrol_one DEVICE ADDRESS USER PASSPHRASE
#   reporter OPTION...      tests/fake/reporter send ... to it; output in $T/reported
#   informs                 how many were acknowledged
#   v3 TOOL OPTION... --    a tool of net-snmp's as user $user with pass phrase $pass
#   logged DEVICE           its log entries as "GENERATION INDEX" lines
# shellcheck shell=sh
reporter_bin=${top_builddir:?}/tests/fake/reporter
: "${user:=me}" "${pass:=maplesyrup}" "${center_db:=$T/db}"
center_start()
{
	: "${center_port:=$(free_port)}"
	rm -f "$T/centerd.log"	# or the line of the one before is taken for this one's
	# shellcheck disable=SC2086 # ${center_wrap} is a word list
	spawn centerd ${center_wrap:-} imgadm-centerd --db "$center_db" --rrd-dir "$T/rrd" \
		--listen "udp:127.0.0.1:$center_port" "$@"
	wait_for "${center_deadline:-20}" grep -q 'ready; engine boots' "$T/centerd.log" || {
		diag "imgadm-centerd does not start:"; sed 's/^/# /' "$T/centerd.log"; return 1; }
}
center_stop() { stop centerd TERM; }
center_kill() { stop centerd KILL; }
counted() { tail -1 "$T/centerd.log" | sed -n "s/.*[ ;:]\([0-9][0-9]*\) $1.*/\1/p"; }
counted_after() { tail -1 "$T/centerd.log" | sed -n "s/.*$1 \([0-9][0-9]*\).*/\1/p"; }
enrol_one() { "$reporter_bin" enrol-one "$center_db" "$@"; }
enrol_many() { "$reporter_bin" enrol "$center_db" "$1"; }
reporter()
{
	reporter_status=0
	"$reporter_bin" send "$@" "$center_port" >"$T/reported" 2>"$T/reporter.err" || reporter_status=$?
	return $reporter_status
}
informs() { sed -n 's/^informs \([0-9]*\) .*/\1/p' "$T/reported"; }
refused() { sed -n 's/^informs [0-9]* refused \([0-9]*\) .*/\1/p' "$T/reported"; }
# v3 snmpinform [OPTION...] -- ARGUMENT...
v3()
{
	v3_tool=$1
	shift
	v3_options=
	while [ "$1" != -- ]; do
		v3_options="$v3_options $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # ${v3_options} is a word list
	"$v3_tool" -v3 -l authPriv -u "$user" -a SHA-256 -A "$pass" -x AES -X "$pass" -t 3 -r 1 \
		$v3_options "127.0.0.1:$center_port" "$@"
}
fleet() { imgadm-fleet --db "$center_db" "$@"; }
