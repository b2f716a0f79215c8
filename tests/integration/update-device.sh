#!/bin/sh
# One device's updates from the centre: planned, ordered, SET and followed over real snmpd,
# with an actor in the place of imgadm-install; what is refused before anything is sent.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
: "${device:?}" "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${update:?}" "${top_builddir:?}"
need minisign python3 sqlite3
actor=$top_builddir/tests/integration/update_actor
[ -x "$actor" ] || skip_all "$actor is not built"
db=$IMGADM_DB

polled() { ok 'it is polled' "$poll" --no-rrd --quiet --no-judge; }
act() { stop actor 2>/dev/null; spawn actor "$actor" "$T/room.db" "$1" "${2:-150}"; }
sql() { sqlite3 -cmd '.timeout 5000' "$db" "$1"; }
# image VERSION SEQ: as if it had been imported
image()
{
	sql "INSERT INTO image (software, creator, version, seq, size, sha256, key_id, has_operator,
		label, imported, imported_by) VALUES ('engine-fw', 'acme', '$1', $2, 12582912,
		randomblob(32), zeroblob(8), 0, '', 1, 'test')"
}
to() { "$update" device room "$@" --timeout 60 2>&1; }
orders() { sql "SELECT count(*) FROM update_order WHERE state = $1"; }
grants() { "$update" grants --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
# state UNIT KEY: as status tells it
state() { "$update" status room --json | python3 -c 'import json, sys
for r in json.load(sys.stdin):
    if r["unit"] == sys.argv[1]: print(r[sys.argv[2]])' "$1" "$2"; }

ok 'a key' key acme
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 2 -r 1
credential weak -v 3 -l authNoPriv -u weak -a SHA-256 -A authpass12 -t 2
site berlin imageBase tftp://127.0.0.1:6969/
END
trust acme acme
ok 'a device' machine room 2.0
ok 'an engine of rev A' unit room ENG engine E-30 1.1 2 E-room --in DEV
ok 'with older software' bank room ENG 1 engine-fw G00-21 running
ok 'that can be updated' dev room unit set ENG --installer /nonexistent/installer
ok 'its controller, too' dev room unit set CTL --installer /nonexistent/installer
conf='createUser weak SHA-256 authpass12
rwuser weak auth'
agent_start module "$T/room.db" "$conf" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'it is added' "$fleet" add --credential centre --site berlin room "udp:127.0.0.1:$port"
ok 'a catalogue is put in force' updates 1
polled

# --- what would be done -----------------------------------------------------------------------
status 'dry run: an image that is not there' 1 "$update" device room engine-fw G00-30 --dry-run
like 'all of them, by their versions' "$(cat "$T/err")" '^imgadm-update: room: the library has no image of engine-fw G00-28, engine-fw G00-30: imgadm-update image import'
image G00-28 2800; image G00-30 3000; image G00-31 3100; image G00-32 3200; image G00-40 4000; image G00-21 2100
is 'dry run: in one line' "$(to engine-fw G00-30 --dry-run)" \
	'room, ENG (E-30, serial E-room): engine-fw G00-21 → G00-28 → G00-30 (stepping stone: G00-28), 12 minutes, 2 restarts, way back: yes'
is 'nothing was ordered' "$(orders 1)$(grants)" 00
is 'nor written' "$(row ENG Order) $(row ENG State)" '0 idle'
like 'in JSON' "$("$update" device room engine-fw G00-30 --dry-run --json)" '"end": "planned"'
like 'what runs already' "$(to engine-fw G00-21)" 'runs G00-21 already'
status 'is no failure' 0 "$update" device room engine-fw G00-21
status 'what breaks a rule is refused' 2 "$update" device room engine-fw G00-31
like 'by the judge' "$(cat "$T/err")" 'No plan: G00-31'
status 'no such release' 1 "$update" device room engine-fw G00-99
like 'says so under its own name' "$(cat "$T/err")" '^imgadm-update: no release G00-99 of engine-fw is listed'
status 'no such device' 1 "$update" device rom engine-fw G00-30
like 'the nearest' "$(cat "$T/err")" "did you mean 'room'"
status 'no such unit' 1 "$update" device room engine-fw G00-30 --unit ENGG
for command in '' device 'image check' 'tickets sign'; do
	# shellcheck disable=SC2086 # words, or none
	like "help: $command" "$("$update" $command --help)" '[-][-]help'
done
status 'neither release nor plan' 1 "$update" device room
status 'both' 1 "$update" device room engine-fw G00-30 --plan
status '--when what' 1 "$update" device room engine-fw G00-30 --when later
status '--bank 9' 1 "$update" device room engine-fw G00-30 --bank 9
status '--timeout' 1 "$update" device room engine-fw G00-30 --timeout never
IMGADM_JUDGE=/nonexistent status 'no judge' 1 env IMGADM_JUDGE=/nonexistent "$update" device room engine-fw G00-30
like 'says which' "$(cat "$T/err")" 'IMGADM_JUDGE'

# --- refused before anything is sent -----------------------------------------------------------
sql "UPDATE device SET credential = 'weak'"
status 'a weak credential' 1 "$update" device room engine-fw G00-30
like 'says why' "$(cat "$T/err")" "credential 'weak' is not SNMPv3 authPriv"
is 'nothing was ordered' "$(orders 1)$(grants)" 00
sql "UPDATE device SET credential = 'centre'"
sed -i 's/^site /#&/' "$T/conf/imgadm.conf"
status 'nowhere to fetch from' 1 "$update" device room engine-fw G00-30
like 'which line is missing' "$(cat "$T/err")" 'site berlin imageBase tftp://ADDRESS/'
sed -i 's/^#site /site /' "$T/conf/imgadm.conf"
ok 'its owner is not the centre' dev room update owner ENG local
status 'it is left alone' 2 "$update" device room engine-fw G00-30
like 'says who' "$(cat "$T/err")" 'G00-30 .* is not chosen: .*imgUpdateOwner is local.*imgadm-device update owner ENG centre'
is 'nothing was ordered' "$(orders 1)$(grants)" 00
ok 'it is judged' "$judge" run --quiet
ok 'the judge plans something else' "$judge" plan room
like 'and says why' "$(cat "$T/out")" '^ENG \(.*\) is left alone: what it runs is decided at the device \(imgUpdateOwner is local\)'
unlike 'none of its releases' "$(cat "$T/out")" 'engine-fw G00'
ok 'so does what is recommended' "$update" device room --plan --dry-run
like 'for the same reason' "$(cat "$T/out")" '^ENG: is left alone: imgUpdateOwner is local'
like 'status tells it' "$(state ENG text)" 'decided at the device \(local\)'
ok 'it is locked' dev room update owner ENG locked
status 'it is left alone' 2 "$update" device room engine-fw G00-30
like 'says so' "$(cat "$T/err")" 'imgUpdateOwner is locked'
ok 'it is the centre again' dev room update owner ENG centre
status 'which is seen at once' 0 "$update" device room engine-fw G00-30 --dry-run
unlike 'status has forgotten it' "$(state ENG text)" local
# The real judge's plan, but that what runs cannot be had again.
cat >"$T/no-way-back" <<END
#!/bin/sh
"$judge" "\$@" | sed 's/"wayBack": *true/"wayBack": false/g'
END
chmod 755 "$T/no-way-back"
status 'no way back' 1 env IMGADM_JUDGE="$T/no-way-back" "$update" device room engine-fw G00-28 --when stage
like 'says what to say' "$(cat "$T/err")" 'no way back from .*G00-28: say --no-way-back'
is 'nothing was ordered' "$(orders 1)$(grants)" 00

# --- over a stepping stone ------------------------------------------------------------------------
ok 'it is judged' "$judge" run --quiet
is 'it does not fit' "$(verdict room)" incompatible
act good 500
status 'C12 the version that fits this revision, not the newest, over a stepping stone' 0 \
	"$update" device room --plan --timeout 60
like 'what was planned' "$(head -1 "$T/out")" 'ENG .*: engine-fw G00-21 → G00-28 → G00-30 \(stepping stone: G00-28\)'
is 'each state a line' "$(sed 's/ (.*//' "$T/out" | grep -c '^ENG: \(requested\|downloading.*\|verifying\|staged\|switching\|trial\|proven\|committed\)$' | awk '{ print ($1 >= 6) }')" 1
like 'how far' "$(cat "$T/out")" '^ENG: downloading [0-9.]+ of 12\.0 MiB$'
like 'read back after the first' "$(cat "$T/out")" '^ENG: runs engine-fw G00-28 \(read back\)$'
like 'and after the second' "$(cat "$T/out")" '^ENG: runs engine-fw G00-30 \(read back\)$'
is 'that is what runs' "$(runs room ENG)" 'engine-fw G00-30'
is 'committed' "$(row ENG State)" committed
is 'with the number of its order' "$(row ENG Order)" "$(sql 'SELECT max(number) FROM update_order')"
is 'both orders were taken' "$(orders 1) $(orders 2)" '0 2'
is 'no grant is left' "$(grants)" 0
is 'status says so' "$(state ENG state) $(state ENG version)" 'committed G00-30'
is 'the poller is told' "$(sql 'SELECT count(*) FROM soon')" 1
status 'once more, before it was polled: nothing to do' 0 "$update" device room engine-fw G00-30 --timeout 60
like 'it runs already' "$(cat "$T/out")" 'ENG runs G00-30 already'
is 'nothing was ordered' "$(orders 1) $(orders 2)" '0 2'
polled
ok 'it is judged' "$judge" run --quiet
is 'C12 it fits' "$(verdict room)" compatible
status 'nothing is planned any more' 0 "$update" device room --plan
like 'says so' "$(cat "$T/out")" 'nothing has to be changed'

# --- what the device says ---------------------------------------------------------------------------
act fail
ok 'another engine version is wanted' bank room ENG 2 engine-fw G00-21 running
ok 'the other bank' bank room ENG 1 engine-fw G00-20 fallback
polled
status 'the device refuses the image' 2 "$update" device room engine-fw G00-28 --timeout 60
like 'with its reason, escaped' "$(cat "$T/err")" 'room: ENG: failed: badSignature: the signature is \\x1b\[31mwrong'
is 'status says so' "$(state ENG state) $(state ENG reason)" 'failed badSignature'
is 'no grant is left' "$(grants)" 0
act back
status 'it goes back' 2 "$update" device room engine-fw G00-28 --timeout 60
like 'and says why' "$(cat "$T/err")" 'rolledBack: didNotStart: no sign'
act liar
status 'it says proven, and runs something else' 2 "$update" device room engine-fw G00-28 --timeout 60
like 'the version that runs counts' "$(cat "$T/err")" 'it says that G00-28 is proven, and runs G00-21'
is 'it was not confirmed' "$(row ENG State)" proven
status 'another update is under way' 2 "$update" device room engine-fw G00-30 --timeout 60
like 'says so' "$(cat "$T/err")" 'runs G00-21'
status 'what is proven is taken back' 0 "$update" rollback room ENG
like 'and it says so' "$(cat "$T/out")" '^ENG: rollback was sent$'
is 'the device was told' "$(row ENG Command) $(row ENG State)" 'rollback rolledBack'
is 'and status knows it' "$(state ENG state)" rolledBack
status 'confirm of a unit that is not there' 1 "$update" confirm room ENGG
stop actor
sqlite3 "$T/room.db" "UPDATE unit_update SET state = 1; UPDATE update_head SET stamp = stamp + 1"

# --- left, and ended -----------------------------------------------------------------------------------
act slow
status 'the time is over: it goes on' 2 "$update" device room engine-fw G00-28 --timeout 3
like 'says how to go on' "$(cat "$T/err")" 'the time is over; the update goes on \(order [0-9]+\): imgadm-update status room .* imgadm-update abort room ENG'
is 'it does' "$(row ENG State)" downloading
spawn follow "$update" device room engine-fw G00-28 --timeout 60
ok 'the same command follows it' wait_for 30 grep -q 'is under way already' "$T/follow.log"
ok 'and says where it is' wait_for 30 grep -q 'ENG: downloading' "$T/follow.log"
kill -INT "$(cat "$T/follow.pid")"
ok 'Ctrl-C leaves it' wait_for 30 grep -q 'stopped; the update goes on' "$T/follow.log"
is 'as it is' "$(row ENG State)" downloading
status 'abort' 0 "$update" abort room ENG
like 'what was done' "$(cat "$T/out")" '^ENG: abort was sent$'
like 'and what came of it' "$(cat "$T/out")" '^ENG: failed: aborted$'
is 'status knows it at once' "$(state ENG state) $(state ENG reason)" 'failed aborted'
failed() { [ "$(row ENG State)" = failed ]; }
ok 'it is ended' wait_for 30 failed
is 'why' "$(row ENG Reason)" aborted
spawn follow "$update" device room engine-fw G00-30 --timeout 60
ok 'the first of two steps' wait_for 30 grep -q 'ENG: downloading' "$T/follow.log"
kill -INT "$(cat "$T/follow.pid")"
ok 'Ctrl-C: the second is nobody'"'"'s' wait_for 30 grep -Eq 'stopped; this step goes on by itself \(order [0-9]+\), the 1 step after it does not: imgadm-update device room engine-fw G00-30 goes on with it' "$T/follow.log"
stop actor
status 'abort of what does nothing now' 2 "$update" abort room ENG
like 'is not done so far' "$(cat "$T/out")" '^ENG: is downloading so far'
is 'status says both' "$(state ENG state), $(state ENG text)" 'downloading, abort was sent, and is not done as far as was heard'
act slow
ok 'it is done later' wait_for 30 failed
spawn follow "$update" device room engine-fw G00-28 --timeout 60
ok 'one whose grant is withdrawn' wait_for 30 grep -q 'ENG: downloading' "$T/follow.log"
ok 'by hand' "$update" grants --withdraw "$(sql 'SELECT max(number) FROM image_grant')"
act lost
ok 'finds nothing, and why is said' wait_for 30 grep -q 'failed: notFound: its grant was withdrawn here' "$T/follow.log"
is 'status says it' "$(state ENG reason): $(state ENG text)" 'notFound: its grant was withdrawn here'
act slow
status 'abort where nothing is' 0 "$update" abort room
status 'abort of no unit' 1 "$update" abort room ENGG
status 'nothing to confirm' 0 "$update" confirm room
like 'is said' "$(cat "$T/out")" '^room: no unit has an update to confirm; imgadm-update status room'
status 'nothing to roll back on this unit' 2 "$update" rollback room ENG
like 'says why' "$(cat "$T/err")" 'room: ENG: its update is failed: .*: there is nothing to rollback'

# --- later -----------------------------------------------------------------------------------------------
act good
status 'staged, not switched; no way back, and so be it' 0 env IMGADM_JUDGE="$T/no-way-back" \
	"$update" device room engine-fw G00-28 --when stage --no-way-back --timeout 60
is 'it stands there' "$(row ENG State) $(runs room ENG)" 'staged engine-fw G00-21'
status 'the same without stage: switched' 0 "$update" device room engine-fw G00-28 --timeout 60
is 'it runs' "$(row ENG State) $(runs room ENG)" 'committed engine-fw G00-28'
polled
status 'at a moment' 0 "$update" device room engine-fw G00-30 --when at=2030-01-01T00:00 --timeout 60
like 'which is said' "$(cat "$T/out")" '^ENG: it is switched to at 2030-01-01'
is 'and written' "$(row ENG When) $(row ENG State)" 'at staged'
like 'as it is' "$(row ENG At)" '2030-1-1,0:0:0'
ok 'taken back' "$update" abort room ENG
sed -i 's|^site berlin imageBase .*|site berlin imageBase https://images.example/fw/|' "$T/conf/imgadm.conf"
status 'when it is idle, from a server of others' 0 "$update" device room engine-fw G00-30 --when idle \
	--no-confirm --timeout 60
is 'by the digest, and no grant' "$(row ENG Uri) $(row ENG When) $(grants)" \
	"https://images.example/fw/$(sql 'SELECT lower(hex(sha256)) FROM image WHERE seq = 3000') idle 0"
sed -i 's|^site berlin imageBase .*|site berlin imageBase tftp://127.0.0.1:6969/|' "$T/conf/imgadm.conf"
ok 'taken back' "$update" rollback room ENG
ok 'it runs what ran' bank room ENG 1 engine-fw G00-28 running
ok 'alone' dev room software set ENG 2 --bank-state empty
polled
status 'left proven' 0 "$update" device room engine-fw G00-30 --no-confirm --timeout 60
is 'it is' "$(row ENG State) $(runs room ENG)" 'proven engine-fw G00-30'
polled
ok 'a controller for the next' bank room CTL 1 controller-fw 14 running
polled
status 'something else is wanted' 2 "$update" device room engine-fw G00-32 --timeout 60
like 'what is proven stands before it' "$(cat "$T/err")" 'another update is under way \(proven\): imgadm-update confirm room ENG keeps it, imgadm-update rollback room ENG takes it back'
is 'and is left alone' "$(row ENG State) $(runs room ENG)" 'proven engine-fw G00-30'
status 'what is proven is kept' 0 "$update" confirm room
like 'and it says so' "$(cat "$T/out")" '^ENG: confirm was sent$'
committed() { [ "$(row ENG State)" = committed ]; }
ok 'the device keeps it' wait_for 30 committed
status 'what is kept is not taken back' 2 "$update" rollback room ENG
like 'how it could go back is said' "$(cat "$T/err")" 'committed: .*engine-fw G00-28 still stands in bank [12], and the catalogue in force gives no way down'
polled

# --- a bank that holds it ------------------------------------------------------------------------------------
ok 'the other bank holds another' bank room ENG 1 engine-fw G00-32 fallback
ok 'with the controller for it' bank room CTL 1 controller-fw 14 running
polled
is 'no bytes were fetched' "$(sql 'SELECT count(*) FROM image_grant')" 0
status 'C16 bank switched' 0 "$update" device room engine-fw G00-32 --timeout 60
is 'without an image' "$(row ENG Uri) $(row ENG BytesDone)" ' 0'
is 'it runs' "$(row ENG State) $(runs room ENG)" 'committed engine-fw G00-32'
like 'it was a switch' "$("$update" status room --json)" '"command":"(switch|confirm)"'

ok 'the other bank is empty' dev room software set ENG 2 --bank-state empty
polled
status 'C16 version down' 0 "$update" device room engine-fw G00-30 --timeout 60
like 'said' "$(head -1 "$T/out")" 'G00-32 → G00-30, downward, '
is 'it runs' "$(row ENG State) $(runs room ENG)" 'committed engine-fw G00-30'
status 'C16 version up' 0 "$update" device room engine-fw G00-32 --timeout 60
is 'it runs' "$(row ENG State) $(runs room ENG)" 'committed engine-fw G00-32'

# --- for machines -------------------------------------------------------------------------------------------------
polled
is 'JSON: nothing but JSON' "$("$update" device room engine-fw G00-30 --timeout 60 --json |
	python3 -c 'import json, sys
d = json.load(sys.stdin); u = d["units"][0]
print(d["done"], u["unit"], u["kind"], u["end"], u["runs"], u["order"] > 0)')" \
	'True ENG switch done G00-30 True'

# --- two units at once --------------------------------------------------------------------------------------
sql "INSERT INTO image (software, creator, version, seq, size, sha256, key_id, has_operator,
	label, imported, imported_by) VALUES ('controller-fw', 'acme', '14', 1400, 1000,
	randomblob(32), zeroblob(8), 0, '', 1, 'test')"
ok 'neither can go first' updates 2 "<release version='G00-10' seq='1000' state='withdrawn' because='it burns' severity='must'>
  <conflicts id='R-12' because='another protocol'><software id='controller-fw' min-seq='1400'/></conflicts></release>"
ok 'an engine that has to go' bank room ENG 1 engine-fw G00-10 running
ok 'alone' bank room ENG 2 engine-fw G00-10 fallback
ok 'to what the controller has to follow' dev room software set ENG 1 --floor 3100
ok 'which is behind' bank room CTL 1 controller-fw 12 running
ok 'alone' bank room CTL 2 controller-fw 12 fallback
polled
stop actor
status 'an atomic group: the device does not act so far' 2 "$update" device room --plan --timeout 2
is 'both are ordered, as one group' "$(sql 'SELECT count(*), count(DISTINCT grp), max(group_size) FROM update_order
	WHERE number > (SELECT max(number) - 2 FROM update_order)')" '2|1|2'
is 'and written' "$(row CTL State) $(row ENG State)" 'requested requested'
act good
status 'the same command follows both' 0 "$update" device room --plan --timeout 60
is 'both run' "$(runs room CTL) $(runs room ENG)" 'controller-fw 14 engine-fw G00-32'
is 'both are kept' "$(row CTL State) $(row ENG State)" 'committed committed'
is 'no grant is left' "$(grants)" 0

# --- a unit out of service -------------------------------------------------------------------------------------
status 'C16 standby' 0 "$update" unit room FIN --state standby
is 'said' "$(cat "$T/out")" 'room, FIN: standby'
is 'and so' "$(dev room unit list --json | python3 -c 'import json, sys
print([u["admin_state"] for u in json.load(sys.stdin) if u["symbol"] == "FIN"][0])')" standby
status 'and back' 0 "$update" unit room FIN --state inService
status 'which state' 1 "$update" unit room FIN
status 'no such state' 1 "$update" unit room FIN --state off
status 'no such unit' 1 "$update" unit room FINN --state standby
like 'the nearest' "$(cat "$T/err")" "did you mean 'FIN'"

# --- what is not software ------------------------------------------------------------------------------------------
act good
ok 'a feed that does not go with the finisher' unit room FED paperFeed C650-feed 1.3 0 77-a --in ENG
polled
ok 'it is judged' "$judge" run --quiet
status 'a visit' 0 "$update" device room --plan --timeout 60
like 'is said before' "$(head -1 "$T/out")" '^room, FED .*: a visit: imgadm-judge plan says which part$'
like 'and at its place' "$(cat "$T/out")" '^FED: then a visit: imgadm-judge plan room'
echo 'judgeHardware none' >>"$T/conf/imgadm.conf"
ok 'it is judged, without new parts' "$judge" run --quiet
status 'a unit out of service' 0 "$update" device room --plan --timeout 60
like 'is said' "$(cat "$T/out")" '^FIN: out of service$'
is 'and is' "$(dev room unit list --json | python3 -c 'import json, sys
print([u["admin_state"] for u in json.load(sys.stdin) if u["symbol"] == "FIN"][0])')" standby
sed -i '/^judgeHardware/d' "$T/conf/imgadm.conf"
ok 'back' "$update" unit room FIN --state inService
ok 'and the feed' unit room FED paperFeed C650-feed 2.0 0 77-b --in ENG
polled

# --- a device that does not answer --------------------------------------------------------------------------------
stop actor
ok 'an older controller' bank room CTL 2 controller-fw 12 running
ok 'with nothing else' dev room software set CTL 1 --bank-state empty
ok 'and an engine that goes with both' bank room ENG 2 engine-fw G00-30 running
polled
agent_stop
status 'it does not answer: the order stays' 2 "$update" device room controller-fw 14 --timeout 60
like 'says so' "$(cat "$T/err")" 'no answer; the order stays open \(order [0-9]+\)'
like 'when it was heard, and what becomes of it' "$(cat "$T/err")" 'last heard .*, by a poll; it fetches no orders: give the same command again when it answers; imgadm-update abort room CTL withdraws it'
like 'status says it, too' "$(state CTL text | sed -n 1p)" '^start waits for the device, last heard .* it fetches no orders'
is 'one is open' "$(orders 1)" 1
is 'with a grant' "$(grants)" 1
is 'status says so' "$(state CTL state | sed -n 1p)" ordered
like 'for whom' "$("$update" grants)" 'room +controller-fw +14 +127\.0\.0\.1/32'
status 'a new one takes its place' 2 "$update" device room controller-fw 14 --timeout 60
is 'one is open' "$(orders 1)" 1
is 'and the grant of the other is gone' "$(grants)" 1
status 'grants are withdrawn' 0 "$update" grants --withdraw "$(sql 'SELECT max(number) FROM image_grant')"
is 'and the order that it was for' "$(orders 1)" 0
status 'once' 1 "$update" grants --withdraw 999
is 'said once' "$(cat "$T/out" "$T/err")" 'imgadm-update: no grant 999 stands: imgadm-update grants lists them'
status 'another order' 2 "$update" device room controller-fw 14 --timeout 60
status 'all of them' 0 "$update" grants --all
is 'none is left' "$(grants)" 0
status 'another order' 2 "$update" device room controller-fw 14 --timeout 60
status 'abort withdraws the order' 0 "$update" abort room
like 'and its grant' "$(cat "$T/out")" '^room: 1 order and 1 grant withdrawn'
is 'none is open' "$(orders 1)$(grants)" 00
done_testing
