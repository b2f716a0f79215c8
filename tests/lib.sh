# tests/lib.sh: what every shell test sources. TAP on stdout; everything
# made lives in $T and is stopped and removed at the end.
#
#   plan N            say how many tests come (or call `done_testing` at the end)
#   ok NAME CMD...    run CMD; ok when it succeeds
#   not_ok NAME CMD.. ok when it fails
#   is NAME GOT WANT  compare two texts
#   like NAME TEXT RE ok when TEXT matches the extended regular expression
#   unlike NAME TEXT RE
#   status NAME WANT CMD...  ok when CMD exits with WANT; output in $T/out, $T/err
#   skip_all REASON   the whole script is skipped (a tool is missing)
#   need TOOL...      skip_all unless the tools are there
#   wait_for SECONDS CMD...  until CMD succeeds; fails at the deadline
#   free_port         prints a free UDP port on loopback
#   spawn NAME CMD... start CMD in the background; pid in $T/NAME.pid, output in $T/NAME.log
#   stop NAME [SIG]   end it and wait until it is gone
#   snmpd_start NAME PORT CONF  a real snmpd with a folder of its own: $T/NAME/
#   snmpd_stop NAME [SIG]
#
# top_builddir and top_srcdir come from make; by hand, run from a build tree.
set -u
: "${top_builddir:=$(pwd)}" "${top_srcdir:=$(sed -n 's/^abs_top_srcdir = //p' "${top_builddir:-.}/Makefile" 2>/dev/null)}"
export top_builddir top_srcdir
T=$(mktemp -d "${TMPDIR:-/tmp}/imgadm-test.XXXXXX") || exit 99
PATH=$top_builddir/manager:$top_builddir/agent-module:$top_builddir/updater:$PATH:/usr/sbin:/sbin
: "${SNMPD:=snmpd}"
# No configuration, MIB or state of the machine's gets in.
SNMPCONFPATH=$T/conf
SNMP_PERSISTENT_DIR=$T/persist
MIBDIRS=$(for d in "$top_builddir/mibs" "$top_builddir/mibs/ietf" /usr/share/snmp/mibs; do
	[ -d "$d" ] && printf '%s:' "$d"; done | sed 's/:$//')
MIBS=
HOME=$T
LC_ALL=C.UTF-8
TZ=UTC
export PATH SNMPCONFPATH SNMP_PERSISTENT_DIR MIBDIRS MIBS HOME LC_ALL TZ
unset IMGADM_DB IMGADM_DEVICE_STATE IMGADM_RRD_DIR RRDCACHED_ADDRESS
mkdir -p "$T/conf" "$T/persist/cert_indexes"	# Net-SNMP would say that it made it
tap_n=0 tap_failed=0 tap_plan=

tap_finish()
{
	tap_status=$?
	trap - EXIT
	for f in "$T"/*.pid; do
		[ -e "$f" ] || continue
		n=${f##*/}
		stop "${n%.pid}" KILL
	done
	if [ "$tap_failed" != 0 ] && [ -n "${KEEP:-}" ]; then
		echo "# kept: $T"
	else
		rm -rf "$T"
	fi
	[ "$tap_status" = 0 ] || exit "$tap_status"
	[ "$tap_failed" = 0 ]
	exit
}
trap tap_finish EXIT
trap 'exit 143' TERM INT HUP

plan() { tap_plan=$1; echo "1..$1"; }
done_testing() { echo "1..$tap_n"; }
skip_all() { echo "1..0 # SKIP $*"; exit 0; }
need()
{
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 || skip_all "$tool is not installed"
	done
}
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }
tap_result()
{
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_n - $2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $2"
	return 1
}
ok()
{
	tap_name=$1; shift
	if "$@" >"$T/out" 2>"$T/err"; then
		tap_result 0 "$tap_name"
	else
		tap_result 1 "$tap_name"
		diag "command: $*"; head -20 "$T/out" "$T/err" | sed 's/^/# /'
	fi
}
not_ok()
{
	tap_name=$1; shift
	if "$@" >"$T/out" 2>"$T/err"; then
		tap_result 1 "$tap_name"; diag "should have failed: $*"
	else
		tap_result 0 "$tap_name"
	fi
}
is()
{
	if [ "$2" = "$3" ]; then tap_result 0 "$1"; else
		tap_result 1 "$1"; diag "got:  $2"; diag "want: $3"
	fi
}
like()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then tap_result 0 "$1"; else
		tap_result 1 "$1"; diag "got:   $2"; diag "want:  /$3/"
	fi
}
unlike()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		tap_result 1 "$1"; diag "got:   $2"; diag "not:   /$3/"
	else tap_result 0 "$1"; fi
}
status()
{
	tap_name=$1 tap_want=$2; shift 2
	tap_rc=0
	"$@" >"$T/out" 2>"$T/err" || tap_rc=$?
	if [ "$tap_rc" = "$tap_want" ]; then tap_result 0 "$tap_name"; else
		tap_result 1 "$tap_name"
		diag "exit $tap_rc, want $tap_want: $*"
		head -20 "$T/out" "$T/err" | sed 's/^/# /'
	fi
}
wait_for()
{
	wait_end=$(($(date +%s) + $1)); shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$wait_end" ] || return 1
		sleep 0.05	# the pace of looking, not the synchronisation
	done
}
free_port()
{
	# The kernel's own range is left alone, so that nobody's client sits here.
	while :; do
		port=$(($(od -An -N2 -tu2 /dev/urandom) % 20000 + 10240))
		port_hex=$(printf ':%04X' "$port")
		grep -qs "$port_hex " /proc/net/udp /proc/net/udp6 || break
	done
	echo "$port"
}
spawn()
{
	spawn_name=$1; shift
	"$@" >"$T/$spawn_name.log" 2>&1 &
	echo $! >"$T/$spawn_name.pid"
}
# Ended, though perhaps not waited for.
gone()
{
	case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in
	''|Z*) return 0 ;;
	esac
	return 1
}
stop()
{
	[ -s "$T/$1.pid" ] || return 0
	stop_pid=$(cat "$T/$1.pid")
	kill -"${2:-TERM}" "$stop_pid" 2>/dev/null
	if ! wait_for 10 gone "$stop_pid"; then
		kill -KILL "$stop_pid" 2>/dev/null
	fi
	wait "$stop_pid" 2>/dev/null
	rm -f "$T/$1.pid"
	return 0
}
snmpd_answers() { snmpget -v2c -c public -t 0.5 -r 0 "127.0.0.1:$1" 1.3.6.1.2.1.1.3.0; }
# snmpd_start NAME PORT CONF: CONF is the text of snmpd.conf; public may read.
# $snmpd_wrap, where set, runs it (valgrind); $snmpd_args are added.
snmpd_start()
{
	mkdir -p "$T/$1/persist"
	{ echo 'rocommunity public 127.0.0.1'; printf '%s\n' "$3"; } >"$T/$1/snmpd.conf"
	# shellcheck disable=SC2086 # both are word lists
	SNMP_PERSISTENT_DIR=$T/$1/persist spawn "$1" ${snmpd_wrap:-} "$SNMPD" -f -C -c "$T/$1/snmpd.conf" \
		-Lo -r ${snmpd_args:-} "udp:127.0.0.1:$2"
	wait_for "${snmpd_deadline:-20}" snmpd_answers "$2" || {
		diag "snmpd $1 does not answer on port $2:"; sed 's/^/# /' "$T/$1.log"; return 1; }
}
snmpd_stop() { stop "$@"; }
