"""What viewers ask of remotes: to look at one resource, to see one cluster, to poll now."""

import pytest

from remotes import asked_once, rows
from stream import Stream, Table


@pytest.fixture
def watched(tmp_path, io, start):
    """Two clusters and a server that has asked each of them once."""
    with asked_once(tmp_path, start, io, clusters=2, nodes=2, guests=40) as (_, server):
        yield server


def running(server, kind):
    return next(
        row
        for row in rows(server, "guests").values()
        if row["type"] == kind and row["status"] == "running" and not row["template"]
    )


def details(stream, identity, condition):
    """Follows the stream of one resource until its row fulfils the condition."""
    table = Table()
    while True:
        message = stream.receive_until("snapshot", "delta", "error")
        assert message["type"] != "error", message
        if message["stream"] != f"resource/{identity}":
            continue
        table.apply(message)
        if table.rows and condition(table.only):
            return table.only


@pytest.mark.parametrize("kind", ["qemu", "lxc"])
def test_a_guest_that_is_looked_at_tells_more_than_its_row(watched, kind):
    guest = running(watched, kind)
    with Stream(watched) as stream:
        stream.send(type="focus", resource=guest["id"])
        row = details(stream, guest["id"], lambda row: row["netIn"] is not None)
        assert row["id"] == guest["id"]
        assert row["type"] == kind
        assert row["status"] == "running"
        assert row["error"] is None
        assert row["cpu"] is not None and row["mem"] > 0 and row["uptime"] > 0
        if kind == "qemu":
            assert row["machine"].startswith("pc-")
            assert [drive[0] for drive in row["drives"]] == ["scsi0"]


def test_a_node_that_is_looked_at_tells_its_load(watched):
    node = next(iter(rows(watched, "nodes").values()))
    with Stream(watched) as stream:
        stream.send(type="focus", resource=node["id"])
        row = details(stream, node["id"], lambda row: row["sampled"] is not None)
        assert row["type"] == "node"
        assert row["load1"] is not None


def test_the_next_resource_takes_the_place_of_the_last(watched):
    first, second = (running(watched, kind)["id"] for kind in ("qemu", "lxc"))
    with Stream(watched) as stream:
        stream.send(type="focus", resource=first)
        details(stream, first, lambda row: row["sampled"] is not None)
        stream.send(type="focus", resource=second)
        details(stream, second, lambda row: row["sampled"] is not None)
        assert stream.still_open()
        # Of the first nothing comes any more.
        for _ in range(3):
            message = stream.receive_until("snapshot", "delta", "heartbeat")
            assert message.get("stream") in (None, f"resource/{second}")


def test_a_cluster_on_its_own_is_the_part_of_the_whole_that_is_its(watched):
    whole = rows(watched, "guests")
    names = {row["remote"] for row in whole.values()}
    assert len(names) == 2
    for name in names:
        part = rows(watched, f"guests@{name}")
        assert part.keys() == {id for id, row in whole.items() if row["remote"] == name}
    with Stream(watched) as stream:
        name = min(names)
        table = Table.of(stream, f"guests@{name}")
        assert {row["remote"] for row in table.rows.values()} == {name}
        table.follow(stream, 2)
    assert watched.request("/api/state/guests@nowhere").status == 404


def test_a_refresh_polls_at_once_and_not_too_often(watched):
    name = next(iter(rows(watched, "remotes").values()))["name"]
    with Stream(watched) as stream:

        def ask(remote):
            # Heartbeats come meanwhile.
            stream.send(type="refresh", remote=remote)
            return stream.receive_until("refresh", "error")

        assert ask(name) == {"type": "refresh", "remote": name}
        refusal = ask(name)
        assert refusal["type"] == "error" and refusal["code"] == "too_soon"
        assert name in refusal["message"] and " s" in refusal["message"]
        assert ask("nobody")["code"] == "unknown_remote"
