# tests/integration/cut-lib.sh: power cuts of a command; sourced after tests/lib.sh, before
# what sets IMGADM_DB.
#
#   $T/store            what is watched; cut_fresh puts $T/before in its place
#   cut_run AT DEAF COMMAND...   from $T/before until the cut (0: none), or without the DEAF-th
#                       sync, and cut $cut_behind operations after it (0: none); its output in $T/out, $T/err
#   cut_replay MODE     what the cut leaves in $T/after, $operations says how many there were
# shellcheck shell=sh
cut_so=${top_builddir:?}/tests/fake/.libs/powercut.so
[ -e "$cut_so" ] || skip_all "$cut_so is not built"
T=$(cd "$T" && pwd -P)
cut_seed=${IMGADM_SEED:-$$}
diag "IMGADM_SEED=$cut_seed"
POWERCUT_DIR=$T/store POWERCUT_LOG=$T/log
export POWERCUT_DIR POWERCUT_LOG
cut_fresh() { rm -rf "$POWERCUT_DIR" "$T/log" "$T/log.count"; cp -R "$T/before" "$POWERCUT_DIR"; }
cut_run()
{
	cut_fresh
	cut_at=$1 cut_deaf=$2; shift 2
	env LD_PRELOAD="$cut_so" POWERCUT_AT="$cut_at" POWERCUT_DEAF="$cut_deaf" POWERCUT_DEAF_CUT="${cut_behind:-1}" \
		"$@" >"$T/out" 2>"$T/err"
}
cut_replay()
{
	rm -rf "$T/after"
	operations=$("$top_builddir/tests/fake/powercut-replay" "$T/log" "$T/before" "$T/after" "$1") || return 1
	# Shared memory, which no cut leaves.
	rm -f "$T/after/db-shm"
}
