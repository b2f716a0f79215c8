#!/bin/sh
# make bench [BENCH=PART...]: runs tests/bench/PART.sh of each part that is
# there, or of those named.  Figures on stdout, one a line, nothing else:
#	NAME VALUE UNIT [vs PEER VALUE ratio R]
# Everything a person wants to know beside them goes to stderr.
here=$(cd "$(dirname "$0")" && pwd) || exit 3
limit_s=${BENCH_LIMIT_S:-480}
status=0
[ $# -gt 0 ] || for f in "$here"/*.sh; do
	part=${f##*/}
	[ "$part" = run.sh ] || set -- "$@" "${part%.sh}"
done
for part; do
	if [ ! -f "$here/$part.sh" ] || [ "$part" = run ]; then
		echo "bench: no part '$part'; there are:" "$(cd "$here" && ls ./*.sh |
			sed 's,^\./,,; s,\.sh$,,; /^run$/d' | tr '\n' ' ')" >&2
		exit 1
	fi
	echo "bench: $part, at most $limit_s s" >&2
	timeout --foreground -k 30 $limit_s sh "$here/$part.sh" || {
		rc=$?
		[ $rc != 124 ] || echo "bench: $part took more than $limit_s s and was ended" >&2
		status=3
	}
done
exit $status
