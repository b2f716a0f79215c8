#!/bin/sh
# A device that is never polled carries out what its centre orders: real
# imgadm-centerd, real imgadm-agentd, and snmpd showing what came of it.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
: "${device:?}" "${port:=}" "${top_builddir:?}"
. "$top_srcdir/tests/integration/center-lib.sh"
need sqlite3 python3
IMGADM_DB=$T/db
export IMGADM_DB
center_port=$(free_port)
d() { "$device" --state "$T/a.db" "$@"; }
centre() { sqlite3 -cmd '.timeout 10000' "$T/db" "$1"; }
state() { sqlite3 -cmd '.timeout 10000' "$T/a.db" "$1"; }
agentd_start()
{
	rm -f "$T/a-agentd.log"
	spawn a-agentd imgadm-agentd -f --no-updates --state "$T/a.db"
}

ok 'a device' d demo --model C650 --seed 4
echo '#!/bin/sh' >"$T/installer"
chmod 755 "$T/installer"
ok 'whose fuser can be updated' d unit set FUS --installer "$T/installer"
agent_start module "$T/a.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'the centre never polls it' fleet add --no-poll room-214
ok 'it is enrolled' fleet enrol --address "udp:127.0.0.1:$center_port" -o "$T/a.key" room-214
ok 'it has its keys' d centre set --key-file "$T/a.key"
ok 'it asks often' d report set --on-connect yes --orders-every 1s --errors-every 1s
ok 'the centre listens' center_start
status 'nothing waits' 0 d ask --orders
like 'that is said' "$(cat "$T/out")" 'no order waits'

# --- by hand ------------------------------------------------------------------------------
ok 'it is advised' fleet advise --severity warning --recommendation 'Take the stairs.' room-214 'Moves on Friday.'
like 'later' "$(cat "$T/out")" 'is told when it asks'
asked() { d ask --orders >"$T/asked" 2>&1 && grep -q 'Moves on Friday' "$T/asked"; }
ok 'it sees the order' wait_for 20 asked
like 'as what it is' "$(cat "$T/asked")" '^ *1 +put +- +Moves on Friday'
is 'as JSON' "$(d ask --orders --json | python3 -c 'import json, sys
for o in json.load(sys.stdin): print(o["order"], o["kind"], o["verb"], o["what"])' 2>&1)" '1 advice put Moves on Friday.'
is 'and did nothing yet' "$(d advice list --json | grep -c Moves)" 0
status 'it is carried out' 0 d ask --orders --apply
like 'and said' "$(cat "$T/out")" '1 about advice, 0 about updates'
like 'it stands' "$(d advice list)" 'Moves on Friday'
like 'which the centre knows' "$(fleet advise --list room-214)" 'Moves on Friday.* stands'
status 'what goes with what' 1 d ask --apply
status 'a command' 0 d ask --orders --apply
like 'again does nothing' "$(cat "$T/out")" '0 about advice, 0 about updates'

# --- by imgadm-agentd ----------------------------------------------------------------------
agentd_start
reported() { fleet list | grep -q 'room-214.*C650'; }
ok 'it reports' wait_for 40 reported
ok 'another advice' fleet advise --severity error --subject FUS --rule r1 room-214 'The fuser is old.'
advised() { walk imgAdviceText | grep -q 'The fuser is old'; }
ok 'is shown by snmpd' wait_for 40 advised
like 'beside the first' "$(walk imgAdviceText)" 'Moves on Friday'
stands() { [ "$(fleet advise --list room-214 | grep -c ' stands')" = 2 ]; }
ok 'the centre knows that both stand' wait_for 40 stands
ok 'the first is withdrawn' fleet advise --remove --rule r1 --subject FUS room-214
gone_there() { ! walk imgAdviceText | grep -q 'The fuser is old'; }
ok 'and goes' wait_for 40 gone_there
forgotten() { [ "$(centre 'SELECT count(*) FROM advice')" = 1 ]; }
ok 'the centre knows that too' wait_for 40 forgotten
is 'how far it is, snmpd says' "$(get imgReportOrders.0)" 3

# --- an update ------------------------------------------------------------------------------
fuser=$(state "SELECT idx FROM unit WHERE symbol = 'FUS'")
serial=$(state "SELECT serial_number FROM unit WHERE symbol = 'FUS'")
# order NUMBER SERIAL VERSION: as imgadm-update writes it down
order()
{
	centre "BEGIN; INSERT INTO update_order (device, number, symbol, unit, serial, bank, software,
		creator, version, seq, uri, size, due, at, ticket, grp, group_size, expires,
		command, state, made, made_by) SELECT id, $1, 'FUS', $fuser, '$2', 0, 'fuser-fw', 'acme',
		'$3', 7, 'tftp://127.0.0.1:1/x', 4711, 1, 0, x'', 0, 0, 600, 2, 1, 0, 'test' FROM device;
		UPDATE advice_order SET newest = $1; COMMIT"
}
order 4 "$serial" 2.0
column() { get "imgUpdate$1.$fuser"; }
wanted() { [ "$(column Order)" = "$1" ]; }
ok 'an update is ordered, and taken' wait_for 40 wanted 4
is 'with its version' "$(column Version)" 2.0
is 'the order is carried out once' "$(state "SELECT request FROM unit_update WHERE unit = $fuser")" 1
taken() { [ "$(centre "SELECT state FROM update_order WHERE number = $1")" = 2 ]; }
ok 'the centre knows' wait_for 40 taken 4
# The same number again: the centre forgot that it was taken, and the device how far it is.
centre 'UPDATE update_order SET state = 1 WHERE number = 4'
state 'UPDATE report SET orders_taken = 0, orders_told = 0'
ok 'fetched again' wait_for 40 taken 4
is 'it does nothing' "$(state "SELECT request FROM unit_update WHERE unit = $fuser")" 1
order 5 another 3.0
ok 'an order for another part' wait_for 40 taken 5
refused() { imgadm-update --json status room-214 | tr -d ' \n' | grep -q '"reason":"wrongUnit"'; }
ok 'is answered: wrongUnit' wait_for 40 refused
is 'and changes nothing' "$(column Version)" 2.0
like 'on the device that is said, too' "$(cat "$T/a-agentd.log")" "order 5 of the centre: FUS has the serial number '$serial', not 'another'"

order 6 "$serial" 4.0
centre "UPDATE update_order SET unit = 99 WHERE number = 6"
ok 'an order for a unit that is not there' wait_for 40 taken 6
refused() { imgadm-update --json status room-214 | tr -d ' \n' | grep -q '"reason":"\(wrongUnit\|busy\)"'; }
ok 'is answered as well' wait_for 40 refused

# --- the centre is restored from an older copy ------------------------------------------------
entries() { fleet export --csv --what log --device room-214 | tail -n +2 | wc -l; }
have=$(d error list --json | grep -c '"code"')
all() { [ "$(entries)" = "$1" ]; }
ok 'the log is there' wait_for 60 all "$have"
centre ".backup $T/old"
for n in 1 2 3; do d error add FUS "X-$n" --severity error >/dev/null; done
ok 'and what comes' wait_for 60 all $((have + 3))
fleet advise room-214 'Lost later.' >"$T/out" 2>&1
lost() { walk imgAdviceText | grep -q 'Lost later'; }
ok 'an advice, too' wait_for 40 lost
center_stop
rm -f "$T/db" "$T/db-wal" "$T/db-shm"
cp "$T/old" "$T/db"
is 'an older copy has less' "$(entries)" "$have"
ok 'the centre listens again' center_start
ok 'what it lost is sent again' wait_for 90 all $((have + 3))
newest() { [ "$(centre 'SELECT newest FROM advice_order')" -ge 7 ]; }
ok 'it goes on behind the numbers that it lost' wait_for 40 newest
fleet advise --rule r2 room-214 'After it.' >"$T/out" 2>&1
after() { walk imgAdviceText | grep -q 'After it'; }
ok 'so that what is ordered then is carried out' wait_for 40 after
unlike 'nothing failed' "$(cat "$T/a-agentd.log")" 'not carried out|told later|damaged'
stop a-agentd
center_stop
agent_stop
done_testing
