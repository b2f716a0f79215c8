#!/bin/sh
# A device asks its centre: imgadm-centerd answers IMGADM-CENTER-MIB to real
# tools as the device's user, and imgadm-device ask shows it on the device.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
: "${device:?}" "${v2c:?}" "${v3:?}" "${top_builddir:?}" "${port:=}"
. "$top_srcdir/tests/integration/center-lib.sh"
need snmpset snmpgetnext python3
[ -e "$top_builddir/mibs/IMGADM-CENTER-MIB.txt" ] || skip_all 'no IMGADM-CENTER-MIB.txt'
IMGADM_DB=$T/db
export IMGADM_DB
center_port=$(free_port)

ok 'a device is made' "$device" --state "$T/a.db" demo
agent_start module "$T/a.db" || { ok 'snmpd answers' false; done_testing; exit; }
echo "credential agent $v3 -t 5" >"$T/conf/imgadm.conf"
ok 'it is added' fleet add --credential agent room-214 "udp:127.0.0.1:$port"
ok 'and polled' imgadm-poll --db "$T/db" --rrd-dir "$T/rrd"
ok 'it is enrolled' fleet enrol --address "udp:127.0.0.1:$center_port" -o "$T/a.key" room-214
ok 'a site is, too' fleet enrol --address "udp:127.0.0.1:$center_port" -o "$T/site.key" --site berlin
ok 'the device has the keys' "$device" --state "$T/a.db" centre set --key-file "$T/a.key"

status 'nobody is there yet' 2 "$device" --state "$T/a.db" ask
like 'says so' "$(cat "$T/err")" 'nothing listens there|no answer'
ok 'the centre starts' center_start

# as KEYFILE TOOL OPTION... -- ARGUMENT...: with the master keys of a key file.
as()
{
	as_user=$(sed -n 's/^user //p' "$1") as_auth=$(sed -n 's/^auth SHA-256 //p' "$1")
	as_priv=$(sed -n 's/^priv AES //p' "$1") as_tool=$2
	shift 2
	as_options=
	while [ "$1" != -- ]; do as_options="$as_options $1"; shift; done
	shift
	# shellcheck disable=SC2086 # a word list
	"$as_tool" -v3 -l authPriv -u "$as_user" -a SHA-256 -3m "0x$as_auth" -x AES -3M "0x$as_priv" \
		-m IMGADM-CENTER-MIB -t 5 -r 1 $as_options "127.0.0.1:$center_port" "$@" 2>&1
}
seen() { as "$T/a.key" snmpbulkwalk -Cr50 -OQn -- .1.3.6.1; }

is 'its name' "$(as "$T/a.key" snmpget -OqvU -- imgCenterDeviceName.0)" room-214
is 'its verdict' "$(as "$T/a.key" snmpget -OqvU -- imgCenterVerdict.0)" unknown
like 'when it was heard' "$(as "$T/a.key" snmpget -OqvU -- imgCenterLastContact.0)" "^$(date -u +%Y)-"
is 'all its units' "$(as "$T/a.key" snmpbulkwalk -Cr50 -OqvU -- imgCenterUnitSymbol | wc -l)" \
	"$("$device" --state "$T/a.db" unit list --json | grep -c '"symbol"')"
like 'a walk by GETBULK ends' "$(seen | tail -1)" 'No more variables|= '
is 'one by GETNEXT sees the same' "$(as "$T/a.key" snmpwalk -OQn -- imgCenterObjects | wc -l)" \
	"$(as "$T/a.key" snmpbulkwalk -Cr50 -OQn -- imgCenterObjects | wc -l)"
like 'a SET' "$(as "$T/a.key" snmpset -- imgCenterDeviceName.0 s x)" notWritable
like 'sysUpTime is not here' "$(as "$T/a.key" snmpget -- .1.3.6.1.2.1.1.3.0)" 'No Such Object'

# Others are not to be seen: with them and without, the same octets.
seen >"$T/alone"
"$device" --state "$T/b.db" demo >"$T/out" 2>&1
"$device" --state "$T/b.db" set --model Another >"$T/out" 2>&1
agent_stop
agent_start module "$T/b.db" || ok 'the other answers' false
ok 'another device' fleet add --credential agent lobby-mfp "udp:127.0.0.1:$port"
ok 'is polled' imgadm-poll --db "$T/db" --rrd-dir "$T/rrd" --device lobby-mfp
ok 'enrolled' fleet enrol --address "udp:127.0.0.1:$center_port" -o "$T/b.key" lobby-mfp
same() { seen >"$T/beside"; cmp -s "$T/alone" "$T/beside"; }
other() { [ "$(as "$T/b.key" snmpget -OqvU -- imgCenterDeviceName.0)" = lobby-mfp ]; }
ok 'it is answered' wait_for 20 other
ok 'and the first sees what it saw' wait_for 20 same
unlike 'nothing of it' "$(as "$T/b.key" snmpbulkwalk -Cr50 -- .1.3.6.1)" room-214
unlike "a site's user sees no object" "$(as "$T/site.key" snmpbulkwalk -Cr50 -- .1.3.6.1)" imgCenter
sed 's/^user .*/user nobody/' "$T/a.key" >"$T/nobody.key"
like 'who is unknown is refused' "$(as "$T/nobody.key" snmpget -- imgCenterDeviceName.0)" \
	'Unknown user name'
sed 's/^auth SHA-256 ..../auth SHA-256 0000/' "$T/a.key" >"$T/wrong.key"
like 'so is a wrong key' "$(as "$T/wrong.key" snmpget -- imgCenterDeviceName.0)" \
	'[Aa]uthentication failure'

# On the device.
fleet advise --severity warning --recommendation 'Take the stairs.' room-214 'Moves on Friday.' >"$T/out" 2>&1
advised() { "$device" --state "$T/a.db" ask >"$T/asked" && grep -q 'Moves on Friday' "$T/asked"; }
ok 'the device asks, and is advised' wait_for 20 advised
like 'it shows its name' "$(cat "$T/asked")" '^name +room-214'
like 'the verdict' "$(cat "$T/asked")" '^verdict +unknown'
like 'its units' "$(cat "$T/asked")" '^UNIT +SOFTWARE'
ok 'as JSON' sh -c "'$device' --state '$T/a.db' ask --json >'$T/json'"
is 'which is whole' "$(python3 -c "
import json
j = json.load(open('$T/json'))
print(j['name'], j['verdict'], len(j['units']) > 3, j['advice'][0]['text'], j['advice'][0]['severity'],
	j['orders'][0]['verb'], j['orders'][0]['number'], j['orders_newest'], j['structure_revision'] > 0)
" 2>&1)" 'room-214 unknown True Moves on Friday. warning put 1 1 True'

# With keys that say nothing, or are refused.
"$device" --state "$T/a.db" centre set --site --key-file "$T/site.key" >"$T/out" 2>&1
status "with a site's keys" 2 "$device" --state "$T/a.db" ask
like 'nothing is told' "$(cat "$T/err")" 'tells this user nothing'
chmod 600 "$T/nobody.key"
"$device" --state "$T/a.db" centre set --key-file "$T/nobody.key" >"$T/out" 2>&1
status 'with an unknown user' 2 "$device" --state "$T/a.db" ask
like 'it is said what to do' "$(cat "$T/err")" 'imgadm-fleet enrol'
"$device" --state "$T/a.db" centre remove >"$T/out" 2>&1
status 'without a centre' 1 "$device" --state "$T/a.db" ask
like 'that is said, too' "$(cat "$T/err")" 'no centre is set'
center_stop
agent_stop
done_testing
