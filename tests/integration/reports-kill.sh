#!/bin/sh
# Reports over kills of imgadm-agentd and of the receiver: no entry is missing, and what was
# written as acknowledged had come.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/reports-lib.sh"
: "${device:?}" "${state:?}"
kills=${REPORTS_KILLS:-25}

port=$(free_port)
ok "a receiver" receiver_start "udp:127.0.0.1:$port"
ok "a device" state_make
settings trigger=3 on-connect=1 on-change=1

# Errors, and at one of them a kill, at some moment of its way.
killed=0 made=0 cut=0
while [ $killed -lt "$kills" ]; do
	reporter_start
	kill_at=$(($(od -An -N1 -tu1 /dev/urandom) % 5 + 2))
	for i in 1 2 3 4 5 6; do
		made=$((made + 1))
		error_add "E-$made" error
		[ $i = $kill_at ] || continue
		sleep "0.00$(($(od -An -N1 -tu1 /dev/urandom) % 10))"	# where in its way it is cut
		reporter_stop KILL
		[ "$(shown unacknowledged)" = 0 ] || cut=$((cut + 1))
	done
	"$device" -s "$state" unit set FUS --model "m$killed" >/dev/null
	acknowledged=$(shown acknowledged)
	missing=$(entries | sort -n | uniq | awk -v to="$acknowledged" '$1 <= to { n++ } END { print to - n }')
	[ "$missing" = 0 ] || break
	killed=$((killed + 1))
done
diag "$cut of $killed kills came before the answer was written"
ok "some kills came in between" test $cut -gt 0
is "$kills kills: what is acknowledged had come" "$missing" 0
diag "acknowledged $(shown acknowledged) of $made before the last start"
reporter_start
ok "all is acknowledged in the end" wait_for 60 all_acknowledged
is "no entry is missing" "$(entries | sort -n | uniq | wc -l)" "$made"
is "new entries came in order" "$(entries | awk '$1 > most { most = $1; n++ } END { print n + 0 }')" "$made"
reported() { [ "$(shown reported)" = "$("$device" -s "$state" show --json | sed -n 's/.*"revision": *\([0-9]*\).*/\1/p' | head -1)" ]; }
ok "the structure is the last one" wait_for 60 reported

# The receiver is killed: boots and time begin anew with the same engine id.
for signal in KILL TERM KILL; do
	receiver_stop $signal
	made=$((made + 1))
	error_add "E-$made" error
	ok "SIG$signal to the receiver: the device says that it is silent" wait_for 60 silent
	ok "it starts again" receiver_start "udp:127.0.0.1:$port"
	ok "the entry comes" wait_for 120 all_acknowledged
	is "it is there" "$(entries | grep -cx $made | sed 's/^[1-9].*/there/')" there
	reporter_stop
	reporter_start	# a new log
done

# Both at once, while entries come.
reporter_stop KILL
receiver_stop KILL
for i in 1 2 3 4 5 6 7 8 9 10; do
	made=$((made + 1))
	error_add "E-$made" error
done
reporter_start
ok "alone it says so" wait_for 60 silent
ok "the receiver starts" receiver_start "udp:127.0.0.1:$port"
ok "everything comes" wait_for 120 all_acknowledged
is "no entry is missing" "$(entries | sort -n | uniq | wc -l)" "$made"
done_testing
