"""What has happened, what is wrong, and the line that says it, of simulated clusters."""

import contextlib
import time

import pytest

from remotes import asked_once, rows, until
from stream import Stream, Table
from test_metrics import metrics


@pytest.fixture
def watched_cluster(tmp_path, start, io):
    """One cluster, and a server that has asked it once."""
    with asked_once(tmp_path, start, io, clusters=1, nodes=3, guests=60) as both:
        yield both


def events(server, resource):
    """What has happened to a resource, oldest first."""
    told = [row for row in rows(server, "events").values() if row["resource"] == resource]
    return sorted(told, key=lambda row: int(row["id"].removeprefix("event:")))


def summary(server):
    return rows(server, "summary")["summary"]


def test_a_lost_node_and_a_lost_remote_are_told_and_so_is_their_return(watched_cluster):
    simulation, server = watched_cluster
    assert events(server, "node:lab/pve2") == [], "what is listed first has not appeared"
    counts = summary(server)
    assert (counts["remotes"], counts["remotesOnline"]) == (1, 1)
    assert (counts["nodes"], counts["nodesOnline"]) == (3, 3)
    assert counts["guests"] + counts["templates"] == 60
    with Stream(server) as stream:
        table = Table.of(stream, "events")
        simulation.tell("/clusters/lab/nodes/pve2/kill")
        while not any(row["kind"] == "lost" for row in table.rows.values()):
            table.follow(stream)
        lost = next(row for row in table.rows.values() if row["kind"] == "lost")
        assert (lost["resource"], lost["type"], lost["name"]) == ("node:lab/pve2", "node", "pve2")
        assert abs(lost["at"] - time.time() * 1000) < 20_000
    node = until(
        lambda: rows(server, "problems").get("problem:node:node:lab/pve2"), what="the problem"
    )
    assert (node["severity"], node["words"]) == ("crit", "is offline")
    assert summary(server)["severity"] == "crit"
    assert summary(server)["nodesOnline"] == 2
    assert "node pve2 is offline" in summary(server)["line"]
    simulation.tell("/clusters/lab/nodes/pve2/start")
    until(
        lambda: [row["kind"] for row in events(server, "node:lab/pve2")][:2] == ["lost", "back"],
        what="the node is back",
    )
    assert "problem:node:node:lab/pve2" not in rows(server, "problems")

    simulation.tell("/clusters/lab/kill")
    until(lambda: events(server, "remote:lab"), what="the remote is lost")
    problem = rows(server, "problems")["problem:remote:remote:lab"]
    assert "refuses connections" in problem["words"]
    # The machine that runs the tests may well be busy, and that be told, too.
    wrong = {row["resource"] for row in rows(server, "problems").values()}
    assert {resource for resource in wrong if not resource.startswith("host:")} == {"remote:lab"}
    assert summary(server)["worst"][0][1] == "remote:lab"
    simulation.tell("/clusters/lab/start")
    until(
        lambda: [row["kind"] for row in events(server, "remote:lab")] == ["lost", "back"],
        what="the remote is back",
    )


def test_a_removed_guest_has_vanished(watched_cluster):
    simulation, server = watched_cluster
    guest = next(iter(rows(server, "guests").values()))
    simulation.tell(f"/clusters/lab/guests/{guest['vmid']}/remove")
    gone = until(lambda: events(server, guest["id"]), what="the event")
    assert [row["kind"] for row in gone][-1] == "vanished"
    assert gone[-1]["name"] == guest["name"]


def test_what_figures_were_can_be_asked_for_on_both_ways(watched_cluster):
    _, server = watched_cluster
    node = "node:lab/pve1"
    until(
        lambda: len(history(server, f"resource={node}&metric=cpu&range=2m")[0]["cpu"]) >= 3,
        what="three samples",
    )
    with Stream(server) as stream:
        stream.send(type="history", id=9, resources=[node, "nobody"], metrics=["cpu"], range="2m")
        answer = stream.receive_until("history")
        assert (answer["id"], answer["step"], answer["range"]) == (9, 2000, "2m")
        [samples] = answer["resources"]
        assert samples["id"] == node and len(samples["cpu"]) >= 3
        now = rows(server, "nodes")[node]["cpu"]
        assert any(abs(value - now) <= 30 for value in samples["cpu"] if value is not None)
        assert abs(samples["end"] - answer["ts"]) <= 4000
        stream.send(type="history", id=10, resources=["x"] * 201)
        refusal = stream.receive_until("error")
        assert (refusal["code"], refusal["id"]) == ("too_much", 10)
    everything = history(server, f"resource={node}")[0]
    assert {"cpu", "mem", "swap", "disk", "load1", "iowait"} <= set(everything)
    refused = server.request("/api/history?range=24h")
    assert (refused.status, refused.json["code"]) == (400, "no_resource")


def history(server, query):
    return server.request(f"/api/history?{query}").json["resources"]


def test_the_metrics_count_what_was_encoded_and_what_was_sent(watched_cluster):
    _, server = watched_cluster
    with contextlib.ExitStack() as opened:
        streams = [opened.enter_context(Stream(server)) for _ in range(3)]
        tables = [Table.of(stream, "guests") for stream in streams]
        for stream, table in zip(streams, tables, strict=True):
            table.follow(stream, count=3)
        page = metrics(server)
    encoded = page['pulse_stream_encoded_total{stream="guests",message="delta"}']
    assert 3 <= encoded <= page['pulse_stream_sent_total{stream="guests",message="delta"}']
    assert page['pulse_stream_subscribers{stream="guests"}'] == 3
