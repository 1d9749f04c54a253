"""A while under a handful of clients: no generation is missing, memory does not grow.

script/check runs it; script/test does not, because it takes longer than a minute.
"""

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
            deaf.connection.settimeout(0.2)
            started = time.monotonic()
            ended = None
            while ended is None and time.monotonic() - started < 100:
                table.follow(healthy)
                ended = time_of_end(deaf)
            assert ended is not None, "still open"
            assert ended - started > 55, "closed too early"
    finally:
        assert server.stop() == 0


def time_of_end(deaf):
    """When the server closed, or None; asks on, so that there is always more to send."""
    try:
        deaf.send(frame(TEXT, b'{"type":"subscribe","stream":"hosts"}'))
    except TimeoutError:
        return None
    except (BrokenPipeError, ConnectionResetError):
        return time.monotonic()
    return None
