"""`pulse load` against the real server over TLS, with the certificate that it made itself."""

import hashlib
import json
import re

import pytest

from secure import SecureServer
from test_load import TOKEN, Load

SHORT = ("--clients", "3", "--duration", "3s", "--ramp", "0s")


class SecureLoad(Load):
    scheme = "wss"


@pytest.fixture
def server(io, tmp_path):
    config = tmp_path / "pulse.json"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    config.write_text(json.dumps({"agentTokens": [f"sha256:{digest}"]}))
    server = SecureServer(
        "--io", io, "--interval", "200ms", "--tls-self-signed", "--config", str(config)
    )
    server.wait_until_ready()
    yield server
    assert server.stop() == 0


def load(server, *options, code=0, io="auto"):
    result, out, err = SecureLoad(server, "--json", *options, io=io).end()
    assert result == code, out + err
    return json.loads(out)


def test_dashboards_and_agents_over_tls(server, io, tmp_path):
    secret = tmp_path / "token"
    secret.write_text(TOKEN)
    report = load(
        server,
        *("--fingerprint", server.fingerprint),
        *("--clients", "20", "--reconnect", "5", "--duration", "12s", "--ramp", "500ms"),
        *("--agents", "10", "--agent-interval", "1s", "--agent-token-file", str(secret)),
        *("--require", "missed=0", "--require", "errors=0"),
        io=io,
    )
    assert report["url"] == f"wss://{server.host}/ws"
    assert report["errors"] == [] and report["holds"]
    assert report["opened"] >= 25 and report["resumedByDeltas"] > 0
    assert report["agents"]["connections"] == 10 and report["agents"]["lost"] == 0
    assert all(outcome["equal"] == 1 for outcome in report["replays"])


def test_an_authority_from_a_file(server, tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text(server.certificate)
    report = load(server, "--ca-file", str(file), *SHORT)
    assert report["opened"] == 3 and report["errors"] == []


def test_a_certificate_that_nobody_vouches_for_serves_nobody(server):
    report = load(server, *SHORT, code=1)
    assert report["opened"] == 0
    [error] = report["errors"]
    assert error["count"] == 3
    assert re.search(r"not trusted: self.signed certificate", error["kind"])


def test_another_certificate_than_the_pinned_one_is_named(server):
    report = load(server, "--fingerprint", "AB" * 32, *SHORT, code=1)
    [error] = report["errors"]
    assert error["kind"].endswith(f"its fingerprint is {server.fingerprint}")


def test_a_server_without_tls_is_told(start, io):
    code, out, err = SecureLoad(start(), *SHORT, io=io).end()
    assert code == 1
    assert "3 x could not connect: no TLS with the server: wrong version number" in out, out + err
