"""Every status of an error that the server sends, from a request that earns it.

docs/protocol.md has the same table. Two take their time and are elsewhere: 408 in test_endurance.py,
and the 503 for which a server has to be full there, too.
"""

import hashlib
import json
import pathlib
import re

import pytest

from plain_proxy import PlainProxy
from raw import exchange, read_response, upgrade, upgrade_request
from server import ROOT

TOKEN = "0123456789abcdef"
HOST = "Host: localhost\r\n"
REPORT = (
    f"POST /api/agents/agent/report HTTP/1.1\r\n{HOST}Authorization: Bearer {TOKEN}\r\n"
    "Connection: close\r\n"
)
UPGRADE = (
    f"GET /ws HTTP/1.1\r\n{HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def get(path="/", extra="", host=HOST):
    return f"GET {path} HTTP/1.1\r\n{host}Connection: close\r\n{extra}\r\n"


# (status, what is sent, headers that the answer must have)
EARNED = [
    (400, get(host=""), {}),
    (400, get("/api/%00"), {}),
    (400, REPORT + "Content-Length: 1\r\n\r\n{", {}),
    (401, REPORT.replace(TOKEN, "wrong") + "Content-Length: 2\r\n\r\n{}",
     {"www-authenticate": "Bearer"}),
    (403, get(host="Host: pulse.example\r\n"), {}),
    (403, get("/ws", "Origin: http://evil.example\r\n"), {}),
    (404, get("/api/nothing"), {}),
    (405, f"DELETE / HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", {"allow": "GET, HEAD"}),
    (405, get("/api/agents/agent/report"), {"allow": "POST"}),
    (411, REPORT + "\r\n", {}),
    (413, REPORT + "Content-Length: 262145\r\n\r\n", {}),
    (413, f"POST / HTTP/1.1\r\n{HOST}Content-Length: 65537\r\n\r\n", {}),
    (414, get("/" + "a" * 9000), {}),
    (415, REPORT + "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", {}),
    (415, REPORT + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", {}),
    (415, REPORT + "Content-Type: application/jsonp\r\nContent-Length: 2\r\n\r\n{}", {}),
    (417, get(extra="Expect: the-unexpected\r\n"), {}),
    (421, get("https://localhost/"), {}),
    (421, get("HTTPS://localhost/ws"), {}),
    (426, UPGRADE + "Sec-WebSocket-Version: 8\r\n\r\n",
     {"sec-websocket-version": "13", "upgrade": "websocket"}),
    (431, get(extra=f"X-Long: {'a' * 17000}\r\n"), {}),
    (501, f"BREW / HTTP/1.1\r\n{HOST}\r\n", {}),
    (501, REPORT + "Transfer-Encoding: gzip, chunked\r\n\r\n", {}),
    (505, f"GET / HTTP/3.0\r\n{HOST}\r\n", {}),
]


@pytest.fixture(scope="module")
def reported(io, tmp_path_factory):
    """A server that knows an agent's token."""
    from server import Server

    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    file = tmp_path_factory.mktemp("statuses") / "pulse.json"
    file.write_text(json.dumps({"agentTokens": [f"sha256:{digest}"]}))
    shared = Server("--io", io, "--config", str(file))
    yield shared
    assert shared.stop() == 0


@pytest.mark.parametrize("case", EARNED, ids=[f"{case[0]}-{n}" for n, case in enumerate(EARNED)])
def test_each_status_is_earned(reported, case):
    status, text, headers = case
    if status == 426:
        with reported.dial() as connection, connection.makefile("rb") as reader:
            connection.sendall(text.encode("latin-1"))
            answers = [read_response(reader)]
    else:
        answers = exchange(reported, text.encode("latin-1"))
    assert [answer.status for answer in answers] == [status]
    for name, value in headers.items():
        assert answers[0].headers[name] == value
    assert answers[0].body, "an error says what is wrong"
    assert reported.request("/healthz").status == 200


def test_json_by_any_of_its_names_is_taken(reported):
    """Up to where the body is looked at, which is no report."""
    for kind in ("application/json", "Application/JSON", "application/json; charset=utf-8"):
        text = REPORT + f"Content-Type: {kind}\r\nContent-Length: 2\r\n\r\n{{}}"
        [answer] = exchange(reported, text.encode())
        assert (answer.status, answer.json["code"]) == (400, "invalid_report")


def test_what_comes_over_tls_may_name_https(start):
    """Directly, or on the word of a proxy that is believed."""
    server = start("--demo", "--trusted-proxy", "127.0.0.1")
    text = get("https://localhost/healthz").encode()
    for said, status in (("https", 200), ("http", 421)):
        proxy = PlainProxy(server, "https://localhost/", False, {"X-Forwarded-Proto": said})
        [answer] = exchange(proxy, text)
        assert answer.status == status
        proxy.stop()


def test_more_of_one_client_than_it_may_have_is_429(start):
    server = start("--demo", "--trusted-proxy", "127.0.0.1", "--max-connections", "2")
    with server.dial() as connection, connection.makefile("rb") as reader:
        connection.sendall(upgrade_request(server, **{"X-Forwarded-For": "192.0.2.1"}))
        assert read_response(reader).status == 101
        answer = upgrade(server, **{"X-Forwarded-For": "192.0.2.1"})
        assert (answer.status, answer.headers["retry-after"]) == (429, "10")
        assert answer.json["code"] == "too_many_connections"


def test_plain_requests_of_a_client_count_like_its_websockets(start):
    """While they are in work: from the head to the answer, and not a moment longer."""
    server = start("--demo", "--trusted-proxy", "127.0.0.1", "--max-connections", "4")

    def ask(connection, client, length=0, extra=""):
        text = f"POST / HTTP/1.1\r\n{HOST}X-Forwarded-For: {client}\r\n{extra}"
        connection.sendall(f"{text}Content-Length: {length}\r\n\r\n".encode())

    with server.dial() as first, first.makefile("rb") as answers:
        # One of two places is a WebSocket's, and one a body's that does not come.
        with server.dial() as second, second.makefile("rb") as reader:
            second.sendall(upgrade_request(server, **{"X-Forwarded-For": "192.0.2.1"}))
            assert read_response(reader).status == 101
            ask(first, "192.0.2.1", length=4, extra="Expect: 100-continue\r\n")
            # Says that the head was dealt with: what several connections bring has no order.
            assert answers.readline().startswith(b"HTTP/1.1 100 ") and answers.readline() == b"\r\n"
            with server.dial() as third, third.makefile("rb") as refused:
                ask(third, "192.0.2.1")
                answer = read_response(refused)
                assert (answer.status, answer.headers["retry-after"]) == (429, "10")
                assert answer.json["code"] == "too_many_connections"
                assert "connection" not in answer.headers
                ask(third, "198.51.100.7")
                assert read_response(refused).status == 405
            # With a body behind it, a refusal is the last word.
            with server.dial() as fourth, fourth.makefile("rb") as refused:
                ask(fourth, "192.0.2.1", length=4)
                answer = read_response(refused)
                assert (answer.status, answer.headers["connection"]) == (429, "close")
                assert refused.read() == b""
        first.sendall(b"body")
        assert read_response(answers).status == 405
        for _ in range(3):
            ask(first, "192.0.2.1")
            assert read_response(answers).status == 405


def test_not_ready_yet_is_503(start, tmp_path):
    """A remote that was not asked yet: nobody listens where it should be, and hangs."""
    import socket

    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        file = tmp_path / "pulse.json"
        remote = {
            "name": "lab", "type": "pve", "url": f"https://127.0.0.1:{silent.getsockname()[1]}",
            "token": "a@pve!b", "secret": "c", "fingerprint": ":".join(["AA"] * 32),
        }
        file.write_text(json.dumps({"remotes": [remote]}))
        server = start("--config", str(file))
        assert server.request("/readyz").status == 503


def test_the_table_is_the_one_of_the_documents():
    """Every status that a test here earns is in docs/protocol.md, and the other way round."""
    text = (ROOT / "docs/protocol.md").read_text()
    section = text.split("### Errors of HTTP")[1].split("\n## ")[0]
    named = {int(status) for status in re.findall(r"^\| (\d{3}) ", section, re.M)}
    elsewhere = {408, 429, 503}
    assert named == {status for status, *_ in EARNED} | elsewhere
    assert pathlib.Path(ROOT / "Tests/EndToEnd/test_endurance.py").read_text().count("408")
