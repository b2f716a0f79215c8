#!/bin/sh
# One device floods imgadm-centerd: a quiet one is served all the same, and what
# was dropped of the flood comes again.  A datagram that somebody recorded on the
# wire and sends again stores nothing.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
wirecopy=${top_builddir:?}/tests/fake/wirecopy
lines=128 each=12 quiet=5
rows() { fleet export --csv --what log | grep -c "^\"*$1[\",]"; }

enrol_many 3
center_start --no-poll || exit 99

# Twice as many in flight as a device's line holds.
"${reporter_bin:?}" send --share --devices $lines --window $lines --entries $each --each 1 \
	--timeout-ms 300 --deadline 60 "${center_port:?}" >"$T/flood" 2>"$T/flood.err" &
flood=$!
echo $flood >"$T/flood.pid"
flowing() { [ "$(rows d0)" -gt 0 ]; }
ok 'the flood flows' wait_for 20 flowing
begun=$(date +%s%N)
ok 'a quiet device is acknowledged' reporter --from 1 --entries $quiet --each 1 --deadline 15
took=$((($(date +%s%N) - begun) / 1000000))
ok 'while the flood goes on' [ ! -s "$T/flood" ]	# its last line tells its end
ok 'the flood is acknowledged in the end' wait $flood
rm -f "$T/flood.pid"
diag "the quiet one took $took ms: $(cat "$T/reported"); the flood: $(cat "$T/flood" "$T/flood.err")"
ok 'the quiet one within 5 seconds' [ $took -lt 5000 ]
is 'none of its reports is refused' "$(refused)" 0
is 'each entry of the flood is there' "$(rows d0)" $((lines * each))
is "and of the quiet one's" "$(rows d1)" $quiet
is 'once' "$(fleet export --csv --what log | sort | uniq -d | wc -l)" 0
center_stop
diag "$(tail -1 "$T/centerd.log")"
like 'what was dropped is counted' "$(counted dropped)" '^[1-9]'
is 'nothing was malformed' "$(counted malformed)" 0

center_start --no-poll || exit 99
relay_port=$(free_port)
spawn relay "$wirecopy" relay "$relay_port" "$center_port" "$T/datagram"
ok 'somebody stands on the wire' wait_for 10 grep -q ready "$T/relay.log"
ok 'a report passes' "$reporter_bin" send --from 2 --structure --entries 1 "$relay_port"
stop relay TERM
is 'and is stored' "$(rows d2)" 1
before=$(fleet export --csv --what log | cksum)
is 'the same datagram again is answered' "$("$wirecopy" send "$T/datagram" "$center_port")" answered
is 'and stores nothing' "$(fleet export --csv --what log | cksum)" "$before"
center_stop
diag "$(tail -1 "$T/centerd.log")"
is 'it counts as a repeat' "$(counted repeats)" 1
center_start --no-poll || exit 99
is 'after a restart it is outside the time window' \
	"$("$wirecopy" send "$T/datagram" "$center_port")" not-in-time
center_stop
diag "$(tail -1 "$T/centerd.log")"
is 'is counted so' "$(counted_after 'out of time')" 1
is 'and is no report' "$(counted 'reports stored')" 0
is 'and stores nothing' "$(fleet export --csv --what log | cksum)" "$before"
done_testing
