#!/bin/sh
# engine: lib/snmp against real agents (v1, v2c, v3 in all its protocols; wrong
# ones; restarts) and against a fleet of a thousand.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need "$SNMPD" snmpget
ask=${top_builddir:?}/tests/fake/snmpask
bench=$top_builddir/tests/bench/engine_bench
sim=$top_builddir/tests/fake/fleetsim

# one NAME WANT OPTIONS...: a round of one target; its line must match.
one()
{
	one_name=$1 one_want=$2; shift 2
	like "$one_name" "$(echo ask | "$ask" "$@" 2>&1)" "^udp[^ ]* $one_want"
}

# --- a real agent ---------------------------------------------------------
auths='MD5 SHA SHA-224 SHA-256 SHA-384 SHA-512'
privs='DES AES AES-192 AES-256'
conf='rouser plain noauth
rouser sha256aes noauth
createUser plain'
for a in $auths; do for p in $privs; do
	conf="$conf
createUser u$a$p $a pass-$a-12 $p pass-$p-12
rouser u$a$p priv"
done; done
conf="$conf
createUser sha256aes SHA-256 authpass12 AES privpass12"
port=$(free_port)
# With its persistent file, unlike snmpd_start: boots rise from start to start.
one_start()
{
	mkdir -p "$T/one/persist"
	printf 'rocommunity public 127.0.0.1\n%s\n' "$conf" >"$T/one/snmpd.conf"
	SNMPCONFPATH=$T/one:$T/one/persist SNMP_PERSISTENT_DIR=$T/one/persist \
		spawn one "$SNMPD" -f -Lo -r "udp:127.0.0.1:$port"
	wait_for 20 snmpd_answers "$port" || exit 1
}
one_start
to=127.0.0.1:$port

one 'v1 is answered' 'answered tries 1 varbinds 1 error 0' -v1 -c public "$to"
one 'v2c is answered' 'answered tries 1 varbinds 10 error 0' -v2c -c public "$to"
one 'a wrong community is no answer' 'timed-out tries 1 ' -v2c -c wrong -t 0.3 -r 0 "$to"
one 'v3 without authentication' 'answered .* varbinds 10 ' -v3 -u plain "$to"
for a in $auths; do for p in $privs; do
	one "v3 $a and $p" 'answered .* varbinds 10 error 0' \
		-v3 -u "u$a$p" -l authPriv -a "$a" -A "pass-$a-12" -x "$p" -X "pass-$p-12" "$to"
done; done
good='-v3 -u sha256aes -l authPriv -a SHA-256 -A authpass12 -x AES -X privpass12'
# shellcheck disable=SC2086 # word lists, here and below
{
one 'v3 authNoPriv' 'answered' -v3 -u sha256aes -l authNoPriv -a SHA-256 -A authpass12 "$to"
one 'a host name is resolved' 'answered' $good "localhost:$port"
one 'a wrong user is told' 'auth-failed .*usmStatsUnknownUserNames' -v3 -u nobody "$to"
one 'a wrong authentication pass phrase is told' 'auth-failed .*usmStatsWrongDigests' \
	-v3 -u sha256aes -l authNoPriv -a SHA-256 -A wrongpass12 "$to"
one 'a wrong authentication protocol is told' 'auth-failed .*usmStatsWrongDigests' \
	-v3 -u sha256aes -l authNoPriv -a SHA-512 -A authpass12 "$to"
one 'a wrong privacy pass phrase is told' 'auth-failed .*wrong privacy pass phrase' \
	-v3 -u sha256aes -l authPriv -a SHA-256 -A authpass12 -x AES -X wrongpass12 -t 0.5 "$to"
one 'a wrong privacy protocol is told' 'auth-failed .*wrong privacy pass phrase' \
	-v3 -u sha256aes -l authPriv -a SHA-256 -A authpass12 -x DES -X privpass12 -t 0.5 "$to"
one 'a level the user has not is told' 'auth-failed .*usmStatsUnsupportedSecLevels' \
	-v3 -u plain -l authNoPriv -a SHA -A authpass12 "$to"
one 'a dead port is refused' 'refused .*nothing listens' -v2c -c public "127.0.0.1:$(free_port)"
}

# --- what is kept between rounds, and restarts ------------------------------
# snmpask with a pipe on its input: a round when we say so.
mkfifo "$T/in"
# shellcheck disable=SC2086
spawn asker sh -c "exec \"\$@\" <\"$T/in\"" sh "$ask" -t 1 $good "$to"
exec 3<>"$T/in"	# waits for no reader
rounds_done() { [ "$(grep -c '^round' "$T/asker.log")" -ge "$1" ]; }
round_n=0
# next_round COMMAND...: run one; $target and $last are its lines
next_round()
{
	round_n=$((round_n + 1))
	printf '%s\n' "$@" >&3
	wait_for 60 rounds_done "$round_n" || diag "round $round_n did not end"
	last=$(grep '^round' "$T/asker.log" | tail -1)
	target=$(grep '^udp' "$T/asker.log" | tail -1)
}
next_round ask
like 'the first round discovers' "$last" \
	'requests 3 answers 2 discoveries 1 resyncs 0 dropped 0'
next_round ask
like 'the second needs no discovery' "$last" \
	'requests 2 answers 2 discoveries 0 resyncs 0'
snmpd_stop one
next_round ask
like 'a stopped agent is refused' "$target" 'refused'
one_start
next_round ask
like 'a restarted agent is answered' "$target" 'answered'
like 'with one resynchronisation' "$last" 'requests 3 answers 2 discoveries 0 resyncs 1 '
next_round ask
like 'once' "$last" 'requests 2 answers 2 discoveries 0 resyncs 0 '
next_round 'engine 900 5000' ask
like 'boots that were counted back are answered' "$target" 'answered'
like 'with two rounds more' "$last" 'answers 2 discoveries 0 resyncs 2 '
next_round 'engine 2 2000000' ask	# it is at boots 2
like 'a time that was set back is answered' "$target" 'answered'
next_round 'engine 0 0' ask
like 'boots and time not known are answered' "$target" 'answered'
like 'with one resynchronisation, too' "$last" 'requests 3 answers 2 discoveries 0 resyncs 1 '
snmpd_stop one
rm -rf "$T/one/persist"
one_start
next_round ask
like 'another engine behind the address is discovered' "$target" 'answered'
like 'in one round' "$last" 'discoveries 1 '
next_round ask
like 'and remembered' "$last" 'requests 2 answers 2 discoveries 0 resyncs 0 '
exec 3>&-
asker_ended() { gone "$(cat "$T/asker.pid")"; }
ok 'it ends with its input' wait_for 20 asker_ended
snmpd_stop one

# --- two agents, one engine id -----------------------------------------------
id='exactEngineID 0x80001f8804636c6f6e65
createUser sha256aes SHA-256 authpass12 AES privpass12
rouser sha256aes priv'
two=$(free_port) three=$(free_port)
snmpd_start two "$two" "$id" && snmpd_start three "$three" "$id" || exit 1
snmpd_stop three; snmpd_start three "$three" "$id" || exit 1	# their boots differ
# shellcheck disable=SC2086
out=$(printf 'ask\nask\n' | "$ask" -t 1 $good "127.0.0.1:$two" "127.0.0.1:$three" 2>&1)
is 'two agents with one engine id are answered, twice' "$(echo "$out" | grep -c ' answered ')" 4
is 'and told' "$(echo "$out" | grep -c '^udp.* shared$')" 2
like 'and do not disturb each other' "$(echo "$out" | grep '^round' | tail -1)" \
	'requests 4 answers 4 discoveries 0 resyncs 0 dropped 0 shared 1'
snmpd_stop two; snmpd_stop three

# --- IPv6 ------------------------------------------------------------------------
if grep -qs 00000000000000000000000000000001 /proc/net/if_inet6; then
	six=$(free_port)
	mkdir -p "$T/six/persist"
	echo 'rocommunity6 public ::1' >"$T/six/snmpd.conf"
	SNMP_PERSISTENT_DIR=$T/six/persist spawn six "$SNMPD" -f -C -c "$T/six/snmpd.conf" -Lo -r \
		"udp6:[::1]:$six"
	wait_for 20 snmpget -v2c -c public -t 0.5 -r 0 "udp6:[::1]:$six" 1.3.6.1.2.1.1.3.0
	one 'an agent on IPv6 is answered' 'answered' -v2c -c public "[::1]:$six"
	stop six
	one 'a dead port on IPv6 is refused' 'refused' -v2c -c public "[::1]:$six"
fi

# --- wrong configuration ------------------------------------------------------------
printf '# one\ncredental x -v3\n' >"$T/conf/imgadm.conf"
status 'a wrong line ends it with 1' 1 "$ask" "$to" </dev/null
like 'and is told with file and line' "$(cat "$T/err")" \
	"^snmpask: $T/conf/imgadm.conf:2: unknown directive 'credental'; did you mean 'credential'\?\$"
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/p' "$top_srcdir/man/imgadm.conf.5" |
	sed -n '/^\.Bd/,/^\.Ed/{/^\./!p;}' >"$T/conf/imgadm.conf"
status "the manual's example is right" 0 "$ask" -v2c -c public "$to" </dev/null
is "the manual's example has lines" "$(grep -c . "$T/conf/imgadm.conf")" 14
for directive in $(sed -n 's/^\t{ "\([A-Za-z]*\)", CONF_.*/\1/p' "$top_srcdir/lib/snmp/conf.c"); do
	ok "the manual has $directive" grep -q "^\.It Cm $directive " "$top_srcdir/man/imgadm.conf.5"
done
rm "$T/conf/imgadm.conf"
status 'a wrong option ends it with 1' 1 "$ask" -v 4 "$to" </dev/null
status 'an unknown host ends it with 1' 1 "$ask" -v2c -c public no.such.host.invalid </dev/null

# --- a thousand --------------------------------------------------------------------
# fleet NAME OPTIONS...: sets fleet_port
fleet()
{
	fleet_name=$1; shift
	fleet_port=$(free_port)
	mkfifo "$T/$fleet_name.in"
	spawn "$fleet_name" sh -c "exec \"\$@\" <\"$T/$fleet_name.in\"" sh \
		"$sim" --address 127.77.0.1 --port "$fleet_port" "$@"
	sleep 600 >"$T/$fleet_name.in" &	# holds its input open
	echo $! >"$T/$fleet_name-input.pid"
	wait_for 60 grep -q '^ready' "$T/$fleet_name.log"
}
fleet_stop() { stop "$1"; stop "$1-input" KILL; }
run() { "$bench" --first 127.77.0.1 --port "$fleet_port" --devices 1000 "$@" 2>&1; }
v3sim='-v3 -u sim -l authPriv -a SHA-256 -A simauth-pass -x AES -X simpriv-pass'

if fleet living --devices 1000; then
	out=$(run -v2c -c public --rounds 1)
	like 'a thousand v2c' "$out" 'answered 1000 silent 0 .* requests 2000 answers 2000 retries 0 dropped 0'
	# shellcheck disable=SC2086
	out=$(run $v3sim --rounds 2)
	like 'a thousand v3, discovered' "$out" 'answered 1000 .* requests 3000 .* discoveries 1000 '
	like 'a thousand v3, remembered' "$out" 'answered 1000 .* requests 2000 .* discoveries 0 resyncs 0 '
	out=$(run -v2c -c public --rounds 1 --window 1)
	like 'a thousand, one at a time' "$out" 'answered 1000 .* requests 2000 .* peak 1 '
	fleet_stop living
fi
if fleet silent --devices 1000 --silent 3; then
	out=$(run -v2c -c public --rounds 2 --remember --timeout-ms 500 --retry 2)
	like '3 % silent: each is tried thrice' "$out" \
		'answered 970 silent 30 .* requests 2030 answers 1940 retries 60 '
	like '3 % silent, remembered: once' "$out" \
		'answered 970 silent 30 .* requests 1970 answers 1940 retries 0 '
	# One chain of time-outs (0.5 + 1 + 2 s) and what the living take, not thirty.
	is '3 % silent lengthen it by one chain' "$(echo "$out" |
		awk '$1 == "engine.round1.wall" { print ($2 < 13 ? "yes" : $2) }')" yes
	fleet_stop silent
fi
if fleet lossy --devices 1000 --loss 5 --seed 7; then
	out=$(run -v2c -c public --rounds 1 --timeout-ms 200 --retry 6)
	like '5 % of the datagrams lost: all answered' "$out" 'answered 1000 silent 0 '
	fleet_stop lossy
fi
if fleet cloned --devices 1000 --quirk clone-engine=10-19; then
	# shellcheck disable=SC2086
	out=$(run $v3sim --rounds 1)
	like 'cloned engine ids are counted' "$out" 'answered 1000 .* shared 10 '
	fleet_stop cloned
fi
if fleet nonsense --devices 1000 --quirk wrong-id=1-50 --quirk wrong-address=51-100; then
	out=$(run -v2c -c public --rounds 1 --timeout-ms 300 --retry 1)
	like 'wrong ids and addresses are dropped' "$out" 'answered 900 silent 100 .* dropped [12]00 '
	fleet_stop nonsense
fi
done_testing
