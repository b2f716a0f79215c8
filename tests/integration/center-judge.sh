#!/bin/sh
# imgadm-centerd has judged what devices report: in a process of its own, one at a time.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
: "${device:?}" "${judge:?}" "${fleet:?}" "${top_builddir:?}"
need minisign python3

key acme
trust acme acme
center_port=$(free_port)
ok 'a catalogue is in force' force 1
machine kiosk
ok 'a device that nobody polls' "$fleet" add --no-poll kiosk
ok 'is enrolled' "$fleet" enrol kiosk --address "udp:127.0.0.1:$center_port" -o "$T/kiosk.key"
dev kiosk centre set --key-file "$T/kiosk.key"
dev kiosk report set --on-connect yes --on-change yes
centre() { spawn centerd imgadm-centerd --db "$IMGADM_DB" --no-rrd --no-poll --listen "udp:127.0.0.1:$center_port" "$@"; }
is_judged() { [ "$(verdict kiosk)" = "$1" ]; }

status '--judge and --no-judge: one of the two' 1 imgadm-centerd --db "$IMGADM_DB" --judge /bin/true --no-judge
centre
spawn agentd "$top_builddir/agent-module/imgadm-agentd" -f --state "$T/kiosk.db"
ok 'its structure is judged when it came' wait_for 40 is_judged incompatible
# It may have been fetched by now.
like 'the advice is an order' "$("$fleet" advise --list kiosk)" 'judge.*(waiting|stands)'
asked() { dev kiosk ask >"$T/asked" 2>&1 && grep -q 'incompatible (R-101' "$T/asked"; }
ok 'which the device fetches' wait_for 20 asked
like 'with its verdict' "$(cat "$T/asked")" '^verdict +incompatible'
ok 'the feed is replaced' unit kiosk FED paperFeed C650-feed 2.0 0 99-b --in ENG
ok 'what changed is judged anew' wait_for 60 is_judged compatible
stop centerd

# Not when it is told not to; another program where that is named.
centre --no-judge
ok 'a feed of rev A' unit kiosk FED paperFeed C650-feed 1.3 0 11-a --in ENG
ok 'arrives' wait_for 40 is_judged 'compatible (old)'
stop centerd
cat >"$T/judge.sh" <<SH
#!/bin/sh
echo "\$@" >"$T/called"
SH
chmod +x "$T/judge.sh"
centre --judge "$T/judge.sh"
ok 'a feed of rev B' unit kiosk FED paperFeed C650-feed 2.1 0 12-b --in ENG
called() { [ -s "$T/called" ]; }
ok 'the program that is named is started' wait_for 40 called
is 'so' "$(cat "$T/called")" "run --quiet --db $IMGADM_DB"
stop centerd
done_testing
