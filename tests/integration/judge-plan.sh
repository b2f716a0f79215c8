#!/bin/sh
# What is done first, and what for: imgadm-judge plan on a device that was polled.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
: "${device:?}" "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${digest_1:?}"
need minisign python3

told() { "$judge" plan lobby 2>&1; }
# json EXPRESSION: of the plan, as p
json() { "$judge" plan --json lobby | python3 -c "import json, sys
p = json.load(sys.stdin); print($1)"; }
polled() { ok 'it is polled' "$poll" --no-rrd --quiet --no-judge; }

ok 'a key' key acme
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 5 -r 1
END
trust acme acme
ok 'a device: FS-5 rev B on a feed of rev B' machine lobby 2.0
agent_start module "$T/lobby.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'it is added' "$fleet" add --credential centre lobby "udp:127.0.0.1:$port"
ok 'a catalogue is put in force' force 1 '<release version="G00-10" seq="1000" state="withdrawn" because="it burns" severity="must">
  <conflicts id="R-12" because="another protocol"><software id="controller-fw" min-seq="1400"/></conflicts></release>
'
polled

status 'what fits needs no plan' 0 "$judge" plan lobby
like 'and says so' "$(told)" '^Plan: nothing has to be changed\.$'
is 'in JSON too' "$(json 'p["end"], p["steps"]')" "nothingToDo []"

# --- a release ----------------------------------------------------------------------------
ok 'engine firmware that wants another controller firmware' bank lobby ENG 1 engine-fw G00-31 running
polled
status 'it is planned' 0 "$judge" plan lobby
like 'the verdict comes first' "$(told | head -1)" '^lobby \(C650, serial S-lobby\) is incompatible'
like 'what it costs' "$(told)" '^Plan: 1 step, 3 minutes, 1 restart\.$'
like 'unit, serial, releases, way back' "$(told)" \
	'^1\. CTL \(controller C650-ctl, serial C-lobby, rev A\): controller-fw 12 -> 14, 3 minutes, 1 restart, way back: yes$'
like 'and what for' "$(told)" '^   cures R-11: new fuser table'
is 'in JSON' "$(json '[(s["unit"], s["kind"], s["version"], s["seq"], s["minutes"], s["wayBack"]) for s in p["steps"]]')" \
	"[('CTL', 'install', '14', 1400, 3, True)]"
is 'with its cost' "$(json 'p["costNow"]["violated"], p["cost"]["violated"], p["cost"]["units"], p["proven"]')" \
	'1 0 1 True'

# --- a bank that holds it ---------------------------------------------------------------------
ok 'it stands in the other bank' bank lobby CTL 2 controller-fw 14 fallback
polled
like 'it is switched to' "$(told)" ': controller-fw 12 -> 14, 14 stands in bank 2 and is switched to, 1 minute, '
is 'in JSON' "$(json 'p["steps"][0]["kind"], p["steps"][0]["bank"]')" 'switch 2'
ok 'no longer' dev lobby software set CTL 2 --bank-state empty

# --- a visit -----------------------------------------------------------------------------------
ok 'a feed of rev A' unit lobby FED paperFeed C650-feed 1.3 0 77-a --in ENG
polled
like 'software first, then the visit' "$(told)" '^Plan: 1 step, 3 minutes, 1 restart, then a visit\.$'
like 'the last step' "$(told)" '^2\. FED \(.*serial 77-a, rev A\): replace FED by C650-feed rev B \(in stock, 310; one visit\); the device is judged anew after it$'
is 'in JSON' "$(json 'p["visit"], p["steps"][1]["kind"], p["steps"][1]["part"]["unitType"], p["steps"][1]["part"]["rev"]')" \
	'True visit C650-feed B'
ok 'rev B' unit lobby FED paperFeed C650-feed 2.0 0 77-b --in ENG

# --- neither first --------------------------------------------------------------------------------
ok 'an engine that has to go to a release that the controller has to follow' \
	bank lobby ENG 1 engine-fw G00-10 running
ok 'and may not go below it' dev lobby software set ENG 1 --floor 3000
polled
like 'both at once' "$(told)" '^1\. At once, all or none:$'
is 'in one group' "$(json '[(s["unit"], s["group"]) for s in p["steps"]]')" "[('CTL', 1), ('ENG', 1)]"
ok 'the engine has one bank' unit lobby ENG engine E-30 2.1 1 E-lobby --in DEV
polled
status 'no order is safe' 2 "$judge" plan lobby
like 'it says by which rule' "$(told)" 'before the others is against R-1[12]: '
like 'and why not at once' "$(told)" 'not each has a second bank'
like 'and what to do' "$(told)" '^What to do: '
is 'in JSON' "$(json 'p["end"], p["steps"]')" 'noOrder []'

# --- a release that is named -----------------------------------------------------------------------
agent_stop
ok 'another device' machine room 2.0
ok 'an older engine' bank room ENG 1 engine-fw G00-21 running
ok 'a newer controller' bank room CTL 1 controller-fw 14 running
agent_start module "$T/room.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'the first is gone' "$fleet" remove lobby
ok 'it is added' "$fleet" add --credential centre room "udp:127.0.0.1:$port"
ok 'a catalogue with a stepping stone, a draft, and a release of a digest' force 2 "
<release version='G00-10' seq='1000' state='withdrawn' because='it burns' severity='must'>
  <conflicts id='R-12' because='another protocol'><software id='controller-fw' min-seq='1400'/></conflicts></release>
<release version='G00-21' seq='2100' state='qualified'/>
<release version='G00-30' seq='3000' state='qualified' minutes='6' size='4096'
 sha256='$digest_1'><from min-seq='2800'/></release>
<release version='G00-32' seq='3200' state='draft' minutes='6'/>
"
polled
named() { "$judge" plan --json room "$@" | python3 -c "import json, sys
p = json.load(sys.stdin); print($say)"; }
status 'a release that is named is planned' 0 "$judge" plan room engine-fw G00-30
like 'over its stepping stone' "$("$judge" plan room engine-fw G00-30)" \
	'engine-fw G00-21 -> G00-28 -> G00-30 \(stepping stone: G00-28\), 12 minutes, 2 restarts, way back: yes$'
say='[(s["fromVersion"], s["version"], s["steppingStone"]) for s in p["steps"]]'
is 'in JSON from where to where' "$(named engine-fw G00-30)" \
	"[('G00-21', 'G00-28', True), ('G00-28', 'G00-30', False)]"
say='[(s["unit"], s["unitIndex"] > 1, s["serial"], s["model"], s["hardwareRev"], s["fromSoftware"], s["creator"], s["restarts"], s["groupSize"], s["stop"]) for s in p["steps"]][1]'
is 'the unit as its row is found' "$(named acme:engine-fw G00-30)" \
	"('ENG', True, 'E-room', 'E-30', '2.1', 'engine-fw', 'acme', 1, 0, False)"
say='[(s.get("size"), s.get("sha256", "")[:4]) for s in p["steps"]], p["minutes"], p["restarts"]'
is 'the image as it is listed' "$(named engine-fw G00-30)" \
	"[(None, ''), (4096, '0101')] 12 2"
say='p["end"], p["steps"], p["unit"]'
is 'what runs already' "$(named engine-fw G00-21)" 'nothingToDo [] ENG'
status 'is no failure' 0 "$judge" plan room engine-fw G00-21
status 'a draft is none to go to' 2 "$judge" plan room engine-fw G00-32
status 'unless it may be' 0 "$judge" plan --drafts room engine-fw G00-32
ok 'the controller is behind' bank room CTL 1 controller-fw 12 running
polled
status 'what would break a rule' 2 "$judge" plan room engine-fw G00-31
like 'says why not' "$("$judge" plan room engine-fw G00-31)" '^No plan: G00-31 of engine-fw \(acme\) .* install controller-fw 14 on CTL'
say='p["end"]'
is 'in JSON too' "$(named engine-fw G00-31)" noAnswer
status 'the unit is named' 0 "$judge" plan --unit ENG room engine-fw G00-28
status 'one that it has not' 1 "$judge" plan --unit ENGG room engine-fw G00-28
status 'a release that is none' 1 "$judge" plan room engine-fw G00-99
status 'a release without its version' 1 "$judge" plan room engine-fw
status '--unit without a release' 1 "$judge" plan --unit ENG room

status 'no such device' 1 "$judge" plan roo
like 'the nearest is named' "$(cat "$T/err")" "did you mean 'room'"
status 'a device has to be named' 1 "$judge" plan
done_testing
