"""What the server does while nobody is connected to it."""

import json
import pathlib
import time
import urllib.request

import pytest

# The first reactor, and the thread that reads this machine.
THREADS = 2


def generation(server):
    with urllib.request.urlopen(f"http://{server.host}/api/state/hosts", timeout=5) as answer:
        return json.load(answer)["generation"]


def test_ticks_go_on_without_any_client(start):
    server = start("--interval", "1s")
    # Before the first report there is nothing that a tick could make a generation of.
    server.wait_until_ready()
    first = generation(server)
    # Longer than any timer, without traffic that could wake a loop which has missed one.
    time.sleep(4.5)
    assert generation(server) >= first + 3


@pytest.mark.parametrize("reactors", [1, 3])
def test_no_thread_of_a_pool_is_started(start, reactors):
    server = start("--interval", "200ms", "--threads", str(reactors))
    generation(server)
    time.sleep(1)
    tasks = list(pathlib.Path(f"/proc/{server.process.pid}/task").iterdir())
    assert len(tasks) == THREADS + reactors - 1
