#!/bin/sh
# What imgadm-centerd has acknowledged is there after a power cut, wherever it
# falls: imgadm-centerd under powercut.so with reports coming in, cut at durable
# operations all along.
#
# IMGADM_CUTS=N looks at so many cuts (12), IMGADM_SEED=N repeats the random choices.
. "${top_srcdir:?}/tests/lib.sh"
so=${top_builddir:?}/tests/fake/.libs/powercut.so
replay=$top_builddir/tests/fake/powercut-replay
[ -e "$so" ] || skip_all "$so is not built"
T=$(cd "$T" && pwd -P)
POWERCUT_DIR=$T/store
center_db=$T/store/db
export POWERCUT_DIR
. "$top_srcdir/tests/integration/center-lib.sh"
: "${reporter_bin:?}" "${center_port:=$(free_port)}"
cuts=${IMGADM_CUTS:-12} seed=${IMGADM_SEED:-$$}
devices=3 entries=16 units=12
diag "IMGADM_SEED=$seed"
mkdir "$T/store"
enrol_many $devices
imgadm-centerd --db "$center_db" --engine show >/dev/null
cp -R "$T/store" "$T/before"

# lived AT [OPTION...]: the folder anew, and reports until the cut; with AT 0 all of
# them.  $deaf is the number of a sync that is left out, and cut after it.
deaf=0
lived()
{
	rm -rf "$T/store" "$T/log" "$T/log.count"
	cp -R "$T/before" "$T/store"
	: >"$T/centerd.log"
	center_wrap="env LD_PRELOAD=$so POWERCUT_LOG=$T/log POWERCUT_AT=$1 POWERCUT_DEAF=$deaf POWERCUT_DEAF_CUT=1"
	# shellcheck disable=SC2086 # a word list
	spawn centerd $center_wrap imgadm-centerd --db "$center_db" --no-rrd --no-poll \
		--listen "udp:127.0.0.1:$center_port"
	# Cut before it was ready: nothing was acknowledged.
	wait_for 30 ready_or_gone
	give_up=3
	[ "$1$deaf" != 00 ] || give_up=0
	shift
	reporter --entries $entries --each 1 --timeout-ms 400 --give-up $give_up --tell "$@"
	center_kill
}
ready_or_gone() { grep -q 'ready; engine boots' "$T/centerd.log" || gone "$(cat "$T/centerd.pid")"; }
# built MODE: what the cut leaves, as a store in $T/after
built()
{
	rm -rf "$T/after"
	operations=$("$replay" "$T/log" "$T/before" "$T/after" "$1") || return 1
	# Shared memory, which no cut leaves.
	rm -f "$T/after/db-shm"
	# What only writes make readable again.
	imgadm-fleet --db "$T/after/db" add --no-poll "probe" >/dev/null 2>"$T/err"
}
# holds: what was acknowledged is in $T/after
holds()
{
	if ! imgadm-fleet --db "$T/after/db" export --csv --what units >"$T/units" 2>>"$T/err" ||
		! imgadm-fleet --db "$T/after/db" export --csv --what log >"$T/entries" 2>>"$T/err"; then
		diag "cut at $at: $(cat "$T/err")"
		return 1
	fi
	held=0
	while read -r name _ structure _ index; do
		case $name in d[0-9]*) ;; *) continue ;; esac
		have=$(grep -Ec "^\"?$name\"?," "$T/units")
		[ "$structure" = 0 ] || [ "$have" = $units ] || {
			diag "cut at $at: $name was acknowledged and has $have units"; held=1; }
		# Whole or not at all.
		[ "$have" = 0 ] || [ "$have" = $units ] || {
			diag "cut at $at: half a structure of $name"; held=1; }
		have=$(grep -Ec "^\"?$name\"?," "$T/entries")
		[ "$have" -ge "$index" ] || {
			diag "cut at $at: $index entries of $name were acknowledged, $have are there"; held=1; }
	done <"$T/reported"
	return $held
}
kept() { built "$1" && holds; }

at=0
lived 0 --devices $devices --structure
ok 'without a cut all is there' kept synced
is 'all was acknowledged' "$(grep -c "structure 1 log $entries\$" "$T/reported")" $devices
last=$operations
diag "$last operations"
ok 'there was something to cut' test "$last" -gt 40
n=0 lost=0 some=0 folders=0
while [ $n -lt "$cuts" ]; do
	at=$((1 + n * last / cuts + (seed + n) % (last / cuts + 1)))
	lived $at --devices $devices --structure
	! grep -Eq 'structure 1|log [1-9]' "$T/reported" || some=$((some + 1))
	for mode in synced all "random:$seed$at" "random:$at$seed"; do
		kept "$mode" || lost=$((lost + 1))
		folders=$((folders + 1))
	done
	n=$((n + 1))
done
diag "$folders folders; at $some of $cuts cuts whole reports had been acknowledged"
is 'wherever the power is cut, what was acknowledged is kept' $lost 0
ok 'and there was something to lose' test $some -gt 0

# The devices go on with the store that the cut left, and send nothing that was acknowledged again.
at=$((last / 2))
rm -rf "$T/store" "$T/log" "$T/log.count"
cp -R "$T/before" "$T/store"
: >"$T/centerd.log"
spawn centerd env LD_PRELOAD="$so" POWERCUT_LOG="$T/log" POWERCUT_AT=$at imgadm-centerd \
	--db "$center_db" --no-rrd --no-poll --listen "udp:127.0.0.1:$center_port"
wait_for 30 ready_or_gone
"$reporter_bin" send --devices $devices --structure --entries $entries --each 1 --timeout-ms 500 \
	--deadline 90 --tell "$center_port" >"$T/reported" 2>"$T/reporter.err" &
sender=$!
echo $sender >"$T/sender.pid"
ok 'a cut in the midst of reports' wait_for 60 gone "$(cat "$T/centerd.pid")"
stop centerd
built synced
rm -rf "$T/store"
cp -R "$T/after" "$T/store"
center_wrap=
center_start --no-poll
ok 'after it the reports go on to their end' wait $sender
rm -f "$T/sender.pid"
center_stop
is 'with all structures' "$(fleet export --csv --what units | grep -c '^"*d[0-9]')" $((devices * units))
is 'and each entry once' "$(fleet export --csv --what log | grep '^"*d[0-9]' | sort | uniq | wc -l) $(
	fleet export --csv --what log | grep -c '^"*d[0-9]')" "$((devices * entries)) $((devices * entries))"

# The same look must see when a sync is left out: one device, one entry a commit, and
# the cut comes before the next sync could make it good.
seen=0 syncs=0
for deaf in 5 8 11; do
	at="after the missing sync $deaf"
	syncs=$((syncs + 1))
	lived 0 --devices 1
	kept synced >/dev/null || seen=$((seen + 1))
done
is 'a sync left out is seen' $seen $syncs
done_testing
