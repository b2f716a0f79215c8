#!/bin/sh
# imgadm-device report, centre and advice: every option, every refusal; a state
# of version 1 is upgraded by the first command that writes.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
: "${top_builddir:?}"
need python3 sqlite3
IMGADM_DEVICE_STATE=$T/device.db
export IMGADM_DEVICE_STATE
d() { imgadm-device "$@"; }
# said NAME STATUS REGEX ARGS...: fails with STATUS, in one line like REGEX
said()
{
	said_name=$1 said_status=$2 said_like=$3
	shift 3
	said_rc=0
	imgadm-device "$@" >"$T/out" 2>"$T/err" || said_rc=$?
	if [ "$said_rc" = "$said_status" ] && [ "$(wc -l <"$T/err")" = 1 ] && [ ! -s "$T/out" ] &&
	    grep -Eq -e "^imgadm-device: .*($said_like)" "$T/err"; then
		tap_result 0 "$said_name"
	else
		tap_result 1 "$said_name"
		diag "exit $said_rc, want $said_status; one line like /$said_like/"
		diag "$(head -5 "$T/err" "$T/out")"
	fi
}
json() { d "$@" --json | python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True))'; }

# --- a state of version 1
sqlite3 "$T/device.db" <"$top_srcdir/tests/data/state/version-1.sql"
is "it is of version 1" "$(sqlite3 "$T/device.db" 'PRAGMA user_version')" 1
said "reading alone says what to do" 3 'version 1.*program that writes' report show
ok "a command that writes upgrades it" d boot
imgadm-device --state "$T/new.db" demo >/dev/null
is "to the version of a new one" "$(sqlite3 "$T/device.db" 'PRAGMA user_version')" \
	"$(sqlite3 "$T/new.db" 'PRAGMA user_version')"
like "the rows are there" "$(d error list; d software list; d reading list; d unit list)" 'E-7'
like "the software too" "$(json software list)" '"id": "fw"'
like "the device too" "$(json show)" '"id": "old-1".*"newest": 8'

# --- reports
like "what a device reports unless told otherwise" "$(json report show)" \
	'"centre": false, "errors_asked": \{"id": 0, "pending": false\}, "errors_by": "device", "errors_every_s": 3600, .*"on_change": true, "on_connect": true, .*"severity": "error", .*"structure_every_s": 86400, .*"threshold": 0'
like "for people" "$(d report show)" 'no centre is set'
ok "all that can be set" d report set --structure-every 2h --errors-every 90s --threshold 20 --severity serviceCall \
	--on-connect no --on-change no
like "is set" "$(json report show)" \
	'"errors_every_s": 90, .*"on_change": false, "on_connect": false, .*"severity": "serviceCall", .*"structure_every_s": 7200, .*"threshold": 20'
ok "one alone" d report set --severity off
like "leaves the others" "$(json report show)" '"errors_every_s": 90,.*"severity": "off".*"threshold": 20'
like "orders too" "$(json report show)" '"orders_every_s": 900, "orders_taken": 0'
ok "are asked for when is said" d report set --orders-every 5min
like "and shown" "$(d report show)" "orders: +asked for after each report, and every 5 min; been through up to 0"
ok "or only after a report" d report set --orders-every off
like "is shown, too" "$(d report show)" "orders: +asked for after each report; been"
said "no span for orders" 1 "--orders-every" report set --orders-every often
ok "off" d report set --structure-every off --errors-every 0
like "is 0" "$(json report show)" '"errors_every_s": 0,.*"structure_every_s": 0'
like "for people too" "$(d report show)" 'structure: +not by the clock \(the device says so\)'
said "nothing to set" 1 'nothing to set' report set
said "no span" 1 '--structure-every' report set --structure-every often
said "no number" 1 '--threshold' report set --threshold -1
said "no severity" 1 '--severity.*serviceCall|warning' report set --severity heavy
said "no yes or no" 1 '--on-connect' report set --on-connect maybe
said "an argument" 1 'argument' report set x
said "nobody to report to" 1 'no centre is set' report now
said "no such report" 1 'structure, errors or both' report now all

# --- the centre
hex=$(printf '%064d' 7)
printf 'imgadm-key 1\nuser room-214\nauth SHA-256 %s\npriv AES %s\ncentre udp:192.0.2.1:162\n' "$hex" "$hex" >"$T/room.key"
chmod 0600 "$T/room.key"
said "no centre to remove" 1 'no centre is set' centre remove
is "no centre" "$(d centre show)" 'no centre is set'
said "no keys" 1 '--key-file is missing' centre set
said "moved from nowhere" 1 'no centre is set' centre set --address udp:192.0.2.2:162
said "no such key file" 1 "$T/none" centre set --key-file "$T/none"
echo 'imgadm-key 2' >"$T/wrong.key"
chmod 0600 "$T/wrong.key"
said "no key file" 1 "$T/wrong.key" centre set --key-file "$T/wrong.key"
chmod 0644 "$T/room.key"
said "a key file for everybody" 1 "$T/room.key" centre set --key-file "$T/room.key"
chmod 0600 "$T/room.key"
said "an address that is none" 1 'foo bar' centre set --key-file "$T/room.key" --address 'foo bar'
is "nothing is set by then" "$(json centre show)" '{"set": false}'
ok "centre set" d centre set --key-file "$T/room.key"
like "centre show" "$(d centre show)" 'udp:192\.0\.2\.1:162'
like "as JSON" "$(json centre show)" '"address": "udp:192.0.2.1:162", "key_file": ".*device.db.key-[0-9a-f]{16}", "set": true, "site": false, "user": "room-214"'
unlike "no keys are shown" "$(d centre show; json centre show)" "$hex"
keys=$(echo "$T"/device.db.key-*)
is "the keys' mode" "$(stat -c %a "$keys")" 600
ok "are those of the file" cmp "$T/room.key" "$keys"
like "the threshold counts now" "$(json report show)" '"centre": true,.*"unacknowledged": 5'
ok "report now" d report now
like "both are asked for" "$(json report show)" '"errors_asked": \{"id": 0, "pending": true\}.*"structure_asked": \{"id": 0, "pending": true\}'
ok "report now structure" d report now structure
ok "it moved" d centre set --address udp:192.0.2.9:1162
like "is there" "$(json centre show)" '"address": "udp:192.0.2.9:1162".*"user": "room-214"'
ok "a site's keys" d centre set --key-file "$T/room.key" --address udp:192.0.2.1:162 --site
like "are a site's" "$(json centre show)" '"site": true'
like "for people" "$(d centre show)" 'structure only'
is "one key file" "$(find "$T" -name 'device.db.key-*' | wc -l)" 1
ok "centre remove" d centre remove
is "no key file" "$(find "$T" -name 'device.db.key-*' | wc -l)" 0
is "no centre again" "$(json centre show)" '{"set": false}'

# --- advice
is "no advice" "$(d advice list)" 'no advice'
sqlite3 "$T/device.db" "INSERT INTO advice (idx, subject, kind, severity, text, recommendation, rule_id, catalogue_serial, created, acked, hooked)
	VALUES (7, 'ENG', 2, 3, 'worn', 'exchange it', 'R-1', 12, 1795365038, 0, 0), (3, '', 5, 1, char(27) || '[31mred', '', '', 0, 0, 0, 0);
	UPDATE report SET advice_stamp = advice_stamp + 1"
like "advice list" "$(d advice list)" '7 .*error +trouble +ENG +worn +exchange it +no'
like "nothing acts on the terminal" "$(d advice list)" 'x1b\[31mred'
like "as JSON, the newest first" "$(json advice list)" '"index": 3,.*"acked": false, "catalogue_serial": 12, "created": "2026-11-22T.*", "index": 7, "kind": "trouble", "recommendation": "exchange it", "rule_id": "R-1", "severity": "error", "subject": "ENG", "text": "worn"'
like "what nobody read needs attention" "$(d show)" 'ENG +worn \(imgadm-device advice ack 7\)'
ok "advice ack" d advice ack 7
unlike "what was read does not" "$(d show)" 'advice ack 7'
like "is read" "$(json advice list)" '"acked": false.*"acked": true'
ok "advice ack --all" d advice ack --all
unlike "all are read" "$(json advice list)" '"acked": false'
said "no such advice" 1 'no advice 8' advice ack 8
said "which advice" 1 '--all' advice ack
said "one or all" 1 '--all' advice ack 7 --all
done_testing
