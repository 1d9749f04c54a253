"""The stream of docs/protocol.md, as a client of another make sees it."""

import time

import pytest
from websockets.exceptions import ConnectionClosed

from stream import Stream, Table


def test_hello_comes_first_and_says_what_there_is(server):
    with Stream(server) as stream:
        assert stream.hello["protocol"] == 1
        assert stream.hello["interval"] == 200
        assert stream.hello["streams"] == [
            "hosts", "remotes", "nodes", "guests", "storage", "events", "problems", "summary",
        ]
        assert isinstance(stream.hello["version"], str) and stream.hello["version"]
        assert isinstance(stream.hello["epoch"], str) and stream.hello["epoch"]
        assert isinstance(stream.hello["units"], dict)


def test_a_snapshot_holds_this_machine(server):
    with Stream(server) as stream:
        stream.subscribe("hosts")
        snapshot = stream.receive_until("snapshot")
        assert snapshot["stream"] == "hosts"
        assert snapshot["epoch"] == stream.hello["epoch"]
        assert (snapshot["part"], snapshot["parts"]) == (1, 1)
        assert {"h", "id", "name"} <= set(snapshot["fields"])
        assert len(snapshot["rows"]) == 1
        assert len(snapshot["rows"][0]) == len(snapshot["fields"])


def test_a_stream_of_which_there_is_nothing_is_an_empty_snapshot(server):
    with Stream(server) as stream:
        for name in ("remotes", "nodes", "guests", "storage"):
            assert Table.of(stream, name).rows == {}


def test_deltas_follow_one_another_without_a_gap(server):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        deltas = table.follow(stream, count=10)
        assert all(delta["stream"] == "hosts" for delta in deltas)
        assert all(delta["generation"] == delta["since"] + 1 for delta in deltas)


def test_ts_is_the_intended_tick_on_the_wall_clock(server):
    with Stream(server) as stream:
        stamps = [delta["ts"] for delta in Table.of(stream, "hosts").follow(stream, count=5)]
        assert all(b > a and (b - a) % 200 == 0 for a, b in zip(stamps, stamps[1:]))
        # Late as a busy machine may be, but of this time.
        assert -50 < time.time() * 1000 - stamps[-1] < 20_000


def test_who_replays_the_deltas_has_what_the_server_has(server):
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        table.follow(stream, count=3)
        state = server.request("/api/state/hosts").json
        while table.generation < state["generation"]:
            table.follow(stream)
        if table.generation > state["generation"]:
            pytest.fail("the deltas ran ahead of the state that was asked for after them")
        told = [dict(zip(state["fields"], row, strict=True)) for row in state["rows"]]
        assert list(table.rows.values()) == told


def test_all_clients_get_the_same_bytes(server):
    with Stream(server) as one, Stream(server) as two:
        for stream in (one, two):
            stream.subscribe("hosts")
        texts = [{stream.socket.recv(5) for _ in range(10)} for stream in (one, two)]
        deltas = [text for text in texts[0] & texts[1] if '"delta"' in text]
        assert len(deltas) >= 6


def test_who_subscribes_to_nothing_gets_heartbeats(server):
    with Stream(server) as stream:
        beats = [stream.receive() for _ in range(3)]
        assert {beat["type"] for beat in beats} == {"heartbeat"}
        assert set(beats[0]["generation"]) == set(stream.hello["streams"])
        # The third tick without data each time.
        times = [beat["ts"] for beat in beats]
        for earlier, later in zip(times, times[1:]):
            assert later - earlier >= 600 and (later - earlier) % 200 == 0


def test_a_ping_is_answered_with_its_id(server):
    with Stream(server) as stream:
        for number in (1, 2, 3):
            stream.send(type="ping", id=number)
        assert [stream.receive_until("pong")["id"] for _ in range(3)] == [1, 2, 3]


def test_nothing_comes_after_unsubscribe(server):
    with Stream(server) as stream:
        Table.of(stream, "hosts").follow(stream, count=2)
        stream.send(type="unsubscribe", stream="hosts")
        assert stream.still_open()
        assert {stream.receive()["type"] for _ in range(2)} == {"heartbeat"}


def test_who_subscribes_again_gets_a_snapshot(server):
    with Stream(server) as stream:
        first = Table.of(stream, "hosts")
        stream.send(type="unsubscribe", stream="hosts")
        assert stream.still_open()
        assert Table.of(stream, "hosts").generation >= first.generation


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"subscribe","stream":"nonsense"}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","stream":7}',
        '{"type":"dance"}',
        '{"stream":"hosts"}',
        "{}",
        "[]",
        '"subscribe"',
        "not JSON",
        "",
        '{"type":"subscribe","stream":"hosts"',
        '{"type":"subscribe","stream":"hosts"} {}',
        '{"type":"unsubscribe","stream":"nonsense"}',
    ],
)
def test_a_refused_command_leaves_the_connection_open(server, text):
    with Stream(server) as stream:
        stream.socket.send(text)
        error = stream.receive_until("error")
        assert error["code"] and error["message"]
        assert stream.still_open()


def test_unknown_members_of_a_command_are_ignored(server):
    with Stream(server) as stream:
        stream.send(colour={"deep": [1, None]}, type="subscribe", stream="hosts", later=True)
        assert stream.receive_until("snapshot", "error")["type"] == "snapshot"


def test_a_command_may_come_in_fragments(server):
    with Stream(server) as stream:
        stream.socket.send(iter(['{"type":"subs', 'cribe","stre', 'am":"hosts"}']))
        assert stream.receive_until("snapshot", "error")["type"] == "snapshot"


def test_protocol_pings_are_answered(server):
    with Stream(server) as stream:
        assert stream.socket.ping(b"pulse").wait(5)


def test_a_close_is_answered_with_its_code(server):
    stream = Stream(server)
    stream.socket.close(1000, "done")
    with pytest.raises(ConnectionClosed) as closed:
        stream.socket.recv(1)
    assert closed.value.rcvd.code == 1000


def test_resuming_after_too_long_gives_a_snapshot(start):
    server = start("--interval", "100ms")
    with Stream(server) as stream:
        table = Table.of(stream, "hosts")
        oldest = table.generation
        table.follow(stream, count=70)
        with Stream(server) as late:
            late.subscribe("hosts", epoch=table.epoch, generation=oldest)
            assert late.receive_until("snapshot", "delta")["type"] == "snapshot"


class TestResume:
    @pytest.fixture(autouse=True)
    def watcher(self, server):
        """Deltas are encoded, and kept, only while somebody subscribes."""
        with Stream(server) as stream:
            stream.table = Table.of(stream, "hosts")
            yield stream

    def test_gives_the_deltas_that_were_missed(self, server, watcher):
        with Stream(server) as before:
            table = Table.of(before, "hosts")
        watcher.table.follow(watcher, count=5)
        with Stream(server) as after:
            after.subscribe("hosts", epoch=table.epoch, generation=table.generation)
            assert len(table.follow(after, count=8)) == 8

    def test_of_the_newest_generation_goes_on_with_the_next(self, server):
        with Stream(server) as stream:
            table = Table.of(stream, "hosts")
            stream.send(type="unsubscribe", stream="hosts")
            assert stream.still_open()
            stream.subscribe("hosts", epoch=table.epoch, generation=table.generation)
            table.follow(stream, count=2)

    @pytest.mark.parametrize(
        "resume",
        [
            {"epoch": "another"},
            {"epoch": "another", "generation": 1},
            {"generation": 1},
            {"generation": 2**53},
        ],
    )
    def test_from_nowhere_gives_a_snapshot(self, server, resume):
        with Stream(server) as stream:
            if resume.get("generation") == 2**53:
                resume = {**resume, "epoch": stream.hello["epoch"]}
            stream.subscribe("hosts", **resume)
            assert stream.receive_until("snapshot", "delta", "error")["type"] == "snapshot"
