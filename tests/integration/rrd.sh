#!/bin/sh
# Round robin files as real rrdtool reads them: values, gaps, restarts, growth,
# another interval, rrdcached.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need rrdtool rrdcached sqlite3
drive=${top_builddir:?}/tests/integration/rrd_drive
db=$T/imgadm.db rrd=$T/rrd
t0=1795000200	# a multiple of 300
day=86400

# feed INTERVAL: commands on stdin
feed() { "$drive" "$db" "$rrd" "$1"; }
# file KIND KEY: the one in use
file() { find "$rrd" -path "*/$2/$1-*" | grep -Ev -e '-1[0-9]{9}\.rrd$'; }
# value FILE FUNCTION SOURCE TIME: of the row that ends then, as %.6g
value()
{
	rrdtool fetch "$1" "$2" -s "$(($4 - 1))" -e "$(($4 - 1))" -r "${5:-1}" |
		awk -v ds="$3" -v t="$4:" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == ds) c = i + 1}
			$1 == t {if ($c ~ /nan/) print "U"; else printf "%.6g\n", $c}'
}
# known FILE SOURCE FROM TO: rows that are known
known()
{
	rrdtool fetch "$1" AVERAGE -s "$3" -e "$4" | awk -v ds="$2" '
		NR == 1 {for (i = 1; i <= NF; i++) if ($i == ds) c = i + 1; next}
		NF > 1 && $c !~ /nan/ {n++} END {print n + 0}'
}

# --- what is in a file --------------------------------------------------------
key=$(echo 'add lobby' | feed 300)
{
	for i in 0 1 2 3 4 5 6 7 8; do
		echo "use lobby $((t0 + i * 300)) $((1000 + i * 30)) 0 $((i == 4)) 0 $((i == 5 ? 3 : 0))"
	done
} | feed 300
use=$(file use "$key")
is "the file lies in a fan-out by key" "$use" "$rrd/0$key/$key/use-300.rrd"
info=$(rrdtool info "$use")
like "rrdtool info: the step is the poll interval" "$info" '^step = 300$'
like "impressions are a DERIVE that never falls" "$info" '^ds\[impr\]\.type = "DERIVE"$'
like "with minimum 0" "$info" '^ds\[impr\]\.min = 0\.0'
is "and there are four kinds of errors" \
	"$(printf '%s\n' "$info" | grep -c '^ds\[e[1-4]\]\.type = "ABSOLUTE"')" 4
is "ten pages a poll interval are 0.1 a second" \
	"$(value "$use" AVERAGE impr $((t0 + 900)))" 0.1
is "one warning is one warning" \
	"$(rrdtool fetch "$use" AVERAGE -s $t0 -e $((t0 + 2400)) |
		awk 'NF == 6 && $4 !~ /nan/ {n += $4 * 300} END {printf "%.4f", n}')" 1.0000
is "three service calls are three" \
	"$(rrdtool fetch "$use" AVERAGE -s $t0 -e $((t0 + 2400)) |
		awk 'NF == 6 && $6 !~ /nan/ {n += $6 * 300} END {printf "%.4f", n}')" 3.0000
is "rrdtool xport gives what was printed" \
	"$(rrdtool xport -s $t0 -e $((t0 + 2400)) --step 300 "DEF:a=$use:impr:AVERAGE" 'XPORT:a:a' |
		sed -n 's/.*<v>\([0-9.e+-]*\)<.*/\1/p' | awk '{n += $1 * 300} END {printf "%.0f", n}')" 240

# --- the same poll twice --------------------------------------------------------
before=$(rrdtool lastupdate "$use")
ok "an update for a time that is there is no error" \
	sh -c 'echo "use lobby '$((t0 + 2400))' 9999 5 5 5 5" | "$1" "$2" "$3" 300' sh "$drive" "$db" "$rrd"
ok "nor one for an older time" \
	sh -c 'echo "use lobby '$((t0 + 600))' 9999 5 5 5 5" | "$1" "$2" "$3" 300' sh "$drive" "$db" "$rrd"
is "and changes nothing" "$(rrdtool lastupdate "$use")" "$before"

# --- the first poll of a device with a long log -------------------------------------
key=$(echo 'add old' | feed 300)
printf 'use old %s 500000 0 200 90 9\nuse old %s 500010 0 0 0 0\nuse old %s 500020 0 0 0 0\n' \
	$t0 $((t0 + 300)) $((t0 + 600)) | feed 300
use=$(file use "$key")
is "its entries are of unknown age: no spike" \
	"$(rrdtool fetch "$use" AVERAGE -s $((t0 - 600)) -e $((t0 + 600)) |
		awk 'NF == 6 && $4 !~ /nan/ && $4 > 0' | wc -l)" 0

# --- restarts -----------------------------------------------------------------------
key=$(echo 'add boots' | feed 300)
{
	for i in 0 1 2 3 4; do echo "use boots $((t0 + i * 300)) $((90000 + i * 60)) 0 0 0 0"; done
	# the counter starts again
	for i in 5 6 7 8 9; do echo "use boots $((t0 + i * 300)) $(((i - 5) * 60)) 0 0 0 0"; done
	# another board, whose count is higher: known only because we are told
	echo "other boots $((t0 + 3000)) 20000 0 2 0 0"
	for i in 11 12 13 14; do echo "use boots $((t0 + i * 300)) $((20000 + (i - 10) * 60)) 0 0 0 0"; done
	# a device restarts with a count that is not read
	echo "use boots $((t0 + 4500)) - 0 0 0 0"
	for i in 16 17 18; do echo "use boots $((t0 + i * 300)) $((21000 + i * 60)) 0 0 0 0"; done
} | feed 300
use=$(file use "$key")
is "a counter that starts again makes no spike" \
	"$(rrdtool fetch "$use" MAX -s $t0 -e $((t0 + 5400)) -r 300 | awk 'NF == 6 && $2 !~ /nan/ && $2 > 0.2001' | wc -l)" 0
is "no negative rate either" \
	"$(rrdtool fetch "$use" AVERAGE -s $t0 -e $((t0 + 5400)) | awk 'NF == 6 && $2 !~ /nan/ && $2 < 0' | wc -l)" 0
is "the interval of the restart is not known" "$(value "$use" AVERAGE impr $((t0 + 1500)))" U
is "the next one is" "$(value "$use" AVERAGE impr $((t0 + 1800)))" 0.2
is "the interval of the other board is not known" "$(value "$use" AVERAGE impr $((t0 + 3000)))" U
is "the next one is" "$(value "$use" AVERAGE impr $((t0 + 3300)))" 0.2
is "the errors of that interval are kept" \
	"$(rrdtool fetch "$use" AVERAGE -s $((t0 + 2700)) -e $((t0 + 3600)) |
		awk 'NF == 6 && $4 !~ /nan/ {n += $4 * 300} END {printf "%.0f", n}')" 2
is "a count that was not read is not known" "$(value "$use" AVERAGE impr $((t0 + 4500)))" U

# --- silence -------------------------------------------------------------------------
key=$(echo 'add quiet' | feed 300)
{
	for i in 0 1 2 3 4 5 6; do echo "use quiet $((t0 + i * 300)) $((1000 + i * 60)) 0 0 0 0"; done
	for i in 20 21 22 23 24; do echo "use quiet $((t0 + i * 300)) $((1000 + i * 60)) 0 0 0 0"; done
} | feed 300
use=$(file use "$key")
is "silence is a gap" "$(known "$use" impr $((t0 + 1800)) $((t0 + 5700)))" 0
is "one lost poll is none" "$(known "$use" impr $t0 $((t0 + 1500)))" 6
is "after it goes on" "$(value "$use" AVERAGE impr $((t0 + 6600)))" 0.2

# --- units ---------------------------------------------------------------------------
h0=$((t0 / 3600 * 3600))
key=$(echo 'add press' | feed 300)
for i in 1 2 3 4 5; do
	echo "units press $((h0 + i * 3600)) FUS=$((i * 1000))/100000 OPC=$((i * 500))/0"
done | feed 300
units=$(file 'units0' "$key")
like "eight slots at first" "$units" '/units0-3600-8\.rrd$'
is "use of a unit" "$(value "$units" AVERAGE u0 $((h0 + 10800)))" 3000
is "what is left, in percent" "$(value "$units" AVERAGE l0 $((h0 + 10800)))" 97
is "no life stated: not known" "$(value "$units" AVERAGE l1 $((h0 + 10800)))" U
is "a slot nobody has: not known" "$(value "$units" AVERAGE u2 $((h0 + 10800)))" U
for i in 6 7; do
	echo "units press $((h0 + i * 3600)) FUS=$((i * 1000))/100000 OPC=$((i * 500))/0 \
A=1/9 B=2/9 C=3/9 D=4/9 E=5/9 F=6/9 G=7/9 H=8/9"
done | feed 300
units=$(file 'units0' "$key")
like "ten units: sixteen slots, a new file" "$units" '/units0-3600-16\.rrd$'
is "that holds what the old one held" "$(value "$units" AVERAGE u0 $((h0 + 10800)))" 3000
is "and goes on" "$(value "$units" AVERAGE u0 $((h0 + 25200)))" 7000
is "with the new units" "$(value "$units" AVERAGE u9 $((h0 + 25200)))" 8
old=$(find "$rrd" -path "*/$key/units0-3600-8-*.rrd")
is "the old one is kept" "$(printf '%s\n' "$old" | grep -c .)" 1
is "and readable" "$(value "$old" AVERAGE u0 $((h0 + 10800)))" 3000
is "which slot is whose stands in the store" \
	"$(sqlite3 "$db" 'SELECT count(*) FROM slot')" 10
# 60 more, so that 64 slots do not suffice
more=$(i=0; while [ $i -lt 58 ]; do printf 'M%d=%d/100 ' $i $i; i=$((i + 1)); done)
for i in 8 9; do
	echo "units press $((h0 + i * 3600)) FUS=$((i * 1000))/100000 H=$((10 + i))/90 $more"
done | feed 300
units=$(file 'units1' "$key")
like "slots used up: the next file" "$units" '/units1-3600-64\.rrd$'
is "FUS took its curve along" "$(value "$units" AVERAGE u0 $((h0 + 10800)))" 3000
is "H took its curve from another slot" "$(value "$units" AVERAGE u1 $((h0 + 25200)))" 8
is "and goes on" "$(value "$units" AVERAGE u1 $((h0 + 32400)))" 19
is "a new unit has no other's past" "$(value "$units" AVERAGE u2 $((h0 + 25200)))" U

# --- another interval ------------------------------------------------------------------
key=$(echo 'add change' | feed 300)
for i in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo "use change $((t0 + i * 300)) $((1000 + i * 30)) 0 0 0 0"
done | feed 300
t1=$((t0 + 3600))
for i in 1 2 3 4 5 6; do echo "use change $((t1 + i * 60)) $((1360 + i * 6)) 0 0 0 0"; done | feed 60
use=$(file use "$key")
like "another interval: a new file" "$use" '/use-60\.rrd$'
is "that holds what was before" "$(value "$use" AVERAGE impr $((t0 + 1800)))" 0.1
is "and goes on" "$(value "$use" AVERAGE impr $((t1 + 300)))" 0.1
ok "the old file is kept" test -e "$(dirname "$use")/use-300-$((t1 + 60)).rrd"
t2=$((t1 + 600))
for i in 1 2 3 4; do echo "use change $((t2 + i * 300)) $((1420 + i * 30)) 0 0 0 0"; done | feed 300
use=$(file use "$key")
like "and back again" "$use" '/use-300\.rrd$'
is "with what the other interval saw" "$(value "$use" AVERAGE impr $((t1 + 300)))" 0.1
i=0
while [ $i -lt 12 ]; do
	echo "use change $((t2 + 7200 + i * 300)) $((2000 + i)) 0 0 0 0" | feed $((i % 2 == 0 ? 60 : 300))
	i=$((i + 1))
done
is "at most eight old files are kept" \
	"$(find "$rrd" -path "*/$key/use-*-1*.rrd" | wc -l)" 8

# --- what is in the way -----------------------------------------------------------------
key=$(echo 'add broken' | feed 300)
printf 'use broken %s 1 0 0 0 0\n' $t0 | feed 300
use=$(file use "$key")
echo 'not a round robin file' >"$use"
status "a broken file is an error" 1 sh -c \
	'echo "use broken '$((t0 + 300))' 2 0 0 0 0" | "$1" "$2" "$3" 300' sh "$drive" "$db" "$rrd"
like "that names it" "$(cat "$T/err")" "$use"
printf 'use broken %s 3 0 0 0 0\n' $((t0 + 600)) | feed 60
like "and does not keep a new one from being made" "$(file use "$key")" '/use-60\.rrd$'
status "an interval of nothing is refused" 2 "$drive" "$db" "$rrd" 0
: >"$T/plain"
status "a file where the folder should be" 1 "$drive" "$db" "$T/plain" 300 </dev/null
like "is told" "$(cat "$T/err")" "$T/plain: not a folder"
echo 'remove broken' | feed 300
ok "a device's files go with it" test ! -e "$rrd/0$key/$key"

# --- rrdcached ---------------------------------------------------------------------------
# A folder with a blank in its name: the protocol separates fields by blanks.
mkdir "$T/cached rrd"
rrd="$T/cached rrd"
export RRDCACHED_ADDRESS="unix:$T/rrdcached.sock"
status "no daemon is one clear error" 1 "$drive" "$db" "$rrd" 300 </dev/null
like "that says where and what to do" "$(cat "$T/err")" \
	"rrdcached at unix:$T/rrdcached.sock: .* is it running"
spawn rrdcached rrdcached -g -l "unix:$T/rrdcached.sock" -p "$T/rrdcached.pidfile" -w 3600 -f 7200
wait_for 20 test -S "$T/rrdcached.sock"
key=$(echo 'add cached' | feed 300)
for i in 0 1 2 3 4 5 6 7 8; do
	echo "use cached $((t0 + i * 300)) $((1000 + i * 30)) 0 0 0 0"
done | feed 300
use=$(file use "$key")
ok "the file is made" test -s "$use"
is "the daemon holds the updates" "$(RRDCACHED_ADDRESS='' rrdtool last "$use")" $t0
rrdtool flushcached --daemon "$RRDCACHED_ADDRESS" "$use"
is "and writes them" "$(RRDCACHED_ADDRESS='' rrdtool last "$use")" $((t0 + 2400))
is "ten pages a poll interval, too" "$(RRDCACHED_ADDRESS='' value "$use" AVERAGE impr $((t0 + 900)))" 0.1
ok "an update for a time that is there is no error" sh -c \
	'echo "use cached '$((t0 + 2400))' 9999 5 5 5 5" | "$1" "$2" "$3" 300' sh "$drive" "$db" "$rrd"
for i in 9 10; do echo "use cached $((t0 + i * 300)) $((1000 + i * 30)) 0 0 0 0"; done | feed 300
for i in 1 2 3; do echo "use cached $((t0 + 3000 + i * 60)) $((1300 + i * 6)) 0 0 0 0"; done | feed 60
use=$(file use "$key")
like "another interval through the daemon" "$use" '/use-60\.rrd$'
rrdtool flushcached --daemon "$RRDCACHED_ADDRESS" "$use"
is "loses nothing it held of the old file" \
	"$(RRDCACHED_ADDRESS='' value "$use" AVERAGE impr $((t0 + 3000)))" 0.1
# Many devices, more than a batch holds.
i=0; while [ $i -lt 300 ]; do echo "add many$i"; i=$((i + 1)); done | feed 300 >"$T/keys"
for k in 0 300 600; do
	i=0; while [ $i -lt 300 ]; do echo "use many$i $((t0 + k)) $((k + i)) 0 0 0 0"; i=$((i + 1)); done
done | feed 300
stop rrdcached TERM
unset RRDCACHED_ADDRESS
is "a batch goes to all files" "$(while read -r k; do
	rrdtool last "$rrd/$(printf %02x $((k % 256)))/$k/use-300.rrd"; done <"$T/keys" |
	sort -u)" $((t0 + 600))
# By TCP.
port=$(free_port)
spawn rrdcached rrdcached -g -l "127.0.0.1:$port" -p "$T/rrdcached.pidfile" -w 3600 -f 7200
wait_for 20 sh -c "rrdtool flushcached --daemon 127.0.0.1:$port /nonexistent 2>&1 | grep -qv connect"
export RRDCACHED_ADDRESS="127.0.0.1:$port"
echo "use many0 $((t0 + 900)) 1000 0 0 0 0" | feed 300
use=$(file use "$(head -1 "$T/keys")")
unset RRDCACHED_ADDRESS
is "the daemon by TCP holds it" "$(rrdtool last "$use")" $((t0 + 600))
stop rrdcached TERM
is "and writes it" "$(rrdtool last "$use")" $((t0 + 900))
done_testing
