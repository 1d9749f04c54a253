"""The Autobahn suite in full: 1,000 messages for each case of compression, and all of it over TLS.

`script/check --long` runs it; script/test has the short form, which is check_autobahn.py.
"""

import ssl

import pytest

from check_autobahn import DECLINED, run
from echo import Echo

# The cases of compression alone take seven minutes on a machine with nothing else to do.
PATIENCE = 3600


class SecureEcho(Echo):
    def _command(self, listening, options):
        return [*super()._command(listening, options), "--tls"]


@pytest.fixture(scope="module")
def secure(io):
    """The echo over TLS."""
    shared = SecureEcho("--io", io)
    assert ssl.get_server_certificate((shared.address, shared.port))
    yield shared
    assert shared.process.poll() is None, "the echo died:\n" + shared.log
    assert shared.stop() == 0


def test_compression_in_full(echo, tmp_path):
    url = f"ws://{echo.host}/ws"
    line = run(
        url, tmp_path / "deflate", "12.*,13.*", patience=PATIENCE, ABDECLINED=DECLINED
    )
    assert "cases=216 " in line and "unimpl=36 " in line and "fail=0 closefail=0" in line


def test_framing_and_limits_over_tls(secure, tmp_path):
    url = f"wss://{secure.host}/ws"
    line = run(url, tmp_path / "core", "*", "12.*,13.*", patience=PATIENCE)
    assert "cases=301 " in line and "fail=0 closefail=0" in line


def test_compression_in_full_over_tls(secure, tmp_path):
    url = f"wss://{secure.host}/ws"
    line = run(
        url, tmp_path / "deflate", "12.*,13.*", patience=PATIENCE, ABDECLINED=DECLINED
    )
    assert "cases=216 " in line and "unimpl=36 " in line and "fail=0 closefail=0" in line
