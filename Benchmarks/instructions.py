"""Instructions of the hot paths, beside those of the committed baselines.

Started by script/check and by script/bench baselines. Callgrind counts what pulse-bench does inside
one function, in user space. That depends neither on the machine's load nor, among machines of one
architecture, on the machine; it depends on the compiler and on the C library, so a baseline holds
only for those that it was made with, and says which.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILT = ROOT / ".build/release/pulse-bench"
PROFILES = ROOT / ".build/reports"
BENCH = PROFILES / "pulse-bench"
BASELINES = ROOT / "Benchmarks/baselines" / f"{platform.machine()}.json"

WORKLOADS = (
    "json-write", "json-write-all", "json-write-few", "json-write-structures", "json-delta-few",
    "json-delta-all", "json-read", "json-read-fields", "json-skip", "hand-over", "hand-over-slab",
)

# More than this, up or down, is a finding.
DIFFERENCE_MAX = 0.03

# Swift's name for runCounted(_:) in pulse-bench: a length, then the name.
COUNTED = "*10runCounted*"

ENVIRONMENT = {
    # Hash tables have the same order in every run.
    "SWIFT_DETERMINISTIC_HASHING": "1",
    # The C library would take other copying loops on other processors of the architecture.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(
        "-" + name
        for name in (
            "AVX512F", "AVX512VL", "AVX2", "AVX_Fast_Unaligned_Load", "SSSE3", "ERMS", "FSRM",
        )
    ),
}


class Uncounted(Exception):
    """There is no count, and why."""


def tools():
    """What the counts depend on beside our sources and the architecture."""
    said = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"Swift version \S+ \(([^)]*)\)", said.stdout)
    return {
        "swift": version.group(1) if version else said.stdout.split("\n", 1)[0],
        "libc": " ".join(platform.libc_ver()),
    }


def strip():
    """Copies pulse-bench without its debug information: Valgrind 3.19 cannot read Swift's."""
    PROFILES.mkdir(parents=True, exist_ok=True)
    subprocess.run(["strip", "--strip-debug", "-o", BENCH, BUILT], check=True)


def profile(name):
    return PROFILES / f"callgrind.{name}"


def count(name):
    """How many instructions a workload takes."""
    run = subprocess.run(
        [
            "valgrind", "--tool=callgrind", "--collect-atstart=no", f"--toggle-collect={COUNTED}",
            f"--callgrind-out-file={profile(name)}", BENCH, "--count", name,
        ],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if run.returncode != 0:
        raise Uncounted(f"pulse-bench --count {name} failed:\n{run.stdout}{run.stderr}")
    found = re.search(r"^totals: (\d+)", profile(name).read_text(), re.MULTILINE)
    counted = int(found.group(1)) if found else 0
    if counted == 0:
        raise Uncounted(f"nothing was counted of {name}: is there no function {COUNTED} any more?")
    return counted


def write():
    """Makes a baseline of what is counted now."""
    strip()
    try:
        counts = {name: count(name) for name in WORKLOADS}
    except Uncounted as failure:
        raise SystemExit(str(failure)) from None
    BASELINES.parent.mkdir(exist_ok=True)
    BASELINES.write_text(json.dumps({**tools(), "instructions": counts}, indent=4) + "\n")
    for name, counted in counts.items():
        print(f"{name:24} {counted:>14,}")
    print(f"written to {BASELINES.relative_to(ROOT)}")


def reason_to_skip():
    """Why there is nothing to compare with, or None."""
    renew = "script/bench baselines --write makes one"
    if not BASELINES.exists():
        return f"there is no baseline for {platform.machine()}; {renew}"
    baseline = json.loads(BASELINES.read_text())
    for tool, version in tools().items():
        if baseline[tool] != version:
            return f"the baseline was made with {baseline[tool]} and here is {version}; {renew}"
    return None


def compare(name, wanted):
    """Counts a workload and prints how it stands; what is wrong with it, or None."""
    if wanted is None:
        return f"there is no baseline for {name}; script/bench baselines --write makes one"
    try:
        counted = count(name)
    except Uncounted as failure:
        return str(failure)
    difference = counted / wanted - 1
    print(f"{name:24} {counted:>14,} instructions, {difference:+.2%}", flush=True)
    if abs(difference) <= DIFFERENCE_MAX:
        return None
    return (
        f"{name} takes {counted:,} instructions, and its baseline is {wanted:,}: "
        f"{difference:+.1%}, where {DIFFERENCE_MAX:.0%} is let pass.\n"
        "To see where they are spent: "
        f"callgrind_annotate {profile(name).relative_to(ROOT)} | swift demangle\n"
        "If the change is meant: script/bench baselines --write, and commit "
        f"{BASELINES.relative_to(ROOT)} with the reason."
    )


def check(junit):
    """Compares all workloads; whether they stand as they should."""
    skipped = reason_to_skip()
    if skipped:
        print(f"skipped: {skipped}")
    else:
        strip()
    wanted = {} if skipped else json.loads(BASELINES.read_text())["instructions"]
    suite = ElementTree.Element("testsuite", name="instruction counts")
    holds = True
    for name in WORKLOADS:
        case = ElementTree.SubElement(suite, "testcase", classname="instructions", name=name)
        if skipped:
            ElementTree.SubElement(case, "skipped", message=skipped)
        elif wrong := compare(name, wanted.get(name)):
            print(wrong, flush=True)
            ElementTree.SubElement(case, "failure", message=wrong)
            holds = False
    if junit:
        ElementTree.ElementTree(suite).write(junit, encoding="unicode")
    return holds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", action="store_true", help="make a new baseline")
    parser.add_argument("--junit", help="where a report for script/check goes")
    options = parser.parse_args()
    if options.write:
        write()
        return 0
    return 0 if check(options.junit) else 1


if __name__ == "__main__":
    sys.exit(main())
