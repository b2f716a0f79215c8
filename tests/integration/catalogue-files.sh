#!/bin/sh
# The catalogues that are given away: the example, those in the manual page, and
# the schema: imgadm-judge takes them without a word, and so do others' validators.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
schema=$top_srcdir/dist/imgadm-catalogue.rng
example=$top_srcdir/dist/catalogue-example.xml

# What stands between .Bd -literal and .Ed under EXAMPLES, each in a file.
awk -v out="$T/page" '
	/^\.Sh / { on = ($0 == ".Sh EXAMPLES") }
	on && /^\.Bd -literal/ { n++; within = 1; next }
	/^\.Ed/ { within = 0 }
	on && within { gsub(/\\e/, "\\"); print > (out n ".xml") }' "$top_srcdir/man/imgadm-catalogue.5"
is "the page has two catalogues" "$(cd "$T" && echo page*.xml)" "page1.xml page2.xml"

status "the example is right" 0 imgadm-judge catalogue check "$example"
unlike "and nothing is said against it" "$(cat "$T/out" "$T/err")" ':[0-9]+: '
status "the page's are right together" 0 imgadm-judge catalogue check "$T/page1.xml" "$T/page2.xml"
unlike "and nothing is said against them" "$(cat "$T/out" "$T/err")" ':[0-9]+: '
status "the second alone speaks of what is not there" 1 imgadm-judge catalogue check "$T/page2.xml"
like "with file and line" "$(cat "$T/out" "$T/err")" \
	"page2.xml:4: no software 'engine-fw' of 'acme' is defined"

if command -v xmllint >/dev/null 2>&1; then
	ok "xmllint: the schema takes them" xmllint --nonet --noout --relaxng "$schema" "$example" \
		"$T/page1.xml" "$T/page2.xml"
	sed 's/<unit-type id/<unit-type ident/' "$T/page1.xml" >"$T/wrong.xml"
	not_ok "xmllint: and not what is wrong" xmllint --nonet --noout --relaxng "$schema" "$T/wrong.xml"
fi
if command -v jing >/dev/null 2>&1; then
	sed 's/<unit-type id/<unit-type ident/' "$T/page1.xml" >"$T/wrong.xml"
	ok "jing: the schema takes them" jing "$schema" "$example" "$T/page1.xml" "$T/page2.xml"
	not_ok "jing: and not what is wrong" jing "$schema" "$T/wrong.xml"
fi
done_testing
