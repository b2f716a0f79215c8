#!/bin/sh
# imgadm-graph: every graph, span, format and option; what it says when there is
# nothing to show; and that what is shown is what the round robin files hold.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need rrdtool rrdcached
drive=${top_builddir:?}/tests/integration/rrd_drive
db=$T/imgadm.db rrd=$T/rrd
end=1700049600	# Wednesday 2023-11-15 12:00 UTC
day=86400
cd "$T" || exit 99
# What fonts and librrd keep to the end is not ours to free; only a build with
# sanitizers reads this.
printf 'leak:%s\n' libfontconfig librrd libglib libpango libcairo >"$T/leaks"
export LSAN_OPTIONS="suppressions=$T/leaks:print_suppressions=0"
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}fast_unwind_on_malloc=0"

feed() { "$drive" "$db" "$rrd" "${1:-300}"; }
graph() { imgadm-graph --db "$db" --rrd-dir "$rrd" "$@"; }
# numbers of a PNG: width and height from its first chunk
png_size() { od -An -tu1 -j16 -N8 "$1" | awk '{print $1 * 16777216 + $2 * 65536 + $3 * 256 + $4, $5 * 16777216 + $6 * 65536 + $7 * 256 + $8}'; }
is_png()
{
	[ "$(od -An -tx1 -N8 "$1" | tr -d ' \n')" = 89504e470d0a1a0a ] &&
		[ "$(tail -c 12 "$1" | od -An -tx1 | tr -d ' \n')" = 0000000049454e44ae426082 ]
}
# json KEY FILE [N]: the N-th value of a key
json() { sed -n "s/^ *\"$1\": \(.*\)\$/\1/p" "$2" | sed -n "${3:-1}p" | sed 's/,$//; s/^"\(.*\)"$/\1/'; }
# line NAME KEY FILE: a value of a line of the legend
line()
{
	awk -v name="\"name\": \"$1\"," -v key="\"$2\":" '
		index($0, name) {on = 1} on && index($0, key) {
			sub(/.*: /, ""); gsub(/[",]/, ""); print; exit}' "$3"
}
# The colour RRGGBB as an SVG has it.
svg_colour()
{
	awk -v c="$1" 'function digit(i) {return index("0123456789ABCDEF", substr(c, i, 1)) - 1}
		function part(i) {return int((digit(i) * 16 + digit(i + 1)) / 2.55 + 1e-9) "([.][0-9]*)?%"}
		BEGIN {print "rgb[(]" part(1) ", *" part(3) ", *" part(5) "[)]"}'
}
# svg_has NAME FILE RE, svg_lacks NAME FILE RE
svg_matches() { tr '\n' ' ' <"$1" | grep -Eq -e "$2"; }
svg_has() { ok "$1" svg_matches "$2" "$3"; }
svg_lacks() { not_ok "$1" svg_matches "$2" "$3"; }
# strokes FILE COLOUR: the paths of lines in that colour
strokes() { tr '\n' ' ' <"$1" | sed 's/<path/\n<path/g' | grep -E 'fill:none' | grep -E "stroke:$(svg_colour "$2")"; }
# width FILE COLOUR: how far from left to right its lines go, pixels
width()
{
	strokes "$1" "$2" | sed 's/.* d="\([^"]*\)".*/\1/' | tr 'ML' '\n\n' |
		awk 'NF >= 2 {if (!n++ || $1 < a) a = $1; if (n == 1 || $1 > b) b = $1} END {printf "%.0f\n", b - a}'
}
well_formed()
{
	if command -v xmllint >/dev/null 2>&1; then
		xmllint --noout "$1"
	else
		grep -q '</svg>' "$1"
	fi
}

{
	echo 'add lobby-mfp'
	echo "office lobby-mfp $((end - 40 * day)) $end"
	echo 'add room-214'
	# a hundred pages an hour; the fuser loses 1 % a day and has 20.5 % left
	i=0
	while [ $i -le 480 ]; do
		t=$((end - 480 * 3600 + i * 3600))
		echo "use room-214 $t $((50000 + i * 100)) 0 0 0 0"
		echo "units room-214 $t FUS=$((1428000 + i * 1000 - 120))/2400000 OLD=99/50 IDLE=10/100"
		i=$((i + 1))
	done
} >"$T/commands"
# hourly for the second, five minutes for the first
grep lobby "$T/commands" | feed 300 >"$T/keys"
grep room "$T/commands" | feed 3600 >>"$T/keys"
key=$(sed -n 1p "$T/keys")

# --- each graph, each span ------------------------------------------------------
mkdir "$T/g"
for span in day week month year 90min 36h; do
	status "all graphs of a $span" 0 graph lobby-mfp --span $span --end $end -o "$T/g" --json
	cp "$T/out" "$T/$span.json"
	is "three of them" "$(json file "$T/out" 1) $(json file "$T/out" 2) $(json file "$T/out" 3)" \
		"$T/g/lobby-mfp-use.png $T/g/lobby-mfp-errors.png $T/g/lobby-mfp-life.png"
	bad=
	for kind in use errors life; do is_png "$T/g/lobby-mfp-$kind.png" || bad="$bad $kind"; done
	is "whole PNG files ($span)" "$bad" ''
	is "of the size that is told ($span)" "$(png_size "$T/g/lobby-mfp-use.png")" \
		"$(json width "$T/$span.json") $(json height "$T/$span.json")"
	ok "some pages in a $span" test "$(line pages total "$T/$span.json" | cut -d. -f1)" -gt 50
	ok "an axis that fits them ($span)" awk -v h="$(json high "$T/$span.json")" \
		-v p="$(line pages highest "$T/$span.json")" 'BEGIN {exit !(h >= p && h <= 2.5 * p + 2)}'
done
is "nothing else is left in the folder" "$(find "$T/g" -type f | wc -l)" 3
use=$rrd/0$key/$key/use-300.rrd
is "the pages of a week are those rrdtool finds" \
	"$(line pages total "$T/week.json" | awk '{printf "%.0f", $1 / 10}')" \
	"$(rrdtool xport -s $((end - 7 * day)) -e $end --step 1800 "DEF:a=$use:impr:AVERAGE" XPORT:a:a |
		sed -n 's/.*<v>\([0-9.e+-]*\)<.*/\1/p' | awk '{n += $1 * 1800} END {printf "%.0f", n / 10}')"
is "and so are the errors of a month" \
	"$(line error total "$T/month.json" | awk '{printf "%.0f", $1}')" \
	"$(rrdtool xport -s $((end - 31 * day)) -e $end --step 7200 "DEF:a=$use:e3:AVERAGE" XPORT:a:a |
		sed -n 's/.*<v>\([0-9.e+-]*\)<.*/\1/p' | awk '{n += $1 * 7200} END {printf "%.0f", n}')"
like "pages per hour in a day" "$(json title "$T/day.json")" '^lobby-mfp: pages per hour, day to 2023-11-15 12:00:00$'
like "and per minute in an hour and a half" "$(json unit "$T/90min.json")" '^pages per minute$'
like "errors are counted in bars" "$(json unit "$T/month.json" 2)" '^errors per day$'
like "life in percent" "$(json unit "$T/month.json" 3)" 'percent'

# --- nothing is drawn on an axis that is empty ------------------------------------
for kind in use errors life; do
	status "$kind as SVG" 0 graph lobby-mfp $kind --span week --end $end -o "$T/$kind.svg"
	is "says where" "$(cat "$T/out")" "$T/$kind.svg"
	ok "$kind: well-formed" well_formed "$T/$kind.svg"
	svg_has "$kind: a title with device and what" "$T/$kind.svg" \
		'<title>lobby-mfp: (pages per hour|errors in 6 hours|percent of life left), week to '
	svg_has "$kind: a legend with now, average, highest" "$T/$kind.svg" \
		'<desc>[^<]*: now [0-9.]+, average [0-9.]+, highest [0-9.]+'
done
ok "the line of pages goes over most of the canvas" test "$(width "$T/use.svg" 0072B2)" -gt 500
ok "and so does the fuser's" test "$(width "$T/life.svg" 0072B2)" -gt 350
for c in F0E442 E69F00 7FBDE6; do
	svg_has "bars in $c" "$T/errors.svg" "fill:$(svg_colour $c)"
done
# A device that was first polled an hour ago: a month would be blank.
{
	echo 'add young'
	for i in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
		echo "use young $((end - 3600 + i * 300)) $((700 + i * 25)) 0 0 1 0"
	done
} | feed >/dev/null
status "a young device in a month" 0 graph young use --span month --end $end -o "$T/young.svg" --json
cp "$T/out" "$T/young.json"
is "is shown from its first poll on" "$(json from "$T/young.json")" 2023-11-15T11:00:00+00:00
like "and says so" "$(json title "$T/young.json")" 'since the first poll$'
ok "so that the line fills the canvas" test "$(width "$T/young.svg" 0072B2)" -gt 500
is "errors in bars that fit" "$(graph young errors --span month --end $end -o "$T/x.png" --json >"$T/out";
	line error total "$T/out" | awk '{printf "%.0f", $1}')" 12

# --- silence -------------------------------------------------------------------------
gap_end=$((end - 40 * day / 4 - 3600))
graph lobby-mfp use --span 4d --end $gap_end -o "$T/gap.svg" --json >"$T/gap.json"
# Two days of polls, two of silence: half of the canvas.
ok "silence is a gap: the line ends with the last answer" sh -c '[ $1 -gt 250 ] && [ $1 -lt 350 ]' sh \
	"$(width "$T/gap.svg" 0072B2)"
svg_has "that is shaded" "$T/gap.svg" "fill:$(svg_colour 8A8A8A)"
is "and has no value now" "$(line pages now "$T/gap.json")" null
status "a time of nothing but silence" 2 graph lobby-mfp use --span 1d --end $gap_end -o "$T/none.png"
like "is told, with what to do" "$(cat "$T/err")" 'lobby-mfp: no pages known from .* to '
ok "and makes no file" test ! -e "$T/none.png"
status "a time before the first poll" 2 graph lobby-mfp use --span day --end $((end - 60 * day)) -o "$T/none.png"
status "the day after the last one" 2 graph lobby-mfp use --span 1h --end $((end + day)) -o "$T/none.png"
like "names the last poll" "$(cat "$T/err")" 'the last poll stored was 2023-11-15 12:00:00; choose a longer --span'

# --- life and the day it runs out ------------------------------------------------------
status "life with a forecast" 0 graph room-214 life --span month --end $end -o "$T/life.svg" --json
cp "$T/out" "$T/life.json"
is "1 % a day, 20.5 % left: in twenty days and a half" "$(line FUS runs_out "$T/life.json" | cut -c1-13)" \
	"$(date -u -d "@$((end + 20 * day + day / 2))" +%Y-%m-%dT%H 2>/dev/null)"
is "what is over its life comes first" "$(json name "$T/life.json" 1)" OLD
is "what is not used does not run out" "$(line IDLE runs_out "$T/life.json")" null
svg_has "the forecast is a dashed line" "$T/life.svg" 'stroke-dasharray:3,4'
svg_has "its day is told" "$T/life.svg" 'FUS: now [0-9., a-z]*runs out 2023-12-06'
a=$(line FUS runs_out "$T/life.json")
graph room-214 life --span week --end $end -o "$T/life.svg" --json >"$T/life.json"
is "the same day on each span" "$(line FUS runs_out "$T/life.json")" "$a"
{
	i=1
	while [ $i -le 48 ]; do	# exchanged: from now on 2 % a day
		echo "units room-214 $((end + i * 3600)) FUS=$((i * 2000))/2400000 OLD=99/50 IDLE=10/100"
		i=$((i + 1))
	done
} | feed 3600
graph room-214 life --span month --end $((end + 48 * 3600)) -o "$T/life.svg" --json >"$T/life.json"
is "a new part has its own forecast" "$(line FUS runs_out "$T/life.json" | cut -c1-10)" \
	"$(date -u -d "@$((end + 50 * day))" +%Y-%m-%d)"

# --- colours, sizes, places --------------------------------------------------------------
status "dark" 0 graph lobby-mfp use --theme dark --span week --end $end -o "$T/dark.svg"
svg_has "is dark" "$T/dark.svg" "fill:$(svg_colour 15191E)"
status "light" 0 graph lobby-mfp use --theme light --span week --end $end -o "$T/light.svg"
svg_lacks "is not" "$T/light.svg" "$(svg_colour 15191E)"
graph lobby-mfp use --size small --span week --end $end -o "$T/small.png" >/dev/null
status "large" 0 graph lobby-mfp use --size large --span week --end $end -o "$T/large.png"
ok "a canvas of twice 600 x 200" sh -c 'set -- $1 $2; [ $(($3 - $1)) -ge 600 ] && [ $(($4 - $2)) -ge 200 ]' \
	sh "$(png_size "$T/small.png")" "$(png_size "$T/large.png")"
ok "at least 600 x 200 in all" sh -c '[ $1 -ge 600 ] && [ $2 -ge 200 ] && [ $1 -lt 760 ]' sh \
	"$(png_size "$T/small.png" | cut -d' ' -f1)" "$(png_size "$T/small.png" | cut -d' ' -f2)"
status "--format svg into a folder" 0 graph lobby-mfp use --format svg --end $end -o "$T/g/"
is "has its name" "$(cat "$T/out")" "$T/g/lobby-mfp-use.svg"
status "without -o into this folder" 0 graph room-214 use --end $end
is "has a plain name" "$(cat "$T/out")" room-214-use.png
status "a folder is made for several" 0 graph room-214 --end $end -o "$T/made"
ok "with what was asked" test -s "$T/made/room-214-life.png"
echo 'add never' | feed >/dev/null
status "every device" 2 graph --all use --end $end -o "$T/every"
is "that has something to show" "$(cat "$T/out" | sort | tr '\n' ' ')" \
	"$T/every/lobby-mfp-use.png $T/every/room-214-use.png $T/every/young-use.png "
like "and who has not is named" "$(cat "$T/err")" 'never: no poll was graphed so far'
export IMGADM_DB="$db" IMGADM_RRD_DIR="$rrd"
status "places by environment" 0 imgadm-graph room-214 use --end $end
unset IMGADM_DB IMGADM_RRD_DIR
printf 'db %s\nrrdDir %s\n' "$db" "$rrd" >"$T/conf/imgadm.conf"
status "places by imgadm.conf" 0 imgadm-graph room-214 use --end $end
echo 'rrdDri /x' >>"$T/conf/imgadm.conf"
status "a wrong line in it" 1 imgadm-graph room-214 use --end $end
like "is told" "$(cat "$T/err")" 'imgadm.conf:3'
printf 'db %s\nrrdDir %s\nwindow 0\n' "$db" "$rrd" >"$T/conf/imgadm.conf"
status "a number out of range in it" 1 imgadm-graph room-214 use --end $end
like "is told, too" "$(cat "$T/err")" 'imgadm.conf:3'
rm "$T/conf/imgadm.conf"
is "the same again is the same picture" "$(graph lobby-mfp use --span week --end $end -o "$T/a.png" >/dev/null;
	graph lobby-mfp use --span week --end $end -o "$T/b.png" >/dev/null; cmp "$T/a.png" "$T/b.png" && echo same)" same

# --- what is wrong --------------------------------------------------------------------------
# wrong STATUS RE ARGUMENT...: fails so, with one line that says why
wrong()
{
	wrong_status=$1 wrong_re=$2; shift 2
	status "refused: $*" "$wrong_status" graph "$@"
	like "why: $wrong_re" "$(cat "$T/err")" "^imgadm-graph: .*$wrong_re"
	is "in one line" "$(wc -l <"$T/err")" 1
}
wrong 1 "no device 'lobby-mpf' .*did you mean 'lobby-mfp'" lobby-mpf
wrong 1 "no device 'zzzzzzzz' .*imgadm-fleet list" zzzzzzzz
wrong 1 "no graph 'erors': want use, errors, life or all; did you mean 'errors'" lobby-mfp erors
wrong 1 "--span 'fortnight': want day, week" lobby-mfp --span fortnight
wrong 1 "--span '0': want" lobby-mfp --span 0
wrong 1 "--span '6y'" lobby-mfp --span 6y
wrong 1 "--end 'tomorrow': want now" lobby-mfp --end tomorrow
wrong 1 "--end '2023-02-30'" lobby-mfp --end 2023-02-30
wrong 1 "--end '$(($(date +%s) + day))': that is in the future" lobby-mfp --end $(($(date +%s) + day))
wrong 1 "--format 'gif': want png or svg" lobby-mfp --format gif
wrong 1 "--theme 'pink': want light or dark" lobby-mfp --theme pink
wrong 1 "--size 'huge': want small or large" lobby-mfp --size huge
wrong 1 "all.png: several graphs do not go into one file" lobby-mfp all -o "$T/all.png"
wrong 1 "x.gif: cannot write .gif; name it .png or .svg" lobby-mfp use -o "$T/x.gif"
wrong 1 "x.svg: --format says png" lobby-mfp use --format png -o "$T/x.svg"
wrong 1 "" --nonsense lobby-mfp
wrong 1 ""
wrong 1 "" lobby-mfp use extra
wrong 1 "" --all use extra
wrong 2 "never: no poll was graphed so far \(in $rrd\): run imgadm-poll first" never use
wrong 2 "young: no unit that counts its use was polled so far" young life --end $end
wrong 3 "$T/no-such/x.png: cannot write" room-214 use --end $end -o "$T/no-such/x.png"
: >"$T/plain"
wrong 3 "$T/plain: not a folder, but there is more than one graph" room-214 --end $end -o "$T/plain"
wrong 3 "$T/plain/x/: cannot make the folder" room-214 --end $end -o "$T/plain/x/"
status "no database" 3 imgadm-graph --db "$T/none.db" lobby-mfp
like "is named" "$(cat "$T/err")" "$T/none.db"
status "a database that is none" 3 imgadm-graph --db "$T/keys" lobby-mfp
status "a full disk" 3 graph room-214 use --end $end -o /dev/full/x.png
if [ -w /dev/full ]; then
	status "an output nobody takes" 3 sh -c 'imgadm-graph "$@" >/dev/full' sh --db "$db" --rrd-dir "$rrd" \
		room-214 use --end $end -o "$T/x.png"
	status "nor as JSON" 3 sh -c 'imgadm-graph "$@" >/dev/full' sh --db "$db" --rrd-dir "$rrd" \
		room-214 use --end $end -o "$T/x.png" --json
fi
echo 'not a round robin file' >"$T/bad.rrd"
bad=$(echo 'add bad' | feed)
printf 'use bad %s 1 0 0 0 0\n' $end | feed
cp "$T/bad.rrd" "$(find "$rrd" -path "*/$bad/use-300.rrd")"
wrong 3 "use-300.rrd" bad use --end $end
is "no half files anywhere" "$(find "$T" -name '*.png.*' -o -name '*.svg.*' | wc -l)" 0
status "help" 0 imgadm-graph --help
for o in all span end output format theme size json db rrd-dir; do
	like "help names --$o" "$(imgadm-graph --help)" "--$o"
done
status "version" 0 imgadm-graph -V

# --- what devices are called --------------------------------------------------------------------
evil='a:b%s<x>&"/../e'
printf 'add %s\n' "$evil" | feed >/dev/null
{
	i=0
	while [ $i -le 24 ]; do
		t=$((end - 86400 + i * 3600))
		printf 'use %s %s %s 0 0 0 0\n' "$evil" $t $((i * 100))
		printf 'units %s %s F:U\\S%%lf<&="=%s/100000 Größe=%s/100000 \\l=%s/90000\n' "$evil" $t \
			$((i * 100)) $((i * 200)) $((i * 50))
		i=$((i + 1))
	done
} | feed 3600
status "a name full of traps" 0 graph "$evil" --end $end --format svg -o "$T/evil"
is "stays in its folder" "$(find "$T/evil" -name '*.svg' | wc -l)" 3
for f in "$T"/evil/*.svg; do ok "well-formed: ${f##*-}" well_formed "$f"; done
svg_has "with its name as it is" "$T/evil/a:b%25s<x>&\"%2F..%2Fe-life.svg" \
	'<title>a:b%s&lt;x&gt;&amp;&quot;/\.\./e: percent'
svg_has "and its units'" "$T/evil/a:b%25s<x>&\"%2F..%2Fe-life.svg" \
	'Größe: now 95\.[0-9]*'
status "in a locale without letters" 0 env LC_ALL=C imgadm-graph --db "$db" --rrd-dir "$rrd" "$evil" life --end $end -o "$T/evil/c.png"

# --- through rrdcached ------------------------------------------------------------------------------
spawn rrdcached rrdcached -g -l "unix:$T/rrdcached.sock" -p "$T/rrdcached.pidfile" -w 3600 -f 7200
wait_for 20 test -S "$T/rrdcached.sock"
echo 'add cached' | feed >/dev/null
export RRDCACHED_ADDRESS="unix:$T/rrdcached.sock"
i=0
while [ $i -le 24 ]; do
	echo "use cached $((end - 7200 + i * 300)) $((i * 50)) 0 0 0 0"
	i=$((i + 1))
done | feed
status "what the daemon holds is drawn" 0 graph cached use --span 2h --end $end -o "$T/x.png" --json
cp "$T/out" "$T/cached.json"
is "to the last page" "$(line pages total "$T/cached.json" | awk '{printf "%.0f", $1}')" 1200
stop rrdcached
wrong 3 "rrdcached at unix:$T/rrdcached.sock: .*is it running" cached use --end $end
unset RRDCACHED_ADDRESS
done_testing
