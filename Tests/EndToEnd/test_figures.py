"""The figures of this machine, against what /proc says at the same time."""

import multiprocessing
import os
import pathlib
import time

import pytest

from stream import Stream, Table
from test_metrics import metrics


def processor_times():
    """(busy, all) in ticks of the kernel since boot."""
    line = pathlib.Path("/proc/stat").read_text().splitlines()[0]
    times = [int(word) for word in line.split()[1:9]]
    return sum(times) - times[3] - times[4], sum(times)


def burn(stop):
    while not stop.is_set():
        pass


@pytest.fixture
def burning():
    """One busy process, so that the processor's figure has a cause to move."""
    stop = multiprocessing.Event()
    process = multiprocessing.Process(target=burn, args=(stop,), daemon=True)
    process.start()
    yield
    stop.set()
    process.join()


def test_memory_is_what_proc_says(server):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        follow_to_memory_used(table, stream)
        assert table.only["memTotal"] == pytest.approx(memory("MemTotal"), rel=0.01)


def memory(name):
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}[name] * 1024


def memory_used():
    """What /proc calls neither free nor to be had."""
    return memory("MemTotal") - memory("MemAvailable")


def follow_to_memory_used(table, stream):
    """Other tests take and give memory, too: some tick agrees with /proc at its time."""
    table.catch_up(stream)
    for _ in range(30):
        table.follow(stream)
        if abs(table.only["mem"] - memory_used()) < 128 << 20:
            return
    pytest.fail(f"{table.only['mem']} is far from {memory_used()} all the time")


def test_memory_follows_what_a_process_takes(server):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        follow_to_memory_used(table, stream)
        hoard = bytearray(os.urandom(1)) * (512 << 20)
        follow_to_memory_used(table, stream)
        del hoard


def test_the_processor_is_what_proc_says(server, burning):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        table.follow(stream, count=2)
        # What comes late here is of another time than what is read here: some window agrees.
        looks = []
        for _ in range(10):
            told, expected = processor_share(table, stream)
            looks.append((told, expected))
            if told == pytest.approx(expected, abs=12):
                return
        pytest.fail(f"never near what /proc says: {looks}")


def processor_share(table, stream):
    """The mean of some ticks, and what /proc says of their time."""
    busy, ticks = processor_times()
    shares = []
    for _ in range(15):
        table.follow(stream)
        shares.append(table.only["cpu"])
    now_busy, now_ticks = processor_times()
    assert all(0 <= share <= 100 for share in shares)
    assert len(set(shares)) > 1 or shares[0] == 100, "the figure does not move"
    return sum(shares) / len(shares), 100 * (now_busy - busy) / (now_ticks - ticks)


def test_name_and_boot_are_those_of_this_machine(server):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        table.follow(stream)
        uptime = float(pathlib.Path("/proc/uptime").read_text().split()[0])
        booted = (time.time() - uptime) * 1000
        assert table.only["name"] == os.uname().nodename
        assert table.only["boot"] == pytest.approx(booted, abs=5000)
        assert table.only["status"] == "online"
        assert table.only["seen"] == pytest.approx(time.time() * 1000, abs=20_000)


def test_a_new_figure_comes_every_2_seconds(start):
    """The interval that users have, in real time."""
    server = start()
    with Stream(server) as stream:
        assert stream.hello["interval"] == 2000
        table = Table.of(stream, "hosts")
        # The first figure comes as soon as there is one, the second at the next tick.
        table.follow(stream, count=2)
        ticks, lates, figures = [], [], []
        for _ in range(5):
            [delta] = table.follow(stream)
            ticks.append(delta["ts"])
            lates.append(time.time() * 1000 - delta["ts"])
            figures.append((table.only["cpu"], table.only["mem"]))
        assert all(tick % 2000 == 0 for tick in ticks)
        # A busy machine may be late, and leave out the tick behind that: then it says so.
        assert 2000 in [later - tick for tick, later in zip(ticks, ticks[1:])]
        left_out = (ticks[-1] - ticks[0]) / 2000 - (len(ticks) - 1)
        assert left_out <= metrics(server)["pulse_server_ticks_missed_total"]
        assert -50 < min(lates) < 2000
        assert len(set(figures)) > 1
