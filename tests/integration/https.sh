#!/bin/sh
# Images over https: a real server with certificates of our own authority, real imgadm-fetch and
# imgadm-install.  What is refused, each with its status and the reason of the row; and which
# rights the process has that fetches.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need minisign pgrep
. "${top_srcdir:?}/tests/integration/install-lib.sh"
. "$top_srcdir/tests/integration/https-lib.sh"
: "${device:?}" "${install:?}" "${served:?}" "${pki:?}" "${https_ports:=}" "${top_builddir:?}"
fetch=$top_builddir/agent-module/imgadm-fetch

for a in ours theirs; do ok "an authority: $a" authority $a; done
ok 'a certificate' certificate right ours IP:127.0.0.1
ok 'one of another host' certificate named ours DNS:images.example
ok 'one that has expired' certificate expired ours IP:127.0.0.1 -days -1
ok 'keys, images, a device' world
ok 'a server' https_start "$served" right named expired
# shellcheck disable=SC2086 # words
set -- $https_ports
right=https://127.0.0.1:$1 named=https://127.0.0.1:$2 expired=https://127.0.0.1:$3 plain=127.0.0.1:$4

# --- imgadm-fetch --------------------------------------------------------------------------
get() { env IMGADM_CA_FILE="${ca:-$pki/ours.pem}" "$fetch" --stall 1 "$@"; }
says() { like "$1: why" "$(cat "$T/err")" "$2"; unlike "$1: not its name" "$(cat "$T/err")" 'fw-2'; }
# ends NAME STATUS RE URI
ends() { status "$1" "$2" get "$4" 70000; says "$1" "^imgadm-fetch: (error: )?.*$3"; }
sum() { sha256sum <"$1"; }
status 'an image' 0 get "$right/fw-2.0" 70000
is 'is the same' "$(sum "$T/out")" "$(sum "$served/fw-2.0")"
ca=$pki/theirs.pem ends 'an authority that is not known' 10 "https://127.0.0.1:$1: SSL certificate problem" "$right/fw-2.0"
status 'nothing came' 0 test ! -s "$T/out"
ends 'a certificate of another host' 10 'no alternative certificate subject name matches' "$named/fw-2.0"
ends 'a certificate that has expired' 10 'certificate has expired' "$expired/fw-2.0"
ends 'no TLS there' 10 "https://$plain: " "https://$plain/fw-2.0"
ends 'nobody there' 10 'connect' "https://127.0.0.1:9/fw-2.0"
ends 'not there' 12 '404' "$right/fw-9.9"
ends 'the server has no time' 11 '503' "$right/busy/fw-2.0"
ends 'a length said that is too large' 13 'more than 70000 octets' "$right/said/fw-2.0"
status 'nothing of it came' 0 test ! -s "$T/out"
ends 'a body without end' 13 'more than 70000 octets' "$right/long/fw-2.0"
is 'stops at the limit' "$(wc -c <"$T/out" | awk '{ print ($1 <= 70000) }')" 1
ends 'a body that is cut short' 11 'transfer closed' "$right/short/fw-2.0"
ends 'a server that falls silent' 11 'went silent after 1000 octets' "$right/stall/fw-2.0"
ends 'a server that says nothing' 11 'went silent after 0 octets' "$right/mute/fw-2.0"
status 'three redirects' 0 get "$right/to/3/fw-2.0" 70000
is 'lead to it' "$(sum "$T/out")" "$(sum "$served/fw-2.0")"
ends 'four are too many' 12 'redirects' "$right/to/4/fw-2.0"
ends 'a redirect to http' 12 'redirects to what is not https' "$right/plain/fw-2.0"
unlike 'is not followed' "$(cat "$T/https.log")" '^GET /fw-2\.0 .*plain'
ca=$T/none ends 'a file of authorities that is not there' 3 'file of authorities .*/none: No such file' "$right/fw-2.0"
ca=$pki/right.ext
status 'one that holds none' 3 get "$right/fw-2.0" 70000
says 'one that holds none' 'holds no certificate'
ca=
status 'http alone' 1 get "http://$plain/fw-2.0" 70000

# Whom the system believes counts where no file is given, and nowhere else.
mkdir "$T/certs" "$T/hashed"
cp "$pki/ours.pem" "$T/certs/ca-certificates.crt"
cp "$pki/ours.pem" "$T/hashed/ours.pem"; openssl rehash "$T/hashed" >"$T/out" 2>&1
# shellcheck disable=SC2016 # the inner shell's own
system() { system_certs=$1; shift; unshare -rm sh -c 'mount --bind "$0" /etc/ssl/certs && exec "$@"' "$system_certs" "$@"; }
if [ -d /etc/ssl/certs ] && system "$T/certs" true 2>/dev/null; then
	status "the system's authorities" 0 system "$T/certs" "$fetch" "$right/fw-2.0" 70000
	status 'are not asked beside a file' 10 system "$T/hashed" env IMGADM_CA_FILE="$pki/theirs.pem" "$fetch" "$right/fw-2.0" 70000
fi

# --- imgadm-install ---------------------------------------------------------------------------
# Silence is noticed sooner here.
mkdir "$T/libexec"
printf '#!/bin/sh\nexec %s --stall 1 "$@"\n' "$fetch" >"$T/libexec/imgadm-fetch"
chmod 755 "$T/libexec/imgadm-fetch"
# begin UNIT WAY [OPTION...]: the unit's update, by itself
begin()
{
	begin_unit=$1 uri=$right$2; shift 2
	unit "$begin_unit" 2 && start "$begin_unit" 2.0 200 &&
	spawn "$begin_unit" "$install" --unit "$begin_unit" --trial 20 --libexec "$T/libexec" "$@"
}
# With the right authority each but one; they run side by side, for what is tried again takes its time.
chmod 600 "$pki/ours.pem"
ok 'begun: one that works' begin OK '' --ca-file "$pki/ours.pem"
ok 'begun: over redirects' begin TO /to/3 --ca-file "$pki/ours.pem"
ok 'begun: an authority that is not known' begin CA '' --ca-file "$pki/theirs.pem"
ok 'begun: not there' begin GONE /nowhere/else --ca-file "$pki/ours.pem"
ok 'begun: too long' begin LONG /long --ca-file "$pki/ours.pem"
ok 'begun: silence' begin SLOW /stall --ca-file "$pki/ours.pem"
ok 'begun: to http' begin HTTP /plain --ca-file "$pki/ours.pem"
ended() { gone "$(cat "$T/$1.pid")"; }
# comes UNIT ROW REASON
comes()
{
	ok "$1: it ends" wait_for 120 ended "$1"
	is "$1: $2" "$(row "$1")" "$2"
	[ -z "${3:-}" ] || like "$1: says why" "$(reason_text "$1")" "$3"
}
comes OK 'proven none'
is 'its octets run' "$(truth OK)" 2.0
comes TO 'proven none'
comes GONE 'failed notFound' 404
comes LONG 'failed tooLarge' 'more than 70000 octets'
comes HTTP 'failed notFound' 'not https'

# --- the rights of who fetches ---------------------------------------------------------------------
ok 'begun once more' begin RIGHTS /mute --ca-file "$pki/ours.pem"
# Its socket is the sign that it works: it has given up its rights before.
at_work()
{
	fetcher=$(pgrep -P "$(cat "$T/RIGHTS.pid")") &&
	[ "$(cat "/proc/$fetcher/comm")" = imgadm-fetch ] &&
	find "/proc/$fetcher/fd" -lname 'socket:*' 2>/dev/null | grep -q .
}
ok 'it fetches' wait_for 30 at_work
fetcher=$(pgrep -P "$(cat "$T/RIGHTS.pid")")
line() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$fetcher/status" | tr '\t' ' ' | sed 's/ *$//'; }
as=$(id -u) as_group=$(id -g)
if [ "$as" = 0 ]; then
	as=$(id -u nobody) as_group=$(id -g nobody)
	is 'no other groups' "$(line Groups)" ''
fi
is 'its user' "$(line Uid)" "$as $as $as $as"
is 'its group' "$(line Gid)" "$as_group $as_group $as_group $as_group"
is 'no new privileges' "$(line NoNewPrivs)" 1
for set in CapInh CapPrm CapEff CapAmb; do is "$set: none" "$(line $set)" 0000000000000000; done
# What is open: nothing, a pipe for what comes, one for what it says, and its own sockets.
open_fds() { for fd in "/proc/$fetcher/fd/"*; do echo "${fd##*/} $(readlink "$fd")"; done; }
is 'what it has open is what it needs' "$(open_fds | grep -vE '^(0 /dev/null|[12] pipe:.*|[3-9][0-9]* (socket|anon_inode):.*|[12][0-9]+ (socket|anon_inode):.*)$')" ''
is 'and the first three are there' "$(open_fds | grep -cE '^(0 /dev/null|[12] pipe:)')" 3
# A shell was between, which adds its own.
is 'its environment' "$(tr '\0' '\n' <"/proc/$fetcher/environ" | sed 's/=.*//' | grep -vx PWD | sort | tr '\n' ' ')" 'IMGADM_CA_FILE PATH '
stop RIGHTS
ok 'it ends with who started it' wait_for 20 gone "$fetcher"

# --- what was tried again and again --------------------------------------------------------------
comes CA 'failed noRoute' 'SSL certificate problem'
comes SLOW 'failed timeout' 'went silent'
is 'nothing of it is left' "$(find "$T/dev/device.db.updates" -name '*.part')" ''
for u in GONE LONG HTTP CA SLOW; do is "$u: what ran runs" "$(truth $u)" 1.0; done
stop https
stop tftpd
done_testing
