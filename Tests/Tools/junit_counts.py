"""Prints `passed failed skipped` of a JUnit report, then a line with the name of each failed test.

Swift Testing, Bun and pytest write such reports.
"""

import sys
import xml.etree.ElementTree as ElementTree


def full_name(case: ElementTree.Element) -> str:
    """The test with its suite or file, on one line."""
    suite = case.get("classname") or case.get("file") or ""
    return " ".join(f"{suite} {case.get('name')}".split())


def main() -> int:
    passed = skipped = 0
    failed = []
    try:
        cases = list(ElementTree.parse(sys.argv[1]).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"no counts in {sys.argv[1]}: {error}", file=sys.stderr)
        return 1
    if not cases:
        print(f"no test in {sys.argv[1]}", file=sys.stderr)
        return 1
    for case in cases:
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed.append(full_name(case))
        elif "skipped" in outcomes:
            skipped += 1
        else:
            passed += 1
    print(passed, len(failed), skipped)
    for name in failed:
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
