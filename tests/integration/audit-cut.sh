#!/bin/sh
# Wherever the power is cut while entries are appended to an audit, those that were
# acknowledged are there, the chain is whole, and the next append goes on from there.
#
# IMGADM_CUTS=STEP looks at each STEP-th operation (default 3), IMGADM_SEED=N repeats the
# random choices.
. "${top_srcdir:?}/tests/lib.sh"
so=${top_builddir:?}/tests/fake/.libs/powercut.so
replay=$top_builddir/tests/fake/powercut-replay
drive=$top_builddir/tests/integration/audit_drive
[ -e "$so" ] || skip_all "$so is not built"
step=${IMGADM_CUTS:-3} seed=${IMGADM_SEED:-$$}
diag "IMGADM_SEED=$seed"
T=$(cd "$T" && pwd -P)
POWERCUT_DIR=$T/state POWERCUT_LOG=$T/log POWERCUT_AT=0 POWERCUT_DEAF=0 POWERCUT_DEAF_CUT=0
export POWERCUT_DIR POWERCUT_LOG POWERCUT_AT POWERCUT_DEAF POWERCUT_DEAF_CUT
mkdir -p "$T/before/folder"
: >"$T/before/folder/there"

# lived AT [DEAF]: entries 1 to 5 until the cut; their heads in $T/said
lived()
{
	rm -rf "$T/state" "$T/log" "$T/log.count"
	cp -R "$T/before" "$T/state"
	POWERCUT_AT=$1 POWERCUT_DEAF=${2:-0}
	LD_PRELOAD="$so" "$drive" append "$T/state/folder/audit" 1 5 >"$T/said" 2>/dev/null
}
# kept MODE: what was said is in what the cut leaves, and it goes on from there
kept()
{
	rm -rf "$T/after"
	operations=$("$replay" "$T/log" "$T/before" "$T/after" "$1") || return 1
	head=$(tail -n 1 "$T/said")
	if [ -n "$head" ] && ! "$drive" verify "$T/after/folder/audit" "$head" >"$T/out" 2>"$T/err"; then
		diag "cut at $at, $1: $(cat "$T/err")"
		return 1
	fi
	# And its head, so that who cuts it off is found.
	marked=$(sed -n 's/.* n=\([0-9]*\) .*/\1/p' "$T/after/folder/audit.head" 2>/dev/null)
	said=${head%%:*}
	if [ "${marked:-0}" -lt "${said:-0}" ]; then
		diag "cut at $at, $1: the head is ${marked:-none}, not $said"
		return 1
	fi
	# All of it again: each is there once.
	if ! "$drive" append "$T/after/folder/audit" 1 6 >/dev/null 2>"$T/err" ||
	    ! "$drive" verify "$T/after/folder/audit" ${head:+"$head"} >"$T/out" 2>"$T/err" ||
	    [ "$(cat "$T/out")" != 6 ]; then
		diag "cut at $at, $1: again: $(cat "$T/out" "$T/err")"
		return 1
	fi
}
at=0
lived 0
ok 'without a cut all is there' kept synced
is 'all was acknowledged' "$(wc -l <"$T/said")" 5
last=$operations
ok 'there was something to cut' test "$last" -gt 20
diag "$last operations"
at=2 lost=0 folders=0	# one operation at least: else there is no log
while [ "$at" -le "$last" ]; do
	lived "$at"
	for mode in synced all "random:$seed$at" "random:$at$seed"; do
		kept "$mode" || lost=$((lost + 1))
		folders=$((folders + 1))
	done
	at=$((at + step))
done
diag "$folders folders"
is 'wherever the power is cut, what was acknowledged is kept' "$lost" 0

# Each sync of the first two appends, left out: a cut behind it shows it.
deaf=1 seen=0
while [ $deaf -le 6 ]; do
	at="after the missing sync $deaf" hit=0
	for cut in 1 2 3 4 5 6; do
		POWERCUT_DEAF_CUT=$cut
		lived 0 $deaf
		kept synced >"$T/diag" || { hit=1; break; }
	done
	[ $hit = 1 ] || diag "sync $deaf is not missed"
	seen=$((seen + hit)) deaf=$((deaf + 1))
done
is 'each sync that is left out is seen' $seen 6
done_testing
