#!/bin/sh
# Many polls, each killed -9 at a random moment, of devices that enter errors
# meanwhile, overwrite their memories and clear them; two of them are real
# snmpds, which are killed too.  In the end the store holds every log entry
# exactly once, with gaps recorded where the memory was overwritten.
# IMGADM_KILLS=N polls (1,000); IMGADM_SEED=N repeats a run's choices.
# shellcheck disable=SC2154 # what the sourced files set
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/poll-lib.sh"
kills=${IMGADM_KILLS:-1000}
seed=${IMGADM_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
diag "seed $seed, $kills polls"
poll_how='-v2c -c public -t 1 -r 1 --no-rrd'
sims=48 capacity=60

# --- devices --------------------------------------------------------------------------
sim_start --devices $sims --log 10 --capacity $capacity
fleet add -f "$T/fleet" >/dev/null
real_conf="dontLogTCPWrappersConnects yes
rocommunity public 127.0.0.1
dlmod imgadm $module"
for n in 1 2; do
	imgadm-device --state "$T/real$n.db" init --id "real-$n" --capacity 30 >/dev/null
	mkdir -p "$T/real$n/persist"
	printf '%s\nimgadmState %s\n' "$real_conf" "$T/real$n.db" >"$T/real$n/snmpd.conf"
	free_port >"$T/real$n.port"
	fleet add "real-$n" "udp:127.0.0.1:$(cat "$T/real$n.port")" >/dev/null
done
real_start()
{
	SNMP_PERSISTENT_DIR=$T/real$1/persist spawn "real$1" "$SNMPD" -f -C \
		-c "$T/real$1/snmpd.conf" -Lo -r "udp:127.0.0.1:$(cat "$T/real$1.port")"
}
real_answers() { snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$(cat "$T/real$1.port")" \
	"$(sed -n 's/^#define IMGADM_OIDTXT_imgDeviceId "\(.*\)"/\1/p' "$top_builddir/mibs/imgadm-mib.h").0" | grep -q "real-"; }
for n in 1 2; do real_start $n; done
for n in 1 2; do wait_for 30 real_answers $n || { cat "$T/real$n.log"; exit 99; }; done
poll
is 'before the kills' "$poll_status $(said polled) $(said failed)" "0 $((sims + 2)) 0"

# How long a poll with something to store takes here: kills fall within it.
tell entries 2
begun=$(date +%s%N)
poll --window 20
took_us=$((($(date +%s%N) - begun) / 1000))
before=$(stored log device | wc -l)

# --- the kills --------------------------------------------------------------------------
# A line a poll: seconds until the kill, window, errors on a device of the fleet,
# what else happens.
awk -v n="$kills" -v seed="$seed" -v sims=$sims -v took_us="$took_us" 'BEGIN {
	srand(seed)
	for (i = 1; i <= n; i++) {
		what = "-"
		if (i % 40 == 7) what = "snmpd1"
		else if (i % 40 == 27) what = "snmpd2"
		else if (i % 8 == 3) what = "error1"
		else if (i % 8 == 5) what = "error2"
		else if (i % 50 == 30) what = "burst"
		else if (i % 100 == 60) what = "clear"
		else if (i % 100 == 10) what = "slow"
		else if (i % 100 == 40) what = "quick"
		printf "%.4f %d %d %d %s\n", rand() * 1.5 * took_us / 1e6, 2 + int(rand() * 40),
			1 + int(rand() * 4), 1 + int(rand() * sims), what
	}
}' >"$T/plan"
ended=0 error=0
while read -r delay window errors device_n what <&7; do
	imgadm-poll --db "$T/db" --window "$window" $poll_how >/dev/null 2>>"$T/polls" 9>&- &
	pid=$!
	case $what in
	-)	echo "entries $errors $device_n" >&9; echo "entries 1" >&9 ;;
	burst)	echo "entries $((capacity * 2)) $device_n" >&9 ;;
	clear)	echo "clear $device_n" >&9; echo "entries 3 $device_n" >&9 ;;
	slow)	echo 'latency 8' >&9 ;;
	quick)	echo 'latency 0' >&9 ;;
	error?)
		error=$((error + 1))
		imgadm-device --state "$T/real${what#error}.db" error add DEV "E-$error" >/dev/null ;;
	snmpd?)
		stop "real${what#snmpd}" KILL
		real_start "${what#snmpd}" ;;
	esac
	sleep "$delay"	# the random moment
	kill -KILL $pid 2>/dev/null || ended=$((ended + 1))
	wait $pid 2>/dev/null
done 7<"$T/plan"
diag "a poll takes $took_us us; $ended of $kills had ended before they were killed"
ok 'most were killed on their way' test $((ended * 2)) -lt "$kills"
ok 'and stored something on it' test "$(stored log device | wc -l)" -gt "$before"
not_ok 'no poll complained of the database' grep -E 'db|store|entr' "$T/polls"

# --- what is stored ----------------------------------------------------------------------
tell latency 0
for n in 1 2; do ok "device $n answers" wait_for 30 real_answers $n; done
poll
is 'a last poll that nobody kills' "$poll_status $(said polled) $(said silent) $(said failed)" \
	"0 $((sims + 2)) 0 0"
poll
is 'leaves nothing to do' "$(counts) $(said log_entries)" "$((sims + 2)) $((sims + 2)) 0 0 0"

fleet export --csv --what log | tr -d '\r' | sed 1d >"$T/log"
# device,site,id,generation,index,lost_to,...: each memory from 1 on, entry or
# gap, none twice, none missing.
awk -F, '
	{ key = $1 " " $4; last = $6 == "" ? $5 : $6
	  if ($5 != next_of[key] + 1) print "device, generation " key ": " $5 " comes after " next_of[key] + 0
	  next_of[key] = last
	  if ($6 == "") entries++; else lost += last - $5 + 1 }
	END { print "# stored " entries ", lost " lost > "/dev/stderr" }' "$T/log" >"$T/holes" 2>"$T/sums"
cat "$T/sums"
is 'every entry is there once, or in a gap' "$(cat "$T/holes")" ''
ok 'memories were overwritten' grep -q 'lost [1-9]' "$T/sums"
# What the devices hold now is all stored, none of it as lost.
oid() { sed -n "s/^#define IMGADM_OIDTXT_$1 \"\(.*\)\"/\1/p" "$top_builddir/mibs/imgadm-mib.h"; }
code_oid=$(oid imgErrorCode) generation_oid=$(oid imgErrorLogGeneration)
# memory NAME ADDRESS: lines NAME,GENERATION,INDEX,CODE of what a device holds
memory()
{
	memory_generation=$(snmpget -v2c -c public -Oqv "$2" "$generation_oid.0")
	snmpbulkwalk -v2c -c public -On -OQ "$2" "$code_oid" |
		sed -n "s/^$code_oid\.\([0-9]*\) = \"\(.*\)\"$/$1,$memory_generation,\1,\2/p;s/^\.$code_oid\.\([0-9]*\) = \"\(.*\)\"$/$1,$memory_generation,\1,\2/p"
}
while read -r name address; do memory "$name" "${address#udp:}"; done <"$T/fleet" >"$T/memory"
for n in 1 2; do memory "real-$n" "127.0.0.1:$(cat "$T/real$n.port")"; done >>"$T/memory"
awk -F, 'NR == FNR { if ($6 == "") stored[$1 "," $4 "," $5 "," $14] = 1; next }
	!($0 in stored)' "$T/log" "$T/memory" >"$T/unstored"
ok 'the devices hold entries' test "$(wc -l <"$T/memory")" -gt $((sims * 10))
is 'and all they hold is stored as it is' "$(head -5 "$T/unstored")" ''
sim_stop
for n in 1 2; do stop real$n; done
done_testing
