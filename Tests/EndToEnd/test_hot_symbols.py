"""The check of hot functions finds what is planted in a binary, and nothing else."""

import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from server import ROOT

TOOL = ROOT / "Tests/Tools/hot_symbols.py"

SOURCE = """
public final class Node { public var value = 0 }

public struct Wide { var numbers = InlineArray<100, Int>(repeating: 0) }

public struct Planted {
    var last: Node
    var numbers: UnsafeMutablePointer<Int>

    @inline(never) public func clean() { numbers.pointee += 1 }
    @inline(never) public func cleanCaller() { clean(); numbers.pointee += 2 }
    @inline(never) public mutating func retains(_ node: Node) { last = node }
    @inline(never) public mutating func retainsBelow(_ node: Node) {
        numbers.pointee += 1
        retains(node)
        numbers.pointee += 1
    }
    @inline(never) public func allocates() -> Node { Node() }
    @inline(never) public func copies(_ all: UnsafeMutablePointer<Wide>) { all[1] = all[0] }
    @inline(never) public func checks(_ node: Node) { node.value += numbers.pointee }
}

var planted = Planted(last: Node(), numbers: .allocate(capacity: 1))
planted.cleanCaller()
planted.retainsBelow(planted.allocates())
planted.checks(planted.last)
let wide = UnsafeMutablePointer<Wide>.allocate(capacity: 2)
wide.initialize(repeating: Wide(), count: 2)
planted.copies(wide)
print(planted.last.value)
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    if not shutil.which("swiftc"):
        pytest.skip("there is no Swift")
    folder = tmp_path_factory.mktemp("planted")
    (folder / "main.swift").write_text(SOURCE)
    subprocess.run(
        ["swiftc", "-O", "-module-name", "PulsePlanted", "-o", "planted", "main.swift"],
        cwd=folder, check=True, capture_output=True,
    )
    return folder / "planted"


def check(binary, *lines):
    """Runs the check on a list; returns its exit code and the failures by name."""
    listed, report = binary.with_name("list.txt"), binary.with_name("report.xml")
    listed.write_text("# A list.\n" + "\n".join(lines) + "\n")
    result = subprocess.run(
        [sys.executable, TOOL, binary, listed, "--junit", report],
        capture_output=True, text=True, timeout=120,
    )
    if result.returncode not in (0, 1):
        return result.returncode, result.stderr
    cases = ElementTree.parse(report).getroot().iter("testcase")
    failures = {case.get("name"): case.findtext("failure") for case in cases}
    assert set(failures) == {line.split()[1] for line in lines}, result.stderr
    return result.returncode, failures


def test_clean_functions_pass(planted):
    code, failures = check(
        planted, "hot PulsePlanted.Planted.clean", "hot PulsePlanted.Planted.cleanCaller"
    )
    assert (code, set(failures.values())) == (0, {None})


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("retains", "Planted.retains(PulsePlanted.Node) -> () -> swift_retain"),
        ("retainsBelow", "Planted.retains(PulsePlanted.Node) -> () -> swift_retain"),
        ("allocates", "swift_allocObject"),
        ("checks", "swift_beginAccess"),
        ("copies", " of 800 bytes"),
    ],
)
def test_what_is_planted_is_found(planted, name, found):
    name = f"PulsePlanted.Planted.{name}"
    code, failures = check(planted, "hot PulsePlanted.Planted.clean", f"hot {name}")
    assert code == 1
    assert failures["PulsePlanted.Planted.clean"] is None
    assert found in failures[name]


def test_cold_functions_are_not_looked_into(planted):
    code, failures = check(
        planted, "hot PulsePlanted.Planted.retainsBelow", "cold PulsePlanted.Planted.retains"
    )
    assert (code, set(failures.values())) == (0, {None})


@pytest.mark.parametrize("kind", ["hot", "cold"])
def test_a_name_that_the_binary_has_not_fails(planted, kind):
    name = "PulsePlanted.Planted.clea"
    code, failures = check(planted, f"{kind} {name}")
    assert code == 1
    assert f"has no function {name}" in failures[name]


@pytest.mark.parametrize("line", ["warm PulsePlanted.Planted.clean", "hot", "hot a b"])
def test_a_line_that_is_neither_is_named(planted, line):
    code, said = check(planted, "hot PulsePlanted.Planted.clean", line)
    assert code == 2 and "list.txt:3: write" in said
