"""A client that does not read costs little, and costs the others nothing."""

import json
import socket
import threading
import time

from raw import TEXT, RawWebSocket, frame
from stream import Stream, Table

MEBIBYTE = 1 << 20

# Ticks come each 0.2 s; who is held up waits for as long as the others do not read.
PACE_MAX = 8


def pace(stream, table, count):
    """The longest time between two deltas, in seconds."""
    longest, last = 0.0, time.monotonic()
    for _ in range(count):
        table.follow(stream)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest


def send_until_refused(raw, data, stop):
    """Sends on and on without reading, until the server takes no more or closes."""
    raw.connection.settimeout(1)
    try:
        while not stop.is_set():
            raw.send(data)
    except (socket.timeout, BrokenPipeError, ConnectionResetError):
        pass


def test_who_asks_without_reading_holds_up_nobody(start):
    server = start("--interval", "200ms")
    with Stream(server) as healthy:
        table = Table.of(healthy, "hosts")
        table.follow(healthy, count=5)
        before = server.resident_bytes()
        ask = frame(TEXT, b'{"type":"subscribe","stream":"hosts"}') * 100
        ping = frame(TEXT, b'{"type":"ping","id":1}') * 100
        greedy = [RawWebSocket(server, receive_buffer=4096) for _ in range(4)]
        stop = threading.Event()
        senders = [
            threading.Thread(target=send_until_refused, args=(raw, data, stop))
            for raw, data in zip(greedy, [ask, ping] * 2)
        ]
        for sender in senders:
            sender.start()
        longest = pace(healthy, table, count=25)
        grown = server.resident_bytes() - before
        stop.set()
        for sender in senders:
            sender.join()
        for raw in greedy:
            raw.connection.close()
        assert longest < PACE_MAX, "the healthy client lost its pace"
        assert grown < 16 * MEBIBYTE, "the server hoards what nobody reads"
        assert pace(healthy, table, count=5) < PACE_MAX


def test_who_only_listens_slowly_still_gets_a_whole_stream(start):
    """A receive buffer of a few kilobytes, read in small pieces: no byte may be lost or doubled."""
    server = start("--interval", "100ms")
    with RawWebSocket(server, receive_buffer=2048) as raw, Stream(server) as healthy:
        raw.send(frame(TEXT, b'{"type":"subscribe","stream":"hosts"}'))
        Table.of(healthy, "hosts").follow(healthy, count=30)
        table, deltas = Table(), 0
        while deltas < 25:
            opcode, payload = raw.read_frame()
            assert opcode == TEXT
            message = json.loads(payload)
            if message["type"] in ("snapshot", "delta"):
                table.apply(message)
                deltas += message["type"] == "delta"
