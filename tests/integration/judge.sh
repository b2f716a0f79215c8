#!/bin/sh
# What fits together, said by a signed catalogue, of a real snmpd: judged after the poll,
# told to the device, renewed, removed.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
: "${device:?}" "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}"
need minisign python3 snmpset

ok 'a key' key acme
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 5 -r 1
END
trust acme acme
ok 'a device: FS-5 rev B on a feed of rev A' machine lobby
agent_start module "$T/lobby.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'it is added' "$fleet" add --credential centre lobby "udp:127.0.0.1:$port"
ok 'it is polled' "$poll" --no-rrd --quiet
is 'no catalogue, no verdict' "$(verdict lobby)" None
status 'and nothing is judged by none' 0 "$judge" run
ok 'a catalogue is put in force' force 1

# --- a unit and a unit --------------------------------------------------------------
status 'it is judged after the poll' 0 "$poll" --no-rrd --quiet
is 'unit and unit do not fit (C6)' "$(verdict lobby)" incompatible
is 'an advice stands on the device' "$(col RuleId)" R-101
is 'its subject is the unit (C13)' "$(col Subject)" FED
like 'it says why, and what to do' "$(col Text)" 'R-101: FS-5 needs the heavy paper path.*replace FED'
like 'it names the recommended structure in full (C14)' "$(col Recommendation)" \
	'FED=C650-feed/B.*CTL=C650-ctl/A controller-fw 12.*ENG=E-30/B engine-fw G00-28.*FIN=FS-5/B'
like 'the list shows the verdict' "$("$fleet" list)" '^lobby +- +C650 +incompatible '
like 'and its last line counts it' "$("$fleet" list | tail -1)" '1 incompatible'
like 'show says why' "$("$fleet" show lobby)" 'verdict +incompatible: FIN needs C650-feed rev B'

way_down='    <release version="G00-29" seq="2900" state="qualified" minutes="6">
      <from/>
      <from min-seq="2901" direction="down" settings="keep"/>
    </release>
'
# forced SERIAL RELEASES SED: as force, with the text changed
forced()
{
	acme "$1" "$2" | sed "$3" >"$T/acme.xml" &&
	sign "$T/acme.xml" acme "imgadm-catalogue 1 id=acme serial=$1" &&
	"$judge" catalogue import "$T/acme.xml"
}
sets() { get .1.3.6.1.2.1.11.14.0; }
before=$(sets) index=$(walk imgAdviceText -Oqs)
like 'run again: nothing to judge' "$("$judge" run)" 'nothing to judge'
ok 'all anew' "$judge" run --all --quiet
is 'the same is not said twice' "$(walk imgAdviceText -Oqs)" "$index"
is 'and nothing is written' "$(sets)" "$before"

# --- another part of the same kind ---------------------------------------------------
ok 'a feed of the same revision' unit lobby FED paperFeed C650-feed 1.4 0 88-new --in ENG
ok 'is polled' "$poll" --no-rrd --quiet
is 'it does not fit either' "$(verdict lobby)" incompatible
is 'the same is not said again' "$(walk imgAdviceText -Oqs)" "$index"

# --- cleared -----------------------------------------------------------------------
ok 'the feed is replaced' unit lobby FED paperFeed C650-feed 2.0 0 99-b --in ENG
ok 'it is polled' "$poll" --no-rrd --quiet
is 'it fits' "$(verdict lobby)" compatible
is 'the advice is gone' "$(col Text | wc -l)" 0

# --- the device itself ---------------------------------------------------------------
ok 'the engine is taken out of service' dev lobby unit set ENG --admin-state standby
ok 'it is polled' "$poll" --no-rrd --quiet
is 'device and unit do not fit (C6)' "$(verdict lobby)" incompatible
is 'the subject is the device (C13)' "$(col Subject)" ''
like 'one row' "$(col RuleId)" '^slot\.engine$'
ok 'in service again' dev lobby unit set ENG --admin-state inService
ok 'it is polled' "$poll" --no-rrd --quiet
is 'it fits again' "$(verdict lobby)" compatible

# --- software and software -----------------------------------------------------------
ok 'engine firmware that wants another controller firmware' bank lobby ENG 1 engine-fw G00-31 running
ok 'it is polled' "$poll" --no-rrd --quiet
is 'software and software do not fit (C6)' "$(verdict lobby)" incompatible
like 'the version that fits, and no more (C12)' "$(col Recommendation)" 'CTL=C650-ctl/A controller-fw 14'
is 'one row' "$(col RuleId)" R-11

# --- another creator -------------------------------------------------------------------
creator=other
ok 'the same id and version of another creator' bank lobby ENG 1 engine-fw G00-28 running
creator=acme
ok 'it is polled' "$poll" --no-rrd --quiet
is 'is not known (C15)' "$(verdict lobby)" unknown
is 'and nothing is advised' "$(col Text | wc -l)" 0
is 'nor planned over it' "$("$judge" show --json lobby | python3 -c 'import json, sys
d = json.load(sys.stdin)
print([u["recommended"] for u in d["units"] if u["symbol"] == "ENG"], [p for p in d["plan"] if p.startswith("ENG")])')" '[None] []'

# --- a new catalogue ---------------------------------------------------------------------
ok 'acme again' bank lobby ENG 1 engine-fw G00-28 running
ok 'it is polled' "$poll" --no-rrd --quiet --no-judge
is 'not judged: the verdict is of before' "$(verdict lobby)" 'unknown (old)'
ok 'judged' "$judge" run --quiet
is 'and is not old' "$(verdict lobby)" compatible
ok 'a newer catalogue withdraws what it runs' force 2 '    <release version="G00-29" seq="2900" state="qualified" minutes="6"/>
'
like 'all are judged anew' "$("$judge" run)" '^judged 1 device'

# --- what is decided: version up, bank switched, version down, unit to standby (C12, C16) ------
plan() { "$judge" show --json lobby | python3 -c 'import json, sys
d = json.load(sys.stdin)
print("; ".join(d["plan"]))'; }
ok 'a withdrawn release runs' bank lobby ENG 1 engine-fw G00-20 running
ok 'it is polled' "$poll" --no-rrd --quiet
is 'it has to go' "$(verdict lobby)" incompatible
is 'the rule is of the release' "$(col RuleId)" withdrawn.engine-fw.G00-20
like 'the version that fits this board and this controller, not the newest (C12)' \
	"$(col Recommendation)" 'ENG=E-30/B engine-fw G00-29;'
like 'up (C16)' "$(plan)" 'ENG .*G00-20 -> G00-29'
ok 'another bank holds one that fits' bank lobby ENG 2 engine-fw G00-29 fallback
ok 'it is polled' "$poll" --no-rrd --quiet
ok 'the first bank is good again' bank lobby ENG 1 engine-fw G00-31 running
ok 'a catalogue with a way down, and without a way up' forced 3 "$way_down" \
	's/version="14" seq="1400" state="qualified"/version="14" seq="1400" state="withdrawn" because="it hangs"/'
ok 'it is polled' "$poll" --no-rrd --quiet
is 'the engine wants a controller firmware that is withdrawn' "$(verdict lobby)" incompatible
like 'the bank that fits is switched to (C16)' "$(plan)" 'ENG .*G00-31 -> G00-29.*switch'
ok 'without that bank' dev lobby software remove ENG 2
ok 'it is polled' "$poll" --no-rrd --quiet
like 'the version goes down (C16)' "$(plan)" 'ENG .*G00-31 -> G00-29'
ok 'good again' bank lobby ENG 1 engine-fw G00-28 running
printf 'judgeHardware none\n' >>"$T/conf/imgadm.conf"
ok 'a feed of rev A, and no parts' unit lobby FED paperFeed C650-feed 1.3 0 77-lobby --in ENG
ok 'it is polled' "$poll" --no-rrd --quiet
like 'the unit is to be put on standby (C16)' "$(col Recommendation)" 'FIN=standby'
is 'its subject is that unit' "$(col Subject)" FIN
ok 'a feed of rev B' unit lobby FED paperFeed C650-feed 2.0 0 99-b --in ENG
ok 'it is polled' "$poll" --no-rrd --quiet
is 'it fits' "$(verdict lobby)" compatible
printf 'judge no\n' >>"$T/conf/imgadm.conf"
ok 'the directive is no' bank lobby ENG 1 engine-fw G00-20 running
ok 'it is polled' "$poll" --no-rrd --quiet
is 'and not judged' "$(verdict lobby)" 'compatible (old)'
like 'until it is asked for' "$("$judge" run lobby)" '1 incompatible'
status 'no such device' 1 "$judge" run lobbi
like 'the nearest is named' "$(cat "$T/err")" "did you mean 'lobby'"
done_testing
