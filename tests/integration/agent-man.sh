#!/bin/sh
# What the man pages of the module and the daemon and the examples in dist/
# show is what works: pasted, with other paths and ports, and run.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${module:?}" "${top_builddir:?}"
state=$T/device.db
"$agent_state" make "$state" 5 10

# block PAGE WORD: the example of a page that has the word, unformatted
block()
{
	awk -v word="$2" '/^\.Bd -literal/ {on = 1; text = ""; next}
		/^\.Ed/ {if (on && index(text, word)) last = text; on = 0; next}
		on {text = text $0 "\n"}
		END {printf "%s", last}' "$top_srcdir/man/$1"
}
# ours: a configuration with our paths, ports and no network to trust
ours()
{
	sed -e '/^agentAddress/d' -e '/^trap2sink/d' -e '/^#/d' \
		-e 's|192\.0\.2\.0/24|127.0.0.1|' \
		-e "s|[^ ]*/imgadm\.so|$module|" -e "s|[^ ]*/device\.db|$state|" \
		-e "s|unix:/var/agentx/master|unix:$T/agentx.sock|"
}
answers() { [ "$(get imgDeviceId.0)" = lobby-mfp ]; }
by_v3()
{
	snmpget -v3 -l authPriv -u centre -a SHA-256 -A "a long pass phrase" -x AES \
		-X "another pass phrase" -m IMGADM-MIB -OqvU "$(target)" imgDeviceModel.0
}
# try NAME CONF [user]: the configuration as it stands
try()
{
	port=$(free_port)
	like "$1: is there" "$2" 'rocommunity'
	ok "$1: snmpd takes it" snmpd_start agent "$port" "$2"
	case $2 in
	*agentXSocket*)
		spawn agentd "$top_builddir/agent-module/imgadm-agentd" -f \
			--agentx="unix:$T/agentx.sock" --state "$state"
		agent_mode=agentx ;;
	*) agent_mode=module ;;
	esac
	ok "$1: the tables answer" wait_for 20 answers
	[ -z "${3:-}" ] || is "$1: the user may read" "$(by_v3)" C650
	unlike "$1: no line is unknown to snmpd" "$(cat "$T/agent.log")" 'Unknown token|Error:|Warning:'
	agent_stop
}
try "imgadm.so(8)" "$(block imgadm.so.8 rocommunity | ours)" user
try "imgadm-agentd(8)" "$(block imgadm-agentd.8 rocommunity | ours)"
# The SET of imgadm.so(8), pasted.
port=$(free_port) agent_mode=module
snmpd_start agent "$port" "$(block imgadm.so.8 rocommunity | ours | sed 's/^rouser/rwuser/')"
wait_for 20 answers
ok "imgadm.so(8): a centre is set" centre_set "$state"
block imgadm.so.8 snmpset | sed -e 's/\\e$/\\/' -e "s/localhost/$(target)/" >"$T/set"
like "imgadm.so(8): its SET is pasted" "$(cat "$T/set")" imgAdviceText
ok "imgadm.so(8): and done" sh "$T/set"
is "imgadm.so(8): there is the advice" "$(get imgAdviceText.4711)" "The fuser is worn"
agent_stop

try "dist/snmpd-imgadm.conf" "$(ours <"$top_builddir/dist/snmpd-imgadm.conf")" user
try "dist/snmpd-agentx.conf" "$(ours <"$top_builddir/dist/snmpd-agentx.conf")" user
unlike "no variable is left in the examples" "$(cat "$top_builddir/dist/snmpd-imgadm.conf" \
	"$top_builddir/dist/snmpd-agentx.conf" "$top_builddir/dist/imgadm-agentd.service")" '@[a-z]+@'

# The service's command line has options that exist.
sed -n '/^ExecStart=/,/[^\\]$/{s/^ExecStart=[^ ]*//;s/\\$//;p;}' \
	"$top_builddir/dist/imgadm-agentd.service" | tr -s ' \t' '\n\n' | grep '^--' |
	sed 's/=.*//' >"$T/options"
"$top_builddir/agent-module/imgadm-agentd" --help >"$T/help"
is "the service's options exist" "$(grep -c . "$T/options")" \
	"$(while read -r option; do grep -cqe "$option" "$T/help" && echo "$option"; done <"$T/options" | grep -c .)"
done_testing
