"""Behind nginx and haproxy: pages, streams, and who is believed. Skipped where they are missing."""

import shutil
import socket
import subprocess
import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import unix_connect

from raw import read_response
from server import PATIENCE

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen unix:{folder}/socket;
        location / {{
            proxy_pass http://{server};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header X-Forwarded-For 192.0.2.1;
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
    http-request set-header X-Forwarded-For 192.0.2.1
    http-request set-header X-Forwarded-Proto https
    default_backend pulse
backend pulse
    server one {server}
"""


class Proxy:
    """A proxy that listens on a unix socket and says that its clients come by https."""

    def __init__(self, kind, server, folder):
        program = shutil.which(kind, path="/usr/sbin:/usr/local/sbin") or shutil.which(kind)
        if not program:
            pytest.skip(f"there is no {kind}")
        configuration = folder / "configuration"
        text = NGINX if kind == "nginx" else HAPROXY
        configuration.write_text(text.format(folder=folder, server=server.host))
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

    def websocket(self, origin=None):
        return unix_connect(self.path, uri="ws://pulse.example/ws", origin=origin, legacy=True)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stderr.close()


@pytest.fixture(params=["nginx", "haproxy"])
def behind(request, start, tmp_path):
    proxies = []

    def start_behind(*options):
        server = start("--demo", "--interval", "200ms", *options)
        server.wait_until_ready()
        proxies.append(Proxy(request.param, server, tmp_path))
        return proxies[-1]

    yield start_behind
    for proxy in proxies:
        proxy.stop()


def test_the_page_and_the_stream_come_through(behind):
    proxy = behind("--trusted-proxy", "127.0.0.0/8")
    with proxy.dial() as connection, connection.makefile("rb") as reader:
        for path in ("/", "/healthz", "/api/state/guests"):
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: pulse.example\r\n\r\n".encode())
            assert read_response(reader).status == 200
    with proxy.websocket("https://pulse.example") as stream:
        assert '"type":"hello"' in stream.recv(PATIENCE)
        stream.send('{"type":"subscribe","stream":"guests"}')
        seen = [stream.recv(PATIENCE)[:20] for _ in range(4)]
        assert any('"delta"' in text for text in seen) and '"snapshot"' in seen[0]


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
