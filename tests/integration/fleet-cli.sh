#!/bin/sh
# imgadm-fleet: every option of its manual, every error with its exit status,
# and what hostile devices say on the terminal, in CSV and in JSON.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
fleet=${top_builddir:?}/manager/imgadm-fleet
fill=$top_builddir/tests/integration/store_fill
IMGADM_DB=$T/fleet.db
IMGADM_RRD_DIR=$T/rrd
export IMGADM_DB IMGADM_RRD_DIR
now=$(date +%s)
json() { python3 -c 'import json,sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"; }
python3 -c 'import json, csv' 2>/dev/null || skip_all "python3 is not installed"
# What a command says on stderr is one line, with the program's name.
says()
{
	like "$1: says so" "$(cat "$T/err")" "$2"
	is "$1: in one line" "$(wc -l <"$T/err" | tr -d ' ')" 1
}

# --- no store, no fleet ---------------------------------------------------------
status "list without a store" 3 "$fleet" list
says "list without a store" "^imgadm-fleet: .*fleet.db: .*imgadm-fleet add NAME ADDRESS"
status "no command" 1 "$fleet"
status "unknown command" 1 "$fleet" lits
says "unknown command" "list"
status "unknown option" 1 "$fleet" list --sight x
status "--help" 0 "$fleet" --help
like "--help names the commands" "$(cat "$T/out")" "discover"
status "--version" 0 "$fleet" --version
for c in list show log history add remove approve enrol report discover export prune; do
	status "$c --help" 0 "$fleet" "$c" --help
	status "$c with an unknown option" 1 "$fleet" "$c" --no-such-option
done

# --- add ------------------------------------------------------------------------
status "add" 0 "$fleet" add room-214 10.1.4.14 --site berlin
status "list" 0 "$fleet" list
like "a new device was never seen" "$(cat "$T/out")" '^room-214 +berlin +- +- +never'
like "and the summary says so" "$(cat "$T/out")" '^1 device: 0 answered, 1 never polled'
status "add the same name" 1 "$fleet" add room-214 10.1.4.15
says "add the same name" "room-214.*taken.*10.1.4.14"
status "add the same address" 1 "$fleet" add other 10.1.4.14
says "add the same address" "10.1.4.14.*room-214"
status "add without an address" 1 "$fleet" add room-3
status "add a bad address" 1 "$fleet" add room-3 'tcp:10.0.0.1'
says "add a bad address" "tcp"
status "add a bad name" 1 "$fleet" add 'room 3' 10.0.0.9
status "add a name like an option" 1 "$fleet" add -- -room 10.0.0.9
status "add a bad site" 1 "$fleet" add room-3 10.0.0.9 --site 'a b'
status "add an unknown credential" 1 "$fleet" add room-3 10.0.0.9 --credential nobody
says "add an unknown credential" "nobody.*imgadm.conf"
echo 'credential ops -v2c -c secret' >"$T/conf/imgadm.conf"
status "add with a credential" 0 "$fleet" add room-3 10.0.0.9 --credential ops
is "the credential is kept" "$("$fleet" export --json --what devices |
	json '[x["credential"] for x in d if x["device"] == "room-3"][0]')" ops
echo 'credentail ops' >"$T/conf/imgadm.conf"
status "a wrong directive" 1 "$fleet" add room-4 10.0.0.10 --credential ops
says "a wrong directive" "imgadm.conf:1"
rm "$T/conf/imgadm.conf"

cat >"$T/many" <<'LINES'
# name address site credential
m1 10.2.0.1 gera
m2	udp:10.2.0.2:1161   # no site: the option's

m3 udp6:[::1]:161 jena
LINES
status "add -f FILE" 0 "$fleet" add -f "$T/many" --site default
is "all were added" "$(cat "$T/out")" "3 devices added"
is "with their sites" "$("$fleet" export --json --what devices |
	json '" ".join(x["site"] for x in d if x["device"][0] == "m")')" "gera default jena"
printf 'n1 10.3.0.1\nn2\n' >"$T/bad"
status "add -f with a wrong line" 1 "$fleet" add -f "$T/bad"
says "add -f with a wrong line" "bad:2: no address"
printf 'n1 10.3.0.1\nn2 10.3.0.2 s c more\n' >"$T/lines"
status "add -f - with a wrong line" 1 "$fleet" add -f - <"$T/lines"
says "add -f - with a wrong line" "stdin:2: more than four"
printf 'n1 10.3.0.1\nm1 10.3.0.2\n' >"$T/lines"
status "add -f - with a taken name" 1 "$fleet" add -f - <"$T/lines"
says "add -f - with a taken name" "stdin:2: m1"
printf 'n1 %01100d\n' 0 >"$T/lines"
status "add -f - with a long line" 1 "$fleet" add -f - <"$T/lines"
status "nothing was added" 1 "$fleet" show n1
status "add -f without a file" 1 "$fleet" add -f "$T/none"
says "add -f without a file" "none"
printf 'n1 10.3.0.1\n' >"$T/lines"
status "add -f -" 0 "$fleet" add -f - <"$T/lines"

# --- remove ----------------------------------------------------------------------
status "remove an unknown device" 1 "$fleet" remove m1 m22
says "remove an unknown device" "did you mean 'm[123]'"
status "nothing was removed" 0 "$fleet" show m1
status "remove two" 0 "$fleet" remove m1 m2
status "they are gone" 1 "$fleet" show m1
key=$(sqlite3 "$IMGADM_DB" "SELECT id FROM device WHERE name = 'm3'" 2>/dev/null)
if [ -n "$key" ]; then
	folder=$T/rrd/$(printf '%02x' $((key & 255)))/$key
	mkdir -p "$folder" && : >"$folder/use-300.rrd"
	status "remove --keep-graphs" 0 "$fleet" remove --keep-graphs m3
	ok "the graphs' files are still there" test -e "$folder/use-300.rrd"
fi
status "remove nothing" 1 "$fleet" remove
rm -f "$T"/fleet.db*

# --- places by imgadm.conf -----------------------------------------------------------
(
	unset IMGADM_DB IMGADM_RRD_DIR
	printf 'db %s\nrrdDir %s\n' "$T/by-conf.db" "$T/rrd-conf" >"$T/conf/imgadm.conf"
	"$fleet" add conf-1 10.7.0.1 && "$fleet" list --csv >"$T/by-conf"
)
ok "db of imgadm.conf is where add writes" test -s "$T/by-conf.db"
like "and where list reads" "$(cat "$T/by-conf")" '^conf-1,'
key=$(sqlite3 "$T/by-conf.db" "SELECT id FROM device" 2>/dev/null)
if [ -n "$key" ]; then
	folder=$T/rrd-conf/$(printf '%02x' $((key & 255)))/$key
	mkdir -p "$folder" && : >"$folder/use-300.rrd"
	(unset IMGADM_DB IMGADM_RRD_DIR; "$fleet" remove conf-1)
	not_ok "rrdDir of imgadm.conf is where remove removes" test -e "$folder/use-300.rrd"
fi
status "the environment beats imgadm.conf" 0 "$fleet" add env-1 10.7.0.2
ok "and is where the store is" test -s "$T/fleet.db"
status "the option beats both" 0 "$fleet" --db "$T/by-option.db" add option-1 10.7.0.3
ok "and is where its store is" test -s "$T/by-option.db"
echo 'rrdDri /x' >>"$T/conf/imgadm.conf"
status "list with a wrong line in imgadm.conf" 1 "$fleet" list
says "list with a wrong line in imgadm.conf" "imgadm.conf:3"
status "remove with a wrong line in imgadm.conf" 1 "$fleet" remove env-1
rm -f "$T/conf/imgadm.conf" "$T"/fleet.db*

# --- a fleet with a past ------------------------------------------------------------
ok "a fleet with a past" "$fill" "$IMGADM_DB" "$now"
status "list" 0 "$fleet" list
list=$(cat "$T/out")
is "what is silent comes first, then what runs out" "$(printf '%s\n' "$list" |
	sed -n '2,3s/ .*//p' | tr '\n' ' ')" "room lobby "
like "silent since, in the table" "$list" '^room +berlin +C650 +- +silent since '
like "pages a day and what runs out" "$list" '^lobby +berlin +C650 .* 2,[34][0-9][0-9] +U1 in [67] days'
like "the summary names the silent one" "$list" \
	'^5 devices: 3 answered, 1 silent \(room since .*: no answer from 10.0.0.2, 3 tries\), 1 never polled'
status "list --site" 0 "$fleet" list --site berlin
is "only that site" "$(sed -n '2,$s/ .*//p' "$T/out" | head -2 | tr '\n' ' ')" "room lobby "
status "list of an empty site" 0 "$fleet" list --site nowhere
is "says so" "$(cat "$T/out")" "no device at this site"
status "list --json" 0 "$fleet" list --json
is "list --json is whole" "$(json 'd[1]["device"], d[1]["runs_out_unit"], d[0]["contact"], d[1]["log_entries_lost"]' <"$T/out")" \
	"('lobby', 'U1', 'silent', 30)"
status "list --csv" 0 "$fleet" list --csv
is "list --csv has a row each" "$(python3 -c 'import csv,sys
print(len(list(csv.DictReader(sys.stdin))))' <"$T/out")" 5
db=$IMGADM_DB
is "the option beats the environment" \
	"$(export IMGADM_DB=/nonexistent; "$fleet" --db "$db" list --csv | wc -l)" 6
is "the option may stand behind the command" "$("$fleet" list --csv --db "$db" | wc -l)" 6

status "show" 0 "$fleet" show lobby
show=$(cat "$T/out")
like "show: who it is" "$show" '^lobby, site berlin: acme C650, serial S1'
like "show: the tree" "$show" '^  U1 +inputTray'
like "show: software" "$show" 'fw-U1 +acme +2.0 +running'
like "show: readings" "$show" 'temperature +41.5 C'
like "show: the last error" "$show" 'lobby +80 '
like "show: what was lost" "$show" '^! 30 log entries were overwritten'
like "show: what runs out" "$show" '^! runs out: U1 in'
status "show --json" 0 "$fleet" show --json lobby
is "show --json is whole" "$(json 'len(d["units"]), len(d["software"]), d["log_gaps"][0]["to"], d["log_memories"][0]["entries"], d["readings"][0]["value"]' <"$T/out")" \
	"(4, 2, 30, 50, 415)"
status "show a silent one" 0 "$fleet" show room
like "show: silence" "$(cat "$T/out")" '^! silent since .*, asked 4 times: no answer'
status "show what another machine stood at" 0 "$fleet" show swapped
like "show: the note" "$(cat "$T/out")" '^! .*another machine answers here: was acme-4, now acme-5'
status "show a new one" 0 "$fleet" show fresh
status "show a mistyped one" 1 "$fleet" show loby
says "show a mistyped one" "did you mean 'lobby'"
status "show an unknown one" 1 "$fleet" show zzzzzzzz
says "show an unknown one" "imgadm-fleet list"
status "show nothing" 1 "$fleet" show

status "log" 0 "$fleet" log lobby
like "log: newest first" "$(sed -n 2p "$T/out")" '^lobby +80 '
like "log: the gap" "$(cat "$T/out")" 'entries 1 to 30 were overwritten'
is "log --limit" "$("$fleet" log --limit 3 --csv lobby | wc -l | tr -d ' ')" 4
is "log --severity" "$("$fleet" log --severity serviceCall --json lobby | json 'len(d)')" 13
is "log --code" "$("$fleet" log --code C-3 --json lobby | json 'len(d)')" 8
is "log --unit" "$("$fleet" log --unit none --json lobby | json 'len(d)')" 0
is "log --site" "$("$fleet" log --site gera --json | json '{x["device"] for x in d}')" "{'hostile'}"
is "log --since" "$("$fleet" log --since 1h --json | json '{x["device"] for x in d}')" "{'hostile'}"
status "log of an unknown device" 1 "$fleet" log loby
says "log of an unknown device" "lobby"
status "log --severity wrong" 1 "$fleet" log --severity serviceCal
says "log --severity wrong" "serviceCall"
status "log --limit wrong" 1 "$fleet" log --limit 0
status "log --since wrong" 1 "$fleet" log --since yesterday
status "log without an entry" 0 "$fleet" log fresh
is "says so" "$(cat "$T/out")" "no entries"

status "history" 0 "$fleet" history 1-3
is "a part in two devices" "$("$fleet" history --json 1-3 |
	json '[(x["device"], x["to"] is None) for x in d]')" "[('lobby', False), ('swapped', True)]"
status "history --software" 0 "$fleet" history --software 1-1
is "its software before and now" "$("$fleet" history --software --json 1-1 |
	json '[x["version"] for x in d]')" "['1.0', '2.0']"
status "history --csv" 0 "$fleet" history --csv 1-3
status "history of an unknown part" 1 "$fleet" history nothing
says "history of an unknown part" "nothing"
is "history --json of an unknown part is still JSON" "$("$fleet" history --json nothing 2>/dev/null | json 'd')" "[]"

status "export --json" 0 "$fleet" export --json
is "export --json is whole" "$(json '{k: len(v) for k, v in d.items()}' <"$T/out")" \
	"{'devices': 5, 'units': 17, 'software': 12, 'log': 54}"
for what in devices units software log unit-history software-history; do
	status "export --csv --what $what" 0 "$fleet" export --csv --what $what
	cp "$T/out" "$T/csv"
	ok "export --csv --what $what has rows of one length" python3 -c 'import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
assert len(rows) > 1 and len({len(r) for r in rows}) == 1' "$T/csv"
	status "export --json --what $what" 0 "$fleet" export --json --what $what
done
is "export --device" "$("$fleet" export --json --device lobby | json 'len(d["devices"]), len(d["units"])')" "(1, 4)"
is "export --site" "$("$fleet" export --json --site gera | json 'len(d["devices"])')" 2
status "export without a format" 1 "$fleet" export
status "export --csv without --what" 1 "$fleet" export --csv
says "export --csv without --what" "--what"
status "export --what wrong" 1 "$fleet" export --json --what unit
says "export --what wrong" "units"
status "export of an unknown device" 1 "$fleet" export --json --device loby
if [ -c /dev/full ]; then
	"$fleet" export --json >/dev/full 2>"$T/err"
	is "a full output is an error" $? 3
fi

# --- what a hostile device says ------------------------------------------------------
for c in "list" "show hostile" "log hostile"; do
	# shellcheck disable=SC2086
	status "hostile: $c" 0 "$fleet" $c
	not_ok "hostile: $c: no control character reaches the terminal" \
		grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$T/out"
done
for what in devices units software log; do
	"$fleet" export --csv --what $what >"$T/csv"
	ok "hostile: CSV of $what runs nothing" python3 -c 'import csv, sys
for row in csv.reader(open(sys.argv[1], newline="", encoding="utf-8")):
    for cell in row:
        assert not cell.lstrip()[:1] in ("=", "+", "@"), cell
        assert all(c >= " " or c in "\t\r\n" for c in cell), cell' "$T/csv"
done
is "hostile: JSON says what the device said" "$("$fleet" show --json hostile |
	json 'd["units"][1]["model"].startswith("=cmd|") and "\x1b[2J" in d["units"][1]["model"]')" True
is "hostile: a count beyond 2^63 is no negative one" "$("$fleet" show --json hostile |
	json 'd["device"]["use_count"]')" 18446744073709551614
ok "hostile: its part is found by its serial number" "$fleet" history \
	"$("$fleet" show --json hostile | json 'd["units"][1]["serial_number"]')"

# --- prune -----------------------------------------------------------------------------
status "prune without --keep" 1 "$fleet" prune
says "prune without --keep" "--keep"
status "prune --keep too little" 1 "$fleet" prune --keep 5min
status "prune --keep wrong" 1 "$fleet" prune --keep long
status "prune" 0 "$fleet" prune --keep 2d
like "prune says what is gone" "$(cat "$T/out")" '^forgotten: 50 log entries, 1 gaps, '
is "the log is gone" "$("$fleet" log --json lobby | json 'len(d)')" 0

# --- files that are not well --------------------------------------------------------------
echo "this is no store at all, but a text of some length" >"$T/text"
status "not a store" 3 "$fleet" --db "$T/text" list
says "not a store" "text"
status "add to what is no store" 3 "$fleet" --db "$T/text" add a 10.0.0.1
if command -v sqlite3 >/dev/null; then
	cp "$IMGADM_DB" "$T/newer.db"
	sqlite3 "$T/newer.db" 'PRAGMA user_version = 999' >/dev/null
	status "a newer store" 3 "$fleet" --db "$T/newer.db" list
	says "a newer store" "newer"
	cp "$IMGADM_DB" "$T/busy.db"
	# Held from elsewhere until it is told to go on.
	mkfifo "$T/hold"
	( exec 3<"$T/hold"; { echo "BEGIN IMMEDIATE; SELECT 'held';"; cat <&3; } |
		sqlite3 "$T/busy.db" >"$T/held" 2>&1 ) &
	exec 8>"$T/hold"
	if wait_for 10 grep -q held "$T/held"; then
		status "add while another holds the store" 3 "$fleet" --db "$T/busy.db" add b 10.9.9.9
		says "add while another holds the store" "busy.db"
		status "list while another holds the store" 0 "$fleet" --db "$T/busy.db" list
	fi
	echo "ROLLBACK;" >&8
	exec 8>&-
	wait
	status "add when it is free again" 0 "$fleet" --db "$T/busy.db" add b 10.9.9.9
fi
done_testing
