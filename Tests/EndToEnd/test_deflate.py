"""Compressed messages (RFC 7692), as clients of other makes take them."""

import json
import zlib

import pytest

from raw import TEXT, frame, read_response, upgrade, upgrade_request
from stream import Stream, Table
from test_load import load

ANSWER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


@pytest.fixture
def demo(start):
    server = start("--demo", "--interval", "200ms")
    server.wait_until_ready()
    return server


def until_there_are_guests(demo):
    with Stream(demo) as stream:
        table = Table.of(stream, "guests")
        while len(table.rows) < 300:
            table.follow(stream)


def deflate(text):
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def test_the_answer_says_that_no_context_is_kept(server):
    def answer(offer):
        return upgrade(server, **{"Sec-WebSocket-Extensions": offer}).headers.get(
            "sec-websocket-extensions"
        )

    assert answer("permessage-deflate; client_max_window_bits") == ANSWER
    assert answer("permessage-deflate; server_max_window_bits=15") == (
        f"{ANSWER}; server_max_window_bits=15"
    )
    assert answer("permessage-deflate; server_max_window_bits=10") is None
    assert answer("permessage-bzip2") is None
    assert answer(None) is None


def test_a_library_reads_the_same_compressed_and_plain(demo):
    with Stream(demo, compression="deflate") as deflated, Stream(demo, compression=None) as plain:
        assert [extension.name for extension in deflated.socket.protocol.extensions] == [
            "permessage-deflate"
        ]
        assert plain.socket.protocol.extensions == []
        tables = [Table.of(stream, "guests") for stream in (deflated, plain)]
        for table, stream in zip(tables, (deflated, plain)):
            table.follow(stream, 5)
        behind, ahead = sorted((0, 1), key=lambda index: tables[index].generation)
        while tables[behind].generation < tables[ahead].generation:
            tables[behind].follow((deflated, plain)[behind])
        assert tables[0].rows == tables[1].rows and len(tables[0].rows) == 300


def test_every_long_message_comes_compressed_and_stands_alone(demo):
    until_there_are_guests(demo)
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate"}
    with demo.dial() as connection, connection.makefile("rb") as reader:
        connection.sendall(upgrade_request(demo, **offer))
        assert read_response(reader).status == 101
        command = deflate(b'{"type":"subscribe","stream":"guests"}')
        connection.sendall(frame(TEXT, command, reserved=4))
        seen = []
        while len(seen) < 5:
            first, length = reader.read(2)
            if length == 126:
                length = int.from_bytes(reader.read(2), "big")
            elif length == 127:
                length = int.from_bytes(reader.read(8), "big")
            payload = reader.read(length)
            if not first & 0x40:
                assert len(payload) <= 1024 or json.loads(payload)["type"] == "hello"
                continue
            # A fresh inflater for each: nothing of the last message is needed.
            text = zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
            assert len(payload) < len(text) and len(text) > 1024
            seen.append(json.loads(text)["type"])
        assert seen[0] == "snapshot" and "delta" in seen


def test_a_load_of_compressing_dashboards_loses_nothing(demo, io):
    plain = load(demo, "--clients", "20", "--duration", "3s", "--ramp", "500ms", io=io)
    report = load(
        demo,
        *("--clients", "20", "--reconnect", "5", "--duration", "3s", "--ramp", "500ms"),
        *("--deflate", "--require", "missed=0", "--require", "errors=0"),
        io=io,
    )
    assert report["holds"] and report["opened"] >= 20
    assert all(outcome["equal"] == 1 for outcome in report["replays"]) and report["replays"]
    assert report["bytes"] / report["messages"] < 0.6 * plain["bytes"] / plain["messages"]
