#!/bin/sh
# run.sh SRCDIR TARGET: one fuzz target, for FUZZ_SECONDS, from the build folder.
# What it finds lies in tests/fuzz/found, the corpus that grew in tests/fuzz/corpus.
srcdir=${1:?source folder}
target=${2:?tests/fuzz/NAME}
name=${target##*/}
log=tests/fuzz/found/$name.log
mkdir -p tests/fuzz/found "tests/fuzz/corpus/$name" || exit 1
if "./$target" -max_total_time="${FUZZ_SECONDS:?}" -max_len=4096 -print_final_stats=1 \
	-artifact_prefix="tests/fuzz/found/$name-" "tests/fuzz/corpus/$name" \
	"$srcdir/tests/fuzz/seeds/$name" >"$log" 2>&1
then
	echo "fuzz: $name, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
else
	echo "fuzz: $name failed; what it found is in tests/fuzz/found of the build folder"
	tail -40 "$log"
	exit 1
fi
