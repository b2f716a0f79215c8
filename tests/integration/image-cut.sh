#!/bin/sh
# Wherever `imgadm-update image import` is killed by a power cut, the image is in the
# library whole or not at all; what was said to be imported is; and the import again
# succeeds, and leaves nothing behind.
#
# IMGADM_CUTS=STEP looks at each STEP-th operation (3), IMGADM_SEED=N repeats the
# random choices.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3 sqlite3
. "$top_srcdir/tests/integration/cut-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
: "${judge:?}" "${cut_seed:?}" "${operations:=}"
update=${top_builddir:?}/updater/imgadm-update
step=${IMGADM_CUTS:-3}
mkdir -p "$T/store/images"
IMGADM_DB=$T/store/db
IMGADM_IMAGES=$T/store/images
export IMGADM_IMAGES

for k in acme ops; do key $k; done
trust acme acme
echo "imageKey acme $(key_of acme) creators acme" >>"$T/conf/imgadm.conf"
echo "operatorKey ops $(key_of ops)" >>"$T/conf/imgadm.conf"
head -c 150000 /dev/urandom >"$T/2.0"
sum=$(sha256sum "$T/2.0" | cut -d' ' -f1)
made "$T/acme.xml" acme 1 acme 2099-01-01 "<release version=\"2.0\" seq=\"200\" state=\"qualified\" sha256=\"$sum\" size=\"150000\"><from fresh=\"yes\"/></release>
"
ok 'an image' sign "$T/2.0" acme "$("$update" image comment "$T/acme.xml" engine-fw 2.0)"
ok "an operator's signature" sign "$T/2.0" ops \
	"$("$update" image comment --operator "$T/acme.xml" engine-fw 2.0)" -x "$T/2.0.op.minisig"
ok 'its catalogue is in force' "$judge" catalogue import "$T/acme.xml"
cp -R "$T/store" "$T/before"

# imported AT [DEAF]: the import until the cut; said is 0 when it said so
imported()
{
	cut_run "$1" "${2:-0}" "$update" image import "$T/2.0"
	said=1
	! grep -q 'imported' "$T/out" || said=0
}
library() { IMGADM_DB=$T/after/db IMGADM_IMAGES=$T/after/images "$update" image "$@" 2>"$T/err"; }
# files: the image and its signatures are there, to the octet
files()
{
	cmp -s "$T/2.0" "$T/after/images/$sum" && cmp -s "$T/2.0.minisig" "$T/after/images/$sum.minisig" &&
		cmp -s "$T/2.0.op.minisig" "$T/after/images/$sum.op.minisig"
}
# kept MODE: what the cut leaves, and the import again
kept()
{
	cut_replay "$1" || return 1
	imgadm-fleet --db "$T/after/db" add --no-poll probe >"$T/diag" 2>&1 ||
		{ diag "cut at $at, $1: $(cat "$T/diag")"; return 1; }
	have=$(sqlite3 "$T/after/db" 'SELECT count(*) FROM image')
	[ "$have" = 0 ] || files || { diag "cut at $at, $1: in the library, and not whole"; return 1; }
	[ $said != 0 ] || [ "$have" = 1 ] || { diag "cut at $at, $1: it was said to be imported"; return 1; }
	library import "$T/2.0" >"$T/diag" && files ||
		{ diag "cut at $at, $1: not again: $(cat "$T/err")"; return 1; }
	# shellcheck disable=SC2012 # names of our own
	[ "$(ls "$T/after/images" | wc -l)" = 3 ] || { diag "cut at $at, $1: left: $(ls "$T/after/images")"; return 1; }
}

at=0
imported 0
ok 'without a cut it is there' kept synced
is 'and was said' "$said" 0
is 'in the library' "$have" 1
last=$operations
diag "$last operations"
ok 'there is something to cut' test "$last" -gt 20
lost=0 none=0 folders=0 at=$((1 + cut_seed % step))
while [ "$at" -le "$last" ]; do
	imported $at
	for mode in synced all "random:$cut_seed$at"; do
		kept "$mode" || lost=$((lost + 1))
		[ "$have" != 0 ] || none=$((none + 1))
		folders=$((folders + 1))
	done
	at=$((at + step))
done
diag "$folders folders, $none without the image"
is 'wherever the power is cut, it is there whole or not at all' $lost 0
ok 'and some cuts came before it was' test $none -gt 0
ok 'and some behind' test $none -lt $folders
# The octets of the three files, then the row: each is synced before the next.
seen=0 deaf=1 cut_behind=0
while [ $deaf -le 6 ]; do
	at="without sync $deaf"
	imported 0 $deaf
	kept synced >"$T/told" || seen=$((seen + 1))
	deaf=$((deaf + 1))
done
ok 'a sync left out is seen' test $seen -ge 3
done_testing
