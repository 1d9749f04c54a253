"""HTTP/1.1: routes, framing, headers."""

import re

import pytest

from raw import exchange, read_response, upgrade

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/health", "/api/version"])
def test_public_routes_answer(server, path):
    response = server.request(path)
    assert response.status == 200
    assert response.body


def test_the_version_is_the_one_of_the_stream(server):
    response = server.request("/api/version")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", response.json["version"])


def test_the_state_names_every_stream(server):
    response = server.request("/api/state")
    assert response.headers["content-type"].startswith("application/json")
    streams = response.json["streams"]
    assert set(streams) == {
        "hosts", "remotes", "nodes", "guests", "storage", "events", "problems", "summary",
    }
    for name, state in streams.items():
        assert {"stream", "epoch", "generation", "fields", "rows"} <= set(state)
        assert state["stream"] == name
        assert server.request(f"/api/state/{name}").json["fields"] == state["fields"]


def test_the_state_of_one_stream_is_its_snapshot(server):
    hosts = server.request("/api/state/hosts").json
    assert hosts["stream"] == "hosts"
    assert hosts["epoch"] == server.request("/api/state/hosts").json["epoch"]
    assert [len(row) for row in hosts["rows"]] == [len(hosts["fields"])]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/state/nothing"])
def test_an_unknown_path_of_the_interface_is_an_error_in_json(server, path):
    response = server.request(path, headers={"Accept": "text/html"})
    assert response.status == 404
    assert response.headers["content-type"].startswith("application/json")
    assert response.json["error"] and response.json["code"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/api/state", "/api/state/hosts", "/ws"])
def test_another_method_is_not_allowed(server, path, method):
    response = server.request(path, method=method)
    assert response.status == 405
    assert "GET" in re.split(r",\s*", response.headers["allow"])


def test_a_method_that_nobody_knows_is_refused(server):
    assert server.request("/", method="BREW").status in (405, 501)


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/version", "/api/state/hosts"])
def test_head_is_get_without_the_body(server, path):
    got, head = server.request(path), server.request(path, method="HEAD")
    assert head.status == got.status
    assert head.body == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    if path != "/api/state/hosts":
        assert head.headers["content-length"] == str(len(got.body))


def test_a_connection_serves_many_requests(server):
    with server.dial() as connection, connection.makefile("rb") as reader:
        for _ in range(50):
            connection.sendall(HEALTH)
            assert read_response(reader).status == 200


def test_pipelined_requests_are_answered_in_order(server):
    paths = ["/healthz", "/api/nothing", "/api/version", "/", "/assets/nothing", "/api/state"] * 4
    requests = "".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in paths)
    with server.dial() as connection, connection.makefile("rb") as reader:
        connection.sendall(requests.encode())
        statuses = [read_response(reader).status for _ in paths]
    assert statuses == [200, 404, 200, 200, 404, 200] * 4


def test_a_request_may_come_byte_by_byte(server):
    with server.dial() as connection, connection.makefile("rb") as reader:
        for byte in HEALTH:
            connection.sendall(bytes([byte]))
        assert read_response(reader).status == 200


@pytest.mark.parametrize(
    "request_text",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n",
    ],
)
def test_a_client_that_wants_it_so_is_closed_after_the_answer(server, request_text):
    (response,) = exchange(server, request_text)
    assert response.status == 200


def test_a_request_with_a_body_does_not_disturb_the_next(server):
    post = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n"
    requests = (
        post + b"Content-Length: 5\r\n\r\nGET /"
        + post + b"Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n"
        + HEALTH
    )  # fmt: skip
    with server.dial() as connection, connection.makefile("rb") as reader:
        connection.sendall(requests)
        assert [read_response(reader).status for _ in range(3)] == [405, 405, 200]


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/state", "/api/nothing", "/assets/no.js"])
def test_every_answer_carries_the_security_headers(server, path):
    headers = server.request(path).headers
    policy = [part.strip() for part in headers["content-security-policy"].split(";")]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not re.search(r"\d", headers.get("server", ""))


@pytest.mark.parametrize("path", ["/api/state", "/api/state/hosts", "/api/version", "/healthz"])
def test_figures_are_not_cached(server, path):
    assert "no-store" in server.request(path).headers["cache-control"]


class TestUpgrade:
    def test_answers_the_key(self, server):
        response = upgrade(server, **{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
        assert response.status == 101
        assert response.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    def test_of_a_plain_request_is_required(self, server):
        response = server.request("/ws")
        assert response.status == 426
        assert response.headers["upgrade"].lower() == "websocket"

    def test_of_another_version_names_the_right_one(self, server):
        response = upgrade(server, **{"Sec-WebSocket-Version": "8"})
        assert response.status in (400, 426)
        assert response.headers["sec-websocket-version"] == "13"

    @pytest.mark.parametrize("key", [None, "", "short", "dGhlIHNhbXBsZSBub25jZQ", "!" * 24])
    def test_without_a_proper_key_is_refused(self, server, key):
        assert upgrade(server, **{"Sec-WebSocket-Key": key}).status == 400
