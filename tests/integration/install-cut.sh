#!/bin/sh
# Wherever imgadm-install or an installer is killed, and wherever the power is cut, the device
# runs the old software or the new one, whole, says which, and goes on to an end: two banks, one
# bank, a group, and while each goes back to what ran before.  One life is written down; each
# durable operation of it is a cut, and what the cut leaves is looked at as only what was synced,
# as all, and as a random part with torn sectors.
#
# IMGADM_CUTS=STEP looks at each STEP-th operation (a sample; 1 = all), IMGADM_MODES says as what,
# IMGADM_SEED=N repeats the random choices.
#
# In memory where that is possible: what is synced is written down, not waited for.
# shellcheck disable=SC2209 # a folder
[ -n "${TMPDIR:-}" ] || ! [ -w /dev/shm ] || ! [ -x /dev/shm ] || TMPDIR=/dev/shm
export TMPDIR
. "${top_srcdir:?}/tests/lib.sh"
need minisign
so=${top_builddir:?}/tests/fake/.libs/powercut.so
replay=$top_builddir/tests/fake/powercut-replay
[ -e "$so" ] || skip_all "$so is not built"
T=$(cd "$T" && pwd -P)
state_dir=$T/dev
image_size=20000
. "$top_srcdir/tests/integration/install-lib.sh"
: "${device:?}" "${state:?}" "${install:?}" "${install_state:?}" "${served:?}" "${tap_failed:=0}"
step=${IMGADM_CUTS:-61} seed=${IMGADM_SEED:-$$}
modes=${IMGADM_MODES:-"synced random"}
diag "IMGADM_SEED=$seed"
# The installer has no environment of ours: the cut comes to it by a file.
installer_before=". $T/cut"
: >"$T/cut"
ok 'keys, images, a server, a device' world
if [ $tap_failed != 0 ]; then done_testing; exit; fi
stop tftpd
for unit in TWO G1 G2; do unit $unit 2; done
unit ONE 1
kept_image ONE
POWERCUT_DIR=$state_dir
export POWERCUT_DIR
cp -R "$state_dir" "$T/world"

# The way over the network is not what is cut here, and its end is waited for.
mkdir "$T/libexec"
cat >"$T/libexec/imgadm-fetch" <<SH
#!/bin/sh
[ -e "$served/\${4##*/}" ] || exit 12
exec cat "$served/\${4##*/}"
SH
chmod 755 "$T/libexec/imgadm-fetch"
go_on() { "$install" --unit "$first" --libexec "$T/libexec" --trial "$1"; }

# lived AT INSTALLER_AT: the update from the start to its end; imgadm-install is killed at its
# AT-th operation, an installer at INSTALLER_AT, 0 for neither
lived()
{
	rm -rf "$state_dir" "$T/log" "$T/log.count"
	cp -R "$T/before" "$state_dir"
	# shellcheck disable=SC2016 # the installer's own
	printf 'export LD_PRELOAD=%s POWERCUT_DIR=%s POWERCUT_LOG=%s POWERCUT_AT=%s\n' "$so" \
		"$state_dir" "$T/log" "$2" >"$T/cut"
	(
		export LD_PRELOAD="$so" POWERCUT_LOG="$T/log" POWERCUT_AT="$1"
		go_on "$trial"
		[ "$1$2" = 00 ] || exit
		for u in $units; do "$device" update confirm "$u"; done
		go_on "$trial"
	) >"$T/install.log" 2>&1
	: >"$T/cut"
}
# of SYMBOL: its line of $all, without the symbol
of() { echo "$all" | sed -n "s/^$1 //p"; }
look() { all=$("$install_state" "$state" all); }
# finish: to the end, without a cut; the centre, or who stands there, confirms what is proven
finish()
{
	n=0
	while [ $n -lt 12 ]; do
		n=$((n + 1))
		go_on 4 >>"$T/install.log" 2>&1 || return 1
		look || return 1
		rest=1
		for u in $units; do
			case $(of "$u") in
			proven*) rest=0; "$device" update confirm "$u" >/dev/null 2>&1 ;;
			committed*|failed*|rolledBack*) ;;
			*) rest=0 ;;
			esac
		done
		[ $rest = 0 ] || return 0
	done
	return 1
}
# whole WHEN: each bank that is said to be good is, and what runs is what is said
whole()
{
	look || { diag "$1: the state cannot be read"; return 1; }
	for u in $units; do
		banks=$(of "$u")
		for b in ${banks#* * }; do
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
# ended WHEN: the row says what runs, and a group is of one mind
ended()
{
	said=
	for u in $units; do
		runs=$(truth "$u")
		case $(of "$u") in
		'committed none '*) want=2.0 ;;
		*' none '*) diag "$1: $u: $(of "$u"), without a reason"; return 1 ;;
		*) want=1.0 ;;
		esac
		[ "$runs" = $want ] || { diag "$1: $u: $(of "$u"), and $runs runs"; return 1; }
		[ "${said:-$want}" = $want ] || { diag "$1: the group is half new"; return 1; }
		said=$want
	done
}
# left WHEN MODE AT [DEAF]: what the cut leaves is whole
left()
{
	left_when=$1; shift
	rm -rf "$state_dir"
	"$replay" "$T/log" "$T/before" "$state_dir" "$@" >"$T/operations" 2>"$T/err" || return 1
	rm -f "$state-shm"
	# Modes are not in the log.
	[ ! -d "$state.updates" ] || chmod -R go= "$state.updates"
	whole "$left_when"
}
# kept WHEN MODE AT [DEAF]: and goes on to an end
kept()
{
	left "$@" || return 1
	# What did not start is told at once now: the trial's end was in the log.
	for u in $back; do echo 'probe 4 2.0' >"$state.banks/$u/hook"; done
	finish || { diag "$1: no end: $all: $(tail -2 "$T/install.log")"; return 1; }
	whole "$1, ended" && ended "$1, ended"
}
# asked UNITS [BACK]: the world before: an update of each is asked for, of which those of BACK
# do not start
asked()
{
	units=$1 back=${2:-} first=${1%% *} trial=4
	rm -rf "$state_dir"; cp -R "$T/world" "$state_dir"
	[ -z "$back" ] || trial=1
	for u in $back; do echo 'probe 1 2.0' >"$state.banks/$u/hook"; done
	group=
	[ "$first" = "$units" ] || group="--group 5 --group-size $(echo "$units" | wc -w)"
	for u in $units; do
		# shellcheck disable=SC2086 # a word list
		start "$u" 2.0 200 $group
	done
	# No journal beside it: it begins as after a clean stop.
	rm -rf "$T/before"; cp -R "$state_dir" "$T/before"
	lived 0 0
	look
}
# cut_all NAME END: what was asked, cut all along
cut_all()
{
	name=$1 begun=$(date +%s%N)
	like "$name: without a cut it is $2" "$(of "$first")" "^$2 "
	"$replay" "$T/log" "$T/before" "$T/after" all >"$T/operations"
	rm -rf "$T/after"
	last=$(cat "$T/operations")
	ok "$name: there is something to cut" test "$last" -gt 60
	lost=0 cuts=0 old=0 new=0 at=$((1 + seed % step))
	while [ "$at" -le "$last" ]; do
		for mode in $modes; do
			[ "$mode" != random ] || mode=random:$seed$at
			kept "cut at $at, $mode" "$mode" $at || { lost=$((lost + 1)); continue; }
			case $said in 1.0) old=$((old + 1)) ;; 2.0) new=$((new + 1)) ;; esac
			cuts=$((cuts + 1))
		done
		at=$((at + step))
	done
	took=$((($(date +%s%N) - begun) / 1000000))
	diag "$name: $last operations, $cuts folders of $((took / (cuts + lost + 1))) ms, $new to the new software, $old back to the old"
	is "$name: wherever the power is cut, one of the two runs, whole, and says so" $lost 0
	if [ -n "$back" ]; then
		is "$name: and it is the old one" $new 0
	else
		ok "$name: and it went on" test $new -gt 0
	fi
}
# deaf_all NAME: each sync left out, and the power cut at the end; in a long run at the next one
# too, going on from there
deaf_all()
{
	seen=0 deaf=1
	"$replay" "$T/log" "$T/before" "$T/after" all 0 0 >"$T/operations"
	rm -rf "$T/after"
	syncs=$(cut -d' ' -f2 "$T/operations")
	while [ $deaf -le "$syncs" ]; do
		if ! left "sync $deaf left out" synced 0 $deaf >"$T/diag" ||
			{ [ "$step" -le 2 ] && ! kept "sync $deaf left out" synced next $deaf >"$T/diag"; }; then
			seen=$((seen + 1))
		fi
		deaf=$((deaf + 1))
	done
	diag "$1: $syncs syncs; of those that were left out $seen are seen"
	ok "$1: a sync left out is seen" test $seen -gt 0
}

asked TWO
cut_all 'two banks' committed
deaf_all 'two banks'
asked ONE
cut_all 'one bank' committed
deaf_all 'one bank'
asked 'G1 G2'
cut_all 'a group' committed
asked TWO TWO
cut_all 'two banks, back' rolledBack
asked ONE ONE
cut_all 'one bank, back' rolledBack
asked 'G1 G2' G2
cut_all 'a group, back' rolledBack

# kill -9 of one of them, where it stands; what else runs goes on
asked TWO
lost=0 killed=0 at=$((1 + seed % 7))
while [ $at -le 400 ]; do
	for who in "$at 0" "0 $at"; do
		# shellcheck disable=SC2086 # two words
		lived $who
		whole "killed at $who" && finish && ended "killed at $who" || lost=$((lost + 1))
		killed=$((killed + 1))
	done
	at=$((at * 2 + step / 20))
done
is "killed $killed times, it goes on" $lost 0
done_testing
