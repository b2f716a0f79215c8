#!/bin/sh
# What imgadm-judge answers: show, fleet, what-if, matrix, catalogue diff. Nothing is written by them.
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
ok 'a device is added' "$fleet" add --credential read --site berlin lobby "udp:127.0.0.1:$port"
status 'show: nothing was judged' 0 "$judge" show lobby
like 'it says so' "$(cat "$T/out")" 'lobby: not judged so far'
ok 'polled' "$poll" --no-rrd --quiet
ok 'a catalogue' force 5
like 'judged' "$("$judge" run --json)" '"devices": 1, "judgements": 1, .*"incompatible": 1.*"waiting": 1'
like 'an order waits: v2c may not write' "$("$fleet" advise --list lobby)" 'R-101.*judge.*waiting|judge.*waiting'
json() { python3 -c "import json, sys; d = json.load(sys.stdin); print($1)"; }

# --- show --------------------------------------------------------------------------
status 'show: all' 0 "$judge" show
like 'a line a device' "$(cat "$T/out")" '^lobby +berlin +C650 +incompatible .*FIN needs C650-feed rev B'
status 'show: one' 0 "$judge" show lobby
out=$(cat "$T/out")
like 'its verdict' "$out" '^lobby \(C650\) is incompatible; judged '
like 'its units' "$out" '^FED +C650-feed +incompatible +replace FED by C650-feed rev B'
like 'others are fine' "$out" '^ENG +E-30 +compatible'
like 'the rule' "$out" '^  FIN needs C650-feed rev B or later.*R-101'
like 'what it was told' "$out" '^told 20.*\(waiting\): incompatible'
like 'what to ask next' "$out" 'imgadm-judge explain lobby'
status 'show --json' 0 "$judge" show --json lobby
cp "$T/out" "$T/show.json"
is 'verdict and end' "$(json 'd["verdict"], d["end"], d["proven"]' <"$T/show.json")" 'incompatible recommended True'
is 'the violated rule' "$(json '[r["rule"] for r in d["violated"]]' <"$T/show.json")" "['R-101']"
is 'costs' "$(json 'd["cost_now"]["violated"], d["cost"]["violated"], d["cost"]["visits"]' <"$T/show.json")" '1 0 1'
is 'several as a list' "$("$judge" show --json lobby lobby | json 'len(d)')" 2
status 'show: no such device' 1 "$judge" show lobbi
like 'the nearest' "$(cat "$T/err")" "did you mean 'lobby'"

# --- fleet ---------------------------------------------------------------------------
like 'fleet' "$("$judge" fleet)" '^1 device, 1 judged \(1 shape\).*1 incompatible'
like 'the rules by devices' "$("$judge" fleet)" '^R-101 +1 +0 '
is 'fleet --json' "$("$judge" fleet --json | json 'd["verdicts"]["incompatible"], d["rules"][0]["rule"], d["rules"][0]["violated"], d["catalogues_stale"]')" \
	'1 R-101 1 False'

# --- what-if ---------------------------------------------------------------------------
status 'what-if: another feed' 0 "$judge" what-if lobby --unit FED=C650-feed/B
like 'then it fits' "$(cat "$T/out")" 'lobby with FED=C650-feed/B: compatible'
like 'and which rule is gone' "$(cat "$T/out")" '^  gone +violated +FIN needs'
like 'another finisher does not help' "$("$judge" what-if lobby --unit FIN=FS-5/A)" \
	'still incompatible'
like 'what else would have to be done' "$("$judge" what-if lobby --unit FIN=FS-5/A)" 'What else: replace FED'
like 'without the finisher' "$("$judge" what-if lobby --unit FIN=-)" ': compatible'
like 'a second finisher has no place' "$("$judge" what-if lobby --unit FED=C650-feed --unit FI2=FS-5)" 'slot.finisher'
out=$("$judge" what-if lobby --unit FED=C650-feed --software ENG=engine-fw:G00-31)
like 'a release that wants another' "$out" 'new +violated +ENG needs controller-fw 14'
like 'and what it would take' "$out" 'What else: .*controller-fw 14'
like 'a release that may not be installed' "$("$judge" what-if lobby --software ENG=engine-fw:G00-20)" \
	'engine-fw:G00-20 cannot be installed: it is a draft, or withdrawn'
is 'what-if --json' "$("$judge" what-if --json lobby --unit FED=C650-feed/B |
	json 'd["verdict_now"], d["verdict"], d["gone"][0]["rule"]')" 'incompatible compatible R-101'
for bad in '--unit FED=no-such' '--unit FED=C650-feed/Z' '--unit FED' '--unit XXX=-' '' \
	'--software ENG=engine-fw' '--software ENG=engine-fw:G99' '--software EMG=engine-fw:G00-31'; do
	# shellcheck disable=SC2086 # words
	status "what-if: wrong: '$bad'" 1 "$judge" what-if lobby $bad
done
like 'the nearest symbol' "$(cat "$T/err")" "did you mean 'ENG'"
is 'nothing was written' "$(verdict lobby)" incompatible

# --- matrix -------------------------------------------------------------------------------
status 'matrix' 0 "$judge" matrix C650
like 'a table of two softwares' "$(cat "$T/out")" '^controller-fw \(down\) with engine-fw'
like 'what does not go' "$(cat "$T/out")" '^12 .*no R-11'
like 'what goes' "$(cat "$T/out")" '^14 .*yes'
like 'a table of two units' "$(cat "$T/out")" '^C650-feed \(down\) with FS-5'
is 'matrix --json' "$("$judge" matrix --json C650 | json '[(c["a"], c["b"], c["fits"], c["rule"]) for t in d if t["b"] == "FS-5" for c in t["cells"]][0]')" \
	"('A', 'A', 'no', 'R-101')"
status 'matrix: no such type' 1 "$judge" matrix C651

# --- catalogue diff ---------------------------------------------------------------------------
acme 6 | sed 's/min-rev="B"/min-rev="A"/' >"$T/next.xml"
before=$(sha256sum <"$IMGADM_DB")
status 'diff: unsigned, before its import' 0 "$judge" catalogue diff "$T/next.xml"
like 'whose verdict would change' "$(cat "$T/out")" '^lobby +berlin +incompatible +compatible'
like 'how many' "$(cat "$T/out")" '^1 of 1 verdicts would change: 1 to compatible'
is 'diff --json' "$("$judge" catalogue diff --json "$T/next.xml" | json 'd[0]["device"], d[0]["then"]')" 'lobby compatible'
is 'nothing is written' "$(sha256sum <"$IMGADM_DB")" "$before"
acme 6 >"$T/same.xml"
like 'one that changes nothing' "$("$judge" catalogue diff "$T/same.xml")" '^0 of 1 verdicts'
echo '<catalogue/>' >"$T/wrong.xml"
status 'diff: a wrong file' 1 "$judge" catalogue diff "$T/wrong.xml"
status 'diff: no file' 1 "$judge" catalogue diff "$T/none.xml"
for c in run show fleet what-if matrix 'catalogue diff'; do
	# shellcheck disable=SC2086 # words
	status "$c --help" 0 "$judge" $c --help
	# shellcheck disable=SC2086
	status "$c with an unknown option" 1 "$judge" $c --no-such-option
done
done_testing
