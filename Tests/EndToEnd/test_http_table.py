"""Raw requests against the server's own HTTP service, each whole and byte by byte.

Tests/PulseWireTests cuts the same kinds of input at every place; here they come over sockets, and
what is looked at is the answers and who closes.
"""

import re
import socket

import pytest

from raw import read_response

HOST = "Host: localhost\r\n"
GET = f"GET / HTTP/1.1\r\n{HOST}"
POST = f"POST /echo HTTP/1.1\r\n{HOST}"
CHUNKED = f"{POST}Transfer-Encoding: chunked\r\n\r\n"
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
WS = f"GET /ws HTTP/1.1\r\n{HOST}"
LONG = "a" * 9000

# (name, what is sent, the statuses of all answers); what is refused here is closed behind that.
REFUSED = [
    ("lower-case method", f"get / HTTP/1.1\r\n{HOST}\r\n", 501),
    ("unknown method", f"BREW / HTTP/1.1\r\n{HOST}\r\n", 501),
    ("CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 501),
    ("TRACE", f"TRACE / HTTP/1.1\r\n{HOST}\r\n", 501),
    ("no version", f"GET /\r\n{HOST}\r\n", 400),
    ("version of letters", f"GET / HTTP/1.x\r\n{HOST}\r\n", 400),
    ("version 2", f"GET / HTTP/2.0\r\n{HOST}\r\n", 505),
    ("version 0.9", f"GET / HTTP/0.9\r\n{HOST}\r\n", 505),
    ("version in lower case", f"GET / http/1.1\r\n{HOST}\r\n", 400),
    ("two spaces", f"GET  / HTTP/1.1\r\n{HOST}\r\n", 400),
    ("tab for a space", f"GET\t/ HTTP/1.1\r\n{HOST}\r\n", 400),
    ("space at the end", f"GET / HTTP/1.1 \r\n{HOST}\r\n", 400),
    ("two empty lines first", f"\r\n\r\n{GET}\r\n", 400),
    ("a target of 9,000 bytes", f"GET /{LONG} HTTP/1.1\r\n{HOST}\r\n", 414),
    ("NUL in the target", f"GET /a\0b HTTP/1.1\r\n{HOST}\r\n", 400),
    ("fragment in the target", f"GET /#a HTTP/1.1\r\n{HOST}\r\n", 400),
    ("bytes above ASCII in the target", f"GET /\u00e9 HTTP/1.1\r\n{HOST}\r\n", 400),
    ("asterisk for GET", f"GET * HTTP/1.1\r\n{HOST}\r\n", 400),
    ("a target of another scheme", f"GET ftp://h/ HTTP/1.1\r\n{HOST}\r\n", 400),
    ("a user in the target", f"GET http://u@h/ HTTP/1.1\r\n{HOST}\r\n", 400),
    ("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", f"{GET}Host: other\r\n\r\n", 400),
    ("Host with a path", "GET / HTTP/1.1\r\nHost: h/p\r\n\r\n", 400),
    ("Host with a wrong port", "GET / HTTP/1.1\r\nHost: h:99999\r\n\r\n", 400),
    ("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    ("space before the colon", f"{GET}X-A : b\r\n\r\n", 400),
    ("folded line", f"{GET}X-A: b\r\n c\r\n\r\n", 400),
    ("first line folded", f"GET / HTTP/1.1\r\n {HOST}\r\n", 400),
    ("control character", f"{GET}X-A: a\x01b\r\n\r\n", 400),
    ("NUL in a value", f"{GET}X-A: a\0b\r\n\r\n", 400),
    ("DEL in a value", f"{GET}X-A: a\x7fb\r\n\r\n", 400),
    ("bare CR in a value", f"{GET}X-A: a\rb\r\n\r\n", 400),
    ("bare LF ends a line", "GET / HTTP/1.1\nHost: localhost\n\n", 400),
    ("no name", f"{GET}: x\r\n\r\n", 400),
    ("no colon", f"{GET}garbage\r\n\r\n", 400),
    ("a name with a bracket", f"{GET}X[a]: b\r\n\r\n", 400),
    ("a head of 17 KiB", f"{GET}X-Big: {LONG * 2}\r\n\r\n", 431),
    ("65 fields", GET + "X: y\r\n" * 64 + "\r\n", 431),
    ("a negative length", f"{POST}Content-Length: -1\r\n\r\n", 400),
    ("a length with a sign", f"{POST}Content-Length: +5\r\n\r\nhello", 400),
    ("a length in hex", f"{POST}Content-Length: 0x5\r\n\r\nhello", 400),
    ("an empty length", f"{POST}Content-Length:\r\n\r\n", 400),
    ("a length beyond 64 bits", f"{POST}Content-Length: 18446744073709551621\r\n\r\n", 413),
    ("10 GiB announced", f"{POST}Content-Length: 10737418240\r\n\r\n", 413),
    ("a body for nobody, too large", f"{GET}Content-Length: 65537\r\n\r\n", 413),
    ("two lengths", f"{POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
    ("a list of lengths", f"{POST}Content-Length: 5, 5\r\n\r\nhello", 400),
    (
        "a length and chunks",
        f"{POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
        400,
    ),
    ("identity", f"{POST}Transfer-Encoding: identity\r\n\r\n", 400),
    ("gzip below chunked", f"{POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ("chunked not last", f"{POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    ("chunked twice", f"{POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    ("vertical tab", f"{POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    (
        "chunks in HTTP/1.0",
        f"POST /echo HTTP/1.0\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    ("a chunk of letters", f"{CHUNKED}xyz\r\nhello\r\n0\r\n\r\n", 400),
    ("a chunk with 0x", f"{CHUNKED}0x5\r\nhello\r\n0\r\n\r\n", 400),
    ("a negative chunk", f"{CHUNKED}-1\r\n\r\n", 400),
    ("an empty size", f"{CHUNKED}\r\nhello\r\n0\r\n\r\n", 400),
    ("a chunk of 68 bits", f"{CHUNKED}FFFFFFFFFFFFFFFFF\r\n", 413),
    ("LF in chunks", f"{CHUNKED}5\nhello\n0\n\n", 400),
    ("a chunk that goes on", f"{CHUNKED}5\r\nhello!\r\n0\r\n\r\n", 400),
    ("space behind the size", f"{CHUNKED}5 \r\nhello\r\n0\r\n\r\n", 400),
    ("long extensions", f"{CHUNKED}5;a={'b' * 2000}\r\nhello\r\n0\r\n\r\n", 400),
    ("long trailers", f"{CHUNKED}0\r\nX: {LONG}\r\n\r\n", 431),
    ("a trailer without a colon", f"{CHUNKED}0\r\nX\r\n\r\n", 400),
    ("another expectation", f"{POST}Expect: tea\r\nContent-Length: 0\r\n\r\n", 417),
    ("TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\u00fc\x03\x03", 400),
]

# (name, what is sent, the statuses, whether the connection stays open, the last body or None)
ANSWERED = [
    ("one request", f"{GET}\r\n", [200], True, "an echo\n"),
    ("an empty line first", f"\r\n{GET}\r\n", [200], True, "an echo\n"),
    ("absolute form", f"GET http://localhost/ HTTP/1.1\r\n{HOST}\r\n", [200], True, None),
    ("absolute form, no path", f"GET HTTPS://h HTTP/1.1\r\n{HOST}\r\n", [200], True, None),
    ("a query", f"GET /?a=b HTTP/1.1\r\n{HOST}\r\n", [200], True, None),
    ("a minor version", f"GET / HTTP/1.7\r\n{HOST}\r\n", [200], True, None),
    ("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", [200], False, None),
    ("HTTP/1.0, kept", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200], True, None),
    ("close", f"{GET}Connection: close\r\n\r\n", [200], False, None),
    ("close in a list", f"{GET}Connection: x, CLOSE\r\n\r\n", [200], False, None),
    ("an empty value", f"{GET}X-Empty:\r\n\r\n", [200], True, None),
    ("blanks around a value", "GET / HTTP/1.1\r\nHost:\t h \t\r\n\r\n", [200], True, None),
    ("bytes above ASCII in a value", f"{GET}X: \u00e9\r\n\r\n", [200], True, None),
    ("IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", [200], True, None),
    ("64 fields", GET + "X: y\r\n" * 63 + "\r\n", [200], True, None),
    ("7,900 bytes of target", f"GET /{'a' * 7900} HTTP/1.1\r\n{HOST}\r\n", [404], True, None),
    ("nothing there", f"GET /x HTTP/1.1\r\n{HOST}\r\n", [404], True, None),
    ("POST where none is", f"POST / HTTP/1.1\r\n{HOST}Content-Length: 1\r\n\r\nx", [405], True, None),
    ("HEAD", f"HEAD / HTTP/1.1\r\n{HOST}\r\n", [200], True, ""),
    ("a body", f"{POST}Content-Length: 5\r\n\r\nhello", [200], True, "hello"),
    ("an empty body", f"{POST}Content-Length: 0\r\n\r\n", [200], True, ""),
    ("no length at all", f"{POST}\r\n", [200], True, ""),
    ("chunks", f"{CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", [200], True, "hello!"),
    ("an extension", f'{CHUNKED}5;a="b"\r\nhello\r\n0;x\r\n\r\n', [200], True, "hello"),
    ("zeros in front", f"{CHUNKED}000A\r\n0123456789\r\n000\r\n\r\n", [200], True, "0123456789"),
    ("trailers", f"{CHUNKED}2\r\nhi\r\n0\r\nX: y\r\nZ: \r\n\r\n", [200], True, "hi"),
    ("a body for nobody", f"{GET}Content-Length: 5\r\n\r\nhello", [200], True, "an echo\n"),
    ("three in a row", f"{GET}\r\n" * 3, [200, 200, 200], True, None),
    (
        "different ones in a row",
        f"{POST}Content-Length: 2\r\n\r\nab{GET}\r\n{CHUNKED}1\r\nc\r\n0\r\n\r\n",
        [200, 200, 200],
        True,
        "c",
    ),
    ("HEAD and GET in a row", f"HEAD / HTTP/1.1\r\n{HOST}\r\n{GET}\r\n", [200, 200], True, "an echo\n"),
    ("none behind a close", f"{GET}Connection: close\r\n\r\n{GET}\r\n", [200], False, None),
    (
        "waits for 100",
        f"{POST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        [100, 200],
        True,
        "hello",
    ),
    (
        "waits for 100 with chunks",
        f"{POST}Transfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        [100, 200],
        True,
        "x",
    ),
    ("waits without a body", f"{GET}Expect: 100-continue\r\n\r\n", [200], True, None),
    (
        "HTTP/1.0 waits for nothing",
        f"POST /echo HTTP/1.0\r\n{HOST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\nab",
        [200],
        False,
        "ab",
    ),
    ("upgrade of a plain address", f"{GET}{UPGRADE}\r\n", [200], True, None),
    ("no upgrade", f"{WS}\r\n", [426], True, None),
    ("no key", f"{WS}{UPGRADE}Sec-WebSocket-Version: 13\r\n\r\n", [400], True, None),
    ("version 8", f"{WS}{UPGRADE}{KEY}Sec-WebSocket-Version: 8\r\n\r\n", [426], True, None),
    ("upgrade", f"{WS}{UPGRADE}{KEY}Sec-WebSocket-Version: 13\r\n\r\n", [101], True, None),
    (
        "upgrade in a list",
        f"{WS}Upgrade: h2c, WebSocket\r\nConnection: keep-alive, upgrade\r\n{KEY}"
        "Sec-WebSocket-Version: 13\r\n\r\n",
        [101],
        True,
        None,
    ),
]


def names(table):
    return [case[0] for case in table]


def converse(echo, text, bytewise, count):
    """Sends the request; returns the answers up to `count`, and whether the end follows them."""
    data = text.encode("latin-1")
    with echo.dial() as connection, connection.makefile("rb") as reader:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in [data[i : i + 1] for i in range(len(data))] if bytewise else [data]:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Refused before its end; the answer is what counts.
        methods = re.findall(r"(?:^|\n|[ab])(GET|HEAD|POST) ", text) + ["GET"]
        answers = []
        while len(answers) < count:
            interim = sum(answer.status == 100 for answer in answers)
            answers.append(read_answer(reader, methods[len(answers) - interim]))
        if answers[-1].status == 101:
            return answers, False
        # One more request is answered, or finds the end.
        try:
            connection.sendall(f"{GET}\r\n".encode())
            return answers, read_response(reader) is None
        except (BrokenPipeError, ConnectionResetError):
            return answers, True


def read_answer(reader, method):
    answer = read_response(reader, method)
    assert answer is not None, "the server closed without an answer"
    return answer


@pytest.mark.parametrize("case", REFUSED, ids=names(REFUSED))
@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "bytewise"])
def test_what_is_wrong_is_refused_and_closed(echo, case, bytewise):
    _, text, status = case
    answers, is_closed = converse(echo, text, bytewise, 1)
    assert answers[0].status == status
    assert answers[0].headers["connection"] == "close" and is_closed
    assert echo.request("/").status == 200


@pytest.mark.parametrize("case", ANSWERED, ids=names(ANSWERED))
@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "bytewise"])
def test_what_is_right_is_answered_in_order(echo, case, bytewise):
    _, text, statuses, stays, body = case
    answers, is_closed = converse(echo, text, bytewise, len(statuses))
    assert [answer.status for answer in answers] == statuses
    assert is_closed != stays
    if body is not None:
        assert answers[-1].body.decode("latin-1") == body
    for answer in answers:
        if answer.status == 405:
            assert answer.headers["allow"]
        if answer.status == 426:
            assert answer.headers["sec-websocket-version"] == "13"
            assert answer.headers["upgrade"] == "websocket"


def test_half_a_request_and_an_end_leave_nothing_behind(echo):
    for text in (GET, f"{POST}Content-Length: 5\r\n\r\nhel", f"{CHUNKED}5\r\nhe", "G"):
        with echo.dial() as connection:
            connection.sendall(text.encode())
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1000) == b""
