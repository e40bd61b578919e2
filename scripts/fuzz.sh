#!/usr/bin/env bash
# Fuzzes every parser in turn, each for SECONDS_EACH (60), or only the targets that are named. Starts from
# fuzz/seeds, keeps what it learns in fuzz/corpus, and leaves an input that breaks a promise in
# fuzz/artifacts. Fails if there is one. Prints for each target: executions, edges reached, corpus.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=${SECONDS_EACH:-60}
# The sanitizer's coverage is all that is needed of a nightly compiler; the code itself has no `unsafe`.
export RUSTC_BOOTSTRAP=1

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "installing cargo-fuzz"
    cargo install --locked cargo-fuzz@0.13.2
fi
if ! command -v c++ >/dev/null; then
    echo "make fuzz needs a C++ compiler for libFuzzer: apt-get install g++" >&2
    exit 1
fi

targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
cargo fuzz build --sanitizer none
mkdir -p corpus artifacts
failed=()
printf '%-16s %14s %10s %8s %8s\n' target executions per_second edges corpus
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target"
    log=artifacts/$target.log
    # An input that takes 25 seconds or a gigabyte is a finding, too.
    if cargo fuzz run --sanitizer none "$target" "corpus/$target" "seeds/$target" -- \
        -max_total_time="$seconds" -timeout=25 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
        >"$log" 2>&1; then
        verdict=
    else
        verdict="FINDING, see fuzz/$log"
        failed+=("$target")
    fi
    stat() { sed -n "s/^stat::$1: *//p" "$log" | tail -1; }
    edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
    printf '%-16s %14s %10s %8s %8s %s\n' "$target" "$(stat number_of_executed_units)" \
        "$(stat average_exec_per_sec)" "${edges:-?}" "$(find "corpus/$target" -type f | wc -l)" "$verdict"
done
[ ${#failed[@]} -eq 0 ] || { echo "broken promises: ${failed[*]}" >&2; exit 1; }
