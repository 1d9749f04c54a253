"""Simulated clusters behind a real server: what is live, what fails, and what is said about it."""

import re
import socket
import threading
import time

import pytest

from conftest import QUICK
from remotes import rows, until, until_listed, write_config
from simulator import Simulator
from stream import Stream, Table

CLUSTERS = ("--clusters", "3", "--nodes", "4", "--guests", "300")
FIGURES = ("cpu", "mem", "netIn", "netOut", "diskRead", "diskWrite")


@pytest.fixture
def simulate(tmp_path, io):
    """Starts simulations of a test's own."""
    started = []

    def start_one(*options):
        path = tmp_path / f"config-{len(started)}.json"
        started.append(Simulator(path, *options, io=io))
        return started[-1]

    yield start_one
    for one in started:
        one.stop()


@pytest.fixture
def watched(simulate, start):
    """Three clusters and a server that has asked each of them once."""
    simulation = simulate(*CLUSTERS)
    server = start("--config", simulation.config, *QUICK)
    until_listed(server, 300)
    return simulation, server


def remote(server, name):
    return rows(server, "remotes")[f"remote:{name}"]


def test_guests_change_without_a_gap_for_half_a_minute(simulate, start):
    """At the rate that people use: 2 s."""
    simulation = simulate(*CLUSTERS)
    server = start("--config", simulation.config)
    server.wait_until_ready()
    with Stream(server) as stream:
        table = Table.of(stream, "guests")
        until_time = time.monotonic() + 30
        changed = set()
        generations = [table.generation]
        while time.monotonic() < until_time:
            before = {handle: dict(row) for handle, row in table.rows.items()}
            message = stream.receive_until("delta", "heartbeat")
            if message["type"] == "heartbeat":
                assert message["generation"]["guests"] == table.generation
                continue
            table.apply(message)  # Which insists on `since`.
            generations.append(table.generation)
            for handle, row in table.rows.items():
                if handle in before and any(row[f] != before[handle][f] for f in FIGURES):
                    changed.add(handle)
        assert generations == list(range(generations[0], generations[0] + len(generations)))
        running = [row for row in table.rows.values() if row["status"] == "running"]
        assert len(table.rows) == 300
        assert len(running) > 100
        # Each node takes new samples every 10 s, so every running guest has had two at least.
        assert len(changed) > 0.9 * len(running)
        assert all(not row["stale"] for row in running if row["node"])
        state = rows(server, "guests")
        assert {row["id"]: row for row in table.rows.values()}.keys() == state.keys()


def test_a_killed_cluster_keeps_its_rows_and_the_others_go_on(watched):
    simulation, server = watched
    until(
        lambda: {row["remote"] for row in rows(server, "storage").values()} == {*simulation.remotes}
        and remote(server, "lab")["version"],
        what="details of all",
    )
    before = {name: rows(server, name) for name in ("nodes", "guests", "storage")}
    simulation.tell("/clusters/lab/kill")
    failing = until(
        lambda: (row := remote(server, "lab"))["status"] == "failing" and row, what="failing"
    )
    assert "refuses connections" in failing["error"]
    assert abs(failing["failingSince"] - time.time() * 1000) < 20_000
    seen = failing["seen"]
    for name in ("nodes", "guests", "storage"):
        after = rows(server, name)
        assert after.keys() == before[name].keys()
        for key, row in after.items():
            if row["remote"] == "lab":
                assert row["stale"], row
                for figure in ("cpu", "mem", "disk", "memTotal", "name"):
                    if figure in row and before[name][key][figure] is not None:
                        assert row[figure] is not None, (key, figure)
    running = [
        row for row in rows(server, "guests").values()
        if row["remote"] == "lab" and before["guests"][row["id"]]["cpu"]
    ]
    assert running and all(row["cpu"] and row["mem"] for row in running)
    # The others are polled on, and are live.
    others = {name: remote(server, name)["seen"] for name in ("prod", "edge")}
    until(
        lambda: all(remote(server, name)["seen"] > others[name] for name in others),
        what="the others go on",
    )
    assert remote(server, "lab")["seen"] == seen
    assert not any(
        row["stale"] for row in rows(server, "nodes").values() if row["remote"] != "lab"
    )
    simulation.tell("/clusters/lab/start")
    until(lambda: remote(server, "lab")["status"] == "online", what="back")
    until(lambda: not any(row["stale"] for row in rows(server, "nodes").values()), what="live rows")
    assert remote(server, "lab")["error"] is None
    assert server.wait_for_line("lab cannot be polled: .*refuses connections")
    assert server.wait_for_line("lab answers again after")
    assert sum("lab cannot be polled" in line for line in server.lines) == 1


def test_a_dead_node_takes_its_guests_with_it_and_nothing_vanishes(watched):
    simulation, server = watched
    node = "node:lab/pve2"
    before = rows(server, "guests")
    assert rows(server, "nodes")[node]["status"] == "online"
    simulation.tell("/clusters/lab/nodes/pve2/kill")
    until(lambda: rows(server, "nodes")[node]["status"] != "online", what="the node is offline")
    dead = rows(server, "nodes")[node]
    assert dead["stale"] and dead["memTotal"] and dead["cpu"] is not None
    after = rows(server, "guests")
    assert after.keys() == before.keys()
    mine = [row for row in after.values() if row["remote"] == "lab" and row["node"] == "pve2"]
    assert mine
    for row in mine:
        assert row["status"] == "unknown" and row["stale"], row
        assert row["mem"] == before[row["id"]]["mem"] or row["mem"]
    assert remote(server, "lab")["status"] == "online"
    simulation.tell("/clusters/lab/nodes/pve2/start")
    until(lambda: rows(server, "nodes")[node]["status"] == "online", what="the node is back")
    until(
        lambda: any(
            row["status"] == "running"
            for row in rows(server, "guests").values()
            if row["remote"] == "lab" and row["node"] == "pve2"
        ),
        what="its guests run",
    )


def test_a_removed_guest_goes_at_once(watched):
    simulation, server = watched
    guest = next(row for row in rows(server, "guests").values() if row["remote"] == "prod")
    simulation.tell(f"/clusters/prod/guests/{guest['vmid']}/remove")
    until(lambda: guest["id"] not in rows(server, "guests"), what="it goes")
    assert len(rows(server, "guests")) == 299


@pytest.mark.parametrize(
    "fault, words",
    [
        ("garbage", "not Proxmox VE"),
        ("truncate", "breaks off"),
        ("error?status=500", r"error \(500\)"),
        ("error?status=595", r"595"),
        ("error?status=403", "pveum acl modify"),
        ("certificate", "another certificate"),
    ],
)
def test_each_fault_has_its_own_words_and_the_rest_goes_on(watched, fault, words):
    simulation, server = watched
    simulation.tell(f"/clusters/prod/{fault}")
    row = until(
        lambda: (row := remote(server, "prod"))["status"] == "failing" and row, what="failing"
    )
    assert re.search(words, row["error"]), row["error"]
    secret = simulation.remotes["prod"]["secret"]
    assert secret not in row["error"] and secret not in server.log
    assert server.wait_for_line("prod cannot be polled")
    assert len(rows(server, "guests")) == 300
    for name in ("lab", "edge"):
        seen = remote(server, name)["seen"]
        until(lambda: remote(server, name)["seen"] > seen, what=f"{name} goes on")
    if fault != "certificate" and "403" not in fault:
        simulation.tell("/clusters/prod/resume")
        until(lambda: remote(server, "prod")["status"] == "online", what="back")


def test_a_cluster_that_answers_in_chunks_is_polled_as_ever(watched):
    simulation, server = watched
    whole = rows(server, "guests")
    assert simulation.tell("/clusters/prod/chunk?bytes=7")["state"] == "chunked"
    # A list may have been on its way.
    for _ in range(2):
        seen = remote(server, "prod")["seen"]
        until(lambda: remote(server, "prod")["seen"] > seen, what="prod goes on")
    assert remote(server, "prod")["status"] == "online"
    assert rows(server, "guests").keys() == whole.keys()


def test_a_hanging_cluster_turns_stale_and_then_has_words(watched):
    simulation, server = watched
    simulation.tell("/clusters/edge/hang")
    row = until(
        lambda: (row := remote(server, "edge"))["status"] == "failing" and row,
        what="failing",
    )
    assert "no answer" in row["error"] or "no connection" in row["error"]
    assert all(row["stale"] for row in rows(server, "guests").values() if row["remote"] == "edge")
    assert not any(row["stale"] for row in rows(server, "nodes").values() if row["remote"] == "lab")


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_wrong_settings_have_words_of_their_own(simulate, start, tmp_path):
    simulation = simulate("--clusters", "1", "--nodes", "1", "--guests", "3")
    good = next(iter(simulation.remotes.values()))
    web = socket.create_server(("127.0.0.1", 0))

    def answer_html():
        while True:
            try:
                connection, _ = web.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    thread = threading.Thread(target=answer_html, daemon=True)
    thread.start()
    remotes = [
        good,
        {**good, "name": "secret", "secret": "00000000-0000-0000-0000-000000000000"},
        {**good, "name": "token", "token": "nobody@pve!no"},
        {**good, "name": "pin", "fingerprint": ":".join(["00"] * 32)},
        {key: value for key, value in good.items() if key != "fingerprint"} | {"name": "system"},
        {**good, "name": "down", "url": f"https://127.0.0.1:{closed_port()}"},
        {**good, "name": "name", "url": "https://no-such-host.invalid:8006"},
        {**good, "name": "plain", "url": f"https://127.0.0.1:{web.getsockname()[1]}"},
    ]
    server = start("--config", write_config(tmp_path / "wrong.json", remotes), *QUICK)
    expected = {
        "secret": "is refused",
        "token": "is refused",
        "pin": "its fingerprint is " + good["fingerprint"],
        "system": "fingerprint",
        "down": "refuses connections",
        "name": "does not resolve",
        "plain": "TLS",
    }
    until(lambda: len(rows(server, "remotes")) == len(remotes), what="they are shown")
    until(
        lambda: all(remote(server, name)["status"] == "failing" for name in expected),
        what="all are tried",
    )
    for name, words in expected.items():
        assert words in remote(server, name)["error"], remote(server, name)["error"]
    until(lambda: remote(server, good["name"])["status"] == "online", what="the right one")
    until(lambda: len(rows(server, "guests")) == 3, what="its guests")
    for secret in (good["secret"], "00000000-0000"):
        assert secret not in server.log
        assert secret not in server.request("/api/state").body.decode()
    web.close()


def test_the_demo_shows_invented_clusters_to_everybody(start):
    server = start("--demo", *QUICK)
    server.wait_until_ready()
    assert server.wait_for_line("this is a demo")
    until(lambda: len(rows(server, "guests")) == 300, what="300 guests")
    assert len(rows(server, "nodes")) == 12
    assert rows(server, "hosts") == {}, "nothing of this machine"
    with Stream(server) as stream:
        assert stream.hello["demo"] is True
    outside = server.request("/api/state/guests", headers={"Host": "demo.example"})
    assert outside.status == 200
