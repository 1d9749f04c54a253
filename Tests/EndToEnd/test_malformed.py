"""Broken input ends the connection it came on, and no other."""

import os
import socket

import pytest

from raw import BINARY, CLOSE, PING, TEXT, RawWebSocket, exchange, frame, responses_until_end
from stream import Stream, Table

HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def bystander(server):
    """A healthy client; it must get every generation while others misbehave."""
    with Stream(server) as stream:
        stream.table = Table.of(stream, "hosts")
        yield stream


@pytest.fixture(autouse=True)
def bystander_is_served(bystander):
    yield
    # Who reads one delta for each test falls behind for good where those are slow.
    bystander.table.catch_up(bystander)
    bystander.table.follow(bystander)


def get(*lines, path=b"/healthz"):
    return b"GET " + path + b" HTTP/1.1\r\n" + b"".join(lines) + b"\r\n"


BAD_REQUESTS = {
    "no Host": get(),
    "two Hosts": get(HOST, HOST),
    "a Host with blanks": get(b"Host: local host\r\n"),
    "a Host with a path": get(b"Host: localhost/x\r\n"),
    "a blank before the colon": get(HOST, b"X-A : 1\r\n"),
    "no colon": get(HOST, b"X-A 1\r\n"),
    "an empty name": get(HOST, b": 1\r\n"),
    "a name with NUL": get(HOST, b"X\x00A: 1\r\n"),
    "a value with NUL": get(HOST, b"X-A: a\x00b\r\n"),
    "a value with bare CR": get(HOST, b"X-A: a\rb\r\n"),
    "a folded value": get(HOST, b"X-A: a\r\n b\r\n"),
    "a first line that is folded": b"GET /healthz HTTP/1.1\r\n " + HOST + b"\r\n",
    "bare LF": b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "no path": b"GET HTTP/1.1\r\n" + HOST + b"\r\n",
    "a blank in the path": get(HOST, path=b"/a b"),
    "a control character in the path": get(HOST, path=b"/a\x01b"),
    "no version": b"GET /healthz\r\n" + HOST + b"\r\n",
    "a lower-case version": b"GET /healthz http/1.1\r\n" + HOST + b"\r\n",
    "version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "two lengths": get(HOST, b"Content-Length: 1\r\nContent-Length: 2\r\n") + b"xx",
    "a negative length": get(HOST, b"Content-Length: -1\r\n"),
    "a length with a sign": get(HOST, b"Content-Length: +1\r\n") + b"x",
    "a length in hexadecimal": get(HOST, b"Content-Length: 0x1\r\n") + b"x",
    "a length past 64 bits": get(HOST, b"Content-Length: 18446744073709551617\r\n") + b"x",
    "length and chunks": get(HOST, b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
    "an unknown transfer coding": get(HOST, b"Transfer-Encoding: zip\r\n"),
    "chunked, but not last": get(HOST, b"Transfer-Encoding: chunked, gzip\r\n"),
    "a chunk without a size": get(HOST, b"Transfer-Encoding: chunked\r\n") + b"\r\n\r\n",
    "a chunk size with a sign": get(HOST, b"Transfer-Encoding: chunked\r\n") + b"+1\r\nx\r\n",
    "a chunk longer than it says": get(HOST, b"Transfer-Encoding: chunked\r\n") + b"1\r\nxyz\r\n",
    "a huge chunk": get(HOST, b"Transfer-Encoding: chunked\r\n") + b"ffffffffffffffff1\r\n",
    "a head without end": get(HOST, b"X-A: " + b"a" * 200_000 + b"\r\n"),
    "a path without end": get(HOST, path=b"/" + b"a" * 200_000),
    "headers without end": get(HOST, *[b"X-%d: 1\r\n" % number for number in range(20_000)]),
}


@pytest.mark.parametrize("request_bytes", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_a_bad_request_is_refused_and_closed(server, request_bytes):
    with server.dial() as connection:
        try:
            connection.sendall(request_bytes + get(HOST))
        except (BrokenPipeError, ConnectionResetError):
            pass  # It was refused before all of it had been sent.
        responses = responses_until_end(connection)
    statuses = [response.status for response in responses]
    # A close with unread bytes may take the answer with it; it never comes with a second one.
    assert len(statuses) <= 1
    assert all(status in (400, 413, 414, 431, 501, 505) for status in statuses)
    if len(request_bytes) < 1000:
        assert statuses, "closed without an answer"


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), bytes(4096), b"\xff" * 4096],
    ids=["a TLS hello", "zeros", "ones"],
)
def test_what_is_no_request_at_all_is_closed(server, garbage):
    assert all(response.status == 400 for response in exchange(server, garbage))


def test_clients_that_vanish_are_forgotten(server):
    for data in (b"", b"GET", get(HOST)[:-2], get(HOST)):
        for _ in range(20):
            connection = server.dial()
            connection.sendall(data)
            # With a linger of 0 the close is a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1] + [0] * 7))
            connection.close()
    assert server.request("/healthz").status == 200


def test_random_bytes_do_no_harm(server):
    for length in (1, 10, 100, 1000, 10_000):
        with server.dial() as connection:
            try:
                connection.sendall(os.urandom(length) + b"\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass
            responses_until_end(connection)


OVERLONG = b'{"type":"subscribe","stream":"' + b"x" * (1 << 24) + b'"}'

BAD_FRAMES = {
    "not masked": (frame(TEXT, b"{}", masked=False), 1002),
    "reserved bit 1": (frame(TEXT, b"{}", reserved=4), 1002),
    "reserved bit 2": (frame(TEXT, b"{}", reserved=2), 1002),
    "reserved bit 3": (frame(TEXT, b"{}", reserved=1), 1002),
    "opcode 3": (frame(3), 1002),
    "opcode 11": (frame(11), 1002),
    "a long ping": (frame(PING, b"x" * 126), 1002),
    "a ping in fragments": (frame(PING, b"x", final=False), 1002),
    "a continuation of nothing": (frame(0, b"x"), 1002),
    "a text within a text": (frame(TEXT, b"{", final=False) + frame(TEXT, b"}"), 1002),
    "a close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "a close with 1005": (frame(CLOSE, b"\x03\xed"), 1002),
    "a close with 999": (frame(CLOSE, b"\x03\xe7"), 1002),
    "a close that is not UTF-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "a text that is not UTF-8": (frame(TEXT, b'{"type":"\xff"}'), 1007),
    "half a character at the end": (frame(TEXT, b'"\xe2\x82'), 1007),
    "a length in 63 bits": (frame(TEXT, b"x", length=(1 << 63) - 1), 1009),
    "a length in 64 bits": (frame(TEXT, b"x", length=1 << 63), 1002),
    "a message of 16 MiB": (frame(TEXT, OVERLONG), 1009),
    "a message of 16 MiB in fragments": (
        frame(TEXT, b"[", final=False) + frame(0, b" " * 4000, final=False) * 4000,
        1009,
    ),
}


@pytest.mark.parametrize(("data", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
def test_a_bad_frame_is_closed_with_the_right_code(server, data, code):
    with RawWebSocket(server) as raw:
        try:
            raw.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It was refused before all of it had been sent.
        closed_with = raw.close_code()
    # A close with much unread data may be a reset that overtakes the close frame.
    assert closed_with == code or (closed_with is None and len(data) > 100_000)


def test_binary_messages_are_refused(server):
    with RawWebSocket(server) as raw:
        raw.send(frame(BINARY, b"{}"))
        assert raw.close_code() == 1003


def test_what_follows_a_close_is_ignored(server):
    with RawWebSocket(server) as raw:
        raw.send(frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"{}") * 100)
        assert raw.close_code() == 1000
