#!/bin/sh
# imgadm-poll and devices that do not behave, one bad one between good ones:
# each ends as it should, and the good ones are stored as ever.
# shellcheck disable=SC2154 # what the sourced files set
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/poll-lib.sh"
public='-v2c -c public -t 0.5 -r 1'
poll_how="$public --no-rrd"

# odd QUIRK FIRST SECOND [REASON [OPTION]]: three devices, the second is odd; two polls
odd()
{
	# shellcheck disable=SC2086 # a word list
	sim_start --devices 3 --log 20 --quirk "$1=2" ${5:-}
	rm -f "$T/db"*
	fleet add -f "$T/fleet" >/dev/null
	poll
	is "$1: first poll" "$poll_status $(counts)" "$2"
	if [ -n "${4:-}" ]; then
		like "$1: the reason" "$(cat "$T/complained")" "^imgadm-poll: sim-00002 .*$4.*kept its last values"
	else
		is "$1: no complaint" "$(cat "$T/complained")" ''
	fi
	is "$1: the others are whole" "$(stored log device -- --device sim-00001 | wc -l) \
$(stored log device -- --device sim-00003 | wc -l)" '20 20'
	poll
	is "$1: second poll" "$poll_status $(counts)" "$3"
	sim_stop
}
#   quirk            status, polled unchanged silent failed: first, second
odd not-increasing   '2 3 0 0 1' '2 3 2 0 1' 'OID not increasing in the structure'
odd nobulk           '0 3 0 0 0' '0 3 3 0 0'
is 'nobulk: all of its log' "$(stored log device -- --device sim-00002 | wc -l)" 20
odd toobig           '0 3 0 0 0' '0 3 3 0 0'
is 'toobig: all of its log' "$(stored log device -- --device sim-00002 | wc -l)" 20
odd bad-types        '2 3 0 0 1' '2 3 2 0 1' 'imgDeviceId is no text'
odd bad-utf8         '0 3 0 0 0' '0 3 3 0 0'
# What it said is stored as valid text, and a terminal is safe from it.
ok 'bad-utf8: valid UTF-8 is stored' sh -c 'imgadm-fleet --db "$1" export --json | iconv -f UTF-8 -t UTF-8' sh "$T/db"
unlike 'bad-utf8: no control character is shown' \
	"$(fleet show sim-00002 | tr -d '\n\t' | LC_ALL=C tr -dc '\001-\037\177' | od -An -c)" '.'
odd wrong-id         '2 3 0 1 0' '2 3 2 1 0' 'no answer, 2 tries'
odd restart          '0 3 0 0 0' '0 3 2 0 0'
odd no-agent         '0 3 0 0 0' '0 3 3 0 0'
odd genErr           '0 3 0 0 0' '0 3 3 0 0'
odd wrong-address    '2 3 0 1 0' '2 3 2 1 0' 'no answer, 2 tries'
odd wrong-digest     '2 3 0 0 1' '2 3 2 0 1' 'imgStructureDigest does not agree with its rows'
odd moving           '2 3 0 0 1' '2 3 2 0 1' 'its structure changed each time' \
	'--max-varbinds 40'	# a row an answer: the one that moves is never in the last
odd oversize         '2 3 0 0 1' '2 3 2 0 1' 'imgStructureDigest'
odd clone-id         '0 3 0 0 0' '0 3 3 0 0'
public="-v3 -l authPriv -u sim -a SHA-256 -A simauth-pass -x AES -X simpriv-pass -t 2 -r 2"
poll_how="$public --no-rrd"
odd clone-engine     '0 3 0 0 0' '0 3 3 0 0'

# --- snmpd's limit, SNMPv1 --------------------------------------------------------
poll_how='-v2c -c public -t 2 -r 2 --no-rrd'
sim_start --devices 3 --max-varbinds 100 --log 50
rm -f "$T/db"*
fleet add -f "$T/fleet" >/dev/null
poll
is 'at most 100 varbinds' "$poll_status $(counts) $(said log_entries)" '0 3 0 0 0 150'
poll
is 'steady with two requests' "$(counts) $(said requests)" '3 3 0 0 6'
rm -f "$T/db"*
fleet add -f "$T/fleet" >/dev/null
poll_how='-v1 -c public -t 2 -r 2 --no-rrd'
poll
is 'SNMPv1' "$poll_status $(counts) $(said log_entries)" '0 3 0 0 0 150'
is 'all units' "$(stored units device | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" '12 12 12 '
poll
is 'SNMPv1, steady' "$poll_status $(counts)" '0 3 3 0 0'

# --- lost datagrams -----------------------------------------------------------------
tell loss 20
tell entries 30
poll_how='-v2c -c public -t 0.2 -r 8 --no-rrd'
poll
is 'one datagram in five is lost' "$poll_status $(counts) $(said log_entries)" '0 3 0 0 0 90'
tell loss 0

# --- another machine behind an address ------------------------------------------------
sim_stop
sim_start --devices 2 --log 10
rm -f "$T/db"*
sed -n '1s/^[^ ]*/first/p' "$T/fleet" | fleet add -f - >/dev/null
poll
# shellcheck disable=SC2046 # two numbers
set -- $(sed 's/.*:127\.1\.0\.\([0-9]*\):\([0-9]*\).*/\1 \2/' "$T/fleet" | tail -1)
sim_stop
sim_start --devices 2 --address 127.1.0.2 --port "$port" --log 10
rm -f "$T/db"*
fleet add device "udp:127.1.0.2:$port" >/dev/null
poll
is 'a machine' "$poll_status $(stored devices id)" '0 sim-00001'
sim_stop
sim_start --devices 2 --port "$port" --log 12
poll
is 'another one at its address is read whole' \
	"$poll_status $(stored devices id) $(said log_entries)" '0 sim-00002 12'
is 'and the logs stay apart' \
	"$(stored log id | sort | uniq -c | awk '{ print $2, $1 }' | tr '\n' ' ')" \
	'sim-00001 10 sim-00002 12 '
sim_stop
done_testing
