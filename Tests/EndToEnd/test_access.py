"""Who may read: this machine, through its own page, and nobody behind a proxy or another name."""

import pytest

from raw import upgrade
from stream import Stream

PRIVATE = ["/", "/api/state", "/api/state/hosts"]
PUBLIC = ["/healthz", "/readyz", "/api/health", "/api/version"]

NOT_LOCAL = [
    {"Host": "pulse.example"},
    {"Host": "127.0.0.1.example"},
    {"Host": "localhost.example:80"},
    {"Host": "192.0.2.1"},
    {"X-Forwarded-For": "192.0.2.1"},
    {"X-Forwarded-Proto": "https"},
    {"X-Real-IP": "192.0.2.1"},
    {"Forwarded": "for=192.0.2.1"},
    {"Via": "1.1 proxy"},
]


def describe(headers):
    return ",".join(f"{name}={value}" for name, value in headers.items())


@pytest.mark.parametrize("headers", NOT_LOCAL, ids=describe)
@pytest.mark.parametrize("path", PRIVATE)
def test_a_request_that_is_not_local_may_not_read(server, path, headers):
    assert server.request(path, headers=headers).status == 403


@pytest.mark.parametrize("headers", NOT_LOCAL, ids=describe)
def test_a_request_that_is_not_local_gets_no_stream(server, headers):
    assert upgrade(server, **headers).status == 403


@pytest.mark.parametrize("headers", NOT_LOCAL, ids=describe)
@pytest.mark.parametrize("path", PUBLIC)
def test_public_routes_answer_everybody(server, path, headers):
    assert server.request(path, headers=headers).status == 200


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
@pytest.mark.parametrize("path", PRIVATE)
def test_the_names_of_this_machine_may_read(server, path, name):
    assert server.request(path, headers={"Host": f"{name}:{server.port}"}).status == 200


def test_an_origin_of_its_own_is_accepted(server):
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{server.port}"
        assert upgrade(server, Host=host, Origin=f"http://{host}").status == 101


def test_a_local_client_without_origin_is_accepted(server):
    assert upgrade(server).status == 101
    with Stream(server) as stream:
        assert stream.still_open()


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1.evil.example:{port}",
        "http://user@127.0.0.1:{port}",
        "http://a.127.0.0.1:{port}",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
    ],
)
def test_a_foreign_origin_is_refused(server, origin):
    response = upgrade(server, Origin=origin.format(port=server.port))
    assert response.status == 403


def test_no_answer_lets_another_origin_read_it(server):
    response = server.request("/api/state", headers={"Origin": "https://evil.example"})
    assert not [name for name in response.headers if name.startswith("access-control-")]
