#!/bin/sh
# Advice goes to a real snmpd over SNMPv3 authPriv: written once, written again
# nothing, renewed, removed; another manager's row stays.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
: "${device:?}" "${v2c:?}" "${v3:?}" "${top_builddir:?}" "${port:=}"
need snmpset sqlite3
fleet=$top_builddir/manager/imgadm-fleet
IMGADM_DB=$T/db
SNMPCONFPATH=$T/conf
export IMGADM_DB
state=$T/device.db
ok 'a device is made' "$device" --state "$state" demo
agent_start module "$state" || { ok 'snmpd answers' false; done_testing; exit; }

cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 5 -r 1
credential weak $v2c
credential plain -v3 -l authNoPriv -u admin -a SHA-256 -A authpass12
credential wrong -v3 -l authPriv -u admin -a SHA-256 -A authpass99 -x AES -X privpass12
END
ok 'it is added' "$fleet" add --credential centre room-214 "udp:127.0.0.1:$port"

col() { walk "imgAdvice$1" -OqvU | grep -v 'No Such'; }
# SETs that snmpd took, as it counts them (SNMPv2-MIB, snmpInTotalSetVars).
sets() { get .1.3.6.1.2.1.11.14.0; }
symbol=$("$device" --state "$state" unit list --json | sed -n 's/.*"symbol": *"\([^"]*\)".*/\1/p' | sed -n 2p)

ok 'advice is written' "$fleet" advise --subject "$symbol" --severity error \
	--recommendation 'Replace it.' room-214 'The unit is worn out.'
is 'the text stands on the device' "$(col Text)" 'The unit is worn out.'
is 'with its subject' "$(col Subject)" "$symbol"
is 'its severity' "$(col Severity)" error
is 'its kind' "$(col Kind)" information
is 'its recommendation' "$(col Recommendation)" 'Replace it.'
like 'and when it was made' "$(col Created)" "^$(date -u +%Y)-"
like 'the list says that it stands' "$("$fleet" advise --list room-214)" \
	'The unit is worn out.*stands'
like 'as JSON, too' "$("$fleet" advise --list --json room-214)" '"state": ?"stands"'

before=$(sets)
ok 'the same again' "$fleet" advise --subject "$symbol" --severity error \
	--recommendation 'Replace it.' room-214 'The unit is worn out.'
is 'writes nothing' "$(sets)" "$before"
ok 'without a text, what waits is written' "$fleet" advise room-214
is 'that was nothing' "$(sets)" "$before"
first=$(walk imgAdviceText -Oqs)

ok "another manager's row" snmpset $v3 -m IMGADM-MIB -t 5 "$(target)" \
	imgAdviceKind.4711 i information imgAdviceSeverity.4711 i information \
	imgAdviceText.4711 s "of another" imgAdviceRowStatus.4711 i createAndGo
ok 'another text' "$fleet" advise --subject "$symbol" --severity error \
	--recommendation 'Replace it.' room-214 'The unit is worn out: 2 % left.'
is 'takes the place of the one before' "$(col Text | sort | tr '\n' ' ')" \
	'The unit is worn out: 2 % left. of another '
unlike 'in a row of its own' "$(walk imgAdviceText -Oqs)" "^${first%% *} "
ok 'one about the device' "$fleet" advise --rule r-1 room-214 'Call 123.'
is 'stands beside it' "$(col Text | wc -l)" 3
ok 'and is removed' "$fleet" advise --remove --rule r-1 room-214
is 'it alone' "$(col Text | sort | tr '\n' ' ')" \
	'The unit is worn out: 2 % left. of another '

# Someone took it away on the device.
index=$(walk imgAdviceText -Oqs | sed -n 's/^imgAdviceText\.\([0-9]*\) .*worn.*/\1/p')
snmpset $v3 -m IMGADM-MIB -t 5 "$(target)" "imgAdviceRowStatus.$index" i destroy >"$T/out" 2>&1
ok 'what went comes again' "$fleet" advise room-214
is 'it stands' "$(col Text | wc -l)" 2

# The index is taken by another's row.
"$fleet" advise --rule r-2 room-214 'Second.' >"$T/out" 2>&1
snmpset $v3 -m IMGADM-MIB -t 5 "$(target)" \
	"imgAdviceRowStatus.$(walk imgAdviceText -Oqs | sed -n 's/^imgAdviceText\.\([0-9]*\) .*Second.*/\1/p')" \
	i destroy >"$T/out" 2>&1
sqlite3 "$T/db" "UPDATE advice SET idx = 4711 WHERE rule = 'r-2'"
ok 'an index that is taken' "$fleet" advise room-214
is 'is another then' "$(col Text | sort | tr '\n' ' ')" \
	'Second. The unit is worn out: 2 % left. of another '

# A hundred rows: the walk goes on, and no more stand than the table has.
n=0
while [ $n -lt 70 ]; do
	n=$((n + 1))
	printf "INSERT INTO advice VALUES ((SELECT id FROM device), %d, 1, 2, 1, '', 'x%d', 'text %d', '', 0, %d, 1, 0, 0);\n" \
		$((n + 10000)) $n $n $((n + 1000))
done | sqlite3 "$T/db"
status 'more than there is room for' 0 "$fleet" advise room-214
like 'is said' "$(cat "$T/err")" 'left out: its table of advice is full'
is 'the table is full' "$(col Text | wc -l)" 64
like 'the heavier one is there' "$(col Text)" 'worn out'
like "and the other manager's" "$(col Text)" 'of another'
before=$(sets)
status 'once more' 0 "$fleet" advise room-214
is 'nothing is pushed out' "$(sets)" "$before"
sqlite3 "$T/db" "UPDATE advice SET wanted = 0, done = 0 WHERE rule LIKE 'x%'"
ok 'all of it goes' "$fleet" advise --all
is 'but what is wanted' "$(col Text | wc -l)" 3

# What cannot be.
ok 'it is polled, so its units are known' "$top_builddir/manager/imgadm-poll" --device room-214 \
	--rrd-dir "$T/rrd"
status 'no such unit' 1 "$fleet" advise --subject nonsense room-214 text
like 'says so' "$(cat "$T/err")" "has no unit 'nonsense'"
status 'no such device' 1 "$fleet" advise room-215 text
like 'the nearest is named' "$(cat "$T/err")" "did you mean 'room-214'"
status 'no text' 1 "$fleet" advise --severity error room-214
status 'no device' 1 "$fleet" advise
status 'a severity that is none' 1 "$fleet" advise --severity heavy room-214 text
status 'a kind that is none' 1 "$fleet" advise --kind heavy room-214 text
status 'a text that is too long' 1 "$fleet" advise room-214 "$(printf '%0300d' 0)"
status 'all and one' 1 "$fleet" advise --all room-214
status 'nothing to remove' 1 "$fleet" advise --remove --rule none room-214

# SNMPv3 authPriv and nothing less.
ok 'a second name' "$fleet" add --credential weak weak "udp:127.0.0.1:$port"
for c in weak plain wrong; do
	sqlite3 "$T/db" "UPDATE device SET credential = '$c' WHERE name = 'weak'"
	status "credential $c" 2 "$fleet" advise weak "by $c"
	like 'it is kept as an order' "$(cat "$T/err")" 'kept as an order'
done
unlike 'nothing of it was written' "$(col Text)" 'by (weak|plain|wrong)'

# Nobody answers.
ok 'a third' "$fleet" add --credential centre gone "udp:127.0.0.1:$(free_port)"
status 'a device that does not answer' 2 "$fleet" advise gone 'Are you there?'
like 'is told later' "$("$fleet" advise --list gone)" 'Are you there.*waiting'
ok 'one that only reports' "$fleet" add --no-poll quiet
status 'is told when it asks' 0 "$fleet" advise quiet 'Hello.'
like 'and that is said' "$(cat "$T/out")" 'told when it asks'
agent_stop
done_testing
