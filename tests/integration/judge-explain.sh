#!/bin/sh
# imgadm-judge explain and why-not, of a device that was polled: what is said, and wrong questions.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
: "${device:?}" "${v2c:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}"
need minisign python3

key acme
echo "credential read $v2c" >"$T/conf/imgadm.conf"
trust acme acme
machine lobby
agent_start module "$T/lobby.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'a device is added' "$fleet" add --credential read lobby "udp:127.0.0.1:$port"
status 'explain: before it was polled' 2 "$judge" explain lobby
like 'what to do is said' "$(cat "$T/err")" 'imgadm-poll'
ok 'polled' "$poll" --no-rrd --quiet
status 'explain: without a catalogue' 0 "$judge" explain lobby
like 'nothing speaks of it' "$(tr '\n' ' ' <"$T/out")" 'is not judged: no rule.*imgadm-judge catalogue import'
ok 'a catalogue' force 1

# --- explain ---------------------------------------------------------------------------
status 'explain' 0 "$judge" explain lobby
out=$(cat "$T/out")
like 'the device, by name, model and serial number' "$out" \
	'^lobby \(C650, serial S-lobby\) is incompatible: 1 rule is violated\.'
like 'who needs what, and by which rule' "$out" \
	'FIN +finisher FS-5, serial F-lobby, rev B +needs +C650-feed rev B or later +R-101: FS-5 needs the heavy paper path'
like 'and what is there' "$out" 'FED +paper feed C650-feed, serial 77-lobby, rev A +is +rev A'
like 'what to do' "$out" 'What to do: replace FED by C650-feed rev B \(in stock, 310; one visit\)'
like 'and without a part' "$out" 'or, without a part: take FIN out of service'
ok 'a run' "$judge" run --quiet
like 'told, or not yet' "$("$judge" explain lobby)" 'Not yet told to the device'
"$judge" explain --json lobby >"$T/x.json"
json() { python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print($1)" "$T/x.json"; }
is 'as JSON: the verdict' "$(json 'd["verdict"], d["stale"], d["conflict"]')" "incompatible False ['R-101']"
is 'the facts of the rule' "$(json '[(f["symbol"], f["verb"]) for f in d["rules"][0]["facts"]]')" \
	"[('FIN', 'needs'), ('FED', 'is')]"
status 'explain: no such device' 1 "$judge" explain lobbi
like 'the nearest' "$(cat "$T/err")" "did you mean 'lobby'"
status 'explain: no device named' 1 "$judge" explain

# --- why-not ---------------------------------------------------------------------------
is 'why not the newest' "$("$judge" why-not lobby engine-fw G00-31 | head -1)" \
	'G00-31 of engine-fw (acme) is not chosen: it would fit, but costs more (units changed: 3, not 1); it also needs: install controller-fw 14 on CTL (it runs 12); replace FED by C650-feed rev B (in stock, 310; one visit).'
like 'why not a withdrawn one' "$("$judge" why-not lobby engine-fw G00-20 | tr '\n' ' ')" \
	'it is withdrawn \(it jams\); instead: G00-28\..*Nearest that fits: G00-28 \(it runs now\)'
like 'what runs' "$("$judge" why-not lobby acme:engine-fw G00-28)" 'is what runs, and may stay'
like 'of a unit it is not made for' "$("$judge" why-not --unit CTL lobby engine-fw G00-31)" \
	'it is not made for CTL \(controller C650-ctl'
"$judge" why-not --json lobby engine-fw G00-31 >"$T/x.json"
is 'as JSON' "$(json 'd["unit"], d["software"], d["version"], "costs more" in d["text"]')" \
	'ENG engine-fw G00-31 True'
status 'no such software' 1 "$judge" why-not lobby engin-fw G00-31
like 'the nearest software' "$(cat "$T/err")" 'did you mean engine-fw'
status 'no such release' 1 "$judge" why-not lobby engine-fw G00-32
like 'the nearest release' "$(cat "$T/err")" 'no release G00-32 of engine-fw is listed; there is G00-31'
status 'no such unit' 1 "$judge" why-not --unit ENGG lobby engine-fw G00-31
like 'the nearest unit' "$(cat "$T/err")" 'ENG'
status 'a creator that has none' 1 "$judge" why-not lobby beta:engine-fw G00-31
status 'too few words' 1 "$judge" why-not lobby engine-fw

# --- what no catalogue lists -------------------------------------------------------------
ok 'an engine firmware that nobody lists' bank lobby ENG 1 engine-fw G00-99 running
ok 'a feed that fits' unit lobby FED paperFeed C650-feed 2.0 0 99-b --in ENG
ok 'polled' "$poll" --no-rrd --quiet
like 'is said to be that' "$("$judge" explain lobby | tr '\n' ' ')" 'is unknown:.*ENG.*runs +engine-fw G00-99, which no catalogue lists'
like 'and who can help' "$("$judge" explain lobby)" 'ask the maker for a catalogue that lists it, newer than acme \(serial 1\)'
status 'nothing is planned for it' 2 "$judge" plan lobby
like 'and why' "$(tr '\n' ' ' <"$T/out")" 'No plan: what is not known cannot be changed.*imgadm-judge explain'
ok 'it is mended' bank lobby ENG 1 engine-fw G00-28 running
ok 'polled' "$poll" --no-rrd --quiet
like 'compatible' "$("$judge" explain lobby)" '^lobby \(C650, serial S-lobby\) is compatible: [0-9]+ rules hold\.$'
status 'what if a unit were gone that holds another' 1 "$judge" what-if lobby --unit ENG=-
like 'says which has to go before' "$(cat "$T/err")" 'FED is in it: take that out before, with --unit FED=-'
status 'what if both were gone' 0 "$judge" what-if lobby --unit FIN=- --unit FED=- --unit ENG=-
done_testing
