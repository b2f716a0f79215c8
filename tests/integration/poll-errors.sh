#!/bin/sh
# imgadm-poll when something is wrong: one clear line each, the right exit
# status, nothing lost.
# shellcheck disable=SC2154 # what the sourced files set
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/poll-lib.sh"
conf=$T/conf/imgadm.conf
lines() { wc -l <"$T/complained" | tr -d ' '; }

# --- options and configuration -------------------------------------------------------
status 'a wrong option' 1 imgadm-poll --db "$T/db" --intervall 5
like 'is named, with the right one' "$(cat "$T/err")" "^imgadm-poll: .*--intervall.*--interval"
status 'a wrong value' 1 imgadm-poll --db "$T/db" --window 0
like 'says what is wanted' "$(cat "$T/err")" '^imgadm-poll: option --window: '
status 'a wrong value' 1 imgadm-poll --db "$T/db" --silent-window 0
like 'says of which option' "$(cat "$T/err")" '^imgadm-poll: option --silent-window: '
status 'an argument too many' 1 imgadm-poll --db "$T/db" lobby
status 'a wrong SNMP option' 1 imgadm-poll --db "$T/db" -v 4
like 'says what is wanted' "$(cat "$T/err")" '^imgadm-poll: .*-v.*1, 2c or 3'
printf 'credential centre -v2c -c public\nassing 10.0.0.0/8 centre\n' >"$conf"
status 'a wrong directive' 1 imgadm-poll --db "$T/db"
like 'is told with file and line' "$(cat "$T/err")" "^imgadm-poll: .*imgadm.conf:2: .*assing"
not_ok 'and nothing was made' test -e "$T/db"
printf 'credential centre -v3 -u x -l authPriv -A short\n' >"$conf"
status 'a short pass phrase' 1 imgadm-poll --db "$T/db"
like 'is told with its place, without the phrase' "$(cat "$T/err")" "^imgadm-poll: .*imgadm.conf:1: "
unlike 'without the phrase' "$(cat "$T/err")" 'short[^a-z ]'
rm -f "$conf"
for option in db rrd-dir device interval window silent-window no-rrd json quiet log; do
	like "--$option is in --help" "$(imgadm-poll --help)" "[-][-]$option"
done
ok '--version' imgadm-poll --version
ok 'imgadm poll is imgadm-poll' imgadm poll --version
like 'imgadm help lists it' "$(imgadm help)" '^  poll +centre'
status 'a command that is not there' 1 imgadm pol
like 'has a nearest one' "$(cat "$T/err")" "no command 'pol'; did you mean 'poll'\?"
status 'imgadm alone' 1 imgadm
status 'imgadm with a path' 1 imgadm ../sh

# --- names -----------------------------------------------------------------------------
sim_start --devices 4 --log 20
fleet add -f "$T/fleet" >/dev/null
status 'a device that is not there' 1 imgadm-poll --db "$T/db" --no-rrd --device nobody
like 'is named' "$(cat "$T/err")" '^imgadm-poll: .*nobody'
poll --device sim-00002
is 'one device' "$poll_status $(counts)" '0 1 0 0 0'
fleet add by-name "localhost:$port" >/dev/null
fleet add nowhere "no-such-host.invalid:161" >/dev/null
poll_how='-v2c -c public -t 0.3 -r 0'
poll
is 'an unknown host holds up nobody' \
	"$poll_status $(said polled) $(said failed)" '2 6 1'
like 'it is told' "$(grep nowhere "$T/complained")" \
	'^imgadm-poll: nowhere \(no-such-host.invalid:161\): .*; kept its last values$'
like 'a known one is asked by its numbers' "$(grep by-name "$T/complained")" \
	'^imgadm-poll: by-name \(udp6?:(127.0.0.1|\[::1\]):[0-9]+\): '
fleet remove nowhere by-name >/dev/null
echo 'credential nobody -v2c -c public' >"$conf"
fleet add bad-credential "udp:127.1.0.1:$port" --credential nobody >/dev/null
rm -f "$conf"
poll_how=--no-rrd
poll --device bad-credential
is 'a credential that is not there' "$poll_status $(counts)" '2 1 0 0 1'
like 'is named' "$(cat "$T/complained")" "^imgadm-poll: bad-credential .*'?nobody"
fleet remove bad-credential >/dev/null
poll_how='-v2c -c wrong -t 0.2 -r 0'
poll --device sim-00001
is 'a wrong community is silence' "$poll_status $(counts)" '2 1 0 1 0'
poll --device sim-00001
like 'told each time to who asks for it by name' "$(cat "$T/complained")" '^imgadm-poll: sim-00001 .*no answer'
poll_how=$public
poll
is 'all is well again' "$poll_status $(said polled) $(said silent) $(said failed)" '0 4 0 0'

# --- one run at a time, and its end -------------------------------------------------------
sim_stop
sim_start --devices 60 --latency 200 --log 20
rm -f "$T/db"*
fleet add -f "$T/fleet" >/dev/null
# shellcheck disable=SC2086
slow() { spawn slow imgadm-poll --db "$T/db" --no-rrd --json --window 2 -v2c -c public -t 5; }
asked() { tell stats; requests=$(echo "$answer" | sed 's/[^0-9]*\([0-9]*\).*/\1/'); [ "${requests:-0}" -ge "$1" ]; }
slow
wait_for 20 asked 1	# from here on it holds the lock, and is not the second itself
poll --no-rrd
ok 'a second poll at once is told' grep -q 'another run' "$T/complained"
is 'and is no failure' "$poll_status $(cat "$T/said")" '0 '
like 'it says who and since when' "$(cat "$T/complained")" \
	"another run \(pid $(cat "$T/slow.pid"), since [0-9:-]* ?[0-9:]+\) is not finished"
ok 'the fleet is being asked' wait_for 20 asked 20
kill -TERM "$(cat "$T/slow.pid")"
rc=0
wait "$(cat "$T/slow.pid")" || rc=$?
is 'SIGTERM ends it well' "$rc" 0
cp "$T/slow.log" "$T/said"
rm -f "$T/slow.pid"
is 'before its time' "$(said stopped)" true
like 'it says so' "$(cat "$T/slow.log")" '^imgadm-poll: stopped by a signal'
polled=$(said polled)
ok 'not all were asked' test "$polled" -lt 60 -a "$polled" -gt 0
is 'what was polled is stored, whole' \
	"$(stored log device | sort | uniq -c | awk '$1 == 20' | wc -l)" "$polled"
tell latency 0
poll --no-rrd
is 'the next run does the rest' "$poll_status $(said polled) $(stored log device | wc -l)" '0 60 1200'

# --- storage that fails -------------------------------------------------------------------
printf 'no database, but a text that is long enough to be read as a header of one, and then some more of it\n' >"$T/text"
status 'no database' 3 imgadm-poll --db "$T/text" --no-rrd
like 'is told' "$(cat "$T/err")" '^imgadm-poll: .*text'
status 'no folder' 3 imgadm-poll --db "$T/none/db" --no-rrd
like 'is told' "$(cat "$T/err")" '^imgadm-poll: .*none/db'
: >"$T/file"
status 'a folder of graphs that is a file' 3 imgadm-poll --db "$T/db" --rrd-dir "$T/file"
like 'is told' "$(cat "$T/err")" '^imgadm-poll: .*file'
if command -v sqlite3 >/dev/null 2>&1; then
	tell entries 1
	mkfifo "$T/hold"
	exec 8<>"$T/hold"	# both ends: opening one alone would wait
	# shellcheck disable=SC2016 # the inner shell's
	spawn hold sh -c 'exec sqlite3 "$1" <"$2"' sh "$T/db" "$T/hold"
	printf 'BEGIN IMMEDIATE;\n.print held\n' >&8
	wait_for 10 grep -q held "$T/hold.log"
	poll --no-rrd
	stop hold
	exec 8>&-
	is 'a database that is locked for long' "$poll_status $(lines)" '3 1'
	like 'is told' "$(cat "$T/complained")" '^imgadm-poll: .*db: .*another process'
	poll --no-rrd
	is 'nothing is lost by it' "$poll_status $(said log_entries)" '0 60'
fi

# A small file system of our own: full, then read-only.
if unshare -Urm true 2>/dev/null; then
	sim_stop
	sim_start --devices 60 --log 200
	mkdir "$T/small"
	# 12,000 entries are 1.3 MB, and pass through the write-ahead log besides.
	cat >"$T/disk.sh" <<'EOF'
set -e
mount -t tmpfs -o size=1m none "$T/small"
imgadm-fleet --db "$T/small/db" add -f "$T/fleet" >/dev/null
try() { rc=0; imgadm-poll --db "$T/small/db" --no-rrd --json -v2c -c public -t 5 >"$T/said" 2>"$T/complained" || rc=$?; }
try
echo "full $rc $(wc -l <"$T/complained")"
cat "$T/complained"
echo "whole $(imgadm-fleet --db "$T/small/db" list --csv | wc -l)"
mount -o remount,size=100m "$T/small"
try
echo "room $rc $(imgadm-fleet --db "$T/small/db" export --csv --what log | sed 1d | cut -d, -f1,5 | sort | uniq -c | awk '$1 == 1' | wc -l)"
before=$(imgadm-fleet --db "$T/small/db" export --csv --what log | cksum)
mount -o remount,ro "$T/small"
try
echo "ro $rc $(wc -l <"$T/complained")"
cat "$T/complained"
[ "$before" = "$(imgadm-fleet --db "$T/small/db" export --csv --what log | cksum)" ] && echo same
EOF
	export T
	unshare -Urm sh "$T/disk.sh" >"$T/disk" 2>&1 || cat "$T/disk"
	like 'a full disk' "$(cat "$T/disk")" '^full 3 1$'
	like 'is told' "$(cat "$T/disk")" '^imgadm-poll: .*small/db.*space'
	like 'what was stored is there' "$(cat "$T/disk")" '^whole 61$'
	like 'with room again every entry comes once' "$(cat "$T/disk")" '^room 0 12000$'
	like 'a read-only file system' "$(cat "$T/disk")" '^ro 3 1$'
	like 'is told' "$(cat "$T/disk")" '^imgadm-poll: .*small.*(read-only|Read-only|cannot be written)'
	like 'and loses nothing' "$(cat "$T/disk")" '^same$'
else
	diag 'no user namespaces here: full and read-only disk left out'
fi
sim_stop
done_testing
