#!/bin/sh
# What a device's state has acknowledged is there after a power cut, wherever
# it falls: imgadm-device under powercut.so, cut at each durable operation.
#
# IMGADM_CUTS=STEP looks at each STEP-th operation (default 7), IMGADM_SEED=N
# repeats the random choices.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
so=${top_builddir:?}/tests/fake/.libs/powercut.so
replay=$top_builddir/tests/fake/powercut-replay
[ -e "$so" ] || skip_all "$so is not built"
step=${IMGADM_CUTS:-7} seed=${IMGADM_SEED:-$$}
diag "IMGADM_SEED=$seed"
T=$(cd "$T" && pwd -P)
POWERCUT_DIR=$T/state
export POWERCUT_DIR
mkdir "$T/state"
imgadm-device --state "$T/state/device.db" init --id cut >/dev/null
imgadm-device --state "$T/state/device.db" unit set FUS --type fuser >/dev/null
cp -R "$T/state" "$T/before"

# work: commands; each that returned 0 is noted as acknowledged, with the mark it left
acknowledge() { "$@" >/dev/null 2>&1 && echo "$n" >>"$T/acknowledged"; }
work()
{
	for n in 1 2 3 4 5 6; do
		acknowledge env LD_PRELOAD="$so" imgadm-device --state "$T/state/device.db" \
			error add FUS "C-$n" || break
	done
}
# lived AT [DEAF]: the folder anew, and the work until the cut
lived()
{
	rm -rf "$T/state" "$T/log" "$T/log.count" "$T/acknowledged"
	cp -R "$T/before" "$T/state"
	: >"$T/acknowledged"
	POWERCUT_LOG=$T/log POWERCUT_AT=$1 POWERCUT_DEAF=${2:-0}
	export POWERCUT_LOG POWERCUT_AT POWERCUT_DEAF
	work
}
# kept MODE: what was acknowledged is in what the cut leaves
kept()
{
	rm -rf "$T/after"
	operations=$("$replay" "$T/log" "$T/before" "$T/after" "$1") || return 1
	# The index of the write-ahead log is shared memory: after a cut there is
	# none, and who writes first makes it anew.
	rm -f "$T/after/device.db-shm"
	imgadm-device --state "$T/after/device.db" error add DEV C-after >/dev/null 2>"$T/err"
	if ! imgadm-device --state "$T/after/device.db" error list --json >"$T/list" 2>>"$T/err"; then
		diag "cut at $at, $1: $(cat "$T/err")"
		return 1
	fi
	while read -r mark; do
		grep -q "\"C-$mark\"" "$T/list" || { diag "cut at $at, $1: C-$mark is lost"; return 1; }
	done <"$T/acknowledged"
}

lived 0
at=0
ok 'without a cut all is there' kept synced
is 'all was acknowledged' "$(wc -l <"$T/acknowledged")" 6
ok 'there was something to cut' test "$operations" -gt 20
last=$operations
diag "$last operations"
at=1 lost=0 cuts=0
while [ "$at" -le "$last" ]; do
	lived "$at"
	for mode in synced all "random:$seed$at" "random:$at$seed" "random:${seed}7$at"; do
		kept "$mode" || lost=$((lost + 1))
		cuts=$((cuts + 1))
	done
	at=$((at + step))
done
diag "$cuts folders"
is 'wherever the power is cut, what was acknowledged is kept' "$lost" 0

# The same look must see when a sync is left out: some cut behind it shows it.
# (Which of SQLite's syncs the next one makes good again is its own affair.)
syncs=0 seen=0
while [ $syncs -lt 4 ]; do
	syncs=$((syncs + 1)) at=$((last / 3))
	while [ $at -gt 3 ]; do
		lived $at $syncs
		kept synced >/dev/null || { seen=$((seen + 1)); break; }
		at=$((at - 1))
	done
done
diag "$seen of $syncs"
ok 'a sync left out is seen' test $seen -gt 0
done_testing
