#!/bin/sh
# Wherever an import is killed or the power is cut, the old catalogue is in force or
# the new one, whole; what was said to be in force is.  The same for the file that
# add-release writes.
#
# IMGADM_CUTS=STEP looks at each STEP-th operation (15), IMGADM_SEED=N repeats the
# random choices.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
. "$top_srcdir/tests/integration/cut-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
: "${judge:?}" "${digest_1:?}" "${cut_seed:?}" "${operations:=}"
step=${IMGADM_CUTS:-15} seed=$cut_seed
mkdir "$T/store"
IMGADM_DB=$T/store/db
key acme; trust acme acme
# Some ten kilobytes: more than a page.
releases=$(python3 -c "
for n in range(2, 700): print('    <release version=\"1.%d\" seq=\"%d\" sha256=\"$digest_1\" size=\"10\"/>' % (n, n * 100))")
made "$T/42.xml" acme 42 acme 2099-01-01 "$releases
"
made "$T/43.xml" acme 43 acme 2099-01-01 "$releases
"
"$judge" catalogue import "$T/42.xml" >"$T/out"
cp -R "$T/store" "$T/before"

# lived AT [DEAF]: the import until the cut; said is 0 when it said that it is in force
lived()
{
	cut_run "$1" "${2:-0}" "$judge" catalogue import "$T/43.xml"
	said=1
	! grep -q 'is in force' "$T/out" || said=0
}
# whole DB: 42 or 43 is in force, with its bytes; 43 when that was said
whole()
{
	imgadm-fleet --db "$1" add --no-poll probe >/dev/null 2>"$T/err" || return 1
	have=$(IMGADM_DB=$1 in_force)
	case $have in 'acme 42' | 'acme 43') ;; *) diag "cut at $at: in force: $have"; return 1 ;; esac
	[ $said != 0 ] || [ "$have" = 'acme 43' ] || { diag "cut at $at: it was said that 43 is in force"; return 1; }
	sqlite3 "$1" "SELECT writefile('$T/bytes', bytes) FROM catalogue_bytes b JOIN catalogue c
		ON c.number = b.number WHERE c.in_force" >/dev/null && cmp -s "$T/bytes" "$T/${have#acme }.xml" ||
		{ diag "cut at $at: not the bytes of $have"; return 1; }
	# And the next import goes on from there.
	IMGADM_DB=$1 "$judge" catalogue import "$T/43.xml" >/dev/null 2>"$T/err"
}
# kept MODE: what the cut leaves
kept()
{
	cut_replay "$1" && whole "$T/after/db"
}
need sqlite3
at=0
lived 0
ok 'without a cut it is there' kept synced
is 'and was said' $said 0
last=$operations
diag "$last operations"
ok 'there is something to cut' test "$last" -gt 5
lost=0 old=0 folders=0 at=$((1 + seed % step))
while [ "$at" -le "$last" ]; do
	lived $at
	for mode in synced all "random:$seed$at"; do
		kept "$mode" || lost=$((lost + 1))
		[ "${have:-}" != 'acme 42' ] || old=$((old + 1))
		folders=$((folders + 1))
	done
	at=$((at + step))
done
diag "$folders folders, $old with the old one"
is 'wherever the power is cut, one of the two is in force, whole' $lost 0
ok 'and some cuts came before it' test $old -gt 0
seen=0 deaf=1
while [ $deaf -le 6 ]; do
	at="after the missing sync $deaf"
	lived 0 $deaf
	kept synced >"$T/diag" || seen=$((seen + 1))
	deaf=$((deaf + 1))
done
ok 'a sync left out is seen' test $seen -gt 0

# kill -9 after some milliseconds, which no operation is told of.
begun=$(date +%s%N)
cut_fresh
"$judge" catalogue import "$T/43.xml" >"$T/out"
span=$((($(date +%s%N) - begun) / 1000000))
n=0 lost=0 before=0
while [ $n -lt 16 ]; do
	cut_fresh
	at="killed $n"
	spawn import "$judge" catalogue import "$T/43.xml"
	moment=$((span * (n * 100 + seed % 100) / 1333))	# of 1.2 times its span
	sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"	# no synchronisation
	kill -KILL "$(cat "$T/import.pid")" 2>/dev/null
	wait "$(cat "$T/import.pid")" 2>/dev/null
	rm "$T/import.pid"
	said=1
	! grep -q 'is in force' "$T/import.log" || said=0
	[ $said = 0 ] || before=$((before + 1))
	whole "$IMGADM_DB" || lost=$((lost + 1))
	n=$((n + 1))
done
diag "$before of 16 were killed before they said so"
is 'killed at any moment, one of the two is in force, whole' $lost 0

# add-release: the file is the old one or the new one.
POWERCUT_DIR=$T/edit; mkdir -p "$T/edit/folder"
catalogue acme 42 >"$T/edit/folder/acme.xml"
printf 'image' >"$T/engine.img"
rm -rf "$T/before"; cp -R "$T/edit" "$T/before"
# edited AT: add-release until the cut
edited()
{
	said=0
	cut_run "$1" 0 "$judge" catalogue add-release "$T/edit/folder/acme.xml" engine-fw 1.1 "$T/engine.img" ||
		said=$?
}
edited 0
cp "$T/edit/folder/acme.xml" "$T/new.xml"
cut_replay synced
last=$operations
ok 'without a cut the new one is there' cmp "$T/after/folder/acme.xml" "$T/new.xml"
lost=0 at=1
while [ "$at" -le "$last" ]; do
	edited $at
	for mode in synced all "random:$seed$at"; do
		cut_replay "$mode"
		cmp -s "$T/after/folder/acme.xml" "$T/new.xml" ||
			{ [ $said != 0 ] && cmp -s "$T/after/folder/acme.xml" "$T/before/folder/acme.xml"; } ||
			{ diag "cut at $at, $mode: neither"; lost=$((lost + 1)); }
	done
	at=$((at + 1))
done
is "wherever the power is cut ($last), the file is the old one or the new one" $lost 0
done_testing
