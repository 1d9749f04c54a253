"""A large fleet and many dashboards: memory stays flat, and all who come at once have a state.

script/check --long runs it, for it takes minutes. PULSE_CHURN_SECONDS makes it shorter.
"""

import json
import os
import subprocess
import time

import pytest

from drain import Drains
from remotes import rows, until
from server import BINARY, Server
from simulator import Simulator
from stream import Stream

MEBIBYTE = 1 << 20
CLIENTS = 1000
CHURN_SECONDS = int(os.environ.get("PULSE_CHURN_SECONDS", "300"))
# All of them, with what is kept for who comes and goes.
RESIDENT_BYTES_MAX = 128 * MEBIBYTE
GROWTH_BYTES_MAX = 12 * MEBIBYTE
# Whoever comes has a state within two ticks.
STATE_SECONDS_MAX = 4
STATE_MICROSECONDS_MAX = STATE_SECONDS_MAX * 1_000_000
DEFLATE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


@pytest.fixture
def fleet(tmp_path, request):
    """A server, at the rate that people use, that knows so many simulated guests."""
    guests = request.param
    clusters = str(max(2, guests // 1000))
    simulation = Simulator(
        tmp_path / "config.json",
        *("--clusters", clusters, "--nodes", "8", "--guests", str(guests)),
    )
    server = Server("--config", simulation.config)
    try:
        server.wait_until_ready()
        until(lambda: len(rows(server, "guests")) == guests, patience=60, what="all guests")
        yield server
    finally:
        assert server.stop() == 0
        simulation.stop()


def load(server, *options):
    """Starts the dashboards."""
    command = [BINARY, "load", f"ws://127.0.0.1:{server.port}", "--json", "--stream", "guests"]
    return subprocess.Popen(
        command + ["--clients", str(CLIENTS), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def finished(process):
    output, _ = process.communicate()
    report = json.loads(output)
    assert process.returncode == 0, report
    assert report["missed"] == 0 and report["errors"] == []
    assert all(replay["differences"] == [] for replay in report["replays"]), report["replays"]
    return report


def encoded(server, message):
    text = server.request("/metrics").body.decode()
    name = f'pulse_stream_encoded_total{{stream="guests",message="{message}"}}'
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


@pytest.mark.parametrize("fleet", [10_000], indirect=True)
def test_memory_stays_flat_while_dashboards_come_and_go(fleet):
    options = ("--duration", f"{CHURN_SECONDS}s", "--deflate", "--reconnect", "100")
    process = load(fleet, *options)
    sizes = []
    while process.poll() is None:
        time.sleep(1)
        sizes.append(fleet.resident_bytes())
    finished(process)
    half = len(sizes) // 2
    grown = max(sizes[half:]) - max(sizes[:half])
    assert max(sizes) <= RESIDENT_BYTES_MAX, f"{max(sizes) / MEBIBYTE:.1f} MiB"
    assert grown <= GROWTH_BYTES_MAX, f"{grown / MEBIBYTE:.1f} MiB more in the second half"


@pytest.mark.parametrize("fleet", [2_000], indirect=True)
def test_all_who_come_at_once_have_a_state_within_two_ticks(fleet):
    before = encoded(fleet, "snapshot")
    report = finished(load(fleet, "--duration", "10s", "--ramp", "10ms"))
    assert report["firstState"]["count"] == CLIENTS
    assert report["firstState"]["max"] <= STATE_MICROSECONDS_MAX
    # Two parts for each of the generations that passed meanwhile, and not for each client.
    assert encoded(fleet, "snapshot") - before <= 2 * 3


@pytest.mark.parametrize("offers", [DEFLATE, ""], ids=["deflated", "plain"])
@pytest.mark.parametrize("fleet", [10_000], indirect=True)
def test_a_large_state_reaches_all_who_come_at_once_within_two_ticks(fleet, offers):
    with Drains(fleet, CLIENTS, offers) as drains:
        drains.until_frames(1, patience=30)
        with Stream(fleet) as stream:
            stream.subscribe("guests")
            parts = stream.receive_until("snapshot")["parts"]
        before = encoded(fleet, "snapshot")
        drains.send('{"type":"subscribe","stream":"guests"}')
        assert drains.until_frames(1 + parts, patience=30) <= STATE_SECONDS_MAX
        # Of each generation that passed meanwhile once, whatever the number of clients.
        assert encoded(fleet, "snapshot") - before <= parts * 3
