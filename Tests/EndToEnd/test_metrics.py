"""/metrics: strict text format, what it counts, and who may read it."""

import http.client
import re
import socket
import time

import pytest

from raw import TEXT, RawWebSocket, exchange, frame, read_response
from server import PATIENCE, run
from stream import Stream, Table

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = rf'{NAME}="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\+Inf)")
KINDS = {"counter", "gauge", "histogram"}


class Metrics:
    """The families of a page, read by the rules of the text format and no more kindly."""

    def __init__(self, text):
        assert text.endswith("\n") and "\r" not in text
        self.kinds, self.values = {}, {}
        family, helped = None, None
        for line in text[:-1].split("\n"):
            if line.startswith("# HELP "):
                _, _, helped, words = line.split(" ", 3)
                assert words and helped not in self.kinds, f"{helped} begins twice"
            elif line.startswith("# TYPE "):
                _, _, family, kind = line.split(" ")
                assert family == helped and kind in KINDS, line
                self.kinds[family] = kind
            else:
                self._read_sample(line, family)
        for name, kind in self.kinds.items():
            assert name.startswith("pulse_")
            assert name.endswith("_total") == (kind == "counter"), name
            if kind == "histogram":
                self._check_histogram(name)

    def _read_sample(self, line, family):
        found = SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        parts = {"_bucket", "_sum", "_count"} if self.kinds[family] == "histogram" else {""}
        assert name.startswith(family) and name[len(family):] in parts, f"{line} in {family}"
        assert NUMBER.fullmatch(value), line
        pairs = re.findall(rf'({NAME})="((?:[^"\\]|\\.)*)"', labels or "")
        assert len(dict(pairs)) == len(pairs), f"a label stands twice: {line}"
        key = (name, tuple(sorted(pairs)))
        assert key not in self.values, f"twice: {line}"
        self.values[key] = float(value)

    def _check_histogram(self, name):
        for (sample, labels), count in list(self.values.items()):
            if sample != f"{name}_count":
                continue
            buckets = [
                (float(dict(others)["le"]), value)
                for (bucket, others), value in self.values.items()
                if bucket == f"{name}_bucket" and set(labels) <= set(others)
            ]
            bounds = [bound for bound, _ in buckets]
            values = [value for _, value in buckets]
            assert bounds == sorted(bounds) and bounds[-1] == float("inf")
            assert values == sorted(values) and values[-1] == count
            assert (f"{name}_sum", labels) in self.values

    def __getitem__(self, name):
        """The sum over the labels; `name{a="b"}` picks those that have a label."""
        name, _, wanted = name.partition("{")
        pairs = set(re.findall(rf'({NAME})="([^"]*)"', wanted))
        base = re.sub("_(bucket|sum|count)$", "", name)
        assert name in self.kinds or self.kinds.get(base) == "histogram", f"there is no {name}"
        # What has not happened yet may have no sample.
        return sum(v for (n, labels), v in self.values.items() if n == name and pairs <= set(labels))


def metrics(server):
    answer = server.request("/metrics")
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Metrics(answer.body.decode())


def metrics_once_there_is_room(server):
    """The server may learn of the ends of others only after it has turned us away."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return metrics(server)
        except (AssertionError, OSError, http.client.HTTPException):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_the_format_is_that_of_prometheus(server, io):
    page = metrics(server)
    assert len(page.kinds) >= 25
    name = {"uring": "io_uring", "epoll": "epoll"}[io]
    assert page[f'pulse_server_info{{io="{name}"}}'] == 1


def test_answers_connections_and_bytes_are_counted(start):
    server = start("--threads", "1", "--interval", "200ms")
    before = metrics(server)
    for _ in range(3):
        assert server.request("/healthz").status == 200
    assert server.request("/api/nothing").status == 404
    after = metrics(server)

    def grown(name):
        return after[name] - before[name]

    # The page that counts stands on a connection of its own, and is counted when it is answered.
    assert grown('pulse_server_http_answers_total{code="200"}') == 4
    assert after['pulse_server_http_answers_total{code="404"}'] == 1
    assert grown("pulse_reactor_accepted_total") == 5
    assert grown('pulse_reactor_bytes_total{direction="received"}') > 5 * 50
    assert grown('pulse_reactor_bytes_total{direction="sent"}') > 5 * 50
    assert grown("pulse_reactor_turns_total") > 5
    assert after["pulse_reactor_turn_seconds_count"] > before["pulse_reactor_turn_seconds_count"]
    assert 1 <= after["pulse_reactor_connections"] <= 6
    assert after["pulse_reactor_timers"] >= 1


def test_each_thread_counts_for_itself(start):
    server = start("--threads", "2", "--interval", "100ms")
    deadline = time.monotonic() + PATIENCE
    # Whichever is asked knows the other's figures from its last tick.
    while not all(turns_of_threads(metrics(server))):
        assert time.monotonic() < deadline, "a thread says nothing"


def turns_of_threads(page):
    return [page[f'pulse_reactor_turns_total{{thread="{thread}"}}'] for thread in range(2)]


def test_ticks_and_dashboards_are_counted(start):
    server = start("--threads", "1", "--interval", "100ms")
    before = metrics(server)
    with Stream(server) as stream:
        Table.of(stream, "hosts").follow(stream, count=5)
        during = metrics(server)
    assert during["pulse_server_websockets"] == 1
    assert during["pulse_server_websockets_opened_total"] == 1
    assert during["pulse_server_ticks_total"] - before["pulse_server_ticks_total"] >= 4
    lag = "pulse_server_tick_lag_seconds_count"
    assert during[lag] == during["pulse_server_ticks_total"]
    with RawWebSocket(server) as raw:
        raw.send(frame(TEXT, b"x", masked=False))
        assert raw.close_code() == 1002
    assert metrics(server)['pulse_server_websockets_ended_total{reason="protocol"}'] == 1


def test_refusals_are_counted_by_status(start):
    server = start("--threads", "1")
    cases = {
        b"GET / HTTP/1.1\r\n\r\n": 400,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n": 431,
        b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n": 413,
        b"GET / HTTP/1.1\r\nHost: pulse.example\r\n\r\n": 403,
    }
    for request, status in cases.items():
        closing = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        answers = exchange(server, closing)
        assert answers[0].status == status
        assert metrics(server)['pulse_server_http_answers_total{code="%d"}' % status] == 1


def test_who_may_not_read_the_rest_may_not_read_it_either(server):
    assert server.request("/metrics", headers={"Host": "pulse.example"}).status == 403
    assert server.request("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status == 403
    assert server.request("/metrics", method="POST").status == 405


def test_an_address_of_its_own_serves_the_metrics_only(start):
    server = start("--threads", "1", "--metrics-listen", "127.0.0.1:0")
    port = int(server.wait_for_line(r"metrics on http://127\.0\.0\.1:(\d+)$").group(1))
    main, server.port = server.port, port
    assert metrics(server)["pulse_server_ticks_total"] >= 0
    assert server.request("/metrics", headers={"Host": "pulse.example"}).status == 403
    assert server.request("/healthz").status == 200
    for path in ("/", "/api/state", "/ws", "/api/version"):
        assert server.request(path).status == 404
    # Connections there end with the server, too.
    with socket.create_connection(("127.0.0.1", port)) as idle:
        server.port = main
        assert server.request("/healthz").status == 200
        assert server.stop() == 0
        assert idle.recv(1) == b""


def test_connections_beyond_the_limit_are_refused_and_counted(start):
    server = start("--threads", "1", "--max-connections", "5")
    held = [server.dial() for _ in range(4)]
    for connection in held:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    with server.dial() as fifth:
        fifth.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert fifth.recv(1000).startswith(b"HTTP/1.1 200")
        with server.dial() as sixth, sixth.makefile("rb") as reader:
            answer = read_response(reader)
            assert answer.status == 503
            assert answer.headers["retry-after"] == "10"
            assert reader.read() == b""
    held.pop().close()
    page = metrics_once_there_is_room(server)
    assert page['pulse_reactor_refused_total{reason="limit"}'] >= 1
    for connection in held:
        connection.close()


@pytest.mark.parametrize("number", ["0", "-1", "x", "1048577"])
def test_a_number_of_connections_that_cannot_be_is_wrong_usage(number):
    assert run("serve", "--max-connections", number).returncode == 2
