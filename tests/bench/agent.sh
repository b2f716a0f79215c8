#!/bin/sh
# CPU of snmpd (and of the subagent) for each varbind of a large GETBULK walk,
# twelve columns side by side, beside the same rows in a plain Net-SNMP
# container table in the same snmpd; with 100 and with 10,000 log entries.
# Figures on stdout, one a line; everything else on stderr.
exec 3>&1 1>&2
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
rounds=${ROUNDS:-7}
varbinds=${VARBINDS:-120000}	# of a round, about
columns=12 repetitions=8
bench=${top_builddir:?}/tests/bench
libs=.libs
agent_oid=$(sed -n 's/^#define IMGADM_OIDTXT_imgErrorTime "\(.*\)"/.\1/p' \
	"$top_builddir/mibs/imgadm-mib.h")
plain_oid=$(sed -n 's/^#define PLAIN_OID "\(.*\)"/\1/p' \
	"${top_srcdir:?}/tests/bench/plain_table.h").1.2

for f in snmpd "$bench/walk" "$bench/plain_subagent" \
	"$bench/$libs/plain_table.so" "$top_builddir/agent-module/$libs/imgadm.so"; do
	command -v "$f" >/dev/null 2>&1 || [ -e "$f" ] ||
		{ echo "agent.sh: $f is not there: make check TESTS= builds it"; exit 3; }
done

# cpu PID...: nanoseconds on a processor so far, of all
cpu()
{
	cpu_sum=0
	for cpu_pid; do
		read -r cpu_ns _ <"/proc/$cpu_pid/schedstat"
		cpu_sum=$((cpu_sum + cpu_ns))
	done
	echo "$cpu_sum"
}
# walk_cost OID TIMES PID...: nanoseconds a varbind
walk_cost()
{
	walk_oid=$1 walk_times=$2
	shift 2
	walk_before=$(cpu "$@")
	walk_n=$("$bench/walk" "127.0.0.1:$port" "$columns" "$repetitions" \
		"$walk_times" "$walk_oid") || exit 3
	echo $((($(cpu "$@") - walk_before) / walk_n)) "$walk_n"
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
# compare NAME TIMES "PID..." "PID...": our table and the plain one by turns
compare()
{
	: >"$T/ours"; : >"$T/plain"
	round=0
	while [ "$round" -le "$rounds" ]; do
		# shellcheck disable=SC2086 # lists of process ids
		ours=$(walk_cost "$agent_oid" "$2" $3) || exit 3
		# shellcheck disable=SC2086
		plain=$(walk_cost "$plain_oid" "$2" $4) || exit 3
		[ "${ours#* }" = "${plain#* }" ] ||
			{ echo "agent.sh: $1: $ours and $plain varbinds"; exit 3; }
		# The first round warms up.
		if [ "$round" -gt 0 ]; then
			echo "$ours" >>"$T/ours"; echo "$plain" >>"$T/plain"
		fi
		round=$((round + 1))
	done
	awk -v name="$1" -v a="$(median <"$T/ours")" -v b="$(median <"$T/plain")" \
		'BEGIN {printf "%s %.2f us vs container %.2f ratio %.2f\n", name, a / 1000, b / 1000, b / a}' >&3
}
# measure ENTRIES MODULE-NAME AGENTX-NAME
measure()
{
	entries=$1 times=$((varbinds / (entries * columns)))
	[ "$times" -gt 0 ] || times=1
	state=$T/device$entries.db
	"$top_builddir/tests/integration/agent_state" make "$state" "$entries" "$entries" || exit 3
	PLAIN_ROWS=$entries
	export PLAIN_ROWS

	port=$(free_port)
	snmpd_start "module$entries" "$port" "dontLogTCPWrappersConnects yes
maxGetbulkResponses 1000
dlmod imgadm $top_builddir/agent-module/$libs/imgadm.so
imgadmState $state
dlmod plain_table $bench/$libs/plain_table.so" || exit 3
	pid=$(cat "$T/module$entries.pid")
	compare "agent.$2.varbind" "$times" "$pid" "$pid"
	snmpd_stop "module$entries"

	port=$(free_port)
	snmpd_start "agentx$entries" "$port" "dontLogTCPWrappersConnects yes
maxGetbulkResponses 1000
master agentx
agentXSocket unix:$T/agentx$entries.sock
agentXTimeout 10" || exit 3
	spawn "ours$entries" "$top_builddir/agent-module/imgadm-agentd" -f \
		--agentx="unix:$T/agentx$entries.sock" --state "$state"
	spawn "plain$entries" "$bench/plain_subagent" "unix:$T/agentx$entries.sock"
	for oid in "$agent_oid" "$plain_oid"; do
		wait_for 20 snmpget -v2c -c public "127.0.0.1:$port" "$oid.$entries" ||
			{ echo "agent.sh: $oid does not answer"; exit 3; }
		wait_for 20 "$bench/walk" "127.0.0.1:$port" 1 1 1 "$oid"
	done
	pid=$(cat "$T/agentx$entries.pid")
	compare "agent.$3.varbind" "$times" \
		"$pid $(cat "$T/ours$entries.pid")" "$pid $(cat "$T/plain$entries.pid")"
	stop "ours$entries"
	stop "plain$entries"
	snmpd_stop "agentx$entries"
}
measure 100 module agentx
measure 10000 log10000 agentx.log10000
