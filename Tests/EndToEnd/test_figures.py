"""The figures of this machine, against what /proc says at the same time."""

import multiprocessing
import os
import pathlib
import re
import time

import pytest

from stream import Stream, Table


def memory_used_bytes():
    text = pathlib.Path("/proc/meminfo").read_text()
    total, available = (
        int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M).group(1)) * 1024
        for name in ("MemTotal", "MemAvailable")
    )
    return total - available, total


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
        table.follow(stream)
        used, total = memory_used_bytes()
        assert table.only["memTotal"] == pytest.approx(total, rel=0.01)
        assert table.only["mem"] == pytest.approx(used, rel=0.1, abs=256 << 20)


def memory_used():
    """What /proc calls neither free nor to be had."""
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    kibibytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return (kibibytes["MemTotal"] - kibibytes["MemAvailable"]) * 1024


def follow_to_memory_used(table, stream):
    """Other tests take and give memory, too: some tick agrees with /proc at its time."""
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
        busy, ticks = processor_times()
        shares = []
        for _ in range(15):
            table.follow(stream)
            shares.append(table.only["cpu"])
        now_busy, now_ticks = processor_times()
        expected = 100 * (now_busy - busy) / (now_ticks - ticks)
        assert all(0 <= share <= 100 for share in shares)
        assert sum(shares) / len(shares) == pytest.approx(expected, abs=12)
        assert len(set(shares)) > 1 or shares[0] == 100, "the figure does not move"


def test_name_and_boot_are_those_of_this_machine(server):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        table.follow(stream)
        uptime = float(pathlib.Path("/proc/uptime").read_text().split()[0])
        booted = (time.time() - uptime) * 1000
        assert table.only["name"] == os.uname().nodename
        assert table.only["boot"] == pytest.approx(booted, abs=5000)
        assert table.only["status"] == "online"
        assert table.only["seen"] == pytest.approx(time.time() * 1000, abs=2000)


def test_a_new_figure_comes_every_2_seconds(start):
    """The interval that users have, in real time."""
    server = start()
    with Stream(server) as stream:
        assert stream.hello["interval"] == 2000
        table = Table.of(stream, "hosts")
        # The first figure comes as soon as there is one, the second at the next tick.
        table.follow(stream, count=2)
        started = time.monotonic()
        deltas, figures = [], []
        for _ in range(4):
            deltas += table.follow(stream)
            figures.append((table.only["cpu"], table.only["mem"]))
        assert time.monotonic() - started == pytest.approx(8, abs=0.5)
        assert all(delta["ts"] % 2000 == 0 for delta in deltas)
        assert len(set(figures)) > 1
