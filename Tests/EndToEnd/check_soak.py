"""A while under a handful of clients: no generation is missing, memory does not grow.

script/check runs it; script/test does not, because it takes longer than a minute.
"""

import select
import threading
import time

from raw import TEXT, RawWebSocket, frame
from server import Server
from stream import Stream, Table

MEBIBYTE = 1 << 20
CLIENTS = 8
WARM_UP_SECONDS = 5
SOAK_SECONDS = 25


def follow(server, until, problems):
    """One dashboard; now and then it comes back on a new connection and resumes."""
    try:
        table = Table()
        while time.monotonic() < until:
            with Stream(server) as stream:
                if table.generation is None:
                    stream.subscribe("hosts")
                    table.read_snapshot(stream)
                else:
                    stream.subscribe("hosts", epoch=table.epoch, generation=table.generation)
                table.follow(stream, count=40)
    except Exception as error:  # Anything at all is a finding, and this is a thread.
        problems.append(repr(error))


def test_memory_does_not_grow_and_no_generation_is_missing(io):
    server = Server("--io", io, "--interval", "100ms")
    try:
        problems = []
        until = time.monotonic() + WARM_UP_SECONDS + SOAK_SECONDS
        dashboards = [
            threading.Thread(target=follow, args=(server, until, problems))
            for _ in range(CLIENTS)
        ]
        for dashboard in dashboards:
            dashboard.start()
        time.sleep(WARM_UP_SECONDS)
        warm = server.resident_bytes()
        requests = 0
        while time.monotonic() < until:
            assert server.request("/api/state").status == 200
            requests += 1
        grown = server.resident_bytes() - warm
        for dashboard in dashboards:
            dashboard.join()
        assert not problems
        assert requests > 100
        assert grown < 4 * MEBIBYTE, f"{grown / MEBIBYTE:.1f} MiB more after {SOAK_SECONDS} s"
    finally:
        assert server.stop() == 0


def test_who_takes_nothing_for_60_seconds_is_closed(io):
    server = Server("--io", io, "--interval", "100ms")
    try:
        with Stream(server) as healthy, RawWebSocket(server, receive_buffer=2048) as deaf:
            table = Table.of(healthy, "hosts")
            asked = ask_until_refused(deaf)
            end = select.poll()
            end.register(deaf.connection, select.POLLRDHUP)
            while not end.poll(0):
                table.follow(healthy)
                assert time.monotonic() - asked < 80, "still open"
            assert time.monotonic() - asked > 55, "closed too early"
    finally:
        assert server.stop() == 0


def ask_until_refused(deaf):
    """Asks for answers until all buffers on the way are full; returns when that was."""
    asks = frame(TEXT, b'{"type":"ping","id":1}') * 1000
    deaf.connection.settimeout(0.5)
    try:
        for _ in range(2000):
            deaf.send(asks)
    except TimeoutError:
        return time.monotonic()
    raise AssertionError("the server takes commands without end")
