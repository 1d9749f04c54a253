"""The Autobahn suite against the server's own WebSocket code, on io_uring and on epoll.

script/test runs it, beside the other tests: it has an environment of its own.
"""

import os
import subprocess

from server import ROOT

PYTHON = ROOT / ".venv-autobahn/bin/python"
# The shared frames have one window, so that who asks for a smaller one gets no compression.
DECLINED = "13.3.,13.5."
# What a suite may take at most; each takes under a minute.
PATIENCE = 300


def run(url, folder, cases, excluded="", patience=PATIENCE, **environment):
    result = subprocess.run(
        [PYTHON, ROOT / "Tests/Tools/autobahn.py", url, str(folder), cases, excluded],
        env={**os.environ, "ABBUILD": str(folder.parent / "suite"), **environment},
        capture_output=True,
        text=True,
        timeout=patience,
    )
    last = result.stdout.strip().splitlines()[-1:]
    assert result.returncode == 0 and last, result.stdout[-4000:] + result.stderr[-4000:]
    print(last[0])
    return last[0]


def test_framing_and_limits(echo, tmp_path):
    line = run(f"ws://{echo.host}/ws", tmp_path / "core", "*", "12.*,13.*")
    assert "cases=301 " in line and "fail=0 closefail=0" in line


def test_compression(echo, tmp_path):
    line = run(
        f"ws://{echo.host}/ws",
        tmp_path / "deflate",
        "12.*,13.*",
        ABCOUNT="20",
        ABDECLINED=DECLINED,
    )
    assert "cases=216 " in line and "unimpl=36 " in line
