# poll-lib.sh: imgadm-poll under test, sourced after tests/lib.sh.
#
#   poll OPTION...     one run on $T/db and $T/rrd as JSON; $poll_status,
#                      $T/said, $T/complained
#   said KEY           a number of its last line
#   fleet COMMAND...   imgadm-fleet on $T/db
#   sim_start OPTION...  fleetsim; $port; its list of devices in $T/fleet
#   tell COMMAND...    a command to it, until it is done; $answer
#   sim_stop
# shellcheck shell=sh
sim=${top_builddir:?}/tests/fake/fleetsim
public='-v2c -c public -t 2 -r 2'
# shellcheck disable=SC2086 # ${poll_how} is a word list
poll()
{
	poll_status=0
	imgadm-poll --db "$T/db" --rrd-dir "$T/rrd" --json ${poll_how:-$public} "$@" \
		>"$T/said" 2>"$T/complained" || poll_status=$?
}
said() { tail -1 "$T/said" | sed -n "s/.*\"$1\": *\([0-9a-z]*\).*/\1/p"; }
counts() { echo "$(said polled) $(said unchanged) $(said silent) $(said failed)"; }
fleet() { imgadm-fleet --db "$T/db" "$@"; }
# stored WHAT COLUMN... [-- OPTION...]: columns of an export, a line a row
stored()
{
	stored_what=$1 stored_columns=
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		stored_columns="$stored_columns $1"
		shift
	done
	[ $# -eq 0 ] || shift
	fleet export --csv --what "$stored_what" "$@" | awk -v want="$stored_columns" '
	function cells(line, out,    n, c, i, quoted, cell) {
		n = 0; cell = ""; quoted = 0
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1)
			if (c == "\"") quoted = !quoted
			else if (c == "," && !quoted) { out[++n] = cell; cell = "" }
			else cell = cell c
		}
		out[++n] = cell
		return n
	}
	{ sub(/\r$/, "") }
	NR == 1 { n = cells($0, head); w = split(want, wants, " ")
		for (i = 1; i <= w; i++) for (k = 1; k <= n; k++) if (head[k] == wants[i]) at[i] = k
		next }
	{ cells($0, row); line = ""
		for (i = 1; i <= w; i++) line = line (i > 1 ? " " : "") row[at[i]]
		print line }'
}
sim_start()
{
	[ -x "$sim" ] || skip_all "$sim is not built"
	rm -f "$T/ctl" && mkfifo "$T/ctl"
	: >"$T/sim.log"
	"$sim" --fleet "$T/fleet" "$@" <"$T/ctl" >"$T/sim.log" 2>&1 &
	echo $! >"$T/sim.pid"
	exec 9>"$T/ctl"
	wait_for 20 grep -q '^ready ' "$T/sim.log" || { diag "$(cat "$T/sim.log")"; exit 99; }
	port=$(sed -n 's/^ready [0-9.]*:\([0-9]*\) .*/\1/p' "$T/sim.log")
}
tell()
{
	tell_lines=$(wc -l <"$T/sim.log")
	echo "$*" >&9
	wait_for 20 sh -c '[ "$(wc -l <"$1")" -gt "$2" ]' sh "$T/sim.log" "$tell_lines"
	answer=$(tail -1 "$T/sim.log")
}
sim_stop() { exec 9>&-; stop sim; }
