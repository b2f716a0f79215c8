# agent-lib.sh: the agent under test, sourced after tests/lib.sh.
#
#   agent_start MODE STATE [CONF]  snmpd with imgadm.so (module), or with
#                      imgadm-agentd as subagent (agentx), run by $agentd_wrap and
#                      with $agentd_options; $port is snmpd's port, CONF is added
#                      to its configuration
#   agent_stop
#   agent_log          what the agent logged
#   get, ticks, walk, table   snmpget, snmpbulkwalk, snmptable of $port with IMGADM-MIB
#   centre_set STATE     a centre to report to, at which nobody listens
# shellcheck shell=sh
need snmpget snmpbulkwalk
module=${top_builddir:?}/agent-module/.libs/imgadm.so
agent_state=$top_builddir/tests/integration/agent_state
device=$top_builddir/agent-module/imgadm-device
[ -e "$module" ] || skip_all "$module is not built"
[ -e "$top_builddir/mibs/ietf/SNMPv2-SMI" ] || [ -e "$top_builddir/mibs/ietf/SNMPv2-SMI.mib" ] ||
	[ -e "$top_builddir/mibs/ietf/SNMPv2-SMI.txt" ] ||
	skip_all "no IETF MIB modules in $top_builddir/mibs/ietf: mibs/fetch-ietf.sh gets them"
v2c='-v2c -c public'
v3='-v3 -l authPriv -u admin -a SHA-256 -A authpass12 -x AES -X privpass12'
target() { echo "127.0.0.1:$port"; }
# shellcheck disable=SC2086 # word lists
get() { snmpget $v2c -m IMGADM-MIB -t 5 -OqvU "$(target)" "$@" 2>&1; }
# ticks NAME: the number of a TimeTicks
# shellcheck disable=SC2086
ticks() { snmpget $v2c -m IMGADM-MIB -t 5 -Oqvt "$(target)" "$1" 2>&1; }
# shellcheck disable=SC2086
walk() { snmpbulkwalk ${session:-$v2c} -m IMGADM-MIB -t 5 "$(target)" "$@" 2>&1; }
# shellcheck disable=SC2086
table() { snmptable $v2c -m IMGADM-MIB -t 5 -CH -Cf '|' "$@" 2>&1; }
agent_conf="dontLogTCPWrappersConnects yes
maxGetbulkResponses 1000
createUser admin SHA-256 authpass12 AES privpass12
rwuser admin priv
agentXTimeout 10"
agent_start()
{
	agent_mode=$1
	port=$(free_port)
	case $1 in
	module)
		snmpd_start agent "$port" "$agent_conf
dlmod imgadm $module
imgadmState $2
${3:-}" || return 1 ;;
	agentx)
		snmpd_start agent "$port" "$agent_conf
master agentx
agentXSocket unix:$T/agentx.sock
${3:-}" || return 1
		# shellcheck disable=SC2086 # word lists
		spawn agentd ${agentd_wrap:-} "$top_builddir/agent-module/imgadm-agentd" \
			-f --agentx="unix:$T/agentx.sock" --state "$2" ${agentd_options:-} ;;
	esac
	# entLastChangeTime is there whatever the state.
	wait_for 30 entity_answers || { diag "no answer from the $1"; agent_log | sed 's/^/# /'; return 1; }
}
entity_answers() { ticks .1.3.6.1.2.1.47.1.4.1.0 | grep -Eq '^[0-9]'; }
centre_set()
{
	hex=$(printf '%064d' 7)
	printf 'imgadm-key 1\nuser me\nauth SHA-256 %s\npriv AES %s\ncentre udp:127.0.0.1:9\n' \
		"$hex" "$hex" >"$T/key"
	chmod 0600 "$T/key"
	"$device" --state "$1" centre set --key-file "$T/key"
}
agent_stop() { stop agentd; stop agent; }
agent_log()
{
	case $agent_mode in
	module) grep '^imgadm: ' "$T/agent.log" ;;
	agentx) cat "$T/agentd.log" ;;
	esac
}
