#!/bin/sh
# imgadm-centerd killed with -9 at random while devices report: what was
# acknowledged is there, nothing twice, and reports flow at once after each start.
# CENTER_KILLS says how often (6); 200 is the measure for a release.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
need snmpinform
kills=${CENTER_KILLS:-6}
devices=8
entries=$((kills * 60 + 100))
[ $entries -le 4096 ] || entries=4096
enrol_many $devices
enrol_one room '' me maplesyrup
center_start --no-poll || exit 99
boots=$(imgadm-centerd --db "$T/db" --engine show | sed -n 's/^boots *//p')
# One entry a report, eight in flight: some hundred acknowledgements a second.
"${reporter_bin:?}" send --devices $devices --structure --entries "$entries" --each 1 --timeout-ms 300 \
	--deadline $((kills * 10 + 120)) "${center_port:?}" >"$T/reported" 2>"$T/reporter.err" &
sender=$!
echo $sender >"$T/sender.pid"
killed=0 stuck=0 slowest=0
while [ $killed -lt "$kills" ] && kill -0 $sender 2>/dev/null; do
	# Anywhere: in its first commit, or after some hundred.
	sleep "0.$(($(od -An -N2 -tu2 /dev/urandom) % 60 + 10))"
	center_kill
	killed=$((killed + 1))
	center_start --no-poll || exit 99
	begun=$(date +%s%N)
	v3 snmpinform -r 9 -t 0.5 -- 100 1.3.6.1.6.3.1.1.5.1 >/dev/null 2>&1 || stuck=$((stuck + 1))
	took=$((($(date +%s%N) - begun) / 1000000))
	[ $took -le $slowest ] || slowest=$took
done
diag "$killed kills; the slowest first acknowledgement after a start took $slowest ms"
is 'killed as often as wanted' $killed "$kills"
is 'after each start a report was acknowledged' $stuck 0
ok 'all reports were acknowledged in the end' wait "$sender"
rm -f "$T/sender.pid"
diag "$(cat "$T/reported" "$T/reporter.err")"
is 'the boots rose each time' \
	"$(imgadm-centerd --db "$T/db" --engine show | sed -n 's/^boots *//p')" $((boots + killed))
center_stop
fleet export --csv --what log >"$T/log.csv"
rows=$(($(wc -l <"$T/log.csv") - 1))
is 'each log entry is there' $rows $((devices * entries))
is 'once' "$(sort "$T/log.csv" | uniq -d | wc -l)" 0
n=0
while [ $n -lt $devices ]; do
	is "the log of d$n has no gap" \
		"$(fleet log "d$n" --json --limit 5000 | grep -o '"index": *[0-9]*' | sort -u | wc -l)" "$entries"
	n=$((n + 1))
done
like 'each device has its structure' "$(fleet export --csv --what units | grep -c '^"*d[0-7]')" "^$((devices * 12))\$"
if command -v sqlite3 >/dev/null 2>&1; then
	is 'the database is sound' "$(sqlite3 "$T/db" 'PRAGMA integrity_check')" ok
fi
done_testing
