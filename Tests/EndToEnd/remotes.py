"""What the tests of remotes share: rows by their identity, and waiting for a state."""

import contextlib
import json
import os
import time

from conftest import QUICK
from server import PATIENCE
from simulator import Simulator


def rows(server, stream):
    """The rows of a stream as GET /api/state tells them, by id."""
    state = server.request(f"/api/state/{stream}").json
    table = [dict(zip(state["fields"], row, strict=True)) for row in state["rows"]]
    return {row["id"]: row for row in table}


def until(condition, patience=PATIENCE, what="that"):
    """Waits for a condition of a state that is fetched; returns what it returned."""
    deadline = time.monotonic() + patience
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not within {patience} s: {what}"
        time.sleep(0.05)


def until_listed(server, guests):
    """Waits for the first round of every remote: its guests may be there a tick before its end."""
    server.wait_until_ready()
    until(lambda: len(rows(server, "guests")) == guests, what=f"{guests} guests")
    until(
        lambda: {row["status"] for row in rows(server, "remotes").values()} == {"online"},
        what="all remotes",
    )


@contextlib.contextmanager
def asked_once(path, start, io, *, clusters, nodes, guests):
    """Simulated clusters, and a server that has asked each of them once."""
    counts = {"--clusters": clusters, "--nodes": nodes, "--guests": guests}
    options = [word for name, count in counts.items() for word in (name, str(count))]
    simulation = Simulator(path / "config.json", *options, io=io)
    server = start("--config", simulation.config, *QUICK)
    until_listed(server, guests)
    yield simulation, server
    simulation.stop()


def write_config(path, remotes, **rest):
    """Writes a configuration for `pulse serve`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"remotes": remotes, **rest}, file)
    return str(path)
