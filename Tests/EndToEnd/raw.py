"""HTTP and WebSocket as bytes, for what a well-behaved client library refuses to send."""

import base64
import os
import socket
import struct

from server import Response

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def read_response(reader, method="GET"):
    """The next response from a buffered reader; None at the end of the connection."""
    line = reader.readline()
    if not line:
        return None
    version, status, *_ = line.decode("ascii").split(" ", 2)
    assert version == "HTTP/1.1", line
    headers = []
    while (line := reader.readline()) not in (b"\r\n", b""):
        name, value = line.decode("latin-1").rstrip("\r\n").split(":", 1)
        headers.append((name, value.strip()))
    response = Response(int(status), headers, b"")
    bodiless = method == "HEAD" or response.status in (100, 101, 204, 304)
    if not bodiless:
        response.body = reader.read(int(response.headers["content-length"]))
    return response


def exchange(server, request):
    """Sends the bytes; returns all responses until the server closes."""
    with server.dial() as connection:
        connection.sendall(request)
        return responses_until_end(connection)


def responses_until_end(connection):
    responses = []
    try:
        with connection.makefile("rb") as reader:
            while (response := read_response(reader)) is not None:
                responses.append(response)
    except ConnectionResetError:
        # The server closed while bytes of ours were unread; what it answered has been read.
        pass
    return responses


def upgrade_request(server, **headers):
    fields = {
        "Host": server.host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"GET /ws HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def upgrade(server, **headers):
    """The answer to an upgrade; a header of None is left out."""
    with server.dial() as connection:
        connection.sendall(upgrade_request(server, **headers))
        with connection.makefile("rb") as reader:
            return read_response(reader)


def frame(opcode, payload=b"", final=True, reserved=0, masked=True, length=None):
    """One WebSocket frame; `length` announces another length than the payload's."""
    length = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if length < 126:
        head += bytes([mask_bit | length])
    elif length < 1 << 16:
        head += bytes([mask_bit | 126]) + struct.pack("!H", length)
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", length)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + mask(payload, key)


def mask(payload, key):
    """All at once, as one number: some messages here are large."""
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return masked.to_bytes(len(payload), "big")


class RawWebSocket:
    """An upgraded connection that sends any bytes."""

    def __init__(self, server, receive_buffer=None):
        self.connection = server.dial(receive_buffer)
        self.connection.sendall(upgrade_request(server))
        self.reader = self.connection.makefile("rb")
        assert read_response(self.reader).status == 101

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.reader.close()
        self.connection.close()

    def send(self, data):
        self.connection.sendall(data)

    def read_frame(self):
        """(opcode, payload) of the next frame; None at the end of the connection."""
        try:
            head = self.reader.read(2)
            if len(head) < 2:
                return None
            length = head[1] & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self.reader.read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.reader.read(8))
            return head[0] & 0x0F, self.reader.read(length)
        except (ConnectionResetError, socket.timeout):
            return None

    def close_code(self):
        """The code of the close frame that comes, after which the connection must end."""
        while (received := self.read_frame()) is not None:
            opcode, payload = received
            if opcode == CLOSE:
                assert self.read_frame() is None, "the connection stays open after a close"
                return struct.unpack("!H", payload[:2])[0]
        return None
