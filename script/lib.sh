# shellcheck shell=bash
# Shared by the scripts beside it: source it first. It changes to the root of the checkout.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Programs that handle Ctrl-C themselves would otherwise only end their own lane.
trap 'exit 130' INT

# Where lanes leave their JUnit reports.
reports=.build/reports

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# fail CODE MESSAGE…: 1 = failed, 2 = wrong usage, 3 = something is not installed.
fail() {
    local code=$1
    shift
    warn "script/$(basename "$0"): $*"
    exit "$code"
}

unknown_option() { fail 2 "unknown option '$1'; see script/$(basename "$0") --help"; }

# Release builds never see PULSE_STRICT, so that every script shares one release build.
build_release() {
    local product
    for product in pulse pulse-agent; do
        env -u PULSE_STRICT swift build -c release --product "$product" || return
    done
}

# ---- Lanes: each runs on, whatever became of the one before; report_lanes sums them up.

lanes_passed=0
lanes_failed=0
lanes_skipped=0
lane_lines=()

# lane NAME [REPORT] -- COMMAND…
#
# Runs the command under a heading and takes its time. With REPORT (a JUnit file that the command
# writes) the tests in it are counted; a report that is missing or empty is one failure, and so is
# a command that fails without naming a failed test.
lane() {
    local name=$1 report='' status=0 passed=0 failed=0 skipped=0 started=$SECONDS
    shift
    if [[ $1 != -- ]]; then
        report=$1
        shift
    fi
    shift

    printf '\n=== %s\n' "$name"
    if [[ -n $report ]]; then
        mkdir -p "$(dirname "$report")"
        rm -f "$report"
    fi
    "$@" || status=$?

    if [[ -n $report ]]; then
        read -r passed failed skipped <<<"$(count_tests "$report")"
    fi
    if ((status != 0 && failed == 0)); then failed=1; fi

    lanes_passed=$((lanes_passed + passed))
    lanes_failed=$((lanes_failed + failed))
    lanes_skipped=$((lanes_skipped + skipped))
    local verdict=ok
    if ((failed > 0)); then verdict=FAILED; fi
    lane_lines+=("$(printf '%-7s %-32s %5d passed %3d failed %3d skipped %5d s' \
        "$verdict" "$name" "$passed" "$failed" "$skipped" $((SECONDS - started)))")
    printf -- '--- %s: %s, %d s\n' "$name" "$verdict" $((SECONDS - started))
    ((failed == 0))
}

# lane_not_run NAME WHY: says so in the summary. The cause was counted where it happened.
lane_not_run() {
    printf '\n=== %s\n--- not run: %s\n' "$1" "$2"
    lane_lines+=("$(printf '%-7s %-32s %s' 'not run' "$1" "$2")")
}

# Prints "passed failed skipped" of a JUnit report.
count_tests() {
    "$(python)" Tests/Tools/junit_counts.py "$1" || say '0 1 0'
}

python() { if [[ -x .venv/bin/python ]]; then say .venv/bin/python; else say python3; fi; }

# Prints one line for each lane, then the sum as the last line; fails if anything failed.
report_lanes() {
    printf '\n=== summary\n'
    printf '%s\n' "${lane_lines[@]}"
    say "$lanes_passed passed, $lanes_failed failed, $lanes_skipped skipped"
    ((lanes_failed == 0))
}
