#!/bin/sh
# imgadm-poll against a simulated fleet, everything stored and graphed: first
# and steady runs, 1,000 and 10,000 devices, v2c and v3, RRDs in process and
# through rrdcached, silent devices, latency.  And what asks the same requests
# and stores nothing: a shell loop of snmpget and snmpbulkget, and a
# synchronous Net-SNMP program.  Figures on stdout; the rest on stderr.
#
# Without a word about it a figure is of 10,000 devices over v2c, RRDs in
# process.  CPU is user and system of imgadm-poll and its children, in
# microseconds a device; figures of 10,000 are medians of three runs.  But the
# steady CPU is a mean over 16 runs: each writes the round robin files of an
# eighth of the devices, eight samples a file, so each file is written twice.
# Eight runs before them filled the journals.  Runs are a second apart, so they
# complete a step only now and then (five microseconds a device more if they
# all did).
#
# The round robin files (0.8 MB a device) lie in TMPDIR, as the store does, or
# where BENCH_RRD_DIR says: in memory a first run measures us and not the disk.
exec 3>&1 1>&2
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
many=${BENCH_DEVICES:-10000}
few=$((many / 10))
shell_devices=100
v3='-v3 -u sim -l authPriv -a SHA-256 -A simauth-pass -x AES -X simpriv-pass'
v2='-v2c -c public'
waits='-t 1 -r 2'
journals=8	# imgadm-rrd(5)
chain_ms=7000	# 1 + 2 + 4 s; a tenth of a second is nobody's
bench=${top_builddir:?}/tests/bench
sim=$top_builddir/tests/fake/fleetsim
need snmpget snmpbulkget awk
die() { echo "bench: $*"; exit 3; }
for f in "$bench/measure" "$bench/sync_loop" "$sim" "$top_builddir/manager/imgadm-poll" \
	"$top_builddir/manager/imgadm-fleet"; do
	[ -x "$f" ] || { echo "bench: $f is not built"; exit 3; }
done

rrds=$T/rrds
if [ -n "${BENCH_RRD_DIR:-}" ]; then
	rrds=$(mktemp -d "$BENCH_RRD_DIR/imgadm-bench.XXXXXX") || exit 3
fi
room=$(df -m --output=avail "${rrds%/*}" | tail -1)
[ "$room" -gt $((many * 12 / 10)) ] || die "$((many * 12 / 10)) MB are needed in ${rrds%/*}, $room are free"
echo "bench: round robin files in $rrds"
bench_finish()
{
	bench_status=$?
	rm -rf "$rrds"
	(exit $bench_status)
	tap_finish
}
trap bench_finish EXIT

# --- figures -------------------------------------------------------------------

# figure NAME VALUE UNIT [PEER VALUE]: the ratio is the peer's by ours
figure()
{
	if [ $# = 5 ]; then
		awk -v n="$1" -v v="$2" -v u="$3" -v p="$4" -v w="$5" 'BEGIN {
			printf "%s %s %s vs %s %s ratio %.2f\n", n, v, u, p, w, (v > 0 ? w / v : 0) }' >&3
	else
		echo "$1 $2 $3" >&3
	fi
}
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
mean() { awk -v c="$2" '{ n += $c } END { printf "%.0f", n / NR }' "$1"; }
# median FILE COLUMN
median() { awk -v c="$2" '{ print $c }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# bar NAME VALUE OP LIMIT: said on stderr, met or not
bar()
{
	awk -v n="$1" -v v="$2" -v o="$3" -v l="$4" 'BEGIN {
		met = o == "<=" ? v <= l : v >= l
		printf "bench: bar %s: %s %s %s: %s\n", n, v, o, l, met ? "met" : "MISSED" }'
}

# --- the fleet --------------------------------------------------------------------

# sim_start OPTION...: commands by tell; its list of devices in $T/fleet
sim_start()
{
	rm -f "$T/ctl" && mkfifo "$T/ctl"
	: >"$T/sim.log"
	"$sim" --fleet "$T/fleet" "$@" <"$T/ctl" >"$T/sim.log" 2>&1 &
	echo $! >"$T/sim.pid"
	exec 9>"$T/ctl"
	wait_for 60 grep -q '^ready ' "$T/sim.log" || die "fleetsim: $(cat "$T/sim.log")"
	port=$(sed -n 's/^ready [0-9.]*:\([0-9]*\) .*/\1/p' "$T/sim.log")
}
sim_stop() { exec 9>&-; stop sim; }
tell()
{
	tell_lines=$(wc -l <"$T/sim.log")
	echo "$*" >&9
	wait_for 30 sh -c '[ "$(wc -l <"$1")" -gt "$2" ]' sh "$T/sim.log" "$tell_lines" ||
		die "fleetsim does not answer '$*'"
	answer=$(tail -1 "$T/sim.log")
}
# fleet_new NAME: a store with the fleet in it
fleet_new()
{
	mkdir -p "$T/$1"
	imgadm-fleet --db "$T/$1/db" add -f "$T/fleet" >"$T/add.log" 2>&1 || die "$(cat "$T/add.log")"
}

fleet_drop() { for f; do rm -rf "${T:?}/$f" "${rrds:?}/$f"; done; }

# --- our poller ------------------------------------------------------------------

# poll NAME DEVICES OPTION...: one run; "WALL_US CPU_US RSS_KB REQUESTS" in $run
poll()
{
	poll_dir=$1 poll_devices=$2
	shift 2
	# shellcheck disable=SC2086 # word lists
	"$bench/measure" "$T/measured" imgadm-poll --db "$T/$poll_dir/db" --rrd-dir "$rrds/$poll_dir" \
		--interval 300 --json $waits "$@" >"$T/said" 2>"$T/complained"
	poll_status=$?
	[ $poll_status = 0 ] || [ $poll_status = 2 ] ||
		die "imgadm-poll ended with $poll_status: $(head -3 "$T/complained")"
	polled=$(json unchanged) && polled=$((polled + $(json changed)))
	[ "$polled" = "$poll_devices" ] || die "imgadm-poll: $polled of $poll_devices devices answered: $(tail -1 "$T/said")
$(head -3 "$T/complained")"
	run="$(cut -d' ' -f1-3 "$T/measured") $(json requests)"
}
json() { tail -1 "$T/said" | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"; }
# Another second, and uses counted since the last run.
next_second()
{
	while [ "$(date +%s)" -le "${last_second:-0}" ]; do
		sleep 0.1
	done
	last_second=$(date +%s)
	tell tick
}
# steady RUNS NAME DEVICES OPTION...: into $T/runs
steady()
{
	steady_runs=$1
	shift
	: >"$T/runs"
	while [ "$steady_runs" -gt 0 ]; do
		next_second
		poll "$@"
		echo "$run" >>"$T/runs"
		steady_runs=$((steady_runs - 1))
	done
}
# report NAME DEVICES [mean]: cpu, wall, rate, rss and requests of $T/runs
report()
{
	wall=$(median "$T/runs" 1) cpu=$("${3:-median}" "$T/runs" 2)
	cpu_device=$(calc %.1f "$cpu / $2") wall_s=$(calc %.3f "$wall / 1e6")
	rss_mb=$(calc %.1f "$(sort -n -k3 "$T/runs" | tail -1 | cut -d' ' -f3) / 1024")
	figure "$1.cpu" "$cpu_device" us/device
	figure "$1.wall" "$wall_s" s
	figure "$1.rate" "$(calc %.0f "$2 / ($wall / 1e6)")" devices/s
	figure "$1.rss" "$rss_mb" MB
	figure "$1.requests" "$(calc %.2f "$(median "$T/runs" 4) / $2")" requests/device
}
first()
{
	next_second
	poll "$2" "$3" $4
	echo "$run" >"$T/runs"
	report "$1" "$3"
	# What the next runs would make: files for pages and errors.
	"$bench/measure" "$T/measured" imgadm-graph --rrd-dir "$rrds/$2" --flush ||
		die 'imgadm-graph --flush failed'
	figure "$1.files.cpu" "$(calc %.1f "$(cut -d' ' -f2 "$T/measured") / $3")" us/device
}

# --- the peers --------------------------------------------------------------------

# cpu_ticks NAME: of a process that runs, with its threads
cpu_ticks() { sed 's/.*) //' "/proc/$(cat "$T/$1.pid")/stat" | awk '{ print $12 + $13 }'; }

# What a steady poll asks one device: into $T/requests.
learn_requests()
{
	sim_start --devices 1 --log-requests "$T/requests.all"
	fleet_new one
	# shellcheck disable=SC2086
	poll one 1 $v2
	next_second
	before=$(wc -l <"$T/requests.all")
	# shellcheck disable=SC2086
	poll one 1 $v2
	sed "1,${before}d" "$T/requests.all" >"$T/requests"
	sim_stop
	echo "bench: a steady poll asks a device $(wc -l <"$T/requests") requests:"
	cut -c1-150 "$T/requests" | sed 's/^/bench:   /'
}
# The cron job: one line a request and device.
shell_loop()
{
	{
		echo '#!/bin/sh'
		head -n "$shell_devices" "$T/fleet" | while read -r _ address; do
			awk -v a="${address#udp:}" '{
				cmd = $2 == "get" ? "snmpget" : $2 == "getnext" ? "snmpgetnext" : \
				    "snmpbulkget -Cn" $3 " -Cr" $4
				printf "%s -v2c -c public -On -m \"\" %s", cmd, a
				for (i = 5; i <= NF; i++)
					printf " %s", $i
				print " || exit 2"
			}' "$T/requests"
		done
	} >"$T/loop.sh"
	"$bench/measure" "$T/shell" sh "$T/loop.sh" >"$T/shell.out" ||
		die 'the shell loop failed'
	shell_cpu=$(calc %.1f "$(cut -d' ' -f2 "$T/shell") / $shell_devices")
	shell_varbinds=$(($(grep -c ' = ' "$T/shell.out") / shell_devices))
}
# "DEVICES REQUESTS VARBINDS WALL_US CPU_US" into $T/syncs
sync_loop()
{
	"$bench/sync_loop" "$T/requests" "$T/fleet" public >>"$T/syncs" || die 'sync_loop failed'
	# shellcheck disable=SC2046
	set -- $(tail -1 "$T/syncs")
	[ $(($3 / $1)) = "$shell_varbinds" ] ||
		die "the peers were answered different varbinds: $(($3 / $1)), $shell_varbinds"
}

# --- 1,000 devices -------------------------------------------------------------------

version=$(snmpget -V 2>&1 | sed 's/.*: *//')
learn_requests
sim_start --devices $few
fleet_new few
first poll.n1000.first few $few "$v2"
# shellcheck disable=SC2086
steady 3 few $few $v2
report poll.n1000.steady $few
fleet_new few3
first poll.n1000.v3.first few3 $few "$v3"
# shellcheck disable=SC2086
steady 1 few3 $few $v3
report poll.n1000.v3.steady $few
sim_stop
fleet_drop few few3

# snmpd's own limit.
sim_start --devices $few --max-varbinds 100
fleet_new few
first poll.n1000.limit100.first few $few "$v2"
# shellcheck disable=SC2086
steady 1 few $few $v2
report poll.n1000.limit100.steady $few
sim_stop
fleet_drop few

# --- 10,000 devices --------------------------------------------------------------------

sim_start --devices "$many"
fleet_new many
first poll.first many "$many" "$v2"
echo "bench: the store holds $(du -m "$T/many/db" | cut -f1) MB, the round robin files $(du -sm "$rrds/many" | cut -f1) MB"
# shellcheck disable=SC2086
steady "$journals" many "$many" $v2
# By turns with the peers, so that all meet the same machine.
: >"$T/turns"
shell_loop
turn=0
while [ $turn -lt $((2 * journals)) ]; do
	# shellcheck disable=SC2086
	steady 1 many "$many" $v2
	cat "$T/runs" >>"$T/turns"
	[ $((turn % 2)) != 0 ] || sync_loop
	turn=$((turn + 1))
done
mv "$T/turns" "$T/runs"
report poll.steady "$many" mean
steady_cpu=$cpu_device steady_wall=$wall_s steady_rss=$rss_mb
sync_cpu=$(calc %.1f "$(mean "$T/syncs" 5) / $many")	# as ours
sync_wall=$(calc %.3f "$(median "$T/syncs" 4) / 1e6")
figure poll.steady.cpu.shell "$steady_cpu" us/device "snmpget+snmpbulkget-$version" "$shell_cpu"
figure poll.steady.cpu.sync "$steady_cpu" us/device "net-snmp-synchronous-$version" "$sync_cpu"
figure poll.steady.wall.sync "$steady_wall" s "net-snmp-synchronous-$version" "$sync_wall"
bar 'steady CPU against the shell loop' "$(calc %.1f "$shell_cpu / $steady_cpu")" '>=' 80
bar 'steady CPU against the synchronous loop' "$steady_cpu" '<=' "$sync_cpu"
bar 'steady wall, s' "$steady_wall" '<=' 3
bar 'steady RSS, MB' "$steady_rss" '<=' 64

# A new log entry each.
tell entries 1
# shellcheck disable=SC2086
steady 1 many "$many" $v2
report poll.entries1 "$many"

# Through rrdcached, which writes later; what it costs in that time is beside it.
if command -v rrdcached >/dev/null 2>&1; then
	spawn rrdcached rrdcached -g -R -b "$rrds/many" -l "unix:$T/rrdcached.sock" \
		-p "$T/rrdcached.own" -w 3600 -f 7200
	wait_for 20 test -S "$T/rrdcached.sock" || die "rrdcached: $(cat "$T/rrdcached.log")"
	daemon_before=$(cpu_ticks rrdcached)
	RRDCACHED_ADDRESS=unix:$T/rrdcached.sock
	export RRDCACHED_ADDRESS
	# shellcheck disable=SC2086
	steady 3 many "$many" $v2
	unset RRDCACHED_ADDRESS
	report poll.rrdcached.steady "$many"
	figure poll.rrdcached.steady.daemon "$(calc %.1f \
		"($(cpu_ticks rrdcached) - $daemon_before) * 1e6 / $(getconf CLK_TCK) / 3 / $many")" us/device
	stop rrdcached KILL	# what it holds is not needed
else
	echo 'bench: rrdcached is not installed: left out'
fi

# 3 % silent: first unexpectedly, then known; against a run just before.
# shellcheck disable=SC2086
steady 1 many "$many" $v2
steady_wall=$(calc %.3f "$(median "$T/runs" 1) / 1e6")
steady_cpu=$(calc %.1f "$(median "$T/runs" 2) / $many")
tell silent 3
alive=$((many - many * 3 / 100))
# shellcheck disable=SC2086
steady 1 many "$alive" $v2
figure poll.silent3.wall "$(calc %.3f "$(median "$T/runs" 1) / 1e6")" s all-answer "$steady_wall"
bar '3 % silent, wall, ms' "$(calc %.0f "$(median "$T/runs" 1) / 1000")" '<=' \
	"$(calc %.0f "$steady_wall * 1000 + $chain_ms + 100")"
# shellcheck disable=SC2086
steady 1 many "$alive" $v2
figure poll.silent3.known.wall "$(calc %.3f "$(median "$T/runs" 1) / 1e6")" s all-answer "$steady_wall"
figure poll.silent3.known.cpu "$(calc %.1f "$(median "$T/runs" 2) / $many")" us/device all-answer "$steady_cpu"
tell silent 0
# shellcheck disable=SC2086
poll many "$many" $v2

# 20 ms there and back.
tell latency 20
# shellcheck disable=SC2086
steady 2 many "$many" $v2
report poll.latency20 "$many"
bar '20 ms of latency, wall, s' "$wall_s" '<=' 6
tell latency 0

# The same devices over v3: engines are discovered once.
# shellcheck disable=SC2086
steady 1 many "$many" $v3
report poll.v3.discovery "$many"
# By turns with v2c, so that both meet the same machine; a pair is a ratio.
: >"$T/v2.runs"
: >"$T/v3.runs"
for turn in 1 2 3; do
	# shellcheck disable=SC2086
	steady 1 many "$many" $v2
	cat "$T/runs" >>"$T/v2.runs"
	# shellcheck disable=SC2086
	steady 1 many "$many" $v3
	cat "$T/runs" >>"$T/v3.runs"
done
paste -d' ' "$T/v2.runs" "$T/v3.runs" | awk '{ print $6 / $2 }' >"$T/ratios"
echo "bench: v3 CPU by v2c CPU, pair by pair: $(awk '{ printf "%s%.2f", (NR > 1 ? " " : ""), $1
	sum += $1 } END { printf "; mean %.2f", sum / NR }' "$T/ratios")"
v2_cpu=$(calc %.1f "$(median "$T/v2.runs" 2) / $many")
mv "$T/v3.runs" "$T/runs"
report poll.v3.steady "$many"
figure poll.v3.steady.cpu.v2c "$cpu_device" us/device v2c-by-turns "$v2_cpu"
bar 'v3 CPU against v2c, median of the pairs' "$(calc %.2f "$(median "$T/ratios" 1)")" '<=' 2
tell stats
echo "bench: fleetsim: $answer"
sim_stop
