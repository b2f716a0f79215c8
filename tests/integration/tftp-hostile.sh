#!/bin/sh
# imgadm-tftpd and somebody on the wire: forged packets, floods, requests that are
# none, and how much comes of a request whose sender is forged.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/tftp-peers-lib.sh"
hostile=${top_builddir:?}/tests/fake/tftp_hostile
mkdir "$T/root"
head -c 100000 /dev/urandom >"$T/root/image"
echo secret >"$T/secret"
ln -s "$T/secret" "$T/root/link"
echo hidden >"$T/root/.hidden"
# word LINE WORD: the one after it
word() { printf '%s\n' "$1" | awk -v w="$2" '{ for (i = 1; i < NF; i++) if ($i == w) { print $(i + 1); exit } }'; }
at_most() { [ "${1:--1}" -ge 0 ] && [ "$1" -le "$2" ]; }
try() { "$hostile" "127.0.0.1:$port" "$@"; }
good() { imgadm-tftp get -q "tftp://127.0.0.1:$port/image" "$T/got" && cmp "$T/root/image" "$T/got"; }
rss_kb() { awk '/^VmRSS:/ { print $2 }' "/proc/$(cat "$T/tftpd.pid")/status"; }

# hostile NAME [OPTION...]: all of it against one server
hostile()
{
	how=$1
	shift
	port=$(free_port)
	ok "$how: it listens" serve tftpd imgadm 127.0.0.1 "$port" "$T/root" --limit-address 1000 "$@"
	ok "$how: an honest client" good
	said=$(try image strangers "$T/root/image")
	is "$how: strangers change nothing" "$(word "$said" same)" yes
	not_ok "$how: and are told so" [ "$(word "$said" told)" = 0 ]
	said=$(try image ahead)
	ok "$how: ACKs of what was never sent bring nothing ($said)" at_most "$(word "$said" most)" 1
	said=$(try image repeated)
	ok "$how: ACKs again and again bring nothing ($said)" at_most "$(word "$said" data)" 8
	is "$how: and the transfer goes on" "$(word "$said" next)" 4
	said=$(try image odd)
	diag "$how: odd: $said"
	# RFC 2347: an option whose value cannot be is passed over, or refused with ERROR 8.
	ok "$how: odd requests are answered at most once each" at_most \
		$(($(word "$said" error) + $(word "$said" data) + $(word "$said" oack))) "$(word "$said" sent)"
	ok "$how: an honest client after them" good
	before=$(rss_kb)
	said=$(try image flood)
	diag "$how: flood: $said"
	ok "$how: one address has no more than its share of 5,000" at_most "$(word "$said" answered)" 1000
	ok "$how: another is served all the same" good
	ok "$how: and it did not grow by more than 4 KiB a transfer" at_most $(($(rss_kb) - before)) 4000
	try image noise >/dev/null
	ok "$how: an honest client after 20,000 spoilt datagrams" good
}
# What one who never answers gets.  An OACK is not more than its request but for the few octets
# that it has more, and comes twice; DATA without options is 516, once: the protocol's own.
amplification()
{
	said=$(try image unanswered)
	diag "unanswered: $said"
	ok 'a forged request brings one packet, and that again once at most' at_most "$(word "$said" most)" 2
	ok 'and never a window' at_most "$(word "$said" out)" $((516 + 2 * 4 * 64))
}

hostile 'ports'
amplification
log=$T/tftpd.log
for name in ../secret /etc/passwd link .hidden './image/../../secret' 'a/../link' "$(printf 'x\033[31m')"; do
	not_ok "not served: $(printf '%s' "$name" | tr -cd '[:print:]')" imgadm-tftp get -q \
		"tftp://127.0.0.1:$port/$(printf '%s' "$name" | sed 's/\x1b/%1B/; s,^/,%2F,')" "$T/never"
done
not_ok 'nothing of it was kept' test -e "$T/never"
not_ok 'nothing is taken without --write' imgadm-tftp put -q "$T/secret" "tftp://127.0.0.1:$port/new"
not_ok 'and nothing is there' test -e "$T/root/new"
not_ok 'no control character reaches the log' grep -q "$(printf '\033')" "$log"
ok 'the log stays short' at_most "$(wc -c <"$log")" 200000
stop tftpd
hostile 'single port' --single-port
stop tftpd
done_testing
