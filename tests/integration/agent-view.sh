#!/bin/sh
# One request, one view: under a writer in a tight loop no answer is mixed of
# two moments, also where requests overtake each other on the way to a
# subagent.  The writer (agent_state) says what it writes.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${device:?}" "${module:?}" "${v2c:?}" "${v3:?}" "${agent_conf:?}" "${top_builddir:?}"
need snmpbulkget
state=$T/device.db
requests=100 clients=4

# structure_requests N: GETBULKs of revision, newest entry, and every column
# that the writer writes of the 7 units, the 7 readings and the 4 banks; a line each
structure_requests()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		# shellcheck disable=SC2086 # word list
		snmpbulkget $v2c -m IMGADM-MIB -t 10 -r 0 -OqvU -Cn2 -Cr7 "$(target)" \
			imgStructureRevision imgErrorLogNewest \
			imgUnitDescr.1 imgUnitModel.1 imgUnitHardwareRev.1 \
			imgReadingValue imgErrorCode 2>&1 | xargs
		i=$((i + 1))
	done
}
# Each line: R N then 7 times (descr model hwrev reading code).  The first four
# are k; R - k and N - k never change; the codes ascend by one.
# Prints "mixed ..." for a bad line, and at the end how many k were seen.
judge_structure()
{
	awk '
	function bad(why) { print "mixed: " why ": " $0; wrong = 1 }
	{
		if (NF != 2 + 7 * 5) { bad("fields " NF); next }
		k = $3
		for (i = 3; i <= NF; i++)
			if ((i - 3) % 5 < 4 && $i != k) { bad("field " i); next }
		if (k == 0) next	# before the writer began
		if (!begun) { r = $1 - k; n = $2 - k; begun = 1 }
		if ($1 - k != r) { bad("revision"); next }
		if ($2 - k != n) { bad("newest entry"); next }
		for (i = 12; i <= NF; i += 5)
			if ($i != $(i - 5) + 1) { bad("log"); next }
		seen[k] = 1
	}
	END { for (k in seen) count++; print "moments " count + 0 }'
}
# log_requests N: the log in a GETBULK: its bounds, then entries from the oldest
log_requests()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		# shellcheck disable=SC2086
		snmpbulkget $v2c -m IMGADM-MIB -t 10 -r 0 -OqsU -Cn2 -Cr60 "$(target)" \
			imgErrorLogOldest imgErrorLogNewest imgErrorCode 2>&1 |
			grep -v '^imgErrorSeverity' | sed 's/[^ ]*\.\([0-9]*\) /\1 /; s/"//g' | xargs
		i=$((i + 1))
	done
}
# "0 oldest 0 newest", then index and code of 50 entries
judge_log()
{
	awk '
	function bad(why) { print "mixed: " why ": " $0 }
	$0 == "" { bad("no answer"); next }
	{
		oldest = $2; newest = $4
		if ($5 != oldest) { bad("begins with " $5); next }
		for (i = 7; i < NF; i += 2)
			if ($i != $(i - 2) + 1) { bad("index " $i); next }
		if ((NF - 4) / 2 != 50 || $(NF - 1) != newest) bad("entries " (NF - 4) / 2)
		seen[oldest] = 1
	}
	END { for (k in seen) count++; print "moments " count + 0 }'
}

for mode in module agentx; do
	rm -f "$state" "$state-wal" "$state-shm"
	"$agent_state" make "$state" 1 50
	ok "$mode: starts" agent_start "$mode" "$state"
	spawn writer "$agent_state" write "$state"
	# The log is full, so the writer overwrites entries all the time.
	ok "$mode: the writer has filled the log" wait_for 60 sh -c \
		"[ \"\$(snmpget $v2c -m IMGADM-MIB -OqvU $(target) imgErrorLogOverwritten.0)\" -gt 10 ]"
	c=0 pids=
	while [ $c -lt $clients ]; do
		structure_requests $((requests / 2)) >"$T/structure.$c" 2>&1 &
		pids="$pids $!"
		log_requests $((requests / 2)) >"$T/log.$c" 2>&1 &
		pids="$pids $!"
		c=$((c + 1))
	done
	# shellcheck disable=SC2086
	wait $pids
	for part in structure log; do
		result=$(cat "$T/$part".[0-9] | "judge_$part")
		is "$mode: $part: no answer of $((requests / 2 * clients)) is mixed" \
			"$(echo "$result" | grep mixed | head -3)" ''
		ok "$mode: $part: the writer wrote meanwhile" test "${result##*moments }" -ge 10
	done
	is "$mode: the writer goes on" "$(gone "$(cat "$T/writer.pid")" && echo ended)" ''
	unlike "$mode: nothing was wrong with the state" "$(agent_log)" "$state"
	stop writer
	agent_stop
done
done_testing
