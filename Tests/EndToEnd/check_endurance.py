"""What test_endurance.py has, in full size: 10,000 clients at once, 9,000 idle and 9,000 subscribed.

script/check --long runs it.
"""

import pathlib
import select
import statistics
import time

import pytest

from crowd import Crowd, ProcessorShare, resident_anonymous
from raw import TEXT, RawWebSocket, frame, upgrade_request
from server import Server
from stream import Stream, Table
from test_endurance import everybody_at_once, idle_memory, slow_requests, too_few_descriptors
from test_load import load
from test_metrics import metrics

MEBIBYTE = 1 << 20
CLIENTS = 9_000
STALLED = 50
PAIRS = 5
SUBSCRIBE = frame(TEXT, b'{"type":"subscribe","stream":"hosts"}')
# What makes a dashboard be sent a whole snapshot once more, and how often that fills all buffers.
AGAIN = frame(TEXT, b'{"type":"unsubscribe","stream":"guests"}') + frame(
    TEXT, b'{"type":"subscribe","stream":"guests"}'
)
REFILLS = 40


def test_slow_requests_end_at_their_limit_and_hold_up_nobody(start):
    slow_requests(start("--threads", "1"), heads=200, bodies=200, waits_for_bodies=True)


def test_ten_thousand_at_once_are_answered(start):
    everybody_at_once(start("--threads", "1"), 10_000)


@pytest.mark.parametrize("limit", [64, 256])
def test_a_server_short_of_descriptors_serves_those_it_has(start, limit):
    too_few_descriptors(start, limit, 2_000)


def test_nine_thousand_idle_connections_cost_two_kilobytes_each_at_most(start):
    each = idle_memory(start("--threads", "1"), CLIENTS)
    print(f"\n{each:.0f} bytes for each idle connection")
    assert each <= 2048


def test_nine_thousand_dashboards_get_every_tick(start):
    """Each gets a snapshot and then deltas; the memory for each of them is printed."""
    server = start("--threads", "1", "--interval", "2s")
    metrics(server)
    before = resident_anonymous(server)
    upgrade = upgrade_request(server)
    with Stream(server) as healthy, Crowd(server, CLIENTS, greeting=upgrade) as crowd:
        table = Table.of(healthy, "hosts")
        crowd.until(lambda: crowd.answered == CLIENTS, 90, greeting=upgrade)
        for number in crowd.open:
            assert crowd.send(number, SUBSCRIBE)
        crowd.until(lambda: with_deltas(crowd, 3) == CLIENTS, 90)
        each = (resident_anonymous(server) - before) / CLIENTS
        print(f"\n{each:.0f} bytes for each dashboard")
        assert not crowd.ended
        assert metrics(server)["pulse_server_websockets"] == CLIENTS + 1
        table.follow(healthy, count=3)


def with_deltas(crowd, count):
    """How many have got a snapshot and so many deltas."""
    found = 0
    for data in crowd.received.values():
        found += data.count(b'{"type":"delta"') >= count and b'{"type":"snapshot"' in data
    return found


def kernel_memory():
    """Bytes that all TCP sockets of this machine hold together."""
    text = pathlib.Path("/proc/net/sockstat").read_text()
    line = next(line for line in text.splitlines() if line.startswith("TCP:"))
    return int(line.split()[-1]) * 4096


def test_a_stalled_dashboard_costs_a_mebibyte_at_most_and_is_closed(io):
    """The kernel's memory is the whole machine's; nothing else may do much meanwhile."""
    server = Server("--io", io, "--demo", "--interval", "100ms")
    streams = ("remotes", "nodes", "guests", "storage")
    subscribe = b"".join(
        frame(TEXT, b'{"type":"subscribe","stream":"%s"}' % name.encode()) for name in streams
    )
    try:
        with Stream(server) as healthy:
            table = Table.of(healthy, "guests")
            table.follow(healthy, count=5)
            before = resident_anonymous(server) + kernel_memory()
            stalled = [RawWebSocket(server) for _ in range(STALLED)]
            asked = time.monotonic()
            for raw in stalled:
                raw.send(subscribe)
            # The deltas of a demo take minutes to fill the kernel's buffer, and until then nothing
            # waits in the server: snapshots are faster.
            for _ in range(REFILLS):
                for raw in stalled:
                    raw.send(AGAIN)
                table.follow(healthy)
            full = time.monotonic()
            end = select.poll()
            for raw in stalled:
                end.register(raw.connection, select.POLLRDHUP)
            most, share = 0, ProcessorShare(server)
            while len(end.poll(0)) < STALLED:
                table.follow(healthy)
                most = max(most, resident_anonymous(server) + kernel_memory() - before)
                assert time.monotonic() - full < 90, "still open"
            print(f"\n{most / STALLED / 1024:.0f} KiB for each stalled dashboard, kernel included")
            assert most / STALLED <= MEBIBYTE
            assert time.monotonic() - asked > 55, "closed too early"
            print(f"{share.end():.2f} of a processor meanwhile")
            page = metrics(server)
            assert page['pulse_server_websockets_ended_total{reason="stalled"}'] == STALLED
            for raw in stalled:
                raw.connection.close()
            table.follow(healthy, count=5)
    finally:
        assert server.stop() == 0


def test_a_tenth_that_is_stalled_holds_up_nobody(start, io):
    """The p99 of who reads, beside that with nobody stalled: the median of interleaved pairs."""
    server = start("--threads", "1", "--demo", "--interval", "1s")
    ratios = []
    for pair in range(PAIRS):
        p99 = {}
        for stalled in (0, 100) if pair % 2 else (100, 0):
            options = ("--clients", "1000", "--stalled", str(stalled), "--no-replay")
            report = load(server, *options, "--ramp", "1s", "--duration", "6s", io=io)
            assert report["missed"] == 0
            p99[stalled] = report["latency"]["p99"]
        ratios.append(p99[100] / p99[0])
    print("\n" + ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios)) + " of nobody stalled")
    assert statistics.median(ratios) <= 1.2
