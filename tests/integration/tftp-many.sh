#!/bin/sh
# imgadm-tftpd: 2,000 transfers at once, none fails, each for less than 4 KiB.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/tftp-lib.sh"

many=${IMGADM_TEST_LIGHT:+500}
many=${many:-2000}
# shellcheck disable=SC3045 # dash has it
(ulimit -n $((many + 100))) 2>/dev/null || skip_all "a client of $many sockets may not be (ulimit -n)"
mkdir "$T/root"
head -c 200000 /dev/urandom >"$T/root/image"
anonymous() { awk '/^RssAnon:/ { print $2 * 1024 }' "/proc/$(cat "$T/$1.pid")/status"; }
for way in ports --single-port; do
	option=$way
	[ "$way" = ports ] && option=
	# shellcheck disable=SC2086 # nothing, or one word
	tftpd "d$way" --root "$T/root" --listen 127.0.0.1:0 --limit-address 5000 \
		--limit-clients "$many" $option
	get image
	before=$(anonymous "d$way")
	mkfifo "$T/go"
	# shellcheck disable=SC3045 # as above
	spawn load sh -c "ulimit -n $((many + 100)); exec '${top_builddir:?}/tests/bench/tftp_load' \
		--clients $many --window 16 --hold $A image <'$T/go'"
	exec 3>"$T/go"
	ok "$many transfers run at once ($way)" wait_for 120 grep -q "^held $many" "$T/load.log"
	status "and one more is told to try later ($way)" 2 get image
	like "for that reason ($way)" "$(cat "$T/err")" 'busy|later'
	each=$((($(anonymous "d$way") - before) / many))
	diag "$each octets a transfer"
	ok "each for less than 4 KiB ($way)" test "$each" -lt 4096
	ok "a socket is not spent on each ($way)" \
		test "$(find "/proc/$(cat "$T/d$way.pid")/fd" | wc -l)" -lt 60
	echo go >&3
	exec 3>&-
	ok "they end ($way)" wait_for 120 grep -q '^clients ' "$T/load.log"
	like "none failed ($way)" "$(tail -1 "$T/load.log")" "^clients $many failed 0 octets $((many * 200000)) "
	stop load
	stop "d$way"
	like "the server says so, too ($way)" "$(tail -1 "$T/d$way.log")" \
		" $many at most; $((many + 1)) good, 0 failed"
	rm -f "$T/go"
done
done_testing
