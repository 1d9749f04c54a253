"""Prints `passed failed skipped` of a JUnit report, as Swift Testing, Bun and pytest write it."""

import sys
import xml.etree.ElementTree as ElementTree


def main() -> int:
    passed = failed = skipped = 0
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
            failed += 1
        elif "skipped" in outcomes:
            skipped += 1
        else:
            passed += 1
    print(passed, failed, skipped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
