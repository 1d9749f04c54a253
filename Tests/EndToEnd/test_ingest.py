"""Reports of agents on other machines, posted as Pulse's own agents post them."""

import copy
import gzip
import hashlib
import json
import time
import uuid

import pytest

from remotes import rows, until
from server import PATIENCE, ROOT
from stream import Stream, Table

TOKEN = "pulse-agent-token-of-the-tests"
PATHS = ["/api/agents/agent/report", "/api/agents/host/report"]

REPORT = {
    "agent": {"id": "11111111-2222", "version": "v6.3.0", "type": "unified", "intervalSeconds": 30},
    "host": {
        "hostname": "tower",
        "displayName": "Tower",
        "machineId": "11111111-2222",
        "platform": "linux",
        "osName": "debian",
        "osVersion": "12.11",
        "kernelVersion": "6.12.43",
        "architecture": "x86_64",
        "cpuCount": 8,
        "uptimeSeconds": 4414,
        "loadAverage": [1.5, 1.25, 1.0],
        "packageUpdates": {"supported": True, "packages": [{"name": "bash"}] * 100},
    },
    "metrics": {
        "cpuUsagePercent": 42.5,
        "memory": {"totalBytes": 16 << 30, "usedBytes": 4 << 30, "swapTotalBytes": 0},
    },
    "disks": [
        {"device": "/dev/sda1", "mountpoint": "/", "filesystem": "ext4", "totalBytes": 1 << 40,
         "usedBytes": 1 << 39}
    ],
    "network": [{"name": "eth0", "rxBytes": 1000, "txBytes": 2000}],
    "sensors": {"temperatureCelsius": {"cpu_package": 51.5}},
    "timestamp": "2026-01-31T12:00:00.5Z",
    "unknown": {"to": ["every", {"older": "server"}]},
}


# Recorded from the Go agent; they lie beside a checkout, not in it.
RECORDED = [
    path
    for root in ("..", "../..")
    for path in sorted((ROOT / root / "shared/fixtures/agent").glob("host-report-*.json"))
]


@pytest.fixture
def ingest(start, tmp_path):
    """A server that knows one agent token."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    file = tmp_path / "pulse.json"
    file.write_text(json.dumps({"agentTokens": [f"sha256:{digest}"]}))
    server = start("--interval", "200ms", "--config", str(file))
    server.wait_until_ready()
    return server


def post(server, body, path=PATHS[0], token=TOKEN, compress=True, **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers.setdefault("Content-Type", "application/json")
    headers["User-Agent"] = "pulse-agent/v6.3.0"
    if token:
        headers |= {"Authorization": f"Bearer {token}", "X-Api-Token": token}
    if compress:
        body = gzip.compress(body)
        headers["Content-Encoding"] = "gzip"
    return server.request(path, method="POST", body=body, headers=headers)


def row_of(server, identity):
    state = server.request("/api/state/hosts").json
    rows = [dict(zip(state["fields"], row)) for row in state["rows"]]
    return next((row for row in rows if row["id"] == f"host:{identity}"), None)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("compress", [True, False], ids=["gzip", "plain"])
def test_a_report_becomes_a_row(ingest, path, compress):
    before = time.time() * 1000
    answer = post(ingest, REPORT, path=path, compress=compress)
    after = time.time() * 1000
    assert answer.status == 200
    assert answer.json["success"] is True
    assert answer.json["agentId"] == "11111111-2222"
    # An agent that reads a newer version here would try to update itself.
    assert "serverVersion" not in answer.json
    row = until(lambda: row_of(ingest, "11111111-2222"))
    assert row["name"] == "Tower"
    assert row["status"] == "online"
    assert row["cpu"] == 42.5
    assert row["mem"] == 4 << 30
    assert row["memTotal"] == 16 << 30
    assert row["disks"] == [["/", "ext4", 1 << 39, 1 << 40]]
    assert row["temp"] == 51.5
    assert row["load1"] == 1.5
    assert row["netIn"] is None, "one sample makes no rate"
    assert before - 1000 <= row["seen"] <= after + 1000


@pytest.mark.skipif(not RECORDED, reason="the recorded reports, ../shared/fixtures, are not there")
@pytest.mark.parametrize("compress", [True, False], ids=["gzip", "plain"])
def test_what_the_go_agent_sends_is_on_the_page(ingest, compress):
    for path in RECORDED:
        assert post(ingest, path.read_bytes(), compress=compress).status == 200
    name = json.loads(RECORDED[0].read_text())["host"]["hostname"]
    state = until(
        lambda: next(
            (row for row in rows(ingest, "hosts").values() if row["name"] == name), None
        )
    )
    assert state["status"] == "online"
    assert state["memTotal"] and state["cpu"] is not None and state["disks"]


def test_rates_come_with_the_second_report(ingest):
    first = copy.deepcopy(REPORT)
    second = copy.deepcopy(REPORT)
    second["timestamp"] = "2026-01-31T12:00:30.5Z"
    second["host"]["uptimeSeconds"] += 30
    second["network"] = [{"name": "eth0", "rxBytes": 1000 + 30 * 500, "txBytes": 2000}]
    assert post(ingest, first).status == post(ingest, second).status == 200
    row = until(lambda: (row := row_of(ingest, "11111111-2222")) and row["netIn"] and row)
    assert (row["netIn"], row["netOut"]) == (500, 0)


def test_many_hosts_reach_a_dashboard_that_is_open(ingest):
    with Stream(ingest) as stream:
        table = Table.of(stream, "hosts")
        names = set()
        for number in range(50):
            report = copy.deepcopy(REPORT)
            report["agent"]["id"] = str(uuid.uuid4())
            report["host"]["displayName"] = f"host-{number}"
            names.add(f"host-{number}")
            assert post(ingest, report).status == 200
        deadline = time.monotonic() + PATIENCE
        while not names <= {row["name"] for row in table.rows.values()}:
            assert time.monotonic() < deadline
            table.follow(stream)


def test_reports_on_one_connection_are_answered_in_order(ingest):
    body = gzip.compress(json.dumps(REPORT).encode())
    head = (
        f"POST {PATHS[0]} HTTP/1.1\r\nHost: {ingest.host}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with ingest.dial() as connection:
        connection.sendall((head + body) * 61)
        received = b""
        while received.count(b"HTTP/1.1 200") < 61:
            piece = connection.recv(1 << 16)
            assert piece, "the connection was closed"
            received += piece


def test_a_report_that_was_sent_before_changes_nothing(ingest):
    stream = "v1:" + "ab" * 16
    newer, older = copy.deepcopy(REPORT), copy.deepcopy(REPORT)
    newer |= {"sequenceId": f"{stream}:2"}
    older |= {"sequenceId": f"{stream}:1"}
    older["metrics"]["cpuUsagePercent"] = 1.0
    assert post(ingest, newer).status == 200
    assert post(ingest, older).status == 200
    assert until(lambda: row_of(ingest, "11111111-2222"))["cpu"] == 42.5


def test_an_agent_on_the_servers_own_machine_is_not_a_second_voice(ingest):
    state = ingest.request("/api/state/hosts").json
    own = dict(zip(state["fields"], state["rows"][0]))
    report = copy.deepcopy(REPORT)
    report["agent"]["id"] = own["id"].removeprefix("host:")
    report["host"]["displayName"] = "impostor"
    assert post(ingest, report).status == 200
    with Stream(ingest) as stream:
        table = Table.of(stream, "hosts")
        table.follow(stream, count=3)
        assert table.only["name"] == own["name"]


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + " x", TOKEN[:-1]])
def test_without_a_valid_token_nothing_is_taken(ingest, token):
    answer = post(ingest, REPORT, token=token)
    assert answer.status == 401
    assert answer.json["code"] == "unauthorized"
    assert TOKEN not in ingest.log
    assert row_of(ingest, "11111111-2222") is None


def test_either_header_carries_the_token(ingest):
    for headers in ({"Authorization": f"bearer {TOKEN}"}, {"X_API_Token": TOKEN}):
        assert post(ingest, REPORT, token=None, **headers).status == 200


def test_a_token_opens_nothing_else(ingest):
    headers = {"Host": "pulse.example", "Authorization": f"Bearer {TOKEN}"}
    assert ingest.request("/api/state", headers=headers).status == 403


def test_a_valid_token_reports_from_behind_a_proxy(ingest):
    headers = {"Host": "pulse.example", "X_Forwarded_For": "192.0.2.1"}
    assert post(ingest, REPORT, **headers).status == 200


def test_a_server_without_tokens_takes_no_report(server):
    assert post(server, REPORT).status == 401


@pytest.mark.parametrize(
    ("body", "compress", "headers", "status", "code"),
    [
        (b"{", True, {}, 400, "invalid_json"),
        (b"", False, {}, 400, "invalid_json"),
        (b"[]", True, {}, 400, "invalid_report"),
        (b"{}", True, {}, 400, "invalid_report"),
        (b'{"agent":{"id":"a"}}' + b" " * (1 << 21), True, {}, 413, "report_too_large"),
        (gzip.compress(b"{}")[:-3], False, {"Content_Encoding": "gzip"}, 400, "invalid_compression"),
        (b"{}", False, {"Content_Encoding": "gzip"}, 400, "invalid_compression"),
        (b"{}", False, {"Content_Encoding": "br"}, 415, "unsupported_encoding"),
    ],
    ids=["cut", "empty", "a list", "nobody", "a bomb", "cut gzip", "no gzip", "brotli"],
)
def test_what_is_no_report_is_refused_with_a_reason(ingest, body, compress, headers, status, code):
    answer = post(ingest, body, compress=compress, **headers)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["error"]
    assert post(ingest, REPORT).status == 200, "the server goes on"


def test_a_body_over_the_limit_is_refused_before_it_is_read(ingest):
    head = (
        f"POST {PATHS[0]} HTTP/1.1\r\nHost: {ingest.host}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Length: {(256 << 10) + 1}\r\n\r\n"
    )
    with ingest.dial() as connection:
        connection.sendall(head.encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 413")


def test_other_methods_are_refused(ingest):
    answer = ingest.request(PATHS[0])
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


def test_a_token_that_is_no_digest_is_an_error_of_the_configuration(tmp_path):
    from test_command_line import refused

    file = tmp_path / "pulse.json"
    file.write_text('{"agentTokens": ["secret"]}')
    said = refused("--config", str(file), code=2)
    assert f"{file}:1:18" in said
    assert "sha256sum" in said
    assert "secret" not in said
