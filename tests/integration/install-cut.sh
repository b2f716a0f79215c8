#!/bin/sh
# Wherever imgadm-install or an installer is killed, and wherever the power is cut, the device
# runs the old software or the new one, whole, says which, and goes on to an end: two banks, one
# bank, and a group.  Each durable operation is a cut; what the cut leaves is looked at as only
# what was synced, as all, and as a random part with torn sectors.
#
# IMGADM_CUTS=STEP looks at each STEP-th operation (a sample; 1 = all), IMGADM_SEED=N repeats
# the random choices.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
so=${top_builddir:?}/tests/fake/.libs/powercut.so
replay=$top_builddir/tests/fake/powercut-replay
[ -e "$so" ] || skip_all "$so is not built"
T=$(cd "$T" && pwd -P)
state_dir=$T/dev
image_size=20000
. "$top_srcdir/tests/integration/install-lib.sh"
: "${device:?}" "${state:?}" "${install:?}" "${served:?}" "${tap_failed:=0}"
step=${IMGADM_CUTS:-97} seed=${IMGADM_SEED:-$$}
modes=${IMGADM_MODES:-"synced random"}
diag "IMGADM_SEED=$seed"
# The installer has no environment of ours: the cut comes to it by a file.
installer_before=". $T/cut"
: >"$T/cut"
ok 'keys, images, a server, a device' world
if [ $tap_failed != 0 ]; then done_testing; exit; fi
for unit in TWO G1 G2; do unit $unit 2; done
unit ONE 1
kept_image ONE
POWERCUT_DIR=$state_dir
export POWERCUT_DIR
# The update ends: by hand, as imgadm-agentd would have it.
cp -R "$state_dir" "$T/world"

cut_env() { printf 'LD_PRELOAD=%s POWERCUT_DIR=%s POWERCUT_LOG=%s POWERCUT_AT=%s' "$so" "$state_dir" "$T/log" "$1"; }
# lived AT: the update from the start until the cut, confirmed as soon as it is proven
lived()
{
	rm -rf "$state_dir" "$T/log" "$T/log.count"
	cp -R "$T/before" "$state_dir"
	echo "export $(cut_env "$1")" >"$T/cut"
	(eval "export $(cut_env "$1")"; exec "$install" --unit "$first" --trial 4) >"$T/install.log" 2>&1
	: >"$T/cut"
}
# finish: to the end, without a cut
finish()
{
	n=0
	while [ $n -lt 12 ]; do
		n=$((n + 1))
		"$install" --unit "$first" --trial 4 >>"$T/install.log" 2>&1 || return 1
		rest=0
		for u in $units; do
			case $(row "$u") in
			proven*) "$device" update confirm "$u" >/dev/null 2>&1 ;;
			committed*|failed*|rolledBack*) rest=$((rest + 1)) ;;
			esac
		done
		[ $rest != "$(echo "$units" | wc -w)" ] || return 0
	done
	return 1
}
# whole: each bank that is said to be good is, and what runs is what is said
whole()
{
	for u in $units; do
		for b in $(banks "$u"); do
			number=${b%%:*} label=${b#*:} version=${b##*:}
			label=${label%%:*}
			case $label in invalid|empty) continue ;; esac
			cmp -s "$served/fw-$version" "$state.banks/$u/$number/image" ||
				{ diag "$1: $u bank $number is said to be $label $version, and is not"; return 1; }
		done
		[ "$u" = ONE ] || case $(truth "$u") in
		1.0|2.0) ;;
		*) diag "$1: $u runs a torn bank"; return 1 ;;
		esac
	done
}
# ended: the row says what runs, and a group is of one mind
ended()
{
	said=
	for u in $units; do
		runs=$(truth "$u")
		case $(row "$u") in
		'committed none') want=2.0 ;;
		*none) diag "$1: $u: $(row "$u") without a reason"; return 1 ;;
		*) want=1.0 ;;
		esac
		[ "$runs" = $want ] || { diag "$1: $u: $(row "$u") ($(reason_text "$u")), and $runs runs"; return 1; }
		[ "${said:-$want}" = $want ] || { diag "$1: the group is half new"; return 1; }
		said=$want
	done
}
# kept MODE: what the cut leaves goes on to an end
kept()
{
	rm -rf "$T/after"
	"$replay" "$T/log" "$T/before" "$T/after" "$1" >"$T/operations" 2>"$T/err" || return 1
	rm -rf "$state_dir"; cp -R "$T/after" "$state_dir"; rm -f "$state-shm"
	# Modes are not in the log.
	[ ! -d "$state.updates" ] || chmod -R go= "$state.updates"
	"$device" error add DEV C-cut >/dev/null 2>&1
	whole "cut at $at, $1" || return 1
	finish || { diag "cut at $at, $1: no end: $(row "$first"): $(tail -2 "$T/install.log")"; return 1; }
	whole "cut at $at, $1, ended" && ended "cut at $at, $1"
}
# world_of NAME UNITS: prepared, and cut all along
cut_all()
{
	name=$1 units=$2 first=${2%% *}
	rm -rf "$state_dir"; cp -R "$T/world" "$state_dir"
	group=
	[ "$first" = "$units" ] || group="--group 5 --group-size $(echo "$units" | wc -w)"
	for u in $units; do
		# shellcheck disable=SC2086 # a word list
		start "$u" 2.0 200 $group
	done
	# No journal beside it: it begins as after a clean stop.
	rm -rf "$T/before"; cp -R "$state_dir" "$T/before"
	at=0
	lived 0
	is "$name: without a cut it is proven" "$(row "$first")" 'proven none'
	rm -rf "$T/after"
	"$replay" "$T/log" "$T/before" "$T/after" all >"$T/operations"
	last=$(cat "$T/operations")
	ok "$name: there is something to cut" test "$last" -gt 60
	lost=0 cuts=0 old=0 new=0 at=$((1 + seed % step))
	while [ "$at" -le "$last" ]; do
		lived $at
		for mode in $modes; do
			[ "$mode" != random ] || mode=random:$seed$at
			kept "$mode" || { lost=$((lost + 1)); continue; }
			case $said in 1.0) old=$((old + 1)) ;; 2.0) new=$((new + 1)) ;; esac
			cuts=$((cuts + 1))
		done
		at=$((at + step))
	done
	diag "$name: $last operations, $cuts folders, $new to the new software, $old back to the old"
	is "$name: wherever the power is cut, one of the two runs, whole, and says so" $lost 0
	ok "$name: and it went on" test $new -gt 0
}
cut_all 'two banks' TWO
cut_all 'one bank' ONE
cut_all 'a group' 'G1 G2'

# kill -9 of imgadm-install alone, at moments of its life; an installer that runs is left.
lost=0 round=0 units=TWO first=TWO
rm -rf "$state_dir"; cp -R "$T/world" "$state_dir"
start TWO 2.0 200
rm -rf "$T/before"; cp -R "$state_dir" "$T/before"
kills=3
[ "$step" != 1 ] || kills=10
while [ $round -lt $kills ]; do
	rm -rf "$state_dir"; cp -R "$T/before" "$state_dir"
	at="killed $round"
	spawn one "$install" --unit TWO --trial 4
	sleep "0.$(printf %02d $((round * 50 / kills)))"	# no synchronisation
	kill -KILL "$(cat "$T/one.pid")" 2>/dev/null
	wait "$(cat "$T/one.pid")" 2>/dev/null
	rm "$T/one.pid"
	whole "$at" && finish && ended "$at" || lost=$((lost + 1))
	round=$((round + 1))
done
is 'killed at any moment, it goes on' $lost 0
stop tftpd
done_testing
