#!/bin/sh
# Ours against the TFTP programs of others: tests/data/tftp-interop.txt, cell by
# cell.  A test a row; what fails is named by cell.
#
# All goes through a relay that writes down which options were asked for and
# granted.  In a network namespace: dnsmasq listens on port 69 only.
if [ "${1:-}" != inside ]; then
	if [ "$(id -u)" = 0 ]; then apart='unshare -n'; else apart='unshare -rn'; fi
	if $apart true 2>/dev/null && command -v ip >/dev/null 2>&1; then
		exec $apart "$0" inside
	fi
	echo "1..0 # SKIP no network namespaces here (unshare -n, ip)"
	exit 0
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/tftp-peers-lib.sh"
need tftp atftp curl dnsmasq
[ -n "$(peer atftpd)" ] || skip_all 'atftpd is not there: tests/fetch-peers.sh'
[ -n "$(peer in.tftpd)" ] || skip_all 'in.tftpd is not there: tests/fetch-peers.sh'
table=$top_srcdir/tests/data/tftp-interop.txt
relay=${top_builddir:?}/tests/fake/udprelay
root=$T/root
at_once=8	# small cells of a row
large_at_once=2	# large ones
cell_s=120	# the most that a cell may take
ip link set lo up || skip_all 'no network namespace with a loopback'
# Who looks names up as for this machine's networks (AI_ADDRCONFIG) finds none in 127/8 and ::1.
here4=192.0.2.1 here6=2001:db8::1 servers4=192.0.2.2 servers6=2001:db8::2
for address in $here4/32 $servers4/32 $here6/128 $servers6/128; do
	ip addr add $address dev lo nodad 2>"$T/err" || ip addr add $address dev lo ||
		skip_all "no network namespace with addresses: $(cat "$T/err")"
done

# --- files: of each size one; a cell has a name of its own for it ---------------------

octets()
{
	case $1 in
	*M) echo $((${1%M} * 1048576)) ;;
	*K) echo $((${1%K} * 1024)) ;;
	*) echo "$1" ;;
	esac
}
mkdir "$root" "$T/local" "$T/outcome"
chmod 755 "$T" "$root"
most=16M
! grep -q '^[a-z].*100M.*each' "$table" || most=100M
[ -z "${IMGADM_TEST_LONG:-}" ] || most=100M
head -c "$(octets $most)" /dev/urandom >"$T/most"
file_of()
{
	[ -e "$T/size-$1" ] || head -c "$(octets "$1")" "$T/most" >"$T/size-$1"
	echo "$T/size-$1"
}

# --- servers, each behind a relay ---------------------------------------------------

# behind NAME ADDRESS PORT LISTEN-ADDRESS: the relay's port in $T/NAME.port
behind()
{
	spawn "$1" "$relay" --requests "$T/$1.requests" "$(brackets "$4"):0" "$(brackets "$2"):$3"
	wait_for 10 grep -q '^ready ' "$T/$1.log" || { sed 's/^/# /' "$T/$1.log"; return 1; }
	sed -n 's/^ready //p' "$T/$1.log" >"$T/$1.port"
}
# on4, on6 PEER PORT [OPTION...]: the server with its relay
on4()
{
	on_peer=$1 on_port=$2
	shift 2
	serve "$on_peer-4" "$on_peer" $servers4 "$on_port" "$root" "$@" &&
		behind "$on_peer-line4" $servers4 "$on_port" $here4
}
on6()
{
	on_peer=$1 on_port=$2
	shift 2
	serve "$on_peer-6" "$on_peer" $servers6 "$on_port" "$root" "$@" &&
		behind "$on_peer-line6" $servers6 "$on_port" $here6
}
ok 'imgadm-tftpd listens' on4 imgadm 7001 --write --blksize 65464
ok 'imgadm-tftpd listens on IPv6' on6 imgadm 7001 --write --blksize 65464
ok 'atftpd listens' on4 atftpd 7002
behind atftpd-line6 $servers6 7002 $here6	# where it does not
ok 'dnsmasq listens' on4 dnsmasq 69
ok 'dnsmasq listens on IPv6' on6 dnsmasq 69
hpa=yes
if [ "$(cat /proc/self/setgroups 2>/dev/null)" = deny ]; then
	hpa=	# it gives up groups, which in a user's namespace nobody may
else
	ok 'tftpd-hpa listens' on4 tftpd-hpa 7003 --create --permissive
	ok 'tftpd-hpa listens on IPv6' on6 tftpd-hpa 7003 --create --permissive
fi

# --- a cell ------------------------------------------------------------------------------

# client PEER WAY NAME LOCAL BLKSIZE WINDOW IP: runs what the row says
client()
{
	client_way=$2 client_name=$3 client_local=$4 client_blksize=$5 client_window=$6
	case $7 in 4) client_host=$here4 ;; 6) client_host=$here6 ;; esac
	case $1 in tftp-hpa | atftp | curl) client_to=imgadm ;; *) client_to=$1 ;; esac
	client_port=$(cat "$T/$client_to-line$7.port")
	client_uri=tftp://$(brackets $client_host):$client_port/$client_name
	case $1 in
	tftp-hpa)
		if [ "$client_way" = get ]; then
			timeout $cell_s tftp "-$7" -m binary $client_host "$client_port" -c get "$client_name" "$client_local"
		else
			timeout $cell_s tftp "-$7" -m binary $client_host "$client_port" -c put "$client_local" "$client_name"
		fi ;;
	atftp)
		set --
		[ "$client_blksize" = - ] || set -- "$@" --option "blksize $client_blksize"
		[ "$client_window" = 1 ] || set -- "$@" --option "windowsize $client_window"
		timeout $cell_s atftp "$@" "--$client_way" -r "$client_name" -l "$client_local" $client_host "$client_port" ;;
	curl)
		if [ "$client_blksize" = - ]; then set -- --tftp-no-options; else set -- --tftp-blksize "$client_blksize"; fi
		if [ "$client_way" = get ]; then
			timeout $cell_s curl -gsS "$@" -o "$client_local" "$client_uri"
		else
			timeout $cell_s curl -gsS "$@" -T "$client_local" "$client_uri"
		fi ;;
	*)
		set -- --windowsize "$client_window"
		[ "$row_want" != fails ] || set -- "$@" --timeout 5s
		[ "$client_blksize" = - ] || set -- "$@" --blksize "$client_blksize"
		if [ "$client_way" = get ]; then
			timeout $cell_s imgadm-tftp get "$@" "$client_uri" "$client_local"
		else
			timeout $cell_s imgadm-tftp put "$@" "$client_local" "$client_uri"
		fi ;;
	esac
}
# has WORDS NAME VALUE: an option in a line of the relay
has() { printf '%s \n' "$1" | grep -Eqi " $2 +$3 "; }
# outcome CELL PEER WAY SIZE BLKSIZE WINDOW IP: one word into $T/outcome/CELL
outcome()
{
	cell=$1 cell_way=$3 cell_file=$T/size-$4 cell_blksize=$5 cell_window=$6
	case $2 in tftp-hpa | atftp | curl) cell_to=imgadm ;; *) cell_to=$2 ;; esac
	cell_requests=$T/$cell_to-line$7.requests
	cell_said=$T/local/$cell.said
	if [ "$cell_way" = get ]; then
		ln "$cell_file" "$root/$cell"
		cell_result=$T/local/$cell
	else
		cp "$cell_file" "$T/local/$cell"
		cell_result=$root/$cell
	fi
	cell_rc=0
	client "$2" "$cell_way" "$cell" "$T/local/$cell" "$5" "$6" "$7" >"$cell_said" 2>&1 </dev/null || cell_rc=$?
	# A server may write the last block after it acknowledged it.
	cell_is=works
	if [ $cell_rc != 0 ] || ! wait_for 3 cmp -s "$cell_file" "$cell_result"; then
		cell_is=fails
		echo "exit $cell_rc, $(wc -c <"$cell_result" 2>/dev/null || echo no) octets" >>"$cell_said"
	fi
	rm -f "$root/$cell" "$T/local/$cell"
	# A client's number comes again with its port: the answer is the next one.
	cell_asked=$(grep -E " [rw]rq $cell " "$cell_requests" | head -1)
	cell_granted=$(awk -v asked="$cell_asked" '$0 == asked { n = $1 }
		n != "" && $1 == n && $2 == "oack" { print; exit }' "$cell_requests")
	printf '%s\n' "$cell_asked" "$cell_granted" >>"$cell_said"
	if [ $cell_is = works ]; then
		[ "$cell_blksize" = - ] || [ "$cell_blksize" = 512 ] || has "$cell_granted" blksize "$cell_blksize" ||
			cell_is=not-granted
		[ "$cell_window" = 1 ] || has "$cell_granted" windowsize "$cell_window" || cell_is=not-granted
	fi
	if [ $cell_is = not-granted ]; then
		[ "$cell_blksize" = - ] || has "$cell_asked" blksize "$cell_blksize" || cell_is=not-asked
		[ "$cell_window" = 1 ] || has "$cell_asked" windowsize "$cell_window" || cell_is=not-asked
	fi
	echo $cell_is >"$T/outcome/$cell"
}

# --- the table -----------------------------------------------------------------------------

# row NUMBER PEER WAY SIZES BLKSIZES WINDOWS IPS OUTCOME...: what is not as it says into $T/bad/NUMBER
row()
{
	row_number=$1 row_peer=$2 row_way=$3 row_want=${8%:} row_cells='' row_running='' row_count=0
	for size in $(echo "$4" | tr , ' '); do
		for blksize in $(echo "$5" | tr , ' '); do
			for window in $(echo "$6" | tr , ' '); do
				for ip in $(echo "$7" | tr , ' '); do
					cell=$row_peer-$row_way-$size-$blksize-$window-$ip
					row_cells="$row_cells $cell"
					outcome "$cell" "$row_peer" "$row_way" "$size" "$blksize" "$window" "$ip" &
					row_running="$row_running $!"
					row_count=$((row_count + 1))
					case $size in *M) row_most=$large_at_once ;; *) row_most=$at_once ;; esac
					if [ $row_count -ge "$row_most" ]; then
						# shellcheck disable=SC2086 # a word list
						wait $row_running
						row_running='' row_count=0
					fi
				done
			done
		done
	done
	# shellcheck disable=SC2086
	[ -z "$row_running" ] || wait $row_running
	for cell in $row_cells; do
		row_is=$(cat "$T/outcome/$cell" 2>/dev/null)
		[ "$row_is" = "$row_want" ] && continue
		printf '%s: %s, the table says %s\n' "$cell" "${row_is:-nothing}" "$row_want"
		tail -5 "$T/local/$cell.said"
	done >"$T/bad/$row_number.new"
	mv "$T/bad/$row_number.new" "$T/bad/$row_number"
}
# rows: those of the table's lines "NUMBER PEER ..." on stdin, one after the other
rows()
{
	while read -r number line; do
		# shellcheck disable=SC2086 # words
		row $number $line
	done
}

# Lanes that run at the same time: small files of each peer, which wait for answers and for
# those that must fail; and four of large ones.
mkdir "$T/bad"
sed 's/#.*//' "$table" | awk -v long="${IMGADM_TEST_LONG:-}" -v hpa="$hpa" '
	NF == 0 || ($7 == "long" && long == "") { next }
	{ number++ }
	$1 == "tftpd-hpa" && hpa == "" { print number, "none", $0; next }
	{ when = $7; $7 = ""; print number, $3 ~ /M/ ? "large" : "small-" $1, $0 }' >"$T/table"
awk '{ n = split($5, s, ","); for (i = 1; i <= n; i++) print s[i] }' "$T/table" | sort -u >"$T/sizes"
while read -r size; do
	file_of "$size" >/dev/null
done <"$T/sizes"
lanes=
for lane in $(awk '{ print $2 }' "$T/table" | sort -u); do
	case $lane in
	none) ;;
	large)
		for turn in 0 1 2 3; do
			awk -v turn=$turn '$2 == "large" && n++ % 4 == turn { $2 = ""; print }' "$T/table" | rows &
			lanes="$lanes $!"
		done ;;
	*)
		awk -v lane="$lane" '$2 == lane { $2 = ""; print }' "$T/table" | rows &
		lanes="$lanes $!" ;;
	esac
done
# shellcheck disable=SC2086 # a word list
wait $lanes
while read -r number lane peer way sizes blksizes windows ips result; do
	if [ "$lane" = none ]; then
		tap_n=$((tap_n + 1))
		echo "ok $tap_n - $peer $way # SKIP in the network namespace of a user it cannot start"
		continue
	fi
	result=${result%% *}
	ok "$peer $way $sizes blksize $blksizes window $windows IPv$ips: ${result%:}" \
		sh -c 'test -e "$1" && head -30 "$1" && test ! -s "$1"' sh "$T/bad/$number"
done <"$T/table"

# Nobody came to grief on the way.
for name in imgadm-4 imgadm-6 atftpd-4 dnsmasq-4; do
	ok "$name is still there" kill -0 "$(cat "$T/$name.pid")"
done
done_testing
