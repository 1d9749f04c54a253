"""Dashboards that take what comes and look at nothing but where frames end.

What they wait for is the server: to inflate every message would take a thousand of them seconds.
"""

import select
import time

from crowd import raise_descriptor_limit

CHUNK_BYTES = 1 << 20


def command(text):
    """A frame with a mask of zeros, which changes nothing."""
    payload = text.encode()
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload


class Drain:
    """One connection: how many whole frames have come, and how many bytes."""

    def __init__(self, server, offers):
        self.socket = server.dial()
        head = (
            f"GET /ws HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        )
        if offers:
            head += f"Sec-WebSocket-Extensions: {offers}\r\n"
        self.socket.sendall((head + "\r\n").encode())
        self.socket.setblocking(False)
        self.is_open, self.begun, self.left = False, b"", 0
        self.frames, self.bytes = 0, 0

    def take(self, view):
        self.bytes += len(view)
        at = 0
        while at < len(view):
            if self.left:
                step = min(self.left, len(view) - at)
                self.left -= step
                at += step
                self.frames += self.left == 0
                continue
            self.begun += bytes(view[at : at + 1])
            at += 1
            if not self.is_open:
                if self.begun.endswith(b"\r\n\r\n"):
                    assert self.begun.startswith(b"HTTP/1.1 101 "), self.begun
                    self.is_open, self.begun = True, b""
            elif len(self.begun) > 1:
                short = self.begun[1]
                width = {126: 2, 127: 8}.get(short, 0)
                if len(self.begun) == 2 + width:
                    self.left = int.from_bytes(self.begun[2:], "big") if width else short
                    self.begun = b""


class Drains:
    """Many of them."""

    def __init__(self, server, count, offers=""):
        raise_descriptor_limit()
        self.epoll, self.view = select.epoll(), memoryview(bytearray(CHUNK_BYTES))
        self.all = {}
        for _ in range(count):
            drain = Drain(server, offers)
            self.all[drain.socket.fileno()] = drain
            self.epoll.register(drain.socket, select.EPOLLIN)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.epoll.close()
        for drain in self.all.values():
            drain.socket.close()

    def send(self, text):
        for drain in self.all.values():
            drain.socket.send(command(text))

    def until_frames(self, count, patience):
        """Waits until so many have come on each; returns how many seconds that took."""
        begun = time.monotonic()
        missing = {number for number, drain in self.all.items() if drain.frames < count}
        while missing:
            assert time.monotonic() - begun < patience, f"{len(missing)} lack frames"
            for number, _ in self.epoll.poll(0.1, 4096):
                drain = self.all[number]
                size = drain.socket.recv_into(self.view)
                assert size > 0, "the server has ended a connection"
                drain.take(self.view[:size])
                if drain.frames >= count:
                    missing.discard(number)
        return time.monotonic() - begun
