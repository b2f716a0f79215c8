#!/bin/sh
# A rollout planned, approved and told: real poll, judge and store, over a fleet that is
# simulated; the audit of it, changed and cut.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/poll-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
: "${judge:?}" "${top_builddir:?}" "${port:=}"
need minisign python3 sqlite3
PATH=$top_builddir/manager:$PATH
update=$top_builddir/updater/imgadm-update
plan() { "$update" plan "$@"; }
# said KEY: of the last plan in JSON, an expression over p
told() { python3 -c "import json, sys
p = json.load(open(sys.argv[1])); print($1)" "$T/plan.json"; }
sql() { sqlite3 -cmd '.timeout 5000' "$T/db" "$1"; }
catalogue_of()
{
	cat <<-XML
	<?xml version="1.0" encoding="UTF-8"?>
	<catalogue xmlns="urn:imgadm:catalogue:1" id="acme" serial="$1" issued="2026-01-01">
	  <creator id="acme" name="Acme Imaging"/>
	  <unit-type id="E-30" class="engine" manufacturer="Acme" model="E-30" banks="2">
	    <rev id="B" seq="2" hardware="2.*"/>
	  </unit-type>
	  <unit-type id="FS-5" class="finisher" manufacturer="Acme" model="FS-5"/>
	  <software id="eng-fw" unit-type="E-30" scheme="dotted">
	    <release version="G00-28" seq="2800" state="qualified" minutes="6"/>
	    <release version="G00-29" seq="2900" state="qualified" minutes="6"/>
	    <release version="G00-30" seq="3000" state="qualified" minutes="6">
	      <from min-seq="2800"/><from direction="down" settings="keep"/>
	      <requires id="R-30" because="it drives the stapler"><unit type="FS-5"/></requires>
	    </release>
	  </software>
	</catalogue>
	XML
}
# image VERSION SEQ: as if it had been imported
image()
{
	sql "INSERT INTO image (software, creator, version, seq, size, sha256, key_id, has_operator,
		label, imported, imported_by) VALUES ('eng-fw', 'acme', '$1', $2, 12582912,
		randomblob(32), zeroblob(8), 0, '', 1, 'test')"
}

ok 'a key' key acme
cat >"$T/conf/imgadm.conf" <<'END'
credential sim -v2c -c public -t 2 -r 1
rollout careful waves="1 50% rest" soak=2h window="Sat 22:00-04:00 Europe/Berlin"
rollout careful approval=two-person
rollout quick approval=auto soak=1h
rollout wrong colour=blue
END
trust acme acme
at() { sed -n "${1}p" "$T/fleet" | awk '{ print $2 }'; }
sim_start --devices 3 --units 9
for i in 1 2 3; do
	ok "device $i, without a finisher" imgadm-fleet add --credential sim --site gera "plain-$i" "$(at $i)"
done
ok 'they are polled' imgadm-poll --no-rrd --quiet --no-judge
sim_stop
sim_start --devices 9 --units 12
for i in 4 5 6 7 8 9; do
	ok "device $i" imgadm-fleet add --credential sim --site "$([ "$i" -lt 7 ] && echo jena || echo suhl)" \
		"room-$i" "$(at $i)"
done
catalogue_of 1 >"$T/acme.xml"
ok 'is signed' sign "$T/acme.xml" acme 'imgadm-catalogue 1 id=acme serial=1'
ok 'and in force' "$judge" catalogue import "$T/acme.xml"
status 'they are polled, too; the first ones are silent now' 2 imgadm-poll --no-rrd --quiet --no-judge
sim_stop

# --- what is asked ------------------------------------------------------------------------
status 'nobody is named' 1 plan eng-fw G00-30
like 'it says what is missing' "$(cat "$T/err")" 'say which devices: a condition, names, or --all'
status 'all, and a condition' 1 plan --all --site jena eng-fw G00-30
status 'no release' 1 plan --all
status 'a verdict that is none' 1 plan --verdict good eng-fw G00-30
status 'sequences that are none' 1 plan --running eng-fw:9-8 eng-fw G00-30
status 'a unit type that no catalogue has' 1 plan --unit-type E-31 eng-fw G00-30
status 'nor its revision' 1 plan --unit-type E-30/C eng-fw G00-30
status 'a list that is not there' 1 plan --list "$T/none" eng-fw G00-30
status 'a policy that is not there' 1 plan --all --policy bold eng-fw G00-30
status 'one with a key that is none' 1 plan --all --policy wrong eng-fw G00-30
like 'says which' "$(cat "$T/err")" 'imgadm.conf, rollout wrong: line 1 of the policy'
status 'an override that is none' 1 plan --all --set soak eng-fw G00-30

# --- dry ----------------------------------------------------------------------------------
plan -n --all eng-fw G00-30 >"$T/out" 2>"$T/err"
is 'some are left out: status 2' $? 2
like 'the selection as it is taken' "$(head -1 "$T/out")" '^selection 1 software=eng-fw version=G00-30$'
like 'how many' "$(cat "$T/out")" '^9 devices: 6 to change, 0 with nothing to do, 3 left out$'
like 'who is left out, and why' "$(cat "$T/out")" '^  plain-1: G00-30 of eng-fw .*FS-5'
like 'what is done' "$(cat "$T/out")" '^  ENG: eng-fw G00-29 -> G00-30, 6 minutes, way back: '
like 'the waves' "$(cat "$T/out")" '^wave 1: [1-6] devices?: room-'
like 'an image is missing' "$(cat "$T/out")" '^not in the library of images: eng-fw G00-30$'
like 'nothing was kept' "$(cat "$T/out")" '^a dry run: nothing was kept$'
status 'it cannot be kept without' 1 plan --all eng-fw G00-30
like 'says which' "$(cat "$T/err")" 'the library has no image of eng-fw G00-30'
image G00-30 3000
image G00-29 2900
is 'nothing is there' "$("$update" status --rollouts 2>&1)" 'no rollout was planned so far'

# --- a selection ----------------------------------------------------------------------------
# count OPTION...: how many are to be changed, of how many
count() { plan -n --json "$@" eng-fw G00-30 >"$T/plan.json" 2>"$T/err"
	told '"%d of %d" % (len(p["members"]), len(p["members"]) + len(p["leftOut"]) + len(p["nothingToDo"]))'; }
is 'of a site' "$(count --site jena)" '3 of 3'
is 'by model' "$(count --model 'c6?0')" '6 of 9'
is 'of no model' "$(count --model 'C7*')" '0 of 0'
is 'by unit type' "$(count --unit-type FS-5)" '6 of 6'
is 'and revision' "$(count --unit-type E-30/B)" '6 of 9'
is 'by what runs' "$(count --running eng-fw:2900-2950)" '6 of 9'
is 'another' "$(count --running eng-fw:2901)" '0 of 0'
is 'at all' "$(count --running eng-fw --site suhl)" '3 of 3'
is 'by verdict' "$(count --verdict incompatible)" '0 of 0'
is 'by trouble' "$(count --trouble acme/T-1)" '0 of 0'
printf 'room-4\n\n  room-5   # the second\n' >"$T/list"
is 'by list' "$(count --list "$T/list")" '2 of 2'
is 'and name' "$(count --list "$T/list" room-9)" '3 of 3'
is 'one that is unknown' "$(count room-4 room-44)" '1 of 2'
is 'is left out' "$(told '[l["why"] for l in p["leftOut"]]')" "['unknown: no device of the fleet has this name']"
status 'what runs already is no failure' 0 plan -n room-4 eng-fw G00-29
like 'and says so' "$(plan -n room-4 eng-fw G00-29)" '^nothing is planned$'
is 'the judge is asked once a shape' "$(count --all; told 'p["asked"]')" '6 of 9
2'

# --- kept ---------------------------------------------------------------------------------
plan -n --json --policy careful --site jena eng-fw G00-30 >"$T/plan.json"
hash=$(told 'p["hash"]') id=$(told 'p["rollout"]')
is 'again: the same hash' "$(plan -n --json --policy careful --site jena eng-fw G00-30 |
	sed -n 's/.*"hash": "\(.*\)".*/\1/p')" "$hash"
plan -n --json --policy careful --set soak=3h --site jena eng-fw G00-30 >"$T/plan.json"
like 'another soak is another plan' "$([ "$(told 'p["hash"]')" != "$hash" ] && told 'p["policy"]')" '^soak 10800s$'
status 'kept' 0 plan --policy careful --site jena eng-fw G00-30
is 'as it was shown' "$("$update" status "$id" --json | sed -n 's/.*"hash": "\(.*\)".*/\1/p')" "$hash"
like 'again: it is there' "$(plan --policy careful --site jena eng-fw G00-30)" '^it is kept already; '
is 'once' "$("$update" status --rollouts --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" 1
like 'in a line' "$("$update" status --rollouts)" "^$id +planned +$(echo "$hash" | cut -c 1-12) "
like 'how it stands' "$("$update" status "$id")" '^wave 1 \(not open\): 1 device, 1 to begin$'
like 'each member' "$("$update" status --all "$id")" '^room-4 +jena +C650 +[123] +planned'
like 'as CSV' "$("$update" status --csv "$id")" '^room-4,jena,C650,[123],planned'
status '--rollouts takes no name' 1 "$update" status --rollouts "$id"

# --- approved --------------------------------------------------------------------------------
status 'too short a hash' 1 "$update" approve "$(echo "$hash" | cut -c 1-7)"
status 'one that there is not' 1 "$update" approve 0123456789
status 'two persons: the planner is not enough' 2 "$update" approve "$(echo "$hash" | cut -c 1-8)"
like 'it says why' "$(cat "$T/err")" "$id waits: .* planned it, and the policy wants somebody else"
like 'it waits' "$("$update" status "$id")" "^$id is planned"
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 true 2>/dev/null && chmod -R a+rwX "$T" &&
	setpriv --reuid=65534 test -x "$update" -a -w "$T/db"; then
	ok 'another person' setpriv --reuid=65534 "$update" approve "$hash"
	like 'approved' "$("$update" status "$id")" "^$id is approved"
	is 'its members' "$("$update" status --json "$id" | grep -c '"state": "approved"')" 4
	status 'once is enough' 2 "$update" approve "$hash"
else
	skip 4 'no second user to approve as'
fi
like 'auto: the policy approves' "$(plan --policy quick --site suhl eng-fw G00-30)" '^it is approved$'
ok 'one person' plan --set soak=5h room-7 eng-fw G00-30
hash=$("$update" status --rollouts --json | python3 -c 'import json, sys
print([r["hash"] for r in json.load(sys.stdin) if r["state"] == "planned" and r["devices"] == 1][0])')
like 'is enough else' "$("$update" approve "$(echo "$hash" | cut -c 1-10)" 2>&1)" ': approved by '

# --- the audit ---------------------------------------------------------------------------------
like 'who did what' "$("$update" audit)" '^1 .* plan +r-eng-fw-g00-30-'
is 'by whom' "$("$update" audit --json | python3 -c 'import json, sys
print(sorted({(e["what"], e["who"] == "policy") for e in json.load(sys.stdin)}))')" \
	"[('approve', False), ('approve', True), ('plan', False)]"
is 'of one rollout' "$("$update" audit --csv --rollout "$id" | grep -c ',plan,')" 1
head=$("$update" audit --verify | sed -n 's/^intact: .* head //p')
like 'it is whole' "$head" '^[0-9]+:[0-9a-f]{64}$'
status 'and goes on from a head' 0 "$update" audit --verify --head "$head"
status 'a head that is none' 1 "$update" audit --verify --head 12
status 'a head without --verify' 1 "$update" audit --head "$head"
cp "$T/audit.log" "$T/kept"; cp "$T/audit.log.head" "$T/kept.head"
sed -i '1s/what=plan/what=plaN/' "$T/audit.log"
status 'a changed byte is found' 2 "$update" audit --verify
like 'where' "$("$update" audit --verify 2>&1; "$update" audit --verify --json 2>&1)" '"finding": "changed"'
status 'nor is it listed as if nothing was' 3 "$update" audit
cp "$T/kept" "$T/audit.log"
sed -i '$d' "$T/audit.log"
status 'a tail that was cut' 2 "$update" audit --verify
like 'is found' "$(cat "$T/err")" ': cut: '
is 'also by a head elsewhere' "$(rm "$T/audit.log.head"; "$update" audit --verify --head "$head" --json 2>/dev/null |
	sed -n 's/.*"later": \([0-9]*\).*/\1/p')" 1
echo 'rollout careful soak' >>"$T/conf/imgadm.conf"
status 'a policy without values' 1 plan --all eng-fw G00-30
like 'says what it wants' "$(cat "$T/err")" "rollout 'soak': want KEY=VALUE"
done_testing
