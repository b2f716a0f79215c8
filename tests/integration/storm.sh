#!/bin/sh
# Power comes back to a site: 500 devices report their structures at once, and
# as many that are polled say coldStart.  All is stored, nothing twice, and the
# polls come to their end.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
. "$top_srcdir/tests/integration/poll-lib.sh"
: "${poll_status:=}" "${sim:?}" "${center_port:=$(free_port)}"
need snmptrap
devices=500 polled=60 units=12 software=10
now_ms() { echo $(($(date +%s%N) / 1000000)); }
# rows WHAT: of the devices that report, with the header's line gone
rows() { fleet export --csv --what "$1" | grep -E '^"?d[0-9]'; }
storm()
{
	begun=$(now_ms)
	n=1
	while [ $n -le $polled ]; do
		snmptrap -v2c -c public --clientaddr="127.1.0.$n" "127.0.0.1:${center_port:?}" 1 \
			1.3.6.1.6.3.1.1.5.1 2>/dev/null
		n=$((n + 1))
	done &
	traps=$!
	reporter --devices $devices --window $devices --structure --timeout-ms 2000 --deadline 120 "$@"
	storm_status=$?
	wait $traps
	echo "$(cat "$T/reported"); with the traps $(($(now_ms) - begun)) ms" >"$T/figures"
	return $storm_status
}

echo 'assign 127.0.0.0/8 demo
credential demo -v2c -c public -t 2 -r 3' >"$T/conf/imgadm.conf"
sim_start --devices $polled --units 4 --software 2 --log 3 --readings 0
enrol_many $devices
ok 'devices that are polled, too' fleet add -f "$T/fleet"
poll	# by which they are known by their addresses
is 'are known' "$(said polled)" $polled
tell entries 2
center_start || exit 99

ok 'all structures are acknowledged' storm
diag "$(cat "$T/figures")"
is 'and none is refused' "$(refused)" 0
is "each device's units are there, once" "$(rows units | wc -l) $(rows units | sort -u | wc -l)" \
	"$((devices * units)) $((devices * units))"
is 'and its software' "$(rows software | wc -l)" $((devices * software))
is 'of as many devices' "$(rows units | cut -d, -f1 | sort -u | wc -l)" $devices
# Each has two entries since it was polled.
soon_polled() { [ "$(fleet export --csv --what log | grep -c '^"*sim-')" -eq $((polled * 5)) ]; }
ok 'who said coldStart was polled soon' wait_for 60 soon_polled

# The same again, as new reports of the same structures.
before=$(rows units | cksum)
ok 'a second storm' storm --first-id 1000
diag "$(cat "$T/figures")"
is 'is acknowledged' "$(refused)" 0
is 'and stores nothing' "$(rows units | cksum)" "$before"
# The second storm's polls are under way or still to come.
if command -v sqlite3 >/dev/null 2>&1; then
	quiet() { [ "$(sqlite3 "$T/db" 'SELECT count(*) FROM soon')" = 0 ]; }
	ok 'no poll is left waiting' wait_for 60 quiet
	is 'no part of a structure, either' "$(sqlite3 "$T/db" 'SELECT count(*) FROM part')" 0
	is 'the database is sound' "$(sqlite3 "$T/db" 'PRAGMA integrity_check')" ok
fi
polls_end() { poll && [ $poll_status = 0 ]; }	# one at a time
ok 'a poll of all comes to its end' wait_for 60 polls_end
is 'with an answer of each' "$(said polled) $(said silent) $(said failed)" "$polled 0 0"
center_stop
diag "$(tail -1 "$T/centerd.log")"
is 'nothing was malformed' "$(counted malformed)" 0
is 'of no device anything was refused' "$(counted refused)" 0
sim_stop
done_testing
