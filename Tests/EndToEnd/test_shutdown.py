"""Ctrl-C and SIGTERM: every client is told, the exit code is 0, and it does not take long."""

import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed

from raw import TEXT, RawWebSocket, frame
from stream import Stream, Table

SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_the_server_with_code_0(start, number):
    assert start().stop(number) == 0


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_open_websockets_are_closed_with_1001(start, number):
    server = start("--interval", "200ms")
    streams = [Stream(server) for _ in range(5)]
    for stream in streams[:3]:
        Table.of(stream, "hosts").follow(stream)
    server.process.send_signal(number)
    for stream in streams:
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                stream.receive()
        assert closed.value.rcvd and closed.value.rcvd.code == 1001
    assert server.stop() == 0


def test_clients_that_do_not_react_hold_up_nothing(start):
    server = start("--interval", "200ms")
    idle = server.dial()
    half = server.dial()
    half.sendall(b"GET / HTTP/1.1\r\nHost: local")
    deaf = [RawWebSocket(server, receive_buffer=2048) for _ in range(3)]
    for raw in deaf:
        raw.send(frame(TEXT, b'{"type":"subscribe","stream":"hosts"}') * 50)
    assert server.request("/healthz").status == 200
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 10
    for connection in (idle, half, *(raw.connection for raw in deaf)):
        connection.close()


def test_a_second_signal_does_no_harm(start):
    server = start("--interval", "200ms")
    with RawWebSocket(server):
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGTERM)
        assert server.stop() == 0


def test_the_port_is_free_for_the_next(start):
    first = start()
    with Stream(first):
        assert first.stop() == 0
    second = start(listen=f"127.0.0.1:{first.port}")
    assert second.request("/healthz").status == 200
