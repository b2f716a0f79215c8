#!/bin/sh
# Who gathers, who writes out and who reads are killed -9 at random moments.
# What was flushed is in the files once, and only once.
# IMGADM_KILLS=N rounds (60); IMGADM_SEED=N repeats a run's choices.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need rrdtool
drive=${top_builddir:?}/tests/integration/rrd_drive
db=$T/imgadm.db rrd=$T/rrd
t0=1795000200	# a multiple of 300
rounds=${IMGADM_KILLS:-60}
seed=${IMGADM_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
devices=24 each=20 most=580	# steps: the finest archive has 600 rows
diag "seed $seed, $rounds rounds"

awk -v n=$devices 'BEGIN { for (i = 1; i <= n; i++) print "add d" i }' |
	"$drive" "$db" "$rrd" 300 >/dev/null
# Polls from a step on: each counts a warning.  A step that was not flushed
# when its poll was killed is polled again.
polls()
{
	awk -v from="$1" -v n=$devices -v each=$each -v t0=$t0 'BEGIN {
		for (k = from; k < from + each; k++) {
			for (i = 1; i <= n; i++)
				print "use d" i, t0 + k * 300, 1000 + k * 30, 0, 1, 0, 0
			print "flush"
		}
	}'
}
# How long that takes here: kills fall within it.
polls 0 >"$T/input"
begun=$(date +%s%N)
"$drive" "$db" "$rrd" 300 keep <"$T/input" >/dev/null
took_us=$((($(date +%s%N) - begun) / 1000))
awk -v n="$rounds" -v seed="$seed" -v us=$took_us 'BEGIN {
	srand(seed)
	for (i = 1; i <= n; i++)
		printf "%.4f %.4f %s\n", rand() * us / 2e6, rand() * us / 5e6, i % 10 == 0 ? "keep" : "run"
}' >"$T/plan"
step=$each ended=0 round=0
while read -r delay reader_delay how <&7; do
	polls $step >"$T/input"
	: >"$T/flushed"
	"$drive" "$db" "$rrd" 300 "$how" <"$T/input" >"$T/flushed" 2>>"$T/complained" &
	pid=$!
	imgadm-graph --rrd-dir "$rrd" --flush 2>>"$T/complained" & reader=$!
	sleep "$reader_delay"	# random moments
	kill -KILL $reader 2>/dev/null
	sleep "$delay"
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	wait $reader 2>/dev/null
	flushed=$(grep -c flushed "$T/flushed")
	step=$((step + flushed))
	[ "$flushed" -lt $each ] || ended=$((ended + 1))
	round=$((round + 1))
	[ $step -lt $((most - each)) ] || break
done 7<"$T/plan"
diag "$step steps; $ended of $round had ended before they were killed"
ok "many were killed on their way" test $((ended * 4)) -lt $((round * 3))
ok "and flushed something on it" test $step -gt $((2 * each))
not_ok "nobody complained" grep . "$T/complained"
polls $step | head -n $((devices + 1)) | "$drive" "$db" "$rrd" 300 >/dev/null
ok "imgadm-graph --flush" imgadm-graph --rrd-dir "$rrd" --flush
is "nothing waits" "$(find "$rrd" -name 'journal.[0-7]' -size +0)" ''
# The entries of the first sample are of unknown age; each further step has one.
find "$rrd" -name use-300.rrd | while read -r f; do
	rrdtool fetch "$f" AVERAGE -r 300 -s $t0 -e $((t0 + step * 300 - 1))
done | awk '
	NF == 6 { n = sprintf("%.6f", $4 * 300); count[n]++ }
	END { for (n in count) print n, count[n] }' >"$T/sums"
is "each step of each device counts its warning once" "$(cat "$T/sums")" "1.000000 $((step * devices))"
done_testing
