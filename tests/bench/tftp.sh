#!/bin/sh
# imgadm-tftpd against the TFTP servers of others, each driven by the same
# client (tftp_load), and imgadm-tftp against atftp over a line with delay and loss.
# Figures on stdout; the rest on stderr.
#
# clients200: a 16 MiB image read by 200 clients at once, block size 1428, or as much
# of it as comes in some seconds; the server has one core and the clients another; CPU is
# of the server, its threads and children (perf_event_open).  By turns, medians.  Servers
# without the windowsize option are asked lock-step, tftpd-hpa (a process a transfer) once.
# rtt20: one client, 20 ms there and back, through udprelay; rtt20loss1: 1 % lost each way
# as well.  They wait more than they work, so several run at once; the relay has a
# realtime priority where that may be, so that the line is no longer than it is said to be.
# transfers2000: 2,000 transfers in the midst of their file, and then to its end.
exec 3>&1 1>&2
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/tftp-peers-lib.sh"
: "${top_builddir:?}"
rounds=${BENCH_ROUNDS:-3}
clients=200 many=2000
begun=$(date +%s) round_s=90	# no round begins later
enough_ms=6000	# of a round and server
wait_s=45	# for a transfer over a bad line
image=16777216 lockstep=1048576	# octets; what is read lock-step at 20 ms
rtt_s=0.020 loss=0.01
load=$top_builddir/tests/bench/tftp_load relay=$top_builddir/tests/fake/udprelay
need awk cmp
die() { echo "bench: $*"; exit 3; }
for f in "$load" "$relay" "$top_builddir/updater/imgadm-tftpd" "$top_builddir/updater/imgadm-tftp"; do
	[ -x "$f" ] || die "$f is not built"
done
serve_on='' load_on=''
if command -v taskset >/dev/null 2>&1 && [ "$(nproc)" -gt 1 ]; then
	serve_on='taskset -c 1' load_on='taskset -c 0'
else
	echo 'bench: server and clients share a core: no taskset, or one core'
fi

# --- figures -------------------------------------------------------------------

calc() { awk "BEGIN { printf \"$1\", $2 }"; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# figure NAME VALUE UNIT [PEER VALUE rate|cost]: the ratio is above 1 where ours is better
figure()
{
	if [ $# = 6 ]; then
		echo "$1 $2 $3 vs $4 $5 ratio $(if [ "$6" = rate ]; then calc %.2f "$2 / $5"; else calc %.2f "$5 / $2"; fi)" >&3
	else
		echo "$1 $2 $3" >&3
	fi
}
# bar NAME VALUE OP LIMIT: said on stderr, met or not
bar()
{
	awk -v n="$1" -v v="$2" -v o="$3" -v l="$4" 'BEGIN {
		met = o == "<=" ? v <= l : v >= l
		printf "bench: bar %s: %s %s %s: %s\n", n, v, o, l, met ? "met" : "MISSED" }'
}
# ticks NAME: CPU of a server and its threads; not of children that nobody waited for
ticks() { sed 's/.*) //' "/proc/$(cat "$T/$1.pid")/stat" | awk '{ print $12 + $13 }'; }
# word FILE WORD: the one after it, in the last line
word() { tail -1 "$1" | awk -v w="$2" '{ for (i = 1; i < NF; i++) if ($i == w) print $(i + 1) }'; }
rss_kb() { awk '/^VmRSS:/ { print $2 }' "/proc/$(cat "$T/$1.pid")/status"; }
hz=$(getconf CLK_TCK)

# --- 200 clients ---------------------------------------------------------------

# clients200 SERVER ADDRESS:PORT WINDOW [AS]: appends to $T/AS-WINDOW.rate and .cpu
clients200()
{
	clients_as=${4:-$1}
	clients_before=$(ticks "$1")
	# shellcheck disable=SC2086 # a word list
	if ! $load_on "$load" --clients $clients --window "$3" --limit 60 --enough-ms $enough_ms \
		--cpu-of "$(cat "$T/$1.pid")" "$2" image >"$T/said" || [ "$(word "$T/said" octets)" = 0 ]; then
		echo "bench: $clients_as at window $3: $(cat "$T/said")"
		[ "$1" != imgadm ] || die 'a transfer failed'
		return 0
	fi
	clients_us=$(word "$T/said" server_us)
	if [ "$clients_us" = - ] && [ "$1" != tftpd-hpa ]; then
		clients_us=$((($(ticks "$1") - clients_before) * 1000000 / hz))
	fi
	per_second "$T/said" >>"$T/$clients_as-$3.rate"
	if [ "$clients_us" = - ]; then
		echo 'bench: this kernel does not tell what children take (perf_event_open): tftpd-hpa without its CPU'
	else
		calc '%.3f\n' "$clients_us / 1e6 / ($(word "$T/said" octets) / 1073741824)" >>"$T/$clients_as-$3.cpu"
	fi
	echo "bench: $clients_as window $3: $(tail -1 "$T/$clients_as-$3.rate") MiB/s," \
		"$(tail -1 "$T/$clients_as-$3.cpu") CPU s/GiB; $(cat "$T/said")"
}
# per_second FILE: MiB/s of what tftp_load said
per_second() { calc '%.1f\n' "$(word "$1" octets) / 1048576 / ($(word "$1" us) / 1e6)"; }
# best KIND: "PEER VALUE" of the best peer's KIND (rate: the most, cpu: the least)
best()
{
	for best_file in "$T"/atftpd-*."$1" "$T"/tftpd-hpa-*."$1" "$T"/dnsmasq-*."$1"; do
		[ -s "$best_file" ] || continue
		best_name=${best_file##*/}
		echo "$(peer_version "${best_name%-*}") $(median "$best_file")"
	done | sort -k2,2n"$([ "$1" != rate ] || echo r)" | head -1
}

mkdir "$T/root"
chmod 711 "$T"
head -c $image /dev/urandom >"$T/root/image"
head -c $lockstep "$T/root/image" >"$T/root/small"
chmod 644 "$T"/root/*
serve_wrap=$serve_on
at_port=$(free_port)
our_port=$(free_port)
serve imgadm imgadm 127.0.0.1 "$our_port" "$T/root" || die 'imgadm-tftpd does not start'
plain_port=$(free_port)
serve imgadm-plain imgadm 127.0.0.1 "$plain_port" "$T/root" --no-segment ||
	die 'imgadm-tftpd does not start with --no-segment'
have_atftpd='' have_hpa='' have_dnsmasq=''
if [ -n "$(peer atftpd)" ]; then
	serve atftpd atftpd 127.0.0.1 "$at_port" "$T/root" && have_atftpd=yes
else
	echo 'bench: atftpd is not there (tests/fetch-peers.sh): left out'
fi
hpa_port=$(free_port)
if [ -n "$(peer in.tftpd)" ] && [ "$(id -u)" = 0 ]; then
	serve tftpd-hpa tftpd-hpa 127.0.0.1 "$hpa_port" "$T/root" && have_hpa=yes
else
	echo 'bench: in.tftpd is not there (tests/fetch-peers.sh), or this is not root: left out'
fi
dns_address=127.$(($$ % 200 + 20)).$(($$ / 200 % 250)).7	# its port is 69: an address of our own
if command -v dnsmasq >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
	serve dnsmasq dnsmasq "$dns_address" 69 "$T/root" && have_dnsmasq=yes
else
	echo 'bench: dnsmasq is not installed, or this is not root, which its port 69 needs: left out'
fi
serve_wrap=

round=0
while [ $round -lt "$rounds" ] && [ "$(($(date +%s) - begun))" -lt $round_s ]; do
	for window in 16 32; do
		clients200 imgadm 127.0.0.1:"$our_port" $window
		[ -z "$have_atftpd" ] || clients200 atftpd 127.0.0.1:"$at_port" $window
	done
	clients200 imgadm-plain 127.0.0.1:"$plain_port" 32
	[ -z "$have_dnsmasq" ] || clients200 dnsmasq "$dns_address":69 1
	[ -z "$have_hpa" ] || [ $round -gt 0 ] || clients200 tftpd-hpa 127.0.0.1:"$hpa_port" 1
	round=$((round + 1))
done
stop imgadm-plain
if [ "$("$load" --can-segment)" = yes ]; then
	segment='UDP_SEGMENT' cpu_bar=2
else
	segment='no UDP_SEGMENT' cpu_bar=1.333
fi
echo "bench: this kernel has $segment"
for window in 16 32; do
	name=tftp.clients200
	[ $window = 16 ] || name=tftp.clients200.window$window
	ours=$(median "$T/imgadm-$window.rate") ours_cpu=$(median "$T/imgadm-$window.cpu")
	peer_rate=$(best rate) peer_cpu=$(best cpu)
	if [ -z "$peer_rate" ]; then
		figure $name.rate "$ours" MiB/s
		figure $name.cpu "$ours_cpu" s/GiB
		continue
	fi
	figure $name.rate "$ours" MiB/s "${peer_rate% *}" "${peer_rate#* }" rate
	figure $name.cpu "$ours_cpu" s/GiB "${peer_cpu% *}" "${peer_cpu#* }" cost
	bar "$clients clients, window $window, rate against the best peer" \
		"$(calc %.2f "$ours / ${peer_rate#* }")" '>=' 1.5
	bar "$clients clients, window $window, CPU of the best peer by ours ($segment)" \
		"$(calc %.2f "${peer_cpu#* } / $ours_cpu")" '>=' $cpu_bar
done
# Without UDP_SEGMENT: what a kernel that has none would give.
plain_cpu=$(median "$T/imgadm-plain-32.cpu") peer_cpu=$(best cpu)
if [ -n "$peer_cpu" ]; then
	figure tftp.clients200.sendmmsg.cpu "$plain_cpu" s/GiB "${peer_cpu% *}" "${peer_cpu#* }" cost
	bar "$clients clients, window 32, CPU of the best peer by ours (sendmmsg alone)" \
		"$(calc %.2f "${peer_cpu#* } / $plain_cpu")" '>=' 1.333
else
	figure tftp.clients200.sendmmsg.cpu "$plain_cpu" s/GiB
fi
for f in "$T"/atftpd-*.rate "$T"/tftpd-hpa-*.rate "$T"/dnsmasq-*.rate; do
	[ -s "$f" ] || continue
	n=${f##*/} n=${n%.rate}
	figure "tftp.clients200.${n%-*}.window${n##*-}.rate" "$(median "$f")" MiB/s
	[ ! -s "${f%.rate}.cpu" ] ||
		figure "tftp.clients200.${n%-*}.window${n##*-}.cpu" "$(median "${f%.rate}.cpu")" s/GiB
done

# --- 20 ms, and 1 % lost -----------------------------------------------------------

exact=
if command -v chrt >/dev/null 2>&1 && chrt -f 10 true 2>/dev/null; then
	exact='chrt -f 10'
else
	echo 'bench: no realtime priority for the relay (chrt): its line is longer than 20 ms under load'
fi
# line NAME SERVER-PORT OPTION...: a relay; its port in $line_port
line()
{
	line_name=$1 line_to=$2
	shift 2
	# shellcheck disable=SC2086 # a word list
	spawn "$line_name" $exact "$relay" --delay-us 10000 "$@" 127.0.0.1:0 "127.0.0.1:$line_to"
	wait_for 10 grep -q '^ready ' "$T/$line_name.log" || die "udprelay: $(cat "$T/$line_name.log")"
	line_port=$(sed -n 's/^ready //p' "$T/$line_name.log")
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
# timed NAME FILE COMMAND...: milliseconds into $T/NAME.ms where $T/NAME.got is the FILE then.
# Of one that takes too long, the time that it had: its rate is below what that gives.
timed()
{
	timed_name=$1 timed_file=$2
	shift 2
	timed_start=$(now_ms)
	timed_rc=0
	timeout $wait_s "$@" </dev/null >"$T/$timed_name.out" 2>&1 || timed_rc=$?
	timed_end=$(now_ms)
	if [ $timed_rc = 124 ]; then
		echo "bench: $timed_name was not done after $wait_s s: its rate is less than is said"
		echo $((timed_end - timed_start)) >"$T/$timed_name.ms"
	elif cmp -s "$T/root/$timed_file" "$T/$timed_name.got"; then
		echo $((timed_end - timed_start)) >"$T/$timed_name.ms"
	else
		echo "bench: $timed_name did not get the file: $(tail -1 "$T/$timed_name.out")"
	fi
	rm -f "$T/$timed_name.got"
}
# ours NAME FILE WINDOW RELAY-OPTION..., atftp likewise, in the background
running=
ours()
{
	ours_name=$1 ours_file=$2 ours_window=$3
	shift 3
	line "$ours_name-line" "$our_port" "$@"
	timed "$ours_name" "$ours_file" imgadm-tftp get --windowsize "$ours_window" \
		"tftp://127.0.0.1:$line_port/$ours_file" "$T/$ours_name.got" &
	running="$running $!"
}
atftp_get()
{
	atftp_name=$1 atftp_server=$2 atftp_file=$3 atftp_window=$4
	shift 4
	line "$atftp_name-line" "$atftp_server" "$@"
	set -- --option 'blksize 1428'
	[ "$atftp_window" = 1 ] || set -- "$@" --option "windowsize $atftp_window"
	timed "$atftp_name" "$atftp_file" atftp "$@" --get -r "$atftp_file" -l "$T/$atftp_name.got" 127.0.0.1 "$line_port" &
	running="$running $!"
}
# rate NAME FILE-OCTETS: MiB/s, or nothing
rate() { [ ! -s "$T/$1.ms" ] || calc %.3f "$2 / 1048576 / ($(cat "$T/$1.ms") / 1000)"; }

# wait_all: those in the background, and an end to their relays
wait_all()
{
	for pid in $running; do
		wait "$pid"
	done
	running=
	for f in "$T"/*-line.pid; do
		n=${f##*/}
		stop "${n%.pid}"
	done
}
lossy='--loss-ppm 10000 --seed' seeds='20 21 22'	# medians
have_atftp=
if command -v atftp >/dev/null 2>&1 && [ -n "$have_atftpd" ]; then
	have_atftp=yes
else
	echo 'bench: atftp or atftpd is not there: left out'
fi
# First what is held against an absolute bound, and little of it at a time.
ours lockstep small 1
ours rtt-16 image 16
for seed in $seeds; do
	# shellcheck disable=SC2086 # a word list
	ours "loss-16-$seed" image 16 $lossy $seed
done
[ -z "$have_hpa" ] || [ -z "$have_atftp" ] || atftp_get hpa-lockstep "$hpa_port" small 1
wait_all
for window in 32 64; do
	ours "rtt-$window" image $window
	# shellcheck disable=SC2086
	ours "loss-$window-20" image $window $lossy 20
	[ -n "$have_atftp" ] || continue
	atftp_get "atftp-rtt-$window" "$at_port" image $window
	# At window 16 its timer of five seconds would take it minutes.
	# shellcheck disable=SC2086
	atftp_get "atftp-loss-$window" "$at_port" image $window $lossy 20
done
[ -z "$have_atftp" ] || atftp_get atftp-rtt-16 "$at_port" image 16
wait_all
for window in 16 32 64; do
	cat "$T/loss-$window"-[0-9]*.ms >"$T/losses" 2>/dev/null
	[ ! -s "$T/losses" ] || median "$T/losses" >"$T/loss-$window.ms"
done

step=$(rate lockstep $lockstep)
[ -n "$step" ] || die 'the lock-step transfer failed'
hpa_step=$(rate hpa-lockstep $lockstep)
figure tftp.rtt20.lockstep.rate "$step" MiB/s ${hpa_step:+"$(peer_version tftpd-hpa)" "$hpa_step" rate}
for window in 16 32 64; do
	name=window$window. n=$(rate rtt-$window $image) peer=$(rate atftp-rtt-$window $image)
	[ $window != 32 ] || name=
	[ -n "$n" ] || die "the transfer at window $window failed"
	figure "tftp.rtt20.${name}rate" "$n" MiB/s lock-step "$step" rate
	[ -z "$peer" ] || figure "tftp.rtt20.${name}rate.atftp" "$n" MiB/s "$(peer_version atftpd)" "$peer" rate
	case $window in
	32) bar '20 ms, window 32, rate against lock-step' "$(calc %.1f "$n / $step")" '>=' 25 ;;
	64) bar '20 ms, window 64, rate against lock-step' "$(calc %.1f "$n / $step")" '>=' 50 ;;
	esac
done
for window in 16 32 64; do
	name=window$window. n=$(rate loss-$window $image) peer=$(rate atftp-loss-$window $image)
	[ $window != 32 ] || name=
	[ -n "$n" ] || die "the transfer at window $window with loss failed"
	# Of each window arrives what is before the first loss; one round trip each; no timer ever.
	bound=$(calc %.3f "1428 / 1048576 * (1 - $loss) * (1 - (1 - $loss) ^ $window) / $loss / $rtt_s")
	figure "tftp.rtt20loss1.${name}rate.bound" "$n" MiB/s go-back-N-bound "$bound" rate
	# shellcheck disable=SC2086 # nothing, or three words
	figure "tftp.rtt20loss1.${name}rate" "$n" MiB/s ${peer:+"$(peer_version atftpd)" "$peer" rate}
	if [ $window = 16 ]; then
		bar '1 % lost, window 16, time of the go-back-N bound' "$(calc %.2f "$bound / $n")" '<=' 1.15
		# The line as it was: its round trip is what a window took that nothing was lost of.
		line_s=$(calc %.5f "$(cat "$T/rtt-16.ms") / 1000 / ($image / 1428 / 16)")
		echo "bench: 1 % lost, window 16: the round trip was in fact $(calc %.1f "$line_s * 1000") ms," \
			"and the time $(calc %.2f "$bound / $n * $rtt_s / $line_s") of the bound by it"
	elif [ -n "$peer" ]; then
		bar "1 % lost, window $window, rate against atftp from atftpd" "$(calc %.2f "$n / $peer")" '>=' 2
	fi
done

# --- 2,000 at once -----------------------------------------------------------------------

stop imgadm
serve_wrap=$serve_on
serve imgadm imgadm 127.0.0.1 "$our_port" "$T/root" || die 'imgadm-tftpd does not start again'
# The image's pages are mapped once, whoever reads it.
"$load" --window 16 127.0.0.1:"$our_port" image >"$T/said" || die "one transfer failed"
idle_kb=$(rss_kb imgadm)
rm -f "$T/go"
mkfifo "$T/go"
# shellcheck disable=SC2086 # a word list
$load_on "$load" --clients $many --window 16 --hold 127.0.0.1:"$our_port" small <"$T/go" >"$T/held" &
load_pid=$!
exec 9>"$T/go"
wait_for 30 grep -q '^held ' "$T/held" || die "2,000 transfers did not begin: $(cat "$T/held")"
held_kb=$(rss_kb imgadm)
echo >&9
exec 9>&-
wait $load_pid
echo "bench: $(tail -1 "$T/held"); idle $idle_kb KB, in the midst $held_kb KB"
figure tftp.transfer.memory "$(calc %.0f "($held_kb - $idle_kb) * 1024 / $many")" octets
bar 'memory of a transfer, octets' "$(calc %.0f "($held_kb - $idle_kb) * 1024 / $many")" '<=' 4096
figure tftp.transfers2000.failed "$(word "$T/held" failed)" transfers
figure tftp.transfers2000.rate "$(per_second "$T/held")" MiB/s
bar '2,000 transfers at once, failed' "$(word "$T/held" failed)" '<=' 0
stop imgadm
echo "bench: took $(($(date +%s) - begun)) s"
