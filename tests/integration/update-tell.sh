#!/bin/sh
# What is heard after the command that began an update has ended: status that asks the device,
# and abort, confirm and rollback, over real snmpd; the actor plays imgadm-install.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
: "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${update:?}" "${top_builddir:?}"
need minisign python3 sqlite3
actor=$top_builddir/tests/integration/update_actor
[ -x "$actor" ] || skip_all "$actor is not built"

act() { stop actor 2>/dev/null; spawn actor "$actor" "$T/room.db" "$1" 150; }
image()
{
	sqlite3 -cmd '.timeout 5000' "$IMGADM_DB" "INSERT INTO image (software, creator, version, seq, size, sha256, key_id, has_operator,
		label, imported, imported_by) VALUES ('engine-fw', 'acme', '$1', $2, 12582912,
		randomblob(32), zeroblob(8), 0, '', 1, 'test')"
}
# device_is COLUMNS: the row of ENG on the device, as another program there left it
device_is() { sqlite3 -cmd '.timeout 5000' "$T/room.db" "UPDATE unit_update SET $1; UPDATE update_head SET stamp = stamp + 1"; }
state() { "$update" status room --json 2>"$T/err" | python3 -c 'import json, sys
for r in json.load(sys.stdin):
    if r["unit"] == "ENG": print(r[sys.argv[1]])' "$1"; }
is_now() { [ "$(row ENG State)" = "$1" ]; }

ok 'a key' key acme
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 2 -r 1
site berlin imageBase tftp://127.0.0.1:6969/
END
trust acme acme
ok 'a device' machine room 2.0
ok 'with older software' bank room ENG 1 engine-fw G00-21 running
ok 'that can be updated' dev room unit set ENG --installer /nonexistent/installer
agent_start module "$T/room.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'it is added' "$fleet" add --credential centre --site berlin room "udp:127.0.0.1:$port"
r50=
ok 'a catalogue is put in force' updates 1
image G00-28 2800
ok 'it is polled' "$poll" --no-rrd --quiet --no-judge

# --- nothing is under way ---------------------------------------------------------------------
status 'abort of nothing' 0 "$update" abort room
is 'says so' "$(cat "$T/out")" 'room: nothing is ordered or under way'
status 'rollback of nothing takes nothing back' 2 "$update" rollback room
like 'says so' "$(cat "$T/out")" '^room: no unit has an update to rollback'
status 'confirm of nothing' 0 "$update" confirm room
unlike 'no row is made of it' "$("$update" status room)" idle

# --- status asks ------------------------------------------------------------------------------
status 'nothing takes it up' 2 "$update" device room engine-fw G00-28 --no-confirm --timeout 2
is 'requested' "$(state state)" requested
status 'abort that nobody hears' 2 "$update" abort room
like 'what may be wrong' "$(cat "$T/out")" '^ENG: is requested so far, the abort is not done; .* does imgadm-agentd run on the device'
act slow
ok 'it is ended by and by' wait_for 30 is_now failed
is 'status asks it' "$(state state) $(state reason)" 'failed aborted'
status 'again' 2 "$update" device room engine-fw G00-28 --no-confirm --timeout 3
ok 'it has begun' wait_for 30 is_now downloading
like 'how far it is' "$("$update" status room)" 'ENG +downloading +4\.0 of 12\.0 MiB '
like 'not among the data' "$("$update" status room --csv | head -1)" 'state,software,'
act good
ok 'it goes on' wait_for 30 is_now proven
is 'status asks it again' "$(state state)" proven

# --- a rollback that fails later ----------------------------------------------------------------
stop actor
status 'rollback that nobody hears' 2 "$update" rollback room ENG
like 'says so' "$(cat "$T/out")" '^ENG: is proven so far, the rollback is not done'
device_is "state = 10, reason = 18, reason_text = 'needs service', changed = changed + 1, pending = 1"
status 'once more' 2 "$update" rollback room
like 'why it did not' "$(cat "$T/out")" '^ENG: its update is failed: installerFailed: needs service: there is nothing to rollback'
is 'which is known now' "$(state state) $(state reason) $(state text)" 'failed installerFailed needs service'

# --- one that goes --------------------------------------------------------------------------------
device_is "state = 8, reason = 1, reason_text = '', changed = changed + 1, pending = 1"
act good
status 'taken back' 0 "$update" rollback room
like 'as asked' "$(cat "$T/out")" '^ENG: rolledBack, as asked$'
is 'status knows it' "$(state state)" rolledBack

# --- the way back from what is committed ------------------------------------------------------------
ok 'G00-28 ran before' bank room ENG 1 engine-fw G00-28 fallback
ok 'G00-30 runs' bank room ENG 2 engine-fw G00-30 running
device_is 'state = 9, reason = 1, changed = changed + 1'
status 'the catalogue has no way down' 2 "$update" rollback room ENG
like 'which line it wants' "$(cat "$T/err")" 'no way down .*<from direction="down"/>'
unlike 'no command that would be refused' "$(cat "$T/err")" 'imgadm-update device'
ok 'it has one' updates 2 "<release version='G00-29' seq='2900' state='draft' minutes='6'><from direction='down'/></release>"
ok 'G00-29 ran before' bank room ENG 1 engine-fw G00-29 fallback
status 'a draft' 2 "$update" rollback room ENG
like 'the command with what it needs' "$(cat "$T/err")" 'imgadm-update device room engine-fw G00-29 --unit ENG --drafts switches'
status 'which is right' 0 "$update" device room engine-fw G00-29 --unit ENG --drafts --dry-run
status 'without it' 2 "$update" device room engine-fw G00-29 --unit ENG
like 'is named' "$(cat "$T/err")" 'draft, which only --drafts allows'

# --- it does not answer --------------------------------------------------------------------------------
sqlite3 -cmd '.timeout 5000' "$IMGADM_DB" 'UPDATE update_row SET state = 3'
agent_stop
status 'no answer' 0 "$update" status room
like 'what was heard' "$(cat "$T/out")" 'ENG +downloading'
like 'and when' "$(cat "$T/err")" 'room: .*: what follows is what was heard; last heard .*, by a poll'
# An image that runs somewhere.
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
mkdir "$T/images"
image G00-30 3000
status 'removed all the same' 0 "$update" image remove engine-fw G00-30
like 'with a warning' "$(cat "$T/err")" 'G00-30 runs on 1 device, such as room'
done_testing
