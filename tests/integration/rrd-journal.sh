#!/bin/sh
# What waits in journals before it goes to round robin files: when it is written
# out, that it is read, and everything that may be in its way.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need rrdtool flock
drive=${top_builddir:?}/tests/integration/rrd_drive
db=$T/imgadm.db rrd=$T/rrd
t0=1795000200	# a multiple of 300

# feed INTERVAL keep|run: commands on stdin; what waits is left waiting
feed() { "$drive" "$db" "$rrd" "$1" "${2:-keep}"; }
flush() { imgadm-graph --rrd-dir "$rrd" --flush; }
# use KEY [INTERVAL]: the file in use
use() { echo "$rrd/$(printf %02x $(($1 % 256)))/$1/use-${2:-300}.rrd"; }
last() { rrdtool last "$(use "$@")"; }
# poll NAME STEP [ERRORS]: thirty pages a step
poll() { echo "use $1 $((t0 + $2 * 300)) $((1000 + $2 * 30)) 0 ${3:-0} 0 0"; }
# sum FILE SOURCE FROM TO: what happened in that time
sum()
{
	rrdtool fetch "$1" AVERAGE -r 300 -s "$3" -e "$(($4 - 1))" | awk -v ds="$2" '
		NR == 1 {for (i = 1; i <= NF; i++) if ($i == ds) c = i + 1; next}
		NF > 1 && $c !~ /nan/ {n += $c * 300} END {printf "%.3f\n", n}'
}
journals() { find "$rrd" -name 'journal.[0-7]' -size +0 | sed 's/.*\.//' | sort | tr -d '\n'; }

# --- turns -----------------------------------------------------------------------
for d in 1 2 3 4 5 6 7 8 9 10; do echo "add d$d"; done | feed 300 >"$T/keys"
is "ten devices" "$(tr '\n' ' ' <"$T/keys")" '1 2 3 4 5 6 7 8 9 10 '
step=0
round()
{
	for d in 1 2 3 4 5 6 7 8 9 10; do poll d$d $step 1; done | feed 300 run
	step=$((step + 1))
}
round
is "a first run only gathers" "$(journals) $(find "$rrd" -name '*.rrd' | wc -l)" "01234567 0"
round
is "the second writes one journal of eight out" "$(cd "$rrd" && find . -name '*.rrd' | sort | tr '\n' ' ')" \
	'./01/1/use-300.rrd ./09/9/use-300.rrd '
is "with what it held" "$(last 1) $(last 9)" "$t0 $t0"
while [ $step -lt 17 ]; do round; done
is "after 17 runs each was written twice" "$(for d in 1 2 3 4 5 6 7 8 9 10; do
	echo "$(((t0 + 16 * 300 - $(last $d)) / 300))"; done | tr '\n' ' ')" '8 7 6 5 4 3 2 1 8 7 '
is "a journal holds what its files do not" "$(for d in 1 8; do
	grep -c "^$d " "$rrd/journal.$((d % 8))"; done | tr '\n' ' ')" '8 1 '

# --- who reads ---------------------------------------------------------------------
end=$((t0 + 16 * 300))
rest=$(last 2)
imgadm-graph --db "$db" --rrd-dir "$rrd" --end "$(date -u -d @$end +%Y-%m-%dT%H:%M:%SZ)" \
	-o "$T/d1.png" d1 use >/dev/null || :
is "a graph has everything of its device" "$(last 1)" $end
is "and leaves the others alone" "$(last 2)" "$rest"
ok "imgadm-graph --flush" flush
is "writes everything" "$(for d in 1 2 3 4 5 6 7 8 9 10; do last $d; done | sort -u)" $end
is "and empties the journals" "$(journals)" ''
ok "a second time there is nothing to do" flush
for d in 1 2 3 4 5 6 7 8 9 10; do
	sum "$(use $d)" e2 $t0 $end; sum "$(use $d)" impr $t0 $end
done | sort -u | tr '\n' ' ' >"$T/sums"
is "nothing is lost, nothing twice" "$(cat "$T/sums")" '16.000 480.000 '
cp -r "$rrd" "$T/full"
status "who may not write is told" 3 sh -c 'echo x >"$1/journal.2" && rm -f "$1/journal.lock" &&
	mkdir "$1/journal.lock" && imgadm-graph --rrd-dir "$1" --flush' sh "$T/full"
like "why" "$(cat "$T/err")" "^imgadm-graph: $T/full/journal.lock: "
ok "where nothing waits no right to write is needed" sh -c ': >"$1/journal.2" &&
	imgadm-graph --rrd-dir "$1" --flush' sh "$T/full"
ok "nor a folder" imgadm-graph --rrd-dir "$T/none" --flush
status "--flush with a device is refused" 1 imgadm-graph --rrd-dir "$rrd" --flush d1
status "--flush with --all is refused" 1 imgadm-graph --rrd-dir "$rrd" --flush --all

# --- while another is at it -----------------------------------------------------------
poll d1 17 1 | feed 300
flock "$rrd/journal.lock" sh -c 'echo held >"$1"; while [ ! -e "$2" ]; do sleep 0.05; done' sh \
	"$T/held" "$T/release" &
holder=$!
wait_for 20 test -s "$T/held"
imgadm-graph --rrd-dir "$rrd" --flush 2>"$T/busy" & flusher=$!
ok "a run does not wait to gather" sh -c 'echo "$1" | timeout 5 "$2" "$3" "$4" 300 keep' sh \
	"$(poll d1 18 1)" "$drive" "$db" "$rrd"
: >"$T/release"
ok "what waited for the other" wait $flusher
wait $holder
is "writes everything then" "$(last 1)" $((t0 + 18 * 300))
rm -f "$T/held" "$T/release"
poll d1 19 1 | feed 300
flock "$rrd/journal.lock" sh -c 'echo held >"$1"; while [ ! -e "$2" ]; do sleep 0.05; done' sh \
	"$T/held" "$T/release" &
holder=$!
wait_for 20 test -s "$T/held"
imgadm-graph --rrd-dir "$rrd" --flush 2>"$T/busy" & flusher=$!
printf 1 >"$rrd/journal.turn"
ok "a run whose journal is held for long goes on" sh -c 'echo "$1" | "$2" "$3" "$4" 300 run' sh \
	"$(poll d1 20 1)" "$drive" "$db" "$rrd"
rc=0; wait $flusher || rc=$?
is "who wants to read is told" "$rc" 3
like "who holds it" "$(cat "$T/busy")" 'another run'
: >"$T/release"
wait $holder
flush
is "nothing was lost by that" "$(sum "$(use 1)" e2 $t0 $((t0 + 20 * 300)))" 20.000

# --- damage -----------------------------------------------------------------------------
for k in 21 22; do poll d2 $k 1 | feed 300; done
printf '2 use-300.rrd %s:99' $((t0 + 23 * 300)) >>"$rrd/journal.2"
flush
is "a line that was only half written is none" "$(last 2)" $((t0 + 22 * 300))
poll d2 23 1 | feed 300
printf '2 use-300.rrd %s:99' $((t0 + 24 * 300)) >>"$rrd/journal.2"
poll d2 24 1 | feed 300
flush
is "nor does it spoil the next" "$(sum "$(use 2)" e2 $((t0 + 22 * 300)) $((t0 + 24 * 300)))" 2.000
poll d2 25 1 | feed 300
printf 'nonsense\n' >>"$rrd/journal.2"
poll d2 26 1 | feed 300
status "a damaged line is an error" 3 flush
like "of one line" "$(cat "$T/err")" "^imgadm-graph: $rrd/journal.2: 1 lines? "
is "the others are used" "$(sum "$(use 2)" e2 $((t0 + 24 * 300)) $((t0 + 26 * 300)))" 2.000
ok "it is told once" flush
poll d3 21 1 | feed 300
poll d3 22 1 | feed 300
cp "$rrd/journal.3" "$T/again"
flush
cp "$T/again" "$rrd/journal.3"
poll d3 23 1 | feed 300
flush
is "a journal that is written twice counts once" \
	"$(sum "$(use 3)" e2 $((t0 + 22 * 300)) $((t0 + 23 * 300)))" 1.000
poll d3 10 1 | feed 300
poll d3 24 1 | feed 300
flush
is "a time that jumped back is passed over, what follows is not" \
	"$(last 3) $(sum "$(use 3)" e2 $((t0 + 23 * 300)) $((t0 + 24 * 300)))" "$((t0 + 24 * 300)) 1.000"
poll d4 21 1 | feed 300
poll d5 21 1 | feed 300
echo 'not a round robin file' >"$(use 4)"
status "a broken file is an error" 3 flush
like "that names it" "$(cat "$T/err")" "$(use 4)"
is "and keeps no other from being written" "$(last 5)" $((t0 + 21 * 300))
poll d5 22 1 | feed 300
poll d5 23 1 | feed 300
rm "$(use 5)"
flush
is "a file that was removed is made again" "$(last 5)" $((t0 + 23 * 300))
is "and begins with the first sample" \
	"$(sum "$(use 5)" impr $((t0 + 21 * 300)) $((t0 + 23 * 300)))" 30.000
{ poll d6 20; echo "other d6 $((t0 + 21 * 300)) 5000 0 2 0 0"
  echo "use d6 $((t0 + 22 * 300)) 5030 0 0 0 0"; } | feed 300
flush
is "another board gives no spike" "$(sum "$(use 6)" impr $((t0 + 20 * 300)) $((t0 + 22 * 300)))" 30.000
is "and its errors are kept" "$(sum "$(use 6)" e2 $((t0 + 20 * 300)) $((t0 + 21 * 300)))" 2.000

# --- a device that is gone ------------------------------------------------------------------
poll d7 21 1 | feed 300
echo 'remove d7' | feed 300
flush
ok "what waited for a device that was removed is forgotten" test ! -e "$rrd/07/7"
poll d7 22 1 | feed 300
flush
is "its number may come back" "$(last 7)" $((t0 + 22 * 300))

# --- another interval -----------------------------------------------------------------------
# Both intervals wait, the older first; twice, as after a crash.
poll d8 21 1 | feed 300
for k in 1 2 3; do echo "use d8 $((t0 + 21 * 300 + k * 60)) $((1630 + k * 6)) 0 0 0 0"; done | feed 60
cp "$rrd/journal.0" "$T/again"
flush
is "samples of both go to their files" "$(last 8 60)" $((t0 + 21 * 300 + 180))
is "the older file is kept" "$(find "$rrd/08/8" -name 'use-300-*' | wc -l)" 1
is "the newer one has what it held" \
	"$(rrdtool fetch "$(use 8 60)" AVERAGE -r 60 -s $((t0 + 14 * 300)) -e $((t0 + 15 * 300 - 1)) |
		awk 'NF == 6 && $2 ~ /^1\.0+e-01$/ {n++} END {print n + 0}')" 5
cp "$T/again" "$rrd/journal.0"
flush
is "a second time nothing begins anew" "$(cd "$rrd/08/8" && find . -name 'use-*' | sort | tr '\n' ' ')" \
	"./use-300-$((t0 + 21 * 300 + 60)).rrd ./use-60.rrd "

# --- a journal that is full -------------------------------------------------------------------
poll d1 21 1 | feed 300
awk -v t=$((t0 + 22 * 300)) 'BEGIN { for (i = 0; i < 883010; i++)
	print "1 use-300.rrd " t ":1660:0:1:0:0" }' >>"$rrd/journal.1"
ok "a journal as long as may be" test "$(wc -c <"$rrd/journal.1")" -gt 33500000
ok "is written out at once" sh -c 'echo "$1" | "$2" "$3" "$4" 300 keep' sh "$(poll d1 23 1)" \
	"$drive" "$db" "$rrd"
ok "and short again" test "$(wc -c <"$rrd/journal.1")" -lt 1000
flush
is "with nothing lost" "$(sum "$(use 1)" e2 $((t0 + 20 * 300)) $((t0 + 23 * 300)))" 3.000

# --- to rrdcached and back ---------------------------------------------------------------------
if command -v rrdcached >/dev/null 2>&1; then
	poll d10 21 1 | feed 300
	spawn rrdcached rrdcached -g -l "unix:$T/rrdcached.sock" -p "$T/rrdcached.pidfile" -w 3600 -f 7200
	wait_for 20 test -S "$T/rrdcached.sock"
	poll d10 22 1 | RRDCACHED_ADDRESS="unix:$T/rrdcached.sock" feed 300 run
	is "what waits is written before rrdcached takes over" "$(last 10) $(journals)" "$((t0 + 21 * 300)) "
	stop rrdcached TERM
	is "which loses nothing" "$(last 10)" $((t0 + 22 * 300))
	poll d10 23 1 | feed 300
	flush
	is "and may go again" "$(sum "$(use 10)" e2 $((t0 + 21 * 300)) $((t0 + 23 * 300)))" 2.000
fi
done_testing
