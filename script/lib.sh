# shellcheck shell=bash
# Shared by the scripts beside it: source it first. It changes to the root of the checkout.

set -euo pipefail
# A failure inside $(…) ends that too.
shopt -s inherit_errexit

# As the user knows it, `script/serve`, wherever it is called from.
program=$(realpath --relative-to="$(dirname "${BASH_SOURCE[0]}")/.." "$0")
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
    warn "$program: $*"
    exit "$code"
}

unknown_option() { fail 2 "unknown option '$1'; see $program --help"; }

# Ends the script with 3, and says why, unless there is a Swift that runs and is new enough.
check_swift() {
    local said reason version
    local needed='pulse needs Swift 6.2 or newer (6.3 is tested).'
    needed+=' Get it from https://www.swift.org/install/linux/ and put it on PATH.'
    command -v swift >/dev/null || fail 3 "Swift is not installed; $needed"
    if ! said=$(swift --version 2>/dev/null); then
        reason=$(swift --version 2>&1 >/dev/null | head -n 1 || true)
        fail 3 "swift is on PATH but does not run: ${reason:-it does not say why}"
    fi
    version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$said" | head -n 1)
    [[ -n $version ]] || fail 3 "the swift on PATH does not tell its version; $needed"
    if ((${version%.*} < 6 || (${version%.*} == 6 && ${version#*.} < 2))); then
        fail 3 "Swift $version is too old; $needed"
    fi
}

# Release builds never see PULSE_STRICT, so that every script shares one release build. Swift's own
# libraries are linked in: the programs run on machines that have no Swift.
build_release() {
    build_release_products pulse pulse-agent
}

# build_release_products PRODUCT…
build_release_products() {
    local product
    for product; do
        env -u PULSE_STRICT swift build -c release --static-swift-stdlib \
            --product "$product" || return
    done
}

# ---- Lanes: each runs on, whatever became of the one before; report_lanes sums them up.

lanes_passed=0
lanes_failed=0
lanes_skipped=0
lane_lines=()
lane_failures=()

# lane NAME [REPORT] -- COMMAND…
#
# Runs the command under a heading and takes its time. With REPORT (a JUnit file that the command
# writes) the tests in it are counted; a report that is missing or empty is one failure, and so is
# a command that fails without naming a failed test.
lane() {
    local name=$1 report='' status=0 passed=0 failed=0 skipped=0 started=$SECONDS test
    local -a found=()
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
        mapfile -t found < <(read_report "$report")
        read -r passed failed skipped <<<"${found[0]}"
    fi
    for test in "${found[@]:1}"; do lane_failures+=("$name: $test"); done
    if ((status != 0 && failed == 0)); then failed=1; fi
    if ((failed > 0 && ${#found[@]} < 2)); then
        lane_failures+=("$name: exit code $status, and no failed test is named")
    fi

    lanes_passed=$((lanes_passed + passed))
    lanes_failed=$((lanes_failed + failed))
    lanes_skipped=$((lanes_skipped + skipped))
    local verdict=ok
    if ((failed > 0)); then verdict=FAILED; fi
    # What is no test has nothing to count, except that it failed.
    if [[ -z $report ]]; then
        passed=- skipped=-
        if ((failed == 0)); then failed=-; fi
    fi
    lane_lines+=("$(printf '%-7s %-32s %5s passed %3s failed %3s skipped %5d s' \
        "$verdict" "$name" "$passed" "$failed" "$skipped" $((SECONDS - started)))")
    printf -- '--- %s: %s, %d s\n' "$name" "$verdict" $((SECONDS - started))
    [[ $verdict == ok ]]
}

# lane_not_run NAME WHY: says so in the summary. The cause was counted where it happened.
lane_not_run() {
    printf '\n=== %s\n--- not run: %s\n' "$1" "$2"
    lane_lines+=("$(printf '%-7s %-32s %s' 'not run' "$1" "$2")")
}

# Prints "passed failed skipped" of a JUnit report, then a line for each failed test.
read_report() {
    "$(python)" Tests/Tools/junit_counts.py "$1" || say '0 1 0'
}

python() { if [[ -x .venv/bin/python ]]; then say .venv/bin/python; else say python3; fi; }

# Prints one line for each lane, what failed, then the sum as the last line; fails if anything did.
report_lanes() {
    printf '\n=== summary\n'
    printf '%s\n' "${lane_lines[@]}"
    if ((${#lane_failures[@]} > 0)); then
        printf '\n=== failed\n'
        printf '%s\n' "${lane_failures[@]}" ''
    fi
    say "$lanes_passed passed, $lanes_failed failed, $lanes_skipped skipped"
    ((lanes_failed == 0))
}

# make_python_environment FOLDER REQUIREMENTS OPTION…
#
# The stamp is written last, so that an interrupted build is done again.
make_python_environment() {
    local folder=$1 requirements=$2 wanted
    shift 2
    wanted=$(sha256sum <"$requirements")
    if [[ -f $folder/requirements.sha256 && $(<"$folder/requirements.sha256") == "$wanted" ]]; then
        return
    fi
    say "Making $folder from $requirements, which may take some minutes"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" \
        --requirement "$requirements"
    say "$wanted" >"$folder/requirements.sha256"
}
