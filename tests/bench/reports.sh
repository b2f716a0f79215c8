#!/bin/sh
# What reports cost the centre: SNMPv3 authPriv informs from 3,000 of 10,000
# provisioned devices over loopback, each acknowledged after a commit that
# reached the disk, graphs included: structures of devices that are new, whose
# round robin files are made (a connect storm); the same with a changed software;
# log entries, four an inform.  CPU is imgadm-centerd's, user and
# system; sender and centre share the machine.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
die() { echo "bench: $*" >&2; exit 3; }
users=${BENCH_USERS:-10000}
devices=${BENCH_DEVICES:-3000}
[ -x "${reporter_bin:?}" ] || die "tests/fake/reporter is not built"
cpu_us()
{
	sed 's/.*) //' "/proc/$(cat "$T/centerd.pid")/stat" |
		awk -v hz="$(getconf CLK_TCK)" '{ printf "%d\n", ($12 + $13) * 1000000 / hz }'
}
# run NAME OPTION...: informs a second, and CPU an inform
run()
{
	run_name=$1
	shift
	run_before=$(cpu_us)
	reporter --devices "$devices" --window 512 --timeout-ms 5000 --deadline 200 "$@" ||
		die "$run_name: not all was acknowledged: $(cat "$T/reported" "$T/reporter.err")"
	run_cpu=$(($(cpu_us) - run_before))
	awk -v name="$run_name" -v cpu="$run_cpu" '{
		printf "reports.%s %.0f informs/s\n", name, $2 / $6
		printf "reports.%s.cpu %.0f us\n", name, cpu / $2 }' "$T/reported"
}
enrol_many "$users" || die "no users"
center_start --no-poll >&2 || die "imgadm-centerd does not start"
run first --structure
run informs --structure --change 1
run entries --entries 20
awk '/VmHWM/ { printf "reports.rss %.1f MiB\n", $2 / 1024 }' "/proc/$(cat "$T/centerd.pid")/status"
mkdir "$T/asking" && "${top_builddir:?}/tests/bench/center_mib_bench" "$T/asking" "$users" ||
	die "center_mib_bench failed"
echo "bench: $(nproc) cores, $users users, $devices devices; $(uname -m)" >&2
center_stop
