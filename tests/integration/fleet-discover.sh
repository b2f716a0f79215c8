#!/bin/sh
# imgadm-fleet discover: against the simulated fleet, and a real snmpd with
# SNMPv3 that refuses a wrong user.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
fleet=${top_builddir:?}/manager/imgadm-fleet
sim=$top_builddir/tests/fake/fleetsim
python3 -c 'import json' 2>/dev/null || skip_all "python3 is not installed"
need "$SNMPD" snmpget
IMGADM_DB=$T/fleet.db
export IMGADM_DB
v2='-v 2c -c public -t 0.5 -r 1'
json() { python3 -c 'import json,sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"; }

mkfifo "$T/ctl"
"$sim" --devices 9 --quirk no-agent=3 --quirk bad-utf8=4 --quirk clone-id=6 <"$T/ctl" \
	>"$T/sim.log" 2>&1 &
echo $! >"$T/sim.pid"
exec 9>"$T/ctl"
wait_for 10 grep -q '^ready ' "$T/sim.log" || { cat "$T/sim.log"; exit 99; }
port=$(sed -n 's/^ready [0-9.]*:\([0-9]*\) .*/\1/p' "$T/sim.log")
# $v2 is a list of words.
# shellcheck disable=SC2086
discover() { "$fleet" discover --port "$port" $v2 "$@"; }

status "discover" 0 discover 127.1.0.0/28
like "what answers is listed" "$(cat "$T/out")" "^udp:127.1.0.1:$port +sim-00001 +yes +C650 +sim-00001 +new"
like "who has no agent, too" "$(cat "$T/out")" "^udp:127.1.0.3:$port +sim-00003 +no +- +- +new"
like "the summary counts" "$(cat "$T/out")" '^14 addresses asked, 9 answered, 9 new \(--add adds them\)'
not_ok "no control character reaches the terminal" grep -qP '[\x00-\x09\x0b-\x1f\x7f]' "$T/out"
status "nothing was added" 0 "$fleet" list
is "the fleet is empty" "$("$fleet" list --json | json 'len(d)')" 0
status "SNMPv1, too" 0 "$fleet" discover --port "$port" -v 1 -c public -t 0.5 127.1.0.3
like "an agent without our objects answers SNMPv1" "$(cat "$T/out")" 'sim-00003 +no '
status "discover --json" 0 discover --json 127.1.0.1
is "--json is whole" "$(json 'd[0]["id"], d[0]["agent"], d[0]["status"], d[0]["model"]' <"$T/out")" \
	"('sim-00001', True, 'new', 'C650')"

status "discover --add" 0 discover --add --site lab 127.1.0.1 127.1.0.2
is "only these were added" "$("$fleet" list --json | json '[(x["device"], x["site"]) for x in d]')" \
	"[('sim-00001', 'lab'), ('sim-00002', 'lab')]"
status "discover --add again" 0 discover --add 127.1.0.0/29
is "what is known is not added again" "$("$fleet" list --json | json 'len(d)')" 6
like "and says whose it is" "$(cat "$T/out")" "^udp:127.1.0.1:$port .* known +sim-00001"
is "hostile sysName makes a plain name" "$("$fleet" export --json --what devices |
	json '[all(c.isalnum() or c in "-._" for c in x["device"]) for x in d].count(False)')" 0

# An id that is known from a poll, at another address.
printf 'credential x -v 2c -c public -t 1\nassign 127.0.0.0/8 x\n' >"$T/conf/imgadm.conf"
ok "poll" "$top_builddir/manager/imgadm-poll" --no-rrd
"$fleet" remove --keep-graphs sim-00006 >/dev/null 2>&1
status "discover by what imgadm.conf assigns" 0 "$fleet" discover --port "$port" 127.1.0.6
like "a known id elsewhere" "$(cat "$T/out")" 'known elsewhere +sim-00001'
status "discover --credential" 0 "$fleet" discover --port "$port" --credential x 127.1.0.1
status "discover with an unknown credential" 1 "$fleet" discover --port "$port" --credential y 127.1.0.1
like "says so" "$(cat "$T/err")" "'y'"
rm "$T/conf/imgadm.conf"

status "too many addresses" 1 discover 10.0.0.0/15
like "says how many may be" "$(cat "$T/err")" '65,?536'
status "too many in all" 1 discover 10.0.0.0/17 10.1.0.0/17 10.2.0.0/17
status "no network" 1 discover
status "a bad network" 1 discover 10.0.0.0/33
status "a bad port" 1 "$fleet" discover --port 70000 127.0.0.1
status "an option of SNMP that is wrong" 1 "$fleet" discover -v 4 127.0.0.1
status "no credential at all" 1 "$fleet" discover --port "$port" 127.1.0.1
exec 9>&-
stop sim

# --- SNMPv3 -----------------------------------------------------------------------
v3port=$(free_port)
if snmpd_start v3 "$v3port" 'createUser centre SHA-256 authentic-pass AES private-pass
rouser centre priv'; then
	status "SNMPv3" 0 "$fleet" discover --port "$v3port" -v 3 -u centre -l authPriv \
		-a SHA-256 -A authentic-pass -x AES -X private-pass 127.0.0.1
	like "a device without our agent" "$(cat "$T/out")" "^udp:127.0.0.1:$v3port .* no .* new"
	status "SNMPv3 with a wrong pass phrase" 0 "$fleet" discover --port "$v3port" -v 3 -u centre \
		-l authPriv -a SHA-256 -A authentic-wrong -x AES -X private-pass 127.0.0.1
	like "something is there, but refuses us" "$(cat "$T/out")" 'refused'
	like "and is counted" "$(cat "$T/out")" '1 refused the credential'
	status "what refuses is not added" 0 "$fleet" discover --add --port "$v3port" -v 3 -u nobody \
		-l noAuthNoPriv 127.0.0.1
	unlike "not added" "$(cat "$T/out")" 'added'
	snmpd_stop v3
else
	ok "snmpd with SNMPv3 starts" false
fi
done_testing
