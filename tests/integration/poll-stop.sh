#!/bin/sh
# imgadm-poll that is ended, met by a second one, or asked for what is not there.
# shellcheck disable=SC2154 # what the sourced files set
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/poll-lib.sh"

sim_start --devices 20 --log 20
fleet add -f "$T/fleet" >/dev/null

# --- a name that is nearly right ---------------------------------------------------
status 'a device that is not there' 1 imgadm-poll --db "$T/db" --no-rrd --device sim-0002
like 'has a nearest one' "$(cat "$T/err")" "^imgadm-poll: .*sim-0002.*; did you mean 'sim-000[0-9][0-9]'\?$"

# --- SIGTERM with devices in flight that do not answer ------------------------------
tell silent 50
spawn slow imgadm-poll --db "$T/db" --no-rrd --json -v2c -c public -t 300 -r 0
asked() { tell stats; requests=$(echo "$answer" | sed 's/[^0-9]*\([0-9]*\).*/\1/'); [ "${requests:-0}" -ge 20 ]; }
ok 'the fleet is being asked' wait_for 20 asked
runs_for_a_while() { poll --no-rrd; grep -q 'runs for' "$T/complained"; }
ok 'a second poll says how long the first one runs' wait_for 20 runs_for_a_while
like 'in one line' "$(cat "$T/complained")" '^imgadm-poll: another run .* is not finished; it runs for [0-9]+ s'
kill -TERM "$(cat "$T/slow.pid")"
ended() { gone "$(cat "$T/slow.pid")"; }
ok 'SIGTERM ends it in a few seconds' wait_for 15 ended
rc=0
wait "$(cat "$T/slow.pid")" || rc=$?
rm -f "$T/slow.pid"
is 'well' "$rc" 0
cp "$T/slow.log" "$T/said"
is 'those that answered are stored, the others are not judged' \
	"$(said stopped) $(counts) $(stored log device | sort | uniq -c | awk '$1 == 20' | wc -l)" \
	'true 10 0 0 0 10'
tell silent 0
poll --no-rrd
is 'the next run does the rest' "$poll_status $(said polled) $(stored log device | wc -l)" '0 20 400'

# --- SNMPv3: a wrong privacy pass phrase, asked once ---------------------------------
v3='-v3 -l authPriv -u sim -a SHA-256 -A simauth-pass -x AES'
poll_how="$v3 -X simpriv-pass --no-rrd"
poll
is 'SNMPv3, engines are known' "$poll_status $(said silent) $(said failed)" '0 0 0'
poll_how="$v3 -X wrong-passphrase -t 1 -r 0 --no-rrd"
poll --device sim-00003
is 'a wrong privacy pass phrase is not silence' "$poll_status $(said silent) $(said failed)" '2 0 1'
like 'but named' "$(cat "$T/complained")" '^imgadm-poll: sim-00003 .*authentication failed for user .sim.'
tell silent 100
poll --device sim-00004
is 'silence is' "$poll_status $(said silent) $(said failed)" '2 1 0'
sim_stop
done_testing
