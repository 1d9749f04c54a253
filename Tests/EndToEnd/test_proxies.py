"""Behind nginx, haproxy and a proxy of our own: pages, streams, prefixes, and who is believed.

Those of Debian are skipped where they are missing.
"""

import os
import re
import shutil
import socket
import subprocess
import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect, unix_connect

from plain_proxy import PlainProxy
from raw import RawWebSocket, read_response, upgrade
from server import PATIENCE
from test_command_line import refused

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen unix:{folder}/socket;
        location {prefix}/ {{
            proxy_pass http://{server}{rest};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header X-Forwarded-For $http_x_test_client;
            proxy_set_header X-Forwarded-Proto https;
        }}
    }}
}}
"""
HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server 1m
    timeout tunnel 1h
frontend all
    bind unix@{folder}/socket
    http-request set-header X-Forwarded-For %[req.fhdr(x-test-client)]
    http-request set-header X-Forwarded-Proto https
    {rest}
    default_backend pulse
backend pulse
    server one {server}
"""


STRIP = "http-request deny deny_status 404 unless {{ path_beg /pulse/ }}\n" \
    "    http-request replace-path /pulse(/.*) \\1"
CLIENT = "192.0.2.1"


class Proxy:
    """A proxy that listens on a unix socket and says that its clients come by https.

    With `strips` it offers the server below /pulse, which the server does not hear of; with
    `prefix` the server does.
    """

    def __init__(self, kind, server, folder, prefix="", strips=False):
        program = shutil.which(kind, path="/usr/sbin:/usr/local/sbin") or shutil.which(kind)
        if not program:
            pytest.skip(f"there is no {kind}")
        configuration = folder / "configuration"
        text = NGINX if kind == "nginx" else HAPROXY
        strip = "/" if kind == "nginx" else STRIP.format()
        configuration.write_text(
            text.format(
                folder=folder, server=server.host, prefix=prefix, rest=strip if strips else ""
            )
        )
        self.prefix = prefix
        options = ["-p", str(folder), "-c"] if kind == "nginx" else ["-f"]
        self.process = subprocess.Popen(
            [program, *options, str(configuration)], stderr=subprocess.PIPE, text=True
        )
        self.path = str(folder / "socket")
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < deadline, f"{kind} does not listen"
            time.sleep(0.02)

    def _listens(self):
        try:
            self.dial().close()
            return True
        except OSError:
            return False

    def dial(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(self.path)
        return connection

    def websocket(self, origin=None, client=CLIENT):
        return unix_connect(
            self.path,
            uri=f"ws://pulse.example{self.prefix}/ws",
            origin=origin,
            additional_headers={"X-Test-Client": client},
            legacy=True,
        )

    def get(self, *paths):
        """The answers to requests for pages on one connection."""
        with self.dial() as connection, connection.makefile("rb") as reader:
            answers = []
            for path in paths:
                head = f"GET {path} HTTP/1.1\r\nHost: pulse.example\r\nAccept: text/html\r\n\r\n"
                connection.sendall(head.encode())
                answers.append(read_response(reader))
            return answers

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stderr.close()


@pytest.fixture(params=["nginx", "haproxy"])
def behind(request, start, tmp_path):
    proxies = []

    def start_behind(*options, **settings):
        server = start("--demo", "--interval", "200ms", *options)
        server.wait_until_ready()
        proxies.append(Proxy(request.param, server, tmp_path, **settings))
        proxies[-1].server = server
        return proxies[-1]

    yield start_behind
    for proxy in proxies:
        proxy.stop()


def test_the_page_and_the_stream_come_through(behind):
    proxy = behind("--trusted-proxy", "127.0.0.0/8")
    for answer in proxy.get("/", "/healthz", "/api/state/guests"):
        assert answer.status == 200
    with proxy.websocket("https://pulse.example") as stream:
        check_guests(stream)


def check_guests(stream):
    assert '"type":"hello"' in stream.recv(PATIENCE)
    stream.send('{"type":"subscribe","stream":"guests"}')
    assert '"snapshot"' in stream.recv(PATIENCE)[:20]
    # Guests change every few seconds; heartbeats fill the time.
    deadline = time.monotonic() + 3 * PATIENCE
    while '"delta"' not in stream.recv(PATIENCE)[:20]:
        assert time.monotonic() < deadline, "no delta came"


@pytest.mark.parametrize("strips", [True, False], ids=["stripped", "left"])
def test_below_a_prefix_the_page_and_the_stream_come_through(behind, strips):
    options = () if strips else ("--base-path", "/pulse")
    proxy = behind("--trusted-proxy", "127.0.0.1", *options, prefix="/pulse", strips=strips)
    [page] = proxy.get("/pulse/")
    files = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert len(files) == 4 and not any(file.startswith("/") for file in files)
    for answer in proxy.get("/pulse/healthz", *(f"/pulse/{file}" for file in files)):
        assert answer.status == 200
    with proxy.websocket("https://pulse.example") as stream:
        check_guests(stream)


def test_a_client_is_who_its_proxy_says(behind):
    """Of four places one address gets two, whoever passes it on; others are as free as before."""
    proxy = behind("--trusted-proxy", "127.0.0.1", "--max-connections", "4")
    first = proxy.websocket(client=CLIENT)
    second = proxy.websocket(client=f"203.0.113.9, {CLIENT}, 127.0.0.1")
    with pytest.raises(InvalidStatus) as refused:
        proxy.websocket(client=f"198.51.100.7, {CLIENT}")
    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "10")
    assert proxy.server.wait_for_line("connections of one address are refused")
    other = proxy.websocket(client="198.51.100.7")
    for stream in (first, second, other):
        assert '"type":"hello"' in stream.recv(PATIENCE)
        stream.close()


@pytest.mark.parametrize("origin", ["http://pulse.example", "https://evil.example", "null"])
def test_a_page_of_another_origin_is_refused(behind, origin):
    proxy = behind("--trusted-proxy", "127.0.0.1")
    with pytest.raises(InvalidStatus) as refused:
        proxy.websocket(origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("options", [(), ("--trusted-proxy", "10.0.0.0/8")])
def test_who_is_not_trusted_is_not_believed(behind, options):
    proxy = behind(*options)
    with pytest.raises(InvalidStatus) as refused:
        proxy.websocket("https://pulse.example")
    assert refused.value.response.status_code == 403
    with proxy.websocket("http://pulse.example") as stream:
        assert '"type":"hello"' in stream.recv(PATIENCE)


def test_a_proxy_of_our_own_below_a_prefix(start):
    """What the two of Debian show, wherever the tests run: with and without the prefix left in."""
    server = start("--demo", "--interval", "200ms", "--base-path", "/tools/pulse/")
    server.wait_until_ready()
    for strips in (True, False):
        proxy = PlainProxy(server, "/tools/pulse", strips)
        for path, up in [("/", ""), ("/hosts", ""), ("/settings/nodes", "../"), ("/a/b/c", "../../")]:
            page = get(proxy, f"/tools/pulse{path}")
            assert page.status == 200
            files = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
            assert len(files) == 4
            for file in files:
                assert file.startswith(f"{up}assets/")
                folder = f"/tools/pulse{path}".rsplit("/", 1)[0]
                found = get(proxy, os.path.normpath(f"{folder}/{file}"))
                assert found.status == 200 and b"<html" not in found.body
        for path in ("/healthz", "/api/state/guests", "/metrics"):
            assert get(proxy, f"/tools/pulse{path}").status == 200
        assert get(proxy, f"/tools/pulse{'/a' * 40}").status == 404
        with connect(f"ws://{proxy.host}/tools/pulse/ws", legacy=True) as stream:
            check_guests(stream)
        proxy.stop()
    # Who comes directly needs no prefix.
    assert server.request("/healthz").status == 200


@pytest.mark.parametrize("query", ["", "?kiosk", "?q=a%20b&open=guest:lab/100"])
def test_without_its_last_slash_a_prefix_leads_on(start, query):
    server = start("--demo", "--base-path", "/tools/pulse")
    answer = server.request(f"/tools/pulse{query}")
    assert (answer.status, answer.headers["location"]) == (307, f"pulse/{query}")
    assert server.request("/tools/pulse", method="POST").status == 405


@pytest.mark.parametrize("path", ["pulse", "/a//b", "/../b", "/a?b", ""])
def test_what_is_no_prefix_is_refused_at_the_start(path):
    assert "--base-path" in refused("--base-path", path, code=2)


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "pulse.example"}


def test_the_origin_is_that_of_the_host_which_a_trusted_proxy_names(start):
    server = start("--demo", "--trusted-proxy", "127.0.0.1")
    proxy = PlainProxy(server, headers={**FORWARDED, "Host": "10.0.0.7:7655"})
    assert upgrade(proxy, Origin="https://pulse.example").status == 101
    for origin in ("http://pulse.example", "http://10.0.0.7:7655", "https://10.0.0.7:7655"):
        assert upgrade(proxy, Origin=origin).status == 403
    proxy.stop()


def test_nobody_else_is_believed_who_a_client_is(start):
    """Whatever these headers say: not local, no origin of theirs, no share of somebody else."""
    server = start("--demo", "--trusted-proxy", "10.0.0.0/8", "--max-connections", "4")
    proxy = PlainProxy(server, headers={**FORWARDED, "X-Forwarded-For": CLIENT})
    assert upgrade(proxy, Origin="https://pulse.example").status == 403
    # Three of one client are one too many where it is believed.
    streams = [connect(f"ws://{proxy.host}/ws", legacy=True) for _ in range(3)]
    for stream in streams:
        assert '"type":"hello"' in stream.recv(PATIENCE)
        stream.close()
    proxy.stop()


@pytest.mark.parametrize(
    ("trusted", "client"), [("127.0.0.1", CLIENT), ("10.0.0.0/8", "127.0.0.1")]
)
def test_the_log_names_the_client_that_a_trusted_proxy_names(start, trusted, client):
    server = start("--demo", "--log-level", "debug", "--trusted-proxy", trusted)
    proxy = PlainProxy(server, headers={"X-Forwarded-For": f"203.0.113.9, {CLIENT}"})
    with RawWebSocket(proxy) as stream:
        stream.send(b"\xff" * 6)
        assert stream.close_code() == 1002
    found = server.wait_for_line(r"a WebSocket was refused.*client=(\S+)")
    assert found and found.group(1) == client
    proxy.stop()


def get(proxy, path):
    with proxy.dial() as connection, connection.makefile("rb") as reader:
        head = f"GET {path} HTTP/1.1\r\nHost: pulse.example\r\nAccept: text/html\r\n\r\n"
        connection.sendall(head.encode())
        return read_response(reader)
