"""Slow clients by slowhttptest: heads and bodies that never end, 200 at a time.

`script/check --long` runs it; without the program (apt-get install slowhttptest) it is skipped. The
server's own tests of this are in test_endurance.py.
"""

import re
import shutil
import subprocess

import pytest

COUNT = 200
# All are closed by then.
SECONDS_MAX = 30


@pytest.mark.parametrize("kind", ["-H", "-B"], ids=["heads", "bodies"])
def test_all_are_closed_and_the_service_goes_on(start, kind):
    program = shutil.which("slowhttptest")
    if not program:
        pytest.skip("there is no slowhttptest: apt-get install slowhttptest")
    server = start("--interval", "2s")
    method = "GET" if kind == "-H" else "POST"
    result = subprocess.run(
        [
            *(program, "-c", str(COUNT), kind, "-i", "2", "-r", str(COUNT), "-t", method),
            *("-u", f"http://{server.host}/", "-x", "24", "-p", "3", "-l", str(SECONDS_MAX + 10)),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX + 60,
    )
    text = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr)
    ended = re.search(r"Test ended on (\d+)th second", text)
    assert ended, text[-2000:]
    print(f"\n{kind}: all {COUNT} closed behind {ended[1]} s")
    assert "No open connections left" in text
    assert int(ended[1]) <= SECONDS_MAX
    assert set(re.findall(r"service available: +(\w+)", text)) == {"YES"}
