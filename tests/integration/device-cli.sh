#!/bin/sh
# imgadm-device: every command and option, every refusal, and its exit status.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
: "${top_builddir:?}"
need python3

IMGADM_DEVICE_STATE=$T/device.db
export IMGADM_DEVICE_STATE
d() { imgadm-device "$@"; }
# said NAME STATUS REGEX ARGS...: imgadm-device ARGS fails with STATUS, in one line like REGEX
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
# json COMMAND... : the listing as one JSON value on a line
json() { imgadm-device "$@" --json | python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True))'; }

# --- without a file, and making it
said "no file" 3 'device\.db: no such state file; make one with imgadm-device init' unit list
said "no file, writing" 3 'make one with imgadm-device init' count DEV
said "no folder" 3 'No such file' --state "$T/none/x.db" init --id x
said "init without an id" 1 '--id is missing' init
said "a capacity of nothing" 1 '--capacity.*0' init --id x --capacity 0
said "an unknown device state" 1 'no such value .broken.*operational' init --id x --device-state broken
said "an id too long" 1 'at most 64' init --id "$(printf '%065d' 0)"
not_ok "nothing was made by then" test -e "$T/device.db"
ok "init" d init --id lobby-1 --manufacturer acme --model C650 --serial-number 8841207 \
	--device-state operational --capacity 5
said "init twice" 1 'left as it is' init --id other
like "what init said is there" "$(json show)" \
	'"id": "lobby-1", .*"manufacturer": "acme", "model": "C650", .*"serial_number": "8841207", "state": "operational"'
like "capacity" "$(json show)" '"capacity": 5'
ok "set" d set --id lobby-2 --manufacturer Acme --model C651 --serial-number 1 --device-state warning
like "what set said is there" "$(json show)" \
	'"id": "lobby-2", .*"manufacturer": "Acme", "model": "C651", .*"serial_number": "1", "state": "warning"'
ok "set one column" d set --id lobby-1
like "leaves the others" "$(json show)" '"id": "lobby-1", .*"model": "C651"'
ok "boot" d boot
like "is counted" "$(json show)" '"boots": 1'

# --- units
ok "unit set" d unit set ENG --type engine --model E-30 --serial-number E1180 --in DEV
ok "unit set, all options" d unit set FUS --type fuser --class unit --in ENG --descr 'the hot one' \
	--manufacturer acme --model F-30 --hardware-rev B --serial-number F123 --oper-state ok \
	--admin-state inService --use-count 295000 --use-unit impressions --life-expected 300000 \
	--installed 2026-01-02T03:04:05Z --banks 2 --new
like "all columns are there" "$(json unit list)" '"admin_state": "inService", "banks": 2, "class": "unit", "contained_in": "ENG", "descr": "the hot one", "hardware_rev": "B", "index": 3, "installed": "2026-01-02T03:04:05\+00:00", "life_expected": 300000, "manufacturer": "acme", "model": "F-30", "oper_state": "ok", "serial_number": "F123", "symbol": "FUS", "type": "fuser", "use_count": 295000, "use_unit": "impressions"'
ok "unit set changes what is named" d unit set FUS --oper-state warning
like "and nothing else" "$(d unit list)" '3 +FUS +fuser +ENG +acme +F-30 +B +F123 +warning +inService +295,000 +impressions +300,000 +2'
said "a duplicate symbol (C5)" 1 "there is a unit 'FUS' already" unit set FUS --new
said "change what is not there" 1 "no unit 'FUZ'; did you mean 'FUS'" unit set FUZ --change --model x
ok "another serial number" d unit set FUS --serial-number F999
like "is a new row" "$(d unit list)" '4 +FUS +fuser +ENG +acme +F-30 +- +F999 +unknown +inService +0 '
unlike "and the old one has gone" "$(d unit list)" 'F123'
ok "empty and nought empty a column" d unit set FUS --descr '' --in '' --life-expected 0 --installed none --banks 0
like "which then is not known" "$(json unit list)" '"banks": 0, "class": "unit", "contained_in": null, "descr": null,.*"installed": null, "life_expected": null'
ok "a function by its type" d unit set PRN --type print
like "is a function" "$(json unit list)" '"class": "function",.* "symbol": "PRN"'
said "an unknown type" 1 "type: no such value 'fusr'; did you mean 'fuser'\? allowed are other, " unit set X --type fusr
said "an unknown class" 1 'allowed are function, unit' unit set X --class thing
said "an unknown operating state" 1 'allowed are unknown, ok' unit set X --oper-state good
said "an unknown administrative state" 1 'allowed are inService, standby' unit set X --admin-state off
said "an unknown use unit" 1 'allowed are notCounted' unit set X --use-unit pages
said "too many banks" 1 '--banks' unit set X --banks 9
said "a count that is none" 1 '--use-count' unit set X --use-count many
said "a life that is none" 1 '--life-expected' unit set X --life-expected -1
said "a time that is none" 1 "--installed 'soon'" unit set X --installed soon
said "an unknown container" 1 "no unit 'ENX'; did you mean 'ENG'" unit set X --in ENX
said "a unit in itself" 1 'circle' unit set ENG --in ENG
said "a symbol too long" 1 'at most 32' unit set 123456789012345678901234567890123
said "a symbol that is no text" 1 'UTF-8' unit set "$(printf '\377')"
said "no symbol" 1 'missing argument; usage: imgadm-device unit set SYMBOL' unit set
said "two symbols" 1 'too many arguments' unit set A B
said "remove a container" 1 'does not|contains PRN|ENG' unit remove ENX
d unit set PRN --in ENG
said "remove what contains others" 1 'unit ENG contains PRN' unit remove ENG
said "remove the device itself" 1 'device itself' unit remove DEV
ok "unit remove" d unit remove PRN
unlike "it has gone" "$(d unit list)" 'PRN'
said "remove it twice" 1 "no unit 'PRN'" unit remove PRN

# --- software
ok "software set, all options" d software set ENG 1 --id engine-fw --creator acme --version G00-21 \
	--digest 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff \
	--bank-state running --installed 2026-01-02T03:04:05Z --floor 3
ok "software set, another bank" d software set ENG 2 --id engine-fw --version G00-20
like "the columns are there" "$(json software list)" '"bank": 1, "creator": "acme", "digest": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "floor": 3, "id": "engine-fw", "installed": "2026-01-02T03:04:05\+00:00", "state": "running", "symbol": "ENG", "version": "G00-21"'
like "a bank beside a running one is a fallback" "$(d software list ENG)" 'ENG +2 +engine-fw +- +G00-20 +fallback'
is "of another unit" "$(d software list FUS)" "no software"
is "of another unit, as JSON" "$(json software list FUS)" "[]"
said "of no unit" 1 "no unit 'FUZ'; did you mean 'FUS'" software list FUZ
said "a lower floor" 1 'only raised' software set ENG 1 --floor 2
said "a floor that is none" 1 '--floor' software set ENG 1 --floor x
said "an unknown bank state" 1 'allowed are running' software set ENG 1 --bank-state old
said "a digest that is none" 1 '64 hexadecimal' software set ENG 1 --digest 00
said "bank 9" 1 'BANK' software set ENG 9 --id x
said "no bank" 1 'missing argument' software set ENG
said "software of no unit" 1 "did you mean 'ENG'" software set ENX 1 --id x
ok "the digest is forgotten with ''" d software set ENG 1 --digest ''
like "it is" "$(json software list)" '"digest": null'
ok "software remove" d software remove ENG 2
said "software remove, again" 1 'no software in bank 2' software remove ENG 2
said "software remove, bank 0" 1 'BANK' software remove ENG 0

# --- readings
ok "reading set, all options" d reading set FUS temperature 185.3 --unit C --low 150 --high 200 --time 2026-01-02
like "the columns are there" "$(json reading list)" '"high": 2000, "index": 1, "low": 1500, "name": "temperature", "scale": -1, "symbol": "FUS", "time": "2026-01-02T00:00:00\+00:00", "unit": "C", "value": 1853'
ok "reading set keeps the scale" d reading set FUS temperature 190
like "and the limits" "$(d reading list)" 'FUS +1 +temperature +190\.0 +C +150\.0 +200\.0 +(now|[0-9]+ (s|min) ago)'
said "more decimals than the scale" 1 '--scale' reading set FUS temperature 190.25
ok "another scale" d reading set FUS temperature 190.25 --scale -2 --low 150 --high 200
like "takes them" "$(d reading list FUS)" '190\.25 +C +150\.00 +200\.00'
ok "a scale above nought" d reading set ENG pages 12000 --scale 3
like "counts in thousands" "$(d reading list ENG)" 'pages +12000 '
said "that do not come out even" 1 'even' reading set ENG pages 12345
ok "a negative value" d reading set -- ENG offset -3.5
like "is there" "$(d reading list ENG)" 'offset +-3\.5 '
said "one limit alone" 1 'both or none' reading set FUS temperature 190 --low 3
said "a value that is none" 1 "VALUE 'hot'" reading set FUS temperature hot
said "a value too large" 1 'too large|about 9 digits' reading set FUS temperature 99999999999
said "a scale too large" 1 '--scale' reading set FUS temperature 1 --scale 7
said "a reading of no unit" 1 "did you mean 'FUS'" reading set FUZ temperature 1
said "readings of no unit" 1 "did you mean 'FUS'" reading list FUZ
ok "reading remove" d reading remove ENG offset
said "reading remove, again" 1 "no reading 'offset'" reading remove ENG offset

# --- counts
ok "count" d count DEV
ok "count, more" d count DEV 1199
like "is the device's" "$(json show)" '"use_count": 1200'
ok "count a unit" d count FUS 5
like "is the unit's" "$(d unit list)" 'FUS .* 5 +impressions'
said "count what is not counted" 1 'not counted.*--use-unit' count ENG
said "count no unit" 1 "did you mean 'FUS'" count FUZ
said "count backwards" 1 '-3' count -- FUS -3
said "count nonsense" 1 'x' count FUS x

# --- errors
ok "error add" d error add FUS C-2557 --severity serviceCall --text 'does not get hot' --time 2026-01-02
ok "error add, with little" d error add ENG C-1
ok "error add, again: gathered" d error add ENG C-1
like "error list" "$(d error list)" '1 +2026-01-02 00:00:00 +serviceCall +FUS +C-2557 +1 +does not get hot +5 +-'
like "tells the software of that moment" "$(d error list)" '2 .* error +ENG +C-1 +1 +- +0 +G00-21'
is "repeats are not entered before their minute is over" "$(d error list | grep -c C-1)" 1
ok "error settle" d error settle
for i in 1 2 3 4 5 6; do d error add FUS "C-1$i" --severity warning --time 2026-01-03T00:0$i:00Z; done
is "a full memory forgets the oldest" "$(json error list | python3 -c 'import json,sys; print([e["code"] for e in json.load(sys.stdin)])')" \
	"['C-12', 'C-13', 'C-14', 'C-15', 'C-16']"
like "and counts them" "$(json show)" '"overwritten": [3-4]'
is "--last" "$(d error list --last 2 | grep -c C-)" 2
like "--last is the last" "$(d error list --last 1)" 'C-16'
is "--since a time" "$(d error list --since 2026-01-03T00:05:00Z | grep -c C-)" 2
is "--since a span" "$(d error list --since 1h)" "no errors"
is "--unit" "$(d error list --unit ENG)" "no errors"
is "--severity" "$(d error list --severity error)" "no errors"
is "--severity, this and heavier" "$(d error list --severity information | grep -c C-)" 5
is "--json of nothing" "$(json error list --since now)" "[]"
said "an unknown severity" 1 'allowed are information, warning, error, serviceCall' error add FUS C-1 --severity bad
said "an unknown severity to list" 1 "--severity.*did you mean 'error'" error list --severity eror
said "a time that is none" 1 "--time 'never'" error add FUS C-1 --time never
said "a since that is none" 1 "--since 'never'" error list --since never
said "a last that is none" 1 '--last' error list --last 0
said "an error of no unit" 1 "did you mean 'FUS'" error add FUZ C-1
said "an error without a code" 1 'missing argument' error add FUS
said "a code too long" 1 '32' error add FUS 123456789012345678901234567890123
ok "error clear" d error clear --capacity 50
is "empties it" "$(d error list)" "no errors"
like "with another capacity" "$(json show)" '"capacity": 50'
said "clear to nothing" 1 '--capacity' error clear --capacity 0
ok "what a text says to a terminal is escaped" d error add FUS C-X --text "$(printf 'a\033[31mred')"
like "shown" "$(d error list)" 'a\\x1b\[31mred'

# --- show
d unit set FUS --life-expected 10 --oper-state failed
d error add FUS C-2557 --text 'cold'
like "show tells first what is wrong" "$(d show | sed -n 3,5p | tr '\n' '~')" '^ATTENTION .*~error +FUS +C-.*~error +FUS '
like "show lists the units" "$(d show)" '^FUS +fuser +F-30 .* failed .* 50 %'
like "show names the next step" "$(d show | tail -1)" 'imgadm-device error list'
like "show --json" "$(json show)" '"attention": \[\{"severity": "error", "text": '
unlike "no colour where there is no terminal" "$(d show)" "$(printf '\033')"

# --- options all commands have
ok "--state before the command" d --state "$T/device.db" show
ok "--state behind it" d show --state "$T/device.db"
ok "-s" d -s "$T/device.db" show -s "$T/device.db"
said "--state wins over the environment" 3 'none\.db' --state "$T/none.db" show
ok "-j" d unit list -j
like "--version" "$(d --version)" '^imgadm-device \(imgadm\) [0-9]'
like "-V of a command" "$(d show -V)" '[0-9]\.[0-9]'
like "--help" "$(d --help)" 'unit set SYMBOL'
like "-h of a command" "$(d unit set -h)" '--hardware-rev TEXT'
status "help" 0 imgadm-device help
status "nothing at all is a usage error" 1 imgadm-device
said "an unknown command" 1 "unknown command 'unit lst'; did you mean 'unit list'" unit lst
said "an unknown option" 1 "unknown option --typ[eo].*did you mean --type|ambig" unit set FUS --typo x
said "an option without its argument" 1 'needs an argument' unit set FUS --type
for c in show init set boot 'unit set' 'unit remove' 'unit list' 'software set' 'software remove' \
    'software list' 'reading set' 'reading remove' 'reading list' count 'error add' 'error list' \
    'error clear' 'error settle' 'update list' 'update show' 'update start' 'update abort' \
    'update switch' 'update confirm' 'update rollback' 'update owner' confirm demo; do
	# shellcheck disable=SC2086 # two words
	d $c --help >"$T/help" || echo "$c" >>"$T/helpless"
	grep -oE -- '--[a-z-]+' "$T/help" | sort -u | while read -r o; do
		grep -q -- "Fl -${o#--}" "$top_srcdir/man/imgadm-device.1" || echo "$c $o" >>"$T/unknown"
	done
done
not_ok "every command has a help" test -s "$T/helpless"
is "every option stands in the man page" "$(cat "$T/unknown" 2>/dev/null)" ""

# --- files that are not right
printf 'something else entirely, and no state at all' >"$T/foreign.db"
said "a foreign file" 3 'not a state file' --state "$T/foreign.db" show
said "a foreign file, writing" 3 'not a state file' --state "$T/foreign.db" count DEV
said "a foreign file is not overwritten" 1 'left as it is|not a state file|already' --state "$T/foreign.db" init --id x
: >"$T/empty.db"
said "an empty file" 3 'not a state file' --state "$T/empty.db" show
python3 - "$T/device.db" "$T/newer.db" <<-'E'
	import sqlite3, sys
	a = sqlite3.connect(sys.argv[1]); b = sqlite3.connect(sys.argv[2])
	a.backup(b); b.execute("PRAGMA user_version = 999"); b.commit()
E
said "a newer file" 3 'newer program' --state "$T/newer.db" show
said "a newer file, writing" 3 'newer program' --state "$T/newer.db" count DEV
said "a folder" 3 'no plain file' --state "$T" show
if [ "$(id -u)" = 0 ]; then
	chmod 0755 "$T"
	mkdir -p "$T/bin"
	cp "$top_builddir/agent-module/imgadm-device" "$T/bin/"
	as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$T/bin/imgadm-device" "$@"; }
	ok "another user may look" as_nobody --state "$T/device.db" show
	status "but not write" 3 as_nobody --state "$T/device.db" count DEV
	like "and is told why" "$(cat "$T/err")" 'device\.db: cannot write.*owner and mode'
else
	chmod 0444 "$T/device.db"
	ok "a file that may be read only can be shown" d show
	said "but not written" 3 'cannot write.*owner and mode' count DEV
	chmod 0644 "$T/device.db"
fi

# --- full disk: the error is told, and nothing that was done is lost
full_disk()
{
	mount -t tmpfs -o size=400k none "$T/small" || return 99
	imgadm-device --state "$T/small/device.db" init --id full || return 1
	n=0
	while imgadm-device --state "$T/small/device.db" error add DEV "C-$n" \
	    --text "$(printf '%0200d' 0)" 2>"$T/small.err"; do
		n=$((n + 1))
		[ $n -lt 5000 ] || return 2
	done
	[ "$(imgadm-device --state "$T/small/device.db" error list | grep -c 'C-')" = $n ] || return 3
	grep -q 'device\.db: .*[Nn]o space left.*free some space' "$T/small.err" || return 4
}
mkdir "$T/small"
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null &&
    unshare -m mount -t tmpfs -o size=400k none "$T/small" 2>/dev/null; then
	export T
	full_disk_text=$(command -v full_disk >/dev/null && sed -n '/^full_disk()/,/^}/p' "$0")
	ok "a full disk is told and loses nothing" unshare -m sh -c "$full_disk_text
full_disk"
else
	diag "no private mounts here: tests/unit/state_fault shows the same with a limit on file sizes"
fi

# --- a state that is damaged
if command -v sqlite3 >/dev/null; then
	ok "a state" d --state "$T/damaged.db" init --id D1
	ok "is damaged" sqlite3 "$T/damaged.db" 'DELETE FROM device'
	said "set on it" 3 'damaged' --state "$T/damaged.db" set --model C650
	said "unit set on it" 3 'damaged' --state "$T/damaged.db" unit set FUS --type fuser
	said "boot on it" 3 'damaged' --state "$T/damaged.db" boot
	said "count on it" 3 'damaged' --state "$T/damaged.db" count DEV
fi
said "a negative value" 1 'put -- before' reading set DEV offset -5

# --- demo
demo=$T/demo.db
ok "demo" d --state "$demo" demo --model P40 --name 'room 214' --id room-214 --seed 5 --capacity 200
like "is a device of that model" "$(json show --state "$demo")" '"id": "room-214".*"model": "P40".*"capacity": 200'
like "by that name" "$(d --state "$demo" show | head -1)" '^room 214, room-214 \(acme P40, serial '
said "demo on a file there is" 1 'left as it is' --state "$demo" demo
said "a demo model that is not" 1 "did you mean 'C650'" --state "$T/x.db" demo --model C65
said "a speed that is none" 1 '--speed' --state "$T/x.db" demo --speed 0
said "a span that is none" 1 '--for' --state "$T/x.db" demo --live --for ever
said "a seed that is none" 1 '--seed' --state "$T/x.db" demo --seed x
said "demo --live of what is no demo" 1 'not a demo device' --state "$T/device.db" demo --live --for 1
said "demo --live of another model" 1 'not a demo device of C650' --state "$demo" demo --live --model C650
use() { json show --state "$demo" | sed 's/.*"use_count": \([0-9]*\).*/\1/'; }
before=$(use)
ok "demo --live --for" d --state "$demo" demo --live --seed 5 --speed 3600 --for 3
ok "it has printed" test "$(use)" -gt "$before"
ok "demo --live makes the file" d --state "$T/new.db" demo --live --for 1
ok "it did" d --state "$T/new.db" show
spawn life imgadm-device --state "$demo" demo --live --speed 3600
before=$(use)
more() { [ "$(use)" -gt "$before" ]; }
ok "it lives" wait_for 20 more
life_pid=$(cat "$T/life.pid")
kill -TERM "$life_pid"
wait "$life_pid"
is "until SIGTERM, and ends well" "$?" 0
rm -f "$T/life.pid"
is "without a word" "$(cat "$T/life.log")" ""
done_testing
