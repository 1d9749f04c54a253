"""The scripts on machines that lack something: with stand-ins for Swift and dpkg, no network."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from server import ROOT

TOOLS = ("bash", "cat", "dirname", "grep", "head", "mkdir", "mktemp", "realpath", "rm", "sed")
TOOLS += ("tail", "tee")

NEEDED = (
    "build-essential pkg-config liburing-dev libssl-dev libcurl4-openssl-dev zlib1g-dev"
    " libsqlite3-dev"
).split()

SWIFT = "echo 'Swift version 6.3 (swift-6.3-RELEASE)'"


class Machine:
    """A checkout, in a path with a space, and a PATH that has only what is put there."""

    def __init__(self, folder: pathlib.Path):
        self.root = folder / "a checkout"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.program("python3", f'exec {sys.executable} "$@"')
        for part in ("script", ".ci", "Tests/Tools"):
            shutil.copytree(ROOT / part, self.root / part)

    def program(self, name, text):
        self.write(self.bin / name, text)

    def write(self, file: pathlib.Path, text):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!{shutil.which('bash')}\n{text}\n")
        file.chmod(0o755)

    def dpkg_knows(self, *packages):
        """As dpkg-query does it: prints those that it knows, fails when there is another."""
        self.program(
            "dpkg-query",
            f"known=' {' '.join(packages)} ' status=0\n"
            'shift 3; for package; do if [[ $known == *" $package "* ]]; then\n'
            'echo "ii $package"; else status=1; echo "no packages found" >&2; fi; done\n'
            "exit $status",
        )

    def run(self, *command):
        return subprocess.run(
            command,
            cwd=self.root,
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path):
    one = Machine(tmp_path)
    one.program("swift", SWIFT)
    one.dpkg_knows(*NEEDED)
    return one


class TestBootstrap:
    def bootstrap(self, machine, code):
        result = machine.run("bash", "script/bootstrap", "--no-install")
        assert result.returncode == code, result
        assert (code == 0) == (result.stderr == ""), result
        return result.stderr

    def test_is_content_where_everything_is_there(self, machine):
        self.bootstrap(machine, code=0)

    @pytest.mark.parametrize("known", [[], NEEDED[:2]])
    def test_names_packages_that_dpkg_has_never_heard_of(self, machine, known):
        machine.dpkg_knows(*known)
        said = self.bootstrap(machine, code=3)
        missing = [name for name in NEEDED if name not in known]
        assert said == f"script/bootstrap: missing Debian packages: {' '.join(missing)}\n"

    def test_takes_a_removed_package_for_missing(self, machine):
        machine.program("dpkg-query", 'shift 3; for name; do echo "rc $name"; done')
        assert NEEDED[-1] in self.bootstrap(machine, code=3)

    def test_does_not_go_on_when_dpkg_itself_fails(self, machine):
        machine.program("dpkg-query", "exit 2")
        assert "dpkg-query" in self.bootstrap(machine, code=1)

    def test_says_that_there_is_no_swift(self, machine):
        (machine.bin / "swift").unlink()
        assert "Swift is not installed" in self.bootstrap(machine, code=3)

    def test_says_why_swift_does_not_run(self, machine):
        machine.program("swift", "echo 'libxml2.so.2: cannot open' >&2; echo more >&2; exit 127")
        said = self.bootstrap(machine, code=3)
        assert said.endswith("swift is on PATH but does not run: libxml2.so.2: cannot open\n")

    @pytest.mark.parametrize("version", ["5.10", "6.1"])
    def test_refuses_an_old_swift(self, machine, version):
        machine.program("swift", f"echo 'Swift version {version}.1 (swift-RELEASE)'")
        assert f"Swift {version} is too old" in self.bootstrap(machine, code=3)


class TestServe:
    @pytest.fixture
    def machine(self, machine):
        """Building leaves a file; the server prints its arguments, one on a line."""
        machine.program("env", 'while [[ $1 != swift ]]; do shift; done; "$@"')
        machine.program("swift", f"if [[ $1 == build ]]; then echo >built; else {SWIFT}; fi")
        machine.write(machine.root / ".build/release/pulse", "printf '%s\\n' \"$@\"")
        return machine

    def serve(self, machine, *arguments):
        # `env` is a stand-in here, so bash would not be found by it.
        result = machine.run("bash", "script/serve", *arguments)
        return result.returncode, result.stdout.splitlines(), (machine.root / "built").exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--no-install", "--io", "epoll", "--listen", "127.0.0.1:0"],
            ["--io", "epoll", "--no-install", "--listen", "127.0.0.1:0"],
            ["--io", "epoll", "--no-install", "--", "--listen", "127.0.0.1:0"],
        ],
    )
    def test_passes_on_all_but_its_own_option(self, machine, arguments):
        expected = ["serve", "--io", "epoll", "--listen", "127.0.0.1:0"]
        assert self.serve(machine, *arguments) == (0, expected, True)

    def test_installs_nothing_when_told_so_anywhere(self, machine):
        machine.dpkg_knows()
        assert self.serve(machine, "--io", "epoll", "--no-install") == (3, [], False)

    def test_leaves_what_follows_the_dashes_alone(self, machine):
        assert self.serve(machine, "--", "--no-install") == (0, ["serve", "--no-install"], True)

    def test_prints_help_without_a_build(self, machine):
        code, lines, built = self.serve(machine, "--help")
        assert (code, lines[0], built) == (0, "script/serve [--no-install] [OPTION…]", False)
        assert self.serve(machine, "--", "--help") == (0, ["serve", "--help"], False)

        (machine.root / ".build/release/pulse").unlink()
        assert self.serve(machine, "--", "--help") == (0, lines, False)


SCRIPTS = [".ci/run", *(f"script/{s}" for s in "bootstrap check format test web".split())]


@pytest.mark.parametrize("script", [*SCRIPTS, "script/serve"])
def test_every_script_prints_help(machine, script):
    result = machine.run("bash", script, "--help")
    assert result.returncode == 0 and result.stdout.startswith(script), result


# script/serve leaves that to the server.
@pytest.mark.parametrize("script", SCRIPTS)
def test_an_unknown_option_is_wrong_usage(machine, script):
    result = machine.run("bash", script, "--colour")
    assert result.returncode == 2, result
    assert result.stderr == f"{script}: unknown option '--colour'; see {script} --help\n"


@pytest.mark.parametrize(
    ("script", "tool", "said"),
    [("format", "swift", "Swift is not installed"), ("web", "python3", "python3 is missing")],
)
def test_a_missing_tool_is_named(machine, script, tool, said):
    (machine.bin / tool).unlink()
    result = machine.run("bash", f"script/{script}")
    assert result.returncode == 3 and said in result.stderr, result


def test_the_summary_names_what_failed_and_ends_with_the_sum(machine):
    (machine.root / "report.xml").write_text(
        '<testsuites><testsuite><testcase classname="Suite" name="good"/>'
        '<testcase classname="Suite" name="bad one"><failure/></testcase>'
        '<testcase classname="Suite" name="left out"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )
    machine.write(
        machine.root / "script/lanes",
        'source script/lib.sh\nwrite() { printf "%s" "$text" >made.xml; return 1; }\n'
        "text=$(<report.xml)\n"
        "lane tests made.xml -- write || true\n"
        "lane fine -- true || true\n"
        "lane broken -- false || true\n"
        "report_lanes",
    )
    result = machine.run("bash", "script/lanes")
    assert result.returncode == 1, result
    summary = result.stdout.partition("=== summary\n")[2].splitlines()
    assert summary[0].split()[:8] == "FAILED tests 1 passed 1 failed 1 skipped".split()
    assert summary[1].split()[:8] == "ok fine - passed - failed - skipped".split()
    assert summary[2].split()[:8] == "FAILED broken - passed 1 failed - skipped".split()
    assert "tests: Suite bad one" in summary
    assert any(line.startswith("broken: exit code 1") for line in summary)
    assert summary[-1] == "1 passed, 2 failed, 1 skipped"
