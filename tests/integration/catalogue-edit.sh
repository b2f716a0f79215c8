#!/bin/sh
# imgadm-judge catalogue check and add-release: what a maker does; and the examples
# of the manual as they stand there.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
. "$top_srcdir/tests/integration/catalogue-lib.sh"
: "${judge:?}"
says() { like "$1" "$(cat "$T/err")" "$2"; }
key acme; trust acme acme
f=$T/acme.xml
catalogue acme 42 >"$f"
printf 'image' >"$T/engine 1.img"
printf 'image' >"$T/engine.img"
sum=$(sha256sum <"$T/engine.img" | cut -d' ' -f1)

# --- check -------------------------------------------------------------------
status 'a right one' 0 "$judge" catalogue check "$f"
like 'says so' "$(cat "$T/out")" 'acme.xml: acme 42 is in order$'
catalogue acme 42 acme 2026-02-01 >"$T/old.xml"
status 'one that expired is right' 0 "$judge" catalogue check "$T/old.xml"
like 'but it says so' "$(cat "$T/out")" 'but expired on 2026-02-01'
catalogue acme 42 | sed 's/seq="100"/seq="x"/; s/class="engine"/class="engin"/' >"$T/wrong.xml"
status 'a wrong one' 1 "$judge" catalogue check "$T/wrong.xml"
is 'each error with its line' "$(grep -cE 'wrong.xml:(5|9): ' "$T/err")" 2
says 'and how many' ' 2 errors$'
status 'no such file' 1 "$judge" catalogue check "$T/none.xml"
says 'says which' 'none.xml'
status 'no file at all' 1 "$judge" catalogue check
status 'two wrong ones: both are said' 1 "$judge" catalogue check "$T/wrong.xml" "$T/none.xml"
says 'the second, too' 'none.xml'
catalogue beta 1 | sed 's/<rev id="A" seq="1"\/>/&<requires id="R-1"><unit type="E-30-acme"\/><\/requires>/' >"$T/beta.xml"
status 'it speaks of what another defines' 1 "$judge" catalogue check "$T/beta.xml"
says 'says of what' "beta.xml:[0-9]+: .*E-30-acme"
status 'together they are right' 0 "$judge" catalogue check "$T/beta.xml" "$f"
sign "$f" acme 'imgadm-catalogue 1 id=acme serial=42'
status 'import' 0 "$judge" catalogue import "$f"
status 'or with what is in force' 0 "$judge" catalogue check --in-force "$T/beta.xml"
catalogue acme 43 | sed 's/E-30-acme/E-31/g' >"$T/next.xml"
status 'which gives way to one of its id' 1 "$judge" catalogue check --in-force "$T/beta.xml" "$T/next.xml"

# --- add-release -------------------------------------------------------------
cp "$f" "$T/before.xml"
status 'add-release' 0 "$judge" catalogue add-release "$f" engine-fw 1.1 "$T/engine.img"
like 'says what was done' "$(cat "$T/out")" 'added 1.1 of engine-fw as a draft, seq 200, 5 octets'
like 'and that the serial stays' "$(cat "$T/out")" 'the serial stays 42; --bump raises it'
like 'and that it was checked' "$(cat "$T/out")" 'acme 42 is in order'
is 'one line more, all others as they were' "$(diff "$T/before.xml" "$f")" "11a12
>     <release version=\"1.1\" seq=\"200\" state=\"draft\" size=\"5\" sha256=\"$sum\" file=\"engine.img\"/>"
chmod 640 "$f"
ln -s acme.xml "$T/link.xml"
cp "$f" "$T/before.xml"
status 'with --bump and --seq, through a link' 0 "$judge" catalogue add-release --bump --seq 250 \
	--creator acme "$T/link.xml" engine-fw 1.2 "$T/engine.img"
is 'the serial is raised, issued today' "$(sed -n 3p "$f" | grep -o 'serial="43" issued="[0-9-]*"')" \
	"serial=\"43\" issued=\"$(date -u +%Y-%m-%d)\""
is 'two lines differ' "$(diff "$T/before.xml" "$f" | grep -c '^>')" 2
is 'the link stays a link' "$(readlink "$T/link.xml")" acme.xml
is 'the mode stays' "$(stat -c %a "$f")" 640
is 'nothing is left beside it' "$(find "$T" -name '*.xml.??????')" ''
line=$(grep '^minisign' "$T/out")
is 'it says how to sign' "$line" "minisign -Sm $T/link.xml -t 'imgadm-catalogue 1 id=acme serial=43'"
echo 'unchanged' >"$T/want"
cp "$f" "$T/before.xml"
for try in "engine-fw 1.1 $T/engine.img:what has that version" "other-fw 1 $T/engine.img:no such software" \
	"engine-fw 2 $T/none.img:no image" "--seq 200 engine-fw 2 $T/engine.img:a seq that is taken" \
	"--creator beta engine-fw 2 $T/engine.img:a creator without it" "--seq 0 engine-fw 2 $T/engine.img:no seq" \
	"engine-fw 2 /dev/null:an empty image"; do
	# shellcheck disable=SC2086 # a word list
	set -- ${try%%:*}
	case $1 in --*) o="$1 $2"; shift 2 ;; *) o= ;; esac
	# shellcheck disable=SC2086 # a word list
	status "refused: ${try#*:}" 1 "$judge" catalogue add-release $o "$f" "$@"
	ok "${try#*:}: the file is as it was" cmp "$f" "$T/before.xml"
done
status 'refused: a name with a blank' 1 "$judge" catalogue add-release "$f" engine-fw 1.5 "$T/engine 1.img"
says 'says what a name may have' 'engine 1.img'
status 'a folder that cannot be written to' 1 "$judge" catalogue add-release /proc/version engine-fw 1 "$T/engine.img"

# --- the manual --------------------------------------------------------------
rm -rf "$T/work"; mkdir "$T/work"; cd "$T/work" || exit 99
cp "$T/acme.key" "$T/.minisign.key"
catalogue acme 42 >acme.xml
cp "$T/engine.img" engine-G00-31.img
export HOME="$T"; mkdir -p "$T/.minisign"; cp "$T/acme.key" "$T/.minisign/minisign.key"
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/p' "$top_srcdir/man/imgadm-judge.8" |
	sed -n 's/^\(\.Dl \)\{0,1\}\$ //p' | grep catalogue >"$T/examples"
ok 'the manual has examples' test "$(wc -l <"$T/examples")" -ge 6
n=0
while read -r line; do
	n=$((n + 1))
	status "the manual: $line" 0 sh -c "$line"
done <"$T/examples"

# Every option of the commands stands in the manual.
: >"$T/unknown"
for c in check import list rollback add-release; do
	for o in $("$judge" catalogue $c --help | grep -o -- '--[a-z-]*' | sort -u); do
		grep -q -- "Fl .*-${o#--}" "$top_srcdir/man/imgadm-judge.8" || echo "$c $o" >>"$T/unknown"
	done
done
is 'every option stands in the manual' "$(cat "$T/unknown")" ''
cd / || exit 99
done_testing
