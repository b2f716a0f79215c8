#!/bin/sh
# Functions nobody calls here, and why.  TAP; runs from any folder.
cd "$(dirname "$0")/../.." || exit 99
n=0 failed=0
ban()
{
	n=$((n + 1))
	found=$(grep -rnE --include='*.[ch]' "(^|[^A-Za-z0-9_>.])($1)[[:space:]]*\(" \
		lib agent-module manager updater tests 2>/dev/null |
		grep -vE ':[0-9]+:[[:space:]]*(\*|/\*|//)' )
	if [ -z "$found" ]; then echo "ok $n - no $1: $2"; return; fi
	echo "not ok $n - $1: $2"
	printf '%s\n' "$found" | sed 's/^/# /'
	failed=1
}
ban 'strcpy|strcat|stpcpy|strncpy|strncat' 'no bound, or none that terminates: text_copy'
ban 'sprintf|vsprintf|gets' 'no bound: snprintf'
ban 'system|popen' 'a shell'
ban 'strtok|strerror_l|asctime|ctime|gmtime|localtime' 'hidden state: the _r forms'
ban 'atoi|atol|atoll|atof|sscanf|fscanf|scanf' 'no range: parse_*'
ban 'alloca' 'the stack has no limit check'
ban 'tmpnam|tempnam|mktemp' 'a race: mkstemp'
echo "1..$n"
exit $failed
